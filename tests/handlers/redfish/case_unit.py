"""A static Redfish unit that the left side of a line changes (unit_cases.py).

The unit: one PDU with the outlets 1 and 2, or what the first changes say.

    two                              two PDUs (tree.two)
    count 20                         one PDU with 20 outlets
    behind 3                         one with 3 outlets, whose figures are only in sensors
    expand, expand {"NoLinks": ...}  the service offers $expand, as EXPAND or as this
    ignores                          it does not obey $expand
    linked                           each resource has a link to itself
    guarded                          it demands a login (guarded.py); of it, `guard/basic = false`
    opening 400 {...}                its answer to a right login for a session

    o1/PowerState = "Off" | null     a member of a resource of NAMES; - for none. o1 has the action
    at/pdu/New {...}                 the whole resource at a path below one of NAMES
    Outlets A:1 kWh:2 + A:null       the parts of outlets 1, 2 and so on
    Mains A:8 + A:3 Absent           a list of circuits with these parts; so Branches, Metrics and
                                     Mains2, those of the second PDU
    answer/o1 200 {...}              the answer for a resource; HERE stands for the unit's address
    then/o1 200 {...}                the same after the command alone
    expanded/o1 200 {...}            the same with $expand alone

A part is `-` for nothing, or of words: `A:8`, `W:` and `kWh:` have this Reading; `A1:` to `AN:`,
`W1:`, `W12:` are lines and pairs of lines, `V1:` voltages; `A:="x"` has the JSON text after `=`
itself; `A:@NAME` links to the sensor NAME; `ThreePhase5Wire` is the wiring, `Absent` the status.

    reply 202 {} Location=/x         the answers to the command, between them `, then `
    stays                            the outlet does not follow the command
    monitor 200 {"TaskState": ...}   the answers of the task's monitor, the last again and again

The call is the last change, with settings: `off 1 switch_unproven=yes`, `on 1`, `status`, `read`,
`figures` (A, W and kWh), `load` (without W), `statistic`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from .guarded import Guarded
from .tree import EXPAND, OUTLETS, RACKS, ROOT, Answer, Json, Request, outlet, two, unit

MONITOR = f"{ROOT}/TaskService/Tasks/5"
CHASSIS = f"{ROOT}/Chassis/PDU"
NAMES = {
    "root": ROOT,
    "power": f"{ROOT}/PowerEquipment",
    "racks": RACKS,
    "pdu": f"{RACKS}/1",
    "pdu2": f"{RACKS}/2",
    "outlets": OUTLETS,
    "outlets2": f"{RACKS}/2/Outlets",
    "o1": f"{OUTLETS}/1",
    "o2": f"{OUTLETS}/2",
    "o3": f"{OUTLETS}/3",
    "info": f"{OUTLETS}/1/Info",
    "mains": f"{RACKS}/1/Mains",
    "branches": f"{RACKS}/1/Branches",
    "metrics": f"{RACKS}/1/Metrics",
    "chassis": CHASSIS,
    "sensors": f"{CHASSIS}/Sensors",
    "A1": f"{CHASSIS}/Sensors/A1",
}
KEYS = {"A": "CurrentAmps", "W": "PowerWatts", "kWh": "EnergykWh", "V": "Voltage"}
LINES = {
    "1": "Line1ToNeutral",
    "2": "Line2ToNeutral",
    "3": "Line3ToNeutral",
    "12": "Line1ToLine2",
    "23": "Line2ToLine3",
    "31": "Line3ToLine1",
}
CURRENT_LINES = {"1": "Line1", "2": "Line2", "3": "Line3", "N": "Neutral"}


class CaseUnit(Guarded):
    """A unit with the changes of a line, and the call of this line."""

    def __init__(self, changes: Sequence[str], call: str) -> None:
        super().__init__()
        self.demands_login = False
        self.call, self.identity, self.settings = _call(call)
        self._follows = True
        self._replies = [Answer(None, 204)]
        self._monitors: list[Answer] = []
        self._after: dict[str, Answer] = {}
        self._always: dict[str, Answer] = {}
        self._expanded: dict[str, Answer] = {}
        for change in changes:
            place, equals, value = change.partition(" = ")
            word, _, rest = change.partition(" ")
            if equals:
                self._set(place, value)
            else:
                self._add(word, rest)

    def _set(self, place: str, value: str) -> None:
        """Set a member of a resource, the whole resource, or what the guard does."""
        name, *keys = place.split("/")
        if name == "guard":
            assert hasattr(self, keys[0]), place
            setattr(self, keys[0], json.loads(value))
            return
        path = NAMES[name]
        if not keys:
            self.resources[path] = json.loads(value)
            return
        owner: Any = self.resources.setdefault(path, {})
        for key in keys[:-1]:
            owner = owner[int(key) if isinstance(owner, list) else key]
        last_key = keys[-1]
        if isinstance(owner, list):
            index = int(last_key)
            owner[index : index + 1] = [] if value == "-" else [json.loads(value)]
        elif value == "-":
            owner.pop(last_key, None)
        else:
            owner[last_key] = json.loads(value)

    def _add(self, word: str, rest: str) -> None:
        """Add answers or parts, choose the unit, or take the call."""
        kind, _, place = word.partition("/")
        if kind == "then":
            self._after[_path(place)] = _answer(rest)
        elif kind == "answer":
            self._always[_path(place)] = _answer(rest)
        elif kind == "expanded":
            self._expanded[_path(place)] = _answer(rest)
        elif kind == "at":
            self.resources[_path(place)] = json.loads(rest)
        elif word == "reply":
            self._replies = [_answer(reply) for reply in rest.split(", then ")]
        elif word == "monitor":
            self._monitors.append(_answer(rest))
        elif word == "opening":
            self.opening = _answer(rest)
        elif word in ("Outlets", "Mains", "Branches", "Metrics", "Mains2"):
            self._add_parts(word, [_part(words) for words in rest.split(" + ")])
        elif word in ("off", "on", "status", "read", "figures", "load", "statistic"):
            self.call, self.identity, self.settings = _call(f"{word} {rest}")
        elif word == "stays":
            self._follows = False
        elif word == "ignores":
            self.expands = False
        elif word == "linked":
            for path, resource in self.resources.items():
                resource["@odata.id"] = path
        elif word == "guarded":
            self.demands_login = True
        else:
            self._choose(word, rest)

    def _choose(self, word: str, rest: str) -> None:
        """Choose the unit, or what its service offers."""
        if word == "two":
            self.resources = two()
        elif word == "count":
            self.resources = unit([outlet(str(number)) for number in range(1, int(rest) + 1)])
        elif word == "behind":
            self.resources = behind(int(rest))
        else:
            assert word == "expand", word
            offered = json.loads(rest) if rest else EXPAND
            self.resources[ROOT]["ProtocolFeaturesSupported"] = {"ExpandQuery": offered}

    def _add_parts(self, word: str, parts: Sequence[Json]) -> None:
        """Give the outlets these parts, or a PDU circuits or metrics."""
        if word == "Outlets":
            for number, part in enumerate(parts, 1):
                self.resources[f"{OUTLETS}/{number}"].update(part)
            return
        key = word.rstrip("2")
        pdu = NAMES["pdu2" if word.endswith("2") else "pdu"]
        path = f"{pdu}/{key}"
        self.resources[pdu][key] = {"@odata.id": path}
        if word == "Metrics":
            self.resources[path] = {"Id": "Metrics", **parts[0]}
            return
        circuits = [{"Id": str(number), **part} for number, part in enumerate(parts)]
        self.resources[path] = {"Members": circuits}

    def answer(self, request: Request) -> Answer:
        answer = self._answer(request)
        if answer.body is None and not answer.headers:
            return answer
        host = request.headers["host"]
        body = answer.body
        if body is not None:
            text = body if isinstance(body, bytes) else json.dumps(body).encode()
            body = text.replace(b"HERE", host.encode())
        headers = {name: value.replace("HERE", host) for name, value in answer.headers.items()}
        return answer._replace(body=body, headers=headers)

    def _answer(self, request: Request) -> Answer:
        commands = sum("Outlet" in other.path for other in self.requests if other.method == "POST")
        if request.method == "POST" and "Outlet" in request.path:
            if self._follows:
                self._follow(request)
            return self._replies[min(commands, len(self._replies)) - 1]
        if request.path == MONITOR:
            is_last = len(self._monitors) == 1
            return self._monitors[0] if is_last else self._monitors.pop(0)
        path = request.path.rstrip("/")
        answer = self._always.get(path)
        if commands:
            answer = self._after.get(path, answer)
        if "$expand" in request.target:
            answer = self._expanded.get(path, answer)
        return answer or super().answer(request)

    def _follow(self, request: Request) -> None:
        """Let the outlet have the state of a command."""
        body = json.loads(request.body)
        state = body.get("PowerState") or body["OutletStatus"].title()
        path, _, _ = request.path.rpartition("/")
        resource = self.resources.get(path) or self.resources[NAMES["o1"]]
        resource["PowerState"] = state


def behind(count: int) -> dict[str, Json]:
    """The resources of a PDU with so many outlets, whose figures are only in sensors: 0 A and 0 kWh
    of the first, 1 of the second and so on.
    """
    sensors = f"{CHASSIS}/Sensors"
    outlets: list[Json] = []
    resources: dict[str, Json] = {CHASSIS: {"Id": "PDU", "Sensors": {"@odata.id": sensors}}}
    for number in range(count):
        outlets.append(outlet(str(number + 1), **_part(f"A:@A{number} kWh:@E{number}")))
        for name, units in (("A", "A"), ("E", "kW.h")):
            path = f"{sensors}/{name}{number}"
            sensor = {"@odata.id": path, "Id": f"{name}{number}"}
            resources[path] = {**sensor, "Reading": number, "ReadingUnits": units}
    links = [{"@odata.id": path} for path in resources if path != CHASSIS]
    resources[sensors] = {"Members": links}
    return {**unit(outlets, Links={"Chassis": [{"@odata.id": CHASSIS}]}), **resources}


def _path(text: str) -> str:
    """The path of `pdu/Mains/2`, whose first part is one of NAMES; of another text, this."""
    name, slash, rest = text.partition("/")
    return f"{NAMES[name]}{slash}{rest}" if name else text


def _call(text: str) -> tuple[str, str, dict[str, str]]:
    """The method, the identity of its outlet ("" for none), and the settings."""
    word, *words = text.split()
    identity = words.pop(0).strip("'") if word in ("on", "off") else ""
    return word, identity, dict(setting.split("=") for setting in words)


def _answer(text: str) -> Answer:
    """The answer of `202 {} Location=/x`."""
    match = re.fullmatch(r"(\d+)( [\[{n\"].*?)?((?: [\w-]+=\S*)*)", text)
    assert match, text
    status, body, fields = match.groups()
    headers = dict(field.split("=", 1) for field in fields.split())
    return Answer(body and body.strip().encode(), int(status), headers)


def _part(text: str) -> Json:
    """The properties of a part."""
    part: Json = {}
    for word in text.split():
        key, colon, value = word.partition(":")
        if key == "-":
            continue
        if not colon and key.endswith("Wire"):
            part["PhaseWiringType"] = key
        elif not colon:
            part["Status"] = {"State": key}
        else:
            _add_figure(part, key, _excerpt(value))
    return part


def _add_figure(part: Json, key: str, excerpt: Any) -> None:
    """Add the figure or the line of one, such as `A1`; another key is that of the property."""
    match = re.fullmatch(r"(A|W|kWh|V)(\d*|N)", key)
    if not match:
        part[key] = excerpt
        return
    quantity, line = match.groups()
    if not line:
        part[KEYS[quantity]] = excerpt
        return
    line_names = CURRENT_LINES if quantity == "A" else LINES
    part.setdefault(f"PolyPhase{KEYS[quantity]}", {})[line_names[line]] = excerpt


def _excerpt(text: str) -> Any:
    """The value of a figure."""
    if text.startswith("="):
        return json.loads(text[1:])
    if text.startswith("@"):
        return {"DataSourceUri": f"{CHASSIS}/Sensors/{text[1:]}"}
    return {"Reading": json.loads(text)}
