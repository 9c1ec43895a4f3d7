"""A NUT server on 127.0.0.1 that answers from a dump. Source: RFC 9271.

Any login is accepted. A command or SET VAR with which the NUT handler switches an outlet changes
the variables that show the outlet's state. Other commands have no effect; any other SET VAR changes
only its own variable. Of the figures, switching changes those by which the handler sees that an
outlet carries current: off they are 0, and on as in the dump.

device      of a NUT server, by its name: ServerDevice("pdu", variables={"outlet.1.status": "on"})
INSTCMD     a request that runs a command of a device: INSTCMD pdu outlet.1.load.off
SET VAR     a request that sets a variable of a device: SET VAR pdu outlet.1.switch "off"
identity    the name of an outlet: "1", or "web/1" if the dump has several devices
_Err        is raised for what is answered with an error: ERR UNKNOWN-UPS

The tests have a server of their own (tests/simulators), which judges the client: it plays faults,
and speaks TLS.
"""

from __future__ import annotations

import contextlib
import copy
import re
import socketserver
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Optional

from handlers.dcimanager import Figures
from handlers.nut.outlets import NutOutlet, SwitchCommand
from handlers.nut.quoting import escaped, split
from handlers.nut.settings import SETTINGS, WHOLE_LOAD
from handlers.shared.errors import PduHandlerError
from handlers.shared.settings import Settings

from ...inspection.nut.reading import ServerDevice
from ..replay_server import HOST, Replay, ReplayServer
from ..simulated_pdu import CommandRefused, SimulatedPdu, States, UnitCommand, UnitFault

_LONGEST = 4096  # limit for a line, in bytes
_EVERY_OUTLET = Settings({WHOLE_LOAD.key: "yes"}, SETTINGS)
_NO_DESCRIPTION, _GOODBYE = "Description unavailable", "OK Goodbye"
# Requests that get the same answer whatever their parameters are.
_PLAIN = {
    "VER": "Network UPS Tools upsd, replayed by pdu",
    "NETVER": "1.3",
    "PROTVER": "1.3",
    "HELP": "Commands: HELP VER GET LIST SET INSTCMD LOGIN LOGOUT USERNAME PASSWORD STARTTLS",
    "USERNAME": "OK",
    "PASSWORD": "OK",
    "LOGIN": "OK",
    "ATTACH": "OK",
    "LOGOUT": _GOODBYE,
    "DETACH": _GOODBYE,
    "STARTTLS": "ERR FEATURE-NOT-CONFIGURED",
}

# Present value of a variable -> the values for off and on in the same style.
_FORMS = {
    "on": ("off", "on"),
    "off": ("off", "on"),
    "1": ("0", "1"),
    "0": ("0", "1"),
    "yes": ("no", "yes"),
    "no": ("no", "yes"),
}


# variables of meters
_METER = re.compile(r"current|energy|realpower|power", re.IGNORECASE)
_UNDOCUMENTED = "undocumented"


class _Err(Exception):
    """The server answers `ERR` with this code."""


def _command_words(device: ServerDevice, name: str, value: Optional[str]) -> str:
    """The request for a command of a device, or for a value of its variable `name`, as a line of
    `commands`: a command if `value` is None.

    >>> _command_words(ServerDevice("pdu"), "outlet.1.load.off", None)
    'INSTCMD pdu outlet.1.load.off'
    >>> _command_words(ServerDevice("pdu"), "outlet.1.switch", "off")
    "SET VAR pdu outlet.1.switch 'off'"
    """
    if value is None:
        return f"INSTCMD {device.name} {name}"
    return f"SET VAR {device.name} {name} {value!r}"


class NutServer(SimulatedPdu, Replay):
    """Serves the devices of a dump, which are in `devices` by name; commands change their
    variables. `_figures_before_off` has the figures of outlets that are off as they were before, by
    device and variable. Raises OSError if the port cannot be used.

    >  INSTCMD pdu outlet.1.load.off
    <  OK
    >  GET VAR pdu outlet.1.status
    <  VAR pdu outlet.1.status "off"
    """

    # NUT's clients read without a login
    protected_methods = ("port_down", "port_up")

    def __init__(
        self, devices: Sequence[ServerDevice], port: int, fault: UnitFault = UnitFault.NONE
    ) -> None:
        """Serve copies of these devices at this port, 0 for any free one, with this fault."""
        self.devices = {device.name: copy.deepcopy(device) for device in devices}
        self._figures_before_off: dict[tuple[str, str], str] = {}
        SimulatedPdu.__init__(self, fault)
        Replay.__init__(self, ReplayServer((HOST, port), _Session))

    def close(self) -> None:
        self.drop_timers()
        Replay.close(self)

    # ---- as a simulated PDU ----------------------------------------------------------------------

    @property
    def contents(self) -> Any:
        return copy.deepcopy(list(self.devices.values()))

    @contents.setter
    def contents(self, contents: Any) -> None:
        """A copy: commands change it."""
        self.devices = {device.name: copy.deepcopy(device) for device in contents}

    def outlet_states(self) -> States:
        return {name: outlet.state for name, (_, outlet) in self._outlets().items()}

    def turn_outlet(self, identity: str, *, on: Optional[bool]) -> bool:
        """Set the state of an outlet in its variables: in the driver's own words, or for None to a
        word that NUT does not document. Returns True.

            before:  outlet.1.status: on
            after:   outlet.1.status: off             with on=False
            after:   outlet.1.status: undocumented    with on=None
        """
        device, outlet = self._outlets()[identity]
        if on is None:
            for variable in outlet.state_variables:
                device.variables[variable] = _UNDOCUMENTED
        else:
            self._turn_outlet(device, outlet, on=on)
        return True

    def can_switch(self, identity: str, *, on: bool) -> bool:
        return self._command(identity, on=on) is not None

    def command_words(self, identity: str, *, on: bool) -> str:
        """The request that switches an outlet on or off, for people; "" if no command does.

        "INSTCMD pdu outlet.1.load.off"
        """
        command = self._command(identity, on=on)
        if command is None:
            return ""
        device, _ = self._outlets()[identity]
        return _command_words(device, command.name, command.value)

    def _command(self, identity: str, *, on: bool) -> Optional[SwitchCommand]:
        """The command that switches an outlet on or off; None if no command does."""
        _, outlet = self._outlets()[identity]
        return outlet.on if on else outlet.off

    def figures(self) -> Optional[Figures]:
        """The load in A and the energies in kWh of the one device as they are now; None if there
        are several devices, or if the handler cannot read it.
        """
        devices = list(self.devices.values())
        if len(devices) > 1:
            return None
        try:
            device = devices[0].decode(Settings({}, SETTINGS))
        except PduHandlerError:
            return None
        outlets = {outlet.identity: outlet.figures for outlet in device.outlets}
        return Figures(device.load_a, device.energy_kwh, outlets)

    def without_state(self, identity: str) -> Sequence[Any]:
        """The contents without the variables that show the state of this outlet."""
        device, outlet = self._outlets()[identity]
        return [self._contents_with(device.name, dict.fromkeys(outlet.state_variables))]

    def without_figures(self) -> Sequence[Any]:
        return [self._contents_with(name, {variable: None}) for name, variable in self._meters()]

    def with_other_figures(self) -> Sequence[Any]:
        """The contents with half of each figure: current, power or energy.

        outlet.1.current: 0.50    becomes 0.25
        """
        contents = self.contents  # a copy
        for device in contents:
            for variable, text in device.variables.items():
                if _METER.search(variable):
                    with contextlib.suppress(ValueError):
                        device.variables[variable] = str(float(text) / 2)
        return [contents]

    def with_zero_figures(self) -> Sequence[Any]:
        return [self._contents_with(name, {variable: "0"}) for name, variable in self._meters()]

    def _meters(self) -> Iterator[tuple[str, str]]:
        """Device and variable of each figure of a meter: ("pdu", "outlet.1.current")."""
        for name, device in self.devices.items():
            for variable in device.variables:
                if _METER.search(variable):
                    yield name, variable

    def _contents_with(self, device_name: str, values: Mapping[str, Optional[str]]) -> Any:
        """A copy of the contents, in which the variables of this device have these values; one with
        None is absent.

            before:  outlet.1.status: on, outlet.1.current: 0.50
            after:   outlet.1.current: 0.50                         with {"outlet.1.status": None}
        """
        contents = self.contents  # a copy
        for device in contents:
            if device.name == device_name:
                variables = {**device.variables, **values}
                device.variables = {
                    name: text for name, text in variables.items() if text is not None
                }
        return contents

    def _outlets(self) -> dict[str, tuple[ServerDevice, NutOutlet]]:
        """The device and the outlet of each identity, as the handler reads them now: of "1", or of
        "web/1" if there are several devices. A device that cannot be read has none.
        """
        settings = Settings({}, SETTINGS)
        has_several = len(self.devices) > 1
        outlets: dict[str, tuple[ServerDevice, NutOutlet]] = {}
        for device in self.devices.values():
            prefix = f"{device.name}/" if has_several else ""
            with contextlib.suppress(PduHandlerError):
                for outlet in device.decode(settings).outlets:
                    identity = f"{prefix}{outlet.identity}"
                    outlets[identity] = (device, outlet)
        return outlets

    def delivered(self, answer: list[str]) -> list[str]:
        """The lines that a client gets of an answer: with the fault HALF the first half of a list,
        else all.
        """
        if self.fault is not UnitFault.HALF or len(answer) == 1:
            return answer
        return answer[: len(answer) // 2]

    def take(self, device: ServerDevice, name: str, value: Optional[str]) -> None:
        """Take a command of a device, or a new value of its variable `name` if `value` is not None:
        carry it out, late or never, as the fault says, and add it to `commands`. Raises
        CommandRefused, and ConnectionAbortedError for no answer.

            INSTCMD pdu outlet.1.load.off    outlet 1 is off; in `commands`: outlet 1, off
            INSTCMD pdu beeper.mute          in `commands`: an unknown command
        """
        if self.fault is UnitFault.DENIES:
            raise CommandRefused
        text = _command_words(device, name, value)
        commands = self._commands_of(device, SwitchCommand(name, value), text)
        if commands and self.fault is not UnitFault.NONE:
            self.obey(commands)
            return
        self.commands += commands or [UnitCommand.unknown(text)]
        if value is None:
            self.run(device, name)
        else:
            self.set(device, name, value)

    def _commands_of(
        self, device: ServerDevice, command: SwitchCommand, text: str
    ) -> list[UnitCommand]:
        """The outlets that this command of a device switches. `text`: the request, for people.

        SwitchCommand("outlet.1.load.off", None)    [UnitCommand("1", on=False, text)]
        SwitchCommand("beeper.mute", None)          []
        """
        commands: list[UnitCommand] = []
        for identity, (outlet_device, outlet) in self._outlets().items():
            if outlet_device is not device:
                continue
            if outlet.on == command:
                commands.append(UnitCommand(identity, on=True, text=text))
            if outlet.off == command:
                commands.append(UnitCommand(identity, on=False, text=text))
        return commands

    def commands_paused(self) -> contextlib.AbstractContextManager[Any]:
        """A block in which no command changes a device: commands wait until it ends."""
        return self._contents_lock

    def device(self, name: str) -> ServerDevice:
        """The device of this name. Raises _Err, which is answered as ERR UNKNOWN-UPS."""
        if name not in self.devices:
            raise _Err("UNKNOWN-UPS")
        return self.devices[name]

    def run(self, device: ServerDevice, command: str) -> None:
        """Carry out a command of INSTCMD: switch the outlets that the handler would switch with it,
        and add a line to `writes`.

            "INSTCMD pdu outlet.1.load.off: outlet 1 off"
            "INSTCMD pdu beeper.mute: accepted; no outlet changed"
        """
        with self._contents_lock:
            effect = self._switch_outlets(device, command, None) or "accepted; no outlet changed"
            self.writes.append(f"INSTCMD {device.name} {command}: {effect}")

    def set(self, device: ServerDevice, variable: str, value: str) -> None:
        """Carry out a SET VAR: set the variable, switch the outlets that the handler would switch
        with it, and add a line to `writes`.

            "SET VAR pdu outlet.1.switch 'off': outlet 1 off"
            "SET VAR pdu device.location 'rack 7': set"
        """
        with self._contents_lock:
            effect = self._switch_outlets(device, variable, value) or "set"
            device.variables[variable] = value
            self.writes.append(f"SET VAR {device.name} {variable} {value!r}: {effect}")

    def _switch_outlets(self, device: ServerDevice, name: str, value: Optional[str]) -> str:
        """Switch the outlets that the handler would switch with the command `name`, or with this
        value of the variable `name` if it is not None. Returns the last of them for people, "outlet
        3 on"; "" if there are none.
        """
        try:
            outlets = device.decode(_EVERY_OUTLET).outlets
        except PduHandlerError:
            return ""  # the handler cannot read this device
        command = SwitchCommand(name, value)
        effect = ""
        for outlet in outlets:
            if outlet.on == command:
                effect = self._turn_outlet(device, outlet, on=True)
            if outlet.off == command:
                effect = self._turn_outlet(device, outlet, on=False)
        return effect

    def _turn_outlet(self, device: ServerDevice, outlet: NutOutlet, *, on: bool) -> str:
        """Set the state of an outlet in its variables, in the driver's own words ("off", "0" or
        "no"). Its meters read 0 while it is off, and then again what they read before. Returns what
        happened, for people.

            before:  outlet.1.status: on     outlet.1.current: 0.50
            after:   outlet.1.status: off    outlet.1.current: 0       "outlet 1 off"
        """
        for variable in outlet.state_variables:
            status = device.variables.get(variable, "")
            if variable == "ups.status":
                device.variables[variable] = _status(status, on=on)
            else:
                forms = _FORMS.get(status.strip().lower(), ("off", "on"))
                device.variables[variable] = forms[on]
        for variable in outlet.meter_variables:
            key = (device.name, variable)
            if on and key in self._figures_before_off:
                device.variables[variable] = self._figures_before_off.pop(key)
            elif not on:
                self._figures_before_off.setdefault(key, device.variables.get(variable, ""))
                device.variables[variable] = "0"
        return f"outlet {outlet.identity} {'on' if on else 'off'}"


def _status(status: str, *, on: bool) -> str:
    """The value of `ups.status` after a UPS was switched, which before was `status`: OFF in place
    of OL if it is off; OL in place of OFF if it is on, but not beside OB (on battery). Other words
    stay.

    >>> _status("OL CHRG", on=False), _status("OFF CHRG", on=True), _status("OB", on=True)
    ('OFF CHRG', 'OL CHRG', 'OB')
    """
    words = [word for word in status.split() if word not in ("OL", "OFF")]
    if not on:
        words.insert(0, "OFF")
    elif "OB" not in words:
        words.insert(0, "OL")
    return " ".join(words)


class _Session(socketserver.StreamRequestHandler):
    """One connection of a client. `is_tracking` is whether it has sent SET TRACKING ON: then each
    command is answered with an id.
    """

    server: ReplayServer
    disable_nagle_algorithm = True
    is_tracking = False

    def handle(self) -> None:
        """Answer the requests, a line each, until the client goes, sends LOGOUT or a line that is
        too long, or gets half of an answer.

        >  GET VAR pdu outlet.1.status
        <  VAR pdu outlet.1.status "on"
        """
        while True:
            line = self.rfile.readline(_LONGEST + 1)
            if not line.endswith(b"\n") or len(line) > _LONGEST:
                return
            replay: NutServer = self.server.replay
            text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
            replay.note_request(text)
            answer = self._answer(text)
            sent_answer = replay.delivered(answer)
            sent_text = "".join(f"{answer_line}\n" for answer_line in sent_answer)
            self.wfile.write(sent_text.encode("utf-8", "surrogateescape"))
            if sent_answer != answer or answer == [_GOODBYE]:
                return

    def _answer(self, line: str) -> list[str]:
        """The lines that answer the line of a request; none for a blank one.

        VER                              Network UPS Tools upsd, replayed by pdu
        GET VAR pdu outlet.1.status      VAR pdu outlet.1.status "on"
        GET VAR web outlet.1.status      ERR UNKNOWN-UPS
        SET VAR pdu ups.status "OL"      ERR READONLY
        GET VAR pdu                      ERR INVALID-ARGUMENT
        REBOOT                           ERR UNKNOWN-COMMAND
        """
        replay: NutServer = self.server.replay
        try:
            words = split(line)
            if not words:
                return []
            name = words[0].upper()
            if name in _PLAIN:
                return [_PLAIN[name]]
            requests = {
                "LIST": self._list,
                "GET": self._get,
                "SET": self._set,
                "INSTCMD": self._instcmd,
            }
            if name not in requests:
                raise _Err("UNKNOWN-COMMAND")
            answer_to = requests[name]
            return answer_to(replay, words[1:])
        except _Err as error:
            return [f"ERR {error}"]
        except CommandRefused:
            return ["ERR ACCESS-DENIED"]
        except (PduHandlerError, IndexError):
            return ["ERR INVALID-ARGUMENT"]

    def _list(self, replay: NutServer, words: list[str]) -> list[str]:
        """The answer to LIST: `words` are UPS for all devices, or VAR, RW, CMD and the like with
        the name of a device. Raises _Err and IndexError for other words.

        >  LIST CMD pdu
        <  BEGIN LIST CMD pdu
        <  CMD pdu outlet.1.load.off
        <  END LIST CMD pdu
        """
        kind = words[0].upper()
        if kind == "UPS":
            rows: list[str] = []
            for device in replay.devices.values():
                rows.append(f"{device.name} {_quoted(device.description or _NO_DESCRIPTION)}")
            return _listing("UPS", rows)
        device = replay.device(words[1])
        with replay.commands_paused():  # which change variables
            rows = _rows_of(device, kind)
        return _listing(" ".join([kind, *words[1:]]), rows)

    def _get(self, replay: NutServer, words: list[str]) -> list[str]:
        """The answer to GET: `words` are VAR, DESC or the like, the device and the variable or
        command; UPSDESC and a device; or TRACKING. Raises _Err and IndexError for other words.

        GET VAR pdu outlet.1.status     VAR pdu outlet.1.status "on"
        GET DESC pdu outlet.1.status    DESC pdu outlet.1.status "Description unavailable"
        GET UPSDESC pdu                 UPSDESC pdu "PDU in rack 7"
        GET NUMLOGINS pdu               NUMLOGINS pdu 0
        GET TRACKING                    OFF, or ON after SET TRACKING ON
        GET TRACKING 1f0c-...           SUCCESS, as each command is done at once
        """
        kind = words[0].upper()
        if kind == "TRACKING":
            asks_for_command = len(words) > 1  # by its id
            if asks_for_command:
                return ["SUCCESS"]
            return ["ON" if self.is_tracking else "OFF"]
        device = replay.device(words[1])
        if kind == "UPSDESC":
            return [f"{kind} {words[1]} {_quoted(device.description or _NO_DESCRIPTION)}"]
        if kind in ("NUMLOGINS", "NUMATTACH"):
            return [f"{kind} {words[1]} 0"]
        name = words[2]
        with replay.commands_paused():  # which change variables
            value = _value_of(device, kind, name)
        return [f"{kind} {words[1]} {name} {value}"]

    def _set(self, replay: NutServer, words: list[str]) -> list[str]:
        """The answer to SET: `words` are TRACKING and ON or OFF; or VAR, a device, a variable and
        its new value, which is taken as the fault says. Raises _Err and IndexError for other words.

            >  SET VAR pdu outlet.1.switch "off"
            <  OK
        """
        kind = words[0].upper()
        if kind == "TRACKING":
            switch = words[1].upper()
            if switch not in ("ON", "OFF"):
                raise _Err("INVALID-ARGUMENT")
            self.is_tracking = switch == "ON"
            return ["OK"]
        if kind != "VAR":
            raise _Err("INVALID-ARGUMENT")
        device = replay.device(words[1])
        name, value = words[2], words[3]
        if name not in device.variables:
            raise _Err("VAR-NOT-SUPPORTED")
        if name not in device.writable:
            raise _Err("READONLY")
        replay.take(device, name, value)
        return self._acknowledgement()

    def _instcmd(self, replay: NutServer, words: list[str]) -> list[str]:
        """The answer to INSTCMD: `words` are a device and its command, which is taken as the fault
        says. Raises _Err for a command that the device does not have.

        >  INSTCMD pdu outlet.1.load.off
        <  OK
        """
        device, command = replay.device(words[0]), words[1]
        if command not in device.commands:
            raise _Err("CMD-NOT-SUPPORTED")
        replay.take(device, command, None)
        return self._acknowledgement()

    def _acknowledgement(self) -> list[str]:
        return [f"OK TRACKING {uuid.uuid4()}" if self.is_tracking else "OK"]


def _rows_of(device: ServerDevice, kind: str) -> list[str]:
    """The rows of the answer to LIST of this kind: VAR for variables, RW for writable ones, CMD for
    commands; CLIENT, ENUM and RANGE have none. Raises _Err for another kind.

    >>> _rows_of(ServerDevice("pdu", variables={"outlet.1.status": "on"}), "VAR")
    ['outlet.1.status "on"']
    """
    if kind == "VAR":
        return [f"{name} {_quoted(value)}" for name, value in device.variables.items()]
    if kind == "RW":
        return [f"{name} {_quoted(device.variables.get(name, ''))}" for name in device.writable]
    if kind == "CMD":
        return list(device.commands)
    if kind in ("CLIENT", "ENUM", "RANGE"):
        return []
    raise _Err("INVALID-ARGUMENT")


def _value_of(device: ServerDevice, kind: str, name: str) -> str:
    """The value in the answer to GET of this kind: VAR and TYPE of the variable `name`, DESC and
    CMDDESC for its description, or a command's. Raises _Err for another kind, and for a variable
    that the device does not have.

    >>> device = ServerDevice("pdu", variables={"outlet.1.status": "on"})
    >>> [_value_of(device, kind, "outlet.1.status") for kind in ("VAR", "DESC", "TYPE")]
    ['"on"', '"Description unavailable"', 'NUMBER']
    """
    if kind == "DESC":
        return _quoted(device.descriptions.get(name, _NO_DESCRIPTION))
    if kind == "CMDDESC":
        return _quoted(device.commands.get(name) or _NO_DESCRIPTION)
    if kind not in ("VAR", "TYPE"):
        raise _Err("INVALID-ARGUMENT")
    if name not in device.variables:
        raise _Err("VAR-NOT-SUPPORTED")
    if kind == "VAR":
        return _quoted(device.variables[name])
    return "RW STRING:64" if name in device.writable else "NUMBER"


def _listing(query: str, rows: Sequence[str]) -> list[str]:
    """The lines that answer LIST with these words behind it (`query`) and these rows: RFC 9271,
    4.2.7.

    >>> _listing("CMD pdu", ["outlet.1.load.off"])
    ['BEGIN LIST CMD pdu', 'CMD pdu outlet.1.load.off', 'END LIST CMD pdu']
    """
    lines = [f"{query} {row}" for row in rows]
    return [f"BEGIN LIST {query}", *lines, f"END LIST {query}"]


def _quoted(text: str) -> str:
    return f'"{escaped(text)}"'
