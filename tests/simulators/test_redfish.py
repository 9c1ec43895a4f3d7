"""The simulated Redfish service: links, figures, queries, sessions."""

from __future__ import annotations

import dataclasses
import json
import socket
from collections.abc import Iterator
from typing import Any, Optional

import pytest

from tests.needs import shared
from tests.waiting import PATIENCE_S

from .clockwork import ManualClock
from .redfish import UNITS, Expand, Model, Pdu, RedfishService, units
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


def test_expand_puts_resources_in_place_of_links(client: Client) -> None:
    plain, expanded = client.get(OUTLETS), client.get(f"{OUTLETS}?$expand=.($levels=1)")
    assert [set(one) for one in plain["Members"]] == [{"@odata.id"}] * 12
    assert [one["@odata.id"] for one in expanded["Members"]] == [
        one["@odata.id"] for one in plain["Members"]
    ]
    assert expanded["Members"][0] == client.outlet("A1")
    assert set(expanded["Members"][0]["Links"]["BranchCircuit"]) == {"@odata.id"}
    assert client.get(f"{OUTLETS}/A1?$expand=~")["Links"]["BranchCircuit"]["Id"] == "A"
    both = client.get(f"{V1}/PowerEquipment?$expand=.($levels=2)")
    assert both["RackPDUs"]["Members"][0]["EquipmentType"] == "RackPDU"
    assert set(both["RackPDUs"]["Members"][0]["Outlets"]) == {"@odata.id"}


@pytest.mark.parametrize(
    "offer, asked, status",
    [
        (None, ".", 501),
        (Expand(no_links=False), ".", 501),
        (Expand(all=False), "*", 501),
        (Expand(links=False), "~", 501),
        (Expand(levels=False), ".($levels=1)", 501),
        (Expand(levels=False), ".", 200),
        (Expand(max_levels=2), ".($levels=3)", 400),
        (Expand(), ".($levels=0)", 400),
        (Expand(), "everything", 400),
        (Expand(), "*($levels=6)", 200),
    ],
)
def test_expand_is_answered_as_the_root_offers_it(
    offer: Optional[Expand], asked: str, status: int
) -> None:
    with RedfishService(Model(expand=offer), tls=False) as service, Client(service) as client:
        assert client.send("GET", f"{OUTLETS}?$expand={asked}").status == status
        features = client.get(f"{V1}/")["ProtocolFeaturesSupported"]
        named = offer and {
            "ExpandAll": offer.all,
            "Links": offer.links,
            "NoLinks": offer.no_links,
            "Levels": offer.levels,
            **({"MaxLevels": offer.max_levels} if offer.levels else {}),
        }
        assert features.get("ExpandQuery") == named


def test_pages_follow_each_other_and_keep_the_query() -> None:
    with RedfishService(units.paged(), tls=False) as service, Client(service) as client:
        assert [one.rpartition("/")[2] for one in client.members(OUTLETS)] == list(Pdu().outlets)
        page = client.get(f"{OUTLETS}?$expand=.($levels=1)")
        second = client.get(page["Members@odata.nextLink"])
        assert page["Members@odata.count"] == second["Members@odata.count"] == 12
        assert [one["Id"] for one in second["Members"]] == list(Pdu().outlets[5:10])
        assert [
            one["@odata.id"][-2:] for one in client.get(f"{OUTLETS}?$skip=10&$top=1")["Members"]
        ] == ["C3"]
        assert [
            one.rpartition("/")[2] for one in client.members(f"{OUTLETS}?$skip=1&$top=7")
        ] == list(Pdu().outlets[1:8])
        assert (
            client.get(f"{OUTLETS}?$skip=99")["Members"]
            == client.get(f"{OUTLETS}?$top=0")["Members"]
            == []
        )


def test_sessions_time_out_and_are_limited_in_number() -> None:
    clock = ManualClock()
    with (
        RedfishService(Model(most_sessions=1, absolute=True), clock=clock) as service,
        Client(service, login="") as client,
    ):
        account = {"UserName": service.user, "Password": service.password}
        assert (
            client.send("POST", SESSIONS, account).headers["Location"]
            == f"{service.url}{SESSIONS}/1"
        )
        assert client.send("POST", SESSIONS, account).key() == "SessionLimitExceeded"
        clock.now = 301.0
        assert service.sessions == []
        assert client.send("POST", SESSIONS, account).status == 201


def test_a_request_whose_body_ends_early_is_not_carried_out() -> None:
    with (
        RedfishService(tls=False) as service,
        socket.create_connection((service.host, service.port), PATIENCE_S) as connection,
    ):
        connection.sendall(
            f"PATCH {V1}/ HTTP/1.1\r\nHost: pdu\r\nContent-Length: 3\r\n\r\n{{}}".encode()
        )
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
        assert [seen.status for seen in service.log] == [0]


@pytest.mark.against("DMTF's published tree")
def test_dmtfs_tree_is_served_unchanged_and_its_outlets_switch() -> None:
    folder = shared("redfish", "mockups", "public-pdu")
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
