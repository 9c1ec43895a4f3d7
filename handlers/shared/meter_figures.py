"""What meters show: a figure, or why there is none.

A total is that of the first source that the unit has a meter for (`first_metered`): its own meter,
and last the sum over its parts (`sum_of_parts`). The meters that it has decide, never their value:
a sum of which a part is never metered is no total, also while nothing flows.

What a protocol says for "I do not have this" leads to the next source. What it says for "not now"
is not known, and no other source replaces it: the figure would jump when the first is back. In a
sum, a part that is not known makes the sum not known, whatever the others lack.

    protocol   "I do not have this"                   "not now"
    Redfish    a property that is missing             a property that is null
    Raritan    a null reference, or an object that    an error of an object that the unit lists
               the unit does not have
    NETIO      other totals, without this             no GlobalMeasure, though outputs have meters
    JAWS       no cord has the field, or a cord has   no list of cords, or a cord without the field
               no field of a meter                    that others have
    NUT        no variable of the same meter          a variable that like parts show, or that all
                                                      drivers show beside those that are listed

Redfish: DSP0266, "Properties". A list of NUT does not tell the two apart: metering.py says which
variables are of one meter. Other codecs: what the maker's document says. A member that it says is
always there is "not now" when it is gone; a list of names that is whole, or 404, says all that
there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Optional, Union

from .decimals import CONTEXT, decimal_sum
from .unknown_states import some


@dataclass(frozen=True)
class NotKnown:
    """A figure that the device has, and that cannot be read now."""

    #: why, for people, with the object and the row or the part: "outlet 3: the sensor is not valid"
    reason: str


@dataclass(frozen=True)
class NotMetered:
    """A figure that the device does not have, where one may expect it: it never passes by itself.

    It is used like None, but no other source replaces it.

    >>> first_metered(NotMetered("2 of 3 inlets have no meter"), 4.2)
    NotMetered(reason='2 of 3 inlets have no meter')
    """

    #: why, for people: "2 of 3 inlets have no meter"
    reason: str


#: the value; NotKnown: none now; NotMetered: never one; None: never one, and none is expected
Figure = Union[float, NotKnown, NotMetered, None]
#: a figure as it was counted, before it becomes a float
ExactFigure = Union[Decimal, NotKnown, NotMetered, None]

#: of what was not read because nobody asked for it
NOT_ASKED = NotKnown("it was not asked for")


# What the meter of an open relay may show. Behind a welded one were 85.2 W
# (notDIRK/shelly-cloud-diy-ha, pull request 34).
_NOISE_W = 5.0
_NOISE_A = 0.05
# What voltage and current deny: active power below a fiftieth of their product, from 50 VA on.
_MOST_VA_OF_A_WATT = 50
_LEAST_APPARENT_VA = 50.0


class MeterFigures(NamedTuple):
    """What a meter shows of an outlet, a branch circuit, an inlet or a PDU: each a number, NotKnown
    (not now), NotMetered (never, though one may expect it) or None (never).

    >>> MeterFigures(current_a=1.5).power_w is None
    True
    >>> MeterFigures.not_known("no answer").power_w
    NotKnown(reason='no answer')
    """

    #: in A
    current_a: Figure = None
    #: active power in W
    power_w: Figure = None
    #: in kWh, cumulative, as the device counts
    energy_kwh: Figure = None

    @classmethod
    def not_known(cls, reason: str) -> MeterFigures:
        """Three figures that cannot be read now."""
        figure = NotKnown(reason)
        return cls(current_a=figure, power_w=figure, energy_kwh=figure)


def measured(figure: Figure) -> Optional[float]:
    """The value of a figure, None if there is none.

    >>> measured(4.2), measured(NotKnown("no answer")), measured(None)
    (4.2, None, None)
    """
    return None if isinstance(figure, (NotKnown, NotMetered)) else figure


def denial_of_off(figures: MeterFigures) -> str:
    """Why an outlet that is reported as off is not: what its own meter shows now, in the same
    answer. "" if nothing denies it.

    >>> denial_of_off(MeterFigures(power_w=85.2))
    'it is reported as off, but its meter shows 85.2 W'
    >>> denial_of_off(MeterFigures(power_w=0.4))
    ''
    """
    power = measured(figures.power_w)
    current = measured(figures.current_a)
    if power is not None and power > _NOISE_W:
        return f"it is reported as off, but its meter shows {power:g} W"
    if current is not None and current > _NOISE_A:
        return f"it is reported as off, but its meter shows {current:g} A"
    return ""


def power_unless_denied(power: Figure, volts: Figure, amperes: Figure) -> Figure:
    """The active power in W that a meter shows; not known if it is less than a fiftieth of the
    product of the voltage and the current of the same meter: a driver that scales it wrongly shows
    a thousandth of it (hpe-pdu3-cis-mib.c of NUT).

    >>> power_unless_denied(900.0, 228.6, 3.98)
    900.0
    >>> power_unless_denied(0.9, 228.6, 3.98)
    NotKnown(reason='it shows 0.9 W, though 228.6 V and 3.98 A make 910 VA')

    Below 50 VA nothing is denied: filters of idle power supplies draw almost no active power.

    >>> power_unless_denied(0.0, 230.0, 0.1)
    0.0
    """
    watts = measured(power)
    known_volts = measured(volts)
    known_amperes = measured(amperes)
    if watts is None or known_volts is None or known_amperes is None:
        return power
    apparent_va = known_volts * known_amperes
    if apparent_va <= _LEAST_APPARENT_VA or watts * _MOST_VA_OF_A_WATT >= apparent_va:
        return power
    return NotKnown(
        f"it shows {watts:g} W, though {known_volts:g} V and {known_amperes:g} A make"
        f" {apparent_va:.0f} VA"
    )


def reason_without(figure: Figure) -> str:
    """Why a figure has no value; "" if it has one, is just not metered, or was not asked for."""
    if figure == NOT_ASKED or not isinstance(figure, (NotKnown, NotMetered)):
        return ""
    return figure.reason


def sum_if_complete(parts: Iterable[Figure]) -> Figure:
    """The sum, added in decimal, or why there is none:

    >>> sum_if_complete([0.1, 0.2])
    0.3
    >>> sum_if_complete([0.1, None])  # the others' sum is no total
    NotMetered(reason='1 of 2 parts of the sum have no meter')

    A part that is not known now makes the sum not known, because what was lost may also be why
    another part seems to have no meter. None if no part has one:

    >>> sum_if_complete([0.1, None, NotKnown("outlet 3: no answer")])
    NotKnown(reason='outlet 3: no answer')
    >>> sum_if_complete([None, None])
    """
    exact_sum = exact_sum_if_complete(_exact(part) for part in parts)
    return float(exact_sum) if isinstance(exact_sum, Decimal) else exact_sum


def sum_of_parts(noun: str, figures: Mapping[str, Figure], advice: str = "") -> Figure:
    """The sum of the figures of outlets or units by their names, or why there is none: not known
    if one of them is not known now; not metered if some have no meter, with their names and
    `advice`; None if none has one.

    >>> sum_of_parts("outlet", {"1": 0.1, "2": 0.2})
    0.3
    >>> sum_of_parts("outlet", {"1": 0.1, "3": None, "4": None}, "; choose one")
    NotMetered(reason='outlets 3, 4 do not meter it; choose one')
    >>> sum_of_parts("outlet", {"1": NotKnown("outlet 1: no answer"), "3": None})
    NotKnown(reason='outlet 1: no answer')
    """
    total = sum_if_complete(figures.values())
    if not isinstance(total, NotMetered) or len(figures) < 2:
        return total
    unmetered_names = [name for name, figure in figures.items() if figure is None]
    reasons = [
        f"{noun} {name}: {figure.reason}"
        for name, figure in figures.items()
        if isinstance(figure, NotMetered)
    ]
    if len(unmetered_names) == 1:
        reasons.insert(0, f"{noun} {unmetered_names[0]} does not meter it")
    elif unmetered_names:
        reasons.insert(0, f"{noun}s {some(unmetered_names)} do not meter it")
    return NotMetered(reasons[0] + advice)


def exact_sum_if_complete(parts: Iterable[ExactFigure]) -> ExactFigure:
    """The sum of the parts as a Decimal, or why there is none: not known if one of them is not
    known now, else not metered if some have no meter.

    >>> exact_sum_if_complete([Decimal("0.1"), Decimal("0.2")])
    Decimal('0.3')
    >>> exact_sum_if_complete([None, NotKnown("no answer")])
    NotKnown(reason='no answer')
    """
    all_parts = list(parts)
    values = [part for part in all_parts if isinstance(part, Decimal)]
    if values and len(values) == len(all_parts):
        return decimal_sum(values)
    return _reason_without_all(all_parts)


def largest(parts: Iterable[Figure]) -> Figure:
    """The largest part; not known if one of them is not known now, else not metered if some have no
    meter; None if none has one.

    >>> largest([1.5, 4.2])
    4.2
    >>> largest([1.5, NotKnown("no answer")])
    NotKnown(reason='no answer')
    """
    all_parts = list(parts)
    values = [part for part in all_parts if isinstance(part, (int, float))]
    if values and len(values) == len(all_parts):
        return max(values)
    return _reason_without_all(all_parts)


def first_metered(*sources: Figure) -> Figure:
    """The first source that is not None. A later one does not replace NotKnown or NotMetered,
    because it would be another quantity.

    >>> first_metered(None, 4.2, 9.0)
    4.2
    >>> first_metered(NotKnown("the inlet does not answer"), 4.2)
    NotKnown(reason='the inlet does not answer')
    """
    for source in sources:
        if source is not None:
            return source
    return None


def divided(figure: Figure, divisor: float) -> Figure:
    """A figure in another unit, divided in decimal; without a value, the same.

    >>> divided(300.0, 1000)
    0.3
    >>> divided(NotMetered("no meter"), 1000)
    NotMetered(reason='no meter')
    """
    dividend = _exact(figure)
    if not isinstance(dividend, Decimal):
        return dividend
    return float(CONTEXT.divide(dividend, Decimal(repr(divisor))))


def _exact(figure: Figure) -> ExactFigure:
    """The decimal number that a float is written as: 0.1 is one tenth."""
    return Decimal(repr(figure)) if isinstance(figure, (int, float)) else figure


def _reason_without_all(parts: Sequence[object]) -> Union[NotKnown, NotMetered, None]:
    """Why there is no sum of these parts, of which at least one has no value:

    >>> _reason_without_all([0.1, None])
    NotMetered(reason='1 of 2 parts of the sum have no meter')
    >>> _reason_without_all([None, NotMetered("it has two feeds"), NotKnown("no answer")])
    NotKnown(reason='no answer')
    >>> _reason_without_all([None, None])
    """
    for part in parts:
        if isinstance(part, NotKnown):
            return part
    unmetered_count = parts.count(None)
    if unmetered_count == len(parts):
        return None
    if unmetered_count:
        return NotMetered(f"{unmetered_count} of {len(parts)} parts of the sum have no meter")
    for part in parts:
        if isinstance(part, NotMetered):
            return part
    raise AssertionError("a part is no figure")
