"""The law by which a machine is proven off: power that still flows, flows through an inlet. Pure.

A `ReadingSeries` is what the PDUs showed over time. Of each PDU it has the outlets, and the rest:
what the inlet's own meter shows beyond all outlets. If a machine that should be off has power,
outlets of somebody else or rests rose when its outlets were switched off, by what they carried.
`hidden` says which of them can hide that much; `moved` says whether the cords that were still on
took over what the others carried.

A place hides nothing if its mean rose by so much less than the machine's load that its own swing,
before and after, does not explain it; how long a value lasts there counts. Two rules need no
statistics: a place hides at most what it shows at its lowest, and a place whose own load went, or
stopped to swing, at the command may hide all that it shows.
"""

from __future__ import annotations

import enum
import itertools
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Optional

from .meters import MeteredLoad, MeterResolution

#: a machine may fall to this part of its load by itself while it is switched off
STEADY = 0.9
# what the cords that are left must take over of what the others lost: surely, and as far as the
# swing allows; a supply that nobody drew takes its part of it
_SURELY, _NEARLY, _MOST = 0.65, 0.9, 1.15
# so many standard errors below the machine's load must be what one place rose by, two or three
# together: the more supplies a machine must have that nobody drew, the fewer
_ERRORS = (3.6, 3.0, 2.5)
# the same for what one command took while other cords of the machine were on, which must have been
# seen to take it over; and for all places together
_ERRORS_OF_A_PART, _ERRORS_OF_ALL = 0.5, 1.0
# Student's t for one in a thousand, about: 3 (1 + 3 / n) for n degrees of freedom
_SIGMAS, _FEW = 3.0, 3.0
# an error so many times smaller than a load proves it: for `noise`
_REVEALED = 6.0
# figures of two looks that are correlated no more than this say each their own
_ALIKE = 0.1
# so many degrees of freedom has what all outlets show of how loads swing here
_POOLED = 4.0
# an outlet that stops to swing may have got another load; one that falls by this part, too
_CALM, _FELL = 0.15, 0.1
# so many figures show the least that a place carries, but for an error of its gain, and for steps
# that a meter does not show
_FIGURES, _GAIN, _HELD = 4, 1.05, 3.0
# how wrong the difference of two figures of a rest may be, in steps
_ROUNDED = 1.5
# the places that are looked at for two or three that hide a machine together
_CANDIDATES = 8


class Quantity(enum.Enum):
    """What is compared."""

    WATTS = "W"
    AMPERES = "A"

    def of(self, draw: MeteredLoad) -> Optional[float]:
        """This figure of a draw."""
        return draw.power_w if self is Quantity.WATTS else draw.current_a

    def step(self, steps: MeterResolution) -> float:
        """The resolution in this quantity."""
        return steps.power_w if self is Quantity.WATTS else steps.current_a


class MeteredPlace(NamedTuple):
    """An outlet, or the rest of an inlet: what no outlet's meter shows."""

    pdu: str
    #: None: the rest
    outlet: Optional[str] = None

    def __str__(self) -> str:
        return f"{self.pdu}/{self.outlet}" if self.outlet is not None else f"{self.pdu}'s inlet"


class PduFigures(NamedTuple):
    """One PDU at one time."""

    #: None: no meter of its own
    inlet: Optional[float]
    #: None: not metered
    outlets: Mapping[str, Optional[float]]


class FleetReading(NamedTuple):
    """The PDUs that answered at one time."""

    #: of a clock that nobody sets, in s
    at: float
    pdus: Mapping[str, PduFigures]


class Period(NamedTuple):
    """A period of time, in s of the same clock. The end does not belong to it."""

    begin: float
    end: float

    def has(self, at: float) -> bool:
        return self.begin <= at < self.end


class RemovedLoad(NamedTuple):
    """What one command took, or should have."""

    #: when it was sent
    at: float
    #: from when on all meters show what it did
    shown: float
    #: what its outlets carried, in the mean
    lost: float
    #: whether the machine has no cord that is on, so that all it carried went
    is_all: bool = True
    #: the standard deviation of what they carried, and the least; None: as the mean
    swing: float = 0.0
    least: Optional[float] = None


class NotProvenReason(NamedTuple):
    """Why something is not proven."""

    reason: str
    #: it looks untrue; else the noise hides it
    contradicts: bool


#: place -> a figure for each of the same looks
Columns = Mapping[MeteredPlace, Sequence[float]]


@dataclass
class ReadingSeries:
    """What the PDUs showed. `steps` is the resolution of each PDU's outlets, `inlet_steps` that of
    its inlet.
    """

    quantity: Quantity
    looks: list[FleetReading] = field(default_factory=list)
    #: kept from an earlier run: place -> what it showed before the first command, look by look
    kept: dict[MeteredPlace, list[float]] = field(default_factory=dict)
    steps: dict[str, float] = field(default_factory=dict)
    inlet_steps: dict[str, float] = field(default_factory=dict)
    #: how often the slowest meter renews its figures, in s
    period_s: float = 0.0
    _rows: list[tuple[float, Mapping[MeteredPlace, float]]] = field(default_factory=list)

    # ---- figures ---------------------------------------------------------------------------------

    def places(self) -> list[MeteredPlace]:
        """All outlets that are metered, and all rests."""
        return list(dict.fromkeys(place for _, row in self._all_rows() for place in row))

    def _all_rows(self) -> list[tuple[float, Mapping[MeteredPlace, float]]]:
        """The times of all looks, and what each place showed."""
        self._rows += [(look.at, _row(look)) for look in self.looks[len(self._rows) :]]
        return self._rows

    def series(self, places: Collection[MeteredPlace], period: Period) -> list[float]:
        """What these places showed together in a period, at each look that has all of them."""
        rows = (row for at, row in self._all_rows() if period.has(at))
        return _sums(list(_columns(places, rows).values()))

    def before(
        self, places: Collection[MeteredPlace], ends: float, without: Sequence[RemovedLoad]
    ) -> dict[MeteredPlace, list[float]]:
        """What places showed before `ends`, without what they showed while meters were late."""
        rows = (
            row
            for at, row in self._all_rows()
            if at < ends and not any(one.at <= at < one.shown for one in without)
        )
        found = _columns(places, rows)
        if self.kept and all(place in self.kept for place in places):
            return {place: [*self.kept[place], *column] for place, column in found.items()}
        return found

    # ---- the judgements --------------------------------------------------------------------------

    def carried(self, places: Collection[MeteredPlace], period: Period) -> float:
        """What these places carried together in a period, in the mean."""
        found = self.series(places, period) if places else []
        return _mean(found) if found else 0.0

    def moved(
        self,
        lost: Sequence[MeteredPlace],
        left: Sequence[MeteredPlace],
        early: Optional[Period],
        shown: float,
        share: float = 1.0,
        surely: float = _SURELY,
    ) -> Optional[NotProvenReason]:
        """Why the places that are left are not known to have taken over what the others carried,
        from `shown` on. None if they have. `early`: before that; None for what was kept of an
        earlier run. `share`: the part of it that these have to show at least, if others that are
        not metered may have taken the rest. `surely`: how much of that is beyond all noise; with 0,
        they only rose.
        """
        was, losses = self._early(left, early), self._early(lost, early)
        after = self.series(left, Period(shown, math.inf))
        gone = _mean(losses) if losses else 0.0
        if not was or not after or gone <= 0:
            return NotProvenReason("the other cords were not read before and after", False)
        shift = _shift(was, after)
        rise, step = shift.rise, self._step_of([*lost, *left])
        swing = _swing(shift, [was, after], step)
        unit = self.quantity.value
        words = (
            f"{_names(lost)} carried {gone:.4g} {unit}, and {_names(left)} rose from"
            f" {shift.was:.4g} to {shift.now:.4g} {unit}"
        )
        if rise + swing + step < share * _NEARLY * gone or rise - swing - step > _MOST * gone:
            return NotProvenReason(
                f"{words}: a cord is in another outlet, or a supply is not drawn",
                rise < 0.8 * gone or rise > 1.25 * gone,
            )
        if rise - swing - step < share * surely * gone:
            return NotProvenReason(
                f"{words}: the noise of {swing + step:.3g} {unit} hides whether", False
            )
        return None

    def _early(self, places: Collection[MeteredPlace], early: Optional[Period]) -> list[float]:
        if early is not None:
            return self.series(places, early)
        return _sums([self.kept.get(one) or [] for one in places])

    def hidden(
        self, own: Collection[MeteredPlace], commands: Sequence[RemovedLoad]
    ) -> Optional[NotProvenReason]:
        """Which places of others, or rests, may have taken over what a command took. None if none
        can have.
        """
        places = [one for one in self.places() if one not in set(own)]
        if not any(one.is_all and one.lost > 0 for one in commands):
            return NotProvenReason("what the machine's last cord carried was not seen", False)
        for command in commands:
            if command.lost <= 0:
                continue
            doubt = self._hidden_since(places, own, command, commands)
            if doubt is not None:
                return doubt
        return None

    def _hidden_since(
        self,
        places: Sequence[MeteredPlace],
        own: Collection[MeteredPlace],
        command: RemovedLoad,
        commands: Sequence[RemovedLoad],
    ) -> Optional[NotProvenReason]:
        before = self.before(places, command.at, commands)
        after = _columns(places, (row for at, row in self._all_rows() if at >= command.shown))
        if not all(before.values()) or not all(after.values()):
            return NotProvenReason("not all PDUs were read before and after the command", False)
        swing = _pooled(
            [column for found in (before, after) for place, column in found.items() if place.outlet]
        )
        stays = [
            _stay(place, before[place], after[place], self._step(place, own), swing, command)
            for place in places
        ]
        worst = sorted(stays, key=lambda one: -one.highest)[:_CANDIDATES]
        for few, errors in enumerate(_ERRORS if command.is_all else [_ERRORS_OF_A_PART], 1):
            for chosen in itertools.combinations(worst, few):
                doubt = self._may_hide(chosen, command, errors)
                if doubt is not None:
                    return doubt
        return self._may_hide(stays, command, _ERRORS_OF_ALL) if command.is_all else None

    def _may_hide(
        self, chosen: Sequence[_Stay], command: RemovedLoad, errors: float
    ) -> Optional[NotProvenReason]:
        """Why these places together may hide what a command took."""
        is_all = len(chosen) > len(_ERRORS)
        # the roundings of many places go both ways
        step = 0.0 if is_all else math.sqrt(sum(one.untold**2 for one in chosen))
        least = (command.lost if command.least is None else command.least) - command.swing
        least = STEADY * least - step
        if math.fsum(min(one.lowest, one.highest) for one in chosen) < least:
            return None
        sums = _sums([one.before for one in chosen]), _sums([one.after for one in chosen])
        if len(chosen) > 1 and all(one.place.outlet for one in chosen) and _lowest(sums[1]) < least:
            return None
        usual = math.sqrt(math.fsum(one.usual**2 for one in chosen))
        shift = _shift(*sums, usual, command.swing)
        load = STEADY * command.lost - step
        noise = errors * shift.error * shift.much
        if shift.rise + noise < load and (noise > 0 or shift.rise < load / 2):
            return None
        unit = self.quantity.value
        where = "all others together" if is_all else _names(one.place for one in chosen)
        if shift.rise >= load / 2:
            return NotProvenReason(
                f"{where} rose by {shift.rise:.4g} {unit}, or may have, when {command.lost:.4g}"
                f" {unit} were switched off, so the machine may have power there",
                not any(one.has_changed for one in chosen)
                and shift.rise - _SIGMAS * shift.much * shift.error >= load / 2,
            )
        return NotProvenReason(
            f"the noise of {noise:.3g} {unit} at {where} hides the machine's {command.lost:.4g}"
            f" {unit}",
            False,
        )

    def risen(
        self, place: MeteredPlace, early: Period, late: Period, own: Collection[MeteredPlace]
    ) -> Optional[tuple[float, float]]:
        """By how much a place rose from one period to another, and how far that may be off. None if
        it was not read in both.
        """
        before, after = self.series([place], early), self.series([place], late)
        if not before or not after:
            return None
        step = self._step(place, own)
        shift = _shift(before, after)
        return shift.rise, math.hypot(_swing(shift, [before, after], step), step)

    def noise(self, seconds: Optional[float] = None) -> tuple[float, str]:
        """The load that readings of so long before a command and after it just reveal at the worst
        place, and its name. None: as long as was read until now.
        """
        worst = (0.0, "")
        passed = self.looks[-1].at - self.looks[0].at if self.looks else 0.0
        for place, values in _columns(self.places(), (row for _, row in self._all_rows())).items():
            if not values:
                continue
            error = _shift(values, values).error
            if seconds:
                error *= math.sqrt(passed / seconds)
            worst = max(worst, (_REVEALED * error + self._step(place, ()), str(place)))
        return worst

    def _step(self, place: MeteredPlace, own: Collection[MeteredPlace]) -> float:
        """The resolution of a place. Own outlets that fall let a rest move by their rounding."""
        outlets = self.steps.get(place.pdu, 0.0)
        if place.outlet is not None:
            return outlets
        mine = sum(one.pdu == place.pdu for one in own)
        return math.hypot(self.inlet_steps.get(place.pdu, 0.0), outlets * math.sqrt(mine))

    def _step_of(self, places: Iterable[MeteredPlace]) -> float:
        return math.sqrt(math.fsum(self.steps.get(one.pdu, 0.0) ** 2 for one in places))


def _row(look: FleetReading) -> Mapping[MeteredPlace, float]:
    """What each place showed."""
    found: dict[MeteredPlace, float] = {}
    for pdu, figures in look.pdus.items():
        known = {name: value for name, value in figures.outlets.items() if value is not None}
        found.update((MeteredPlace(pdu, name), value) for name, value in known.items())
        if figures.inlet is not None:
            found[MeteredPlace(pdu)] = figures.inlet - math.fsum(known.values())
    return found


def _columns(
    places: Collection[MeteredPlace], rows: Iterable[Mapping[MeteredPlace, float]]
) -> dict[MeteredPlace, list[float]]:
    """The figures of places at the looks that have all of them."""
    whole = [row for row in rows if all(place in row for place in places)]
    return {place: [row[place] for row in whole] for place in places}


def _sums(columns: Sequence[Sequence[float]]) -> list[float]:
    return list(columns[0]) if len(columns) == 1 else [sum(row) for row in zip(*columns)]


class _Stay(NamedTuple):
    """A place before and after a command."""

    place: MeteredPlace
    #: whether it may have lost its own load; then nothing is `before`
    has_changed: bool
    before: Sequence[float]
    after: Sequence[float]
    #: so far may it have risen that its meter does not show
    untold: float
    #: the standard deviation by what all outlets show
    usual: float
    #: it may have risen so far
    highest: float
    #: it showed no more at times, so it can hide no more
    lowest: float


def _stay(
    place: MeteredPlace,
    before: Sequence[float],
    after: Sequence[float],
    step: float,
    swing: float,
    command: RemovedLoad,
) -> _Stay:
    most = max(abs(_mean(before)), abs(_mean(after)))
    usual = swing * most if place.outlet is not None else 0.0
    shift = _shift(before, after, usual)
    spread = max(before) - min(before)
    much = max(_HELD * step, _FELL * command.lost)
    has_calmed = spread > much and max(after) - min(after) < _CALM * spread
    surely = _SIGMAS * shift.much * shift.error
    fell = -shift.rise > max(surely + step, _FELL * command.lost)
    # somebody else's load may have gone at the same moment, and the machine's have come
    was = [0.0] * len(before) if has_calmed or fell else before
    # a meter that is late shows what came to a quiet place in its last figures
    if spread <= _HELD * step and _mean(after) < after[-1]:
        after = [after[-1]] * len(after)
    highest = _mean(after) - _mean(was) + _ERRORS[0] * shift.much * shift.error
    lowest = math.inf if place.outlet is None else _lowest(after)
    untold = step * (_HELD if place.outlet is not None else _ROUNDED)
    return _Stay(place, has_calmed or fell, was, after, untold, usual, highest, lowest)


def _lowest(after: Sequence[float]) -> float:
    """What feeds a machine shows at least what the machine carries, in each figure. The lowest of
    all may be a glitch. A rest falls when an inlet's meter is later than the outlets'.
    """
    return max(0.0, sorted(after)[1]) * _GAIN if len(after) >= _FIGURES else math.inf


class _Shift(NamedTuple):
    """How a mean changed."""

    was: float
    now: float
    #: the standard error of the change, and its degrees of freedom
    error: float
    degrees: float

    @property
    def rise(self) -> float:
        return self.now - self.was

    @property
    def much(self) -> float:
        """How much more the error counts, as it is an estimate from few figures."""
        return 1 + _FEW / self.degrees


def _shift(
    before: Sequence[float], after: Sequence[float], usual: float = 0.0, more: float = 0.0
) -> _Shift:
    """`usual`: the standard deviation by what all outlets show; it counts where these have little
    to say. `more`: that of what may have come.
    """
    was, now = _mean(before), _mean(after)
    centred = [one - was for one in before], [one - now for one in after]
    squares = sum(one * one for both in centred for one in both)
    lasts = _lasts(centred, squares) if squares > 0 else 1.0
    many = max(1.0, len(before) / lasts), max(1.0, len(after) / lasts)
    degrees = max(0.5, sum(many) - 2)
    variance = squares / (len(before) + len(after)) * sum(many) / degrees
    if usual > 0:
        variance = (variance * degrees + _POOLED * usual**2) / (degrees + _POOLED)
        degrees += _POOLED
    error = math.sqrt((variance + more**2) * (1 / many[0] + 1 / many[1]))
    return _Shift(was, now, error, degrees)


def _swing(shift: _Shift, groups: Iterable[Sequence[float]], step: float) -> float:
    """How far the rise may be off beyond the meter's step."""
    if all(max(one) - min(one) <= 1.01 * step for one in groups):
        return 0.0
    return _SIGMAS * shift.much * shift.error


def _lasts(centred: Sequence[Sequence[float]], squares: float) -> float:
    """For how many looks a value lasts: so many say no more than one. By the deviations from the
    mean, and the sum of their squares.
    """
    found = 1.0
    for lag in range(1, max(map(len, centred)) // 2):
        product = sum(a * b for both in centred for a, b in zip(both, both[lag:]))
        if product <= _ALIKE * squares:
            break
        found += 2 * product / squares
    return found


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _squares(values: Sequence[float]) -> float:
    mean = _mean(values)
    return sum((one - mean) ** 2 for one in values)


def _pooled(columns: Iterable[Sequence[float]]) -> float:
    """How far the loads swing here that swing at all, as a part of themselves."""
    squares = degrees = 0.0
    for one in columns:
        mean = _mean(one) if one else 0.0
        if mean > 0 and len(one) > 1:
            squares += _squares(one) / mean**2
            degrees += len(one) - 1
    return min(1.0, math.sqrt(squares / degrees)) if degrees else 0.0


def _names(places: Iterable[MeteredPlace]) -> str:
    return ", ".join(map(str, places))
