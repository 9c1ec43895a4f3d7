"""The vendor's SDK reads and switches the simulated unit of the same release."""

from __future__ import annotations

import pytest

from ..xerus import XerusPdu
from .models import Step

pytestmark = pytest.mark.against("the vendor's SDK")


def test_every_interface_has_the_version_of_its_sdk_release(pdu: XerusPdu, step: Step) -> None:
    firmware = pdu.site.firmware
    served = sorted(
        {one.interface for one in pdu.units[0].objects() if firmware.version(one.interface)}
    )
    assert step("release", "types", served) == {
        interface: firmware.type_id(interface) for interface in served
    }


def test_every_method_of_the_simulator_is_in_its_sdk_release(pdu: XerusPdu, step: Step) -> None:
    firmware = pdu.site.firmware
    served = sorted(
        {one.interface for one in pdu.units[0].objects() if firmware.version(one.interface)}
    )
    known: dict[str, list[str]] = step("release", "methods", served)
    for interface in served:
        assert set(firmware.methods(interface)) <= set(known[interface])


def test_an_outlet_switches_unless_it_is_disabled_or_has_no_relay(
    pdu: XerusPdu, step: Step
) -> None:
    found = step("switching", "single", [0, 10, 11])
    assert found == {
        "codes": {"0": [0, 0, 0, 1], "10": [3, 1, 3, 1], "11": [1, 0, 1, 0]},
        "unstick": 0,
    }
    assert [what for what, _ in pdu.books().writes] == [
        "outlet.0.setPowerState",
        "outlet.0.setPowerState",
        *["outlet.10.setPowerState"] * 2,
        *["outlet.11.setPowerState"] * 2,
        "outlet.0.unstick",
    ]


def test_many_outlets_are_switched_and_a_sequence_is_stored_if_it_is_valid(step: Step) -> None:
    found = step("switching", "many")
    assert found["refused"] == 1
    assert found["settings"] == 0
    assert found["kept"] == list(reversed(range(12)))
    # one outlet is disabled and stays on, one has no relay
    assert found["all off"] == [0, [0] * 10 + [1, 0]]
    assert found["some on"][:3] == [1, 1, 0]
    assert found["all on"] == [1] * 11 + [0]


def test_a_cancelled_sequence_ends_and_leaves_switched_outlets_on(step: Step) -> None:
    found = step("switching", "cancelled")
    # Running, the next outlet, the number of remaining ones. The sequence is reversed; its first
    # two outlets cannot be switched.
    assert found["before"] == [True, 8, 9]
    assert found["after"] == [False, 0]
    # outlet 9 was on before the cancellation, outlet 10 is disabled
    assert found["states"] == [0] * 9 + [1, 1, 0]


def test_a_cycling_outlet_reports_its_cycle_and_is_on_afterwards(step: Step) -> None:
    found = step("switching", "cycles")
    assert found["off while cycling"] == [0, True]
    assert found["codes"] == [0, 0, 0, 0]
    assert found["states"] == [1] * 11 + [0]


def test_the_sdk_sets_thresholds_resets_counters_and_reads_sensor_types(
    pdu: XerusPdu, step: Step, generation: str
) -> None:
    found = step("switching", "thresholds")
    assert (found["set"], found["above"], found["wrong order"], found["out of range"]) == (
        0,
        True,
        2,
        1,
    )
    assert found["energy"] == [1000.5, 0]
    assert found["types"] == ["NumericSensor", "AccumulatingNumericSensor", "StateSensor"]
    assert pdu.books().port_energy_kwh["1"] == 0
    # getMinMax came with firmware 4.0
    assert found.get("seen") == (0.2 if generation in ("4.0", "4.4") else None)


def test_the_unit_keeps_the_names_that_the_sdk_sets(pdu: XerusPdu, step: Step) -> None:
    assert step("switching", "names", "Zürich 1") == ["Zürich 1"] * 3
    assert pdu.units[0].outlets[0].settings["name"] == "Zürich 1"


def test_a_bulk_reads_all_outlets_in_one_request(pdu: XerusPdu, step: Step) -> None:
    before = pdu.books().requests
    found = step("switching", "bulk")
    assert found == {"states": [1] * 11 + [0], "missing": True}
    # one for the list of outlets, one for the bulk
    assert pdu.books().requests - before == 2


def test_the_sdk_reads_the_topology_and_transfers_to_another_source(
    pdu: XerusPdu, step: Step
) -> None:
    found = step("switching", "topology")
    assert found["inlet"] and found["protector"] and found["child"]
    assert found["inlet has parents"] == []
    assert found["sources"] == [0, 0, 1, 1]
    assert found["log"] == [[2, 0, 1]]
    transfer_switch = pdu.units[0].transfer_switch
    assert transfer_switch is not None and transfer_switch.selected == 1


def test_the_sdk_follows_the_redirect_from_http_to_https(pdu: XerusPdu, step: Step) -> None:
    assert (
        step("switching", "names", "moved", f"http://{pdu.host}:{pdu.http_port}") == ["moved"] * 3
    )
