"""The metrics of a reading and of the exporter: names, labels, units and formats."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from handlers import VERSION
from pdu.cli.states import UP
from pdu.monitoring import metrics
from pdu.reading.parts import PolledOutlet, Reading

from .exporter_process import Labels, parsed


def labels(**values: str) -> Labels:
    return tuple(sorted(values.items()))


def test_the_exporter_counts_its_probes_and_refusals() -> None:
    own = metrics.ExporterMetrics(lambda: 3)
    for seconds in (0.05, 7.25):
        own.note("snmp", "", seconds)
    own.note("nut", "timeout", 9.5)
    own.refuse("busy")
    own.is_loaded.set(0)
    samples = parsed(own.page("").body.decode())
    assert samples["pdu_exporter_build_info"] == {labels(version=VERSION): 1.0}
    assert samples["pdu_exporter_probes_total"] == {
        labels(handler="snmp", outcome="ok"): 2.0,
        labels(handler="nut", outcome="timeout"): 1.0,
    }
    buckets = samples["pdu_exporter_probe_seconds_bucket"]
    limits = "0.05 0.1 0.25 0.5 1.0 2.5 5.0 10.0 20.0 60.0 +Inf"
    assert {dict(key)["le"] for key in buckets} == {*limits.split()}
    assert buckets[labels(handler="snmp", le="0.05")] == 1.0
    assert samples["pdu_exporter_probe_seconds_sum"][labels(handler="snmp")] == 7.3
    assert samples["pdu_exporter_probes_running"] == {(): 3.0}
    assert samples["pdu_exporter_refused_total"] == {labels(reason="busy"): 1.0}
    assert samples["pdu_exporter_config_last_reload_successful"] == {(): 0.0}
    assert {"process_cpu_seconds_total", "process_resident_memory_bytes", "python_info"} <= set(
        samples
    )


def test_a_page_can_be_parsed_with_any_text_of_a_device() -> None:
    hostile = 'a"\\\n{}b'
    outlet = PolledOutlet(hostile, UP, "1", hostile)
    page = metrics.page(Reading([outlet], answered=True, labelled=True), "").body.decode()
    (sample,) = [
        sample
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.name == "pdu_outlet_info"
    ]
    assert sample.labels == {"name": hostile, "number": "1", "outlet": hostile}
