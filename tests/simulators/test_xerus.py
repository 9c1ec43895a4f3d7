"""The simulated Xerus PDU, without a handler. Its figures: test_xerus_figures.py; its faults and files: test_xerus_faults.py."""
from __future__ import annotations

import base64
import hashlib
import json
import socket
import ssl
import threading
from typing import Any, Dict, Iterator, List

import pytest

from tests import ports

from .clockwork import ManualClock
from .xerus import GENERATIONS, Model, XerusPdu
from .xerus_client import Client, outlet_rid


@pytest.fixture
def pdu() -> Iterator[XerusPdu]:
    with XerusPdu(Model(outlets=4), http_port=0) as unit:
        yield unit


@pytest.fixture
def client(pdu: XerusPdu) -> Iterator[Client]:
    with Client(pdu) as connected:
        yield connected


# -- protocol


def test_an_answer_has_the_id_of_its_call(client: Client) -> None:
    for number in (7, "seven", None):
        body = json.dumps({"method": "getOutlets", "id": number}).encode()
        assert json.loads(client.post("/model/pdu/0", body).read())["id"] == number


@pytest.mark.parametrize("body, code", [
    (b"{", -32700), (b"[" * 100_000, -32700), (b"[]", -32600), (b'{"params": {}}', -32600), (b'{"method": "explode"}', -32601),
    (b'{"method": "setPowerState"}', -32602), (b'{"method": "setPowerState", "params": {"pstate": 2}}', -32602),
    (b'{"method": "setPowerState", "params": {"pstate": true}}', -32602),
    (b'{"method": "setPowerState", "params": [1]}', -32602)])
def test_each_error_of_a_call_has_its_code(pdu: XerusPdu, client: Client, body: bytes, code: int) -> None:
    answer = json.loads(client.post(outlet_rid(0), body).read())
    assert answer["error"]["code"] == code
    assert pdu.books().writes == []


def test_params_may_be_missing_or_an_empty_list(client: Client) -> None:
    for body in (b'{"method": "getState"}', b'{"method": "getState", "params": []}'):
        assert json.loads(client.post(outlet_rid(0), body).read())["result"]["_ret_"]["available"] is True


def test_an_unknown_resource_is_404_even_within_a_bulk(client: Client) -> None:
    assert client.post("/model/pdu/0/outlet/99", b'{"method": "getState"}').status == 404
    client.http.close()
    answers = client.bulk([{"rid": outlet_rid(99), "json": {"method": "getState", "id": 1}},
                           {"rid": outlet_rid(0), "json": {"method": "getState", "id": 2}}])
    assert answers[0] == {"json": None, "statcode": 404}
    assert answers[1]["statcode"] == 200


def test_the_old_form_of_a_bulk_takes_and_returns_text(client: Client) -> None:
    requests = [{"rid": outlet_rid(0), "json": '{"method": "getState", "id": 5}'}]
    answer = client.call("/bulk", "performRequest", requests=requests)["result"]["responses"][0]
    assert json.loads(answer["json"])["id"] == 5


@pytest.mark.parametrize("text", ["{", "[" * 100_000], ids=["half", "nested"])
def test_text_in_a_bulk_that_is_not_json_is_refused(client: Client, text: str) -> None:
    assert client.call("/bulk", "performRequest", requests=[{"rid": outlet_rid(0), "json": text}])["error"]["code"] == -32602


def test_a_void_method_answers_null(client: Client) -> None:
    assert client.call("/model/pdu/0", "cancelOutletSequence")["result"] is None


def test_an_outlet_is_found_by_other_spellings_of_its_reference_and_by_aliases(client: Client) -> None:
    rid = client.result("/model/pdu/0", "getOutlets")[2]["rid"]
    assert ":" in rid
    for path in (rid, rid.replace(":", "%3A"), "/" + rid, "/model/outlet/2", "/model/pdu/1/outlet/2"):
        assert client.result(path, "getMetaData")["label"] == "3"


def test_a_reference_of_another_firmware_is_not_found(pdu: XerusPdu, client: Client) -> None:
    rid = client.result("/model/pdu/0", "getOutlets")[0]["rid"]
    old = rid.replace(pdu.site.firmware.type_id("pdumodel.Outlet"), "pdumodel.Outlet:3.0.0")
    assert old != rid
    assert client.post(old, b'{"method": "getState"}').status == 404


def test_type_information_includes_the_base(client: Client) -> None:
    assert client.result(outlet_rid(0), "getTypeInfo") == {
        "id": "pdumodel.Outlet:3.0.4", "base": {"id": "pdumodel.EDevice:1.0.1", "base": None}}


def test_a_structure_that_lacks_a_field_is_refused_and_an_unknown_field_is_noted(pdu: XerusPdu, client: Client) -> None:
    settings = client.result(outlet_rid(0), "getSettings")
    less = {name: value for name, value in settings.items() if name != "cycleDelay"}
    assert client.call(outlet_rid(0), "setSettings", settings=less)["error"]["code"] == -32602
    assert client.result(outlet_rid(0), "setSettings", settings={**settings, "colour": "red"}) == 0
    assert pdu.surplus == ["pdumodel.Outlet.Settings.colour"]


@pytest.mark.parametrize("generation", GENERATIONS)
def test_each_generation_has_its_own_fields_and_methods(generation: str) -> None:
    with XerusPdu(Model(outlets=1), generation) as pdu, Client(pdu) as client:
        state = client.result(outlet_rid(0), "getState")
        assert ("isLoadShed" in state) == (generation != "3.3")
        assert ("isSuspended" in state) == (generation in ("4.0", "4.4"))
        assert ("inServiceMode" in state) == (generation == "4.4")
        waveform = client.call(outlet_rid(0), "getWaveform")
        assert ("result" in waveform) == (generation in ("4.0", "4.4"))
        assert (client.post("/cascade", b'{"method": "getStatus"}').status == 404) == (generation == "3.3")


def test_the_books_count_requests_and_connections(pdu: XerusPdu, client: Client) -> None:
    answers: List[Any] = [client.call(outlet_rid(0), "getState") for _ in range(5)]
    assert len(answers) == pdu.books().requests == 5
    assert pdu.books().connections == 1


@pytest.mark.parametrize("change", [{"sequenceDelay": 2 ** 31}, {"sequenceDelay": -10 ** 400}, {"cycleDelay": 1.5}])
def test_a_number_that_its_type_cannot_hold_is_refused(client: Client, change: Dict[str, Any]) -> None:
    settings = {**client.result(outlet_rid(0), "getSettings"), **change}
    assert client.call(outlet_rid(0), "setSettings", settings=settings)["error"]["code"] == -32602


@pytest.mark.parametrize("limit", [float("inf"), float("nan"), 10 ** 400])
def test_a_limit_that_is_not_a_finite_double_is_refused(client: Client, limit: float) -> None:
    limits = {**client.result(f"{outlet_rid(0)}/current", "getThresholds"), "upperWarning": limit}
    assert client.call(f"{outlet_rid(0)}/current", "setThresholds", thresh=limits)["error"]["code"] == -32602


# -- access


def test_a_wrong_login_is_401_and_does_nothing(pdu: XerusPdu) -> None:
    with Client(pdu, password="wrong") as stranger:
        assert stranger.post(outlet_rid(0), b'{"method":"setPowerState","params":{"pstate":0}}').status == 401
    assert pdu.books().states["1"] is True


@pytest.mark.parametrize("header", ["Basic é", "Basic !", "Basic /w=="])
def test_a_login_that_is_not_utf_8_in_base64_is_401(client: Client, header: str) -> None:
    client.headers = {"Authorization": header}
    assert client.post(outlet_rid(0), b"{}").status == 401


def test_a_read_only_user_gets_an_error_for_switching(pdu: XerusPdu) -> None:
    with Client(pdu, pdu.viewer_user, pdu.viewer_password) as viewer:
        assert viewer.result(outlet_rid(0), "getState")["powerState"] == 1
        assert viewer.call(outlet_rid(0), "setPowerState", pstate=0)["error"]["code"] == -32001
        assert viewer.post("/cgi-bin/raw_config_update.cgi", b"").status == 403
    assert pdu.books().states["1"] is True


def test_a_token_replaces_the_login_until_its_session_is_closed(client: Client) -> None:
    client.headers = {"X-SessionToken": client.call("/session", "newSession")["result"]["token"]}
    assert client.result(outlet_rid(0), "getMetaData")["label"] == "1"
    client.call("/session", "closeCurrentSession", reason=0)
    assert client.post(outlet_rid(0), b'{"method":"getState"}').status == 401


def test_a_second_session_can_be_refused(pdu: XerusPdu, client: Client) -> None:
    pdu.access.single_login = True
    assert client.result("/session", "newSession") == 0
    refused = client.call("/session", "newSession")["result"]
    assert (refused["_ret_"], refused["token"]) == (1, "")


def test_an_idle_session_ends() -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=1), clock=clock) as pdu, Client(pdu) as client:
        client.headers = {"X-SessionToken": client.call("/session", "newSession")["result"]["token"]}
        clock.now = 599.0
        assert client.post(outlet_rid(0), b'{"method":"getState"}').read()
        clock.now = 1300.0
        assert client.post(outlet_rid(0), b'{"method":"getState"}').status == 401


def test_an_idle_session_does_not_count_as_the_only_session_of_a_user() -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=1), clock=clock) as pdu, Client(pdu) as client:
        pdu.access.single_login = True
        assert client.result("/session", "newSession") == 0
        clock.now = 601.0
        assert client.result("/session", "newSession") == 0
        assert len(client.result("/session", "getSessions")) == len(pdu.access.history) == 1


def test_the_fingerprint_belongs_to_the_served_certificate(pdu: XerusPdu) -> None:
    served = ssl.get_server_certificate((pdu.host, pdu.port))
    assert hashlib.sha256(ssl.PEM_cert_to_DER_cert(served)).hexdigest() == pdu.fingerprint


@pytest.mark.parametrize("generation, status", [("3.6", 302), ("4.4", 307)])
def test_plain_http_is_redirected_with_its_path(generation: str, status: int) -> None:
    with XerusPdu(Model(outlets=1), generation, http_port=0) as pdu, Client(pdu, secure=False) as client:
        answer = client.post("/model/pdu/0", b'{"method":"getOutlets"}')
        assert (answer.status, answer.headers["Location"]) == (status, f"{pdu.url}/model/pdu/0")


def test_the_basic_login_of_old_clients_is_accepted(client: Client) -> None:
    login = base64.b64encode(b"admin:xerus-own-words").decode()
    client.headers = {"Authorization": f"Basic:{login}"}
    assert client.result(outlet_rid(0), "getMetaData")["label"] == "1"


# -- sensors


def test_an_outlet_that_is_off_draws_no_current(pdu: XerusPdu, client: Client) -> None:
    before = pdu.books().load_a
    assert before is not None
    client.result(outlet_rid(0), "setPowerState", pstate=0)
    assert client.result(f"{outlet_rid(0)}/current", "getReading")["value"] == 0
    assert pdu.books().load_a == pytest.approx(before - 0.2)


def test_sleeping_sensors_wake_after_get_sensors(pdu: XerusPdu, client: Client) -> None:
    rid = client.result(outlet_rid(0), "getSensors")["current"]["rid"]
    pdu.fall_asleep()
    reading = client.result(rid, "getReading")
    assert (reading["available"], reading["valid"]) == (False, False)
    state = client.result(f"{outlet_rid(0)}/outletState", "getState")
    assert (state["available"], state["value"]) == (False, 0)
    client.result(outlet_rid(0), "getSensors")
    assert client.result(rid, "getReading")["value"] == 0.2


# -- switching and time


def test_outlets_switch_on_at_intervals_of_the_in_rush_guard_delay() -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=3, off=(1, 2, 3)), clock=clock) as pdu, Client(pdu) as client:
        client.result("/model/pdu/0", "setAllOutletPowerStates", pstate=1)
        assert list(pdu.books().states.values()) == [True, False, False]
        assert client.result(outlet_rid(1), "getState")["switchOnInProgress"] is True
        clock.now = 0.25
        assert list(pdu.books().states.values()) == [True, True, False]
        clock.now = 0.5
        assert list(pdu.books().states.values()) == [True, True, True]


def test_outlets_whose_switching_was_cancelled_delay_no_other() -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=3, off=(1, 2, 3)), clock=clock) as pdu, Client(pdu) as client:
        client.result("/model/pdu/0", "setAllOutletPowerStates", pstate=1)
        client.call("/model/pdu/0", "cancelOutletSequence")
        client.result(outlet_rid(2), "setPowerState", pstate=1)
        assert pdu.books().states == {"1": True, "2": False, "3": False}
        clock.now = 0.25
        assert pdu.books().states == {"1": True, "2": False, "3": True}


def test_a_slow_relay_shows_the_old_state_until_it_moves() -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=1, relay_delay=2.0), clock=clock) as pdu, Client(pdu) as client:
        assert client.result(outlet_rid(0), "setPowerState", pstate=0) == 0
        assert client.result(outlet_rid(0), "getState")["powerState"] == 1
        clock.now = 2.5
        assert client.result(outlet_rid(0), "getState")["powerState"] == 0


def test_a_cycling_outlet_is_off_until_its_delay_is_over() -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=1, cycle_delay_s=10), clock=clock) as pdu, Client(pdu) as client:
        client.result(outlet_rid(0), "cyclePowerState")
        clock.now = 9.0
        state = client.result(outlet_rid(0), "getState")
        assert (state["powerState"], state["cycleInProgress"]) == (0, True)
        clock.now = 10.5
        state = client.result(outlet_rid(0), "getState")
        assert (state["powerState"], state["cycleInProgress"]) == (1, False)


def test_a_cycle_is_over_in_time_even_if_nobody_asks_meanwhile() -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=1, cycle_delay_s=10, relay_delay=2.0), clock=clock) as pdu, Client(pdu) as client:
        client.result(outlet_rid(0), "cyclePowerState")
        clock.now = 12.5
        assert pdu.books().states == {"1": True}
        state = client.result(outlet_rid(0), "getState")
        assert (state["powerState"], state["cycleInProgress"]) == (1, False)


def test_an_outlet_that_is_switched_on_while_load_shedding_turns_it_off_stays_off() -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=1, relay_delay=2.0), clock=clock) as pdu, Client(pdu) as client:
        settings = client.result(outlet_rid(0), "getSettings")
        client.result(outlet_rid(0), "setSettings", settings={**settings, "nonCritical": True})
        client.call("/model/pdu/0", "setLoadSheddingActive", active=True)
        clock.now = 1.0
        client.result(outlet_rid(0), "setPowerState", pstate=1)
        clock.now = 10.0
        assert pdu.books().states == {"1": False}
        client.call("/model/pdu/0", "setLoadSheddingActive", active=False)
        clock.now = 20.0
        assert pdu.books().states == {"1": True}


@pytest.mark.parametrize("on", [True, False])
def test_load_shedding_remembers_a_command_that_the_relay_has_not_carried_out(on: bool) -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=1, off=(1,) if on else (), relay_delay=2.0), clock=clock) as pdu, Client(pdu) as client:
        settings = client.result(outlet_rid(0), "getSettings")
        client.result(outlet_rid(0), "setSettings", settings={**settings, "nonCritical": True})
        client.result(outlet_rid(0), "setPowerState", pstate=int(on))
        clock.now = 1.0
        client.call("/model/pdu/0", "setLoadSheddingActive", active=True)
        clock.now = 10.0
        assert pdu.books().states == {"1": False}
        client.call("/model/pdu/0", "setLoadSheddingActive", active=False)
        clock.now = 20.0
        assert pdu.books().states == {"1": on}


def test_off_ends_a_cycle() -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=1), clock=clock) as pdu, Client(pdu) as client:
        client.result(outlet_rid(0), "cyclePowerState")
        client.result(outlet_rid(0), "setPowerState", pstate=0)
        clock.now = 60.0
        state = client.result(outlet_rid(0), "getState")
        assert (state["powerState"], state["cycleInProgress"]) == (0, False)
        assert pdu.books().states == {"1": False}


def test_on_replaces_an_off_that_the_relay_has_not_carried_out() -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=1, relay_delay=2.0), clock=clock) as pdu, Client(pdu) as client:
        client.result(outlet_rid(0), "setPowerState", pstate=0)
        clock.now = 1.0
        client.result(outlet_rid(0), "setPowerState", pstate=1)
        clock.now = 10.0
        assert pdu.books().states == {"1": True}


def test_inhibited_relay_control_has_its_own_code() -> None:
    with XerusPdu(Model(outlets=1, inhibit_relay_control=True)) as pdu, Client(pdu) as client:
        assert client.result(outlet_rid(0), "setPowerState", pstate=0) == 5
        assert client.result("/model/pdu/0", "setAllOutletPowerStates", pstate=0) == 5
        assert pdu.books().states == {"1": True}


def test_outlets_show_suspension_and_load_shedding_and_a_missing_state() -> None:
    model = Model(outlets=4, suspended=(1,), no_relay_board=(2,), not_switchable=(3,), load_shed=(4,))
    with XerusPdu(model) as pdu, Client(pdu) as client:
        states = [client.result(outlet_rid(number), "getState") for number in range(4)]
        assert (states[0]["isSuspended"], states[0]["powerState"]) == (True, 0)
        assert [state["available"] for state in states] == [True, False, False, True]
        assert states[3]["isLoadShed"] is True
        shown = [client.result(f"{outlet_rid(number)}/outletState", "getState") for number in (0, 1, 3)]
        assert [state["available"] for state in shown] == [True, False, True]
        assert client.result(outlet_rid(2), "getMetaData")["isSwitchable"] is False
        assert pdu.books().states == {"1": False, "2": None, "3": None, "4": False}


# -- link units


def test_link_units_are_reached_through_the_primary_unit() -> None:
    with XerusPdu(Model(outlets=2), links={2: Model(outlets=3)}) as pdu, Client(pdu) as client:
        outlets = client.result("/model/pdu/2", "getOutlets")
        assert len(outlets) == 3 and outlets[0]["rid"].startswith("/link/2/tfwopaque/")
        client.result(outlets[2]["rid"], "setPowerState", pstate=0)
        assert pdu.books().states == {"1": True, "2": True, "2.1": True, "2.2": True, "2.3": False}
        assert list(pdu.books(link_units=False).states) == ["1", "2"]
        assert client.post("/model/pdu/3", b'{"method":"getOutlets"}').status == 404
        client.http.close()
        pdu.units[2].reachable = False
        assert client.post("/model/pdu/2", b'{"method":"getOutlets"}').status == 503


def test_a_parameter_that_refers_to_a_silent_link_unit_is_503(pdu: XerusPdu, client: Client) -> None:
    pdu.link(2, Model(outlets=1))
    pdu.units[2].reachable = False
    answer = client.post("/ns", b'{"method":"lookup","params":{"name":"/model/pdu/2"}}')
    assert (answer.status, answer.read()) == (503, b"")
    member = [{"rid": "/model/pdu/2/outlet/0", "type": ""}]
    body = json.dumps({"method": "createGroup", "params": {"name": "web", "members": member}}).encode()
    assert client.post("/model/outletgroup", body).status == 503


def test_references_to_a_link_unit_can_come_without_its_prefix() -> None:
    with XerusPdu(Model(outlets=1), links={2: Model(outlets=1)}, prefix_links=False) as pdu, Client(pdu) as client:
        assert client.result("/model/pdu/2", "getOutlets") == client.result("/model/pdu/0", "getOutlets")


def test_a_unit_that_is_unlinked_leaves_no_listener_behind(pdu: XerusPdu) -> None:
    def registered() -> List[int]:
        return [len(listed) for listed in (pdu.clockwork.elapse, pdu.clockwork.watchers, pdu.site.listeners, pdu.events)]

    before = registered()
    pdu.link(2, Model(outlets=3, live=True))
    assert all(now > then for now, then in zip(registered(), before))
    pdu.unlink(2)
    assert registered() == before and list(pdu.books().states) == ["1", "2", "3", "4"]


# -- services, accounts, objects and models


def test_each_network_interface_is_up_or_down_or_has_no_link(client: Client) -> None:
    found = client.result("/net", "getInfo")
    assert {one["key"]: one["value"]["state"] for one in found["ifMap"]} == {"br0": 1, "eth1": 3, "eth2": 2}
    assert {one["key"]: one["value"]["linkDetected"] for one in found["ethMap"]} == {"eth1": True, "eth2": False}


def test_a_certificate_request_with_a_wrong_country_or_name_leaves_no_key_behind(client: Client) -> None:
    subject = dict.fromkeys(("country", "stateOrProvince", "locality", "organization", "organizationalUnit", "commonName",
                             "emailAddress"), "")
    key = {"type": 2, "ecCurve": 1, "rsaKeyLength": 0, "inSecureElement": False}
    answers = []
    for country, names in (("Germany", []), ("DE", ["zürich.example"]), ("DE", ["unit.example"])):
        wanted = {"subject": {**subject, "country": country}, "names": names, "keyInfo": key}
        answers.append(client.call("/server_ssl_cert", "generateUnsignedKeyPair", reqInfo=wanted, challenge=""))
    assert [answer["error"]["code"] for answer in answers[:2]] == [-32602, -32602]
    assert answers[2]["result"] == {"_ret_": 0}


def test_a_deleted_group_leaves_no_sensors_behind() -> None:
    with XerusPdu(Model(outlets=2, live=True)) as pdu, Client(pdu) as client:
        counters, objects = len(pdu.clockwork.elapse), len(pdu.units[0].objects())
        outlets = client.result("/model/pdu/0", "getOutlets")
        group = client.call("/model/outletgroup", "createGroup", name="web", members=outlets)["result"]["group"]["rid"]
        sensor = client.result(group, "getSensors")["activePower"]["rid"]
        assert client.result("/model/outletgroup", "deleteGroup", id=1) == 0
        assert client.post(sensor, b'{"method":"getReading"}').status == 404
        assert (len(pdu.clockwork.elapse), len(pdu.units[0].objects())) == (counters, objects)


def test_children_and_parents_agree_on_a_unit_with_a_transfer_switch_and_without_protectors() -> None:
    with XerusPdu(Model(outlets=2, inlets=2, transfer_switch=True)) as pdu, Client(pdu) as client:
        switch = client.result("/model/pdu/0", "getTransferSwitches")
        outlets = client.result("/model/pdu/0", "getOutlets")
        assert client.result("/model/inlet/0", "getChildren") == switch
        assert client.result(switch[0]["rid"], "getChildren") == outlets
        assert [client.result(outlet["rid"], "getParents") for outlet in outlets] == [switch, switch]


def test_the_administrator_can_be_renamed_but_no_account_has_an_empty_name(pdu: XerusPdu, client: Client) -> None:
    assert client.result("/auth/user", "renameAccount", username="admin", newUsername="root") == 0
    with Client(pdu, "root") as renamed:
        assert renamed.result("/auth/user", "getAccountNames") == ["root", "viewer"]
        assert renamed.result("/auth/user", "deleteAccount", username="root") == 2
        assert renamed.result("/auth/user", "createAccount", username="", password="long enough") == 4
        assert renamed.result("/auth/user", "renameAccount", username="root", newUsername="") == 4
        assert renamed.post("/auth/user/admin", b'{"method":"getInfo"}').status == 404


def test_each_peripheral_device_has_its_own_id() -> None:
    with XerusPdu(Model(slots=16, peripherals=16, actuators=2), http_port=0) as unit, Client(unit) as client:
        found = client.result("/model/peripheraldevicemanager", "getDiscoveredDevices")
        ids = [json.dumps(one["value"]["deviceID"], sort_keys=True) for one in found]
    assert len(set(ids)) == len(ids) == 16


@pytest.mark.parametrize("timeout, later", [(1500, 0), (0, 2)])
def test_a_beep_ends_after_its_timeout_unless_that_is_0(timeout: int, later: int) -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=1), clock=clock) as unit, Client(unit) as client:
        beeper = client.result("/model/pdu/0", "getBeeper")["rid"]
        assert client.result(beeper, "getState") == 0
        client.call(beeper, "activate", on=True, reason="test", timeout=timeout)
        assert client.result(beeper, "getState") == 2
        clock.now = 3600.0
        assert client.result(beeper, "getState") == later
        client.call(beeper, "activate", on=False, reason="", timeout=0)
        assert client.result(beeper, "getState") == 0


def test_a_unit_whose_second_port_is_taken_frees_its_first() -> None:
    first = ports.reserved()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        before = set(threading.enumerate())
        with pytest.raises(OSError):
            XerusPdu(Model(outlets=1), https_port=first, http_port=taken.getsockname()[1])
    assert set(threading.enumerate()) <= before
    socket.create_server(("127.0.0.1", first)).close()


@pytest.mark.parametrize("wrong", [{"outlets": 201}, {"phases": 2}, {"metering": "some"}, {"inlets": 0}, {"off": (9,)},
                                   {"transfer_switch": True}, {"slots": 2}, {"actuators": 4}, {"names": {9: "web"}}])
def test_an_impossible_model_is_refused(wrong: Dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Model(**wrong)
