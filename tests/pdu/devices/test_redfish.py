"""`pdu redfish` on a simulated service: text, JSON and exit codes."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.redfish import service
from pdu import root
from pdu.core.cli.redaction import NOTICE
from pdu.devices import redfish
from tests.simulators.redfish import Fault, Model, Pdu, RedfishService, units

Run = tuple[int, str, str]
SENSORS = {"@odata.id": "/redfish/v1/Chassis/PDU1/Sensors"}


@pytest.fixture
def unit(monkeypatch: pytest.MonkeyPatch) -> Iterator[RedfishService]:
    pdu = Pdu(outlets=("A1", "A2", "B1"), off=("A2",), locked=("B1",), branches=("A", "B", "C"))
    with RedfishService(Model((pdu,), login="session"), tls=False) as made:
        monkeypatch.setenv("PDU_PASSWORD", made.password)
        yield made
        assert not made.sessions


def run(unit: RedfishService, capsys: pytest.CaptureFixture[str], *words: str) -> Run:
    code = root.run(
        [
            "redfish",
            f"{unit.host}:{unit.port}",
            *words,
            "--username",
            unit.user,
            "-s",
            "scheme=http",
        ]
    )
    return (code, *capsys.readouterr())


def found(unit: RedfishService, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    code, out, err = run(unit, capsys, *words, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_outlets_are_shown_with_state_figures_lock_and_control(
    unit: RedfishService, capsys: pytest.CaptureFixture[str]
) -> None:
    books = unit.books()
    outlets = found(unit, capsys, "outlets")["outlets"]
    assert [(one["identity"], one["state"]) for one in outlets] == [
        ("A1", "on"),
        ("A2", "off"),
        ("B1", "on"),
    ]
    assert {one["identity"]: one["energy_kwh"] for one in outlets} == books.port_energy_kwh
    assert [bool(one["locked"]) for one in outlets] == [False, False, True]
    assert outlets[0]["switched_by"] == ["On", "Off", "PowerCycle"]
    assert outlets[0]["current_a"] == unit.outlet("A1").amperes and outlets[1]["current_a"] == 0.0
    table = run(unit, capsys, "outlets")[1].splitlines()
    assert (
        table[0].split()
        == ["identity", "name", "state", "A", "W", "kWh", "locked", "switched", "by"]
        and len(table) == 4
    )


def test_figures_that_only_sensors_have_are_shown_for_outlets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with RedfishService(
        Model((Pdu(outlets=("A1", "A2", "B1"), off=("A2",), figures="sensors"),)), tls=False
    ) as made:
        monkeypatch.setenv("PDU_PASSWORD", made.password)
        outlets = found(made, capsys, "outlets")["outlets"]
        assert {
            one["identity"]: one["energy_kwh"] for one in outlets
        } == made.books().port_energy_kwh
        assert (
            outlets[0]["current_a"] == made.outlet("A1").amperes
            and outlets[0]["power_w"] > outlets[1]["power_w"] == 0.0
        )


def test_values_that_another_resource_lists_are_shown_for_outlets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with RedfishService(Model((Pdu(outlets=("A1", "A2")),), values="info"), tls=False) as made:
        monkeypatch.setenv("PDU_PASSWORD", made.password)
        assert [one["switched_by"] for one in found(made, capsys, "outlets")["outlets"]] == [
            ["On", "Off", "PowerCycle"]
        ] * 2
        made.faults.order(
            Fault.PRIVILEGE,
            None,
            method="/redfish/v1/PowerEquipment/RackPDUs/1/OutletPowerControlActionInfo",
        )
        assert [one["switched_by"] for one in found(made, capsys, "outlets")["outlets"]] == [
            ["?"]
        ] * 2


@pytest.mark.parametrize(
    "sent, shown", [(-5.5, -5.5), (-3, -3.0), (0, 0.0), ("-3", None), (None, None), (True, None)]
)
def test_a_sensor_may_read_below_zero_and_a_reading_that_is_not_a_number_is_null(
    unit: RedfishService, capsys: pytest.CaptureFixture[str], sent: object, shown: object
) -> None:
    unit.rewrite = lambda target, body: json.loads(
        json.dumps(body),
        object_hook=lambda one: {**one, "Reading": sent} if "ReadingUnits" in one else one,
    )
    assert {one["reading"] for one in found(unit, capsys, "sensors")["sensors"]} == {shown}


def test_info_names_the_service_and_its_pdus(
    unit: RedfishService, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = found(unit, capsys, "info")
    assert (seen["service"], seen["vendor"], seen["version"]) == (
        "Root service",
        "Contoso",
        "1.21.0",
    )
    assert seen["expands"] == ["ExpandAll", "Levels", "Links", "NoLinks"]
    assert (
        found(unit, capsys, "info", "--pdu", " 1 ")
        == found(unit, capsys, "info", "--pdu", " ")
        == seen
    )
    assert [(pdu["Id"], pdu["Manufacturer"], pdu["Model"]) for pdu in seen["pdus"]] == [
        ("1", "Contoso", "SIM-3P")
    ]
    assert "SIM-3P" in run(unit, capsys, "info")[1]


def test_sensors_that_the_chassis_or_the_pdu_lists_are_shown(
    unit: RedfishService, capsys: pytest.CaptureFixture[str]
) -> None:
    sensors = found(unit, capsys, "sensors")["sensors"]
    amperes = [one["reading"] for one in sensors if one["unit"] == "A"]
    assert unit.outlet("A1").amperes in amperes and len(sensors) > 10
    moved: list[Any] = []

    def move(resource: Any) -> Any:
        if "ChassisType" in resource:
            moved.append(resource.pop("Sensors"))
        return {**resource, "Sensors": SENSORS} if "EquipmentType" in resource else resource

    unit.rewrite = lambda target, body: json.loads(json.dumps(body), object_hook=move)
    assert found(unit, capsys, "sensors")["sensors"] == sensors and moved == [SENSORS]


def test_sensors_of_a_chassis_that_is_linked_twice_are_shown_once(
    unit: RedfishService, capsys: pytest.CaptureFixture[str]
) -> None:
    once = found(unit, capsys, "sensors")
    unit.rewrite = lambda target, body: json.loads(json.dumps(body), object_hook=_listed_twice)
    assert found(unit, capsys, "sensors") == once


def _listed_twice(resource: Any) -> Any:
    if isinstance(resource.get("Chassis"), list):
        resource["Chassis"] *= 2
    return resource


def test_show_prints_one_resource_and_tree_also_those_below_it(
    unit: RedfishService, capsys: pytest.CaptureFixture[str]
) -> None:
    assert found(unit, capsys, "show")["Id"] == "RootService"
    assert found(unit, capsys, "show", "/redfish/v1/PowerEquipment")["Id"] == "PowerEquipment"
    top = "/redfish/v1/PowerEquipment"
    assert list(found(unit, capsys, "tree", top, "--depth", "0")) == [top]
    assert {f"{top}/RackPDUs", f"{top}/RackPDUs/1"} < set(found(unit, capsys, "tree", top))
    lines = run(unit, capsys, "tree", top, "--depth", "4")[1].splitlines()
    assert any(line.startswith(f"{top}/RackPDUs/1/Outlets/A1  Outlet.v") for line in lines)


def test_a_tree_shows_the_error_of_a_list_that_cannot_be_read(
    unit: RedfishService, capsys: pytest.CaptureFixture[str]
) -> None:
    top = "/redfish/v1/PowerEquipment/RackPDUs/1"
    unit.rewrite = lambda target, body: (
        {**body, "Members": 7} if target.endswith("/Outlets") else body
    )
    seen = found(unit, capsys, "tree", top)
    assert (
        seen[f"{top}/Outlets"] == "(a collection of the device has no list of members)"
        and f"{top}/Branches" in seen
    )


def test_a_missing_right_ends_a_tree_only_at_the_first_resource_and_a_refused_login_anywhere(
    unit: RedfishService, capsys: pytest.CaptureFixture[str]
) -> None:
    top = "/redfish/v1/PowerEquipment/RackPDUs/1"
    unit.faults.order(Fault.PRIVILEGE, None, method=f"{top}/Branches")
    seen = found(unit, capsys, "tree", top)
    assert (
        seen[f"{top}/Branches"].startswith("(the account may not do this")
        and f"{top}/Outlets" in seen
    )
    for path, fault, status in (
        (top, Fault.PRIVILEGE, 403),
        (f"{top}/Branches", Fault.STATUS, 401),
    ):
        unit.faults.clear()
        unit.faults.order(fault, None, method=path, status=status)
        code, out, err = run(unit, capsys, "tree", top)
        assert (code, out) == (4, "") and err.startswith("denied: ")


def test_a_tree_shows_the_resources_beyond_its_limit_as_not_read(
    unit: RedfishService, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    top = "/redfish/v1/PowerEquipment"
    unit.rewrite = lambda target, body: (
        {**body, "Again": {"@odata.id": top}} if "EquipmentType" in body else body
    )
    whole = found(unit, capsys, "tree", top, "--depth", "3")
    for most in (len(whole), len(whole) - 1):
        monkeypatch.setattr(redfish, "_MOST_RESOURCES", most)
        cut = found(unit, capsys, "tree", top, "--depth", "3")
        not_read = [
            path
            for path, kind in cut.items()
            if kind == f"(not read: the limit is {most} resources)"
        ]
        assert list(cut) == list(whole) and len(not_read) == len(whole) - most


def test_the_time_limit_of_a_call_of_dcimanager_does_not_limit_a_tree(
    unit: RedfishService, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(service, "CALL_SECONDS", -1.0)
    assert found(unit, capsys, "tree", "/redfish/v1/PowerEquipment")


@pytest.mark.parametrize(
    "words, code, sentence",
    [
        (("show", "redfish/v1"), 2, "is not a path"),
        (("show", "/redfish/v1/nothing"), 6, "404"),
        (("show", "//evil.example/x"), 2, "is not a path"),
        (("tree", "/redfish/v1/#x"), 2, "is not a path"),
        (("tree", "/redfish/v1/nothing"), 6, "404"),
        (("show", "/redfish/v1/x#/Members/0"), 2, "without a # and what follows it"),
        (("outlets", "--pdu", "7"), 2, "'7' is not among the PDUs"),
        (("outlets", "-s", "devise=x"), 2, "devise"),
    ],
)
def test_an_error_is_reported_in_one_line_with_its_exit_code(
    unit: RedfishService,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    code: int,
    sentence: str,
) -> None:
    ended, out, err = run(unit, capsys, *words)
    assert (ended, out) == (code, "") and sentence in err and err.count("\n") == 1


def test_a_password_is_refused_as_an_argument(
    unit: RedfishService, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(unit, capsys, "info", "-s", "password=x")
    assert code == 2 and "is a secret" in err


def test_an_unknown_setting_is_named_before_a_password_is_asked_for(
    unit: RedfishService, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PDU_PASSWORD")
    code, _, err = run(unit, capsys, "info", "-s", "devise=x")
    assert code == 2 and "there is no setting 'devise'" in err


def test_the_setting_host_is_refused_beside_the_argument_host(
    unit: RedfishService, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(unit, capsys, "info", "-s", "host=192.0.2.1")
    assert code == 2 and "there is no setting 'host' here" in err


def test_a_devices_text_is_escaped_on_the_terminal(
    unit: RedfishService, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = {
        "Name": "a\x1b[31m\u2028b",
        "UserLabel": "a\x1b[31m\u2028b",
        "Model": "\x07",
        "@odata.type": "#X\x1b.v1",
    }
    unit.rewrite = lambda target, body: json.loads(
        json.dumps(body), object_hook=lambda one: {**one, **hostile} if "Id" in one else one
    )
    for words in (
        ("info",),
        ("outlets",),
        ("sensors",),
        ("show",),
        ("tree", "/redfish/v1/PowerEquipment"),
    ):
        out = run(unit, capsys, *words)[1]
        assert out.replace("\n", "").isprintable() and ("\\x1b" in out or "\\u001b" in out), out


def test_sensors_of_all_pdus_of_a_service_are_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with RedfishService(units.hall(), tls=False) as made:
        monkeypatch.setenv("PDU_PASSWORD", made.password)
        assert len(found(made, capsys, "sensors")["sensors"]) > 3000


@pytest.mark.parametrize(
    "words",
    [["show", "/redfish/v1/PowerEquipment"], ["outlets"], ["info"], ["sensors"]],
    ids=" ".join,
)
def test_a_login_that_the_service_sends_back_is_not_shown(
    unit: RedfishService, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    told = base64.b64encode(f"{unit.user}:{unit.password}".encode()).decode()
    more = {
        "Name": f"no rights: Basic {told}",
        "UserLabel": told,
        "Model": unit.password,
        "Oem": {unit.password: [told]},
    }
    unit.rewrite = lambda target, body: {**body, **more}
    plain, as_json = run(unit, capsys, *words), run(unit, capsys, *words, "--json")
    for code, out, err in (plain, as_json):
        assert code == 0 and unit.password not in out + err and told[:12] not in out
    assert words[0] not in ("show", "info") or NOTICE in plain[1] and NOTICE in as_json[1]


def test_what_holds_no_login_is_shown_beside_what_does(
    unit: RedfishService, capsys: pytest.CaptureFixture[str]
) -> None:
    unit.outlet("A1").name = f"{unit.password}!"
    outlets = found(unit, capsys, "outlets")["outlets"]
    assert [(one["identity"], one["state"]) for one in outlets] == [
        ("A1", "on"),
        ("A2", "off"),
        ("B1", "on"),
    ]
    assert outlets[0]["name"] == NOTICE and NOTICE not in str(outlets[1:])


def test_a_password_that_is_a_common_word_hides_no_states(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with RedfishService(Model((Pdu(outlets=("A1",)),)), tls=False, password="on") as weak:  # noqa: S106
        monkeypatch.setenv("PDU_PASSWORD", weak.password)
        assert found(weak, capsys, "outlets")["outlets"][0]["state"] == "on"
