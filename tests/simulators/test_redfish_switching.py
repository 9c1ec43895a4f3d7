"""How requests change the simulated Redfish service: actions, preconditions, tasks, restarts."""

from __future__ import annotations

import pytest

from tests.waiting import until

from .clockwork import ManualClock
from .redfish import Model, Pdu, RedfishService, units
from .redfish_client import OUTLETS, SESSIONS, V1, Client


def test_a_power_cycle_switches_off_and_on_again_unless_another_command_comes() -> None:
    clock = ManualClock()
    with (
        RedfishService(Model((Pdu(on_delay=1.0, cycle_delay=5.0),)), clock=clock) as service,
        Client(service) as client,
    ):
        client.switch("A1", "PowerCycle")
        client.switch("A2", "PowerCycle")
        assert service.books().states["A1"] is False
        client.switch("A2", "Off")
        clock.now = 6.5
        assert (service.books().states["A1"], service.books().states["A2"]) == (True, False)


def test_a_precondition_is_demanded_and_checked() -> None:
    with RedfishService(Model(demand_etag=True)) as service, Client(service) as client:
        assert client.switch("A1", "Off").status == 428
        tag = client.send("GET", f"{OUTLETS}/A1").headers["ETag"]
        assert client.outlet("A1")["@odata.etag"] == tag
        service.plants["1"].outlets["A1"].amperes = 3.0
        assert client.switch("A1", "Off", If_Match=tag).status == 204
        assert client.switch("A1", "On", If_Match=tag).status == 412
        assert (
            client.send(
                "GET", f"{OUTLETS}/A2", If_None_Match=client.outlet("A2")["@odata.etag"]
            ).status
            == 304
        )
        assert service.books().writes == [("A1", "Off")]


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


def test_a_command_to_hpes_unit_resets_the_settings_that_it_does_not_name() -> None:
    with RedfishService(units.hpe(), tls=False) as service, Client(service) as client:
        target = client.outlet("OUTLET2")["Actions"]["#Outlet.PowerControl"]["target"]
        for body, key in (
            ({"PowerState": "Off"}, "PropertyMissing"),
            ({"OutletNumber": 2}, "PropertyMissing"),
            ({"OutletNumber": 1, "OutletStatus": "off"}, "PropertyValueNotInList"),
            ({"OutletNumber": 2, "OutletStatus": "Off"}, "PropertyValueNotInList"),
        ):
            assert client.send("POST", target, body).key() == key
        assert (
            client.send(
                "POST", target, {"OutletNumber": 2, "OutletStatus": "off", "OffDelay": 0}
            ).status
            == 204
        )
        for seconds, key in (
            (-1, "PropertyValueOutOfRange"),
            (10**400, "PropertyValueOutOfRange"),
            (True, "PropertyValueTypeError"),
        ):
            refused = client.send(
                "POST", target, {"OutletNumber": 2, "OutletStatus": "on", "OffDelay": seconds}
            )
            assert (refused.status, refused.key()) == (400, key)
            assert refused.body["error"]["@Message.ExtendedInfo"][0]["MessageArgs"] == [
                str(seconds),
                "OffDelay",
            ]
        outlet = service.outlet("OUTLET2")
        assert (outlet.on, outlet.name, outlet.on_delay, outlet.cycle_delay) == (
            False,
            "",
            0.0,
            0.0,
        )
        kept = {
            name: client.outlet("OUTLET3")[name]
            for name in (
                "OutletNumber",
                "StartupState",
                "OutletName",
                "OnDelay",
                "OffDelay",
                "RebootDelay",
            )
        }
        assert (
            client.send(
                "POST", target.replace("OUTLET2", "OUTLET3"), {**kept, "OutletStatus": "off"}
            ).status
            == 204
        )
        assert {name: client.outlet("OUTLET3")[name] for name in kept} == kept


def test_a_restart_forgets_sessions_and_planned_switching_and_keeps_relays() -> None:
    clock = ManualClock()
    with (
        RedfishService(Model(relay_delay=5.0), clock=clock, reboot_seconds=0.1) as service,
        Client(service) as client,
    ):
        client.send("POST", SESSIONS, {"UserName": service.user, "Password": service.password})
        client.switch("A1", "Off")
        assert (
            client.send(
                "POST", f"{V1}/Managers/1/Actions/Manager.Reset", {"ResetType": "ForceRestart"}
            ).status
            == 204
        )
        assert until(lambda: service.boots() == 1 and not service.down())
        clock.now = 60.0
        with pytest.raises(ConnectionError):
            client.get(OUTLETS)
        client.http.close()
        assert client.outlet("A1")["PowerState"] == "On" and service.sessions == []
