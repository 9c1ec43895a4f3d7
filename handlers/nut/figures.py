"""The type of a NUT device, and its load and energy, from NUT's variables. Pure.

`device.type` is pdu, ups, ats (automatic transfer switch), psu (power supply) or scd (solar
controller). Some drivers before NUT 2.4.3 do not report it, and some report other words. NUT does
not list sts (static transfer switch), but it is treated like ats.

A sum with a missing part is not used: it would look like a small load.

Source: NUT's docs/nut-names.txt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Callable, Optional

from ..shared.meter_figures import Figure, NotKnown, NotMetered, divided, sum_if_complete
from .daisy_chain import Member, parse_figure, parse_number

WH_IN_KWH = 1000.0
_LINE = re.compile(r"(input|output)\.L([0-9])\.(current|realpower)")
# input.L2.voltage, input.L2-N.voltage, input.L2-L3.voltage
_LINE_VOLTAGE = re.compile(r"(input|output)\.L([1-3])(?:-(?:N|L([1-3])))?\.voltage")
# of an outlet; number 0 is the whole device, or one of several
_OUTLET = re.compile(r"outlet\.[1-9][0-9]*\.(current|realpower|energy)")
#: The summands of a figure; None for a figure that the device does not list at all. Only then
#: another source serves in its place.
Summands = Optional[Sequence[Figure]]
# Takes the device's variables and the figures of its outlets.
FigureSource = Callable[[Mapping[str, str], Sequence[Figure]], Summands]

_WITHOUT_OUTLETS = ("ups", "ats", "psu", "scd", "sts")  # types of devices that may have no outlets
_TYPES = ("pdu", *_WITHOUT_OUTLETS)
# variables with figures other than those of outlets
_OWN_FIGURES = ("battery.", "input.", "output.")


def type_of(variables: Mapping[str, str]) -> str:
    """`device.type` if it is one of NUT's types or sts, else ups for a device with a battery, else
    ''.
    """
    device_type = variables.get("device.type", "").strip().lower()
    if device_type in _TYPES:
        return device_type
    return "ups" if any(name.startswith("battery.") for name in variables) else ""


def member_device_type(variables: Mapping[str, str], chain: Mapping[str, str]) -> str:
    """The type of a member of a daisy chain, by its variables without prefix (`type`, not
    `device.2.type`), else by the chain's `device.type`."""
    member_type = type_of({"device.type": variables.get("type", ""), **variables})
    return member_type or type_of({"device.type": chain.get("device.type", "")})


def may_lack_outlets(variables: Mapping[str, str]) -> bool:
    """Whether a device that lists no outlets really has none.

    True if `outlet.count` is 0. Without that count, true for types other than PDUs, and for a
    device of unknown type that has a battery, an input or an output.
    """
    count = parse_number(variables.get("outlet.count"))
    if count is not None:
        return count == 0
    kind = type_of(variables)
    if kind:
        return kind in _WITHOUT_OUTLETS
    return any(name.startswith(_OWN_FIGURES) for name in variables)


# ---- load and energy -----------------------------------------------------------------------------


def load(variables: Mapping[str, str], outlets: Sequence[Figure]) -> Summands:
    """Amperes: the first figure that the device lists, with a value or not, in the order of its
    type:

    - PDU and all other types: input, outlets, output, `outlet.current` (last: one driver reports
      ten times the true current).
    - UPS: output, outlets. The input also charges the battery and is 0 on battery, so it is not the
      load. Not metered by outlets beside an `outlet.current`: some drivers show the main outlet
      there, which is one more, others all outlets.
    - Transfer switch: output, input, outlets.

    The input is the sum of its lines (`input.L1.current`), else, with one phase, `input.current`.
    The output is read likewise.
    """
    return _first_by_type(variables, "current", outlets)


def power(variables: Mapping[str, str], outlets: Sequence[Figure]) -> Summands:
    """W, by the order of `load`. `ups.realpower` is a UPS's output, `outlet.realpower` that of a
    whole PDU (nut-names.txt).
    """
    return _first_by_type(variables, "realpower", outlets)


def _first_by_type(variables: Mapping[str, str], field: str, outlets: Sequence[Figure]) -> Summands:
    """The first source of a `field`, current or realpower, in the order of `load`."""
    inlet, output = (_side(variables, name, field) for name in ("input", "output"))
    every_outlet = _outlets(variables, field, outlets)
    kind = type_of(variables)
    sources: Sequence[Summands]
    if kind == "ups":
        own = _variable(variables, "ups.realpower") if field == "realpower" else None
        sources = (output, own, _outlets_of_ups(variables, field, every_outlet))
    elif kind in ("ats", "sts"):
        sources = (output, inlet, every_outlet)
    else:
        sources = (inlet, every_outlet, output, _variable(variables, f"outlet.{field}"))
    # a side whose current is listed, and is no source, has several phases
    name = f"{'output' if kind == 'ups' else 'input'}.current"
    is_average = field == "current" and name in variables
    unused = [NotMetered(f"{name} may be the average of several phases")] if is_average else None
    return _first(*sources, unused)


def energy(variables: Mapping[str, str], outlets: Sequence[Figure]) -> Summands:
    """kWh: `input.energy`, else the outlets, else `outlet.energy`: each counts from a zero of its
    own. The server reports Wh.
    """
    every_outlet = _outlets(variables, "energy", outlets)
    inlet, whole = _variable(variables, "input.energy"), _variable(variables, "outlet.energy")
    return _first(_kwh(inlet), every_outlet, _kwh(whole))


def inlet_current(variables: Mapping[str, str], outlets: Sequence[Figure]) -> Summands:
    """Amperes at the inlet of a PDU, by `input.*` alone. No other type has a load there."""
    return _side(variables, "input", "current") if type_of(variables) == "pdu" else None


def inlet_power(variables: Mapping[str, str], outlets: Sequence[Figure]) -> Summands:
    """The same in W."""
    return _side(variables, "input", "realpower") if type_of(variables) == "pdu" else None


def side_current(variables: Mapping[str, str], name: str) -> Figure:
    """Amperes of the side `name`, input or output; not metered if a phase's current is not
    listed."""
    return _sum(_side(variables, name, "current"))


def _side(variables: Mapping[str, str], name: str, field: str) -> Summands:
    """W of a side: of all its phases, else of its lines. Amperes: of its lines, else, with one
    phase, its only current. With several phases `input.current` may be an average (nut-names.txt,
    Three-phase additions), so it is not used.
    """
    whole, lines = _variable(variables, f"{name}.{field}"), _lines(variables, name, field)
    if field == "realpower":
        return _first(whole, lines)
    return _first(lines, whole if _phases(variables, name) <= 1 else None)


def _lines(variables: Mapping[str, str], name: str, field: str) -> Summands:
    """The values of a side's lines, and one None if some are not listed. A line `L2` proves
    two phases; without `input.phases`, so does its voltage.
    """
    lines = {
        int(line[2]): listed_number(variable, text)
        for variable, text in variables.items()
        if (line := _LINE.fullmatch(variable)) and (line[1], line[3]) == (name, field)
    }
    if not lines:
        return None
    # the count is the device's word: it is compared, and never becomes a size
    is_whole = len(lines) >= max(_phases(variables, name), *lines)
    return [*lines.values(), *(() if is_whole else (None,))]


def _phases(variables: Mapping[str, str], name: str) -> float:
    """The number of phases of a side, as listed, else as its lines' voltages show."""
    phase_count = parse_number(variables.get(f"{name}.phases"))
    return _phases_with_voltage(variables, name) if phase_count is None else phase_count


def _phases_with_voltage(variables: Mapping[str, str], name: str) -> int:
    """The highest number of a line with a voltage on this side, 1 if there is none."""
    numbers = [1]
    for variable in variables:
        match = _LINE_VOLTAGE.fullmatch(variable)
        if match is not None and match[1] == name:
            numbers += [int(line) for line in match.group(2, 3) if line]
    return max(numbers)


def _outlets(variables: Mapping[str, str], field: str, figures: Sequence[Figure]) -> Summands:
    """The figures of the outlets, if one of them lists the field."""
    matches = filter(None, map(_OUTLET.fullmatch, variables))
    return figures if any(match[1] == field for match in matches) else None


def listed_number(variable: str, text: Optional[str]) -> Figure:
    """The value of a variable: not metered if it is not listed, not known if it is no number."""
    number = parse_figure(text)
    if number is None and text is not None:
        # the whole text, not as Python writes it: else a password in it is not recognised
        return NotKnown(f"{variable} reads '{text}'")
    return number


def _outlets_of_ups(variables: Mapping[str, str], field: str, every_outlet: Summands) -> Summands:
    """Those of its outlets, not metered beside the same figure of `outlet.`: see `load`."""
    whole = f"outlet.{field}"
    if every_outlet is None or whole not in variables:
        return every_outlet
    return [NotMetered(f"{whole} may be one more outlet of this UPS, or the sum of all")]


def _variable(variables: Mapping[str, str], name: str) -> Summands:
    """The value of one variable as the only summand; None if it is not listed."""
    return [listed_number(name, variables[name])] if name in variables else None


def _kwh(watt_hours: Summands) -> Summands:
    if watt_hours is None:
        return None
    return [divided(figure, WH_IN_KWH) for figure in watt_hours]


def _first(*sources: Summands) -> Summands:
    """The first that the device lists, also if its value is not known."""
    return next((summands for summands in sources if summands is not None), None)


def total(
    figure: FigureSource,
    device: Member,
    chain: Mapping[int, Member],
    outlets: Mapping[str, Figure],
) -> Figure:
    """`figure` of a device; for a daisy chain, the sum over its members, or the chain's own figure
    if no member lists one.

    `outlets`: the figures of the outlets by identity.
    """
    if not chain:
        return _sum(figure(device.variables, list(outlets.values())))
    figures_by_name: dict[str, list[Figure]] = {}
    for identity, value in outlets.items():
        figures_by_name.setdefault(identity.partition(".")[0], []).append(value)
    of_members = []
    for number, member in chain.items():
        kind = member_device_type(member.variables, device.variables)
        variables = {**member.variables, "device.type": kind}
        of_members.append(figure(variables, figures_by_name.get(str(number), [])))
    if all(summands is None for summands in of_members):
        return _sum(figure(device.variables, []))
    return sum_if_complete(list(map(_sum, of_members)))


def _sum(summands: Summands) -> Figure:
    return None if summands is None else sum_if_complete(summands)
