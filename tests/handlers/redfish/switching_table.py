"""Commands to a static Redfish unit: switching.txt (tests/tables.py), with all that is sent.

    o1/PowerState = "Off" | null     a member of a resource of NAMES; - for none. o1 has the action
    reply 202 {} Location=/x         the answers to the command, between them `, then `
    stays                            the outlet does not follow the command
    monitor 200 {"TaskState": ...}   the answers of the task's monitor, the last again and again
    then o1 200 {...}                the answer for a resource after the command
    before o1 200 {...}              the same before the command, too
    expand                           the service offers $expand
    off 1 switch_unproven=yes        the command, with settings; without it `off 1`

On the right stand the state, or the kind of error with its words, and the requests: `4G` for four
GETs, `P1{body}` for a command to outlet 1, with `^ETAG` if it has one.
`python -m tests.handlers.redfish.switching_table` writes right sides.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from handlers.shared.errors import PduHandlerError
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.clocks import in_switching
from tests.tables import Case, Table

from .tree import (
    EXPAND,
    OUTLETS,
    RACKS,
    ROOT,
    Answer,
    Request,
    Tree,
    handler,
    serving,
    unit,
)

TABLE = Table(Path(__file__).with_name("switching.txt"))
MONITOR = f"{ROOT}/TaskService/Tasks/5"
NAMES = {
    "o1": f"{OUTLETS}/1",
    "o2": f"{OUTLETS}/2",
    "pdu": f"{RACKS}/1",
    "outlets": OUTLETS,
    "info": f"{OUTLETS}/1/Info",
    "racks": RACKS,
    "pdu2": f"{RACKS}/1.2",
}


class SwitchedUnit(Tree):
    """A unit with the changes of a line, and the command of this line."""

    def __init__(self, changes: Sequence[str]) -> None:
        super().__init__(unit(expand=EXPAND if "expand" in changes else None))
        self.word = "off"
        self.identity = "1"
        self.settings: dict[str, str] = {}
        self._follows = "stays" not in changes
        self._replies = [Answer(None, 204)]
        self._monitors: list[Answer] = []
        self._after: dict[str, Answer] = {}
        self._always: dict[str, Answer] = {}
        for change in changes:
            place, equals, value = change.partition(" = ")
            if equals:
                self._set(place, value)
            else:
                self._add(*change.split(" ", 1))

    def _set(self, place: str, value: str) -> None:
        """Set a member of a resource, or the whole resource."""
        name, *keys = place.split("/")
        path = NAMES[name]
        if not keys:
            self.resources[path] = json.loads(value)
            return
        owner: Any = self.resources.setdefault(path, {})
        for key in keys[:-1]:
            owner = owner[key]
        if value == "-":
            owner.pop(keys[-1], None)
        else:
            owner[keys[-1]] = json.loads(value)

    def _add(self, word: str, rest: str = "") -> None:
        """Add answers, or take the command."""
        if word == "reply":
            self._replies = [_answer(text) for text in rest.split(", then ")]
        elif word == "monitor":
            self._monitors.append(_answer(rest))
        elif word in ("then", "before"):
            name, _, text = rest.partition(" ")
            answers = self._after if word == "then" else self._always
            answers[NAMES[name]] = _answer(text)
        elif word in ("on", "off"):
            identity, *settings = rest.split(" ")
            self.word = word
            self.identity = identity.strip("'")
            self.settings = dict(text.split("=") for text in settings)
        else:
            assert word in ("stays", "expand"), word

    def answer(self, request: Request) -> Answer:
        commands = sum(other.method == "POST" for other in self.requests)
        if request.method == "POST":
            if self._follows:
                body = json.loads(request.body)
                state = body.get("PowerState") or body["OutletStatus"].title()
                self.resources[NAMES["o1"]]["PowerState"] = state
            return self._replies[min(commands, len(self._replies)) - 1]
        if request.path == MONITOR:
            is_last = len(self._monitors) == 1
            return self._monitors[0] if is_last else self._monitors.pop(0)
        answer = self._always.get(request.path)
        if commands:
            answer = self._after.get(request.path, answer)
        return answer or super().answer(request)


def _answer(text: str) -> Answer:
    """The answer of `202 {} Location=/x`."""
    match = re.fullmatch(r"(\d+)( [\[{nb].*?)?( \w+=.*)?", text)
    assert match, text
    status, body, fields = match.groups()
    headers = dict(field.split("=", 1) for field in (fields or "").split())
    return Answer(json.loads(body) if body else None, int(status), headers)


def shown(case: Case) -> str:
    """What comes of a case, on a clock of its own."""
    with pytest.MonkeyPatch.context() as patch:
        in_switching(patch)
        return _switched(SwitchedUnit(case.left.split(" & ")))


def _switched(device: SwitchedUnit) -> str:
    """What comes of the command of a unit."""
    port = PduPortView(device.identity, EnumPowerStatus.UNKNOWN)
    with serving(device) as address:
        pdu = handler(address, **device.settings)
        switch = pdu.port_up if device.word == "on" else pdu.port_down
        try:
            switch(port, deadline=10.0, pause=1.0)
            end = port.power_status.name
        except PduHandlerError as error:
            end = f"{error.kind}: {error}"
    return f"{end}; {_requests(device)}".replace(f"{address}: ", "")


def _requests(device: Tree) -> str:
    """The requests that a unit got."""
    words: list[str] = []
    for method, group in itertools.groupby(device.requests, key=lambda request: request.method):
        requests = list(group)
        if method == "GET":
            words.append(f"{len(requests)}G")
            continue
        for request in requests:
            name, _, _ = request.path.replace(f"{OUTLETS}/", "").partition("/")
            etag = request.headers.get("if-match")
            suffix = f"^{etag}" if etag else ""
            words.append(f"P{name}{request.body.decode()}{suffix}")
    return " ".join(words)


if __name__ == "__main__":
    TABLE.write(shown)
