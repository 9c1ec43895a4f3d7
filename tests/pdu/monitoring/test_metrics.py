"""The metrics of a reading and of the exporter, with prometheus-client as the witness."""

from __future__ import annotations

import math
import platform
import re
import resource
import time
from collections.abc import Iterable

import pytest
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.parser import text_string_to_metric_families

from handlers import VERSION
from handlers.shared.meter_figures import MeterFigures
from pdu.monitoring import metrics, process_metrics
from pdu.monitoring.web.exposition import MetricFamily
from pdu.pdus.adapters.nameplate import Nameplate
from pdu.pdus.reading import CallError, PolledOutlet, Reading
from pdu_common.helper import EnumPowerStatus
from tests.pdu.monitoring.web.test_exposition import ACCEPTED, witness


@pytest.mark.parametrize("accept", ACCEPTED)
def test_the_page_of_a_probe_is_the_one_of_prometheus_client(accept: str) -> None:
    outlets = [
        PolledOutlet(
            str(n), state, str(n), f'web "{n}"\\', MeterFigures(0.1 * n, 1e6 * n, 12345.678 * n)
        )
        for n, state in enumerate(EnumPowerStatus, 1)
    ]
    plate = Nameplate("apc-rpdu2", 'se"rial', "1\n2", 12.5, 1.0)
    read = Reading(
        outlets, 3.5, 1234567.0, 0.25, 4, CallError("refused", "no"), True, True, plate=plate
    )
    page = metrics.page(read, accept)
    assert page.kind == ACCEPTED[accept]
    assert page.body == witness(metrics.metrics_of(read, False), accept)
    assert len(page.body) > 2000


class Reference:
    """The exporter's metrics, kept and written by prometheus-client."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        Info("pdu_exporter_build", "Version of this pack.", registry=self.registry).info(
            {"version": VERSION}
        )
        self.probes = Counter(
            "pdu_exporter_probes",
            "Probes by handler and outcome (ok or the kind of error).",
            ["handler", "outcome"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "pdu_exporter_probe_seconds",
            "How long probes took.",
            ["handler"],
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60),
            registry=self.registry,
        )
        self.running = Gauge(
            "pdu_exporter_probes_running",
            "Probes that run now, late ones included.",
            registry=self.registry,
        )
        self.refused = Counter(
            "pdu_exporter_refused",
            "Probes refused with 400, 403 or 503.",
            ["reason"],
            registry=self.registry,
        )
        self.loaded = Gauge(
            "pdu_exporter_config_last_reload_successful",
            "1 if the list and the logins were last read without an error, else 0.",
            registry=self.registry,
        )


def timeless(body: bytes) -> list[str]:
    """The lines of a page without the values that differ from one moment to the next."""
    passing = re.compile(r"process_+(resident|virtual|cpu|open)|pdu\w*_created")
    return [
        line.rpartition(" ")[0] if passing.match(line) else line
        for line in body.decode().splitlines()
    ]


@pytest.mark.parametrize("accept", ACCEPTED)
def test_the_exporters_own_page_is_the_one_of_prometheus_client(accept: str) -> None:
    own, reference = metrics.ExporterMetrics(), Reference()
    for handler in ("snmp", "nut"):
        for kind in ("", "timeout"):
            for seconds in (0.0, 0.05, 0.0500001, 1.0, 7.25, 60.0, 61.5):
                own.note(handler, kind, seconds)
                reference.probes.labels(handler, kind or "ok").inc()
                reference.seconds.labels(handler).observe(seconds)
    for reason in ("busy", "busy", "not-listed"):
        own.refuse(reason)
        reference.refused.labels(reason).inc()
    own.running += 3
    reference.running.inc(3)
    own.is_loaded = False
    page = own.page(accept)
    assert page.kind == ACCEPTED[accept]
    assert timeless(page.body) == timeless(choose_encoder(accept)[0](reference.registry))
    assert page.body.count(b"process_") > 12 and page.body.count(b"_created") > 6


def value(families: Iterable[MetricFamily], name: str) -> float:
    ((found,),) = ([one for _, _, one in two.samples] for two in families if two.name == name)
    assert found is not None
    return found


def test_times_of_creation_are_those_of_the_first_count(monkeypatch: pytest.MonkeyPatch) -> None:
    own, now = metrics.ExporterMetrics(), [1.7e9]
    monkeypatch.setattr(time, "time", lambda: now[0])
    for second in (0.0, 5.0):
        now[0] = 1.7e9 + second
        own.note("snmp", "", 0.1)
        own.refuse("busy")
    value_by_name = {
        sample.name: sample.value
        for family in text_string_to_metric_families(own.page("").body.decode())
        for sample in family.samples
        if sample.name.endswith("_created")
    }
    names = ("pdu_exporter_probes", "pdu_exporter_probe_seconds", "pdu_exporter_refused")
    assert value_by_name == {f"{name}_created": 1.7e9 for name in names}


@pytest.mark.parametrize("switch", ["True", "1", "t"])
def test_times_of_creation_can_be_switched_off(
    monkeypatch: pytest.MonkeyPatch, switch: str
) -> None:
    own = metrics.ExporterMetrics()
    own.note("snmp", "", 0.1)
    assert b"_created" in own.page("").body
    monkeypatch.setenv("PROMETHEUS_DISABLE_CREATED_SERIES", switch)
    assert b"_created" not in own.page("").body and b"probes_total" in own.page("").body


def test_a_process_without_a_limit_of_files_has_an_infinite_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY,) * 2)
    assert value(process_metrics.process_families(), "process_max_fds") == math.inf


def test_a_system_without_proc_has_only_the_figures_of_python(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def without(path: str, *_: object) -> object:
        raise FileNotFoundError(path)

    monkeypatch.setattr(process_metrics, "open", without, raising=False)
    (only,) = process_metrics.process_families()
    assert only.name == "python_info" and platform.python_version() in only.samples[0][1]


def test_the_texts_about_metrics_need_no_escaping() -> None:
    for metric in (*metrics.metrics_of(Reading(), False), *metrics.ExporterMetrics().families()):
        assert not set('\\"\n') & set(metric.help)
        assert metric.name.replace("_", "").isalnum() and metric.name.isascii()
