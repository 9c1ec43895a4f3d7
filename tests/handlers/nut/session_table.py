"""Calls of the handler and the client on a simulated server: sessions.txt (tests/tables.py).

Of the server:
    pdu NAME 48 first=0              a PDU that switches; without any device, `pdu pdu 8`
    device NAME o1.status: on; ...   variables and commands as in decoding.txt
    fault ignored | tracked=PENDING  a field of its faults
    driver NAME = STALE              the state of a driver
    answer GET VAR = ERR FAILED      the answer to requests that begin so; `cut` closes in its place
    replace "on" = "off"             another text in each LIST VAR after a command
    none                             no device
Of the client: `user NAME` or `password TEXT`, admin without them; `set device=pdu` settings of the
handler.
Calls of the handler: `status`, `statistic`, `labels`, `off 3`, `on 3`; they do not wait for a
state. Calls of the client: `ask` with a request as in protocol.txt, `run`, `write`, `snapshot` and
`close`.

On the right, what each call gives; then the number of round trips with the lines that the server
got, and what is logged beside the line of each call. Outlets are `true` if each has the state of
its simulated relay, `relays` those that a command changed. `LIST pdu` is LIST VAR
and LIST CMD of a device, `LIST * pdu` LIST RW, too.
`python -m tests.tables tests.handlers.nut.session_table` writes right sides.
"""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Optional, Union

import pytest

from handlers.nut.client import NutClient
from handlers.nut.handler import NutPdu
from handlers.shared.errors import PduHandlerError
from pdu_common.helper import PduPortView
from tests.handlers.nut.clients import (
    LOOKS_S,
    MON,
    VIEWER,
    WORDS,
    Login,
    client,
    handler,
    looks_three_times,
    states,
)
from tests.handlers.nut.decoding_table import commands_of, variables_of
from tests.handlers.nut.protocol_table import request_of, text_of
from tests.servers import upsd
from tests.simulators.nut_server import (
    ADMIN,
    Cut,
    Device,
    Driver,
    NutServer,
    StaticDevice,
    SwitchedPdu,
    User,
)
from tests.tables import Case, Table

TABLE = Table(Path(__file__).with_name("sessions.txt"))
USERS: dict[str, Login] = {
    "admin": ADMIN,
    "mon": MON,
    "viewer": VIEWER,
    "wrong": User(ADMIN.name, "wr0ngsecret"),
    "stranger": User("stranger", "x"),
    "secondary": upsd.SECONDARY,
    "onecmd": upsd.ONE_COMMAND,
    "nobody": User("", ""),
}
_LISTS = re.compile(r"LIST VAR ([^ ,]+), LIST CMD \1, LIST RW \1(?=,|$)")
_READ_LISTS = re.compile(r"LIST VAR ([^ ,]+), LIST CMD \1(?=,|$)")
_TRACKED = re.compile("GET TRACKING .+")
_HANDLER_CALLS = ("status", "statistic", "labels", "off", "on")


class Scene:
    """The server of a line, and who calls it."""

    def __init__(self, changes: Sequence[str]) -> None:
        self.devices: Optional[list[Device]] = None
        self.user: Login = ADMIN
        self.settings = {"timeout": str(LOOKS_S)}
        self.calls: list[tuple[str, str]] = []
        self.sent: list[str] = []
        self._faults: list[tuple[str, str]] = []
        self._drivers: dict[str, Driver] = {}
        self._answers: dict[str, bytes] = {}
        self._replaced: dict[bytes, bytes] = {}
        for change in changes:
            word, _, rest = change.partition(" ")
            self._add(word, rest)

    def _add(self, word: str, rest: str) -> None:
        name, _, text = rest.partition(" ")
        if word == "none":
            self.devices = []
        elif word == "pdu":
            self._devices_so_far().append(_switched(name, text))
        elif word == "device":
            commands = commands_of(text)
            self._devices_so_far().append(StaticDevice(name, variables_of(text), commands))
        elif word == "user":
            self.user = USERS[name]
        elif word == "password":
            self.user = User(ADMIN.name, rest)
        elif word == "set":
            setting, _, value = rest.partition("=")
            self.settings[setting] = text_of(value)
        elif word == "fault":
            fault, _, value = rest.partition("=")
            self._faults.append((fault, value))
        elif word == "driver":
            self._drivers[name] = Driver[text.removeprefix("= ")]
        elif word in ("answer", "cut"):
            begin, _, answer = rest.partition(" = ")
            self._answers[begin] = Cut() if word == "cut" else f"{answer}\n".encode()
        elif word == "replace":
            old, _, new = rest.partition(" = ")
            self._replaced[old.encode()] = new.encode()
        else:
            self.calls.append((word, rest))

    def _devices_so_far(self) -> list[Device]:
        self.devices = self.devices or []
        return self.devices

    def server(self) -> NutServer:
        server = NutServer(self.devices, [ADMIN, MON, VIEWER])
        for fault, value in self._faults:
            setattr(server.faults, fault, value or True)
        server.faults.drivers.update(self._drivers)
        server.faults.rewrite = self._rewrite
        return server

    def login(self) -> dict[str, str]:
        """The settings of the user, as far as it has them."""
        login = {"username": self.user.name, "password": self.user.password}
        return {setting: text for setting, text in login.items() if text}

    def _rewrite(self, line: str, answer: bytes) -> Union[bytes, Cut]:
        is_after_command = any(sent.startswith("INSTCMD") for sent in self.sent)
        self.sent.append(_TRACKED.sub("GET TRACKING ID", line))
        for begin, other_answer in self._answers.items():
            if line.startswith(begin):
                return other_answer
        if is_after_command and line.startswith("LIST VAR"):
            for old, new in self._replaced.items():
                answer = answer.replace(old, new)
        return answer


def _switched(name: str, words: str) -> SwitchedPdu:
    """The PDU of `8 members=3 by=variable`."""
    outlets, *options = words.split(" ")
    named: dict[str, Any] = dict(option.split("=") for option in options)
    for key in set(named) - {"by"}:
        named[key] = int(named[key])
    return SwitchedPdu(name, int(outlets), **named)


def shown(case: Case) -> str:
    """The right side of a case, as the code gives it now."""
    scene = Scene(case.left.split(TABLE.separator))
    with (
        pytest.MonkeyPatch.context() as patch,
        scene.server() as server,
        client(server, scene.user) as nut,
        _logged() as messages,
    ):
        looks_three_times(patch)
        pdu = handler(server, **{**scene.login(), **scene.settings})
        results = [_result(server, pdu, nut, word, rest) for word, rest in scene.calls]
        truth = server.truth()
    parts = [" / ".join(results)]
    if scene.sent:
        trips = f"{truth.requests} trips" if truth.requests > 1 else "1 trip"
        if truth.connections > len(scene.calls):
            trips = f"{trips} on {truth.connections} connections"
        lines = _LISTS.sub(r"LIST * \1", ", ".join(scene.sent))
        lines = _READ_LISTS.sub(r"LIST \1", lines)
        parts.append(f"{trips}: {lines}")
    if messages:
        parts.append(f"log: {' / '.join(messages)}")
    return "; ".join(parts)


@contextlib.contextmanager
def _logged() -> Iterator[list[str]]:
    """What handlers log, without the line of each call."""
    messages: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            message = record.getMessage()
            if not message.startswith("pdu handler"):
                messages.append(message)

    logger = logging.getLogger("handlers")
    collector = Collector()
    level = logger.level
    logger.addHandler(collector)
    logger.setLevel(logging.INFO)
    try:
        yield messages
    finally:
        logger.removeHandler(collector)
        logger.setLevel(level)


def _result(server: NutServer, pdu: NutPdu, nut: NutClient, word: str, rest: str) -> str:
    """What a call gives."""
    if word not in _HANDLER_CALLS:
        return of_client(nut, word, rest)
    try:
        return _of_handler(server, pdu, word, rest)
    except PduHandlerError as error:
        return _error(error, server.port)


def _error(error: PduHandlerError, port: int) -> str:
    """The kind and the words of an error, without the address of the server."""
    sentence = str(error).replace(f"127.0.0.1:{port}", "nut").replace(f"port {port}", "port N")
    return f"error {type(error).__name__} {sentence}"


def _of_handler(server: NutServer, pdu: NutPdu, word: str, identity: str) -> str:
    if word == "statistic":
        return _statistic(server, pdu)
    if word == "labels":
        return " ".join(map(str, pdu.labels()))
    relays = {name: WORDS[is_on] for name, is_on in server.truth().states.items()}
    if word == "status":
        outlets = states(pdu.status())
        words = {name: state.name for name, state in outlets.items()}
        if words and words == relays:
            return f"{len(words)} true from {next(iter(words))}"
        return " ".join(f"{name} {state}" for name, state in words.items()) or "no outlets"
    port = PduPortView(identity)
    switch = pdu.port_down if word == "off" else pdu.port_up
    assert switch(port, deadline=0.0) is port
    others = [name for name, is_on in server.truth().states.items() if relays[name] != WORDS[is_on]]
    changed = f" (relays {' '.join(others)})" if others else ""
    return f"{identity} {port.power_status.name}{changed}"


def _statistic(server: NutServer, pdu: NutPdu) -> str:
    """Load, energy and ports, `true` if they are those of the simulated unit."""
    truth = server.truth()
    view = pdu.statistic()
    energies = {port.identity: port.consumption for port in view.ports}
    words = [f"{view.load:.9g} A {view.total_consumption:.9g} kWh"]
    if (round(view.load, 6), round(view.total_consumption, 6)) == (truth.load_a, truth.energy_kwh):
        words = ["true"]
    if energies:
        is_true = energies == truth.port_energy_kwh
        words.append(f"{len(energies)} energies{'' if is_true else ' that differ'}")
    return " ".join(words)


def of_client(nut: NutClient, word: str, rest: str) -> str:
    """What a call of the client gives."""
    try:
        return _client_answer(nut, word, rest)
    except PduHandlerError as error:
        return _error(error, nut.port)


def _client_answer(nut: NutClient, word: str, rest: str) -> str:
    if word == "ask":
        return repr(nut.answer(request_of(rest)))
    name, _, text = rest.partition(" ")
    if word == "run":
        return repr(nut.run(name, text))
    if word == "write":
        variable, _, value = text.partition(" ")
        return repr(nut.set(name, variable, value))
    if word == "snapshot":
        snapshot = nut.snapshots([name], writable=True)[name]
        return f"{len(snapshot.variables)} variables"
    assert word == "close", word
    nut.close()
    return "open" if nut.is_open else "closed"
