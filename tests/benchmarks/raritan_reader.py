"""Reads name, state, current, power and energy of all outlets, in one of four ways, in a separate
process.

Takes lines of JSON: [way, address, user, password]. Answers each with {"result": [first, again,
CPU, outlets]} or {"error": traceback}. `first` is the time for a reading on a new connection,
`again` the time for a second one on the same connection, and CPU this process's CPU time for both,
all in seconds. `outlets` is the second reading.
"""

from __future__ import annotations

import importlib
import time
from typing import Any, Callable

from handlers.raritan.rpc import Agent, Bulk, pdumodel, sensors
from tests.servers import orders

PDU = "/model/pdu/0"
SENSORS = ("current", "activePower", "activeEnergy")
Row = list[Any]  # name, on, and the three readings
Read = Callable[[Any], list[Row]]


def ours(agent: Agent) -> list[Row]:
    """Two requests: the list of outlets, then a bulk of all else, which reads the sensors by
    well-known ids.
    """
    outlets = pdumodel.Pdu(PDU, agent).getOutlets()
    bulk, pending = Bulk(agent), []
    for index, outlet in enumerate(outlets):
        readings = [
            bulk.add(sensors.NumericSensor(f"{PDU}/outlet/{index}/{name}", agent).getReading)
            for name in SENSORS
        ]
        pending.append((bulk.add(outlet.getSettings), bulk.add(outlet.getState), readings))
    bulk.perform()
    return [
        [
            settings.get().name,
            state.get().powerState.val,
            *(reading.get().value for reading in readings),
        ]
        for settings, state, readings in pending
    ]


def ours_fitted(agent: Agent) -> list[Row]:
    """Three requests, for units that refuse the well-known ids of sensors: reads the sensors that
    `getSensors` returns.
    """
    outlets, bulk = pdumodel.Pdu(PDU, agent).getOutlets(), Bulk(agent)
    asked = [
        (bulk.add(outlet.getSettings), bulk.add(outlet.getState), bulk.add(outlet.getSensors))
        for outlet in outlets
    ]
    bulk.perform()
    pending = [
        (settings, state, [bulk.add(getattr(fitted.get(), name).getReading) for name in SENSORS])
        for settings, state, fitted in asked
    ]
    bulk.perform()
    return [
        [
            settings.get().name,
            state.get().powerState.val,
            *(reading.get().value for reading in readings),
        ]
        for settings, state, readings in pending
    ]


def sdk_loop(agent: Any) -> list[Row]:
    """The SDK as its documentation shows it: object by object, sensor by sensor."""
    model = importlib.import_module("raritan.rpc.pdumodel")
    rows = []
    for outlet in model.Pdu(PDU, agent).getOutlets():
        fitted = outlet.getSensors()
        rows.append(
            [
                outlet.getSettings().name,
                outlet.getState().powerState.val,
                *(getattr(fitted, name).getReading().value for name in SENSORS),
            ]
        )
    return rows


def sdk_bulk(agent: Any) -> list[Row]:
    """The leanest use of the SDK: the same two requests as `ours`, written by hand
    with its helper.
    """
    rpc, model = (
        importlib.import_module("raritan.rpc"),
        importlib.import_module("raritan.rpc.pdumodel"),
    )
    kinds = importlib.import_module("raritan.rpc.sensors")
    outlets = model.Pdu(PDU, agent).getOutlets()
    helper = rpc.BulkRequestHelper(agent)
    for index, outlet in enumerate(outlets):
        helper.add_request(outlet.getSettings)
        helper.add_request(outlet.getState)
        for name in SENSORS:
            helper.add_request(
                kinds.NumericSensor(f"{PDU}/outlet/{index}/{name}", agent).getReading
            )
    answers = helper.perform_bulk(raise_subreq_failure=True)
    width = 2 + len(SENSORS)
    return [
        [row[0].name, row[1].powerState.val, *(reading.value for reading in row[2:])]
        for row in (answers[start : start + width] for start in range(0, len(answers), width))
    ]


def _our_agent(address: str, user: str, password: str) -> Agent:
    scheme, _, host = address.partition("://")
    return Agent(scheme, host, user, password, disable_certificate_verification=True)


def _sdk_agent(address: str, user: str, password: str) -> Any:
    scheme, _, host = address.partition("://")
    rpc = importlib.import_module("raritan.rpc")
    return rpc.Agent(
        scheme, host, user, password, disable_certificate_verification=True, timeout=60
    )


WAYS: dict[str, tuple[Callable[[str, str, str], Any], Read]] = {
    "ours": (_our_agent, ours),
    "ours_fitted": (_our_agent, ours_fitted),
    "sdk_loop": (_sdk_agent, sdk_loop),
    "sdk_bulk": (_sdk_agent, sdk_bulk),
}


def timed(way: str, address: str, user: str, password: str) -> list[Any]:
    """One round: a new agent, read twice."""
    make, read = WAYS[way]
    agent = make(address, user, password)
    cpu, begin = time.process_time(), time.perf_counter()
    read(agent)
    middle = time.perf_counter()
    rows = read(agent)
    return [middle - begin, time.perf_counter() - middle, time.process_time() - cpu, rows]


if __name__ == "__main__":
    orders.take(timed)
