"""Figures of a NUT device, each a Figure: a number, NotKnown (not now), NotMetered (never, with the
reason) or None (never). Pure.

`variables` are the names and texts that the server lists: {"input.current": "4.2"}. A side is
"input" or "output".

A driver lists a variable only if it could read it, so a variable that is gone proves nothing by
itself. What it lists of like parts decides: the other lines of an input, the other outlets, the
other members of a chain, and the other quantities of the same meter.

Source: NUT's docs/nut-names.txt (variables, states of a driver), drivers/main.c and the mapping
tables of NUT 2.8.5 (drivers/*-mib.c).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Optional, Union

from ..shared.errors import ProtocolError
from ..shared.meter_figures import Figure, NotKnown, NotMetered, measured
from .numbers import parse_figure, parse_number

DRIVER_STATE = "driver.state"
# In any other state the values are from before the driver lost its device, or not yet read.
_STATES_AT_WORK = ("quiet", "updateinfo", "dumping")
QUANTITIES = "current|power|realpower|energy|load|powerfactor"
POWERS = "power|realpower|powerfactor"


class Source(NamedTuple):
    """A variable, or the sum of several, that may tell a figure; for the load of a PDU:

    >>> Source("input.current", 4.2).figure
    4.2

    A source that is not listed has no figure. It may name another variable of its meter, which
    shows that the device has one:

    >>> Source("input.current", meter_variable="input.realpower").figure is None
    True
    """

    #: the variable; "outlet.N.current" for the sum of the outlets
    name: str
    #: None if the driver lists none of these variables
    figure: Figure = None
    #: of a source that is not listed: a listed variable of the same meter; "" for none
    meter_variable: str = ""
    #: what the figure is if the meter exists and no source is listed; None: nothing is known of it
    absence_means: Union[type[NotKnown], type[NotMetered], None] = None


def first_listed(sources: Iterable[Source]) -> Figure:
    """The figure of the first source that is listed; None, not metered, if none is.

    >>> first_listed([Source("input.current"), Source("outlet.N.current", 3.0)])
    3.0

    A source that is not listed, and has a `meter_variable`, cannot be read now. Then the figure is
    not known: a later source would be another quantity.

    >>> inlet = Source("input.current", meter_variable="input.realpower")
    >>> first_listed([inlet, Source("outlet.N.current", 3.0)]).reason
    'input.current is not listed, though input.realpower is'

    If no later source is listed, either, its `absence_means` decides:

    >>> first_listed([inlet._replace(absence_means=NotMetered)])
    NotMetered(reason='input.current is not listed, though input.realpower is')
    >>> first_listed([inlet]) is None
    True
    """
    unread_source: Optional[Source] = None
    for source in sources:
        if source.figure is None:
            if source.meter_variable and unread_source is None:
                unread_source = source
        elif unread_source is None:
            return source.figure
        else:
            return NotKnown(_unlisted_reason(unread_source.name, unread_source.meter_variable))
    if unread_source is None or unread_source.absence_means is None:
        return None
    return unread_source.absence_means(
        _unlisted_reason(unread_source.name, unread_source.meter_variable)
    )


def figure_of(parts: Mapping[str, Mapping[str, str]], part: str, field: str) -> Figure:
    """The figure of one of several like parts, by its variable, `part` + `field`: its number; not
    known if its text is no number, or if only other parts list the field; None, not metered, if no
    part lists it. `parts`: the variables of each by the prefix of their names, "outlet.3.".

    >>> outlets = {"outlet.1.": {"current": "0.4"}, "outlet.2.": {"status": "on"}}
    >>> figure_of(outlets, "outlet.1.", "current")
    0.4
    >>> figure_of(outlets, "outlet.2.", "current").reason
    'outlet.2.current is not listed, though outlet.1.current is'
    >>> figure_of(outlets, "outlet.2.", "realpower") is None
    True
    """
    name = f"{part}{field}"
    text = parts[part].get(field)
    if text is not None:
        return _number(name, text)
    for prefix, fields in parts.items():
        if field in fields:
            return NotKnown(_unlisted_reason(name, f"{prefix}{field}"))
    return None


def variable_figure(variables: Mapping[str, str], name: str) -> Figure:
    """The number of one variable; None, not metered, if it is not listed. NotKnown for a text that
    is no number.

    >>> variable_figure({"input.current": "4.2"}, "input.current")
    4.2
    >>> variable_figure({"input.current": "n/a"}, "input.current")
    NotKnown(reason="input.current reads 'n/a'")
    """
    text = variables.get(name)
    return None if text is None else _number(name, text)


def whole_number(variables: Mapping[str, str], name: str) -> Union[int, NotKnown, None]:
    """The whole number in the variable `name`; None if it is not listed, NotKnown if it is no whole
    number.

    >>> whole_number({"outlet.count": "8.00"}, "outlet.count"), whole_number({}, "outlet.count")
    (8, None)
    >>> whole_number({"outlet.count": "n/a"}, "outlet.count")
    NotKnown(reason="outlet.count reads 'n/a'")
    """
    text = variables.get(name)
    if text is None:
        return None
    number = parse_number(text)
    if number is None or number != int(number):
        return _unreadable(name, text)
    return int(number)


def count(variables: Mapping[str, str], name: str, prefix: str = "") -> Optional[int]:
    """The number that the variable `name` counts, such as outlets; None if it is not listed. Raises
    ProtocolError if it is no whole number: then it does not prove that a list is whole. `prefix`:
    what precedes the name in the error, "device.2.".

    >>> count({"outlet.count": "8"}, "outlet.count"), count({}, "outlet.count")
    (8, None)
    """
    number = whole_number(variables, name)
    if isinstance(number, NotKnown):
        raise ProtocolError(
            # the text is not quoted: it may hold a secret
            f"{prefix}{name} is no whole number, so the list cannot be proven whole: check the NUT"
            " driver, or wait until it has read its device"
        )
    return number


def reason_of_stale_values(variables: Mapping[str, str]) -> str:
    """Why what the driver lists is not the state of its device now; "" if it is.

    Drivers report `driver.state` since NUT 2.8.1.

    >>> reason_of_stale_values({"driver.state": "quiet"})
    ''
    >>> reason_of_stale_values({"driver.state": "reconnect.trying"})
    "driver.state reads 'reconnect.trying', so the values are not those of now"
    """
    state = variables.get(DRIVER_STATE)
    if state is None or state in _STATES_AT_WORK:
        return ""
    return f"driver.state reads '{state}', so the values are not those of now"


def known_now(figure: Figure, reason: str) -> Figure:
    """The figure; not known if it is a number, and `reason` says why the driver's values are old;
    "" if they are not.

    >>> known_now(4.2, ""), known_now(4.2, "driver.state reads 'reconnect.trying'")
    (4.2, NotKnown(reason="driver.state reads 'reconnect.trying'"))
    """
    if reason and measured(figure) is not None:
        return NotKnown(reason)
    return figure


def meter_of_side(variables: Mapping[str, str], side: str, quantities: str = QUANTITIES) -> str:
    """The first variable that shows that the side has a meter; "" if none does. A nominal value is
    a rating, and shows none. `quantities`: the ends of names that count, "power|realpower".

    >>> meter_of_side({"input.voltage": "230", "input.L1.current": "4.2"}, "input")
    'input.L1.current'
    >>> meter_of_side({"input.current.nominal": "16"}, "input")
    ''
    """
    pattern = re.compile(rf"{side}\.(?:L[1-3]\.)?(?:{quantities})(?:\.(?!nominal$).+)?")
    return next(filter(pattern.fullmatch, variables), "")


def meter_of_outlets(variables: Mapping[str, str]) -> str:
    """The first variable that shows that single outlets have a meter; "" if none does.

    >>> meter_of_outlets({"outlet.1.status": "on", "outlet.1.realpower": "75"})
    'outlet.1.realpower'
    """
    pattern = re.compile(rf"outlet\.[1-9][0-9]*\.(?:{QUANTITIES})")
    return next(filter(pattern.fullmatch, variables), "")


def _number(name: str, text: str) -> Figure:
    """The number in the text of the variable `name`; NotKnown if the text is no number.

    >>> _number("input.current", "4.2"), _number("input.current", "n/a")
    (4.2, NotKnown(reason="input.current reads 'n/a'"))
    """
    number = parse_figure(text)
    return _unreadable(name, text) if number is None else number


def _unreadable(name: str, text: str) -> NotKnown:
    """NotKnown, for the variable `name` whose text is no number; the reason quotes the text."""
    # the whole text, not as Python writes it: else a password in it is not recognised
    return NotKnown(f"{name} reads '{text}'")


def _unlisted_reason(name: str, other_variable: str) -> str:
    """Why a variable that is not listed cannot be read."""
    return f"{name} is not listed, though {other_variable} is"
