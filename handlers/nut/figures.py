"""The type of a NUT device, and its load and energy, from NUT's variables. Pure.

`device.type` is pdu, ups, ats (automatic transfer switch), psu (power supply) or scd (solar
controller). Some drivers before NUT
2.4.3 do not report it, and some report other words. NUT does not list sts (static transfer switch),
  but it is treated like ats.
A sum with a missing part is not used: it would look like a small load. Source: NUT's
docs/nut-names.txt.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Callable, Optional

from .daisy_chain import Member, parse_number

WH_IN_KWH = 1000.0
_LINE_CURRENT = re.compile(r"(input|output)\.L([0-9])\.current")
_LINE_POWER = re.compile(r"(input|output)\.L([0-9])\.realpower")
# input.L2.voltage, input.L2-N.voltage, input.L2-L3.voltage
_LINE_VOLTAGE = re.compile(r"(input|output)\.L([1-3])(?:-(?:N|L([1-3])))?\.voltage")
# of an outlet; number 0 is the whole device, or one of several
_OUTLET_ENERGY = re.compile(r"outlet\.[1-9][0-9]*\.energy")
# Takes the device's variables and the figures of its outlets. A figure is None where it is not
# reported.
Figure = Callable[[Mapping[str, str], Sequence[Optional[float]]], Optional[float]]

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


def load(variables: Mapping[str, str], outlets: Sequence[Optional[float]]) -> Optional[float]:
    """Amperes: the first figure that the device has, in the order of its type:

    - PDU and all other types: input, outlets, output, `outlet.current` (last: one driver reports
      ten times the true current).
    - UPS: output, outlets. The input also charges the battery and is 0 on battery, so it is not the
      load.
    - Transfer switch: output, input, outlets.

    The input is the sum of its lines (`input.L1.current`), else, with one phase, `input.current`.
    The output is read likewise.
    """
    kind = type_of(variables)
    inlet, output = side_current(variables, "input"), side_current(variables, "output")
    outlet_sum = sum_if_complete(outlets)
    if kind == "ups":
        return _first(output, outlet_sum)
    if kind in ("ats", "sts"):
        return _first(output, inlet, outlet_sum)
    return _first(inlet, outlet_sum, output, parse_number(variables.get("outlet.current")))


def power(variables: Mapping[str, str], outlets: Sequence[Optional[float]]) -> Optional[float]:
    """W, by the order of `load`. `ups.realpower` is a UPS's output, `outlet.realpower` that of a
    whole PDU (nut-names.txt).
    """
    kind = type_of(variables)
    inlet, output = side_power(variables, "input"), side_power(variables, "output")
    outlet_sum = sum_if_complete(outlets)
    if kind == "ups":
        return _first(output, parse_number(variables.get("ups.realpower")), outlet_sum)
    if kind in ("ats", "sts"):
        return _first(output, inlet, outlet_sum)
    return _first(inlet, outlet_sum, output, parse_number(variables.get("outlet.realpower")))


def side_power(variables: Mapping[str, str], name: str) -> Optional[float]:
    """W of the side `name`, input or output: of all its phases, else the sum of its lines; None if
    a line is missing.
    """
    whole = parse_number(variables.get(f"{name}.realpower"))
    if whole is not None:
        return whole
    lines = {
        int(line[2]): parse_number(text)
        for variable, text in variables.items()
        if (line := _LINE_POWER.fullmatch(variable)) and line[1] == name
    }
    phases = max([_phases(variables, name), *lines])
    return sum_if_complete(list(lines.values())) if len(lines) >= phases else None


def inlet_current(
    variables: Mapping[str, str], outlets: Sequence[Optional[float]]
) -> Optional[float]:
    """Amperes at the inlet of a PDU, by `input.*` alone. No other type has a load there."""
    return side_current(variables, "input") if type_of(variables) == "pdu" else None


def inlet_power(
    variables: Mapping[str, str], outlets: Sequence[Optional[float]]
) -> Optional[float]:
    """The same in W."""
    return side_power(variables, "input") if type_of(variables) == "pdu" else None


def side_current(variables: Mapping[str, str], name: str) -> Optional[float]:
    """Amperes of the side `name`, input or output; None if a phase's current is missing. A current
    of a line `L2` proves two phases; without `input.phases`, so does its voltage.

    With several phases `input.current` may be an average (nut-names.txt, Three-phase additions), so
    it is not used.
    """
    lines = {
        int(line[2]): parse_number(text)
        for variable, text in variables.items()
        if (line := _LINE_CURRENT.fullmatch(variable)) and line[1] == name
    }
    phases = max([_phases(variables, name), *lines])
    line_sum = sum_if_complete(list(lines.values()))
    if max(len(lines), phases) > 1:
        return line_sum if len(lines) >= phases else None
    return _first(line_sum, parse_number(variables.get(f"{name}.current")))


def _phases(variables: Mapping[str, str], name: str) -> float:
    phase_count = parse_number(variables.get(f"{name}.phases"))
    return _phases_with_voltage(variables, name) if phase_count is None else phase_count


def _phases_with_voltage(variables: Mapping[str, str], name: str) -> int:
    """The highest number of a line with a voltage on this side, 1 if there is none."""
    matches = filter(None, map(_LINE_VOLTAGE.fullmatch, variables))
    numbers = [
        int(line) for match in matches if match[1] == name for line in match.group(2, 3) if line
    ]
    return max(numbers, default=1)


def energy(variables: Mapping[str, str], outlets: Sequence[Optional[float]]) -> Optional[float]:
    """kWh: `input.energy`, else the outlets, else `outlet.energy`: the first that the server lists,
    with a value or not, because each counts from a zero of its own. The server reports Wh.
    """
    if "input.energy" not in variables and any(map(_OUTLET_ENERGY.fullmatch, variables)):
        return sum_if_complete(outlets)
    name = "input.energy" if "input.energy" in variables else "outlet.energy"
    watt_hours = parse_number(variables.get(name))
    return None if watt_hours is None else watt_hours / WH_IN_KWH


def _counts_energy(variables: Mapping[str, str]) -> bool:
    """Whether `energy` has a counter to read here, with a value or not."""
    return any(
        name in ("input.energy", "outlet.energy") or _OUTLET_ENERGY.fullmatch(name)
        for name in variables
    )


def total(
    figure: Figure,
    device: Member,
    chain: Mapping[int, Member],
    outlets: Mapping[str, Optional[float]],
    counters: bool = False,
) -> Optional[float]:
    """`figure` of a device; for a daisy chain, the sum over its members, or the chain's own figure
    if a member lacks one. With `counters`, for energies, the chain's own is used only if no member
    lists a counter.

    `outlets`: the figures of the outlets by identity.
    """
    if not chain:
        return figure(device.variables, list(outlets.values()))
    figures_by_name: dict[str, list[Optional[float]]] = {}
    for identity, value in outlets.items():
        figures_by_name.setdefault(identity.partition(".")[0], []).append(value)
    of_members = []
    for number, member in chain.items():
        kind = member_device_type(member.variables, device.variables)
        of_members.append(
            figure({**member.variables, "device.type": kind}, figures_by_name.get(str(number), []))
        )
    if counters and any(_counts_energy(member.variables) for member in chain.values()):
        return sum_if_complete(of_members)
    return _first(sum_if_complete(of_members), figure(device.variables, []))


def sum_if_complete(figures: Sequence[Optional[float]]) -> Optional[float]:
    """The sum; None if one of the figures is missing, or if there are none."""
    values = [figure for figure in figures if figure is not None]
    return math.fsum(values) if values and len(values) == len(figures) else None


def _first(*figures: Optional[float]) -> Optional[float]:
    return next((figure for figure in figures if figure is not None), None)
