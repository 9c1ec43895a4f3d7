"""Calls to a static Redfish unit: the .txt files here (tests/tables.py), with all that is sent.

The unit: one PDU with the outlets 1 and 2, or what the first changes say.

    two                              two PDUs (tree.two)
    count 20                         one PDU with 20 outlets
    behind 3                         one with 3 outlets, whose figures are only in sensors
    expand, expand {"NoLinks": ...}  the service offers $expand, as EXPAND or as this
    ignores                          it does not obey $expand
    linked                           each resource has a link to itself
    guarded                          it demands a login (guarded.py); of it, `guard/basic = false`

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

The call is the last change, with settings: `off 1 switch_unproven=yes`, `on 1`, `status`, `figures`
(A, W and kWh), `load` (without W), `statistic`; CALL_BY_TABLE has that of the other lines.

On the right stand the states, figures or the kind of an error with its words [and settings that it
names], the requests and warnings. No error and nothing that is logged has the password or a token
of a session. `status` has labels and figures, too, where these list other
outlets or have another error. Of figures: `8A` measured, `-A (why)` not metered, `?A (why)` not
known, `(same)` for the same reason as before it, `!W` not asked for: all of the PDUs, `in` of the
mains, and of each outlet; what has no meter is left out.
Requests: `4G` for four GETs, `g` without a login, `T` with a session's token, `G.2` with $expand of
two levels; `S` opens a session and `D` ends it; `P1{body}` is a command to outlet 1, with `^ETAG`.

`python -m tests.handlers.redfish.unit_cases` writes right sides.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from handlers.dcimanager import Figures, OpenPdu
from handlers.redfish.handler import RedfishPdu, Session
from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import (
    NOT_ASKED,
    Figure,
    MeterFigures,
    NotKnown,
    NotMetered,
)
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.chains import kept
from tests.handlers.clocks import in_switching
from tests.tables import Case, Table

from .guarded import SESSIONS, Guarded
from .tree import (
    EXPAND,
    OUTLETS,
    PASSWORD,
    RACKS,
    ROOT,
    Answer,
    Json,
    Request,
    Tree,
    handler,
    outlet,
    serving,
    two,
    unit,
)

CALL_BY_TABLE = {
    "switching": "off 1",
    "metering": "figures",
    "pdus": "status",
    "members": "status",
    "outlets": "status",
    "service": "status",
}
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
        elif word in ("off", "on", "status", "figures", "load", "statistic"):
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


def shown(case: Case, call: str) -> str:
    """What comes of a case, on a clock of its own. `call`: that of a line without one."""
    with pytest.MonkeyPatch.context() as patch:
        in_switching(patch)
        return _result(CaseUnit(case.left.split(" & "), call))


class _Log(logging.Handler):
    """Keeps what the handler logs."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []
        self.warnings: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())
        if record.levelno >= logging.WARNING:
            self.warnings.append(record.getMessage())


@contextlib.contextmanager
def _logging_to(log: _Log) -> Iterator[None]:
    """Give what the handler logs to this log alone."""
    logger = logging.getLogger("handlers")
    level = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(log)
    logger.propagate = False
    try:
        yield
    finally:
        logger.propagate = True
        logger.removeHandler(log)
        logger.setLevel(level)


def _result(device: CaseUnit) -> str:
    """What comes of the call of a unit."""
    log = _Log()
    with serving(device) as address:
        pdu = handler(address, **device.settings)
        hidden_text = ""
        with _logging_to(log):
            try:
                text = _returned(device.call, pdu, device.identity)
            except PduHandlerError as error:
                settings = f" [{', '.join(error.keys)}]" if error.keys else ""
                text = f"{error.kind}: {error}{settings}"
                hidden_text = kept(error)
        parts = [text, _requests(device), *log.warnings]
        if device.call == "status":
            parts += _other_lists(pdu)
    all_texts = "\n".join([text, hidden_text, *log.texts])
    for secret in (PASSWORD, device.token):
        if secret and secret in all_texts:
            parts.append(f"{secret} IS SHOWN")
    return "; ".join(parts).replace(f"{address}: ", "").replace(address, "HERE")


def _returned(call: str, pdu: RedfishPdu, identity: str) -> str:
    """What a call returns."""
    if call in ("on", "off"):
        port = PduPortView(identity, EnumPowerStatus.UNKNOWN)
        switch = pdu.port_up if call == "on" else pdu.port_down
        switch(port, deadline=10.0, pause=1.0)
        return port.power_status.name
    if call == "status":
        ports = [f"{port.identity} {port.power_status.name}" for port in pdu.status().ports]
        return ", ".join(ports) or "no outlets"
    if call == "statistic":
        return _statistic(pdu)
    return figures_text(pdu.measured(with_power=call == "figures"))


def _statistic(pdu: RedfishPdu) -> str:
    """What DCImanager shows."""
    view = pdu.statistic()
    ports = [f"{port.identity} {port.consumption:.15g}kWh" for port in view.ports]
    return "; ".join([f"{view.load:.15g}A {view.total_consumption:.15g}kWh", *ports])


def figures_text(figures: Figures) -> str:
    """The figures of PDUs and outlets."""
    writer = _FigureWriter()
    total = MeterFigures(figures.load_a, figures.power_w, figures.energy_kwh)
    texts = [writer.text(total) or "nothing"]
    inlet = writer.text(MeterFigures(figures.inlet_a, figures.inlet_w))
    if inlet:
        texts.append(f"in {inlet}")
    for identity, port in figures.ports.items():
        texts.append(f"{identity} {writer.text(port)}".strip())
    return "; ".join(texts)


class _FigureWriter:
    """Writes what meters show."""

    def __init__(self) -> None:
        self._last_reason = ""

    def text(self, meter: MeterFigures) -> str:
        """The figures of a meter, without those that it does not have."""
        texts = [self._figure(figure, name) for figure, name in zip(meter, ("A", "W", "kWh"))]
        return " ".join(filter(None, texts))

    def _figure(self, figure: Figure, name: str) -> str:
        """A figure, "" for none."""
        if figure is None:
            return ""
        if figure == NOT_ASKED:
            return f"!{name}"
        if isinstance(figure, (NotKnown, NotMetered)):
            mark = "-" if isinstance(figure, NotMetered) else "?"
            reason = "same" if figure.reason == self._last_reason else figure.reason
            self._last_reason = figure.reason
            return f"{mark}{name} ({reason})"
        return f"{figure:.15g}{name}"


def _other_lists(pdu: RedfishPdu) -> Sequence[str]:
    """What labels and figures say if they list other outlets than the status, or have another
    error.
    """
    with pdu.opened() as opened_pdu:
        lists = {call: _listed(opened_pdu, call) for call in ("status", "labels", "figures")}
    return [f"{call}: {text}" for call, text in lists.items() if text != lists["status"]]


def _listed(pdu: OpenPdu[Session], call: str) -> str:
    """The outlets that a call lists, or its error."""
    try:
        if call == "status":
            return ", ".join(identity for identity, _ in pdu.states())
        if call == "labels":
            return ", ".join(label.identity for label in pdu.labels())
        return ", ".join(pdu.figures(with_power=False).ports)
    except PduHandlerError as error:
        return f"{error.kind}: {error.reason}"


def _requests(device: Tree) -> str:
    """The requests that a unit got."""
    words: list[str] = []
    for word, group in itertools.groupby(map(_request, device.requests)):
        count = len(list(group))
        words += [f"{count}{word}"] if word in ("G", "g", "T") else [word] * count
    return " ".join(words)


def _request(request: Request) -> str:
    """The word for a request."""
    name, _, _ = request.path.replace(f"{OUTLETS}/", "").partition("/")
    if request.method == "DELETE":
        letter = "D" if "x-auth-token" in request.headers else "d"
        return letter if request.path == f"{SESSIONS}/7" else f"{letter}{request.path}"
    if b"UserName" in request.body:
        return "S"
    if request.method == "POST":
        etag = request.headers.get("if-match")
        suffix = f"^{etag}" if etag else ""
        return f"P{name}{request.body.decode()}{suffix}"
    letter = "T" if "x-auth-token" in request.headers else "g"
    if "authorization" in request.headers:
        letter = "G"
    _, _, query = request.target.partition("?$expand=")
    return letter + re.sub(r"\(\$levels=(\d+)\)", r"\1", query)


def table_of(name: str) -> Table:
    """The table of this name."""
    return Table(Path(__file__).with_name(f"{name}.txt"))


if __name__ == "__main__":
    for table_name, default_call in CALL_BY_TABLE.items():
        table_of(table_name).write(partial(shown, call=default_call))
