"""The simulated Redfish service: links, figures, DMTF's tree."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests import witnesses

from .clockwork import ManualClock
from .redfish import UNITS, RedfishService, units
from .redfish_client import OUTLETS, SESSIONS, V1, Client


def _links(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _links(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name in ("@odata.id", "DataSourceUri", "@Redfish.ActionInfo"):
                yield one
            else:
                yield from _links(one)


@pytest.mark.sample(8)
@pytest.mark.parametrize("name", sorted(set(UNITS) - {"hall"}))
def test_every_link_of_a_unit_leads_to_the_resource_that_it_names(name: str) -> None:
    with RedfishService(UNITS[name](), tls=False) as service:
        with Client(service) as client:
            if service.model.login == "session":
                login = client.send(
                    "POST", SESSIONS, {"UserName": service.user, "Password": service.password}
                )
                client.headers = {"X-Auth-Token": login.headers["X-Auth-Token"]}
            seen: dict[str, dict[str, Any]] = {}
            waiting = [f"{V1}/"]
            while waiting:
                path = waiting.pop()
                if path not in seen:
                    seen[path] = client.get(path)
                    assert seen[path]["@odata.id"] == path
                    waiting += list(_links(seen[path]))
                    if "Members@odata.nextLink" in seen[path]:
                        waiting += client.members(path)
        outlets = [body for body in seen.values() if body["@odata.type"].startswith("#Outlet.")]
        assert len(outlets) == sum(len(pdu.outlets) for pdu in service.model.pdus)
        assert {one.status for one in service.log} <= {
            200,
            201,
        } and service.books().connections == 1


def test_figures_equal_the_books_and_follow_the_loads(unit: RedfishService, client: Client) -> None:
    def mains() -> float:
        lines = client.get(f"{V1}/PowerEquipment/RackPDUs/1/Mains/AC1")["PolyPhaseCurrentAmps"]
        return round(
            sum(float(figure["Reading"]) for line, figure in lines.items() if line != "Neutral"), 3
        )

    assert mains() == unit.books().load_a == 4.05
    unit.plants["1"].outlets["A1"].amperes = 6.25
    unit.turn("A2", False)
    assert mains() == unit.books().load_a == 4.05 - 0.25 - 0.30 + 6.25
    assert client.outlet("A1")["CurrentAmps"]["Reading"] == 6.25
    assert client.outlet("A2")["CurrentAmps"]["Reading"] == 0.0
    energy = client.get(f"{V1}/PowerEquipment/RackPDUs/1/Metrics")["EnergykWh"]
    assert energy["Reading"] == unit.books().energy_kwh != energy["ApparentkVAh"]
    sensor = client.get(client.outlet("A1")["CurrentAmps"]["DataSourceUri"])
    assert (sensor["Reading"], sensor["ReadingType"], sensor["ReadingUnits"]) == (
        6.25,
        "Current",
        "A",
    )


def test_energy_is_counted_by_the_tests_clock() -> None:
    clock = ManualClock()
    with RedfishService(dataclasses.replace(units.rack(), live=True), clock=clock) as service:
        before = service.books()
        clock.now = 7200.0
        after = service.books()
        assert after.port_energy_kwh["A1"] == pytest.approx(
            before.port_energy_kwh["A1"] + 0.25 * 230 * 2 / 1000
        )
        assert after.energy_kwh == pytest.approx(
            (before.energy_kwh or 0) + 4.05 * 230 * 2 / 1000, abs=0.002
        )


@pytest.mark.against("DMTF's published tree")
def test_dmtfs_tree_is_served_unchanged_and_its_outlets_switch() -> None:
    folder = witnesses.path(witnesses.PUBLIC_PDU)
    with RedfishService(units.dmtf(folder)) as service, Client(service) as client:
        books = service.books()
        assert list(books.states) == [
            "A1",
            "A2",
            "A3",
            "A4",
            "A5",
            "B1",
            "B2",
            "B3",
            "C1",
            "C2",
            "C3",
        ]
        assert {id for id, state in books.states.items() if state is None} == {"A5"}
        assert (books.load_a, books.energy_kwh, books.port_energy_kwh["A1"]) == (
            23.59,
            56438.0,
            36166.0,
        )
        for path in (
            f"{OUTLETS}/A5",
            f"{V1}/PowerEquipment/RackPDUs/1/Mains/AC1",
            f"{V1}/Chassis/PDU/Sensors/CurrentA1",
        ):
            published = json.loads(
                (folder / path[len(V1) + 1 :] / "index.json").read_text(encoding="utf-8")
            )
            shown = client.get(path)
            shown.pop("@odata.etag")
            assert shown == published
        assert client.switch("A1", "Off").status == 204
        assert service.books().states["A1"] is False and client.outlet("A1")["PowerState"] == "Off"
