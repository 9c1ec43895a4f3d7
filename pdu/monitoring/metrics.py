"""The metrics of a reading and of the exporter itself.

Names follow Prometheus' conventions: base units (amperes, joules) and `_total` for counters. PDU
and outlets have different metrics, so that a sum of the PDUs' loads does not count the outlets'
currents again.
"""

from __future__ import annotations

import bisect
import gzip
import os
import re
import time
from collections.abc import Iterator
from typing import NamedTuple

from handlers import VERSION

from ..pdus.outlet_figures import JOULES, OUTLET_FIGURES
from ..pdus.reading import Reading
from ..pdus.states import SPELLED, UNKNOWN
from .process_metrics import process_families
from .web.exposition import MetricFamily, Point, Sample, counter, gauge, media_type, render

_PERCENT = 100.0
# bytes; a shorter page fits into one packet
_SHORT = 1400
_LEVEL = 4  # of gzip: a page of 48 outlets takes 0.2 ms, and gets as short as with level 6
_NEVER = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*")  # RFC 9110, 12.4.2
# the longest durations of the histogram's buckets, in s
_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 60.0)


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
    for part in encoding.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == "gzip":
            return _NEVER.fullmatch(weight) is None
    return False


def page(reading: Reading, accept: str, is_metered: bool = False) -> Page:
    """The answer of /probe, in the format that `accept` asks for.

    `is_metered`: unknown states are normal, and are left out.
    """
    kind = media_type(accept)
    return Page(kind, render(metrics_of(reading, is_metered), kind))


def metrics_of(reading: Reading, is_metered: bool) -> Iterator[MetricFamily]:
    """A figure that the device does not have is None, not 0."""

    def energy(name: str, about: str, *points: Point, labels: tuple[str, ...] = ()) -> MetricFamily:
        joules = [(values, None if kwh is None else kwh * JOULES) for values, kwh in points]
        return counter(name, about, *joules, labels=labels)

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
    yield gauge(
        "pdu_probe_error",
        "1 with the kind of the error that ended the probe.",
        *([((reading.failure.kind,), 1.0)] if reading.failure else []),
        labels=("kind",),
    )
    plate = reading.plate
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
    yield gauge("pdu_load_amperes", "Load of the PDU.", ((), reading.load_a))
    yield energy("pdu_energy_joules", "Energy that the PDU has counted.", ((), reading.energy_kwh))
    yield gauge(
        "pdu_outlet_state",
        "1 if the outlet is on, 0 if it is off; absent if that is not known.",
        *(((outlet.identity,), SPELLED[outlet.state].sample) for outlet in reading.outlets),
        labels=("outlet",),
    )
    yield gauge(
        "pdu_outlet_state_unknown",
        "1 for an outlet whose state is not known.",
        *(
            ((outlet.identity,), 1.0)
            for outlet in reading.outlets
            if outlet.state is UNKNOWN and not is_metered
        ),
        labels=("outlet",),
    )
    for figure in OUTLET_FIGURES:
        values = (
            (outlet.identity, getattr(outlet.figures, figure.key)) for outlet in reading.outlets
        )
        yield (counter if figure.is_counter else gauge)(
            figure.metric,
            figure.about,
            *(
                ((identity,), None if value is None else value * figure.metric_units)
                for identity, value in values
            ),
            labels=("outlet",),
        )
    yield gauge(
        "pdu_outlet_info",
        "The outlet's name, and its number on the unit.",
        *(
            ((outlet.name, outlet.number, outlet.identity), 1.0)
            for outlet in reading.outlets
            if reading.labelled
        ),
        labels=("name", "number", "outlet"),
    )


class _LabelledCounter:
    """Counts by the values of labels."""

    def __init__(self, name: str, about: str, *labels: str) -> None:
        self._name, self._about, self._labels = name, about, labels
        # values of the labels -> the count, and the time of the first one in s since 1970
        self._counts: dict[tuple[str, ...], tuple[int, float]] = {}

    def add(self, *values: str) -> None:
        """Count one more."""
        count, begin_s = self._counts.get(values, (0, time.time()))
        self._counts[values] = (count + 1, begin_s)

    def family(self) -> MetricFamily:
        samples: list[Sample] = []
        for values, (count, begin_s) in list(self._counts.items()):
            samples += (("_total", values, count), _creation_sample(values, begin_s))
        return MetricFamily(self._name, self._about, "counter", self._labels, samples)


class _Durations(NamedTuple):
    """The durations of a handler's probes. `buckets`: how many fell into each, the last one without
    a limit; `sum_s` and `created` (since 1970) in s."""

    buckets: tuple[int, ...]
    sum_s: float
    created: float


class ExporterMetrics:
    """The exporter's metrics about itself. One thread changes them, and others may read them."""

    def __init__(self) -> None:
        #: probes that run now
        self.running = 0
        #: whether the list and the logins were last read without an error
        self.is_loaded = True
        self._probes = _LabelledCounter(
            "pdu_exporter_probes",
            "Probes by handler and outcome (ok or the kind of error).",
            "handler",
            "outcome",
        )
        self._refused = _LabelledCounter(
            "pdu_exporter_refused", "Probes refused with 400, 403 or 503.", "reason"
        )
        self._durations: dict[str, _Durations] = {}

    def note(self, handler: str, kind: str, seconds: float) -> None:
        """Count a probe by its result, the `kind` of its failure, and note its duration. A late one
        counts as a time-out."""
        self._probes.add(handler, kind or "ok")
        durations = self._durations.get(handler)
        if durations is None:
            durations = _Durations((0,) * (len(_BUCKETS) + 1), 0.0, time.time())
        buckets = list(durations.buckets)
        buckets[bisect.bisect_left(_BUCKETS, seconds)] += 1
        self._durations[handler] = _Durations(
            tuple(buckets), durations.sum_s + seconds, durations.created
        )

    def refuse(self, reason: str) -> None:
        """Count a probe that was refused."""
        self._refused.add(reason)

    def page(self, accept: str) -> Page:
        """The answer of /metrics."""
        kind = media_type(accept)
        return Page(kind, render(self.families(), kind))

    def families(self) -> Iterator[MetricFamily]:
        """All of them."""
        yield from process_families()
        version = [("_info", (VERSION,), 1.0)]
        yield MetricFamily(
            "pdu_exporter_build", "Version of this pack.", "info", ("version",), version
        )
        yield self._probes.family()
        yield MetricFamily(
            "pdu_exporter_probe_seconds",
            "How long probes took.",
            "histogram",
            ("handler", "le"),
            [
                sample
                for handler, durations in list(self._durations.items())
                for sample in _histogram(handler, durations)
            ],
        )
        yield gauge(
            "pdu_exporter_probes_running",
            "Probes that run now, late ones included.",
            ((), self.running),
        )
        yield self._refused.family()
        yield gauge(
            "pdu_exporter_config_last_reload_successful",
            "1 if the list and the logins were last read without an error, else 0.",
            ((), self.is_loaded),
        )


def _histogram(handler: str, durations: _Durations) -> Iterator[Sample]:
    """The samples of one handler; each bucket counts the shorter durations, too."""
    count = 0
    for limit, number in zip((*map(str, _BUCKETS), "+Inf"), durations.buckets):
        count += number
        yield "_bucket", (handler, limit), count
    yield "_count", (handler,), count
    yield "_sum", (handler,), durations.sum_s
    yield _creation_sample((handler,), durations.created)


def _creation_sample(values: tuple[str, ...], time_s: float) -> Sample:
    """A time of creation, which the environment switches off as in prometheus-client."""
    is_off = os.environ.get("PROMETHEUS_DISABLE_CREATED_SERIES", "").lower() in ("true", "1", "t")
    return "_created", values, None if is_off else time_s
