"""The devices of a NUT server as the NUT handler sees them, for `pdu identify`: drivers, outlets,
commands and meters.

A `ServerDevice` has what the server lists of a device: variables, such as outlet.1.status, and
commands. A `NutDevice` is the same as the handler decodes it: outlets with states, and totals. The
result is a `finding`, which each function `_note_...` fills in further: what the handler `can` and
`cannot` do with each device, as phrases.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Callable, Optional

from handlers.nut.errors import DataStale, DriverNotConnected
from handlers.nut.numbers import parse_number
from handlers.nut.outlets import NutDevice
from handlers.nut.requests import ver
from handlers.nut.sessions import open_session
from handlers.shared.errors import Denied, PduHandlerError, Refused, printable
from handlers.shared.meter_figures import Figure
from handlers.shared.settings import Settings

from ...cli.invocation import shell_word
from ...cli.output import counted
from ..finding import LONGEST, HandlerFinding
from .reading import ServerDevice, read_devices

_WHAT = (
    "device.mfr",
    "device.model",
    "device.type",
    "driver.name",
    "driver.version",
    "driver.version.data",
)
_OTHER_WAYS = (
    "another driver or MIB of NUT may read more: see the server's ups.conf",
    "pdu identify with the PDU's own address: if it speaks SNMP, the SNMP handler may read it"
    " without NUT",
)
_MOST_NAMES = 4  # limit for the variables that one line names


def identify(data: Any) -> HandlerFinding:
    """The server's devices, and what can be read and switched: `HandlerFinding("nut",
    family="snmp-ups", why="the handler reads 1 device of this server, ...")`. `data`: DCImanager's
    form of the PDU, which make_handler takes.

    Raises the errors of handlers/shared/errors.py.
    """
    finding = HandlerFinding("nut")
    with open_session(data, "identify", has_limit=False) as (client, settings, _):
        # an error of the protocol, too, is the answer of a NUT server
        try:
            version = client.answer(ver())
        except (Refused, Denied) as error:
            version = f"version not told: {error.reason}"
        finding.about["server"] = printable(version, LONGEST)
        devices: list[ServerDevice] = []
        try:
            devices = read_devices(client, settings)
        except (DataStale, DriverNotConnected):  # both are Refused, and may be over soon
            raise
        except Refused as error:
            finding.cannot.append(f"read the server's devices: {error.reason}")
    useful_devices: list[ServerDevice] = []
    unreadable_names: list[str] = []
    for device in devices:
        nut_device = _decoded_device(device, settings, finding)
        if nut_device is None:
            unreadable_names.append(device.name)
        elif _note_capabilities(device, nut_device, settings, finding):
            useful_devices.append(device)
    if useful_devices:
        _note_family(useful_devices, unreadable_names, finding)
    else:
        finding.why = (
            f"the handler can neither read nor switch anything on {counted(len(devices), 'device')}"
            " of this server"
        )
        finding.next_steps = [*_OTHER_WAYS]
    return finding


def _note_family(
    devices: Sequence[ServerDevice], unreadable_names: Sequence[str], finding: HandlerFinding
) -> None:
    """Note in `finding` the drivers of the devices that are read, as `family`, and, if others are
    unreadable, the setting that reads one device alone, as a next step.

    >>> finding = HandlerFinding("nut")
    >>> rack1 = ServerDevice("rack1", variables={"driver.name": "snmp-ups"})
    >>> _note_family([rack1], ["rack2"], finding)
    >>> finding.family, finding.next_steps
    ('snmp-ups', ['add -s device=rack1: a poll of all devices of this server fails at rack2'])
    """
    drivers: set[str] = set()
    for device in devices:
        driver = device.variables.get("driver.name", "a driver without a name")
        drivers.add(printable(driver, LONGEST))
    finding.family = ", ".join(sorted(drivers))
    finding.why = (
        f"the handler reads {counted(len(devices), 'device')} of this server, by the names of"
        " variables and commands in NUT's docs/nut-names.txt"
    )
    if unreadable_names:
        # the line may be pasted, and the server chose the name
        setting = shell_word(f"device={devices[0].name}")
        finding.next_steps = [
            f"add -s {setting}: a poll of all devices of this server fails at {unreadable_names[0]}"
        ]


def _decoded_device(
    device: ServerDevice, settings: Settings, finding: HandlerFinding
) -> Optional[NutDevice]:
    """The device as the handler decodes it; None if it cannot. Notes in `finding` make, model and
    driver, and the number of outlets or the error.

    >>> from handlers.nut.settings import SETTINGS
    >>> finding = HandlerFinding("nut")
    >>> rack1 = ServerDevice("rack1", variables={"device.type": "pdu", "outlet.1.status": "on"})
    >>> device = _decoded_device(rack1, Settings({}, SETTINGS), finding)
    >>> device.outlets[0].identity, finding.tried
    ('1', [{'family': 'rack1: ?', 'result': '1 outlet'}])
    """
    for name in _WHAT:
        if name in device.variables:
            finding.about[f"{device.name}: {name}"] = printable(device.variables[name], LONGEST)
    driver = printable(device.variables.get("driver.name", "?"), LONGEST)
    family = f"{device.name}: {driver}"
    try:
        nut_device = device.decode(settings)
    except PduHandlerError as error:
        finding.tried.append({"family": family, "result": error.reason})
        finding.cannot.append(f"read {device.name}: {error.reason}")
        return None
    finding.tried.append({"family": family, "result": counted(len(nut_device.outlets), "outlet")})
    return nut_device


def _note_capabilities(
    device: ServerDevice, nut_device: NutDevice, settings: Settings, finding: HandlerFinding
) -> bool:
    """Note in `finding` what the handler can do with one device, which is given as the server lists
    it and as it is decoded. Returns whether it can do anything.

    can       rack1: read the states of 8 of 8 outlets (7 on or off, 1 UNKNOWN)
    cannot    rack1: switch: the server lists no outlet that can be switched both on and off ...
    """
    count_before = len(finding.can)
    finding.seen += _object_rows(device)
    _note_states(device.name, nut_device, finding)
    _note_switching(device.name, nut_device, finding)
    _note_totals(device, nut_device, settings, finding)
    return len(finding.can) > count_before


def _note_states(name: str, nut_device: NutDevice, finding: HandlerFinding) -> None:
    """Note in `finding` which outlets of a device have a state.

    >>> from handlers.nut.settings import SETTINGS
    >>> variables = {"device.type": "pdu", "outlet.1.status": "on", "outlet.2.status": "pending"}
    >>> device = ServerDevice("rack1", variables=variables).decode(Settings({}, SETTINGS))
    >>> finding = HandlerFinding("nut")
    >>> _note_states("rack1", device, finding)
    >>> finding.can, finding.known_outlets
    (['rack1: read the states of 2 of 2 outlets (1 on or off, 1 UNKNOWN)'], 1)
    """
    outlets = nut_device.outlets
    with_state = [outlet for outlet in outlets if outlet.state_variables]
    known_count = len([outlet for outlet in with_state if outlet.state is not None])
    finding.outlets += len(outlets)
    finding.known_outlets += known_count
    outlet_count = counted(len(outlets), "outlet")
    if known_count:
        unknown_count = len(with_state) - known_count
        finding.can.append(
            f"{name}: read the states of {len(with_state)} of {len(outlets)} outlets"
            f" ({known_count} on or off, {unknown_count} UNKNOWN)"
        )
        finding.evidence[f"{name}: state"] = _basis(with_state[0].state_variables)
    elif with_state:
        finding.cannot.append(f"{name}: read states: all unknown ({outlet_count})")
    elif outlets:
        finding.cannot.append(f"{name}: read states: the driver reports none ({outlet_count})")
    else:
        finding.cannot.append(f"{name}: read or switch outlets: the driver lists none")


def _note_switching(name: str, nut_device: NutDevice, finding: HandlerFinding) -> None:
    """Note in `finding` which outlets of a device can be switched, and by which commands.

    >>> from handlers.nut.settings import SETTINGS
    >>> commands = {"outlet.1.load.on": "", "outlet.1.load.off": ""}
    >>> variables = {"device.type": "pdu", "outlet.1.status": "on", "outlet.2.status": "on"}
    >>> rack1 = ServerDevice("rack1", variables=variables, commands=commands)
    >>> finding = HandlerFinding("nut")
    >>> _note_switching("rack1", rack1.decode(Settings({}, SETTINGS)), finding)
    >>> finding.switchable_outlets, finding.evidence
    (1, {'rack1: switching': 'outlet.1.load.on, outlet.1.load.off …: what the server lists'})
    """
    outlets = nut_device.outlets
    commands_of_outlets: list[tuple[str, str]] = []  # those for on and off
    for outlet in outlets:
        if outlet.on is not None and outlet.off is not None:
            commands_of_outlets.append((outlet.on.name, outlet.off.name))
    finding.switchable_outlets += len(commands_of_outlets)
    if commands_of_outlets:
        finding.can.append(
            f"{name}: switch {len(commands_of_outlets)} of {len(outlets)} outlets (not tried here;"
            " the user needs the right to switch)"
        )
        # an outlet may have one command for both
        commands = ", ".join(dict.fromkeys(commands_of_outlets[0]))
        finding.evidence[f"{name}: switching"] = f"{commands} …: what the server lists"
    elif outlets:
        finding.cannot.append(
            f"{name}: switch: the server lists no outlet that can be switched both on and off (it"
            " lists the same for every user)"
        )


def _note_totals(
    device: ServerDevice, nut_device: NutDevice, settings: Settings, finding: HandlerFinding
) -> None:
    """Note in `finding` load (A) and energy (kWh) of one device, and the variables that they rest
    on.

    can        rack1: report its load (2.5 A)
    cannot     rack1: report its energy
    evidence   rack1: load: input.current: what the driver reports
    """
    load_basis = _basis(_variables_of_total(device, settings, _load_of))
    finding.note_total("load", nut_device.load_a, "A", load_basis, device.name)
    energy_basis = _basis(_variables_of_total(device, settings, _energy_of))
    finding.note_total("energy", nut_device.energy_kwh, "kWh", energy_basis, device.name)


def _load_of(nut_device: NutDevice) -> Figure:
    """The load in A: a `total_of` of `_variables_of_total`."""
    return nut_device.load_a


def _energy_of(nut_device: NutDevice) -> Figure:
    """The energy in kWh: a `total_of` of `_variables_of_total`."""
    return nut_device.energy_kwh


def _variables_of_total(
    device: ServerDevice, settings: Settings, total_of: Callable[[NutDevice], Figure]
) -> list[str]:
    """The names of the driver's variables that a total is made of, found by trial: a variable is
    one of them if the total changes when its value is larger by 1. Variables that differ by a
    number alone are tried together, as outlet.N.current. `total_of`: the load or the energy.

    >>> from handlers.nut.settings import SETTINGS
    >>> variables = {"device.type": "pdu", "input.current": "2.0", "outlet.1.current": "0.5"}
    >>> rack1 = ServerDevice("rack1", variables=variables)
    >>> _variables_of_total(rack1, Settings({}, SETTINGS), _load_of)
    ['input.current']
    """
    total = total_of(device.decode(settings))
    raised_by_name: dict[str, dict[str, str]] = {}
    for variable, text in device.variables.items():
        value = parse_number(text)
        is_figure = variable.endswith((".current", ".energy"))
        if is_figure and value is not None:
            name = re.sub(r"\.[0-9]+\.", ".N.", variable)
            raised_variables = raised_by_name.setdefault(name, {})
            raised_variables[variable] = f"{value + 1:.6f}"
    names: list[str] = []
    for name, raised_variables in raised_by_name.items():
        variables = {**device.variables, **raised_variables}
        changed_device = dataclasses.replace(device, variables=variables)
        changed_total = total_of(changed_device.decode(settings))
        if changed_total != total:
            names.append(name)
    return names


def _basis(variables: Sequence[str]) -> str:
    """What a state or a figure rests on, in words, with the first four of these variables.

    >>> _basis(["input.current"])
    'input.current: what the driver reports'
    """
    names = list(variables[:_MOST_NAMES])
    if len(variables) > _MOST_NAMES:
        names.append("...")
    return f"{', '.join(names)}: what the driver reports"


def _object_rows(device: ServerDevice) -> list[dict[str, Any]]:
    """What the server lists of a device, as rows: the number of variables by the first part of
    their names, and the number of commands.

    >>> rack1 = ServerDevice("rack1", variables={"outlet.1.status": "on", "outlet.count": "1"})
    >>> [f"{row['object']} {row['holds']}" for row in _object_rows(rack1)]
    ['rack1: outlet.* 2 variables', 'rack1: commands 0']
    """
    count_by_begin: Counter[str] = Counter()
    for name in device.variables:
        begin, _, _ = name.partition(".")
        count_by_begin[begin] += 1
    rows: list[dict[str, Any]] = []
    for begin, count in count_by_begin.items():
        rows.append({"object": f"{device.name}: {begin}.*", "holds": counted(count, "variable")})
    command_count = str(len(device.commands))
    rows.append({"object": f"{device.name}: commands", "holds": command_count})
    return rows
