"""The devices of a NUT server as the NUT handler sees them: drivers, outlets,
commands and meters.
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
    family="snmp-ups", why="the handler reads 1 device of this server, ...")`.

    Raises the errors of handlers/shared/errors.py.
    """
    out = HandlerFinding("nut")
    with open_session(data, "identify", has_limit=False) as (client, settings, _):
        # an error of the protocol, too, is the answer of a NUT server
        try:
            version = client.answer(ver())
        except (Refused, Denied) as error:
            version = f"version not told: {error.reason}"
        out.about["server"] = printable(version, LONGEST)
        devices: list[ServerDevice] = []
        try:
            devices = read_devices(client, settings)
        except (DataStale, DriverNotConnected):
            raise
        except Refused as error:
            out.cannot.append(f"read the server's devices: {error.reason}")
    useful_devices: list[ServerDevice] = []
    unreadable_names: list[str] = []
    for device in devices:
        nut_device = _decoded_device(device, settings, out)
        if nut_device is None:
            unreadable_names.append(device.name)
        elif _note_capabilities(device, nut_device, settings, out):
            useful_devices.append(device)
    if useful_devices:
        _note_family(useful_devices, unreadable_names, out)
    else:
        out.why = (
            f"the handler can neither read nor switch anything on {counted(len(devices), 'device')}"
            " of this server"
        )
        out.next_steps = [*_OTHER_WAYS]
    return out


def _note_family(
    devices: Sequence[ServerDevice], unreadable_names: Sequence[str], out: HandlerFinding
) -> None:
    """Note in `out` the drivers of the devices that are read, and, if others are unreadable, the
    setting that leaves these out.

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
    out.family = ", ".join(sorted(drivers))
    out.why = (
        f"the handler reads {counted(len(devices), 'device')} of this server, by the names of"
        " variables and commands in NUT's docs/nut-names.txt"
    )
    if unreadable_names:
        # the line may be pasted, and the server chose the name
        setting = shell_word(f"device={devices[0].name}")
        out.next_steps = [
            f"add -s {setting}: a poll of all devices of this server fails at {unreadable_names[0]}"
        ]


def _decoded_device(
    device: ServerDevice, settings: Settings, out: HandlerFinding
) -> Optional[NutDevice]:
    """The device as the handler reads it; None if that fails. Notes in `out` what it is, or the
    error.

    >>> from handlers.nut.settings import SETTINGS
    >>> finding = HandlerFinding("nut")
    >>> rack1 = ServerDevice("rack1", variables={"device.type": "pdu", "outlet.1.status": "on"})
    >>> device = _decoded_device(rack1, Settings({}, SETTINGS), finding)
    >>> device.outlets[0].identity, finding.tried
    ('1', [{'family': 'rack1: ?', 'result': '1 outlet'}])
    """
    for name in _WHAT:
        if name in device.variables:
            out.about[f"{device.name}: {name}"] = printable(device.variables[name], LONGEST)
    driver = printable(device.variables.get("driver.name", "?"), LONGEST)
    family = f"{device.name}: {driver}"
    try:
        nut_device = device.decode(settings)
    except PduHandlerError as error:
        out.tried.append({"family": family, "result": error.reason})
        out.cannot.append(f"read {device.name}: {error.reason}")
        return None
    out.tried.append({"family": family, "result": counted(len(nut_device.outlets), "outlet")})
    return nut_device


def _note_capabilities(
    device: ServerDevice, nut_device: NutDevice, settings: Settings, out: HandlerFinding
) -> bool:
    """Note in `out` what the handler can do with one device. False if it can do nothing.

    can       rack1: read the states of 8 of 8 outlets (7 on or off, 1 UNKNOWN)
    cannot    rack1: switch: the server lists no outlet that can be switched both on and off ...
    """
    count_before = len(out.can)
    out.seen += _object_rows(device)
    _note_states(device.name, nut_device, out)
    _note_switching(device.name, nut_device, out)
    _note_totals(device, nut_device, settings, out)
    return len(out.can) > count_before


def _note_states(name: str, nut_device: NutDevice, out: HandlerFinding) -> None:
    """Note in `out` which outlets of a device have a state.

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
    out.outlets += len(outlets)
    out.known_outlets += known_count
    outlet_count = counted(len(outlets), "outlet")
    if known_count:
        unknown_count = len(with_state) - known_count
        out.can.append(
            f"{name}: read the states of {len(with_state)} of {len(outlets)} outlets"
            f" ({known_count} on or off, {unknown_count} UNKNOWN)"
        )
        out.evidence[f"{name}: state"] = _basis(with_state[0].state_variables)
    elif with_state:
        out.cannot.append(f"{name}: read states: all unknown ({outlet_count})")
    elif outlets:
        out.cannot.append(f"{name}: read states: the driver reports none ({outlet_count})")
    else:
        out.cannot.append(f"{name}: read or switch outlets: the driver lists none")


def _note_switching(name: str, nut_device: NutDevice, out: HandlerFinding) -> None:
    """Note in `out` which outlets of a device can be switched, and by which commands.

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
    out.switchable_outlets += len(commands_of_outlets)
    if commands_of_outlets:
        out.can.append(
            f"{name}: switch {len(commands_of_outlets)} of {len(outlets)} outlets (not tried here;"
            " the user needs the right to switch)"
        )
        # an outlet may have one command for both
        commands = ", ".join(dict.fromkeys(commands_of_outlets[0]))
        out.evidence[f"{name}: switching"] = f"{commands} …: what the server lists"
    elif outlets:
        out.cannot.append(
            f"{name}: switch: the server lists no outlet that can be switched both on and off (it"
            " lists the same for every user)"
        )


def _note_totals(
    device: ServerDevice, nut_device: NutDevice, settings: Settings, out: HandlerFinding
) -> None:
    """Note in `out` load (A) and energy (kWh), with the variables that they rest on: `rack1: report
    its load (2.5 A)`, `input.current: what the driver reports`.
    """
    load_basis = _basis(_variables_of_total(device, settings, _load_of))
    out.note_total("load", nut_device.load_a, "A", load_basis, device.name)
    energy_basis = _basis(_variables_of_total(device, settings, _energy_of))
    out.note_total("energy", nut_device.energy_kwh, "kWh", energy_basis, device.name)


def _load_of(nut_device: NutDevice) -> Figure:
    return nut_device.load_a


def _energy_of(nut_device: NutDevice) -> Figure:
    return nut_device.energy_kwh


def _variables_of_total(
    device: ServerDevice, settings: Settings, total_of: Callable[[NutDevice], Figure]
) -> list[str]:
    """The driver's variables on which the total rests, found by trial: those of one name do if the
    total is another one when each of them is larger by 1. N stands for any number.

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
    """What a state or a figure rests on, with the first of these variables.

    >>> _basis(["input.current"])
    'input.current: what the driver reports'
    """
    names = list(variables[:_MOST_NAMES])
    if len(variables) > _MOST_NAMES:
        names.append("...")
    return f"{', '.join(names)}: what the driver reports"


def _object_rows(device: ServerDevice) -> list[dict[str, Any]]:
    """Rows of `HandlerFinding.seen`: the number of variables by the first part of their names, and
    the number of commands.

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
