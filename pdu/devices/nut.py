"""`pdu nut HOST COMMAND`: reads a NUT server, runs an instant command, or sets a variable.

Docstrings state the usual cost in round trips, without connecting, logging in and waiting for a
driver to start.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from handlers.nut.client import NutClient
from handlers.shared.address import Address
from handlers.shared.errors import NamedSetting, PduHandlerError, SettingsError, printable
from handlers.shared.settings import Settings
from pdu_common.connection import PduData

from ..core.cli import prompts
from ..core.cli.exit_codes import DONE, NOT_SEEN
from ..core.cli.groups import Commands, HostCommand, HostGroup, LazyCommand
from ..core.cli.options import (
    LOGIN,
    TLS,
    Argument,
    SharedOptions,
    Spelling,
    device,
    prompting as asks,
    setting,
)
from ..core.cli.output import Result, columns, figure
from ..core.inventory import connection_data, names
from ..core.states import word

if TYPE_CHECKING:
    from handlers.nut.devices import ListedDevice
    from handlers.nut.handler import NutPdu

_SEEN_S = 3.0  # seconds that a variable may take to show the value that was set
_LONGEST = 4000  # limit for a value, in characters
_OUTLET = re.compile(r"((?:device\.[0-9]+\.)?outlet\.[0-9]+)\.")
_ACCEPTED = "accepted, but this server does not report the result: look at the device"
_CHANGED = "the server shows a value other than the one that was set"
_ESCAPED = (
    '; upsd 2.8.0 does that for a value with ", # or \\ until it is restarted, although the driver'
    " has the value"
)
_NOT_HERE = ("host", "device")  # settings that HOST and DEVICE replace
_WHOLE_LOAD = Spelling(
    "--whole-load", "whole_load", "", "also list a UPS's whole load, if it can be switched", "yes"
)


class NutCall(NamedTuple):
    """One run of a command."""

    #: the session with the server
    nut: NutClient
    #: the handler settings as text, without `host` and `device`
    texts: Mapping[str, str]
    #: the options that every command has
    shared: SharedOptions
    #: the server's address, as typed
    host: str
    #: the command's own arguments and options by name; None for an argument that was not given
    arguments: Mapping[str, Any]

    @property
    def device(self) -> str:
        """The device's name on the server."""
        return str(self.arguments["device"])


# ---- commands ------------------------------------------------------------------------------------


def devices(call: NutCall) -> Result:
    """List the devices of the server: 1 round trip."""
    description_by_device = call.nut.devices()
    return Result(description_by_device, columns((), list(description_by_device.items())))


def variables(call: NutCall) -> Result:
    """Show one variable of a device, or all: 1 round trip."""
    variable = call.arguments["variable"]
    if variable:
        value = call.nut.variable(call.device, variable)
        return Result({variable: value}, [printable(value, _LONGEST)])
    value_by_variable = call.nut.snapshots([call.device])[call.device].variables
    return Result(
        value_by_variable,
        [
            f"{printable(name)}: {printable(value, _LONGEST)}"
            for name, value in value_by_variable.items()
        ],
    )


def outlets(call: NutCall) -> Result:
    """Show the outlets of a device: 1 round trip."""
    # imported late: 40 ms together, which other commands save
    from handlers.nut.daisy_chain import SWITCHES

    from ..core.inventory import reading
    from ..core.inventory.handler_loading import load

    listed_devices: list[ListedDevice] = []

    def read_outlets(pdu_reading: reading.Reading, _: object, pdu: NutPdu) -> reading.Reading:
        with pdu.read_devices("outlets", writable=True) as devices:
            listed_devices.extend(devices)
        return pdu_reading

    outlet_reading = reading.read_pdu(
        load("nut"),
        PduData(call.host, {**call.texts, "device": call.device}),
        (read_outlets, reading.states, reading.power, reading.labels),
    )
    outlet_by_identity = {
        printable(identity): outlet
        for device in listed_devices
        for identity, outlet in device.ports()
    }
    outlet_rows: list[dict[str, Any]] = []
    for outlet_state in outlet_reading.outlets:
        outlet = outlet_by_identity[outlet_state.identity]
        outlet_rows.append(
            {
                "identity": outlet_state.identity,
                "number": outlet_state.number,
                "name": outlet_state.name,
                "state": word(outlet_state.state),
                "current_a": outlet_state.current_a,
                "power_w": outlet_state.power_w,
                "apparent_power_va": outlet.power,
                "energy_kwh": outlet_state.energy_kwh,
                "on": outlet.on and outlet.on.name,
                "off": outlet.off and outlet.off.name,
            }
        )
    data = {
        "load_a": outlet_reading.load_a,
        "energy_kwh": outlet_reading.energy_kwh,
        "outlets": outlet_rows,
    }
    rows = [
        [
            *(outlet_state[key] for key in ("identity", "number", "name", "state")),
            *(
                figure(outlet_state[key])
                for key in ("current_a", "power_w", "apparent_power_va", "energy_kwh")
            ),
            ", ".join(dict.fromkeys(filter(None, (outlet_state["on"], outlet_state["off"])))),
        ]
        for outlet_state in outlet_rows
    ]
    head = ("identity", "number", "name", "state", "A", "W", "VA", "kWh", "switched by")
    is_whole_load = not rows and any(
        command in outlet_state.device.whole.commands
        for outlet_state in listed_devices
        for command in SWITCHES
    )
    return Result(
        data,
        [
            *columns(head, rows),
            f"load {figure(outlet_reading.load_a, 'A')},"
            f" energy {figure(outlet_reading.energy_kwh, 'kWh')}",
        ],
        note=(
            f"{call.device} has no outlets; --whole-load (the handler setting whole_load=yes) lists"
            " its whole load as a port"
            if is_whole_load
            else ""
        ),
    )


def commands(call: NutCall) -> Result:
    """List the instant commands of a device with their descriptions: 2 round trips."""
    descriptions = call.nut.commands(call.device, describe=True)
    return Result(descriptions, columns((), list(descriptions.items())))


def run(call: NutCall) -> Result:
    """Run an instant command and wait for the driver's report.

    1 round trip for the command, 1 for each read of the report, and 1 more if the question of
    `_confirm` shows an outlet's state.
    """
    command, parameter = call.arguments["command"], call.arguments["parameter"]
    _confirm(call, f"run {command} {parameter or ''}".rstrip(), command)
    result = call.nut.run(call.device, command, parameter or "")
    return Result(
        {"reported": result},
        ["done: the driver reports success"] if result else (),
        DONE if result else NOT_SEEN,
        note="" if result else f"not-seen: {_ACCEPTED}",
    )


def set_variable(call: NutCall) -> Result:
    """Set a variable, and read it until it has the new value or _SEEN_S is over.

    The round trips of `run`, and 1 for each read. The variable is also read before the write. If it
    already had the new value, or that read failed, only the driver's report proves the write.
    """
    variable, value = call.arguments["variable"], call.arguments["value"]
    _confirm(call, f"set {variable} to {value!r}", variable)
    old_value = None
    with contextlib.suppress(PduHandlerError):
        old_value = call.nut.variable(call.device, variable)
    reported = call.nut.set(call.device, variable, value)
    end = time.monotonic() + _SEEN_S
    try:
        new_value = call.nut.variable(call.device, variable)
        while new_value != value and time.monotonic() < end:
            time.sleep(0.2)
            new_value = call.nut.variable(call.device, variable)
    except PduHandlerError as error:
        return Result(
            {"reported": reported, "value": None},
            (),
            NOT_SEEN,
            note=(
                "not-seen: the server accepted the value, but the variable cannot be read:"
                f" {error.reason}"
            ),
        )
    changed = _CHANGED + (_ESCAPED if set(value) & set('"#\\') else "")
    doubt = ""
    if new_value != value:
        doubt = changed
    elif not reported and old_value in (None, value):
        doubt = _ACCEPTED
    return Result(
        {"reported": reported, "value": new_value},
        [f"{variable}: {printable(new_value, _LONGEST)}"],
        NOT_SEEN if doubt else DONE,
        note=f"not-seen: {doubt}" if doubt else "",
    )


def _confirm(call: NutCall, what: str, name: str) -> None:
    """Ask before a write, unless --yes is given. `name`: the command or variable."""
    prompts.askable(call.shared, what, call.host)
    about = ""
    outlet = _OUTLET.match(name)
    if outlet is not None and not call.shared.yes:
        value_by_variable = call.nut.variables(call.device)
        desc = value_by_variable.get(f"{outlet[1]}.desc") or value_by_variable.get(
            f"{outlet[1]}.name"
        )
        now = (
            value_by_variable.get(f"{outlet[1]}.status")
            or value_by_variable.get(f"{outlet[1]}.switch")
            or "unknown"
        )
        about = f": {outlet[1]}{f' {desc!r}' if desc else ''} (now {now})"
        # upsd closes a connection after a minute of silence, and a person may think for longer
        call.nut.close()
    prompts.confirm(call.shared, f"{what} on {call.device} at {call.host}{about}", call.host)


def clients(call: NutCall) -> Result:
    """List the addresses of a device's clients: 1 round trip.

    Without DEVICE, list every device's clients: 1 more for each.
    """
    device_name = call.arguments["device"]
    clients_by_device = {
        name: call.nut.clients(name)
        for name in ([device_name] if device_name else call.nut.devices())
    }
    return Result(
        clients_by_device,
        columns(
            (),
            [
                [name, ", ".join(addresses) or "none"]
                for name, addresses in clients_by_device.items()
            ],
        ),
    )


def version(call: NutCall) -> Result:
    """Show the versions of the server and of its protocol: 2 round trips."""
    server, protocol = call.nut.version(), call.nut.protocol_version()
    return Result(
        {"server": server, "protocol": protocol},
        [printable(server), f"protocol {printable(protocol)}"],
    )


_DEVICE = Argument("DEVICE", "the device's name on the server; the command `list` shows it")
COMMANDS: Commands = {
    "list": HostCommand(
        devices,
        help="the server's devices",
        examples=("list", "list --tls --json"),
    ),
    "vars": HostCommand(
        variables,
        [_DEVICE, Argument("VARIABLE?")],
        "all variables of a device, or one",
        examples=("vars rack1", "vars rack1 outlet.3.status"),
    ),
    "outlets": HostCommand(
        outlets,
        [_DEVICE, *setting(_WHOLE_LOAD)],
        "outlets with state, figures and how they are switched",
        examples=("outlets rack1", "outlets ups1 --whole-load --json"),
    ),
    "commands": HostCommand(
        commands,
        [_DEVICE],
        "instant commands of a device, with the server's descriptions",
        examples=("commands rack1", "commands rack1 --json"),
    ),
    "run": HostCommand(
        run,
        [
            _DEVICE,
            Argument("COMMAND", "an instant command; `commands` lists them"),
            Argument("PARAMETER?", "for a command that takes one"),
        ],
        "run an instant command and wait for the driver's report; asks first",
        writes=True,
        examples=(
            "run rack1 outlet.3.load.off --username admin",
            "run ups1 test.battery.start.quick --username admin --yes",
        ),
    ),
    "set": HostCommand(
        set_variable,
        [
            _DEVICE,
            Argument("VARIABLE", "a writable variable; `vars` lists all variables"),
            Argument("VALUE"),
        ],
        "set a variable and read it back; asks first",
        writes=True,
        examples=(
            "set rack1 outlet.3.desc web-1 --username admin",
            "set ups1 ups.delay.shutdown 60 --username admin --yes",
        ),
    ),
    "clients": HostCommand(
        clients,
        [Argument("DEVICE?", "if not given, every device")],
        "clients of a device, or of all devices",
        examples=("clients", "clients rack1 --json"),
    ),
    "ver": HostCommand(
        version,
        help="versions of the server and of its protocol",
        examples=("ver", "ver --tls"),
    ),
}
LAZY_COMMANDS = {
    name: LazyCommand("devices.nut", "COMMANDS", command.help) for name, command in COMMANDS.items()
}


def _run(
    shared: SharedOptions, host: Address, _: str, command: HostCommand, words: Mapping[str, Any]
) -> Result:
    """Run a command.

    One that only reads asks for no password, and sends its login only if the server demands it.
    """
    # imported late: 11 ms together, which the help of the group saves
    from handlers.nut import settings as nut
    from handlers.nut.sessions import make_client

    shared.as_arguments = ("device",)
    declared = [setting for setting in nut.SETTINGS if setting.key not in _NOT_HERE]
    texts = connection_data.of_command("nut", declared, shared, host, login=command.writes)
    if command.writes and not texts.get("username"):
        raise SettingsError(
            (
                "a NUT server accepts writes only from a user in its upsd.users: give ",
                NamedSetting("username"),
            )
        )
    values = Settings(texts, nut.SETTINGS)
    logs_in = command.writes or bool(values[nut.PASSWORD])
    if not logs_in:
        texts.pop("username", None)
    with make_client(values, host, logs_in=logs_in) as client:
        return command.run(NutCall(client, texts, shared, host, words))


_OPTIONS = [*names.options(), *device(*LOGIN, *TLS)]
nut = HostGroup(
    "nut",
    LAZY_COMMANDS,
    _run,
    [*_OPTIONS, *asks()],
    _OPTIONS,
    **names.on_host("nut"),
    examples=("pdu nut 192.0.2.9 list", "pdu nut 192.0.2.9 outlets rack1"),
    help="Jobs on a NUT server.",
)
