"""The law by which a machine is proven off: power that still flows, flows through an inlet. Pure.

A `Trail` is what the PDUs showed over time. Of each PDU it has the outlets, and the rest: what the
inlet's own meter shows beyond all outlets. If a machine that should be off has power, an outlet of
somebody else or a rest rose when its outlets were switched off, by what they carried. `hidden`
says which of them can hide that much, by how far they swung before and after; `moved` says whether
the cords that were still on took over what the others carried. An outlet that fell may hide as much
as it carries now: somebody else's load may have gone at the same moment.
"""

from __future__ import annotations

import enum
import itertools
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Optional

from .meters import Draw, Steps

#: a machine may fall to this part of its load by itself while it is switched off
STEADY = 0.8
# what the cords that are left must take over of what the others lost: surely, and as far as the
# swing allows; a supply that nobody drew takes its part of it
_SURELY, _NEARLY, _MOST = 0.65, 0.9, 1.25
# how many outlets of others may hide a machine together
_TOGETHER = 3
# Student's t for one in a thousand, about: 3 (1 + 3 / n) for n degrees of freedom. For a cord that
# is in another outlet, somebody else must also seem to have taken over at the drawn one.
_SIGMAS, _FEW, _SIGMAS_OF_TWO = 3.0, 3.0, 2.0
# so many degrees of freedom has what all outlets show of how loads swing here
_POOLED = 4.0
# an outlet that stops to swing may have got another load
_CALM = 0.15
# so many late figures show the least that a place carries, but for an error of its gain, and for
# steps that a meter does not show
_FIGURES, _GAIN, _HELD = 4, 1.05, 3.0
# the outlets that are looked at for two or three that hide a machine together
_CANDIDATES = 8


class Quantity(enum.Enum):
    """What is compared."""

    WATTS = "W"
    AMPERES = "A"

    def of(self, draw: Draw) -> Optional[float]:
        """This figure of a draw."""
        return draw.power_w if self is Quantity.WATTS else draw.current_a

    def step(self, steps: Steps) -> float:
        """The resolution in this quantity."""
        return steps.power_w if self is Quantity.WATTS else steps.current_a


class Place(NamedTuple):
    """An outlet, or the rest of an inlet: what no outlet's meter shows."""

    pdu: str
    #: None: the rest
    outlet: Optional[str] = None

    def __str__(self) -> str:
        return f"{self.pdu}/{self.outlet}" if self.outlet is not None else f"{self.pdu}'s inlet"


class Figures(NamedTuple):
    """One PDU at one time."""

    #: None: no meter of its own
    inlet: Optional[float]
    #: None: not metered
    outlets: Mapping[str, Optional[float]]


class Look(NamedTuple):
    """The PDUs that answered at one time."""

    #: of a clock that nobody sets, in s
    at: float
    pdus: Mapping[str, Figures]


class Period(NamedTuple):
    """A period of time, in s of the same clock. The end does not belong to it."""

    begin: float
    end: float

    def has(self, at: float) -> bool:
        return self.begin <= at < self.end


class Taken(NamedTuple):
    """What one command took, or should have."""

    #: when it was sent
    at: float
    #: from when on all meters show what it did
    shown: float
    #: what its outlets carried
    lost: float
    #: whether the machine has no cord that is on, so that all it carried went
    is_all: bool = True


class Doubt(NamedTuple):
    """Why something is not proven."""

    reason: str
    #: it looks untrue; else the noise hides it
    contradicts: bool


@dataclass
class Trail:
    """What the PDUs showed. `steps` is the resolution of each PDU's outlets, `inlet_steps` that of
    its inlet.
    """

    quantity: Quantity
    looks: list[Look] = field(default_factory=list)
    #: kept from an earlier run: place -> what it showed before the first command
    kept: dict[Place, list[float]] = field(default_factory=dict)
    steps: dict[str, float] = field(default_factory=dict)
    inlet_steps: dict[str, float] = field(default_factory=dict)
    #: how often the slowest meter renews its figures, in s
    period_s: float = 0.0

    # ---- series ----------------------------------------------------------------------------------

    def places(self) -> list[Place]:
        """All outlets that are metered, and all rests."""
        found: dict[Place, None] = {}
        for look in self.looks:
            for pdu, figures in look.pdus.items():
                if figures.inlet is not None:
                    found[Place(pdu)] = None
                for name, value in figures.outlets.items():
                    if value is not None:
                        found[Place(pdu, name)] = None
        return list(found)

    def series(self, places: Collection[Place], period: Period) -> list[float]:
        """What these places showed together in a period: a value for each change, and for each
        renewal that may have been one.
        """
        return self._renewed(places, (look for look in self.looks if period.has(look.at)))

    def before(self, place: Place, ends: float, without: Sequence[Taken]) -> list[float]:
        """What a place showed before `ends`, without what it showed while meters were late."""
        looks = (
            look
            for look in self.looks
            if look.at < ends and not any(one.at <= look.at < one.shown for one in without)
        )
        return [*self.kept.get(place, ()), *self._renewed([place], looks)]

    def _renewed(self, places: Collection[Place], looks: Iterable[Look]) -> list[float]:
        found: list[float] = []
        at = -math.inf
        for look in looks:
            values = [_value(look, place) for place in places]
            known = [one for one in values if one is not None]
            if len(known) < len(values):
                continue
            total = math.fsum(known)
            if look.at - at >= self.period_s or abs(found[-1] - total) > 1e-9:
                found.append(total)
                at = look.at
        return found

    # ---- the judgements --------------------------------------------------------------------------

    def carried(self, places: Collection[Place], period: Period) -> float:
        """What these places carried together in a period, in the mean."""
        found = self.series(places, period) if places else []
        return _mean(found) if found else 0.0

    def moved(
        self,
        lost: Sequence[Place],
        left: Sequence[Place],
        early: Optional[Period],
        shown: float,
        share: float = 1.0,
        surely: float = _SURELY,
    ) -> Optional[Doubt]:
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
            return Doubt("the other cords were not read before and after", False)
        rise = _mean(after) - _mean(was)
        step = self._step_of([*lost, *left])
        swing = _noise([was, after], step)
        unit = self.quantity.value
        words = (
            f"{_names(lost)} carried {gone:.4g} {unit}, and {_names(left)} rose from"
            f" {_mean(was):.4g} to {_mean(after):.4g} {unit}"
        )
        if rise + swing + step < share * _NEARLY * gone or rise - swing - step > _MOST * gone:
            return Doubt(
                f"{words}: a cord is in another outlet, or a supply is not drawn",
                rise < STEADY * gone or rise > gone / STEADY,
            )
        if rise - swing - step < share * surely * gone:
            return Doubt(f"{words}: the noise of {swing + step:.3g} {unit} hides whether", False)
        return None

    def _early(self, places: Collection[Place], early: Optional[Period]) -> list[float]:
        if early is not None:
            return self.series(places, early)
        return [math.fsum(_mean(self.kept.get(one) or [0.0]) for one in places)]

    def hidden(self, own: Collection[Place], commands: Sequence[Taken]) -> Optional[Doubt]:
        """Which places of others, or rests, may have taken over what a command took. None if none
        can have.
        """
        places = [one for one in self.places() if one not in set(own)]
        if not any(one.is_all and one.lost > 0 for one in commands):
            return Doubt("what the machine's last cord carried was not seen", False)
        for command in commands:
            if command.lost <= 0:
                continue
            doubt = self._hidden_since(places, own, command, commands)
            if doubt is not None:
                return doubt
        return None

    def _hidden_since(
        self,
        places: Sequence[Place],
        own: Collection[Place],
        command: Taken,
        commands: Sequence[Taken],
    ) -> Optional[Doubt]:
        window = Period(command.shown, math.inf)
        groups = {
            place: [self.before(place, command.at, commands), self.series([place], window)]
            for place in places
        }
        swing = _pooled([one for place, one in groups.items() if place.outlet is not None])
        rises = []
        for place, (before, after) in groups.items():
            if not before or not after:
                return Doubt(f"{place} was not read before and after the command", False)
            rises.append(_rise(place, before, after, self._step(place, own), swing))
        least = STEADY * command.lost
        part = 1.0 if command.is_all else _SIGMAS_OF_TWO / _SIGMAS
        unit = self.quantity.value
        for few in range(1, (_TOGETHER if command.is_all else 1) + 1):
            for chosen in itertools.combinations(_worst(rises), few):
                rise = math.fsum(one.rise for one in chosen)
                noise = part * math.sqrt(math.fsum(one.noise**2 for one in chosen))
                if rise + noise < least or _most(chosen, part) < least:
                    continue
                where = ", ".join(str(one.place) for one in chosen)
                if rise >= least / 2:
                    # surely if the noise does not decide it
                    return Doubt(
                        f"{where} rose by {rise:.4g} {unit}, or may have, when"
                        f" {command.lost:.4g} {unit} were switched off, so the machine may have"
                        " power there",
                        rise - noise >= least / 2,
                    )
                return Doubt(
                    f"the noise of {noise:.3g} {unit} at {where} hides"
                    f" the machine's {command.lost:.4g} {unit}",
                    False,
                )
        return None

    def risen(
        self, place: Place, early: Period, late: Period, own: Collection[Place]
    ) -> Optional[tuple[float, float]]:
        """By how much a place rose from one period to another, and how far that may be off. None if
        it was not read in both.
        """
        before, after = self.series([place], early), self.series([place], late)
        if not before or not after:
            return None
        step = self._step(place, own)
        return _mean(after) - _mean(before), math.hypot(_noise([before, after], step), step)

    def noise(self) -> tuple[float, str]:
        """How far the worst place swings by itself, three times its standard deviation, and its
        name.
        """
        worst = (0.0, "")
        for place in self.places():
            values = self.series([place], Period(-math.inf, math.inf))
            swing = max(_SIGMAS * _deviation([values]), self._step(place, ()))
            worst = max(worst, (swing, str(place)))
        return worst

    def _step(self, place: Place, own: Collection[Place]) -> float:
        """The resolution of a place. Own outlets that fall let a rest move by their rounding."""
        outlets = self.steps.get(place.pdu, 0.0)
        if place.outlet is not None:
            return outlets
        mine = sum(one.pdu == place.pdu for one in own)
        return math.hypot(self.inlet_steps.get(place.pdu, 0.0), outlets * math.sqrt(mine))

    def _step_of(self, places: Iterable[Place]) -> float:
        return math.sqrt(math.fsum(self.steps.get(one.pdu, 0.0) ** 2 for one in places))


def _value(look: Look, place: Place) -> Optional[float]:
    figures = look.pdus.get(place.pdu)
    if figures is None:
        return None
    if place.outlet is not None:
        return figures.outlets.get(place.outlet)
    if figures.inlet is None:
        return None
    return figures.inlet - math.fsum(one for one in figures.outlets.values() if one is not None)


class _Rise(NamedTuple):
    """What a place may hide."""

    place: Place
    rise: float
    noise: float
    #: it showed no more at times, so it can hide no more
    least: float


def _rise(
    place: Place, before: Sequence[float], after: Sequence[float], step: float, swing: float
) -> _Rise:
    late = after[len(after) // 2 :]
    # a meter that averages, or is late, shows what came to a place in its last figures
    is_calm = max(before) - min(before) <= _HELD * step
    was, now = _mean(before), max(_mean(after), _mean(late)) if is_calm else _mean(after)
    relative = swing * max(abs(was), abs(now)) if place.outlet is not None else 0.0
    noise = math.hypot(_noise([before, after], step, relative), step)
    spread = max(before) - min(before)
    has_calmed = spread > 3 * step and max(after) - min(after) < _CALM * spread
    fell = now - was < -noise
    # somebody else's load may have gone at the same moment, and the machine's have come
    return _Rise(place, now if fell or has_calmed else now - was, noise, _least(place, late, step))


def _least(place: Place, late: Sequence[float], step: float) -> float:
    """A place that feeds a machine shows at least what the machine carries, in each figure. The
    lowest of all may be a glitch. A rest falls when an inlet's meter is later than the outlets'.
    """
    if place.outlet is None or len(late) < _FIGURES:
        return math.inf
    return max(0.0, sorted(late)[1]) * _GAIN + _HELD * step


def _most(chosen: Iterable[_Rise], part: float) -> float:
    """What these places may hide, each for itself."""
    return math.fsum(min(one.least, max(0.0, one.rise + part * one.noise)) for one in chosen)


def _worst(rises: Sequence[_Rise]) -> list[_Rise]:
    return sorted(rises, key=lambda one: -one.rise - one.noise)[:_CANDIDATES]


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _squares(values: Sequence[float]) -> float:
    mean = _mean(values)
    return math.fsum((one - mean) ** 2 for one in values)


def _deviation(groups: Sequence[Sequence[float]]) -> float:
    degrees = sum(len(one) - 1 for one in groups if one)
    squares = math.fsum(_squares(one) for one in groups if one)
    return math.sqrt(squares / degrees) if degrees > 0 else 0.0


def _noise(groups: Sequence[Sequence[float]], step: float, pooled: float = 0.0) -> float:
    """How far the difference of two means may be off, beyond the meter's step. `pooled`: the
    standard deviation by what all outlets show; it counts where these have little to say.
    """
    if all(max(one) - min(one) <= 1.01 * step for one in groups):
        return 0.0
    degrees = float(sum(len(one) - 1 for one in groups))
    squares = math.fsum(_squares(one) for one in groups)
    if pooled > 0:
        squares, degrees = squares + _POOLED * pooled**2, degrees + _POOLED
    deviation = math.sqrt(squares / degrees)
    error = math.sqrt(math.fsum(1 / len(one) for one in groups))
    return _SIGMAS * (1 + _FEW / degrees) * deviation * error


def _pooled(groups: Iterable[Sequence[Sequence[float]]]) -> float:
    """How far the loads swing here that swing at all, as a part of themselves."""
    squares = degrees = 0.0
    for both in groups:
        for one in both:
            mean = _mean(one) if one else 0.0
            if mean > 0 and len(one) > 1:
                squares += _squares(one) / mean**2
                degrees += len(one) - 1
    return min(1.0, math.sqrt(squares / degrees)) if degrees else 0.0


def _names(places: Iterable[Place]) -> str:
    return ", ".join(map(str, places))
