"""Figures of a NUT device, by its variables: here alone it is decided whether one is measured, not
metered, or not known. metering.py says which variables tell load and energy. Pure.

A driver lists a variable only if it could read it, so a variable that is gone proves nothing by
itself. What the driver lists of like parts decides: the other lines of an input, the other outlets,
the other devices of a chain, and the other quantities of the same meter.

Source: NUT's docs/nut-names.txt (variables, states of a driver), drivers/main.c and the mapping
tables of NUT 2.8.5 (drivers/*-mib.c).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Optional, Union

from ..shared.errors import ProtocolError
from ..shared.meter_figures import Figure, NotKnown, NotMetered, measured
from .numbers import parse_figure, parse_number

DRIVER_STATE = "driver.state"
# In any other state the values are from before the driver lost its device, or not yet read.
_STATES_AT_WORK = ("quiet", "updateinfo", "dumping")


class ListedSource(NamedTuple):
    """A variable, or a group of variables, of which the driver lists one."""

    name: str
    #: whose sum the figure is
    summands: Sequence[Figure]


class UnlistedSource(NamedTuple):
    """A variable, or a group of variables, of which the driver lists none."""

    name: str
    #: a listed variable that shows that the device has this meter; "" if none does, so that the
    #: next source serves
    meter_variable: str = ""
    #: what the figure then is if no other source is listed. None: the device may well lack it
    absence_means: Union[type[NotKnown], type[NotMetered], None] = None


#: one that may tell a figure: metering.py has the tables of them
Source = Union[ListedSource, UnlistedSource]


def figure_of(parts: Mapping[str, Mapping[str, str]], part: str, field: str) -> Figure:
    """The figure of one of several like parts, by its variable, `part` + `field`: its number; not
    known if its text is no number, or if only other parts list the field; None, not metered, if no
    part lists it. `parts`: the variables of each by the prefix of their names, "outlet.3.".
    """
    name = f"{part}{field}"
    text = parts[part].get(field)
    if text is not None:
        return _number(name, text)
    for prefix, fields in parts.items():
        if field in fields:
            return NotKnown(_gap(name, f"{prefix}{field}"))
    return None


def variable_figure(variables: Mapping[str, str], name: str) -> Figure:
    """The figure of a variable that has no like: not metered if it is not listed."""
    return figure_of({"": variables}, "", name)


def summands_of_first(sources: Iterable[Source]) -> Optional[Sequence[Figure]]:
    """The summands of the first source that is listed; None if none is.

    If the driver lists none of a source, and another variable of its meter, the figure is not
    known: it cannot be read now, and a later source would be another quantity.
    """
    unread_source: Optional[UnlistedSource] = None
    for source in sources:
        if isinstance(source, UnlistedSource):
            if source.meter_variable and unread_source is None:
                unread_source = source
            continue
        if unread_source is None:
            return source.summands
        return [NotKnown(_gap(unread_source.name, unread_source.meter_variable))]
    if unread_source is None or unread_source.absence_means is None:
        return None
    return [unread_source.absence_means(_gap(unread_source.name, unread_source.meter_variable))]


def with_sibling(source: Source, prefix: str, sibling: ListedSource) -> Source:
    """The source of a device of which a like device lists `sibling`. If this one does not list it,
    it has that meter too, and the figure is not known. `prefix`: of the sibling's variables.
    """
    if isinstance(source, ListedSource):
        return source
    return UnlistedSource(source.name, f"{prefix}{sibling.name}", absence_means=NotKnown)


def whole_number(variables: Mapping[str, str], name: str) -> Union[int, NotKnown, None]:
    """A count: None if it is not listed, not known if it is no whole number."""
    text = variables.get(name)
    if text is None:
        return None
    number = parse_number(text)
    if number is None or number != int(number):
        return _unreadable(name, text)
    return int(number)


def count(variables: Mapping[str, str], name: str, prefix: str = "") -> Optional[int]:
    """The number of parts that the driver counts; None if it does not count them.

    Raises ProtocolError for a count that is no whole number: a list cannot be proven whole by it.
    `prefix`: of the variable's name, for the error.
    """
    number = whole_number(variables, name)
    if isinstance(number, NotKnown):
        raise ProtocolError(
            # the text is not quoted: it may hold a secret
            f"{prefix}{name} is no whole number, so the list cannot be proven whole: check the NUT"
            " driver, or wait until it has read its device"
        )
    return number


def ups_power(variables: Mapping[str, str]) -> Figure:
    """W at the output of a UPS, `ups.realpower`. 0 W beside a load of 1 % or more is a driver that
    scales wrongly (tripplite-hid.c), and is not known.
    """
    watts = variable_figure(variables, "ups.realpower")
    percent = measured(variable_figure(variables, "ups.load"))
    if watts == 0.0 and percent is not None and percent >= 1:
        return NotKnown(f"ups.realpower reads 0 beside ups.load {variables['ups.load']}")
    return watts


def reason_of_stale_values(variables: Mapping[str, str]) -> str:
    """Why what the driver lists is not the state of its device now; "" if it is.

    Drivers report `driver.state` since NUT 2.8.1.
    """
    state = variables.get(DRIVER_STATE)
    if state is None or state in _STATES_AT_WORK:
        return ""
    return f"driver.state reads '{state}', so the values are not those of now"


def known_now(figure: Figure, reason: str) -> Figure:
    """The figure; not known if it is measured, and `reason` is why it is not of now."""
    if reason and measured(figure) is not None:
        return NotKnown(reason)
    return figure


_QUANTITIES = "current|power|realpower|energy|load|powerfactor"
POWERS = "power|realpower|powerfactor"


def meter_of_side(variables: Mapping[str, str], side: str, quantities: str = _QUANTITIES) -> str:
    """A variable that shows that the side, input or output, has a meter; "" if none does. A nominal
    value is a rating, and shows none.
    """
    pattern = re.compile(rf"{side}\.(?:L[1-3]\.)?(?:{quantities})(?:\.(?!nominal$).+)?")
    return _first_match(variables, pattern)


def meter_of_outlets(variables: Mapping[str, str]) -> str:
    """A variable that shows that single outlets have a meter; "" if none does."""
    return _first_match(variables, re.compile(rf"outlet\.[1-9][0-9]*\.(?:{_QUANTITIES})"))


def _first_match(variables: Mapping[str, str], pattern: re.Pattern[str]) -> str:
    """The first variable whose name fits the pattern; "" if none does."""
    for name in variables:
        if pattern.fullmatch(name):
            return name
    return ""


def _number(name: str, text: str) -> Figure:
    """The figure of a variable's text; not known if it is none."""
    number = parse_figure(text)
    if number is None:
        return _unreadable(name, text)
    return number


def _unreadable(name: str, text: str) -> NotKnown:
    """The figure of a variable whose text is none."""
    # the whole text, not as Python writes it: else a password in it is not recognised
    return NotKnown(f"{name} reads '{text}'")


def _gap(name: str, other_variable: str) -> str:
    """Why a variable that is not listed cannot be read."""
    return f"{name} is not listed, though {other_variable} is"
