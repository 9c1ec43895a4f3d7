"""Rows and objects that only look like outlets, states or figures, such as another device's nodes
or a neutral wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Optional

import pytest

from handlers.shared.errors import ProtocolError, Unsupported
from handlers.snmp.detection import SYS_DESCR, SYS_OBJECT_ID, detect
from handlers.snmp.families import ENTERPRISES
from handlers.snmp.profiles import PROFILES
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import Memory, Value, of_rows
from tests.recordings import fixture

UP, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.UNKNOWN
Put = Mapping[str, Value]


def unit(name: str, put: Put, *lost: str) -> Memory:
    """A unit without the objects whose OIDs start with one of `lost`, and with others. OIDs are
    those below ENTERPRISES.
    """
    beginnings = tuple(ENTERPRISES + below for below in lost)
    rows = fixture(name).rows
    device = of_rows({oid: row for oid, row in rows.items() if not oid.startswith(beginnings)})
    for below, value in put.items():
        device.put(below if below in (SYS_DESCR, SYS_OBJECT_ID) else ENTERPRISES + below, value)
    return device


APNL, IPM, DELTA = "29640.4.3", "21695.1.10.7.2.1", "2254.2.32.1.6.1.2.1"
OWL, PE2, ACS5K = "17373.3", "21317.1.3.2.3", "2925.8.5"
LIEBERT, IPPDU, IPT = "476.1.42.3.5", "30966.10.3.2", "38218.1.6"
LOADS = "318.1.1.12.2.3.1.1"
OF_LIEBERT = f"{ENTERPRISES}{LIEBERT}.2.1"
CLIMATE = {f"{OWL}.1.8.1.16.0": 0}


@pytest.mark.parametrize(
    "name, put, lost, error",
    [
        # a gateway with the PDU on its bus
        ("apnl-modular", {f"{APNL}.1.0": 2}, (), Unsupported),
        # Eaton's Genesis II has its channels where IT-WATCHDOGS-MIB-V3 has climate sensors
        *(
            (
                "geist-v3_watchdogs",
                {**CLIMATE, SYS_OBJECT_ID: f"{ENTERPRISES}{maker}"},
                (f"{OWL}.16.",),
                Unsupported,
            )
            for maker in ("17373", OWL)
        ),
        # The TPDIN-SC48 has PoE ports at the objects of the WEB2's relays (TPDIN-SC48-20-MIB).
        ("tycon-tpdin2", {SYS_DESCR: "MPPT Controller - PoE Switch"}, (), Unsupported),
        # a bypass, a DC bus, minutes on battery; the lines of an input are never the load
        ("liebert-power", {f"{LIEBERT}.2.2.1.2.3": f"{OF_LIEBERT}.7"}, (), Unsupported),
        ("liebert-power", {f"{LIEBERT}.2.2.1.2.3": f"{OF_LIEBERT}.8"}, (), Unsupported),
        ("liebert-power", {f"{LIEBERT}.1.18.0": 25}, (), Unsupported),
        ("liebert-power", {f"{LIEBERT}.2.2.1.2.2": f"{OF_LIEBERT}.1"}, (), Unsupported),
        # a host with Net-SNMP alone
        ("ibm-constellation", {}, ("2.6.262.15.2.1",), Unsupported),
        # another product of this maker; and one that lists lines, but no outlets
        ("clever-mpro_metered", {}, ("30966.11.",), Unsupported),
        ("clever-mpro_metered", {}, ("30966.11.0.1.3.",), ProtocolError),
        # a cascade whose table ends before the station's own count
        ("aten-pe2", {}, (f"{PE2}.2.3.3.1.1.2.", f"{PE2}.2.3.1.1.3.2."), ProtocolError),
    ],
)
def test_another_device_or_a_table_that_ends_is_not_taken_for_the_pdu(
    name: str, put: Put, lost: tuple[str, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        detect(unit(name, put, *lost), PROFILES)


Figures = Mapping[str, Optional[str]]


@pytest.mark.parametrize(
    "name, put, lost, figures",
    [
        # without the neutral wire's 1.402 A; it becomes a live wire; the MIB has no type 7
        ("e3meter-ipm", {}, (), {"load_a": "3.068"}),
        ("e3meter-ipm", {f"{IPM}.12.3": 0}, (), {"load_a": "4.47"}),
        ("e3meter-ipm", {f"{IPM}.12.{channel}": 7 for channel in range(4)}, (), {"load_a": None}),
        # one of the PDUs behind a console server is not measured
        ("opengear-rpc", {"25049.17.15.1.11.2": -1}, (), {"load_a": None}),
        ("opengear-rpc", {"25049.17.15.1.11.2": 11}, (), {"load_a": "3.6"}),
        # Phases and their banks share one table: without the columns that name them, there is no
        # load. A single row needs neither column.
        ("apc-rpdu", {}, (f"{LOADS}.4.", f"{LOADS}.5."), {"load_a": None}),
        (
            "apc-rpdu",
            {},
            (
                *(f"{LOADS}.4.", f"{LOADS}.5."),
                *(f"{LOADS}.{column}.{row}" for column in (1, 2, 3) for row in (2, 3)),
            ),
            {"load_a": "4.9"},
        ),
        # without the 1.5 A of the second PDU, which is not enabled
        ("delta-pdu", {DELTA: 2}, (), {"load_a": "5.0"}),
        # that of its own lines, whatever its slaves do; older firmware has other items there
        (
            "clever-ip-pdu_chain",
            {f"{IPPDU}.71.0": 0},
            (),
            {"load_a": "7.8", "energy_kwh": "1712.0"},
        ),
        (
            "clever-ip-pdu_chain",
            {f"{IPPDU}.71.0": 1},
            (),
            {"load_a": "7.8", "energy_kwh": "1712.0"},
        ),
        ("clever-ip-pdu", {}, (), {"load_a": "7.8", "energy_kwh": None}),
        # a current whose scale the MIB contradicts: of the second meter, and of the third
        ("ipt-ipower", {}, (), {"load_a": "3.71"}),
        ("ipt-ipower", {f"{IPT}.11.0": 229}, (), {"load_a": "6.00"}),
        (
            "ipt-ipower",
            {f"{IPT}.11.0": 229, f"{IPT}.20.0": 1},
            (),
            {"load_a": None, "power_w": "858"},
        ),
        # a three-phase unit; an estimated power
        ("cyclades-acs5k", {f"{ACS5K}.3.1.12.5.2": 3}, (), {"load_a": None, "power_w": "698.0"}),
        ("cyclades-acs5k", {f"{ACS5K}.5.1.11.7.1": 1}, (), {"load_a": "3.6", "power_w": None}),
        # zero totals without a metering node
        (
            "apnl-modular",
            {
                **{f"{APNL}.33.1.2.{node}": 6 for node in (2, 3, 4, 6)},
                **{f"{APNL}.{total}.0": 0 for total in (5, 13)},
            },
            (),
            {"load_a": None, "energy_kwh": None},
        ),
        ("liebert-power", {}, (), {"load_a": "1013"}),
    ],
)
def test_a_total_counts_what_belongs_to_it(
    name: str, put: Put, lost: tuple[str, ...], figures: Figures
) -> None:
    read = read_exactly(detect(unit(name, put, *lost), PROFILES, for_figures=True))
    for key, figure in figures.items():
        assert getattr(read, key) == (None if figure is None else Decimal(figure)), key


NETPING = "25728.5800.3.1"


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
    device = unit("netping-pwr_mode", {f"{NETPING}.{below}": value for below, value in put.items()})
    assert detect(device, PROFILES).states["1"] is state


def test_ampere_thresholds_are_no_states_if_a_power_of_the_newer_layout_is_empty() -> None:
    # a version without the mark of newer firmware
    table, version = "2.6.223.8.2.2.1", {"2.6.223.7.3.0": "OPDP_v02"}
    thresholds = {f"{table}.11.{outlet}": 0 for outlet in range(1, 7)}
    device = detect(unit("ibm-dpi", {**version, **thresholds, f"{table}.15.3": ""}), PROFILES)
    assert (
        set(device.states.values()) == {UNKNOWN}
        and device.outlets is not None
        and device.outlets.control is None
    )


@pytest.mark.parametrize(
    "name, sys_object_id, key",
    [
        # Eaton's with the sysObjectID of IT Watchdogs; the root of the maker's older MIB
        ("eaton-genesis2", OWL, "eaton-genesis2"),
        ("wti-power_mpc", "2634.3", "wti-power"),
    ],
)
def test_a_unit_with_another_sys_object_id_is_still_of_its_family(
    name: str, sys_object_id: str, key: str
) -> None:
    device = unit(name, {SYS_OBJECT_ID: f"{ENTERPRISES}{sys_object_id}"})
    assert detect(device, PROFILES).profile.key == key


PE2_COLUMNS = (
    "1.2.1.7 2.1.1.1.4 2.1.4.1.1 2.1.4.1.3 2.1.4.1.4 2.2.4.1.1 2.4.3.1.1 2.3.3.1.1 2.3.1.1.3"
    " 2.3.4.1.1 2.3.4.1.3 2.3.4.1.4"
).split()


def test_a_station_that_does_not_answer_is_left_out_of_outlets_and_totals() -> None:
    device = unit("aten-pe2", {})
    assert read_exactly(detect(device, PROFILES, for_figures=True)).load_a == Decimal("4.55")
    second = tuple(f"{ENTERPRISES}{PE2}.{column}.2" for column in PE2_COLUMNS)
    for oid in fixture("aten-pe2").rows:
        if oid.startswith(second):
            device.put(oid, -3000000)
    snmp_device = detect(device, PROFILES)
    assert set(snmp_device.states) == {"1.1", "1.2", "1.3", "1.4"}
    assert read_exactly(snmp_device).load_a == Decimal("2.35")


def test_sockets_have_no_figures_unless_each_pdu_says_that_it_meters_them() -> None:
    meters = "31770.1.1.2.2.1.9.1.65"
    for put, has in ({}, True), ({meters: 0}, False):
        assert (
            bool(
                read_exactly(detect(unit("bachmann-irs", put), PROFILES, for_figures=True)).currents
            )
            is has
        )


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


@pytest.mark.parametrize("kind", ["relay", "strobo", "Outlet", "siren"])
def test_a_relay_of_a_vutlan_unit_that_is_no_outlet_is_not_listed(kind: str) -> None:
    device = unit("vutlan", {"39052.1.3.1.6.102002": kind})
    assert list(detect(device, PROFILES).states) == ["102001", "103001", "103002"]


def test_relays_without_an_instance_are_read_too() -> None:
    rows = fixture("ibm-constellation").rows
    bare = {oid[:-2] if ".262.15." in oid else oid: row for oid, row in rows.items()}
    assert detect(of_rows(bare), PROFILES).states == detect(of_rows(rows), PROFILES).states


def test_a_busway_meter_without_outlets_proves_it_by_their_ratings() -> None:
    ratings = {f"35774.2.1.7.1.3.{outlet}": "0.0" for outlet in range(1, 7)}
    device = detect(unit("starline-ac", ratings), PROFILES)
    assert device.profile.key == "starline-ac" and not device.states
    assert read_exactly(device).load_a == Decimal("121.5")
