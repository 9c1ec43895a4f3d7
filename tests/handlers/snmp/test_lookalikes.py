"""Rows and objects that only look like outlets, states or figures, such as another device's nodes
or a neutral wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Optional, Union

import pytest

from handlers.shared.errors import ProtocolError, Unsupported
from handlers.snmp.detection import SYS_OBJECT_ID, detect
from handlers.snmp.metering import meter
from handlers.snmp.profiles import PROFILES
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp.memory import Memory, of_rows
from tests.recordings import fixture

UP, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.UNKNOWN
APNL, IPM, NETPING = (
    "1.3.6.1.4.1.29640.4.3",
    "1.3.6.1.4.1.21695.1.10.7.2.1",
    "1.3.6.1.4.1.25728.5800.3.1",
)
DPI = "1.3.6.1.4.1.2.6.223"
DELTA, OWL, PE2 = "1.3.6.1.4.1.2254.2.32", "1.3.6.1.4.1.17373.3", "1.3.6.1.4.1.21317.1.3.2.3"
PE2_COLUMNS = (
    "1.2.1.7",
    "2.1.1.1.4",
    "2.1.4.1.1",
    "2.1.4.1.3",
    "2.1.4.1.4",
    "2.2.4.1.1",
    "2.4.3.1.1",
    "2.3.3.1.1",
    "2.3.1.1.3",
    "2.3.4.1.1",
    "2.3.4.1.3",
    "2.3.4.1.4",
)
IRS_METERS = "1.3.6.1.4.1.31770.1.1.2.2.1"


def unit(name: str) -> Memory:
    return of_rows(fixture(name).rows)


def test_a_gateway_is_not_taken_for_the_pdu_on_its_bus() -> None:
    device = unit("apnl-modular")
    device.put(f"{APNL}.1.0", 2)
    with pytest.raises(Unsupported):
        detect(device, PROFILES)


def test_zero_totals_of_a_pdu_without_a_metering_node_are_ignored() -> None:
    device = unit("apnl-modular")
    for node in ("2", "3", "4", "6"):
        device.put(f"{APNL}.33.1.2.{node}", 6)
    for total in ("5", "13"):
        device.put(f"{APNL}.{total}.0", 0)
    readings = meter(detect(device, PROFILES))
    assert (readings.load, readings.energy, readings.current_of, readings.energy_of) == (
        None,
        None,
        {},
        {},
    )


def test_a_channel_counts_only_if_it_is_a_live_wire() -> None:
    device = unit("e3meter-ipm")
    # without the neutral wire's 1.402 A
    assert meter(detect(device, PROFILES)).load == Decimal("3.068")
    # the neutral wire becomes a live wire
    device.put(f"{IPM}.12.3", 0)
    assert meter(detect(device, PROFILES)).load == Decimal("4.47")
    for channel in range(4):
        device.put(f"{IPM}.12.{channel}", 7)  # the MIB has no type 7
    assert meter(detect(device, PROFILES)).load is None


@pytest.mark.parametrize(
    "put, state",
    [
        ({}, UP),
        ({"2.1": 2}, UP),  # during the pause after a reset
        ({"2.1": 1}, UNKNOWN),  # during a reset
        ({"2.1": 3}, UNKNOWN),  # the MIB has no value 3
        ({"3.1": 2}, UNKNOWN),  # the watchdog controls the outlet
    ],
)
def test_a_netping_mode_shows_the_state_only_in_manual_mode_and_outside_a_reset(
    put: Mapping[str, int], state: EnumPowerStatus
) -> None:
    device = unit("netping-pwr_mode")
    for below, value in put.items():
        device.put(f"{NETPING}.{below}", value)
    assert detect(device, PROFILES).states["1"] is state


@pytest.mark.parametrize("current_of_rack_b, load", [(-1, None), (102, Decimal("3.52"))])
def test_the_load_behind_a_console_server_is_the_sum_of_all_pdus_or_not_known(
    current_of_rack_b: int, load: Optional[Decimal]
) -> None:
    device = unit("opengear-rpc")
    device.put("1.3.6.1.4.1.25049.17.16.1.7.2.1", current_of_rack_b)
    assert meter(detect(device, PROFILES)).load == load


RPDU_LOADS = "1.3.6.1.4.1.318.1.1.12.2.3.1.1"


def test_a_table_of_loads_without_phase_and_bank_numbers_is_not_summed() -> None:
    """Phases and their banks share one table.

    Without the columns that name them, a sum could count the same current twice.
    """
    rows = {
        oid: row
        for oid, row in fixture("apc-rpdu").rows.items()
        if not oid.startswith((f"{RPDU_LOADS}.4.", f"{RPDU_LOADS}.5."))
    }
    assert meter(detect(of_rows(rows), PROFILES)).load == Decimal("4.8"), "the sum of the outlets"
    one_row = {
        oid: row
        for oid, row in rows.items()
        if not oid.startswith(RPDU_LOADS) or oid.endswith(".1")
    }
    assert meter(detect(of_rows(one_row), PROFILES)).load == Decimal("4.9"), (
        "a single row needs neither column"
    )


@pytest.mark.parametrize(
    "lost, error, says",
    [
        ("11.0.1.3", ProtocolError, "lists no outlet"),  # the device lists lines, but no outlets
        ("11", Unsupported, "no family"),  # looks like another product of this maker
    ],
)
def test_a_shared_sys_object_id_does_not_prove_that_a_unit_has_no_outlets(
    lost: str, error: type[Exception], says: str
) -> None:
    rows = fixture("clever-mpro_metered").rows
    device = of_rows(
        {oid: row for oid, row in rows.items() if not oid.startswith(f"1.3.6.1.4.1.30966.{lost}.")}
    )
    with pytest.raises(error, match=says):
        detect(device, PROFILES)


def test_ampere_thresholds_are_no_states_if_a_power_of_the_newer_layout_is_empty() -> None:
    device = unit("ibm-dpi")
    # a version without the mark of newer firmware
    device.put(f"{DPI}.7.3.0", "OPDP_v02")
    device.put(f"{DPI}.8.2.2.1.15.3", "")
    for outlet in range(1, 7):
        device.put(f"{DPI}.8.2.2.1.11.{outlet}", 0)
    found = detect(device, PROFILES)
    assert (
        set(found.states.values()) == {UNKNOWN}
        and found.outlets is not None
        and found.outlets.control is None
    )


@pytest.mark.parametrize("sys_object_id", ["1.3.6.1.4.1.17373", "1.3.6.1.4.1.17373.3"])
def test_a_climate_monitor_of_it_watchdogs_is_not_taken_for_a_pdu(sys_object_id: str) -> None:
    """Eaton's Genesis II has its channels where IT-WATCHDOGS-MIB-V3 has the table of climate
    sensors.
    """
    rows = {
        oid: row
        for oid, row in fixture("geist-v3_watchdogs").rows.items()
        if not oid.startswith(f"{OWL}.16.")
    }
    device = of_rows(rows)
    device.put(SYS_OBJECT_ID, sys_object_id)
    device.put(f"{OWL}.1.8.1.16.0", 0)
    with pytest.raises(Unsupported):
        detect(device, PROFILES)


def test_a_genesis_with_the_sys_object_id_of_it_watchdogs_stays_a_genesis() -> None:
    device = unit("eaton-genesis2")
    device.put(SYS_OBJECT_ID, "1.3.6.1.4.1.17373.3")
    assert detect(device, PROFILES).profile.key == "eaton-genesis2"


def test_a_pdu_of_deltas_controller_that_is_not_enabled_does_not_count() -> None:
    device = unit("delta-pdu")
    device.put(f"{DELTA}.1.6.1.2.1", 2)
    # without the second PDU's 1.5 A
    assert meter(detect(device, PROFILES)).load == Decimal("5.0")


def test_a_station_that_does_not_answer_is_left_out_of_outlets_and_totals() -> None:
    device = unit("aten-pe2")
    assert meter(detect(device, PROFILES)).load == Decimal("4.55")
    for oid in fixture("aten-pe2").rows:
        if oid.startswith(tuple(f"{PE2}.{column}.2" for column in PE2_COLUMNS)):
            device.put(oid, -3000000)
    found = detect(device, PROFILES)
    assert set(found.states) == {"1.1", "1.2", "1.3", "1.4"}
    assert meter(found).load == Decimal("2.35")


def test_a_cascade_is_an_error_if_a_table_ends_before_the_stations_own_count() -> None:
    rows = {
        oid: row
        for oid, row in fixture("aten-pe2").rows.items()
        if not oid.startswith((f"{PE2}.2.3.3.1.1.2.", f"{PE2}.2.3.1.1.3.2."))
    }
    with pytest.raises(ProtocolError):
        detect(of_rows(rows), PROFILES)


def test_sockets_have_no_figures_unless_each_pdu_says_that_it_meters_them() -> None:
    device = unit("bachmann-irs")
    assert meter(detect(device, PROFILES)).current_of
    device.put(f"{IRS_METERS}.9.1.65", 0)
    assert not meter(detect(device, PROFILES)).current_of


def test_the_delays_of_an_erd_with_three_columns_are_not_read_as_states() -> None:
    """On an ERD-4 with the table of ERD-Project, column 3 would be the delay of a reload: 1 s is
    not on.
    """
    project = {
        oid.replace(".40418.2.7.", ".40418.2.6."): row
        for oid, row in fixture("snr-erd-project").rows.items()
    }
    device = of_rows(project)
    device.put(SYS_OBJECT_ID, "1.3.6.1.4.1.40418.2.6")
    with pytest.raises(Unsupported):
        detect(device, PROFILES)


IPPDU = "1.3.6.1.4.1.30966.10.3.2"


@pytest.mark.parametrize("flag", [0, 1])
def test_the_energy_of_an_ip_pdu_is_that_of_its_own_lines_whatever_its_slaves_do(flag: int) -> None:
    device = unit("clever-ip-pdu_chain")
    device.put(f"{IPPDU}.71.0", flag)
    readings = meter(detect(device, PROFILES))
    assert (readings.load, readings.energy) == (Decimal("7.8"), Decimal("1712.0"))


def test_items_of_firmware_before_the_mib_of_ip_pdus_are_not_taken_for_energies() -> None:
    device = unit("clever-ip-pdu")
    readings = meter(detect(device, PROFILES))
    assert (readings.load, readings.energy) == (Decimal("7.8"), None)


IPT_METERS = "1.3.6.1.4.1.38218.1.6"


def test_a_current_whose_scale_the_mib_contradicts_is_no_part_of_a_load() -> None:
    device = unit("ipt-ipower")
    assert meter(detect(device, PROFILES)).load == Decimal("3.71")
    device.put(f"{IPT_METERS}.11.0", 229)  # the second meter
    assert meter(detect(device, PROFILES)).load == Decimal("6.00")
    device.put(f"{IPT_METERS}.20.0", 1)  # the third meter
    readings = meter(detect(device, PROFILES))
    assert (readings.load, readings.power) == (None, Decimal(858))


ACS5K = "1.3.6.1.4.1.2925.8.5"


@pytest.mark.parametrize(
    "oid, value, load, power",
    [
        ("3.1.12.5.2", 3, None, Decimal("698.0")),  # a three-phase unit
        ("5.1.11.7.1", 1, Decimal("3.6"), None),  # an estimated power
    ],
)
def test_a_console_server_has_no_total_with_a_unit_whose_figure_is_not_certain(
    oid: str, value: int, load: Optional[Decimal], power: Optional[Decimal]
) -> None:
    device = unit("cyclades-acs5k")
    device.put(f"{ACS5K}.{oid}", value)
    readings = meter(detect(device, PROFILES))
    assert (readings.load, readings.power) == (load, power)


def test_a_power_switch_is_known_by_the_root_of_its_makers_older_mib() -> None:
    device = unit("wti-power_mpc")
    device.put("1.3.6.1.2.1.1.2.0", "1.3.6.1.4.1.2634.3")
    assert detect(device, PROFILES).profile.key == "wti-power"


LIEBERT, VUTLAN = "1.3.6.1.4.1.476.1.42.3.5", "1.3.6.1.4.1.39052.1.3.1"


@pytest.mark.parametrize(
    "oid, value",
    [
        (f"{LIEBERT}.2.2.1.2.3", f"{LIEBERT}.2.1.7"),  # a bypass
        (f"{LIEBERT}.2.2.1.2.3", f"{LIEBERT}.2.1.8"),  # a DC bus
        (f"{LIEBERT}.1.18.0", 25),  # minutes on battery
    ],
)
def test_a_ups_with_the_tables_of_a_liebert_floor_pdu_is_not_taken_for_one(
    oid: str, value: Union[int, str]
) -> None:
    device = unit("liebert-power")
    device.put(oid, value)
    with pytest.raises(Unsupported):
        detect(device, PROFILES)


def test_the_lines_of_a_liebert_input_are_never_the_load() -> None:
    device = unit("liebert-power")
    assert meter(detect(device, PROFILES)).load == Decimal(1013)
    device.put(f"{LIEBERT}.2.2.1.2.2", f"{LIEBERT}.2.1.1")
    with pytest.raises(Unsupported):
        detect(device, PROFILES)


@pytest.mark.parametrize("kind", ["relay", "strobo", "Outlet", "siren"])
def test_a_relay_of_a_vutlan_unit_that_is_no_outlet_is_not_listed(kind: str) -> None:
    device = unit("vutlan")
    device.put(f"{VUTLAN}.6.102002", kind)
    assert list(detect(device, PROFILES).states) == ["102001", "103001", "103002"]


def test_a_host_with_net_snmp_alone_is_no_constellation_pdu() -> None:
    rows = fixture("ibm-constellation").rows
    device = of_rows({oid: row for oid, row in rows.items() if ".262.15.2.1" not in oid})
    with pytest.raises(Unsupported):
        detect(device, PROFILES)


def test_relays_without_an_instance_are_read_too() -> None:
    rows = fixture("ibm-constellation").rows
    bare = {oid[:-2] if ".262.15." in oid else oid: row for oid, row in rows.items()}
    assert detect(of_rows(bare), PROFILES).states == detect(of_rows(rows), PROFILES).states


def test_a_busway_meter_without_outlets_proves_it_by_their_ratings() -> None:
    device = unit("starline-ac")
    for outlet in range(1, 7):
        device.put(f"1.3.6.1.4.1.35774.2.1.7.1.3.{outlet}", "0.0")
    found = detect(device, PROFILES)
    assert found.profile.key == "starline-ac" and not found.states
    assert meter(found).load == Decimal("121.5")
