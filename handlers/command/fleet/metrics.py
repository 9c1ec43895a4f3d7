"""A reading as Prometheus metrics, and the exporter's own. The only file that imports prometheus_client.

Names follow Prometheus' conventions: base units (amperes, joules), `_total` for counters, and one metric for each level, so
that a sum over a metric never counts a current twice.
"""
from __future__ import annotations

from typing import Iterable, Iterator, NamedTuple, Optional, Tuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from ... import VERSION
from .polling import DOWN, UNKNOWN, UP, Reading

JOULES = 3_600_000.0            # of one kWh
_STATES = {UP: 1.0, DOWN: 0.0}
_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60)


class Page(NamedTuple):
    """A response: its type and its bytes."""

    kind: str
    body: bytes


def page(reading: Reading, accept: str) -> Page:
    """What /probe answers, in the format that `accept` asks for."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Read(reading))
    return _encoded(registry, accept)


def _encoded(registry: CollectorRegistry, accept: str) -> Page:
    encoder, kind = choose_encoder(accept)
    return Page(kind, encoder(registry))


class _Read(Collector):
    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def collect(self) -> Iterable[Metric]:
        """All families; those without a value are left out, since absent is not 0."""
        return [metric for metric in _families(self._reading) if metric.samples]


def _families(read: Reading) -> Iterator[Metric]:
    yield _gauge("pdu_up", "1 if the PDU told the states of its outlets, else 0.", float(read.answered))
    yield _gauge("pdu_probe_duration_seconds", "How long the PDU was read.", read.seconds)
    yield _gauge("pdu_requests", "Requests that were sent to the PDU.", read.requests)
    failed = GaugeMetricFamily("pdu_probe_error", "1 with the kind of the error that ended the probe.", labels=["kind"])
    if read.failure is not None:
        failed.add_metric([read.failure.kind], 1.0)
    yield failed
    yield _gauge("pdu_load_amperes", "Load of the PDU.", read.load_a)
    yield _counter("pdu_energy_joules", "Energy that the PDU has counted.", () if read.energy_kwh is None else [
        ((), read.energy_kwh)])
    yield _by_outlet("pdu_outlet_state", "1 if the outlet is on, 0 if it is off; absent where that is not known.",
                     ((one.identity, _STATES.get(one.state)) for one in read.outlets))
    yield _by_outlet("pdu_outlet_state_unknown", "1 for an outlet whose state is not known.",
                     ((one.identity, 1.0 if one.state == UNKNOWN else None) for one in read.outlets))
    yield _by_outlet("pdu_outlet_current_amperes", "Current of the outlet.",
                     ((one.identity, one.current_a) for one in read.outlets))
    yield _counter("pdu_outlet_energy_joules", "Energy that the outlet has counted.", [
        ((one.identity,), one.energy_kwh) for one in read.outlets if one.energy_kwh is not None], ("outlet",))
    info = GaugeMetricFamily("pdu_outlet_info", "The number printed on the unit and the owner's name of the outlet.",
                             labels=["outlet", "number", "name"])
    for label in read.labels:
        info.add_metric(label, 1.0)
    yield info


def _gauge(name: str, about: str, value: Optional[float]) -> Metric:
    metric = GaugeMetricFamily(name, about)
    if value is not None:
        metric.add_metric([], value)
    return metric


def _by_outlet(name: str, about: str, values: Iterable[Tuple[str, Optional[float]]]) -> Metric:
    metric = GaugeMetricFamily(name, about, labels=["outlet"])
    for identity, value in values:
        if value is not None:
            metric.add_metric([identity], value)
    return metric


def _counter(name: str, about: str, kwh: Iterable[Tuple[Tuple[str, ...], float]], labels: Tuple[str, ...] = ()) -> Metric:
    metric = CounterMetricFamily(name, about, labels=labels)
    for values, value in kwh:
        metric.add_metric(values, value * JOULES)
    return metric


class Own:
    """The exporter's metrics about itself."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        Info("pdu_exporter_build", "Version of this pack.", registry=self.registry).info({"version": VERSION})
        self.probes = Counter("pdu_exporter_probes", "Probes by handler and outcome (ok or the kind of error).",
                              ["handler", "outcome"], registry=self.registry)
        self.seconds = Histogram("pdu_exporter_probe_seconds", "How long probes took.", ["handler"], buckets=_BUCKETS,
                                 registry=self.registry)
        self.running = Gauge("pdu_exporter_probes_running", "Probes that run now, late ones included.", registry=self.registry)
        self.refused = Counter("pdu_exporter_refused", "Queries that were not carried out.", ["reason"], registry=self.registry)
        self.loaded = Gauge("pdu_exporter_config_last_reload_successful", "1 if the last reading of list and logins worked.",
                            registry=self.registry)

    def note(self, handler: str, reading: Reading) -> None:
        """A probe has ended."""
        self.probes.labels(handler, reading.failure.kind if reading.failure else "ok").inc()
        self.seconds.labels(handler).observe(reading.seconds)

    def page(self, accept: str) -> Page:
        """What /metrics answers."""
        return _encoded(self.registry, accept)
