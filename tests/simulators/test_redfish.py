"""The simulated Redfish service agrees with DSP0266: resources, queries, logins, switching, tasks."""
from __future__ import annotations

import dataclasses
import http.client
import io
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Iterator
from urllib.parse import quote

import pytest

from tests.needs import ROOT, shared
from tests.waiting import PATIENCE_S, bounded, until

from . import late
from .clockwork import ManualClock
from .redfish import UNITS, Expand, Model, Pdu, RedfishService, units
from .redfish_client import OUTLETS, V1, Client
from .web import Connection

SESSIONS = f"{V1}/SessionService/Sessions"


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
def test_every_link_of_a_unit_leads_to_a_resource_of_that_name(name: str) -> None:
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


def test_figures_are_those_of_the_books_and_follow_the_loads(unit: RedfishService, client: Client) -> None:
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


def test_readings_may_be_only_at_the_sensors_or_null() -> None:
    with RedfishService(units.apc()) as service, Client(service) as client:
        figure = client.outlet("A1")["CurrentAmps"]
        assert set(figure) == {"DataSourceUri"}
        assert client.get(figure["DataSourceUri"])["Reading"] == 0.25
    with RedfishService(Model((Pdu(figures="null"),))) as service, Client(service) as client:
        figure = client.outlet("A1")["CurrentAmps"]
        assert figure["Reading"] is client.get(figure["DataSourceUri"])["Reading"] is service.books().load_a is None


def test_a_four_wire_outlet_has_a_current_for_each_line_and_no_single_one() -> None:
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


def test_rittals_outlets_are_on_the_lines_of_their_ids() -> None:
    with RedfishService(units.rittal(), tls=False) as service:
        assert {id: (int(id[1]),) for id in service.plants["1"].outlets} == {
            id: outlet.lines for id, outlet in service.plants["1"].outlets.items()}


def test_a_tree_without_figures_has_none_in_its_books(tmp_path: Path) -> None:
    tree = {"": {"@odata.type": "#ServiceRoot.v1_20_0.ServiceRoot"},
            "/PowerEquipment/RackPDUs/1/Outlets/A1": {"@odata.type": "#Outlet.v1_4_4.Outlet", "Id": "A1", "PowerState": "On"}}
    (tmp_path / "odata").mkdir()
    (tmp_path / "odata" / "index.json").write_text('{"value": []}')
    for path, body in tree.items():
        (tmp_path / path[1:]).mkdir(parents=True, exist_ok=True)
        (tmp_path / path[1:] / "index.json").write_text(json.dumps({"@odata.id": V1 + path, **body}))
    with RedfishService(units.dmtf(tmp_path), tls=False) as service:
        books = service.books()
        assert (books.states, books.load_a, books.energy_kwh) == ({"A1": True}, None, None)


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
def test_expand_is_answered_as_the_root_offers_it(offer: Expand, asked: str, status: int) -> None:
    with RedfishService(Model(expand=offer), tls=False) as service, Client(service) as client:
        assert client.send("GET", f"{OUTLETS}?$expand={asked}").status == status
        features = client.get(f"{V1}/")["ProtocolFeaturesSupported"]
        assert ("ExpandQuery" in features) is (offer is not None)


def test_a_service_may_offer_expand_and_ignore_it() -> None:
    with RedfishService(Model(ignores_expand=True), tls=False) as service, Client(service) as client:
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


def test_only_is_answered_unknown_parameters_with_a_dollar_are_refused_and_others_ignored(client: Client) -> None:
    assert client.get(f"{V1}/PowerEquipment/RackPDUs?only")["EquipmentType"] == "RackPDU"
    assert client.send("GET", f"{OUTLETS}?$filter=Id%20eq%20'A1'").key() == "QueryNotSupported"
    assert client.send("GET", f"{OUTLETS}?only&$expand=.").status == 400
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
        assert client.send("POST", SESSIONS, {**account, "Password": "wrong"}).status == 401
        assert client.send("POST", SESSIONS, {"UserName": "admin"}).status == 400
        assert client.send("POST", SESSIONS, {**account, "Password": "\ud800"}).status == 401


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


# -- switching


def test_an_outlet_switches_and_its_neighbours_stay(unit: RedfishService, client: Client) -> None:
    assert client.switch("B2", "Off").status == 204
    assert unit.books().states == {id: id != "B2" for id in Pdu().outlets}
    assert client.outlet("B2")["PowerState"] == "Off"
    assert client.switch("B2", "On").status == 204
    assert all(unit.books().states.values())
    assert unit.books().writes == [("B2", "Off"), ("B2", "On")]


@pytest.mark.parametrize("transition, state, flag", [("words", "PoweringOff", True), ("flag", "On", True),
                                                     ("silent", "On", None)])
def test_an_outlet_shows_its_models_form_of_transition_until_its_contact_moves(transition: str, state: str, flag: Any) -> None:
    clock = ManualClock()
    with RedfishService(Model(relay_delay=3.0, transition=transition), clock=clock) as service, Client(service) as client:
        client.switch("A1", "Off")
        shown = client.outlet("A1")
        assert (shown["PowerState"], shown.get("PowerStateInTransition")) == (state, flag)
        assert service.books().states["A1"] is True
        clock.now = 3.1
        assert client.outlet("A1")["PowerState"] == "Off" and service.books().states["A1"] is False


def test_a_power_cycle_is_off_and_on_again_unless_another_command_comes() -> None:
    clock = ManualClock()
    with RedfishService(Model((Pdu(on_delay=1.0, cycle_delay=5.0),)), clock=clock) as service, Client(service) as client:
        client.switch("A1", "PowerCycle")
        client.switch("A2", "PowerCycle")
        assert service.books().states["A1"] is False
        client.switch("A2", "Off")
        clock.now = 6.5
        assert (service.books().states["A1"], service.books().states["A2"]) == (True, False)


@pytest.mark.parametrize("body, key", [({}, "ActionParameterMissing"),
                                       ({"PowerState": "Toggle"}, "ActionParameterValueNotInList"),
                                       ({"PowerState": "Off", "Force": True}, "ActionParameterUnknown")])
def test_wrong_parameters_of_the_action_are_refused(unit: RedfishService, client: Client, body: Dict[str, Any], key: str) -> None:
    reply = client.send("POST", f"{OUTLETS}/A1/Actions/Outlet.PowerControl", body)
    assert (reply.status, reply.key()) == (400, key)
    assert unit.books().writes == []


@pytest.mark.parametrize("body", ["{", "[]", "\xff", "[" * 100_000], ids=["half", "a list", "not UTF-8", "nested"])
def test_a_body_that_is_not_an_object_is_refused(client: Client, body: str) -> None:
    headers = {**client.headers, "Content-Type": "application/json"}
    client.http.request("POST", f"{OUTLETS}/A1/Actions/Outlet.PowerControl", body.encode("latin-1"), headers)
    answer = client.http.getresponse()
    assert answer.status == 400 and b"MalformedJSON" in answer.read()


def test_a_body_of_another_media_type_is_refused(unit: RedfishService, client: Client) -> None:
    for kind in ("application/x-www-form-urlencoded", "text/plain"):
        assert client.switch("A1", "Off", Content_Type=kind).status == 415
    assert client.switch("A1", "Off", Content_Type="application/json; charset=utf-8").status == 204
    assert unit.books().writes == [("A1", "Off")]


def test_an_action_lists_its_values_itself_or_in_an_action_info() -> None:
    with RedfishService(units.apc(), tls=False) as service, Client(service) as client:
        control = client.outlet("A1")["Actions"]["#Outlet.PowerControl"]
        assert control["PowerState@Redfish.AllowableValues"] == ["On", "Off", "Cycle"]
        assert client.switch("A1", "PowerCycle").key() == "ActionParameterValueNotInList"
    with RedfishService(units.rittal(), tls=False) as service, Client(service) as client:
        control = client.outlet("L3_F2_30")["Actions"]["#Outlet.PowerControl"]
        assert set(control) == {"target", "@Redfish.ActionInfo"}
        parameter, = client.get(control["@Redfish.ActionInfo"])["Parameters"]
        assert (parameter["Name"], parameter["AllowableValues"]) == ("PowerState", ["On", "Off", "PowerCycle"])


def test_locked_stuck_and_unswitched_outlets_do_not_switch() -> None:
    with RedfishService(Model((Pdu(locked=("A1",), stuck=("A2",), no_state=("A3",)),))) as service, Client(service) as client:
        assert client.switch("A1", "Off").key() == "ResourceInUse" and client.outlet("A1")["PowerControlLocked"] is True
        assert client.switch("A2", "Off").status == 204 and client.outlet("A2")["PowerState"] == "On"
        assert not {"PowerState", "Actions"} & set(client.outlet("A3"))
        assert client.send("POST", f"{OUTLETS}/A3/Actions/Outlet.PowerControl", {"PowerState": "Off"}).status == 404
        assert (service.books().states["A2"], service.books().states["A3"]) == (True, None)


def test_a_service_may_acknowledge_without_effect(unit: RedfishService, client: Client) -> None:
    unit.control.ignores = True
    assert client.switch("A1", "Off").status == 204
    assert unit.books().states["A1"] is True and unit.books().writes == [("A1", "Off")]


def test_a_precondition_is_demanded_and_checked() -> None:
    with RedfishService(Model(demand_etag=True)) as service, Client(service) as client:
        assert client.switch("A1", "Off").status == 428
        tag = client.send("GET", f"{OUTLETS}/A1").headers["ETag"]
        assert client.outlet("A1")["@odata.etag"] == tag
        service.plants["1"].outlets["A1"].amperes = 3.0
        assert client.switch("A1", "Off", If_Match=tag).status == 204
        assert client.switch("A1", "On", If_Match=tag).status == 412
        assert client.send("GET", f"{OUTLETS}/A2", If_None_Match=client.outlet("A2")["@odata.etag"]).status == 304
        assert service.books().writes == [("A1", "Off")]


def test_an_old_precondition_is_refused_even_if_none_is_demanded(unit: RedfishService, client: Client) -> None:
    assert client.switch("A1", "Off", If_Match='"old"').status == 412
    assert client.switch("A1", "Off", If_Match="*").status == 204
    assert unit.books().writes == [("A1", "Off")]


def test_a_task_runs_and_its_monitor_returns_the_result_once() -> None:
    clock = ManualClock()
    with RedfishService(Model(task_seconds=2.0), clock=clock) as service, Client(service) as client:
        accepted = client.switch("A1", "Off")
        assert (accepted.status, accepted.body["TaskState"]) == (202, "Running")
        monitor = accepted.headers["Location"]
        assert monitor == accepted.body["TaskMonitor"] and accepted.headers["Retry-After"] == "1"
        assert client.send("GET", monitor).status == 202
        clock.now = 2.1
        assert client.send("GET", monitor).status == 204
        assert client.send("GET", monitor).status == 404
        assert client.get(accepted.body["@odata.id"])["TaskState"] == "Completed"
        service.tasks.result = "Exception"
        monitor = client.switch("A1", "On").headers["Location"]
        clock.now = 5.0
        assert client.send("GET", monitor).status == 500


def test_hpes_body_resets_the_settings_that_it_does_not_name() -> None:
    with RedfishService(units.hpe(), tls=False) as service, Client(service) as client:
        target = client.outlet("OUTLET2")["Actions"]["#Outlet.PowerControl"]["target"]
        assert client.send("POST", target, {"PowerState": "Off"}).key() == "PropertyMissing"
        assert client.send("POST", target, {"OutletNumber": 2, "OutletStatus": "off", "OffDelay": 0}).status == 204
        for seconds, key in ((-1, "PropertyValueOutOfRange"), (10 ** 400, "PropertyValueOutOfRange"),
                             (True, "PropertyValueTypeError")):
            refused = client.send("POST", target, {"OutletNumber": 2, "OutletStatus": "on", "OffDelay": seconds})
            assert (refused.status, refused.key()) == (400, key)
        outlet = service.outlet("OUTLET2")
        assert (outlet.on, outlet.name, outlet.on_delay, outlet.cycle_delay) == (False, "", 0.0, 0.0)
        kept = {name: client.outlet("OUTLET3")[name] for name in
                ("OutletNumber", "StartupState", "OutletName", "OnDelay", "OffDelay", "RebootDelay")}
        assert client.send("POST", target.replace("OUTLET2", "OUTLET3"), {**kept, "OutletStatus": "off"}).status == 204
        assert {name: client.outlet("OUTLET3")[name] for name in kept} == kept


def test_reset_metrics_starts_the_counters_again(unit: RedfishService, client: Client) -> None:
    assert client.send("POST", f"{OUTLETS}/A1/Actions/Outlet.ResetMetrics", {}).status == 204
    assert (unit.books().port_energy_kwh["A1"], unit.books().port_energy_kwh["A2"]) == (0.0, 1.25)
    metrics = client.get(f"{V1}/PowerEquipment/RackPDUs/1/Metrics")
    reset = metrics["Actions"]["#PowerDistributionMetrics.ResetMetrics"]["target"]
    assert client.send("POST", reset, {}).status == 204
    assert unit.books().energy_kwh == 0.0


def test_labels_and_locations_can_be_set_and_other_properties_cannot(unit: RedfishService, client: Client) -> None:
    assert client.send("GET", f"{OUTLETS}/A1").headers["Allow"] == "GET, HEAD, PATCH"
    assert client.send("PATCH", f"{OUTLETS}/A1", {"UserLabel": "db-01"}).body["UserLabel"] == "db-01"
    assert client.outlet("A1")["UserLabel"] == "db-01" and client.outlet("A2")["UserLabel"] == "Server A2"
    pdu = f"{V1}/PowerEquipment/RackPDUs/1"
    client.send("PATCH", pdu, {"Location": {"Placement": {"Rack": "7"}}})
    assert client.get(pdu)["Location"]["Placement"] == {"Rack": "7", "Row": "1", "RackOffset": 1, "RackOffsetUnits": "EIA_310"}
    for wrong, key in (({"PowerState": "Off"}, "PropertyNotWritable"), ({"UserLabel": 5}, "PropertyValueTypeError")):
        assert client.send("PATCH", f"{OUTLETS}/A1", wrong).key() == key
    assert client.send("PATCH", f"{V1}/SessionService", {"SessionTimeout": 30}).status == 405
    with Client(unit, login=f"{unit.viewer_user}:{unit.viewer_password}") as viewer:
        assert viewer.send("PATCH", f"{OUTLETS}/A1", {"UserLabel": "mine"}).status == 403
    assert all(unit.books().states.values())


def test_a_restart_forgets_sessions_and_planned_switching_and_keeps_relays() -> None:
    clock = ManualClock()
    with RedfishService(Model(relay_delay=5.0), clock=clock, reboot_seconds=0.1) as service, Client(service) as client:
        client.send("POST", SESSIONS, {"UserName": service.user, "Password": service.password})
        client.switch("A1", "Off")
        assert client.send("POST", f"{V1}/Managers/1/Actions/Manager.Reset", {"ResetType": "ForceRestart"}).status == 204
        assert until(lambda: service.boots() == 1 and not service.down())
        clock.now = 60.0
        with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
            client.get(OUTLETS)
        client.http.close()
        assert client.outlet("A1")["PowerState"] == "On" and service.sessions == []


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


def test_unknown_methods_and_paths_are_refused(client: Client) -> None:
    reply = client.send("DELETE", f"{OUTLETS}/A1")
    assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD, PATCH")
    assert client.send("POST", f"{OUTLETS}/Z9/Actions/Outlet.PowerControl", {"PowerState": "Off"}).status == 404
    assert client.send("GET", f"{OUTLETS}/Z9").key() == "ResourceMissingAtURI"
    assert client.send("HEAD", OUTLETS).body is None


@pytest.mark.against("DMTF's published tree")
def test_dmtfs_tree_is_served_unchanged_and_switches() -> None:
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


def test_the_program_prints_its_address_and_ends_by_a_signal(tmp_path: Any) -> None:
    command = [sys.executable, "-m", "tests.simulators.redfish", "--unit", "xerus", "--ca-file", tmp_path / "ca.pem"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process, bounded(process):
        assert process.stdout is not None
        assert process.stdout.readline().startswith("https://127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    assert (tmp_path / "ca.pem").read_text().startswith("-----BEGIN CERTIFICATE")


def test_an_impossible_model_is_refused() -> None:
    for wrong in (lambda: Pdu(kind="Toaster"), lambda: Pdu(off=("Z9",)), lambda: Pdu(phases=2), lambda: Pdu(outlets=("1", "1")),
                  lambda: Model(login="none"), lambda: Model((Pdu(), Pdu())), lambda: Model((Pdu(), Pdu(kind="FloorPDU")))):
        with pytest.raises(ValueError):
            wrong()
