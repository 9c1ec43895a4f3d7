"""The vendor's SDK drives the simulator of the matching firmware: if both agree, the simulator speaks the protocol.

The SDK is strict: a field that is missing, of the wrong type, or an enumeration value that its release does not know
makes it raise.
"""
from __future__ import annotations

import base64
from typing import Any, Callable, Dict, Iterator, List, Tuple

import pytest

from tests.servers import sdk

from .xerus import GENERATIONS, Model, XerusPdu, image

pytestmark = pytest.mark.against("the vendor's SDK")

MODEL = Model(outlets=12, phases=3, inlets=2, transfer_switch=True, in_rush_guard_ms=20, disabled=(11,), not_switchable=(12,))
SMALL = Model(outlets=4, in_rush_guard_ms=0)
Step = Callable[..., Any]
SCRIPTS = "tests.simulators.sdk_scripts"


@pytest.fixture(params=GENERATIONS)
def generation(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def workers() -> Iterator[Callable[[str], sdk.Worker]]:
    """One process for each release; each test has a unit of its own."""
    started: Dict[str, sdk.Worker] = {}

    def worker(generation: str) -> sdk.Worker:
        if generation not in started:
            started[generation] = sdk.Worker(sdk.needed(sdk.RELEASES[generation]), f"{SCRIPTS}.script")
        return started[generation]

    try:
        yield worker
    finally:
        for one in started.values():
            one.stop()


@pytest.fixture
def pdu(generation: str) -> Iterator[XerusPdu]:
    with XerusPdu(MODEL, generation, links={2: SMALL}, http_port=0) as unit:
        yield unit


@pytest.fixture
def step(workers: Callable[[str], sdk.Worker], generation: str, pdu: XerusPdu) -> Step:
    """Runs one step of one of the scripts: step("services", "snmp")."""
    def run(script: str, name: str, told: Any = None, address: str = pdu.url) -> Any:
        return workers(generation).order(f"{SCRIPTS}.{script}", name, address, pdu.user, pdu.password, told)
    return run


def _from(first: str) -> pytest.MarkDecorator:
    """For what came with a release: only the generations that have it."""
    return pytest.mark.parametrize("generation", GENERATIONS[GENERATIONS.index(first):], indirect=True)


def test_every_interface_has_the_version_that_the_sdk_of_its_release_knows(pdu: XerusPdu, step: Step) -> None:
    firmware = pdu.site.firmware
    served = sorted({one.interface for one in pdu.units[0].objects() if firmware.version(one.interface)})
    assert step("walk", "types", served) == {interface: firmware.type_id(interface) for interface in served}


def test_every_method_of_the_simulator_is_one_that_the_sdk_of_its_release_knows(pdu: XerusPdu, step: Step) -> None:
    firmware = pdu.site.firmware
    served = sorted({one.interface for one in pdu.units[0].objects() if firmware.version(one.interface)})
    known: Dict[str, List[str]] = step("walk", "signatures", served)
    for interface in served:
        assert set(firmware.methods(interface)) <= set(known[interface])


def test_the_sdk_reads_everything_that_can_be_read(pdu: XerusPdu, step: Step) -> None:
    told: List[Tuple[str, str, List[str]]] = []
    for unit in pdu.units.values():
        for served in unit.objects():
            methods = [method.name for method in pdu.site.firmware.methods(served.interface).values()
                       if not method.takes and method.name.startswith(("get", "is", "list"))]
            if pdu.site.firmware.version(served.interface):
                told.append((pdu.site.rid(served), served.interface, methods))
    pdu.enforce_https = False                               # thousands of calls, and old releases connect for each
    answer = step("walk", "walk", told, f"http://{pdu.host}:{pdu.http_port}")
    assert answer["wrong"] == []
    assert answer["calls"] > 300


def test_single_outlets_are_switched_or_refused(pdu: XerusPdu, step: Step) -> None:
    found = step("switching", "single", [0, 10, 11])
    assert found["codes"] == {"0": [0, 0, 0, 1], "10": [3, 1, 3, 1], "11": [1, 0, 1, 0]}
    assert [what for what, _ in pdu.books().writes] == ["outlet.0.setPowerState", "outlet.0.setPowerState",
                                                         *["outlet.10.setPowerState"] * 2, *["outlet.11.setPowerState"] * 2,
                                                         "outlet.0.unstick"]


def test_many_outlets_are_switched_in_the_sequence_of_the_settings(pdu: XerusPdu, step: Step) -> None:
    found = step("switching", "many")
    assert found["refused"] == 1
    assert found["settings"] == 0
    assert found["kept"] == list(reversed(range(12)))
    assert found["all off"] == [0, [0] * 10 + [1, 0]]       # one is disabled and stays on, one has no relay
    assert found["some on"][:3] == [1, 1, 0]
    running, first, remaining = found["sequence"]
    assert running and first in range(2, 10) and 1 <= remaining <= 8
    assert found["all on"] == [1] * 11 + [0]


def test_a_cancelled_sequence_switches_no_further(step: Step) -> None:
    found = step("switching", "cancelled")
    assert found["before"] in (8, 9)
    assert (found["after"], found["running"]) == (0, False)
    assert sum(found["states"]) in (2, 3)                   # those that were on already, and the disabled one


def test_a_cycling_outlet_says_so_and_comes_back(step: Step) -> None:
    found = step("switching", "cycles")
    assert found["off while cycling"] == [0, True]
    assert found["codes"] == [0, 0, 0, 0]
    assert found["states"] == [1] * 11 + [0]


def test_thresholds_counters_and_sensor_types(pdu: XerusPdu, step: Step) -> None:
    found = step("switching", "thresholds")
    assert (found["set"], found["above"], found["wrong order"], found["out of range"]) == (0, True, 2, 1)
    assert found["energy"] == [1000.5, 0]
    assert found["types"] == ["NumericSensor", "AccumulatingNumericSensor", "StateSensor"]
    assert pdu.books().port_energy_kwh["1"] == 0
    assert found.get("seen", 0.2) == 0.2


def test_names_are_kept(pdu: XerusPdu, step: Step) -> None:
    assert step("switching", "names", "Zürich 1") == ["Zürich 1"] * 3
    assert pdu.units[0].outlets[0].settings["name"] == "Zürich 1"


def test_a_bulk_reads_all_outlets_in_one_request(pdu: XerusPdu, step: Step) -> None:
    before = pdu.books().requests
    found = step("switching", "bulk")
    assert found == {"states": [1] * 11 + [0], "missing": True}
    assert pdu.books().requests - before == 2               # the references, the bulk


def test_power_flows_from_inlets_through_protectors_to_outlets(pdu: XerusPdu, step: Step) -> None:
    found = step("switching", "topology")
    assert found["inlet"] and found["protector"] and found["child"]
    assert found["inlet has parents"] == []
    assert found["sources"] == [0, 0, 1, 1]
    assert found["log"] == [[2, 0, 1]]
    transfer_switch = pdu.units[0].transfer_switch
    assert transfer_switch is not None and transfer_switch.selected == 1


def test_snmp_settings(pdu: XerusPdu, step: Step) -> None:
    found = step("services", "snmp")
    assert (found["refused"], found["set"], found["read"]) == (1, 0, "public")
    assert found["engine"]
    assert pdu.snmp.configuration["writeComm"] == "private"


def test_watched_servers(pdu: XerusPdu, step: Step) -> None:
    found = step("services", "servers")
    assert (found["added"], found["again"], found["modified"]) == ([0, 1], 3, 0)
    assert found["hosts"] == {"1": "192.0.2.2"}
    assert (found["reachable"], found["deleted"], found["gone"]) == (0, 0, 1)
    assert found.get("power", [0, 0]) == [0, 0]
    assert ("power" in found) == (pdu.site.firmware.index > 0)


@_from("3.6")
def test_bridging_and_port_forwarding(step: Step) -> None:
    found = step("services", "network")
    assert found == {"without downstream": 300, "set": 0, "bridge": True, "forwarding": True, "role": 0,
                     "interfaces": ["br0", "eth1", "eth2"],
                     "mappings": ["HTTPS", "HTTP", "SSH", "TELNET", "SNMP", "MODBUS"]}


@pytest.mark.parametrize("generation", ["3.3"], indirect=True)
def test_the_network_settings_of_old_firmware(step: Step) -> None:
    assert step("services", "network") == {"set": 0, "hostname": "simulated"}


@_from("3.6")
def test_link_units(pdu: XerusPdu, step: Step) -> None:
    found = step("services", "cascade")
    assert (found["role"], found["links"], found["label"], found["off"], found["seen"]) == (1, [2], "2", 0, 0)
    assert found["codes"] == [4, 6, 7, 11, 0]
    assert (found["after"], found["released"], found["left"]) == ([2, 3], 0, [2])
    assert pdu.books().states["2.2"] is False


def test_a_session_is_opened_used_and_closed(pdu: XerusPdu, step: Step) -> None:
    found = step("services", "session")
    assert found == {"code": 0, "same": True, "user": "admin", "label": "1", "closed": True, "token": 32}
    assert pdu.access.sessions == {}


def test_accounts(step: Step) -> None:
    found = step("services", "users")
    assert found["codes"] == [0, 1, 6, 0, 0, 2]
    assert (found["enabled"], found["name"], found["policy"], found["deleted"]) == (True, "Nina", 0, 0)
    assert found["accounts"] == ["admin", "nina", "viewer"]
    assert found["privileges"] > 1 and "Admin" in found["roles"]


@_from("3.6")
def test_outlet_groups(step: Step) -> None:
    found = step("services", "groups")
    assert (found["code"], found["switched"], found["states"]) == (0, 0, [0, 0, 1])
    assert (found["settings"], found["name"], found["members"]) == (0, "mail", [True, True])
    assert (found["groups"], found["empty"], found["got"], found["deleted"], found["gone"]) == ([1], 1, 0, 0, 2)


def test_peripheral_slots(step: Step) -> None:
    found = step("services", "peripherals")
    assert (found["slots"], found["reading"], found["set"], found["name"], found["empty"]) == (8, 17.93, 0, "front", True)
    assert found["actuator"] == [0, 1]
    assert (found["moved"], found["left"], found["unassigned"], found["known"], found["manager"]) == (0, True, 0, 3, 0)


def test_the_clock(step: Step) -> None:
    assert step("services", "clock") == {"code": 0, "zone": "Europe/Berlin", "offset": 3600, "wrong": 1}


def test_the_beeper(step: Step) -> None:
    assert step("services", "beeper") == {"active": 2, "reason": "test", "muted": True, "quiet": 0}


def test_log_levels(step: Step) -> None:
    assert step("services", "logs") == {"set": 0, "level": 4, "unknown": 1, "reset": 2}


@_from("3.6")
def test_a_firmware_update_from_upload_to_history(pdu: XerusPdu, step: Step) -> None:
    version = f"{pdu.site.firmware.generation}.99.5-60000"
    found = step("files", "firmware", base64.b64encode(image(version, size=300_000)).decode())
    assert found["before"] is False
    assert (found["state"], found["done"], found["present"], found["good"]) == (5, 300_000, True, True)
    assert found["version"] == found["now"] == version
    assert found["history"] == [version, 0]
    assert {"UPDATE", "GONE", "NONE"} <= set(found["states"])


def test_a_reboot_breaks_the_connections_and_is_over_soon(step: Step) -> None:
    assert step("files", "reboot")["version"]


@_from("4.0")
def test_a_certificate_is_uploaded_checked_and_installed(pdu: XerusPdu, step: Step) -> None:
    key, certificate = pdu.authority.issue()
    before = pdu.fingerprint
    found = step("files", "certificate", {"key": key.decode(), "certificate": certificate.decode(),
                                          "other": pdu.authority.issue()[0].decode()})
    assert [str(code)[-1] for code in found["codes"]] == ["5", "4", "3", "0", "2"]
    assert (found["pending"], found["installed"], found["pending after"]) == (True, 0, False)
    assert found["nothing to install"] == 200
    assert found["active"] == certificate.decode()
    assert pdu.fingerprint != before


def test_keys_made_by_the_unit(step: Step) -> None:
    found = step("files", "requests")
    assert found == {"generated": 0, "again": 101, "request": "pdu.example.org", "early": 201, "gone": False, "signed": 0,
                     "certificate": "pdu.example.org"}


@_from("3.6")
def test_a_raw_configuration_takes_effect(step: Step) -> None:
    assert step("files", "raw") == {"codes": [5, 11, 0], "status": 3, "name": "rack 7"}


@_from("3.6")
def test_a_bulk_configuration_goes_out_and_comes_in(step: Step) -> None:
    assert step("files", "bulk") == {"codes": [13, 14, 0], "status": 3, "backup as bulk": 10}


@_from("4.0")
def test_a_sealed_bulk_configuration_needs_its_password(step: Step) -> None:
    assert step("files", "sealed") == {"wrong password": 13, "clear": True, "closed": False, "unknown link": 2,
                                       "wrong check": 2, "right": 0}


@_from("3.6")
def test_filter_profiles(step: Step) -> None:
    assert step("files", "profiles") == {"added": 0, "again": 3, "modified": 0, "default": 0, "name": "no snmp",
                                         "is default": 5, "filters": ["outlet", "pdu", "snmp"], "settings": 0, "back": 0,
                                         "deleted": 0}


@_from("3.6")
def test_diagnostics_and_power_meters(pdu: XerusPdu, step: Step) -> None:
    found = step("files", "data")
    assert found["diag"] == "1f8b"                          # gzip
    assert found["eto"] > 0
    assert found["panel"] == 1 + 2 + 12                     # a heading, the inlets, the outlets
    if found["pmc"] is not None:
        assert found["pmc"] == "OK"
        assert "Main feed" in found["mains"]


def test_plain_http_redirects_and_the_sdk_follows(pdu: XerusPdu, step: Step) -> None:
    assert step("switching", "names", "moved", f"http://{pdu.host}:{pdu.http_port}") == ["moved"] * 3
