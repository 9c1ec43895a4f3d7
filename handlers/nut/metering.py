"""Which variables of a NUT device tell its load and its energy. Pure.

A figure is told by one source, read from the left; the first that is listed wins:

    type        load (current), power (realpower)       energy
    ups         output, outlets                         input.energy, outlets, outlet.energy
    ats, sts    output, groups, input, outlets          the same
    any other   input, outlets, output, outlet.FIELD    the same

- `output` and `input` are the sum of the lines (`input.L1.current`), else, with one phase, the only
  figure (`input.current`), W also of several phases. `ups.realpower` is the W of a UPS's output.
- A UPS's input also charges the battery and is 0 on battery, so it is not the load. A transfer
  switch passes its input on. `outlet.current` stands last: one driver reports ten times the true
  current. Each energy counts from a zero of its own.
- `groups` are the banks of a transfer switch: the group named total, else their sum.
- Where the number of phases is 0, 1 or not listed, lines whose variables are all 0 are none: a UPS
  of one phase may list them empty.
- A source that is not listed, though another variable of its meter is, ends the search: the driver
  could not read it now, and the next source would be another quantity, and an energy another
  counter. Of the W of an input, the A are no such variable: many inputs meter A alone.

A worked dump, of a PDU:

    input.phases: 3           load: 3 A. `input` has no figures of its lines, and input.current is
    input.current: 1.2        perhaps their average, so the outlets are next: 1 + 2.
    outlet.1.current: 1
    outlet.2.current: 2       power: 230 W, the outlets; outlet.realpower, later in the row, is not
    outlet.1.realpower: 75    looked at.
    outlet.2.realpower: 155
    outlet.realpower: 240     energy: not known. The input has a meter, and lists no energy now.
    outlet.1.energy: 10000
    outlet.2.energy: 20000

A sum with a missing part is not used: it would look like a small load.

Source: NUT's docs/nut-names.txt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Callable, NamedTuple, Optional, Union

from ..shared.meter_figures import (
    Figure,
    NotKnown,
    NotMetered,
    divided,
    sum_if_complete,
    sum_of_parts,
)
from .daisy_chain import Member
from .device_types import member_device_type, type_of
from .figures import (
    POWERS,
    ListedSource,
    Source,
    UnlistedSource,
    figure_of,
    known_now,
    meter_of_outlets,
    meter_of_side,
    reason_of_stale_values,
    summands_of_first,
    ups_power,
    variable_figure,
    whole_number,
    with_sibling,
)
from .groups import GROUP, group_figures
from .numbers import parse_number

WH_IN_KWH = 1000.0
_MOST_PHASES = 3
# input.L2.current, input.L2-N.voltage, input.L2-L3.voltage
_LINE = re.compile(r"(input|output)\.L([1-3])(?:-(?:N|L([1-3])))?\.(.+)")
# of an outlet; number 0 is the whole device, or one of several
_OUTLET = re.compile(r"outlet\.[1-9][0-9]*\.(current|realpower|energy)")
# Takes the device's variables and the figures of its outlets: the sources in their order. Their
# number and names depend on the type of the device alone.
FigureSource = Callable[[Mapping[str, str], Sequence[Figure]], Sequence[Source]]
# The only table of a PDU with the W of its input and without the A is raritan-px2-mib.c.
_MAKER_WITHOUT_INPUT_CURRENT = "Raritan"


def load(variables: Mapping[str, str], outlets: Sequence[Figure]) -> Sequence[Source]:
    """Amperes. `outlets`: the figures of the outlets."""
    return _sources_by_type(variables, "current", outlets)


def power(variables: Mapping[str, str], outlets: Sequence[Figure]) -> Sequence[Source]:
    """W."""
    return _sources_by_type(variables, "realpower", outlets)


def _sources_by_type(
    variables: Mapping[str, str], field: str, outlets: Sequence[Figure]
) -> Sequence[Source]:
    """The row of the table for a `field`, current or realpower, and last the reason of a side that
    is passed over."""
    outlet_sum = _outlets(variables, field, outlets)
    device_type = type_of(variables)
    if device_type == "ups":
        return (
            _ups_output(variables, field),
            _outlets_of_ups(variables, field, outlet_sum),
            _possible_average(variables, "output", field),
        )
    inlet = _side(variables, "input", field)
    output = _side(variables, "output", field)
    possible_average = _possible_average(variables, "input", field)
    if device_type in ("ats", "sts"):
        return _output_of_switch(variables, output, field), inlet, outlet_sum, possible_average
    whole_device = _variable(variables, f"outlet.{field}")
    if device_type:
        return inlet, outlet_sum, output, whole_device, possible_average
    # a PDU, or a UPS whose input is no load, unless both sides show the same
    has_output = any(variable.startswith("output.") for variable in variables)
    if has_output and isinstance(inlet, ListedSource) and not _shows_same(output, inlet):
        reason = f"device.type does not tell whether {inlet.name} is the load, or its output"
        return (ListedSource(inlet.name, [NotKnown(reason)]),)
    return inlet, outlet_sum, _possible_output(variables, output), whole_device, possible_average


def _shows_same(output: Source, inlet: ListedSource) -> bool:
    """Whether the output shows the figures of the inlet."""
    return isinstance(output, ListedSource) and output.summands == inlet.summands


def _possible_output(variables: Mapping[str, str], output: Source) -> Source:
    """The output of a device that may meter nothing there (apc-ats-mib.c)."""
    if isinstance(output, ListedSource):
        return output
    names = (name for name in variables if name.startswith("output."))
    return UnlistedSource(output.name, next(names, ""), absence_means=NotMetered)


def _output_of_switch(variables: Mapping[str, str], output: Source, field: str) -> Source:
    """The output of a transfer switch: if it lists none, that of its groups (apc-ats-mib.c)."""
    figures = group_figures(variables, field)
    if isinstance(output, ListedSource) or not figures:
        return _possible_output(variables, output)
    return ListedSource(f"{GROUP}N.{field}", figures)


def energy(variables: Mapping[str, str], outlets: Sequence[Figure]) -> Sequence[Source]:
    """kWh; the server reports Wh. nut-names.txt has no energy, and no table of NUT: which counters
    a driver reads is not known, so an input with a meter may have one that it does not list now.
    """
    inlet = _variable(variables, "input.energy", meter_of_side(variables, "input"))
    whole_device = _variable(variables, "outlet.energy")
    outlet_sum = _outlets(variables, "energy", outlets)  # they are in kWh
    return _in_kwh(inlet), outlet_sum, _in_kwh(whole_device)


def inlet_current(variables: Mapping[str, str], outlets: Sequence[Figure]) -> Sequence[Source]:
    """Amperes at the inlet of a PDU, by `input.*` alone. No other type has a load there."""
    return _inlet(variables, "current")


def inlet_power(variables: Mapping[str, str], outlets: Sequence[Figure]) -> Sequence[Source]:
    """The sources of the power at the inlet, in W, as those of `inlet_current`."""
    return _inlet(variables, "realpower")


def _inlet(variables: Mapping[str, str], field: str) -> Sequence[Source]:
    """The input of a PDU; no source for another type, whose input is no load."""
    if type_of(variables) != "pdu":
        return (UnlistedSource(f"input.{field}"),)
    return (_side(variables, "input", field),)


def whole_load(variables: Mapping[str, str], field: str) -> Figure:
    """A `field` of the output of a UPS, current in A or realpower in W, as its driver shows it now;
    not metered if that of a phase is not listed.
    """
    output = _ups_output(variables, field)
    possible_average = _possible_average(variables, "output", field)
    summands = summands_of_first([output, possible_average])
    return known_now(_sum(summands), reason_of_stale_values(variables))


def _ups_output(variables: Mapping[str, str], field: str) -> Source:
    """The output of a UPS. Its W are `output.realpower` or `ups.realpower`. It may meter its W and
    not its A, or its VA or % alone: then it is not metered.
    """
    output = _side(variables, "output", field)
    if isinstance(output, ListedSource):
        return output
    if field == "realpower" and "ups.realpower" in variables:
        return ListedSource("ups.realpower", [ups_power(variables)])
    if output.name in variables:
        return output  # it is listed, and not used: perhaps an average of several phases
    meter_variable = meter_of_side(variables, "output")
    names = ["ups.realpower", "ups.power"]
    if isinstance(_outlets(variables, field, ()), UnlistedSource):  # else their sum is the load
        names.append("ups.load")
    for name in names:
        if not meter_variable and name in variables:
            meter_variable = name
    return UnlistedSource(output.name, meter_variable, absence_means=NotMetered)


def _side(variables: Mapping[str, str], side: str, field: str) -> Source:
    """W of a side: of all its phases, else of its lines. Amperes: of its lines, else, with one
    phase, its only current.
    """
    name = f"{side}.{field}"
    if field == "realpower" and name in variables:
        return _variable(variables, name)
    phase_count = _phases(variables, side)
    lines = _lines(variables, side)
    if name in variables and phase_count in (None, 1) and _are_empty(variables, side):
        lines = {}
    has_lines = any(field in fields for fields in lines.values())
    if has_lines:
        return _line_sum(variables, side, field, lines)
    if name not in variables:
        return _unlisted_side(variables, side, field)
    return _only_current(variables, side, lines)


def _line_sum(
    variables: Mapping[str, str], side: str, field: str, lines: Mapping[int, Mapping[str, str]]
) -> ListedSource:
    """The lines of a side, which show the field."""
    apparent_power = f"{side}.power"
    if field == "realpower" and apparent_power in variables:
        # the whole side is metered: its lines are other figures
        name = f"{side}.{field}"
        return ListedSource(name, [NotKnown(f"{name} is not listed, though {apparent_power} is")])
    figures = _line_figures(lines, side, field, _phases(variables, side))
    summands = [figures] if isinstance(figures, NotKnown) else figures
    return ListedSource(f"{side}.L1.{field}", summands)


def _only_current(
    variables: Mapping[str, str], side: str, lines: Mapping[int, Mapping[str, str]]
) -> Source:
    """`input.current` or `output.current`, which is listed, if the side has one phase. With several
    phases it may be an average (nut-names.txt, Three-phase additions), so it is not used.
    """
    name = f"{side}.current"
    phase_count = _phases(variables, side)
    if isinstance(phase_count, NotKnown):
        return ListedSource(name, [phase_count])
    if phase_count is None:
        phase_count = max(lines, default=1)
    return _variable(variables, name) if phase_count == 1 else UnlistedSource(name)


def _unlisted_side(variables: Mapping[str, str], side: str, field: str) -> UnlistedSource:
    """The side if neither its figure nor figures of its lines are listed. All tables of snmp-ups
    but one show the A of a PDU's input beside its W.
    """
    name = f"{side}.{field}"
    if field == "realpower":
        # some show the A of the input and the W of the outlets (eaton-pdu-nlogic-mib.c)
        power_variable = meter_of_side(variables, side, POWERS)
        return UnlistedSource(name, power_variable, absence_means=NotMetered)
    meter_variable = meter_of_side(variables, side)
    if side == "output" or type_of(variables) != "pdu":
        # it may well lack this figure; a later source would be another quantity
        return UnlistedSource(name, meter_variable)
    if variables.get("device.mfr") == _MAKER_WITHOUT_INPUT_CURRENT:
        # no variable of its meter: the amperes of another source serve
        return UnlistedSource(name)
    if variables.get("driver.name") == "snmp-ups":
        # its tables have the A, which are gone for now
        return UnlistedSource(name, meter_variable, absence_means=NotKnown)
    return UnlistedSource(name, meter_variable, absence_means=NotMetered)


def _lines(variables: Mapping[str, str], side: str) -> dict[int, dict[str, str]]:
    """The lines that the driver names on this side, by their numbers, each with the texts of its
    own variables by their last part: {1: {"current": "4.2"}}. A voltage between two lines names
    both, and is of neither.
    """
    lines: dict[int, dict[str, str]] = {}
    begin = f"{side}.L"
    for variable, text in variables.items():
        # most variables are of no line, and the text is cheaper than the pattern
        match = _LINE.fullmatch(variable) if variable.startswith(begin) else None
        if match is None:
            continue
        _, line, other_line, last_part = match.groups()
        fields = lines.setdefault(int(line), {})
        is_of_one_line = f".L{line}." in variable
        if is_of_one_line:
            fields[last_part] = text
        if other_line:
            lines.setdefault(int(other_line), {})
    return lines


def _are_empty(variables: Mapping[str, str], side: str) -> bool:
    """Whether all that is listed of the lines of a side is 0."""
    figures = []
    for variable, text in variables.items():
        match = _LINE.fullmatch(variable)
        if match is not None and match[1] == side:
            figures.append(parse_number(text))
    return all(figure == 0.0 for figure in figures)


def _line_figures(
    lines: Mapping[int, Mapping[str, str]], side: str, field: str, phase_count: Figure
) -> Union[Sequence[Figure], NotKnown]:
    """The figure of each line from 1 to the number of phases, else to the last line that is named;
    NotKnown if the number of phases decides and is not known.

    nut-names.txt, "Partial three phase": a device may name one line of three. Then the others are
    not metered. A line that is missing beside several is not known.
    """
    metered_lines = [number for number in lines if field in lines[number]]
    last_line = _MOST_PHASES
    if phase_count is None:
        last_line = max(lines)
    elif isinstance(phase_count, (int, float)):
        last_line = max(int(phase_count), *metered_lines)
    # the lines are all there: their count, if it cannot be read, decides nothing
    is_complete = len(metered_lines) == last_line
    if isinstance(phase_count, NotKnown) and not is_complete and len(lines) > 1:
        return phase_count
    fields_by_prefix: dict[str, Mapping[str, str]] = {}
    for number in range(1, last_line + 1):
        fields_by_prefix[f"{side}.L{number}."] = lines.get(number, {})
    if len(lines) == 1:
        return [variable_figure(fields, field) for fields in fields_by_prefix.values()]
    return [figure_of(fields_by_prefix, prefix, field) for prefix in fields_by_prefix]


def line_currents(variables: Mapping[str, str]) -> Union[Mapping[str, Figure], NotKnown]:
    """Amperes of each line of the input by its name, "L1"; {} if none is listed; NotKnown if the
    number of lines is not known.
    """
    lines = _lines(variables, "input")
    if not any("current" in fields for fields in lines.values()):
        return {}
    reason = reason_of_stale_values(variables)
    phase_count = _phases(variables, "input")
    figures = _line_figures(lines, "input", "current", phase_count)
    if isinstance(figures, NotKnown):
        return figures
    current_by_line: dict[str, Figure] = {}
    for number, figure in enumerate(figures, 1):
        current_by_line[f"L{number}"] = known_now(figure, reason)
    return current_by_line


def _phases(variables: Mapping[str, str], side: str) -> Figure:
    """The number of phases of a side; not metered if it is not listed, or 0 as by APC's UPSs."""
    name = f"{side}.phases"
    phase_count = whole_number(variables, name)
    if phase_count == 0:
        return None
    if isinstance(phase_count, int) and not 1 <= phase_count <= _MOST_PHASES:
        return NotKnown(f"{name} reads '{variables[name]}'")
    return phase_count


def _possible_average(variables: Mapping[str, str], side: str, field: str) -> Source:
    """The last source: why the current of a side with several phases is no load."""
    name = f"{side}.{field}"
    if field != "current" or name not in variables:
        return UnlistedSource(name)
    return ListedSource(name, [NotMetered(f"{name} may be the average of several phases")])


def _outlets(variables: Mapping[str, str], field: str, figures: Sequence[Figure]) -> Source:
    """The figures of the outlets, if one of them lists the field."""
    name = f"outlet.N.{field}"
    for variable in variables:
        match = _OUTLET.fullmatch(variable)
        if match and match[1] == field:
            return ListedSource(name, figures)
    return UnlistedSource(name, meter_of_outlets(variables))


def _outlets_of_ups(variables: Mapping[str, str], field: str, outlet_sum: Source) -> Source:
    """The sum of a UPS's outlets as a source; not metered if `outlet.` lists the field: `load`."""
    device_variable = f"outlet.{field}"
    if isinstance(outlet_sum, UnlistedSource) or device_variable not in variables:
        return outlet_sum
    reason = f"{device_variable} may be one more outlet of this UPS, or the sum of all"
    return ListedSource(outlet_sum.name, [NotMetered(reason)])


def _variable(variables: Mapping[str, str], name: str, meter_variable: str = "") -> Source:
    """One variable as a source. `meter_variable`: as of an `UnlistedSource`."""
    if name not in variables:
        return UnlistedSource(name, meter_variable)
    return ListedSource(name, [variable_figure(variables, name)])


def _in_kwh(source: Source) -> Source:
    """A source in Wh as one in kWh. An unlisted one has no figures to convert."""
    if isinstance(source, UnlistedSource):
        return source
    return ListedSource(source.name, [divided(figure, WH_IN_KWH) for figure in source.summands])


def total(
    sources_of: FigureSource,
    device: Member,
    chain: Mapping[int, Member],
    outlets: Mapping[str, Figure],
) -> Figure:
    """A figure of a device, by its sources; for a daisy chain, the sum over its members, or the
    chain's own figure if no member lists one.

    `sources_of`: `load`, `power` or another of the functions above. `outlets`: the figures of the
    outlets by identity.
    """
    reason = reason_of_stale_values(device.variables)
    outlet_figures = list(outlets.values())
    if chain:
        summands_of_members = _chain_figures(sources_of, device, chain, outlets)
        if any(summands is not None for summands in summands_of_members):
            member_sums: dict[str, Figure] = {}
            for number, summands in zip(chain, summands_of_members):
                member_sums[str(number)] = _sum(summands)
            return known_now(sum_of_parts("device", member_sums), reason)
        outlet_figures = []  # the outlets are the members', and no source of the whole chain
    sources = sources_of(device.variables, outlet_figures)
    return known_now(_sum(summands_of_first(sources)), reason)


class _MemberSources(NamedTuple):
    """The sources of a figure of one member of a daisy chain."""

    device_type: str
    #: what its variables begin with: "device.2."
    prefix: str
    sources: Sequence[Source]


def _chain_figures(
    sources_of: FigureSource,
    device: Member,
    chain: Mapping[int, Member],
    outlets: Mapping[str, Figure],
) -> list[Optional[Sequence[Figure]]]:
    """The summands of each member, None for one that lists no source. What one member lists,
    another of its type has too.
    """
    outlets_by_member: dict[str, list[Figure]] = {}
    for identity, outlet_figure in outlets.items():
        member_number, _, _ = identity.partition(".")
        outlets_by_member.setdefault(member_number, []).append(outlet_figure)
    variables_of_all: dict[str, str] = {}
    for name, text in device.variables.items():
        if name.startswith(("driver.", "device.mfr")):
            variables_of_all[name] = text
    members: list[_MemberSources] = []
    for number, member in chain.items():
        device_type = member_device_type(member.variables, device.variables)
        variables = {**variables_of_all, **member.variables, "device.type": device_type}
        sources = sources_of(variables, outlets_by_member.get(str(number), []))
        members.append(_MemberSources(device_type, member.prefix, sources))
    # by type of a member and place of a source: the first member that lists it
    first_by_place: dict[tuple[str, int], tuple[str, ListedSource]] = {}
    for member_sources in members:
        for place, source in enumerate(member_sources.sources):
            if isinstance(source, ListedSource):
                first_listed = (member_sources.prefix, source)
                first_by_place.setdefault((member_sources.device_type, place), first_listed)
    return [summands_of_first(_with_siblings(sources, first_by_place)) for sources in members]


def _with_siblings(
    member: _MemberSources, first_by_place: Mapping[tuple[str, int], tuple[str, ListedSource]]
) -> Iterator[Source]:
    """The sources of a member of a daisy chain; of one that only a sibling lists, a member of the
    same type, the figure is not known.
    """
    for place, source in enumerate(member.sources):
        sibling = first_by_place.get((member.device_type, place))
        yield source if sibling is None else with_sibling(source, *sibling)


def _sum(summands: Optional[Sequence[Figure]]) -> Figure:
    """The sum of the summands of a source; not metered without a source."""
    if summands is None:
        return None
    return sum_if_complete(summands)
