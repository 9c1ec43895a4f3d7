"""The metrics of a reading and of the exporter: names, labels, units and formats."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from handlers import VERSION
from handlers.shared.meter_figures import NOT_ASKED, MeterFigures, NotKnown, NotMetered
from pdu.cli.states import DOWN, UNKNOWN, UP
from pdu.monitoring import metrics
from pdu.reading.parts import CallError, PolledOutlet, Reading
from pdu.recordings.nameplate import Nameplate
from pdu.recordings.topology import BREAKER, LINE, MeteredPart

from .exporter_process import Labels, parsed

OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
TEXT = "text/plain; version=0.0.4; charset=utf-8"


def reading() -> Reading:
    """One outlet in each state, and all that a PDU can say."""
    outlets = [
        PolledOutlet(str(n), state, str(n), f'web "{n}"', MeterFigures(0.5 * n, 100.0 * n, 2.0 * n))
        for n, state in enumerate((UP, DOWN, UNKNOWN), 1)
    ]
    plate = Nameplate("apc-rpdu2", "ZA1", "7.0", 12.5, 1.0)
    failure = CallError("refused", "no")
    return Reading(outlets, 3.5, 10.0, 0.25, 4, {"names": failure}, True, True, plate=plate)


def labels(**values: str) -> Labels:
    return tuple(sorted(values.items()))


def test_a_probe_says_all_that_was_read_in_base_units() -> None:
    """The names and labels are those of docs/prometheus, on which other people's rules depend."""
    of = [labels(outlet=str(n)) for n in (1, 2, 3)]
    assert parsed(metrics.page(reading(), "").body.decode()) == {
        "pdu_up": {(): 1.0},
        "pdu_probe_duration_seconds": {(): 0.25},
        "pdu_requests": {(): 4.0},
        "pdu_probe_error": {labels(kind="refused"): 1.0},
        "pdu_info": {labels(family="apc-rpdu2", firmware="7.0", serial="ZA1"): 1.0},
        "pdu_uptime_seconds": {(): 12.5},
        "pdu_power_error_ratio": {(): 0.01},
        "pdu_load_amperes": {(): 3.5},
        "pdu_energy_joules_total": {(): 3.6e7},
        "pdu_outlet_state": {of[0]: 1.0, of[1]: 0.0},
        "pdu_outlet_state_unknown": {of[2]: 1.0},
        "pdu_outlet_current_amperes": {of[0]: 0.5, of[1]: 1.0, of[2]: 1.5},
        "pdu_outlet_power_watts": {of[0]: 100.0, of[1]: 200.0, of[2]: 300.0},
        "pdu_outlet_energy_joules_total": {of[0]: 7.2e6, of[1]: 1.44e7, of[2]: 2.16e7},
        "pdu_outlet_info": {
            labels(name=f'web "{n}"', number=str(n), outlet=str(n)): 1.0 for n in (1, 2, 3)
        },
    }


def test_a_figure_that_is_missing_for_a_reason_is_told_in_few_words() -> None:
    """The reason itself is text of the device: as a label it would make ever more series."""
    outlets = [
        PolledOutlet("1", UP, figures=MeterFigures(NotKnown("the sensor is not valid"), NOT_ASKED)),
        PolledOutlet("2", UP, figures=MeterFigures(None, 0.0, NotMetered("no meter of its own"))),
    ]
    doubtful = Reading(
        outlets,
        NotKnown("a bank did not answer"),
        10.0,
        inlet_w=230.0,
        meters=[
            MeteredPart(LINE, "L1", 2.5),
            MeteredPart(LINE, "L2", NotKnown("no answer")),
            MeteredPart(BREAKER, "B1"),
        ],
    )
    samples = parsed(metrics.page(doubtful, "").body.decode())
    assert samples["pdu_figure_missing"] == {
        labels(figure="load", outlet="", part="", reason="not_known"): 1.0,
        labels(figure="current", outlet="1", part="", reason="not_known"): 1.0,
        labels(figure="energy", outlet="2", part="", reason="not_metered"): 1.0,
        labels(figure="current", outlet="", part="L2", reason="not_known"): 1.0,
    }
    assert samples["pdu_line_current_amperes"] == {labels(line="L1"): 2.5}
    assert "pdu_breaker_current_amperes" not in samples
    assert "pdu_load_amperes" not in samples
    assert "pdu_outlet_current_amperes" not in samples
    assert samples["pdu_power_watts"] == {(): 230.0}


def test_a_power_that_is_not_known_is_not_replaced_by_the_inlets() -> None:
    reading = Reading(power_w=NotKnown("its sensor is not valid"), inlet_w=230.0)
    assert reading.total_w == reading.power_w


def test_unknown_states_of_a_pdu_that_only_meters_are_left_out() -> None:
    page = metrics.page(reading(), "", is_metered=True).body
    assert b"pdu_outlet_state{" in page
    assert b"pdu_outlet_state_unknown" not in page


@pytest.mark.parametrize(
    "accept, kind",
    [
        ("", TEXT),
        ("*/*", TEXT),
        ("application/openmetrics-text;version=1.0.0", f"{OPENMETRICS}; escaping=underscores"),
        # no number: the library raises
        ("application/openmetrics-text;version=abc", TEXT),
        ("text/plain;version=escaping=x", TEXT),
    ],
)
def test_a_page_has_the_format_that_its_client_accepts(accept: str, kind: str) -> None:
    page = metrics.page(reading(), accept)
    assert page.kind == kind
    assert (b"# TYPE pdu_energy_joules counter" in page.body) == page.body.endswith(b"# EOF\n")
    assert page.body.endswith(b"# EOF\n") == kind.startswith("application/openmetrics-text")


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


def test_parts_that_cannot_be_told_apart_are_one_sample() -> None:
    parts = [MeteredPart(LINE, "L?", NotKnown(reason)) for reason in ("a", "b")]
    families = metrics.metrics_of(Reading(answered=True, meters=parts), is_metered=False)
    (missing_family,) = (family for family in families if family.name == "pdu_figure_missing")
    assert len(missing_family.samples) == 1
