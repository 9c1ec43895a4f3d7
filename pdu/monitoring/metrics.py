"""The metrics of a reading and of the exporter itself. No other file in handlers/ imports
prometheus_client.

Names follow Prometheus' conventions: base units (amperes, joules) and `_total` for counters. PDU
and outlets have different metrics, so that a sum of the PDUs' loads does not count the outlets'
currents again.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator
from typing import Any, Callable, NamedTuple

import prometheus_client
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from handlers import VERSION

from ..core.cli.states import SPELLED, UNKNOWN
from ..core.inventory.reading import Reading
from .text_format import Metric, Sample, written

JOULES = 3_600_000.0  # joules in one kWh
_PERCENT = 100.0
# escapings that leave names of letters, digits and underscores as they are
_PLAIN = ("escaping=allow-utf-8", "escaping=underscores")
_OPENMETRICS = "application/openmetrics-text"
# bytes; a shorter page fits into one packet
_SHORT = 1400
_LEVEL = 4  # of gzip: a page of 48 outlets takes 0.2 ms, and gets as short as with level 6
_NEVER = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*")  # RFC 9110, 12.4.2
_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60)


class Page(NamedTuple):
    """The body of a response. `kind` is its media type."""

    kind: str
    body: bytes
    #: its Content-Encoding, "" for none
    encoding: str = ""


def gzip_encoded(made: Page, encoding: str) -> Page:
    """The page, compressed if the header Accept-Encoding allows it and it gets shorter."""
    if len(made.body) < _SHORT or made.encoding or not _allows_gzip(encoding):
        return made
    return made._replace(body=gzip.compress(made.body, _LEVEL), encoding="gzip")


def _allows_gzip(encoding: str) -> bool:
    for part in encoding.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == "gzip":
            return _NEVER.fullmatch(weight) is None
    return False


def page(reading: Reading, accept: str, metered: bool = False) -> Page:
    """The answer of /probe, in the format that `accept` asks for.

    `metered`: unknown states are normal, and are left out.
    """
    encoder, kind = _chosen(accept)
    metrics = metrics_of(reading, metered)
    if "escaping=" in kind and not kind.endswith(_PLAIN):
        registry = CollectorRegistry(auto_describe=False)
        registry.register(MetricsCollector(metrics))
        return Page(kind, encoder(registry))
    return Page(kind, written(metrics, kind.startswith(_OPENMETRICS)))


def _chosen(accept: str) -> tuple[Callable[[Any], bytes], str]:
    """prometheus-client's encoder for the header, and its media type."""
    try:
        return choose_encoder(accept)
    except (TypeError, ValueError):
        # for a malformed header, such as "text/plain;version=a=b"
        return choose_encoder("")


class MetricsCollector(Collector):
    """Metrics for prometheus-client, which writes them as `written` does."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[prometheus_client.Metric]:
        """Those that have a figure."""
        for metric in self._metrics:
            kind = CounterMetricFamily if metric.is_counter else GaugeMetricFamily
            family = kind(metric.name, metric.about, labels=metric.labels)
            for values, value in metric.samples:
                if value is not None:
                    family.add_metric(values, value)
            if family.samples:
                yield family


def metrics_of(read: Reading, metered: bool) -> Iterator[Metric]:
    """A figure that the device does not have is None, not 0."""

    def gauge(name: str, about: str, *samples: Sample, labels: tuple[str, ...] = ()) -> Metric:
        return Metric(name, about, samples, labels)

    def energy(name: str, about: str, *samples: Sample, labels: tuple[str, ...] = ()) -> Metric:
        joules = [(values, None if kwh is None else kwh * JOULES) for values, kwh in samples]
        return Metric(name, about, joules, labels, is_counter=True)

    yield gauge(
        "pdu_up",
        "1 if the PDU reported the states of its outlets and the probe ended in time, else 0.",
        ((), float(read.answered)),
    )
    yield gauge("pdu_probe_duration_seconds", "How long reading the PDU took.", ((), read.seconds))
    yield gauge(
        "pdu_requests",
        "Requests sent to the PDU; over NUT, requests sent together count as one.",
        ((), read.requests),
    )
    yield gauge(
        "pdu_probe_error",
        "1 with the kind of the error that ended the probe.",
        *([((read.failure.kind,), 1.0)] if read.failure else []),
        labels=("kind",),
    )
    plate = read.plate
    is_known = plate.family or plate.serial or plate.firmware
    yield gauge(
        "pdu_info",
        "Which unit it is; its family: of the SNMP PDUs, or another name of what it is.",
        ((plate.family, plate.firmware, plate.serial), 1.0 if is_known else None),
        labels=("family", "firmware", "serial"),
    )
    yield gauge(
        "pdu_uptime_seconds", "Since the unit or its controller started.", ((), plate.uptime_s)
    )
    error = plate.accuracy_percent
    yield gauge(
        "pdu_power_error_ratio",
        "The greatest error of its power measurements that the unit states.",
        ((), None if error is None else error / _PERCENT),
    )
    yield gauge("pdu_load_amperes", "Load of the PDU.", ((), read.load_a))
    yield energy("pdu_energy_joules", "Energy that the PDU has counted.", ((), read.energy_kwh))
    yield gauge(
        "pdu_outlet_state",
        "1 if the outlet is on, 0 if it is off; absent if that is not known.",
        *(((one.identity,), SPELLED[one.state].sample) for one in read.outlets),
        labels=("outlet",),
    )
    yield gauge(
        "pdu_outlet_state_unknown",
        "1 for an outlet whose state is not known.",
        *(((one.identity,), 1.0) for one in read.outlets if one.state is UNKNOWN and not metered),
        labels=("outlet",),
    )
    yield gauge(
        "pdu_outlet_current_amperes",
        "Current of the outlet.",
        *(((one.identity,), one.current_a) for one in read.outlets),
        labels=("outlet",),
    )
    yield gauge(
        "pdu_outlet_power_watts",
        "Active power of the outlet.",
        *(((one.identity,), one.power_w) for one in read.outlets),
        labels=("outlet",),
    )
    yield energy(
        "pdu_outlet_energy_joules",
        "Energy that the outlet has counted.",
        *(((one.identity,), one.energy_kwh) for one in read.outlets),
        labels=("outlet",),
    )
    yield gauge(
        "pdu_outlet_info",
        "The outlet's name, and its number on the unit.",
        *(((one.name, one.number, one.identity), 1.0) for one in read.outlets if read.labelled),
        labels=("name", "number", "outlet"),
    )


class ExporterMetrics:
    """The exporter's metrics about itself."""

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
            buckets=_BUCKETS,
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

    def note(self, handler: str, kind: str, seconds: float) -> None:
        """Count a probe by its result, the `kind` of its failure, and note its duration. A late one
        counts as a time-out."""
        self.probes.labels(handler, kind or "ok").inc()
        self.seconds.labels(handler).observe(seconds)

    def page(self, accept: str) -> Page:
        """The answer of /metrics."""
        encoder, kind = _chosen(accept)
        return Page(kind, encoder(self.registry))
