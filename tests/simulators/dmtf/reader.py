"""Reads a rack PDU's outlets, mains and metrics with DMTF's own clients, in a separate process.

An order is a line of JSON: [one of WAYS, address, CA file or "", user, password, "basic" or
"session", Id of the PDU]. The result is [seconds, CPU seconds, reading]. The seconds include login
and logout. The reading has `states` and `amperes` by the outlets' ids, `load` in A (the sum of the
lines without neutral), and `energy` in kWh.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator
from typing import Any, Callable

from tests.processes import orders

redfish: Any = importlib.import_module("redfish")
utilities: Any = importlib.import_module("redfish_utilities")
Json = dict[str, Any]


def library(client: Any, pdu: str) -> Json:
    """Follows the links with the `redfish` library."""

    def read(link: Json) -> Json:
        resource: Json = client.get(link["@odata.id"]).dict
        return resource

    def members(link: Json) -> Iterator[Json]:
        page = read(link)
        while True:
            yield from map(read, page["Members"])
            if "Members@odata.nextLink" not in page:
                return
            page = read({"@odata.id": page["Members@odata.nextLink"]})

    equipment = read(client.root["PowerEquipment"])
    unit = next(rack for rack in members(equipment["RackPDUs"]) if rack["Id"] == pdu)
    return _reading(
        list(members(unit["Outlets"])), list(members(unit["Mains"])), read(unit["Metrics"])
    )


def tool(client: Any, pdu: str) -> Json:
    """Reads with `redfish_utilities`, in one call."""
    equipment = utilities.get_power_equipment(
        client,
        utilities.power_equipment_types.RACK_PDU,
        pdu,
        get_metrics=True,
        get_outlets=True,
        get_mains=True,
    )
    return _reading(
        [outlet.dict for outlet in equipment["Outlets"]],
        [circuit.dict for circuit in equipment["Mains"]],
        equipment["Metrics"].dict,
    )


def _reading(outlets: list[Json], mains: list[Json], metrics: Json) -> Json:
    load = 0.0
    for circuit in mains:
        for line, figure in circuit["PolyPhaseCurrentAmps"].items():
            if line != "Neutral":
                load += figure["Reading"]
    states = {}
    amperes = {}
    for outlet in outlets:
        states[outlet["Id"]] = outlet.get("PowerState")
        amperes[outlet["Id"]] = outlet.get("CurrentAmps", {}).get("Reading")
    return {
        "states": states,
        "amperes": amperes,
        "load": round(load, 3),
        "energy": metrics["EnergykWh"]["Reading"],
    }


WAYS: dict[str, Callable[[Any, str], Json]] = {"library": library, "tool": tool}


def timed(
    way: str, address: str, ca_file: str, user: str, password: str, login: str, pdu: str
) -> list[Any]:
    cpu = time.process_time()
    begin = time.perf_counter()
    client = redfish.redfish_client(
        base_url=address, username=user, password=password, cafile=ca_file or None, timeout=300
    )
    client.login(auth=login)
    try:
        reading = WAYS[way](client, pdu)
    finally:
        client.logout()
    return [time.perf_counter() - begin, time.process_time() - cpu, reading]


if __name__ == "__main__":
    orders.take(timed)
