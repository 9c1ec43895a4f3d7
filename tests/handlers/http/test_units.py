"""Small units with each form of login (login_units.py) are read and switched: units.txt.

    unit NAME                    of CASES, or `whole`, whose commands read what they write back
    uses N                       a session, or a nonce, ends after so many requests
    not stale                    the unit does not say that a nonce is over
    no login                     the unit wants none
    refuses PUT                  no request by this method is let in
    busy GET N 503               the first N of these requests that are let in get this status
    NAME=VALUE                   a setting of the handler
    status, on 2, off 1          calls of the handler; `opened status` in one session of a tool

On the right stands what comes of the calls, with `?` if a command may have been carried out; what
was sent (the last part of the path, unless it is of outlets); and the commands that were carried
out, the sessions, refused logins and pauses that there were.
`python -m tests.tables tests.handlers.http.test_units` writes right sides.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Union
from urllib.parse import urlsplit

import pytest

from handlers.http import dialogue
from handlers.http.dialogue import Dialogue, ReadRequest, WriteRequest
from handlers.shared.errors import PduHandlerError
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.chains import kept
from tests.simulators.truth import Truth
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer, Reply
from tests.tables import Case, Table

from .login_units import CASES, TOKEN, BasicUnit, Case as UnitCase, DigestUnit

TABLE = Table(Path(__file__).with_name("units.txt"))
_BUSY = re.compile("busy ([^ ]+) ([0-9]+) ([0-9]+)")


class WholeUnit(BasicUnit):
    """A command writes the states of all outlets."""

    def answer(self, method: str, path: str, body: bytes) -> Union[bytes, Reply, None]:
        if method != "PUT":
            return super().answer(method, path, body)
        for number, on in json.loads(body).items():
            if self.on[int(number)] is not on:
                self.turn(int(number), on)
        return Reply(204)


def _command_of_all(identity: str, *, on: bool) -> Dialogue[None]:
    body = yield ReadRequest("/all")
    states = {**json.loads(body), identity: on}
    yield WriteRequest("/all", json.dumps(states).encode(), "PUT")


_WHOLE_CODEC = SimpleNamespace(**{**vars(CASES["basic"].codec), "command": _command_of_all})
UNITS = {**CASES, "whole": UnitCase(WholeUnit, _WHOLE_CODEC)}


class WatchedUnit:
    """A unit whose requests are noted, and which is busy at the first of them."""

    def __init__(self, unit: Any) -> None:
        self.unit = unit
        self.requests: list[str] = []
        #: by request: how many, and the status that they get
        self.busy: dict[str, tuple[int, int]] = {}
        self.wants_login = True
        self.refused_method = ""
        self.challenge = getattr(unit, "challenge", dict)

    def user(self, method: str, path: str, headers: Mapping[str, str]) -> str:
        self.requests.append(_short(method, path))
        if method == self.refused_method:
            return ""
        user: str = self.unit.user(method, path, headers) if self.wants_login else USER
        return user

    def answer(self, method: str, path: str, body: bytes) -> Union[bytes, Reply, None]:
        request = _short(method, path)
        count, status = self.busy.get(request, (0, 0))
        if count:
            self.busy[request] = (count - 1, status)
            return Reply(status)
        answer: Union[bytes, Reply, None] = self.unit.answer(method, path, body)
        return answer

    def truth(self) -> Truth:
        truth: Truth = self.unit.truth()
        return truth


def _short(method: str, path: str) -> str:
    name = urlsplit(path).path.rpartition("/")[2]
    return method if name == "outlets" or name.isdigit() else f"{method}:{name}"


def shown(case: Case) -> str:
    """The right side of a case, as the code gives it now."""
    first, *changes = case.left.split(TABLE.separator)
    unit_case = UNITS[first.removeprefix("unit ")]
    uses = [int(change.removeprefix("uses ")) for change in changes if change.startswith("uses ")]
    has_session = "sessions" in vars(unit_case.make())
    unit = WatchedUnit(unit_case.make(*uses if has_session else ()))
    settings: dict[str, str] = {}
    calls: list[str] = []
    for change in changes:
        key, equals, value = change.partition("=")
        if equals:
            settings[key] = value
        elif change.partition(" ")[0] in ("status", "on", "off", "opened"):
            calls.append(change)
        else:
            _change(unit, change)
    pauses_s: list[float] = []
    with pytest.MonkeyPatch.context() as patch, HttpServer(unit) as server:
        patch.setattr(dialogue, "time", SimpleNamespace(sleep=pauses_s.append))
        pdu = unit_case.pdu(server, **settings)
        ends = [_end(pdu, call, f"{server.host}:{server.port}") for call in calls]
    facts = [f"{identity} {state}" for identity, state in unit.unit.writes]
    if has_session:
        facts.append(f"{unit.unit.sessions} sessions")
    if unit.unit.refusals:
        facts.append(f"{unit.unit.refusals} refused")
    facts += [f"pause {pause_s} s" for pause_s in pauses_s]
    return f"{'; '.join(ends)} / {' '.join(unit.requests)} / {', '.join(facts)}".strip()


def _change(unit: WatchedUnit, change: str) -> None:
    """Carry out a change of a line."""
    word, _, rest = change.partition(" ")
    busy = _BUSY.fullmatch(change)
    if busy is not None:
        unit.busy[busy[1]] = (int(busy[2]), int(busy[3]))
    elif isinstance(unit.unit, DigestUnit) and word == "uses":
        unit.unit.access.uses = int(rest)
    elif change == "not stale":
        unit.unit.access.says_stale = False
    elif change == "no login":
        unit.wants_login = False
    elif word == "refuses":
        unit.refused_method = rest
    else:
        # those of a session were made with the unit
        assert word == "uses", change


def _end(pdu: Any, call: str, place: str) -> str:
    """What comes of a call."""
    try:
        return " ".join(state.name for state in _states(pdu, call))
    except PduHandlerError as error:
        is_command = call != "status"
        maybe = "?" if is_command and error.may_have_executed else ""
        secrets = [word for word in (PASSWORD, TOKEN, "another-word") if word in kept(error)]
        shown_secrets = "".join(f" SHOWS {word}" for word in secrets)
        return f"{maybe}{error.kind} {error}{shown_secrets}".replace(place, "H")


def _states(pdu: Any, call: str) -> Iterator[EnumPowerStatus]:
    """The states that a call gives."""
    word, _, rest = call.partition(" ")
    if word == "status":
        yield from (port.power_status for port in pdu.status().ports)
    elif word == "opened":
        with pdu.opened() as opened:
            yield from dict(opened.states()).values()
            yield opened.switch("2", on=True)
            yield from dict(opened.states()).values()
    else:
        port = PduPortView(rest, EnumPowerStatus.UNKNOWN)
        yield (pdu.port_up if word == "on" else pdu.port_down)(port).power_status


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_units_are_read_and_switched_as_the_lines_say(
    case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        case.check(shown(case))
    for secret in (PASSWORD, TOKEN, "another-word"):
        assert secret not in caplog.text
