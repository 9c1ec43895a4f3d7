"""`pdu check --prometheus`: what was read as metrics, in a file that node_exporter's textfile
collector reads. It is written whole or not at all.

Names follow Prometheus' conventions: base units (amperes, joules) and `_total` for counters. PDU
and outlets have different metrics, so that a sum of the PDUs' loads does not count the outlets'
currents again. What has no value has no sample, and never the value 0. A sample is one value of a
metric with its labels: `pdu_outlet_state{pdu="left",outlet="4"} 0.0`.
"""

from __future__ import annotations

import errno
import os
import shlex
import stat
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from handlers.shared.errors import SettingsError
from handlers.shared.meter_figures import Figure, NotKnown, measured, reason_without

from ..cli.output import report
from ..cli.signals import signals_as_ctrl_c
from ..cli.states import DOWN, UP
from ..files.whole_files import write_atomically
from ..inspection.topology import BREAKER, LINE, MeteredPart
from ..pdu_list.listed_pdu import ListedPdu
from ..reading.figures import OUTLET_FIGURES, PDU_FIGURES, is_lost
from ..reading.parts import PolledOutlet, Reading

_Labels = tuple[str, ...]
_JOULES = 3_600_000.0  # in one kWh
_STATE_VALUES = {UP: 1.0, DOWN: 0.0}


class _Metric(NamedTuple):
    """One metric: its name, which ends in `_total` for a counter, its help text, and the names of
    its labels besides `pdu`, the PDU's name, which all have.

    _Metric("pdu_outlet_state", "1 if the outlet is on, 0 if it is off.", ("outlet",))
    """

    name: str
    about: str
    labels: _Labels = ()
    #: how many of its units one unit of its figure is
    units: float = 1.0


_TIME = _Metric("pdu_probe_timestamp_seconds", "When the check that read the PDU began.")
_UP = _Metric("pdu_up", "1 if the PDU reported the states of its outlets, else 0.")
_SECONDS = _Metric("pdu_probe_duration_seconds", "How long reading the PDU took.")
_ERROR = _Metric("pdu_probe_error", "1 with the kind of each error of the reading.", ("kind",))
_MISSING = _Metric(
    "pdu_figure_missing",
    "1 for a figure that is not known now, or that not all of its meters have.",
    ("figure", "outlet", "part", "reason"),
)
_STATE = _Metric("pdu_outlet_state", "1 if the outlet is on, 0 if it is off.", ("outlet",))
_STATE_UNKNOWN = _Metric(
    "pdu_outlet_state_unknown", "1 for an outlet whose state is not known.", ("outlet",)
)
_OUTLET_INFO = _Metric(
    "pdu_outlet_info",
    "The outlet's name, and its number on the unit.",
    ("name", "number", "outlet"),
)
# by `FigureRow.key`
_PDU_METRICS = {
    "load_a": _Metric("pdu_load_amperes", "Load of the PDU."),
    "power_w": _Metric("pdu_power_watts", "Active power of the PDU."),
    "energy_kwh": _Metric(
        "pdu_energy_joules_total", "Energy that the PDU has counted.", units=_JOULES
    ),
}
_OUTLET_METRICS = {
    "current_a": _Metric("pdu_outlet_current_amperes", "Current of the outlet.", ("outlet",)),
    "power_w": _Metric("pdu_outlet_power_watts", "Active power of the outlet.", ("outlet",)),
    "energy_kwh": _Metric(
        "pdu_outlet_energy_joules_total",
        "Energy that the outlet has counted.",
        ("outlet",),
        units=_JOULES,
    ),
}
# by `MeteredPart.kind`
_CURRENTS = {
    LINE: _Metric("pdu_line_current_amperes", "Current of a line.", (LINE,)),
    BREAKER: _Metric("pdu_breaker_current_amperes", "Current of a breaker.", (BREAKER,)),
}
_RATINGS = {
    LINE: _Metric("pdu_line_rating_amperes", "The most that a line may carry.", (LINE,)),
    BREAKER: _Metric("pdu_breaker_rating_amperes", "The most that it may carry.", (BREAKER,)),
}


class _Sample(NamedTuple):
    """One value of a metric, of one PDU, with the values of the metric's labels besides `pdu`:
    `_Sample(_STATE, 0.0, ("4",))` for outlet 4, which is off.
    """

    metric: _Metric
    value: float
    labels: _Labels = ()


class ReadingMetrics(Collector):
    """What was read of some PDUs (`_readings`), and when the check began (`_begin_s`), in the form
    that the library prometheus_client writes.
    """

    def __init__(self, readings: Iterable[tuple[ListedPdu, Reading]], begin_s: float) -> None:
        """`begin_s`: when the check began, in s of time.time()."""
        self._readings = list(readings)
        self._begin_s = begin_s

    def collect(self) -> Iterator[Metric]:
        """Yields each metric with its samples of all PDUs; prometheus_client calls it.

        pdu_load_amperes{pdu="left"} 3.6
        pdu_load_amperes{pdu="right"} 2.9
        pdu_energy_joules_total{pdu="left"} 3.35952e+09
        """
        values_by_metric: dict[_Metric, dict[_Labels, set[float]]] = {}
        for device, reading in self._readings:
            samples = [_Sample(_TIME, self._begin_s)]
            samples += _samples(reading, only_meters=device.metered)
            for sample in samples:
                values_by_labels = values_by_metric.setdefault(sample.metric, {})
                labels = (device.name, *sample.labels)
                values_by_labels.setdefault(labels, set()).add(sample.value)
        for metric, values_by_labels in values_by_metric.items():
            is_counter = metric.name.endswith("_total")
            make = CounterMetricFamily if is_counter else GaugeMetricFamily
            family = make(metric.name, metric.about, labels=("pdu", *metric.labels))
            for labels, values in values_by_labels.items():
                # a series that is there twice costs node_exporter all its metrics: of ratings of
                # parts that a PDU names alike, none has a sample
                if len(values) == 1:
                    family.add_metric(labels, values.pop())
            yield family


def check_path(path: str) -> None:
    """Raise SettingsError if a file cannot be written at this path. Called before the PDUs are
    read, which may take minutes.

    >>> check_path(os.curdir)
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: . cannot be written (Is a directory)
    """
    if os.path.isdir(path):
        raise SettingsError(f"{path} cannot be written ({os.strerror(errno.EISDIR)})")
    try:
        with tempfile.TemporaryFile(dir=os.path.dirname(path) or os.curdir):
            pass
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror})") from None


def write_textfile(
    path: str, readings: Iterable[tuple[ListedPdu, Reading]], begin_s: float
) -> None:
    """Write the metrics of a check into the file at `path`. `begin_s`: when the check began, in s
    of time.time(). A file that is replaced keeps its permissions; a note says if node_exporter,
    which is another user, cannot read it. Raises SettingsError.

        $ pdu check pdus.csv --prometheus /srv/metrics/pdu.prom
        note: other users, such as node_exporter's, cannot read /srv/metrics/pdu.prom: chmod o+r
        /srv/metrics/pdu.prom lets them
    """
    registry = CollectorRegistry()
    registry.register(ReadingMetrics(readings, begin_s))
    try:
        with signals_as_ctrl_c():
            write_atomically(path, generate_latest(registry))
        status = os.stat(path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror})") from None
    # a group other than this user's was chosen, as by a folder with setgid
    is_for_a_group = status.st_mode & stat.S_IRGRP and status.st_gid != os.getegid()
    if not (status.st_mode & stat.S_IROTH or is_for_a_group):
        report(
            f"note: other users, such as node_exporter's, cannot read {path}: chmod o+r"
            f" {shlex.quote(path)} lets them"
        )


def _samples(reading: Reading, *, only_meters: bool) -> Iterator[_Sample]:
    """Yields the samples of one PDU. `only_meters`: the list calls the PDU metered, so that it has
    no states, and an unknown state is no fault.

    >>> for sample in list(_samples(Reading(seconds=2.0, load_a=3.6), only_meters=False)):
    ...     print(sample.metric.name, sample.value, sample.labels)
    pdu_up 0.0 ()
    pdu_probe_duration_seconds 2.0 ()
    pdu_load_amperes 3.6 ()
    """
    yield _Sample(_UP, float(reading.has_states))
    yield _Sample(_SECONDS, reading.seconds)
    for error in reading.failures.values():
        yield _Sample(_ERROR, 1.0, (error.kind,))
    for row in PDU_FIGURES:
        figure = row.of(reading)
        missing_labels = (row.word, "", "")
        yield from _figure_samples(_PDU_METRICS[row.key], figure, (), missing_labels)
    label_counts = Counter((part.kind, part.label) for part in reading.meters)
    for part in reading.meters:
        if label_counts[part.kind, part.label] > 1:
            part = part._replace(current_a=NotKnown("several parts have its label"))
        yield from _part_samples(part)
    for outlet in reading.outlets:
        yield from _outlet_samples(outlet, only_meters=only_meters)
        if reading.has_labels:
            yield _Sample(_OUTLET_INFO, 1.0, (outlet.name, outlet.number, outlet.identity))


def _part_samples(part: MeteredPart) -> Iterator[_Sample]:
    """Yields the samples of a line or a breaker: its current and its rating, or that its current is
    not known.

    >>> [sample.value for sample in _part_samples(MeteredPart(LINE, "L1", 3.6, 16.0))]
    [3.6, 16.0]
    >>> [sample.labels for sample in _part_samples(MeteredPart(LINE, "L1", NotKnown("silent")))]
    [('current', '', 'L1', 'not_known')]
    """
    missing_labels = ("current", "", part.label)
    yield from _figure_samples(_CURRENTS[part.kind], part.current_a, (part.label,), missing_labels)
    if part.rating_a is not None:
        yield _Sample(_RATINGS[part.kind], part.rating_a, (part.label,))


def _outlet_samples(outlet: PolledOutlet, *, only_meters: bool) -> Iterator[_Sample]:
    """Yields the samples of an outlet: its state and its figures. `only_meters`: an unknown state
    is no fault, and has no sample.

    >>> for sample in _outlet_samples(PolledOutlet("4", DOWN), only_meters=False):
    ...     print(sample.metric.name, sample.value, sample.labels)
    pdu_outlet_state 0.0 ('4',)
    """
    labels = (outlet.identity,)
    if outlet.state in _STATE_VALUES:
        yield _Sample(_STATE, _STATE_VALUES[outlet.state], labels)
    elif not only_meters:
        yield _Sample(_STATE_UNKNOWN, 1.0, labels)
    for row in OUTLET_FIGURES:
        figure = row.of(outlet.figures)
        missing_labels = (row.word, outlet.identity, "")
        yield from _figure_samples(_OUTLET_METRICS[row.key], figure, labels, missing_labels)


def _figure_samples(
    metric: _Metric, figure: Figure, labels: _Labels, missing_labels: _Labels
) -> Iterator[_Sample]:
    """Yields the sample of a figure; for one without a value a sample of `pdu_figure_missing`,
    which says in a word why. None for one that is just not metered, or was not asked for. `labels`:
    of the figure; `missing_labels`: the figure's word, outlet and line or breaker for the latter.

    >>> load, labels = _PDU_METRICS["load_a"], ("load", "", "")
    >>> [sample.value for sample in _figure_samples(load, 3.6, (), labels)]
    [3.6]
    >>> [sample.labels for sample in _figure_samples(load, NotKnown("silent"), (), labels)]
    [('load', '', '', 'not_known')]
    >>> list(_figure_samples(load, None, (), labels))
    []
    """
    value = measured(figure)
    if value is not None:
        yield _Sample(metric, value * metric.units, labels)
    elif is_lost(figure):
        yield _Sample(_MISSING, 1.0, (*missing_labels, "not_known"))
    elif reason_without(figure):
        yield _Sample(_MISSING, 1.0, (*missing_labels, "not_metered"))
