"""The exporter's metrics in Prometheus, Thanos or VictoriaMetrics as a source of readings.

A sample has the time at which its scrape began. The exporter read the PDU at some moment of the
scrape, whose length is a metric too.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Callable, NamedTuple, Optional

from handlers.shared.errors import ProtocolError, SettingsError, printable

from ..registers.numpy_lazy import np
from ..registers.poll import OWN, UnitFacts
from .queries import Api, Samples
from .readings import Block, Found, PduReadings

_JOULES = 3_600_000.0  # of a kWh
_ENERGY, _OWN_ENERGY = "pdu_outlet_energy_joules_total", "pdu_energy_joules_total"
_CURRENT, _LOAD = "pdu_outlet_current_amperes", "pdu_load_amperes"
_POWER, _STATE = "pdu_outlet_power_watts", "pdu_outlet_state"
#: of the whole unit: which it is (in labels), since when it runs, and what error it states
_INFO, _UPTIME, _ERROR = "pdu_info", "pdu_uptime_seconds", "pdu_power_error_ratio"
_LENGTHS = ("scrape_duration_seconds", "pdu_probe_duration_seconds")
#: labels by which an owner may say which unit it is, and those of pdu_info
_UNIT_LABELS = ("serial", "firmware")
_OWN_NAMES = {*_UNIT_LABELS, "family"}
_METRICS = (
    *(_ENERGY, _OWN_ENERGY, _CURRENT, _LOAD, _POWER, _STATE),
    *(_INFO, _UPTIME, _ERROR),
    *_LENGTHS,
)
_DAY = 86400.0
#: how much before and after the period is read: its first and last reading must be confirmed, and
#: a gap that is as long as the period has readings only around it
_AROUND = _DAY
#: the length of a scrape that no metric states: the longest that Prometheus allows by default, in s
_LENGTH_S = 10.0
#: how far a sample's time may be from the scrape, in s (--scrape.timestamp-tolerance)
_ALIGNED_S = 0.01
#: the same for VictoriaMetrics, as a share of the time between scrapes (lib/promscrape, scrapework)
_ALIGNED_SHARE = 0.1
_MATCH = re.compile(r'[A-Za-z_]\w*(=|!=|=~|!~)"[^"\\\n]*"(,[A-Za-z_]\w*(=|!=|=~|!~)"[^"\\\n]*")*')
#: decimals of a percentage that a server keeps as a share of 1
_PLACES = 9
_TIMES = (
    "Times are those of the scrapes. Of jumps of the server's clock, only those back are seen; a"
    " unit that was exchanged at the same address is seen only by its register, unless `pdu"
    " exporter --identity` serves which unit it is."
)


class Prometheus:
    """A server as a source."""

    def __init__(self, api: Api, match: str = "") -> None:
        """`match`: more labels of the series, such as `job="pdu"`. Raises SettingsError."""
        if match and not _MATCH.fullmatch(match):
            raise SettingsError(
                f'--match is {printable(match, 60)!r}: give labels such as job="pdu",site="a"'
            )
        self._api, self._match = api, match
        self._hash = hashlib.sha256()
        self._samples = 0

    def audit_each(
        self, begin: float, end: float, audit: Callable[[PduReadings], Found]
    ) -> Iterator[Found]:
        """Of each PDU that was scraped in the period, or on both sides of it.

        Raises PduHandlerError.
        """
        for name in self._names(begin, end):
            yield audit(PduReadings(name, self._blocks(name, begin - _AROUND, end + _AROUND)))

    def close(self) -> None:
        """Close the connection."""
        self._api.close()

    def origin(self) -> Sequence[str]:
        """Which server answered, the hash of its samples, and what they do not say."""
        sentence = f"Readings: {self._samples} samples of {printable(self._api.name)}"
        return [f"{sentence}, SHA-256 {self._hash.hexdigest()}", _TIMES]

    def _names(self, begin: float, end: float) -> Sequence[str]:
        earlier = self._up(begin - _AROUND, begin)
        names = self._up(begin, end) | earlier & self._up(end, end + _AROUND)
        if not names:
            raise SettingsError(
                f"{self._api.name} has no series pdu_up in this period: is the exporter scraped,"
                " and does --match fit?"
            )
        return sorted(names)

    def _up(self, begin: float, end: float) -> set[str]:
        """The PDUs that were scraped in a time."""
        series = self._api.series(f"pdu_up{{{self._match}}}", begin, end)
        names = {labels.get("instance", "") for labels in series}
        if "" in names or not all(map(_is_text, names)):
            raise ProtocolError("a series pdu_up has no label instance").at(self._api.name)
        return names

    def _blocks(self, name: str, begin: float, end: float) -> Iterator[Block]:
        """The scrapes of one PDU, day by day."""
        matchers = f",{self._match}" if self._match else ""
        name_json = json.dumps(name, ensure_ascii=False)
        selector = f'{{__name__=~"{"|".join(_METRICS)}",instance={name_json}{matchers}}}'
        at, ends = begin, _SeriesEnds()
        while at < end:
            until = min(at + _DAY, end)
            samples = self._api.samples(selector, at, until)
            self._hash_samples(samples)
            yield from self._scrapes(name, samples, ends)
            at = until

    def _hash_samples(self, series: Sequence[Samples]) -> None:
        for samples in sorted(series, key=lambda samples: sorted(samples.labels.items())):
            self._hash.update(json.dumps(sorted(samples.labels.items())).encode())
            self._hash.update(json.dumps([list(samples.times), list(samples.values)]).encode())
            self._samples += len(samples.times)

    def _scrapes(self, name: str, series: Sequence[Samples], ends: _SeriesEnds) -> Iterator[Block]:
        """The scrapes of one answer, one block while they say the same of the unit."""
        scrapes: dict[float, _Scrape] = {}
        lengths: dict[float, float] = {}
        # A server gives series in any order.
        for samples in sorted(
            series, key=lambda samples: (samples.times[:1], _order(samples.labels))
        ):
            metric = samples.labels.get("__name__", "")
            if metric in _LENGTHS:
                for time, value in zip(samples.times, samples.values):
                    lengths[time] = max(lengths.get(time, 0.0), value)
                continue
            if metric == _INFO:
                # What a unit says of itself may come and go: its series then begin again.
                for time in samples.times:
                    scrapes.setdefault(time, _Scrape()).infos.append(samples.labels)
                continue
            outlet = samples.labels.get("outlet", OWN)
            ends.refuse_overlap(self._api.name, name, metric, outlet, samples)
            target = _target(samples.labels)
            for time, value in zip(samples.times, samples.values):
                scrape = scrapes.setdefault(time, _Scrape())
                scrape.targets.add(target)
                if metric in (_UPTIME, _ERROR):
                    scrape.unit[metric] = value
                else:
                    scrape.figures.setdefault(outlet, {})[metric] = value
        times = sorted(scrapes)
        early = _ALIGNED_S
        if self._api.is_victoria and len(times) > 1:
            early += _ALIGNED_SHARE * statistics.median(map(float.__sub__, times[1:], times))
        for unit, some in groupby(times, key=lambda time: scrapes[time].unit_facts(name)):
            polls = [
                (time - early, time + early + lengths.get(time, _LENGTH_S), scrapes[time])
                for time in some
            ]
            yield _block(unit, polls)


def _block(unit: UnitFacts, polls: Sequence[tuple[float, float, _Scrape]]) -> Block:
    """The polls of a unit: begin, end, and what was stored."""
    outlets = dict.fromkeys(outlet for _, _, scrape in polls for outlet in scrape.figures)
    kept = [poll for poll in polls if not all(map(poll[2].is_empty, outlets))]
    rows = [[scrape.read(outlet) for _, _, scrape in kept] for outlet in outlets]
    table = np.array(rows, float).reshape(len(outlets), len(kept), 3)
    kwh, amperes, watts = table.transpose(2, 0, 1)
    return Block(
        unit._replace(registers=(*outlets,)),
        np.array([begin for begin, _, _ in kept]),
        np.array([end for _, end, _ in kept]),
        np.full(len(kept), math.nan),
        np.array([scrape.unit.get(_UPTIME, math.nan) for _, _, scrape in kept]),
        kwh,
        amperes,
        watts,
        failures=len(polls) - len(kept),
    )


def _is_text(label: str) -> bool:
    """Whether it can be asked for: JSON may hold halves of characters, which UTF-8 cannot."""
    try:
        label.encode()
    except UnicodeEncodeError:
        return False
    return True


def _order(labels: Mapping[str, str]) -> Sequence[object]:
    """A key that sorts outlet 2 before 10, and 1.9 before 1.10."""
    parts = re.split("([0-9]+)", labels.get("outlet", OWN))
    # each second part is a number: the longer one is the higher one
    return [
        (len(number := part.lstrip("0")), number) if place % 2 else part
        for place, part in enumerate(parts)
    ]


class _ScrapedUnit(NamedTuple):
    """What the labels of a series say, other than pdu_info."""

    #: which target it is
    unit: str
    #: what somebody wrote of which unit it is
    label: str
    #: the names of labels that pdu_info has too
    names: frozenset[str]


def _target(labels: Mapping[str, str]) -> _ScrapedUnit:
    left = labels.keys() - {"__name__", "outlet", "instance", *_UNIT_LABELS}
    return _ScrapedUnit(
        " ".join(sorted(f"{name}={labels[name]}" for name in left)),
        " ".join(f"{name}={labels[name]}" for name in _UNIT_LABELS if name in labels),
        frozenset(labels.keys() & _OWN_NAMES),
    )


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(sorted({*texts} - {""}))


class _Scrape:
    """What one scrape stored."""

    def __init__(self) -> None:
        #: outlet -> metric -> value
        self.figures: dict[str, dict[str, float]] = {}
        #: metric -> value, of the unit
        self.unit: dict[str, float] = {}
        #: the labels of pdu_info
        self.infos: list[Mapping[str, str]] = []
        #: of the other series
        self.targets: set[_ScrapedUnit] = set()

    def read(self, outlet: str) -> Sequence[float]:
        """kWh, amperes and watts of an outlet, or of OWN; NaN for what was not stored."""
        values = self.figures.get(outlet, {})
        energy, current = (_OWN_ENERGY, _LOAD) if outlet == OWN else (_ENERGY, _CURRENT)
        joules, *flows = (values.get(metric, math.nan) for metric in (energy, current, _POWER))
        return joules / _JOULES, *flows

    def is_empty(self, outlet: str) -> bool:
        """Whether nothing but a state was stored of an outlet."""
        return all(map(math.isnan, self.read(outlet)))

    def unit_facts(self, name: str) -> UnitFacts:
        """What it says of the unit. `name`: of the PDU."""
        return UnitFacts(
            name,
            _joined(target.unit for target in self.targets),
            self._label_value("serial"),
            self._label_value("firmware"),
            self._label_value("family"),
            "",
            _percent(self.unit.get(_ERROR)),
            None,
            (),
            _joined(target.label for target in self.targets),
        )

    def _label_value(self, name: str) -> str:
        """What the unit itself says in a label of pdu_info.

        A label that other series have too is the target's. Prometheus then stores the unit's own
        under another name, and not at all if it is empty.
        """
        is_targets = any(name in target.names for target in self.targets)
        return _joined(
            labels.get(f"exported_{name}") or ("" if is_targets else labels.get(name, ""))
            for labels in self.infos
        )


class _SeriesEnds:
    """Where each series ended, so that two that overlap are seen."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], tuple[float, Mapping[str, str]]] = {}

    def refuse_overlap(
        self, host: str, name: str, metric: str, outlet: str, samples: Samples
    ) -> None:
        """Raises SettingsError for a register that has two series at one time."""
        last = self._last.get((metric, outlet))
        if last is not None and last[1] != samples.labels and samples.times[0] <= last[0]:
            difference = sorted(set(samples.labels.items()) ^ set(last[1].items()))
            labels = ", ".join(f"{key}={value}" for key, value in difference)
            raise SettingsError(
                f"{host}: {printable(name, 60)} has two series of one register, which differ in"
                f" {printable(labels, 200)}: choose one with --match"
            )
        self._last[metric, outlet] = (samples.times[-1], samples.labels)


def _percent(ratio: Optional[float]) -> Optional[float]:
    """None for what is no error that a unit can state."""
    return round(ratio * 100.0, _PLACES) if ratio is not None and 0.0 < ratio <= 1.0 else None
