"""What meters show: a figure, or why there is none.

What a protocol says for "I do not have this" leads to the next source (`total_figure`). What it
says for "not now" is not known, and no other source replaces it: the figure would jump when the
first is back.

    protocol   "I do not have this"                   "not now"
    Redfish    a property that is missing             a property that is null
    Raritan    a null reference, or an object that    an error of an object that the unit lists
               the unit does not have
    NETIO      other totals, without this             no GlobalMeasure, though outputs have meters
    JAWS       no cord has the field                  no list of cords, or a cord without the field
    NUT        no variable of the same meter          a variable that like parts show, or that all
                                                      drivers show beside those that are listed

Redfish: DSP0266, "Properties". A list of NUT does not tell the two apart: metering.py says which
variables are of one meter. Other codecs: what the maker's document says. A member that it says is
always there is "not now" when it is gone; a list of names that is whole, or 404, says all that
there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Optional, Union

from .decimals import CONTEXT, decimal_sum


@dataclass(frozen=True)
class NotKnown:
    """A figure that the device has, and that cannot be read now."""

    #: why, for people, with the object and the row or the part: "outlet 3: the sensor is not valid"
    reason: str


@dataclass(frozen=True)
class NotMetered:
    """A figure that the device does not have, where one may expect it: it never passes by itself.

    It is used like None, but no other source replaces it.
    """

    #: why, for people: "2 of 3 inlets have no meter"
    reason: str


#: the value; NotKnown: none now; NotMetered: never one; None: never one, and none is expected
Figure = Union[float, NotKnown, NotMetered, None]
#: a figure as it was counted, before it becomes a float
ExactFigure = Union[Decimal, NotKnown, NotMetered, None]

#: of what was not read because nobody asked for it
NOT_ASKED = NotKnown("it was not asked for")


class MeterFigures(NamedTuple):
    """What a meter shows of an outlet, a branch circuit, an inlet or a PDU."""

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
    """The value of a figure, None if there is none."""
    return None if isinstance(figure, (NotKnown, NotMetered)) else figure


def reason_without(figure: Figure) -> str:
    """Why a figure has no value; "" if it has one, is just not metered, or was not asked for."""
    if figure == NOT_ASKED or not isinstance(figure, (NotKnown, NotMetered)):
        return ""
    return figure.reason


def sum_if_complete(parts: Iterable[Figure]) -> Figure:
    """The sum, added in decimal: 0.1 and 0.2 give 0.3. None if all parts are None; NotMetered if
    some are None or NotMetered, because the others' sum is no total; else NotKnown if some are.
    """
    exact_sum = exact_sum_if_complete(_exact(part) for part in parts)
    return float(exact_sum) if isinstance(exact_sum, Decimal) else exact_sum


def exact_sum_if_complete(parts: Iterable[ExactFigure]) -> ExactFigure:
    """The sum of the parts as a Decimal, or why there is none, as `sum_if_complete`."""
    all_parts = list(parts)
    values = [part for part in all_parts if isinstance(part, Decimal)]
    if values and len(values) == len(all_parts):
        return decimal_sum(values)
    return _reason_without_all(all_parts)


def largest(parts: Iterable[Figure]) -> Figure:
    """The largest part, else as `sum_if_complete`."""
    all_parts = list(parts)
    values = [part for part in all_parts if isinstance(part, (int, float))]
    if values and len(values) == len(all_parts):
        return max(values)
    return _reason_without_all(all_parts)


def first_metered(*sources: Figure) -> Figure:
    """The first source that is not None. A later one does not replace NotKnown or NotMetered,
    because it would be another quantity.
    """
    for source in sources:
        if source is not None:
            return source
    return None


def total_figure(*meters: Figure, outlets: Iterable[Figure], is_sum_total: bool = True) -> Figure:
    """A figure of a whole unit: here alone it is decided what a total is that the unit does not
    show.

    - The first of `meters` that the unit has, as `first_metered`.
    - Without any, the sum over its outlets, as `sum_if_complete`; None with `is_sum_total` False.
    - NotKnown in place of None or NotMetered, which DCImanager shows as 0, if an outlet shows more.
    """
    total = first_metered(*meters)
    if total is not None:
        return total
    outlet_figures = list(outlets)
    total = sum_if_complete(outlet_figures) if is_sum_total else None
    # None and NotMetered are no total; NotKnown is one that cannot be read now
    has_total = total is not None and not isinstance(total, NotMetered)
    if has_total or not any((measured(figure) or 0) > 0 for figure in outlet_figures):
        return total
    reason = "the unit shows no total, though its outlets show figures"
    if isinstance(total, NotMetered):
        reason += f", and {total.reason}"
    return NotKnown(reason)


def divided(figure: Figure, divisor: float) -> Figure:
    """A figure in another unit, divided in decimal: 0.3 kWh for 300 Wh."""
    dividend = _exact(figure)
    if not isinstance(dividend, Decimal):
        return dividend
    return float(CONTEXT.divide(dividend, Decimal(repr(divisor))))


def _exact(figure: Figure) -> ExactFigure:
    """The decimal number that a float is written as: 0.1 is one tenth."""
    return Decimal(repr(figure)) if isinstance(figure, (int, float)) else figure


def _reason_without_all(parts: Sequence[object]) -> Union[NotKnown, NotMetered, None]:
    """Why there is no sum of these parts, of which at least one has no value."""
    unmetered_count = parts.count(None)
    if unmetered_count == len(parts):
        return None
    if unmetered_count:
        return NotMetered(f"{unmetered_count} of {len(parts)} parts of the sum have no meter")
    for reason_type in (NotMetered, NotKnown):
        for part in parts:
            if isinstance(part, reason_type):
                return part
    raise AssertionError("a part is no figure")
