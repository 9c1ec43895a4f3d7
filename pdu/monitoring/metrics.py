"""The metrics of a reading and of the exporter itself.

Names follow Prometheus' conventions: base units (amperes, joules) and `_total` for counters. PDU
and outlets have different metrics, so that a sum of the PDUs' loads does not count the outlets'
currents again.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator
from typing import Callable, NamedTuple, Optional, Union

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    Metric,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, choose_encoder, generate_latest
from prometheus_client.registry import Collector

from handlers import VERSION
from handlers.shared.meter_figures import Figure, measured, reason_without

from ..cli.states import SPELLED, UNKNOWN
from ..reading.figures import OUTLET_FIGURES, PDU_FIGURES, FigureRow, is_lost
from ..reading.parts import Reading
from ..recordings.nameplate import Nameplate
from ..recordings.topology import BREAKER, LINE

_PERCENT = 100.0
# bytes; a shorter page fits into one packet
_SHORT = 1400
_LEVEL = 4  # of gzip: a page of 48 outlets takes 0.2 ms, and gets as short as with level 6
_WEIGHT_0 = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*")  # "not acceptable": RFC 9110, 12.4.2
# the longest durations of the histogram's buckets, in s
_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 60.0)

#: values of the labels, and the value; None: left out
Point = tuple[tuple[str, ...], Optional[float]]


class Page(NamedTuple):
    """The body of a response. `kind` is its media type."""

    kind: str
    body: bytes
    #: its Content-Encoding, "" for none
    encoding: str = ""


def gzip_encoded(plain: Page, encoding: str) -> Page:
    """The page, compressed if the header Accept-Encoding allows it and it gets shorter."""
    if len(plain.body) < _SHORT or plain.encoding or not _allows_gzip(encoding):
        return plain
    return plain._replace(body=gzip.compress(plain.body, _LEVEL), encoding="gzip")


def _allows_gzip(encoding: str) -> bool:
    """Whether a header Accept-Encoding takes gzip (not with a weight of 0)."""
    for part in encoding.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == "gzip":
            return _WEIGHT_0.fullmatch(weight) is None
    return False


class _Metrics(Collector):
    """Metrics, without those that have no value."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        return (metric for metric in self._metrics if metric.samples)


def page(reading: Reading, accept: str, *, is_metered: bool = False) -> Page:
    """The answer of /probe, in the format that `accept` asks for.

    `is_metered`: unknown states are normal, and are left out.
    """
    return _page(_Metrics(metrics_of(reading, is_metered=is_metered)), accept)


def _page(metrics: Collector, accept: str) -> Page:
    """The metrics in the text format that the header `accept` prefers."""
    try:
        write, kind = choose_encoder(accept)
    except (TypeError, ValueError):  # it has a version that is no number
        write, kind = generate_latest, CONTENT_TYPE_PLAIN_0_0_4
    return Page(kind, write(metrics))


def gauge(name: str, about: str, *points: Point, labels: tuple[str, ...] = ()) -> Metric:
    """A value that goes up and down."""
    return _add_points(GaugeMetricFamily(name, about, labels=labels), points)


def counter(name: str, about: str, *points: Point, labels: tuple[str, ...] = ()) -> Metric:
    """A value that only grows. Its samples are called `name`_total."""
    return _add_points(CounterMetricFamily(name, about, labels=labels), points)


def _add_points(
    metric: Union[GaugeMetricFamily, CounterMetricFamily], points: Iterable[Point]
) -> Metric:
    """The metric with these points, without those that have no value."""
    for labels, value in points:
        if value is not None:
            metric.add_metric(labels, value)
    return metric


def metrics_of(reading: Reading, *, is_metered: bool) -> Iterator[Metric]:
    """The metrics of a PDU. A figure that it does not have, or that is not known, has no sample."""
    yield gauge(
        "pdu_up",
        "1 if the PDU reported the states of its outlets and the probe ended in time, else 0.",
        ((), float(reading.answered)),
    )
    yield gauge(
        "pdu_probe_duration_seconds", "How long reading the PDU took.", ((), reading.seconds)
    )
    yield gauge(
        "pdu_requests",
        "Requests sent to the PDU; over NUT, requests sent together count as one.",
        ((), reading.requests),
    )
    error_kinds = {error.kind for error in reading.failures.values()}
    error_samples = [((kind,), 1.0) for kind in sorted(error_kinds)]
    yield gauge(
        "pdu_probe_error",
        "1 with the kind of each error of the probe.",
        *error_samples,
        labels=("kind",),
    )
    yield from _unit_metrics(reading.plate)
    yield from _figure_metrics(reading)
    yield from _part_metrics(reading, LINE, "line of the inlet")
    yield from _part_metrics(reading, BREAKER, "breaker inside the PDU")
    yield from _outlet_metrics(reading, is_metered=is_metered)


def _part_metrics(reading: Reading, kind: str, whole_name: str) -> Iterator[Metric]:
    """Currents and ratings of the parts of a kind, LINE or BREAKER."""
    currents: list[Point] = []
    ratings: list[Point] = []
    for part in reading.meters:
        if part.kind == kind:
            currents.append(((part.label,), measured(part.current_a)))
            ratings.append(((part.label,), part.rating_a))
    yield gauge(
        f"pdu_{kind}_current_amperes",
        f"Current of a {whole_name}.",
        *currents,
        labels=(kind,),
    )
    yield gauge(
        f"pdu_{kind}_rating_amperes",
        f"The most that a {whole_name} may carry, as the PDU reports it.",
        *ratings,
        labels=(kind,),
    )


def _unit_metrics(plate: Nameplate) -> Iterator[Metric]:
    """What the nameplate says: family, firmware and serial number, uptime, and accuracy."""
    is_known = bool(plate.family or plate.serial or plate.firmware)
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


def _figure_metrics(reading: Reading) -> Iterator[Metric]:
    """The figures of the PDU and of its outlets, and pdu_figure_missing for each that has a reason
    in place of a value.
    """
    missing_figures: list[Point] = []
    for row in PDU_FIGURES:
        figure = row.of(reading)
        make = counter if row.is_counter else gauge
        yield make(row.metric, row.about, ((), _in_metric_units(row, figure)))
        if reason_without(figure):
            missing_figures.append(((row.word, "", "", _reason_word(figure)), 1.0))
    for row in OUTLET_FIGURES:
        points: list[Point] = []
        for outlet in reading.outlets:
            figure = row.of(outlet.figures)
            points.append(((outlet.identity,), _in_metric_units(row, figure)))
            if reason_without(figure):
                labels = (row.word, outlet.identity, "", _reason_word(figure))
                missing_figures.append((labels, 1.0))
        make = counter if row.is_counter else gauge
        yield make(row.metric, row.about, *points, labels=("outlet",))
    for part in reading.meters:
        if reason_without(part.current_a):
            labels = ("current", "", part.label, _reason_word(part.current_a))
            missing_figures.append((labels, 1.0))
    yield gauge(
        "pdu_figure_missing",
        "1 for a figure that is not known now, or that not all of its meters have.",
        *dict.fromkeys(missing_figures),  # parts without a name of their own are called alike
        labels=("figure", "outlet", "part", "reason"),
    )


def _in_metric_units(row: FigureRow, figure: Figure) -> Optional[float]:
    """The value of a figure in the base unit of its metric, such as J for kWh; None without one."""
    value = measured(figure)
    return None if value is None else value * row.metric_units


def _reason_word(figure: Figure) -> str:
    """Why a figure has no value, as a label: the reason itself is text of the device."""
    return "not_known" if is_lost(figure) else "not_metered"


def _outlet_metrics(reading: Reading, *, is_metered: bool) -> Iterator[Metric]:
    """The states, numbers and names of outlets."""
    states: list[Point] = []
    unknown_states: list[Point] = []
    labels: list[Point] = []
    for outlet in reading.outlets:
        states.append(((outlet.identity,), SPELLED[outlet.state].sample))
        if outlet.state is UNKNOWN and not is_metered:
            unknown_states.append(((outlet.identity,), 1.0))
        if reading.labelled:
            labels.append(((outlet.name, outlet.number, outlet.identity), 1.0))
    yield gauge(
        "pdu_outlet_state",
        "1 if the outlet is on, 0 if it is off; absent if that is not known.",
        *states,
        labels=("outlet",),
    )
    yield gauge(
        "pdu_outlet_state_unknown",
        "1 for an outlet whose state is not known.",
        *unknown_states,
        labels=("outlet",),
    )
    yield gauge(
        "pdu_outlet_info",
        "The outlet's name, and its number on the unit.",
        *labels,
        labels=("name", "number", "outlet"),
    )


class ExporterMetrics:
    """The exporter's metrics about itself."""

    def __init__(self, count_running: Callable[[], int]) -> None:
        """`count_running`: returns how many probes run now."""
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        Info("pdu_exporter_build", "Version of this pack.", registry=registry).info(
            {"version": VERSION}
        )
        self._probes = Counter(
            "pdu_exporter_probes",
            "Probes by handler and outcome (ok or the kind of error).",
            ["handler", "outcome"],
            registry=registry,
        )
        self._seconds = Histogram(
            "pdu_exporter_probe_seconds",
            "How long probes took.",
            ["handler"],
            registry=registry,
            buckets=_BUCKETS,
        )
        Gauge(
            "pdu_exporter_probes_running",
            "Probes that run now, late ones included.",
            registry=registry,
        ).set_function(count_running)
        self._refused = Counter(
            "pdu_exporter_refused",
            "Probes refused with 400, 403 or 503.",
            ["reason"],
            registry=registry,
        )
        #: 1 if the list and the logins were last read without an error, else 0
        self.is_loaded = Gauge(
            "pdu_exporter_config_last_reload_successful",
            "1 if the list and the logins were last read without an error, else 0.",
            registry=registry,
        )
        self.is_loaded.set(1)

    def note(self, handler: str, kind: str, seconds: float) -> None:
        """Count a probe by its result, the `kind` of its failure, and note its duration. A late one
        counts as a time-out."""
        self._probes.labels(handler, kind or "ok").inc()
        self._seconds.labels(handler).observe(seconds)

    def refuse(self, reason: str) -> None:
        """Count a probe that was refused."""
        self._refused.labels(reason).inc()

    def page(self, accept: str) -> Page:
        """The answer of /metrics."""
        return _page(self._registry, accept)
