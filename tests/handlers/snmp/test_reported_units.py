"""Small devices made from public reports, each read as its report shows.

Values are those of the report. Objects that a report does not show are from the MIB.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, Optional

import pytest

from handlers.shared.errors import Unsupported
from handlers.snmp import detection
from handlers.snmp.profiles import PROFILES
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import of_rows
from tests.simulators.snmp_agent import read_snmprec

FOLDER = Path(__file__).with_name("reported")
UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN


class Reported(NamedTuple):
    """What a report shows of a device. None: the report does not show it, or not from SNMP."""

    name: str
    #: the thread
    report: str
    family: str
    #: in A, W and kWh
    load: Optional[str] = None
    power: Optional[str] = None
    energy: Optional[str] = None
    #: the states of all outlets, in their order
    states: Optional[list[EnumPowerStatus]] = None
    #: in A and W by identity
    outlet_load: Optional[Mapping[str, float]] = None
    outlet_power: Optional[Mapping[str, float]] = None


REPORTS = [
    # the first row is the total; the banks of 8.4 A and 1.8 A are part of it
    Reported("apc-ap7822", "centreon-plugins 408", "apc-rpdu", load="9.8", power="2156", states=[]),
    Reported(
        "apc-ap8981-chain",
        "librenms 2735",
        "apc-rpdu2",
        load="5.2",
        power="1220",
        energy="300.0",
        states=[UP, UP, UP, UP, DOWN, UP],
    ),
    # its banks of 4.0 A and 3.8 A are part of the total
    Reported("apc-ap7724", "nut 260", "apc-ats", load="7.7", power="1701"),
    # the power of a phase is in W, not in 10 W
    Reported(
        "cyberpower-watts",
        "centreon-plugins 5165",
        "cyberpower-epdu2",
        load="1.1",
        power="224",
        energy="521.3",
        states=[UP] * 10,
    ),
    # the column of the state follows from the version of the firmware
    *(
        Reported(
            f"ibm-{version}",
            "xcat 3111",
            "ibm-dpi",
            states=[UP, UP, DOWN],
            outlet_load={"1": 1.1, "2": 1.1, "3": 1.1},
        )
        for version in ("sIBM", "sLEN")
    ),
    # the number of Easy PDU, the tables of rPDU2
    Reported(
        "apc-epdu1132mbo",
        "librenms 15069",
        "apc-rpdu2",
        load="6.2",
        power="1370",
        energy="2523.1",
        states=[UNKNOWN] * 24,
    ),
    # each sensor has its own digits
    Reported(
        "raritan-digits",
        "collectd 3109",
        "raritan-px2",
        load="12.345",
        power="2690",
        energy="1444.088",
        outlet_load={"1.1": 0.623, "1.2": 0.136},
        outlet_power={"1.1": 139.0, "1.2": 2.0},
    ),
    # outlets have names, but no sensors and no relays
    Reported(
        "raritan-px3-1528",
        "checkmk 755",
        "raritan-px2",
        load="12.345",
        power="2690",
        energy="1444.088",
        states=[UNKNOWN] * 8,
        outlet_load={},
    ),
    Reported(
        "vertiv-imd5",
        "nut 3264",
        "geist-v5",
        load="2.43",
        power="561",
        energy="41.234",
        states=[UP, UP, UP, DOWN],
    ),
    # the watts of six infeeds, and no total of the system
    Reported(
        "sentry3-infeed-watts",
        "checkmk, test of sentry_pdu",
        "sentry3",
        power="2226",
        states=[UP] * 6,
    ),
    # three units in a chain
    Reported(
        "eaton-chain",
        "nut 681",
        "eaton-epdu",
        load="4.53",
        power="956",
        energy="600.0",
        states=[UP] * 24,
    ),
]


def _found(name: str) -> Any:
    rows = read_snmprec((FOLDER / f"{name}.snmprec").read_text("utf-8"))
    return detection.detect(of_rows(rows), PROFILES)


@pytest.mark.against("devices made from public reports, in memory")
@pytest.mark.parametrize("wanted", REPORTS, ids=lambda report: str(report.name))
def test_a_reported_unit_is_read_as_its_report_shows(wanted: Reported) -> None:
    snmp_device = _found(wanted.name)
    read = read_exactly(snmp_device)
    assert snmp_device.profile.key == wanted.family
    for figure, shown in (
        (read.load_a, wanted.load),
        (read.power_w, wanted.power),
        (read.energy_kwh, wanted.energy),
    ):
        assert shown is None or figure == Decimal(shown)
    assert wanted.states is None or list(snmp_device.states.values()) == wanted.states
    for of_outlets, figures in (
        (read.currents, wanted.outlet_load),
        (read.powers, wanted.outlet_power),
    ):
        assert (
            figures is None or {key: float(value) for key, value in of_outlets.items()} == figures
        )


@pytest.mark.against("devices made from public reports, in memory")
def test_a_sensor_whose_minimum_is_negative_is_read_signed_or_not_at_all() -> None:
    """xcat 7741: the unsigned column of such a sensor is 0; -1,250 W are in the signed one."""
    assert read_exactly(_found("raritan-signed")).power_w in (None, Decimal(-1250))


@pytest.mark.against("devices made from public reports, in memory")
def test_a_transfer_switch_without_its_vendors_tables_is_of_no_family() -> None:
    """nut 2277: PDU15SW10ATNET."""
    with pytest.raises(Unsupported):
        _found("cyberpower-ats-bare")


def test_every_reported_unit_is_read_by_a_test() -> None:
    apart = {"raritan-signed", "cyberpower-ats-bare"}
    assert {path.stem for path in FOLDER.glob("*.snmprec")} == {
        report.name for report in REPORTS
    } | apart
