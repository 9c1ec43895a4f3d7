"""Units that tests describe call by call."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Optional

from handlers.http.message import Endpoint, Request, Response, Transport
from handlers.raritan.discovery import UnitFinder
from handlers.raritan.handler import RaritanPdu
from handlers.raritan.link_units_setting import LinkUnitSelection
from handlers.raritan.metering import ask_model, read_units
from handlers.raritan.rpc import Agent, Bulk
from handlers.shared.meter_figures import measured
from handlers.shared.tls import Trust
from pdu_common.connection import PduData

Calls = dict[tuple[str, str], Any]
PDU = "/model/pdu/0"
METERS = ("/model/pmc", "getPowerMeters")
L1, L2, L3, NEUTRAL, PLUS = 0, 1, 2, 3, 5


class Status(NamedTuple):
    """The HTTP status that one call in a bulk gets."""

    code: int


class Failure(NamedTuple):
    """The code of the JSON-RPC error that one call in a bulk gets."""

    code: int


# as every firmware lists sensors that are not fitted
NO_SENSORS = {"current": None, "activePower": None, "activeEnergy": None}
INTERNAL_ERROR = Failure(-32603)


def reading(value: Optional[float]) -> dict[str, Any]:
    """Return the JSON of a sensor's reading. A value of None makes the reading invalid."""
    return {
        "timestamp": 0,
        "available": True,
        "valid": value is not None,
        "value": value or 0.0,
        "status": {},
    }


class Described:
    """A transport that answers each call of a bulk from a table. A `Status` or `Failure` in the
    table makes the call fail with that status or error; a call that is not in the table gets
    `missing`, by default 404."""

    def __init__(self) -> None:
        self.unknown_call: object = Status(404)
        self.calls: Calls = {
            (PDU, "getMetaData"): {"hasSwitchableOutlets": False, "hasMeteredOutlets": False},
            (PDU, "getSensors"): NO_SENSORS,
            (PDU, "getTransferSwitches"): [],
            (PDU, "getOverCurrentProtectors"): [],
            (PDU, "getOutlets"): [],
            (PDU, "getInlets"): [],
        }
        self.requests = 0
        self.methods: list[str] = []  # of all calls

    def sensor(self, name: str, value: Optional[float]) -> dict[str, str]:
        self.calls[f"/sensor/{name}", "getReading"] = reading(value)
        return {"rid": f"/sensor/{name}", "type": "sensors.NumericSensor:4.0.9"}

    def inlet(
        self,
        own: Mapping[str, float],
        lines: Mapping[int, Optional[float]],
        enabled: bool = True,
        lines_without_sensor: tuple[int, ...] = (),
    ) -> None:
        """`lines`: the current of each line. Without any, the inlet has one line without a sensor
        of its own."""
        number = len(self.calls[PDU, "getInlets"])
        if not lines:
            lines_without_sensor = (L1,)
        rid = f"{PDU}/inlet/{number}"
        self.calls[PDU, "getInlets"].append({"rid": rid, "type": "pdumodel.Inlet:3.0.4"})
        self.calls[rid, "getSensors"] = {
            **NO_SENSORS,
            **{name: self.sensor(f"I{number}{name}", value) for name, value in own.items()},
        }
        self.calls[rid, "getPoles"] = [
            *(
                {
                    "line": line,
                    **NO_SENSORS,
                    "current": self.sensor(f"I{number}P{line}", value),
                }
                for line, value in lines.items()
            ),
            *({"line": line, **NO_SENSORS} for line in lines_without_sensor),
        ]
        self.calls[rid, "isEnabled"] = enabled

    def outlets(self, amperes: list[Optional[float]], energy: list[Optional[float]]) -> None:
        self.calls[PDU, "getMetaData"] = {"hasMeteredOutlets": True}
        references = self.calls[PDU, "getOutlets"]
        for current, counted in zip(amperes, energy):
            number = len(references)
            outlet = f"{PDU}/outlet/{number}"
            references.append({"rid": outlet, "type": "pdumodel.Outlet:3.0.4"})
            self.calls[outlet, "getMetaData"] = {"label": str(number + 1)}
            self.calls[f"{outlet}/current", "getReading"] = reading(current)
            self.calls[f"{outlet}/activeEnergy", "getReading"] = reading(counted)

    def banks(self, amperes: Sequence[Optional[float]]) -> None:
        for number, current in enumerate(amperes, len(self.calls[PDU, "getOverCurrentProtectors"])):
            self.calls[PDU, "getOverCurrentProtectors"].append(
                {"rid": f"{PDU}/ocp/{number}", "type": "x.Y:1"}
            )
            self.calls[f"{PDU}/ocp/{number}/current", "getReading"] = reading(current)

    def exchange(self, where: Endpoint, request: Request) -> Response:
        assert isinstance(request.body, bytes)
        self.requests += 1
        document = json.loads(request.body)
        responses = [
            self._answer(call["rid"], call["json"]) for call in document["params"]["requests"]
        ]
        return Response(
            200, {}, json.dumps({"id": document["id"], "result": {"responses": responses}}).encode()
        )

    def _answer(self, rid: str, call: dict[str, Any]) -> dict[str, Any]:
        self.methods.append(call["method"])
        answer = self.calls.get((rid, call["method"]), self.unknown_call)
        if isinstance(answer, Status):
            return {"statcode": answer.code, "json": None}
        if isinstance(answer, Failure):
            return {
                "statcode": 200,
                "json": {
                    "error": {"code": answer.code, "message": "Internal error"},
                    "id": call["id"],
                },
            }
        return {"statcode": 200, "json": {"result": {"_ret_": answer}, "id": call["id"]}}

    def close(self) -> None:
        """Does nothing, since no connection is open."""

    def agent(self) -> Agent:
        return Agent("https", "pdu.example", "a", "b", transport=self)

    def measured(self) -> tuple[Optional[float], Optional[float]]:
        """Return load in A and energy in Wh. Each is None if it is unknown or not metered."""
        agent = self.agent()
        bulk = Bulk(agent)
        finder = UnitFinder(agent, LinkUnitSelection())
        finder.ask(bulk)
        (unit,) = finder.candidates
        model = ask_model(bulk, unit)
        bulk.perform()
        meters = read_units(bulk, {unit.link_id: model}, finder.list_units())[unit.link_id]
        return measured(meters.load()), measured(meters.energy())


def handler_of(unit: Described, **settings: str) -> RaritanPdu:
    class Handler(RaritanPdu):
        def transport(self, trust: Trust) -> Transport:
            return unit

    login = {"username": "viewer", "password": "seldom-said"}
    return Handler(PduData("pdu.example", {**login, **settings}))
