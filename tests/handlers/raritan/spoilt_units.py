"""Simulated units whose single answers are spoilt, for a sweep (tests/faults/sweep.py)."""

from __future__ import annotations

import copy
import json
import re
import zlib
from collections.abc import Mapping
from typing import Any, Callable

from handlers.dcimanager import Figures
from handlers.http.message import Endpoint, Request, Response, Transport
from handlers.raritan.handler import RaritanPdu
from handlers.shared.tls import Trust
from pdu.inspection.raritan.topology import read_topology
from pdu_common.connection import PduData
from tests.faults.sweep import Case, Shown
from tests.pdu.inspection.shown_parts import kinds_of, shown_parts
from tests.servers.peers import https_settings
from tests.simulators.xerus import XerusPdu

from .handling import handler_over, shown

Json = dict[str, Any]


def _error(code: int) -> Json:
    return {"error": {"code": code, "message": "no"}}


def _value(value: object) -> Json:
    return {"result": {"_ret_": value}}


def _empty(answer: Json) -> Json:
    """The answer with an empty value, of the same type for a structure, list or text."""
    value = answer["result"]["_ret_"]
    return _value("" if isinstance(value, (bool, int, float)) else type(value)())


#: each makes the JSON-RPC answer of one call from the sound one
WAYS: Mapping[str, Callable[[Json], Json]] = {
    "internal error": lambda answer: _error(-32603),
    "bad parameters": lambda answer: _error(-32602),
    "server busy": lambda answer: _error(-32000),
    "own code": lambda answer: _error(5),
    "without a value": lambda answer: {"result": {}},
    "null": lambda answer: _value(None),
    "empty": _empty,
    "text": lambda answer: _value("x"),
    "nested": lambda answer: _value([[]]),
    "no such object": lambda answer: _error(-32601),
}
_WELL_KNOWN = re.compile(r"/(outlet|ocp)/([0-9]+)/([a-z])([A-Za-z]+)$")
_LETTERS = {"outlet": "O", "ocp": "C"}


class SpoiltUnit(Transport):
    """A transport that answers from one recording of a simulated unit, with some answers spoilt.

    Each sensor reads another number, also where the simulated ones agree: a figure then tells the
    sensors that it is from. What was not recorded is asked of the simulated unit.
    """

    def __init__(self, pdu: XerusPdu, **more: str) -> None:
        self._pdu = pdu
        self._more = more
        self._recorded: dict[str, Json] = {}
        self._case: Case = ()
        self._asked: list[str] = []
        self._kinds: Mapping[str, str] = {}
        self._inner = RaritanPdu(self._data()).transport(Trust(ca_pem=pdu.ca_pem))

    def _data(self) -> PduData:
        return PduData(self._pdu.host, {**https_settings(self._pdu), **self._more})

    def handler(self, case: Case = ()) -> RaritanPdu:
        """A handler for which the answers of this case are spoilt."""
        self._case = case
        return handler_over(self, self._data())

    def asked(self, read: Callable[[Case], Shown]) -> list[str]:
        """The calls whose answers this reading uses, as "getPoles of /model/pdu/0/inlet/0"."""
        self._asked = []
        read(())
        return list(dict.fromkeys(self._asked))

    def figures(self, case: Case) -> Shown:
        return _by_name(self.handler(case).measured(with_power=True))

    def states(self, case: Case) -> Shown:
        return shown(self.handler(case).status())

    def parts(self, case: Case) -> Shown:
        """The currents of lines and breakers."""
        with self.handler(case).session("check") as session:
            parts = read_topology(session)
        if not case:
            self._kinds = kinds_of(parts)
        return shown_parts(parts, self._kinds)

    def exchange(self, where: Endpoint, request: Request) -> Response:
        assert isinstance(request.body, bytes)
        document = json.loads(request.body)
        calls = document["params"]["requests"]
        names = [f"{call['json']['method']} of {call['rid']}" for call in calls]
        self._asked += names
        is_new = any(name not in self._recorded for name in names)
        if is_new:
            self._record(where, request, names)
        responses = []
        for name, call in zip(names, calls):
            responses.append({"statcode": 200, "json": self._spoilt(name, call)})
        body = {"id": document["id"], "jsonrpc": "2.0", "result": {"responses": responses}}
        return Response(200, {}, json.dumps(body).encode())

    def _record(self, where: Endpoint, request: Request, names: list[str]) -> None:
        response = json.loads(self._inner.exchange(where, request).body)
        for name, answer in zip(names, response["result"]["responses"]):
            sound = answer["json"] or _error(-32601)  # an HTTP status in place of an answer
            self._recorded[name] = _distinct(name, sound)

    def _spoilt(self, name: str, call: Json) -> Json:
        answer = copy.deepcopy(self._recorded[name])
        for spoilt in self._case:
            if spoilt.answer == name and "result" in answer:
                answer = WAYS[spoilt.way](answer)
        return {**answer, "jsonrpc": "2.0", "id": call["json"]["id"]}

    def close(self) -> None:
        self._inner.close()

    def renew(self, timeout: float) -> None:
        """Does nothing: each reading is answered at once."""


def _by_name(figures: Figures) -> Shown:
    by_name = {
        "load": figures.load_a,
        "energy": figures.energy_kwh,
        "power": figures.power_w,
    }
    for identity, port in figures.ports.items():
        by_name[f"{identity} A"] = port.current_a
        by_name[f"{identity} W"] = port.power_w
        by_name[f"{identity} kWh"] = port.energy_kwh
    return by_name


def _distinct(name: str, answer: Json) -> Json:
    """The answer, if it is a sensor's reading with a value that no other sensor has."""
    if not name.startswith("getReading of ") or "result" not in answer:
        return answer
    reading = answer["result"]["_ret_"]
    return _value({**reading, "value": reading["value"] + zlib.crc32(_sensor(name)) % 9973 / 1000})


def _sensor(name: str) -> bytes:
    """A sensor's name, the same for its reference and its well-known id."""
    match = _WELL_KNOWN.search(name)
    if match is None:
        return name.rpartition("/")[2].encode()
    kind, number, initial, rest = match.groups()
    return f"{_LETTERS[kind]}{number}{initial.upper()}{rest}".encode()
