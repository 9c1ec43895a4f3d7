"""Which variables of a NUT device tell its load (A), power (W) and energy (kWh). Pure.

`variables` are the names and texts that the server lists of a device: {"input.current": "4.2"}. A
`field` is the end of a name, current or realpower; a `side` is input or output. A Figure is a
number, NotKnown (not now), NotMetered (never, with the reason) or None (never).

A `Source` is one place that may tell a figure: a variable, or the sum of several, with its Figure:

    Source("input.current", 4.2)      listed: the load is 4.2 A
    Source("input.current")           not listed: the next source is tried
    Source("input.current", meter_variable="input.realpower", absence_means=NotMetered)
                                      not listed, though `meter_variable` shows that the input has a
                                      meter: NotKnown if a later source is listed, else NotMetered

The sources of a figure, read from the left; `first_listed` is the figure of the first that is
listed. `meter_of_side` and `meter_of_outlets` find a `meter_variable`, "" if none is listed:

    type        load (current), power (realpower)       energy
    ups         output, outlets                         input.energy, outlets, outlet.energy
    ats, sts    output, groups, input, outlets          the same
    any other   input, outlets, output, outlet.FIELD    the same

- `output` and `input` are the sum of the lines (`input.L1.current`), else, with one phase, the only
  figure (`input.current`), W also of several phases. `ups.realpower` is the W of a UPS's output.
- A UPS's input also charges the battery and is 0 on battery, so it is not the load. A transfer
  switch passes its input on. `outlet.current` stands last: one driver reports ten times the true
  current. Each energy counts from a zero of its own.
- `groups` are the banks of a transfer switch: the group named total, else their sum. Of another
  type they are no total: a figure that they alone show is not metered, with that reason.
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
from collections.abc import Mapping, Sequence
from typing import Callable, Optional, Union

from ..shared.meter_figures import (
    Figure,
    NotKnown,
    NotMetered,
    divided,
    measured,
    power_unless_denied,
    sum_if_complete,
    sum_of_parts,
)
from .daisy_chain import Member
from .figures import (
    POWERS,
    Source,
    figure_of,
    first_listed,
    known_now,
    meter_of_outlets,
    meter_of_side,
    reason_of_stale_values,
    variable_figure,
    whole_number,
)
from .groups import groups_of, total_of_groups
from .numbers import parse_number

WH_IN_KWH = 1000.0
#: the types of devices that NUT lists, and sts, a static transfer switch
DEVICE_TYPES = ("pdu", "ups", "ats", "psu", "scd", "sts")
_MOST_PHASES = 3
# input.L2.current, input.L2-N.voltage, input.L2-L3.voltage
_LINE = re.compile(r"(?:input|output)\.L([1-3])(?:-(?:N|L([1-3])))?\.(.+)")
# The only table of a PDU with the W of its input and without the A is raritan-px2-mib.c.
_MAKER_WITHOUT_INPUT_CURRENT = "Raritan"
#: the sources of a figure in their order, by the variables of a device and the sum of its outlets.
#: Their number and names depend on the type of the device alone
FigureSources = Callable[[Mapping[str, str], Figure], Sequence[Source]]


def device_type(variables: Mapping[str, str]) -> str:
    """`device.type` if it is one of DEVICE_TYPES, else ups for a device with a battery, else ''.
    Some drivers before NUT 2.4.3 do not report it, and some report other words.

    >>> device_type({"device.type": "PDU "}), device_type({"battery.charge": "100"})
    ('pdu', 'ups')
    """
    text = variables.get("device.type", "").strip().lower()
    if text in DEVICE_TYPES:
        return text
    has_battery = any(name.startswith("battery.") for name in variables)
    return "ups" if has_battery else ""


# ---- the table -----------------------------------------------------------------------------------


def load(variables: Mapping[str, str], outlets: Figure) -> Sequence[Source]:
    """The variables that tell the load in A, in the order in which they are tried. `outlets`: the
    sum of the outlets in A.

    >>> [source.name for source in load({"device.type": "pdu", "input.current": "4.2"}, None)][:2]
    ['input.current', 'outlet.N.current']
    """
    return _sources_by_type(variables, "current", outlets)


def power(variables: Mapping[str, str], outlets: Figure) -> Sequence[Source]:
    """The variables that tell the active power in W, in the order in which they are tried.
    `outlets`: the sum of the outlets in W.

    >>> power({"device.type": "pdu", "input.realpower": "900"}, None)[0].figure
    900.0
    """
    return _sources_by_type(variables, "realpower", outlets)


def _sources_by_type(variables: Mapping[str, str], field: str, outlets: Figure) -> Sequence[Source]:
    """The sources of a `field`, current in A or realpower in W, in the order in which a device of
    this type has them. `outlets`: the sum of the outlets.

    >>> variables = {"device.type": "pdu", "input.current": "1.2", "outlet.1.current": "1"}
    >>> [(source.name, source.figure) for source in _sources_by_type(variables, "current", 1.0)][:3]
    [('input.current', 1.2), ('outlet.N.current', 1.0), ('output.current', None)]

    A device of no type that lists another input than output may be a PDU, whose input is the load,
    or a UPS, whose output is:

    >>> variables = {"input.current": "1.2", "output.current": "0.8"}
    >>> [source.figure.reason for source in _sources_by_type(variables, "current", None)]
    ['device.type does not tell whether input.current is the load, or its output']
    """
    type_name = device_type(variables)
    if type_name == "ups":
        return _sources_of_ups(variables, field, outlets)
    if type_name in ("ats", "sts"):
        return _sources_of_transfer_switch(variables, field, outlets)
    output = _source_of_side(variables, "output", field)
    inlet = _source_of_side(variables, "input", field)
    if not type_name:
        # a PDU, or a UPS whose input is no load, unless both sides show the same figure
        has_output = any(name.startswith("output.") for name in variables)
        if has_output and inlet.figure not in (None, output.figure):
            reason = f"device.type does not tell whether {inlet.name} is the load, or its output"
            return (Source(inlet.name, NotKnown(reason)),)
        output = _not_metered_if_unlisted(variables, output)
    return (
        inlet,
        _outlet_sum(variables, field, outlets),
        output,
        _variable(variables, f"outlet.{field}"),
        _current_of_several_phases(variables, "input", field),
        _groups_without_total(variables, field),
    )


def _sources_of_ups(variables: Mapping[str, str], field: str, outlets: Figure) -> Sequence[Source]:
    """The sources of a UPS's load (`field` current, in A) or power (realpower, in W), in order: its
    output, then the sum of its outlets, `outlets`. Its input charges the battery, too, and is no
    load. The last two sources only say why an average of phases or a group is no total.

    >>> variables = {"device.type": "ups", "output.current": "0.8", "outlet.1.current": "0.5"}
    >>> [source.figure for source in _sources_of_ups(variables, "current", 0.5)][:2]
    [0.8, 0.5]
    """
    return (
        _output_of_ups(variables, field),
        _outlets_of_ups(variables, field, outlets),
        _current_of_several_phases(variables, "output", field),
        _groups_without_total(variables, field),
    )


def _sources_of_transfer_switch(
    variables: Mapping[str, str], field: str, outlets: Figure
) -> Sequence[Source]:
    """The sources of a transfer switch's load (`field` current, in A) or power (realpower, in W),
    in order: its output or groups, its input, the sum of its outlets, `outlets`.

    >>> variables = {"device.type": "ats", "input.current": "4.2"}
    >>> [source.figure for source in _sources_of_transfer_switch(variables, "current", None)][:2]
    [None, 4.2]
    """
    return (
        _output_of_switch(variables, field),
        _source_of_side(variables, "input", field),
        _outlet_sum(variables, field, outlets),
        _current_of_several_phases(variables, "input", field),
    )


def energy(variables: Mapping[str, str], outlets: Figure) -> Sequence[Source]:
    """The sources of the energy in kWh, in the order in which they are tried; the server reports
    Wh. `outlets`: the sum of the outlets in kWh.

    >>> [source.figure for source in energy({"input.energy": "34500"}, None)]
    [34.5, None, None, None]

    NUT does not document energy, so an input with a meter may have a counter that the driver does
    not list now. Then the energy is not known, and that of `outlet.energy` is not taken:

    >>> variables = {"input.current": "4.2", "outlet.energy": "20000"}
    >>> first_listed(energy(variables, None)).reason
    'input.energy is not listed, though input.current is'
    """
    inlet_wh = variable_figure(variables, "input.energy")
    whole_device_wh = variable_figure(variables, "outlet.energy")
    return (
        Source(
            "input.energy",
            divided(inlet_wh, WH_IN_KWH),
            meter_variable=meter_of_side(variables, "input"),
        ),
        _outlet_sum(variables, "energy", outlets),  # they are in kWh
        Source("outlet.energy", divided(whole_device_wh, WH_IN_KWH)),
        _groups_without_total(variables, "energy"),
    )


def inlet_current(variables: Mapping[str, str], _: Figure) -> Sequence[Source]:
    """The source of the amperes at the inlet of a PDU: the sum of its lines, or `input.current`.
    () for another type of device, whose input is no load. The outlets' sum does not matter.

    >>> [source.figure for source in inlet_current({"device.type": "pdu", "input.current": "4"}, 9)]
    [4.0]
    >>> inlet_current({"device.type": "ups", "input.current": "4"}, None)
    ()
    """
    is_pdu = device_type(variables) == "pdu"
    return (_source_of_side(variables, "input", "current"),) if is_pdu else ()


def inlet_power(variables: Mapping[str, str], _: Figure) -> Sequence[Source]:
    """The source of the W at the inlet of a PDU: `input.realpower`, or the sum of its lines. () for
    another type of device, whose input is no load. The outlets' sum does not matter.
    """
    is_pdu = device_type(variables) == "pdu"
    return (_source_of_side(variables, "input", "realpower"),) if is_pdu else ()


# ---- one source ----------------------------------------------------------------------------------


def _variable(variables: Mapping[str, str], name: str) -> Source:
    """The source that is this one variable: `_variable({"outlet.current": "4"}, "outlet.current")`
    is Source("outlet.current", 4.0)."""
    return Source(name, variable_figure(variables, name))


def _outlet_sum(variables: Mapping[str, str], field: str, outlets: Figure) -> Source:
    """The source that is the sum of the outlets, `outlets`, which the caller has added.

    >>> _outlet_sum({"outlet.1.current": "1", "outlet.2.current": "2"}, "current", 3.0).figure
    3.0

    If no outlet lists the field, the source has no figure. If outlets list other quantities, it
    names one of these variables, which shows that outlets have meters:

    >>> _outlet_sum({"outlet.1.realpower": "75"}, "current", None).meter_variable
    'outlet.1.realpower'

    `outlet.0.current` does not count: it usually is the whole device.
    """
    name = f"outlet.N.{field}"
    pattern = re.compile(rf"outlet\.[1-9][0-9]*\.{field}")
    if any(map(pattern.fullmatch, variables)):
        return Source(name, outlets)
    return Source(name, meter_variable=meter_of_outlets(variables))


def _outlets_of_ups(variables: Mapping[str, str], field: str, outlets: Figure) -> Source:
    """The source that is the sum of a UPS's outlets, `outlets`; not metered if `outlet.current` (or
    `outlet.realpower`, by `field`) is listed, too.

    >>> variables = {"outlet.1.current": "0.5", "outlet.2.current": "0.3"}
    >>> _outlets_of_ups(variables, "current", 0.8).figure
    0.8
    >>> _outlets_of_ups({**variables, "outlet.current": "0.8"}, "current", 0.8).figure.reason
    'outlet.current may be one more outlet of this UPS, or the sum of all'
    """
    outlet_sum = _outlet_sum(variables, field, outlets)
    device_variable = f"outlet.{field}"
    if outlet_sum.figure is None or device_variable not in variables:
        return outlet_sum
    reason = f"{device_variable} may be one more outlet of this UPS, or the sum of all"
    return Source(outlet_sum.name, NotMetered(reason))


def _groups_without_total(variables: Mapping[str, str], field: str) -> Source:
    """The last source of a device whose groups alone list the field: it has no figure, and says
    that it is not metered. Groups are no total: they may be in other units (hundredths of A in
    eaton-pdu-nlogic-mib.c), or one of them the total of others.

    >>> first_listed([_groups_without_total({"outlet.group.1.current": "2.1"}, "current")])
    NotMetered(reason='outlet.current is not listed, though outlet.group.1.current is')
    """
    first_group = ""
    for prefix, fields in groups_of(variables).items():
        if field in fields:
            first_group = first_group or f"{prefix}{field}"
    return Source(f"outlet.{field}", meter_variable=first_group, absence_means=NotMetered)


def _current_of_several_phases(variables: Mapping[str, str], side: str, field: str) -> Source:
    """The last source of the current, tried when `_source_of_side` took `input.current` for an
    average of several phases: it is not metered, with this reason. Other fields have no such case.

    >>> _current_of_several_phases({"input.current": "4.2"}, "input", "current").figure.reason
    'input.current may be the average of several phases'
    >>> _current_of_several_phases({"input.realpower": "900"}, "input", "realpower").figure is None
    True
    """
    name = f"{side}.{field}"
    if field != "current" or name not in variables:
        return Source(name)
    return Source(name, NotMetered(f"{name} may be the average of several phases"))


def _not_metered_if_unlisted(variables: Mapping[str, str], output: Source) -> Source:
    """The source `output`. If it has no figure, and the driver lists any other variable of an
    output, it is not metered: such a device may have no meter there (apc-ats-mib.c).

    >>> output = _not_metered_if_unlisted({"output.voltage": "230"}, Source("output.current"))
    >>> first_listed([output])
    NotMetered(reason='output.current is not listed, though output.voltage is')
    >>> _not_metered_if_unlisted({}, Source("output.current", 0.8)).figure
    0.8
    """
    if output.figure is not None:
        return output
    first_name = next((name for name in variables if name.startswith("output.")), "")
    return Source(output.name, meter_variable=first_name, absence_means=NotMetered)


def _output_of_switch(variables: Mapping[str, str], field: str) -> Source:
    """The source that is the output of a transfer switch. If it lists no figure of `output.*`, its
    groups of outlets tell the figure (apc-ats-mib.c).

    >>> group = {"outlet.group.1.name": "total", "outlet.group.1.current": "4.1"}
    >>> _output_of_switch(group, "current").figure
    4.1
    """
    output = _source_of_side(variables, "output", field)
    group_total = total_of_groups(variables, field)
    if output.figure is None and group_total is not None:
        return Source(f"outlet.group.N.{field}", group_total)
    return _not_metered_if_unlisted(variables, output)


def _output_of_ups(variables: Mapping[str, str], field: str) -> Source:
    """The source that is the output of a UPS. Its A are `output.current` or the sum of its lines,
    its W `output.realpower` or `ups.realpower`:

    >>> _output_of_ups({"output.current": "0.8"}, "current").figure
    0.8
    >>> _output_of_ups({"ups.realpower": "300"}, "realpower").figure
    300.0

    It may meter only its W, its VA or the load in %: then its A are not metered.

    >>> first_listed([_output_of_ups({"ups.load": "20"}, "current")])
    NotMetered(reason='output.current is not listed, though ups.load is')
    """
    output = _source_of_side(variables, "output", field)
    if output.figure is not None or output.name in variables:
        return output  # one that is listed and no figure may be an average of several phases
    if field == "realpower" and "ups.realpower" in variables:
        return Source("ups.realpower", _ups_power(variables))
    meters = [meter_of_side(variables, "output"), "ups.realpower", "ups.power"]
    do_outlets_list_it = _outlet_sum(variables, field, 0.0).figure is not None
    if not do_outlets_list_it:  # else their sum is the load
        meters.append("ups.load")
    meter_variable = next((name for name in meters if name in variables), "")
    return Source(output.name, meter_variable=meter_variable, absence_means=NotMetered)


def _ups_power(variables: Mapping[str, str]) -> Figure:
    """W at the output of a UPS, `ups.realpower`. 0 W beside a load of 1 % or more is a driver that
    scales wrongly (tripplite-hid.c), and is not known.

    >>> _ups_power({"ups.realpower": "300"})
    300.0
    >>> _ups_power({"ups.realpower": "0", "ups.load": "20"}).reason
    'ups.realpower reads 0 beside ups.load 20'
    """
    watts = variable_figure(variables, "ups.realpower")
    percent = measured(variable_figure(variables, "ups.load"))
    if watts == 0.0 and percent is not None and percent >= 1:
        return NotKnown(f"ups.realpower reads 0 beside ups.load {variables['ups.load']}")
    volts, amperes = _volts_and_amperes(variables, "output")
    return power_unless_denied(watts, volts, amperes)


# ---- a side: the input or the output -------------------------------------------------------------


def _source_of_side(variables: Mapping[str, str], side: str, field: str) -> Source:
    """The source that is a side, input or output. Its figure, in A or W by `field`:

        input.realpower is listed              it: the W of all phases
        input.L1.current is listed             the sum of the lines
        input.current is not listed            None: `meter_variable` tells whether it has a meter
        input.current, input.phases unreadable NotKnown
        input.current, one phase               it
        input.current, several phases          None: it may be their average

    >>> _source_of_side({"input.L1.current": "1", "input.L2.current": "2"}, "input", "current")[:2]
    ('input.L1.current', 3.0)
    >>> _source_of_side({"input.phases": "1", "input.current": "4.2"}, "input", "current")[:2]
    ('input.current', 4.2)
    >>> _source_of_side({"input.phases": "3", "input.current": "4.2"}, "input", "current")[:2]
    ('input.current', None)

    A UPS of one phase may list lines, too, all of them 0: these are no lines.
    """
    name = f"{side}.{field}"
    is_listed = name in variables
    if is_listed and field == "realpower":
        watts = variable_figure(variables, name)
        volts, amperes = _volts_and_amperes(variables, side)
        return Source(name, power_unless_denied(watts, volts, amperes))
    phase_count = _phases(variables, side)
    lines = _lines(variables, side)
    if is_listed and phase_count in (None, 1) and _are_lines_zero(variables, side):
        lines = {}
    if any(field in fields for fields in lines.values()):
        return _line_sum(variables, side, field, lines)
    if not is_listed:
        return _unlisted_side(variables, side, field)
    # With several phases it may be an average (nut-names.txt, Three-phase additions).
    if isinstance(phase_count, NotKnown):
        return Source(name, phase_count)
    has_one_phase = (phase_count or max(lines, default=1)) == 1
    return _variable(variables, name) if has_one_phase else Source(name)


def _volts_and_amperes(variables: Mapping[str, str], side: str) -> tuple[Figure, Figure]:
    """The lowest voltage in V and the highest current in A that a side shows of itself or of one of
    its lines, None for none. The side carries at least their product in VA, so that far less W are
    denied.

    >>> _volts_and_amperes({"input.L1-N.voltage": "230", "input.L1.current": "4.2"}, "input")
    (230.0, 4.2)
    >>> _volts_and_amperes({"input.current": "4.2"}, "input")
    (None, 4.2)
    """
    pattern = re.compile(rf"{side}\.(?:L[1-3](?:-N)?\.)?(voltage|current)")
    readings: dict[str, list[float]] = {"voltage": [], "current": []}
    for name in variables:
        match = pattern.fullmatch(name)
        reading = None if match is None else measured(variable_figure(variables, name))
        if match is not None and reading is not None:
            readings[match[1]].append(reading)
    volts = min(readings["voltage"], default=None)
    amperes = max(readings["current"], default=None)
    return volts, amperes


def _line_sum(
    variables: Mapping[str, str], side: str, field: str, lines: Mapping[int, Mapping[str, str]]
) -> Source:
    """The source that is the sum of a side's lines, in A or W. `lines`: the variables of each line
    by its number, {1: {"current": "1.5"}}; one of them lists the field.

    >>> variables = {"input.L1.current": "1.5", "input.L2.current": "2.5"}
    >>> _line_sum(variables, "input", "current", _lines(variables, "input")).figure
    4.0

    The W of the lines are not those of a side that lists its VA:

    >>> variables = {"input.power": "980", "input.L1.realpower": "300"}
    >>> _line_sum(variables, "input", "realpower", _lines(variables, "input")).figure.reason
    'input.realpower is not listed, though input.power is'
    """
    name = f"{side}.L1.{field}"
    apparent_power = f"{side}.power"
    if field == "realpower" and apparent_power in variables:
        # the whole side is metered: its lines are other figures
        reason = f"{side}.{field} is not listed, though {apparent_power} is"
        return Source(f"{side}.{field}", NotKnown(reason))
    figures = _line_figures(lines, side, field, _phases(variables, side))
    if isinstance(figures, NotKnown):
        return Source(name, figures)
    line_sum = sum_if_complete(figures)
    if field == "realpower":
        volts, amperes = _volts_and_amperes(variables, side)
        line_sum = power_unless_denied(line_sum, volts, amperes)
    return Source(name, line_sum)


def _unlisted_side(variables: Mapping[str, str], side: str, field: str) -> Source:
    """The source, without a figure, that is a side of which neither its own figure nor those of its
    lines are listed. It says what that means if no later source is listed, either:

        W of a side whose VA are listed                  NotMetered
        A of an output, or of a UPS's or ATS's input     None: it may have no such meter
        A of the input of a Raritan PDU                  None: its driver lists only the W
        A of a PDU's input, by the driver snmp-ups       NotKnown: its tables have the A
        A of a PDU's input, by any other driver          NotMetered
        a side of which no meter is listed at all        None

    >>> pdu = {"device.type": "pdu", "input.realpower": "900"}
    >>> first_listed([_unlisted_side(pdu, "input", "current")])
    NotMetered(reason='input.current is not listed, though input.realpower is')
    >>> first_listed([_unlisted_side({**pdu, "driver.name": "snmp-ups"}, "input", "current")])
    NotKnown(reason='input.current is not listed, though input.realpower is')
    """
    name = f"{side}.{field}"
    if field == "realpower":
        # some show the A of the input and the W of the outlets (eaton-pdu-nlogic-mib.c)
        power_variable = meter_of_side(variables, side, POWERS)
        return Source(name, meter_variable=power_variable, absence_means=NotMetered)
    meter_variable = meter_of_side(variables, side)
    if side == "output" or device_type(variables) != "pdu":
        # it may well lack this figure; a later source would be another quantity
        return Source(name, meter_variable=meter_variable)
    if variables.get("device.mfr") == _MAKER_WITHOUT_INPUT_CURRENT:
        # no variable of its meter: the amperes of another source serve
        return Source(name)
    if variables.get("driver.name") == "snmp-ups":
        # its tables have the A, which are gone for now
        return Source(name, meter_variable=meter_variable, absence_means=NotKnown)
    return Source(name, meter_variable=meter_variable, absence_means=NotMetered)


def _phases(variables: Mapping[str, str], side: str) -> Union[int, NotKnown, None]:
    """The number of phases of a side; None if it is not listed, or 0 as by APC's UPSs.

    >>> _phases({"input.phases": "3"}, "input"), _phases({"input.phases": "0"}, "input")
    (3, None)
    """
    name = f"{side}.phases"
    phase_count = whole_number(variables, name)
    if phase_count == 0:
        return None
    if isinstance(phase_count, int) and phase_count > _MOST_PHASES:
        return NotKnown(f"{name} reads '{variables[name]}'")
    return phase_count


def _lines(variables: Mapping[str, str], side: str) -> dict[int, dict[str, str]]:
    """The lines (phases L1 to L3) that the driver names on this side, by their numbers, each with
    its own variables, without their prefix. A voltage between two lines names both of them, and is
    listed under neither.

    >>> _lines({"input.L1.current": "4.2", "input.L1-L2.voltage": "400"}, "input")
    {1: {'current': '4.2'}, 2: {}}
    """
    lines: dict[int, dict[str, str]] = {}
    for name, text in variables.items():
        # most variables are of no line, and the text is cheaper than the pattern
        match = _LINE.fullmatch(name) if name.startswith(f"{side}.L") else None
        if match is None:
            continue
        line, other_line, field = match.groups()
        fields = lines.setdefault(int(line), {})
        # not L1-N and not L1-L2: their voltages are no figures of the line alone
        if f".L{line}." in name:
            fields[field] = text
        if other_line:
            lines.setdefault(int(other_line), {})
    return lines


def _are_lines_zero(variables: Mapping[str, str], side: str) -> bool:
    """Whether all variables that are listed of the lines L1 to L3 of a side are 0.

    >>> _are_lines_zero({"input.L1.current": "0", "input.current": "4.2"}, "input")
    True
    >>> _are_lines_zero({"input.L1.current": "4.2"}, "input")
    False
    """
    for name, text in variables.items():
        is_of_line = name.startswith(f"{side}.L") and _LINE.fullmatch(name) is not None
        if is_of_line and parse_number(text) != 0.0:
            return False
    return True


def _line_figures(
    lines: Mapping[int, Mapping[str, str]],
    side: str,
    field: str,
    phase_count: Union[int, NotKnown, None],
) -> Union[Sequence[Figure], NotKnown]:
    """The figures of the lines, in A or W, from L1 to the number of phases; if that is not listed
    (None), to the last line that the driver names. NotKnown if how many there are depends on a
    number of phases that is not known.

    A device may name one line of three ("Partial three phase" of nut-names.txt). Then the others
    are not metered. If it names several, one that lacks the field is not known:

    >>> lines = {1: {"current": "1.5"}, 2: {"voltage": "230"}}
    >>> _line_figures(lines, "input", "current", 2)[0]
    1.5
    >>> _line_figures(lines, "input", "current", 2)[1].reason
    'input.L2.current is not listed, though input.L1.current is'
    >>> _line_figures(lines, "input", "current", NotKnown("input.phases reads 'x'"))
    NotKnown(reason="input.phases reads 'x'")
    """
    metered_lines = [number for number in lines if field in lines[number]]
    last_line = _MOST_PHASES
    if phase_count is None:
        last_line = max(lines)
    elif not isinstance(phase_count, NotKnown):
        last_line = max(phase_count, *metered_lines)
    elif len(metered_lines) < _MOST_PHASES and len(lines) > 1:
        return phase_count  # there may be another line, which is not listed
    fields_by_prefix: dict[str, Mapping[str, str]] = {}
    for number in range(1, last_line + 1):
        fields_by_prefix[f"{side}.L{number}."] = lines.get(number, {})
    if len(lines) == 1:
        # the other lines are not metered, and prove nothing of this one
        return [figure_of({name: own}, name, field) for name, own in fields_by_prefix.items()]
    return [figure_of(fields_by_prefix, prefix, field) for prefix in fields_by_prefix]


# ---- what is asked -------------------------------------------------------------------------------


def whole_load(variables: Mapping[str, str], field: str) -> Figure:
    """The load of a UPS, `field` current in A or realpower in W: that of its output. NotKnown if
    the driver has lost the device, so that its values are old.

    >>> whole_load({"ups.realpower": "300"}, "realpower")
    300.0
    >>> whole_load({"ups.realpower": "300", "driver.state": "reconnect.trying"}, "realpower")
    NotKnown(reason="driver.state reads 'reconnect.trying', so the values are not those of now")
    """
    output = _output_of_ups(variables, field)
    possible_average = _current_of_several_phases(variables, "output", field)
    figure = first_listed([output, possible_average])
    return known_now(figure, reason_of_stale_values(variables))


def line_currents(variables: Mapping[str, str]) -> Union[Mapping[str, Figure], NotKnown]:
    """Amperes of each line of the input by its name, "L1"; {} if none is listed; NotKnown if the
    number of lines is not known.

    >>> line_currents({"input.phases": "2", "input.L1.current": "4.2", "input.L2.current": "1"})
    {'L1': 4.2, 'L2': 1.0}
    """
    lines = _lines(variables, "input")
    if not any("current" in fields for fields in lines.values()):
        return {}
    figures = _line_figures(lines, "input", "current", _phases(variables, "input"))
    if isinstance(figures, NotKnown):
        return figures
    reason = reason_of_stale_values(variables)
    current_by_line: dict[str, Figure] = {}
    for number, figure in enumerate(figures, 1):
        current_by_line[f"L{number}"] = known_now(figure, reason)
    return current_by_line


def total(
    sources_of: FigureSources,
    device: Member,
    chain: Mapping[int, Member],
    outlets: Mapping[str, Figure],
) -> Figure:
    """The load, power or energy of a device; of a daisy chain, the sum over its members, or what
    the chain itself lists, if no member lists anything.

    `sources_of`: `load`, `power` or another function that makes the sources of one quantity.
    `device`: what the server lists of the whole device; `chain`: its members by number, {} for a
    device that is no chain. `outlets`: the figures of the outlets by identity, "7" or "2.7".

    >>> device = Member("", "", {"device.type": "pdu", "input.current": "4.2"}, {}, {})
    >>> total(load, device, {}, {"1": 9.0})
    4.2
    >>> total(load, device._replace(variables={"outlet.1.current": "9"}), {}, {"1": 9.0})
    9.0
    """
    figure: Figure = None
    if chain:
        figure = _total_of_chain(sources_of, device, chain, outlets)
    if figure is None:
        # the outlets of a chain are the members', and no source of the whole chain
        outlet_sum = None if chain else sum_if_complete(outlets.values())
        figure = first_listed(sources_of(device.variables, outlet_sum))
    return known_now(figure, reason_of_stale_values(device.variables))


def _total_of_chain(
    sources_of: FigureSources,
    device: Member,
    chain: Mapping[int, Member],
    outlets: Mapping[str, Figure],
) -> Figure:
    """The sum over the members of a chain of their load in A, power in W or energy in kWh, which
    `sources_of` (`load`, `power`, `energy`) finds; None if no member lists anything. `outlets`: the
    figures of all outlets by identity, "2.7" for outlet 7 of member 2.

    Members of one type have the same sources in the same order. A member that does not list a
    source, though another of its type does, did not answer, and the sum is not known:

    >>> device = Member("", "", {"device.type": "pdu"}, {}, {})
    >>> first = Member("device.1.", "1.", {"input.current": "4.2"}, {}, {})
    >>> second = Member("device.2.", "2.", {"input.current": "1.0"}, {}, {})
    >>> _total_of_chain(load, device, {1: first, 2: second}, {})
    5.2
    >>> silent = second._replace(variables={})
    >>> _total_of_chain(load, device, {1: first, 2: silent}, {}).reason
    'input.current is not listed, though device.1.input.current is'
    """
    outlets_by_member: dict[str, list[Figure]] = {}
    for identity, figure in outlets.items():
        member_number, _, _ = identity.partition(".")
        outlets_by_member.setdefault(member_number, []).append(figure)
    # by the member's number, its type and its sources: {"1": ("pdu", [Source(...), ...])}
    sources_by_member: dict[str, tuple[str, Sequence[Source]]] = {}
    # ("pdu", 0): "device.1.input.current", the first variable that a PDU lists for its source 0
    listed_variables: dict[tuple[str, int], str] = {}
    for number, member in chain.items():
        variables = _variables_of_member(device, member)
        outlet_sum = sum_if_complete(outlets_by_member.get(str(number), []))
        sources = sources_of(variables, outlet_sum)
        type_name = variables["device.type"]
        sources_by_member[str(number)] = type_name, sources
        for position, source in enumerate(sources):
            if source.figure is not None:
                listed_variables.setdefault((type_name, position), member.prefix + source.name)
    figure_by_member: dict[str, Figure] = {}
    for name, (type_name, sources) in sources_by_member.items():
        known_sources: list[Source] = []
        for position, source in enumerate(sources):
            others_variable = listed_variables.get((type_name, position))
            known_sources.append(_unless_others_list_it(source, others_variable))
        figure_by_member[name] = first_listed(known_sources)
    return sum_of_parts("device", figure_by_member)


def _variables_of_member(device: Member, member: Member) -> dict[str, str]:
    """The variables of a member of a chain, with the chain's driver and maker. Its `device.type` is
    the member's own `type`, else the type of the chain.

    >>> device = Member("", "", {"driver.name": "snmp-ups", "input.current": "9"}, {}, {})
    >>> member = Member("device.2.", "2.", {"type": "pdu", "input.current": "1"}, {}, {})
    >>> variables = _variables_of_member(device, member)
    >>> variables["driver.name"], variables["input.current"], variables["device.type"]
    ('snmp-ups', '1', 'pdu')
    """
    variables: dict[str, str] = {}
    for name, text in device.variables.items():
        if name.startswith(("driver.", "device.mfr")):
            variables[name] = text
    variables.update(member.variables)
    own_type = device_type({"device.type": member.variables.get("type", ""), **member.variables})
    chain_type = device_type({"device.type": device.variables.get("device.type", "")})
    variables["device.type"] = own_type or chain_type
    return variables


def _unless_others_list_it(source: Source, others_variable: Optional[str]) -> Source:
    """The source of a member of a chain; not known if it is not listed, though another member lists
    it, as `others_variable`. None for `others_variable`: no other member lists it.

    >>> _unless_others_list_it(Source("input.current", 4.2), "device.1.input.current").figure
    4.2
    >>> lost = _unless_others_list_it(Source("input.current"), "device.1.input.current")
    >>> first_listed([lost]).reason
    'input.current is not listed, though device.1.input.current is'
    """
    if source.figure is not None or others_variable is None:
        return source
    return Source(source.name, meter_variable=others_variable, absence_means=NotKnown)
