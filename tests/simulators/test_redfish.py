"""The simulated Redfish service: resources, queries, logins, and its program."""
from __future__ import annotations

import dataclasses
import io
import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, Optional
from urllib.parse import quote

import pytest

from tests.needs import ROOT, shared
from tests.waiting import PATIENCE_S, bounded, until

from . import late
from .clockwork import ManualClock
from .redfish import UNITS, Expand, Model, Pdu, RedfishService, units
from .redfish.errors import message
from .redfish_client import OUTLETS, SESSIONS, V1, Client
from .web import Connection


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


# -- resources


@pytest.mark.parametrize("name", sorted(set(UNITS) - {"hall"}))
def test_every_link_of_a_unit_leads_to_the_resource_that_it_names(name: str) -> None:
    with RedfishService(UNITS[name](), tls=False) as service:
        with Client(service) as client:
            if service.model.login == "session":
                login = client.send("POST", SESSIONS, {"UserName": service.user, "Password": service.password})
                client.headers = {"X-Auth-Token": login.headers["X-Auth-Token"]}
            seen: Dict[str, Dict[str, Any]] = {}
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
        assert {one.status for one in service.log} <= {200, 201} and service.books().connections == 1


def test_figures_equal_the_books_and_follow_the_loads(unit: RedfishService, client: Client) -> None:
    def mains() -> float:
        lines = client.get(f"{V1}/PowerEquipment/RackPDUs/1/Mains/AC1")["PolyPhaseCurrentAmps"]
        return round(sum(float(figure["Reading"]) for line, figure in lines.items() if line != "Neutral"), 3)
    assert mains() == unit.books().load_a == 4.05
    unit.plants["1"].outlets["A1"].amperes = 6.25
    unit.turn("A2", False)
    assert mains() == unit.books().load_a == 4.05 - 0.25 - 0.30 + 6.25
    assert client.outlet("A1")["CurrentAmps"]["Reading"] == 6.25
    assert client.outlet("A2")["CurrentAmps"]["Reading"] == 0.0
    energy = client.get(f"{V1}/PowerEquipment/RackPDUs/1/Metrics")["EnergykWh"]
    assert energy["Reading"] == unit.books().energy_kwh != energy["ApparentkVAh"]
    sensor = client.get(client.outlet("A1")["CurrentAmps"]["DataSourceUri"])
    assert (sensor["Reading"], sensor["ReadingType"], sensor["ReadingUnits"]) == (6.25, "Current", "A")


def test_energy_is_counted_by_the_tests_clock() -> None:
    clock = ManualClock()
    with RedfishService(dataclasses.replace(units.rack(), live=True), clock=clock) as service:
        before = service.books()
        clock.now = 7200.0
        after = service.books()
        assert after.port_energy_kwh["A1"] == pytest.approx(before.port_energy_kwh["A1"] + 0.25 * 230 * 2 / 1000)
        assert after.energy_kwh == pytest.approx((before.energy_kwh or 0) + 4.05 * 230 * 2 / 1000, abs=0.002)


def test_energy_up_to_a_turn_by_hand_is_counted() -> None:
    clock = ManualClock()
    with RedfishService(dataclasses.replace(units.rack(), live=True), clock=clock) as service:
        before = service.books()
        clock.now = 7200.0
        service.turn("A1", False)
        assert service.books().port_energy_kwh["A1"] == pytest.approx(before.port_energy_kwh["A1"] + 0.25 * 230 * 2 / 1000)


def test_a_reading_may_be_null_or_only_at_its_sensor() -> None:
    with RedfishService(units.apc()) as service, Client(service) as client:
        figure = client.outlet("A1")["CurrentAmps"]
        assert set(figure) == {"DataSourceUri"}
        assert client.get(figure["DataSourceUri"])["Reading"] == 0.25
    with RedfishService(Model((Pdu(figures="null"),))) as service, Client(service) as client:
        figure = client.outlet("A1")["CurrentAmps"]
        assert figure["Reading"] is client.get(figure["DataSourceUri"])["Reading"] is service.books().load_a is None


def test_a_four_wire_outlet_has_poly_phase_currents_in_place_of_current_amps() -> None:
    with RedfishService(units.four_wire()) as service, Client(service) as client:
        outlet = client.outlet("A1")
        assert "CurrentAmps" not in outlet
        assert {line: figure["Reading"] for line, figure in outlet["PolyPhaseCurrentAmps"].items()} == dict.fromkeys(
            ("Line1", "Line2", "Line3"), 0.25)


def test_a_unit_without_branches_serves_its_outlets() -> None:
    with RedfishService(Model((Pdu(branches=()),)), tls=False) as service, Client(service) as client:
        assert client.outlet("A1")["Links"] == {} and service.books().load_a == 4.05


@pytest.mark.parametrize("branches", ["ABC", "ABCDEF"])
def test_the_branches_of_a_unit_without_outlets_carry_the_current_of_its_mains(branches: str) -> None:
    pdu = dataclasses.replace(units.floor().pdus[0], branches=tuple(branches))
    with RedfishService(Model((pdu,)), tls=False) as service:
        plant = service.plants[pdu.id]
        carried = [plant.branch_lines(branch) for branch in branches]
        assert {line: sum(one.get(line, 0) for one in carried) for line in (1, 2, 3)} == plant.main_lines("AC1")


def test_rittals_outlets_are_on_the_lines_that_their_ids_name() -> None:
    with RedfishService(units.rittal(), tls=False) as service:
        assert {id: (int(id[1]),) for id in service.plants["1"].outlets} == {
            id: outlet.lines for id, outlet in service.plants["1"].outlets.items()}


def test_an_argument_of_a_message_is_inserted_unchanged() -> None:
    found = message("PropertyValueNotInList", "%2", "IndicatorLED")
    assert found["Message"] == "The value '%2' of the property IndicatorLED is not in its list."


def test_a_tree_without_figures_has_none_in_its_books(tmp_path: Path) -> None:
    lines = {"Line1": {"Reading": 2.5}, "Line2": {"Reading": None}}
    tree: Dict[str, Dict[str, Any]] = {
        "": {"@odata.type": "#ServiceRoot.v1_20_0.ServiceRoot"},
        "/PowerEquipment/RackPDUs/1/Mains/AC1": {"@odata.type": "#Circuit.v1_9_0.Circuit", "PolyPhaseCurrentAmps": lines},
        "/PowerEquipment/RackPDUs/1/Outlets/A1": {"@odata.type": "#Outlet.v1_4_4.Outlet", "Id": "A1", "PowerState": "On"}}
    (tmp_path / "odata").mkdir()
    (tmp_path / "odata" / "index.json").write_text('{"value": []}')
    for path, body in tree.items():
        (tmp_path / path[1:]).mkdir(parents=True, exist_ok=True)
        (tmp_path / path[1:] / "index.json").write_text(json.dumps({"@odata.id": V1 + path, **body}))
    with RedfishService(units.dmtf(tmp_path), tls=False) as service:
        books = service.books()
        assert (books.states, books.load_a, books.energy_kwh) == ({"A1": True}, None, None)


def test_a_tree_with_a_file_that_is_not_json_is_refused_with_the_files_name(tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text("{")
    with pytest.raises(ValueError, match=re.escape(f"{tmp_path / 'index.json'}: ")):
        RedfishService(units.dmtf(tmp_path), tls=False)


# -- queries


def test_expand_puts_resources_in_place_of_links(client: Client) -> None:
    plain, expanded = client.get(OUTLETS), client.get(f"{OUTLETS}?$expand=.($levels=1)")
    assert [set(one) for one in plain["Members"]] == [{"@odata.id"}] * 12
    assert [one["@odata.id"] for one in expanded["Members"]] == [one["@odata.id"] for one in plain["Members"]]
    assert expanded["Members"][0] == client.outlet("A1")
    assert set(expanded["Members"][0]["Links"]["BranchCircuit"]) == {"@odata.id"}
    assert client.get(f"{OUTLETS}/A1?$expand=~")["Links"]["BranchCircuit"]["Id"] == "A"
    both = client.get(f"{V1}/PowerEquipment?$expand=.($levels=2)")
    assert both["RackPDUs"]["Members"][0]["EquipmentType"] == "RackPDU"
    assert set(both["RackPDUs"]["Members"][0]["Outlets"]) == {"@odata.id"}


@pytest.mark.parametrize("offer, asked, status", [
    (None, ".", 501), (Expand(no_links=False), ".", 501), (Expand(all=False), "*", 501), (Expand(links=False), "~", 501),
    (Expand(levels=False), ".($levels=1)", 501), (Expand(levels=False), ".", 200), (Expand(max_levels=2), ".($levels=3)", 400),
    (Expand(), ".($levels=0)", 400), (Expand(), "everything", 400), (Expand(), "*($levels=6)", 200)])
def test_expand_is_answered_as_the_root_offers_it(offer: Optional[Expand], asked: str, status: int) -> None:
    with RedfishService(Model(expand=offer), tls=False) as service, Client(service) as client:
        assert client.send("GET", f"{OUTLETS}?$expand={asked}").status == status
        features = client.get(f"{V1}/")["ProtocolFeaturesSupported"]
        named = offer and {"ExpandAll": offer.all, "Links": offer.links, "NoLinks": offer.no_links, "Levels": offer.levels,
                           **({"MaxLevels": offer.max_levels} if offer.levels else {})}
        assert features.get("ExpandQuery") == named


def test_a_service_may_offer_expand_and_ignore_it() -> None:
    with RedfishService(Model(ignores_expand=True), tls=False) as service, Client(service) as client:
        assert "ExpandQuery" in client.get(f"{V1}/")["ProtocolFeaturesSupported"]
        assert client.get(f"{OUTLETS}?$expand=.") == client.get(OUTLETS)


def test_pages_follow_each_other_and_keep_the_query() -> None:
    with RedfishService(units.paged(), tls=False) as service, Client(service) as client:
        assert [one.rpartition("/")[2] for one in client.members(OUTLETS)] == list(Pdu().outlets)
        page = client.get(f"{OUTLETS}?$expand=.($levels=1)")
        second = client.get(page["Members@odata.nextLink"])
        assert page["Members@odata.count"] == second["Members@odata.count"] == 12
        assert [one["Id"] for one in second["Members"]] == list(Pdu().outlets[5:10])
        assert [one["@odata.id"][-2:] for one in client.get(f"{OUTLETS}?$skip=10&$top=1")["Members"]] == ["C3"]
        assert [one.rpartition("/")[2] for one in client.members(f"{OUTLETS}?$skip=1&$top=7")] == list(Pdu().outlets[1:8])
        assert client.get(f"{OUTLETS}?$skip=99")["Members"] == client.get(f"{OUTLETS}?$top=0")["Members"] == []


@pytest.mark.parametrize("number", ["²", "٣", "-1", "", "9" * 5000], ids=["superscript", "Arabic", "negative", "empty", "long"])
def test_a_query_without_a_usable_number_is_refused(client: Client, number: str) -> None:
    for query in (f"$skip={quote(number)}", f"$top={quote(number)}", f"$expand=.($levels={quote(number)})"):
        refused = client.send("GET", f"{OUTLETS}?{query}")
        assert (refused.status, refused.key()) == (400, "QueryParameterValueFormatError")


def test_the_parameter_named_only_returns_a_single_member_and_excludes_expand(client: Client) -> None:
    assert client.get(f"{V1}/PowerEquipment/RackPDUs?only")["EquipmentType"] == "RackPDU"
    assert client.send("GET", f"{OUTLETS}?only&$expand=.").status == 400


def test_an_unsupported_parameter_is_refused_only_if_it_begins_with_a_dollar(client: Client) -> None:
    assert client.send("GET", f"{OUTLETS}?$filter=Id%20eq%20'A1'").key() == "QueryNotSupported"
    assert len(client.get(f"{OUTLETS}?verbose=1")["Members"]) == 12


# -- logins


def test_the_root_needs_no_login_but_the_outlets_do(unit: RedfishService) -> None:
    with Client(unit, login="") as nobody:
        assert nobody.get("/redfish") == {"v1": f"{V1}/"}
        assert nobody.get(f"{V1}/")["Id"] == "RootService"
        assert nobody.send("GET", f"{V1}/?$expand=*($levels=6)").status == 401
        reply = nobody.send("GET", OUTLETS)
        assert (reply.status, reply.key(), reply.headers["WWW-Authenticate"]) == (401, "NoValidSession", 'Basic realm="Redfish"')
    with Client(unit, login="admin:wrong") as stranger:
        assert stranger.send("GET", OUTLETS).status == 401


@pytest.mark.parametrize("header", ["Basic é", "Basic !", "Basic /w=="])
def test_a_login_that_is_not_utf_8_in_base64_is_refused(client: Client, header: str) -> None:
    client.headers = {"Authorization": header}
    assert client.send("GET", OUTLETS).status == 401


def test_a_session_is_opened_used_and_deleted(unit: RedfishService) -> None:
    with Client(unit, login="") as client:
        login = client.send("POST", SESSIONS, {"UserName": unit.user, "Password": unit.password})
        assert (login.status, login.headers["Location"], login.body["UserName"]) == (201, f"{SESSIONS}/1", unit.user)
        assert login.body["Password"] is None
        client.headers = {"X-Auth-Token": login.headers["X-Auth-Token"]}
        assert client.members(SESSIONS) == [f"{SESSIONS}/1"] == [f"{SESSIONS}/{one.id}" for one in unit.sessions]
        client.headers = {"X-Auth-Token": "\xe9"}
        assert client.send("GET", OUTLETS).status == 401
        client.headers = {"X-Auth-Token": login.headers["X-Auth-Token"]}
        assert client.send("DELETE", login.headers["Location"]).status == 204
        assert (unit.sessions, unit.opened) == ([], 1)
        assert client.send("GET", OUTLETS).status == 401


def test_sessions_time_out_and_are_limited_in_number() -> None:
    clock = ManualClock()
    with RedfishService(Model(most_sessions=1, absolute=True), clock=clock) as service, Client(service, login="") as client:
        account = {"UserName": service.user, "Password": service.password}
        assert client.send("POST", SESSIONS, account).headers["Location"] == f"{service.url}{SESSIONS}/1"
        assert client.send("POST", SESSIONS, account).key() == "SessionLimitExceeded"
        clock.now = 301.0
        assert service.sessions == []
        assert client.send("POST", SESSIONS, account).status == 201


def test_a_wrong_or_missing_password_opens_no_session(unit: RedfishService) -> None:
    with Client(unit, login="") as client:
        for password, status in ({"Password": "wrong"}, 401), ({"Password": "\ud800"}, 401), ({}, 400):
            assert client.send("POST", SESSIONS, {"UserName": unit.user, **password}).status == status
    assert unit.opened == 0


def test_a_service_may_allow_only_one_kind_of_login() -> None:
    with RedfishService(units.basic_only(), tls=False) as service, Client(service) as client:
        assert client.outlet("A1")["PowerState"] == "On"
        assert "SessionService" not in client.get(f"{V1}/")
        assert client.send("POST", SESSIONS, {"UserName": service.user, "Password": service.password}).status == 404
    with RedfishService(units.sessions_only(), tls=False) as service, Client(service) as client:
        reply = client.send("GET", OUTLETS)
        assert reply.status == 401 and "WWW-Authenticate" not in reply.headers


def test_an_administrator_may_have_the_name_of_the_read_only_account() -> None:
    with RedfishService(user="viewer", tls=False) as service, Client(service) as client:
        assert client.switch("A1", "Off").status == 204


def test_a_read_only_account_may_not_switch(unit: RedfishService) -> None:
    with Client(unit, login=f"{unit.viewer_user}:{unit.viewer_password}") as viewer:
        reply = viewer.switch("A1", "Off")
        assert (reply.status, reply.key()) == (403, "InsufficientPrivilege")
    assert unit.books().writes == [] and unit.books().states["A1"] is True


def test_a_read_only_account_may_delete_only_its_own_sessions(unit: RedfishService) -> None:
    accounts = ((unit.user, unit.password), (unit.viewer_user, unit.viewer_password))
    with Client(unit, login=":".join(accounts[1])) as viewer:
        found = [viewer.send("POST", SESSIONS, {"UserName": user, "Password": password}).headers["Location"]
                 for user, password in accounts]
        assert [viewer.send("DELETE", location).status for location in found] == [403, 204]
    assert [one.user for one in unit.sessions] == [unit.user]


# -- other


def test_a_defect_of_the_service_is_printed(unit: RedfishService, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = io.StringIO()
    monkeypatch.setattr(sys, "stderr", printed)         # reading pytest's capture would lose what a thread writes meanwhile
    unit.rewrite = lambda target, body: 1 // 0
    with pytest.raises(ConnectionError):
        client.get(OUTLETS)
    assert until(lambda: "ZeroDivisionError" in printed.getvalue())


def test_a_connection_that_is_just_accepted_is_closed_by_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    service = RedfishService(tls=False)
    late.delay(monkeypatch, service._server, "process_request_thread", "hang_up_all")
    with socket.create_connection((service.host, service.port), PATIENCE_S) as connection:
        assert until(lambda: service.books().connections == 1)
        service.stop()
        connection.settimeout(Connection.timeout / 2)           # sooner than the service gives up waiting for a request
        assert connection.recv(1) == b""


def test_unknown_paths_and_methods_that_a_resource_lacks_are_refused(client: Client) -> None:
    reply = client.send("DELETE", f"{OUTLETS}/A1")
    assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD, PATCH")
    reply = client.send("POST", "/redfish")
    assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD")
    assert client.send("POST", f"{OUTLETS}/Z9/Actions/Outlet.PowerControl", {"PowerState": "Off"}).status == 404
    assert client.send("GET", f"{OUTLETS}/Z9").key() == "ResourceMissingAtURI"


def test_a_request_whose_body_ends_early_is_not_carried_out() -> None:
    with RedfishService(tls=False) as service, socket.create_connection((service.host, service.port), PATIENCE_S) as connection:
        connection.sendall(f"PATCH {V1}/ HTTP/1.1\r\nHost: pdu\r\nContent-Length: 3\r\n\r\n{{}}".encode())
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
        assert [seen.status for seen in service.log] == [0]


def test_head_is_answered_without_a_body() -> None:
    with RedfishService(tls=False) as service, socket.create_connection((service.host, service.port), PATIENCE_S) as connection:
        connection.sendall(f"HEAD {V1}/ HTTP/1.1\r\nHost: pdu\r\nConnection: close\r\n\r\n".encode())
        with connection.makefile("rb") as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ") and body == b""


@pytest.mark.against("DMTF's published tree")
def test_dmtfs_tree_is_served_unchanged_and_its_outlets_switch() -> None:
    folder = shared("redfish", "mockups", "public-pdu")
    with RedfishService(units.dmtf(folder)) as service, Client(service) as client:
        books = service.books()
        assert list(books.states) == ["A1", "A2", "A3", "A4", "A5", "B1", "B2", "B3", "C1", "C2", "C3"]
        assert {id for id, state in books.states.items() if state is None} == {"A5"}
        assert (books.load_a, books.energy_kwh, books.port_energy_kwh["A1"]) == (23.59, 56438.0, 36166.0)
        for path in (f"{OUTLETS}/A5", f"{V1}/PowerEquipment/RackPDUs/1/Mains/AC1", f"{V1}/Chassis/PDU/Sensors/CurrentA1"):
            published = json.loads((folder / path[len(V1) + 1:] / "index.json").read_text(encoding="utf-8"))
            shown = client.get(path)
            shown.pop("@odata.etag")
            assert shown == published
        assert client.switch("A1", "Off").status == 204
        assert service.books().states["A1"] is False and client.outlet("A1")["PowerState"] == "Off"


def test_the_program_prints_its_address_and_exits_with_0_on_sigterm(tmp_path: Any) -> None:
    command = [sys.executable, "-m", "tests.simulators.redfish", "--unit", "xerus", "--ca-file", tmp_path / "ca.pem"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process, bounded(process):
        assert process.stdout is not None
        assert process.stdout.readline().startswith("https://127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    assert (tmp_path / "ca.pem").read_text().startswith("-----BEGIN CERTIFICATE")


def test_an_impossible_model_is_refused() -> None:
    for wrong in (lambda: Pdu(kind="Toaster"), lambda: Pdu(off=("Z9",)), lambda: Pdu(phases=2), lambda: Pdu(outlets=("1", "1")),
                  lambda: Pdu(phases=1, four_wire=("A1",)),
                  lambda: Model(login="none"), lambda: Model((Pdu(), Pdu())), lambda: Model((Pdu(), Pdu(kind="FloorPDU")))):
        with pytest.raises(ValueError):
            wrong()
