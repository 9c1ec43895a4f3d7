"""What the handler makes of a simulated unit: metering.txt, panels.txt, states.txt, switching.txt
(tests/tables.py).

A line begins with the unit, of two metered outlets behind one inlet unless it says otherwise:

    unit outlets=4 phases=3          fields of Model (tests/simulators/xerus/model.py)
    link 2 outlets=1                 link unit 2; what stands behind it is of this unit
    panel 1 wh=0, meter 3            a panel, a power meter: fields of MeterModel
    circuit 1 6 amperes=4            in panel 1 at position 6, from 0: fields of CircuitModel
    firmware 3.6, unprefixed         references to link units without their prefix
    paths                            references as well-known resource ids
    asleep 2, stale 2, unreachable 3 sensors that sleep for 2 lists of them, states for 2 looks, and
                                     a link unit that does not answer

Then come changes to what the unit answers, and settings of the handler:

    I0P1Current = 5 | invalid        the reading of a sensor, by its name in references
    inlet.0 getPoles = HTTP 500      an answer of an object, `2/inlet.0` on link unit 2, or of a
                                     resource id; `*` for all methods; `error -32603` for an error
                                     of JSON-RPC
    inlet.0 getPoles/1/line = 9      a part of an answer, `-` for none, `@0/line` for another part
    missing = HTTP 500               the answer for what the unit does not have
    link_units = yes                 a setting

The last word is the method: `figures` if there is none, `status`, `statistic`, `labels`, `off 1`.

On the right stands the whole result, with the number of requests, warnings, and what was written.
Of `figures`: A, W, kWh, those of the inlets if they differ, and those of each port. A figure is a
number, `?(reason)` if it is not known, `-(reason)` if it is not metered for a reason. Without the
power, the figures and the requests are the same; else they follow. A resource id is shortened to a
sensor's name. `python -m tests.handlers.raritan.unit_table` writes right sides.
"""

from __future__ import annotations

import contextlib
import copy
import json
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable, NamedTuple, Union

import pytest

from handlers.dcimanager import Figures
from handlers.http.message import Endpoint, Request, Response, Transport
from handlers.raritan.handler import RaritanPdu
from handlers.raritan.rpc import Agent
from handlers.raritan.settings import SETTINGS
from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import (
    NOT_ASKED,
    Figure,
    MeterFigures,
    NotMetered,
    reason_without,
)
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.clocks import Clock, in_switching
from tests.simulators.xerus import GENERATIONS, CircuitModel, MeterModel, Model, XerusPdu
from tests.simulators.xerus.jsonrpc import Caller
from tests.simulators.xerus.objects import LinkDown
from tests.simulators.xerus.server import Request as UnitRequest
from tests.tables import Case, Table

from .handling import handler_over

NAMES = ("metering", "panels", "states", "switching")
TABLES = [Table(Path(__file__).with_name(f"{name}.txt")) for name in NAMES]
ADDRESS = "pdu.example"
_METHODS = ("figures", "status", "statistic", "labels", "on", "off")
_SETTING_NAMES = {setting.key for setting in SETTINGS}
_FACTS = ("firmware", "unprefixed", "paths", "asleep", "stale", "unreachable")
_FIELD = re.compile(r'(\w+)=("[^"]*"|\S+)')
_OPAQUE = re.compile(r"/tfwopaque/[^/ ]+/([\w.]+)")
_NO_METHOD = -32601
_QUANTITIES = ("A", "W", "kWh")
_FALSE_FIELDS = {"invalid": "valid", "unavailable": "available"}
Json = Any


class Change(NamedTuple):
    """A change to the answers of one method of an object."""

    #: name in the simulator, on a link unit after `2/`, or resource id
    place: str
    #: "*": each
    method: str
    #: keys and indices of the changed part; none: the answer itself
    path: Sequence[Union[str, int]]
    value: str

    def change(self, answer: Json) -> Json:
        """The changed answer in a bulk."""
        word, _, code = self.value.partition(" ")
        assert word not in ("HTTP", "error") or not self.path, self
        if word == "HTTP":
            return {"statcode": int(code), "json": None}
        if word == "error":
            error = {"code": int(code), "message": "no"}
            return {"statcode": 200, "json": {"error": error}}
        if not self.path:
            result = {"_ret_": json.loads(self.value)}
            return {"statcode": 200, "json": {"result": result}}
        changed = copy.deepcopy(answer)
        whole = changed["json"]["result"]["_ret_"]
        owner = _part(whole, self.path[:-1])
        self._set(whole, owner, self.path[-1])
        return changed

    def _set(self, whole: Json, owner: Json, key: Union[str, int]) -> None:
        """Set, add or remove the part of `owner`."""
        if self.value == "-":
            del owner[key]
            return
        if self.value.startswith("@"):
            value = copy.deepcopy(_part(whole, _keys(self.value[1:].split("/"))))
        else:
            value = json.loads(self.value)
        if key == len(owner):
            owner.append(value)
        else:
            owner[key] = value


class Line:
    """The left side of a line."""

    def __init__(self, text: str) -> None:
        #: the method, and the outlet of a command
        self.method = "figures"
        self.settings = {"username": "viewer", "password": "seldom-said"}
        self.changes: list[Change] = []
        #: the answer for what the unit does not have
        self.missing = Change(place="", method="", path=(), value="HTTP 404")
        self._models: dict[int, Model] = {0: Model(outlets=2)}
        self._link_id = 0
        #: how the unit differs from a usual one, by word
        self._facts: dict[str, str] = {}
        for change in text.split(" & "):
            place, equals, value = change.partition(" = ")
            if equals:
                self._add_change(place, value)
            else:
                self._add_word(change)

    def _add_change(self, place: str, value: str) -> None:
        if place in _SETTING_NAMES:
            self.settings[place] = value
        elif place == "missing":
            self.missing = self.missing._replace(value=value)
        elif " " in place:
            name, _, answer = place.partition(" ")
            method, *path = answer.split("/")
            change = Change(place=name, method=method, path=_keys(path), value=value)
            self.changes.append(change)
        else:
            self._add_reading(place, value)

    def _add_reading(self, sensor: str, value: str) -> None:
        """Change the reading of a sensor."""
        if not value.startswith(("HTTP", "error")):
            reading = {"timestamp": 0, "available": True, "valid": True, "value": 0.0}
            if value in _FALSE_FIELDS:
                reading[_FALSE_FIELDS[value]] = False
            else:
                reading["value"] = json.loads(value)
            value = json.dumps(reading)
        change = Change(place=sensor, method="getReading", path=(), value=value)
        self.changes.append(change)

    def _add_word(self, text: str) -> None:
        word, _, rest = text.partition(" ")
        model = self._models[self._link_id]
        fields = _fields(rest)
        if word in _METHODS:
            self.method = text
        elif word == "unit":
            self._models[0] = replace(model, **fields)
        elif word == "link":
            self._link_id = int(rest.split(" ")[0])
            self._models[self._link_id] = replace(Model(outlets=2), **fields)
        elif word in ("panel", "meter"):
            if word == "panel":
                fields["circuits"] = ()
            meter = MeterModel(int(rest.split(" ")[0]), **fields)
            self._models[self._link_id] = replace(model, meters=(*(model.meters or ()), meter))
        elif word == "circuit":
            panel, position, *_ = rest.split(" ")
            circuit = CircuitModel(int(position), **fields)
            self._models[self._link_id] = _with_circuit(model, int(panel), circuit)
        else:
            assert word in _FACTS, text
            self._facts[word] = rest

    def pdu(self, clock: Clock) -> XerusPdu:
        """The simulated unit."""
        facts = self._facts
        primary, *links = self._models.values()
        pdu = XerusPdu(
            primary,
            facts.get("firmware", GENERATIONS[-1]),
            dict(zip(list(self._models)[1:], links)),
            prefix_links="unprefixed" not in facts,
            paths="paths" in facts,
            clock=clock,
        )
        if "asleep" in facts:
            pdu.fall_asleep(int(facts["asleep"]))
        if "stale" in facts:
            pdu.units[self._link_id].stale_looks = int(facts["stale"])
        if "unreachable" in facts:
            pdu.units[int(facts["unreachable"])].reachable = False
        return pdu


class ChangedUnit(Transport):
    """A transport to a simulated unit, whose answers have the changes of a line."""

    def __init__(self, line: Line, pdu: XerusPdu) -> None:
        self.requests = 0
        #: the resource ids of the outlets that were switched, as they were sent
        self.switched: list[str] = []
        self._line = line
        self._pdu = pdu
        for change in line.changes:
            if not change.place.startswith("/"):
                self._assert_is_there(change)

    def _assert_is_there(self, change: Change) -> None:
        """The unit has the object, with this method. Raises KeyError, AssertionError."""
        link_id, _, name = change.place.rpartition("/")
        served = self._pdu.units[int(link_id or 0)].named(name)
        assert change.method == "*" or hasattr(served, change.method), change

    def agent(self) -> Agent:
        """An agent for this unit."""
        return Agent("https", ADDRESS, "viewer", "seldom-said", transport=self)

    def handler(self) -> RaritanPdu:
        """The handler for this unit."""
        return handler_over(self, PduData(ADDRESS, self._line.settings))

    def exchange(self, where: Endpoint, request: Request) -> Response:
        assert isinstance(request.body, bytes)
        self.requests += 1
        calls = json.loads(request.body)["params"]["requests"]
        whole = UnitRequest("POST", "/bulk", {}, request.body, "192.0.2.1", True)
        answer = json.loads(self._pdu.answer(whole, Caller("viewer", None, "192.0.2.1")).body)
        responses = answer["result"]["responses"]
        for index, (call, response) in enumerate(zip(calls, responses)):
            if call["json"]["method"] == "setPowerState":
                self.switched.append(call["rid"])
            changed = self._changed(call["rid"], call["json"]["method"], response)
            if changed["json"] is not None:
                changed["json"]["id"] = call["json"]["id"]
            responses[index] = changed
        return Response(200, {}, json.dumps(answer).encode())

    def _changed(self, rid: str, method: str, answer: Json) -> Json:
        """The answer to one call of a bulk."""
        error = (answer["json"] or {}).get("error", {})
        if answer["statcode"] == 404 or error.get("code") == _NO_METHOD:
            answer = self._line.missing.change(answer)
        places = (rid, self._name(rid))
        for change in self._line.changes:
            if change.place in places and change.method in (method, "*"):
                answer = change.change(answer)
        return answer

    def _name(self, rid: str) -> str:
        """The name of an object in the simulator; "" if there is none."""
        try:
            served = self._pdu.site.find(rid)
        except LinkDown:
            return ""
        if served is None:
            return ""
        prefix = f"{served.unit.link_id}/" if served.unit.link_id else ""
        return prefix + served.name

    def close(self) -> None:
        """Does nothing, since no connection is open."""

    def writes(self) -> list[str]:
        """What was written, in words."""
        return [f"wrote {name} {parameters}" for name, parameters in self._pdu.truth().writes]


@contextlib.contextmanager
def changed_unit(text: str) -> Iterator[ChangedUnit]:
    """The unit of the left side of a line."""
    with pytest.MonkeyPatch.context() as patch:
        clock = in_switching(patch)
        line = Line(text)
        with line.pdu(clock) as pdu:
            yield ChangedUnit(line, pdu)


def shown(case: Case) -> str:
    """The right side of a case, as the code gives it now."""
    method, _, identity = Line(case.left).method.partition(" ")
    if method != "figures":
        return _text(*_outcome(case.left, lambda pdu: _answer(pdu, method, identity)))
    figures, effects = _outcome(case.left, lambda pdu: pdu.measured(with_power=True))
    without_power = _text(*_outcome(case.left, lambda pdu: pdu.measured()))
    expected = figures if isinstance(figures, str) else figures.without_power()
    text = _text(figures, effects)
    if without_power != _text(expected, effects):
        text += f"; without W: {without_power}"
    return text


def _outcome(
    text: str, call: Callable[[RaritanPdu], Union[str, Figures]]
) -> tuple[Union[str, Figures], Sequence[str]]:
    """What a call answers for the unit of a line, or its error; and what else comes of it."""
    with changed_unit(text) as unit, _warnings() as warnings:
        try:
            answer = call(unit.handler())
        except PduHandlerError as error:
            answer = f"{error.kind}: {error}"
        return answer, [*warnings, f"{unit.requests} requests", *unit.writes()]


def _text(answer: Union[str, Figures], effects: Sequence[str]) -> str:
    """What came of a call."""
    words = answer if isinstance(answer, str) else _figures(answer)
    text = "; ".join([words or "nothing", *effects])
    return _OPAQUE.sub(r"\1", text).replace(f"{ADDRESS}: ", "")


@contextlib.contextmanager
def _warnings() -> Iterator[list[str]]:
    """The warnings in the log, which come while the block runs."""
    sentences: list[str] = []

    class Warnings(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            sentences.append(f"warning: {record.getMessage()}")

    warnings = Warnings(logging.WARNING)
    logging.getLogger().addHandler(warnings)
    try:
        yield sentences
    finally:
        logging.getLogger().removeHandler(warnings)


def _answer(pdu: RaritanPdu, method: str, identity: str) -> str:
    """The answer of a method other than `figures`."""
    if method == "status":
        view = pdu.status()
        return "; ".join(f"{port.identity} {port.power_status.name}" for port in view.ports)
    if method == "statistic":
        statistic = pdu.statistic()
        words = [f"A {_number(statistic.load)}", f"kWh {_number(statistic.total_consumption)}"]
        words += [f"{port.identity} {_number(port.consumption)}" for port in statistic.ports]
        return "; ".join(words)
    if method == "labels":
        return "; ".join(f"{label.identity} #{label.number} {label.name}" for label in pdu.labels())
    switch = pdu.port_up if method == "on" else pdu.port_down
    port = PduPortView(identity.strip("'"), EnumPowerStatus.UNKNOWN)
    answer = switch(port, deadline=10.0, pause=1.0)
    assert answer is port
    return port.power_status.name


def _figures(figures: Figures) -> str:
    """All figures."""
    whole = MeterFigures(figures.load_a, figures.power_w)
    of_inlets = MeterFigures(figures.inlet_a, figures.inlet_w)
    energy = MeterFigures(energy_kwh=figures.energy_kwh)
    words = [f"{_meter(whole)} {_meter(energy)}".strip() or "no totals"]
    if _meter(of_inlets) != _meter(whole):
        words.append(f"inlets {_meter(of_inlets)}".rstrip())
    for identity, port in figures.ports.items():
        words.append(f"{identity} {_meter(port)}".rstrip())
    return "; ".join(words)


def _meter(figures: MeterFigures) -> str:
    """The figures of one meter."""
    words: list[str] = []
    for quantity, figure in zip(_QUANTITIES, figures):
        if figure is not None and figure != NOT_ASKED:
            words.append(f"{quantity} {_figure(figure)}")
    return " ".join(words)


def _figure(figure: Figure) -> str:
    if isinstance(figure, (int, float)):
        return _number(figure)
    sign = "-" if isinstance(figure, NotMetered) else "?"
    return f"{sign}({reason_without(figure)})"


def _number(number: float) -> str:
    """A number, with the sign of a zero."""
    return f"{number:.10g}"


def _fields(text: str) -> dict[str, Any]:
    """The fields of a model in the text of a change."""
    fields: dict[str, Any] = {}
    for name, json_text in _FIELD.findall(text):
        value = json.loads(json_text)
        if isinstance(value, list):
            value = tuple(value)
        if isinstance(value, dict):
            value = {int(key): name for key, name in value.items()}
        fields[name] = value
    return fields


def _with_circuit(model: Model, panel_number: int, circuit: CircuitModel) -> Model:
    """The model with a further circuit in one of its panels."""
    meters: list[MeterModel] = []
    for meter in model.meters or ():
        if meter.number == panel_number:
            meter = replace(meter, circuits=(*(meter.circuits or ()), circuit))
        meters.append(meter)
    return replace(model, meters=tuple(meters))


def _keys(words: Sequence[str]) -> list[Union[str, int]]:
    """The keys and indices of a part."""
    return [int(word) if word.isdigit() else word for word in words]


def _part(whole: Json, keys: Sequence[Union[str, int]]) -> Json:
    """A part of an answer."""
    part = whole
    for key in keys:
        part = part[key]
    return part


if __name__ == "__main__":
    for table in TABLES:
        table.write(shown)
