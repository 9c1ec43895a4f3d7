"""Outlets that must not be switched, for example because of a lock, a missing right, an automatic
mode or a neighbour's state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pytest

from handlers.shared.errors import Unsupported
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.snmp.calls import near
from tests.recordings import fixture
from tests.simulators.snmp_agent import Agent, Device, Row
from tests.simulators.snmp_agent.device import OCTETS, Effect, Rule

E = "1.3.6.1.4.1."
MAC = "12.48.50.65.65.48.48.48.48.48.48.48"


class Reserved(NamedTuple):
    """A unit, the outlet to switch, objects to set first (OID -> value), and a regular expression
    found in the error.
    """

    unit: str
    identity: str
    put: Mapping[str, str]
    words: str


RESERVED = {
    "a receptacle that is locked": Reserved("liebert-mph", "2.1.1", {}, "locked on the device"),
    "a receptacle that only measures": Reserved("liebert-mph", "1.2.5", {}, "not switchable"),
    "a receptacle that neither measures nor switches": Reserved(
        "liebert-mph",
        "1.2.5",
        {E + "476.1.42.3.8.50.20.1.50.1.2.5": "1"},
        r"not switchable \(value 1\)",
    ),
    "a unit that only meters": Reserved(
        "vertiv-dcs-mpdu", "2.1", {}, "not of a type that switches"
    ),
    "a unit of no known type": Reserved(
        "vertiv-dcs-mpdu", "1.3", {E + "13400.3.2.225.1.1.2.1": "0"}, "not of a type that switches"
    ),
    "an outlet that is locked on": Reserved("avocent-pm", "1.1.4", {}, "locked"),
    "an outlet that is locked off": Reserved("avocent-pm", "1.1.5", {}, "locked"),
    "an outlet that is always on": Reserved("avocent-pm", "1.1.8", {}, "cannot be switched"),
    "a state that means locked on": Reserved("baytech", "1.4", {}, "locked"),
    "a state that means locked off": Reserved("baytech", "1.5", {}, "locked"),
    "a community without the right to switch": Reserved("aten-pe", "7", {}, "may not switch"),
    "an outlet that is not switchable": Reserved("aten-pe", "10", {}, "not switchable"),
    "a socket that is not switchable": Reserved("bachmann-bluenet2", "2.1.0.1", {}, "value 5"),
    "a socket that is not available": Reserved(
        "bachmann-bluenet2", "1.1.1.3", {E + "31770.2.2.6.5.1.12.1.1.1.3": "4"}, "value 4"
    ),
    'a PDU that reports "on" and cannot switch': Reserved(
        "cpi-econnect", f"1.{MAC}.50", {}, "no switched outlets"
    ),
    "a UPS outlet of type 0": Reserved("tripplite-12x-ups", "3", {}, "not controllable"),
    "a UPS outlet whose type lacks bit 1": Reserved(
        "tripplite-12x-ups", "5", {}, "not controllable"
    ),
    "a relay that cannot be written": Reserved(
        "rittal-cmc3", "2.3", {E + "2606.7.4.2.2.1.13.2.119": "2"}, "is not readwrite"
    ),
    "an unswitched outlet among switched ones": Reserved(
        "schleifenbauer", "210.4", {}, "reports no state"
    ),
    "a unit without switches in a ring": Reserved(
        "schleifenbauer", "211.1", {}, "reports no state"
    ),
    "an outlet whose state reads as padding": Reserved(
        "hpe-mapdu3", "2.2", {E + "232.165.11.5.2.1.1.2.2": "0"}, "reports no state"
    ),
    "a model without switching": Reserved(
        "synaccess-synlink", "3", {E + "21728.4.1.10.0": "2"}, "does not switch"
    ),
    "a watchdog's relay": Reserved("netping", "4", {}, "automatic mode"),
    "a relay in the mode logic": Reserved("netping", "5", {}, "automatic mode"),
    "a watchdog's relay, in the older table": Reserved("netping-pwr", "4", {}, "automatic mode"),
    "a watchdog's relay, without a state": Reserved("netping-pwr_mode", "4", {}, "automatic mode"),
    "a module that only meters": Reserved("apnl-modular", "4", {}, "does not switch"),
    "an outlet that is locked behind an ACS 5000": Reserved("cyclades-acs5k", "5.4", {}, "value 1"),
    "an outlet whose lock is not known": Reserved(
        "cyclades-acs5k", "5.3", {E + "2925.8.5.4.1.5.5.3": "2"}, r"unlocked \(value 2\)"
    ),
    "an outlet whose command column reads as locked": Reserved("pdumib-v07", "4", {}, "locked"),
    "an outlet without a relay": Reserved(
        "pdumib-v07", "3", {E + "23280.9.1.2.3": "-1"}, "has no relay"
    ),
    "an outlet beside one that is marked": Reserved(
        "wti-power",
        "3",
        {E + "2634.3.100.200.1.4.1": "2"},
        "actions that are marked for other plugs",
    ),
    "an outlet whose neighbour in the status string lost power": Reserved(
        "digipower", "2.1", {}, "outlet 2.2 reports '-2'"
    ),
    "an outlet whose neighbour in the status string has an odd word": Reserved(
        "digipower", "3", {E + "17420.1.2.9.1.13.0": "1,0,1,-3"}, "outlet 4 reports '-3'"
    ),
    "a status string that is longer than a write may be": Reserved(
        "digipower", "3", {E + "17420.1.2.9.1.13.0": ",".join(["1"] * 25)}, "more than the 47"
    ),
}


@pytest.mark.sample(12)
@pytest.mark.parametrize("case", RESERVED.values(), ids=list(RESERVED))
def test_a_reserved_outlet_is_not_switched_and_nothing_is_written(case: Reserved) -> None:
    device = Device(fixture(case.unit).rows, rules=None)
    for oid, value in case.put.items():
        device.put(oid, value)
    with Agent(device) as agent:
        handler = near(agent, {"switch_unproven": "yes"})
        assert case.identity in [port.identity for port in handler.status().ports]
        for method in (handler.port_up, handler.port_down):
            with pytest.raises(Unsupported, match=case.words):
                method(PduPortView(case.identity, EnumPowerStatus.UNKNOWN))
        assert agent.writes() == []


@pytest.mark.parametrize(
    "unit, identity, put",
    [
        # a command is marked for this outlet only
        ("wti-power", "3", {E + "2634.3.100.200.1.4.3": "2"}),
        ("netping", "3", {}),  # a relay in manual mode
        # a switched outlet whose state is undocumented
        ("vertiv-dcs-mpdu", "1.4", {}),
    ],
)
@pytest.mark.against("synthetic units, served by the project's agent")
def test_an_outlet_that_is_not_reserved_is_switched(
    unit: str, identity: str, put: Mapping[str, str]
) -> None:
    device = fixture(unit).device()
    for oid, value in put.items():
        device.put(oid, value)
    with Agent(device) as agent:
        port = near(agent).port_down(PduPortView(identity, EnumPowerStatus.UNKNOWN), pause=0.01)
        assert (port.power_status, len(agent.writes())) == (EnumPowerStatus.DOWN, 1)


@pytest.mark.parametrize(
    "unit, identity",
    [("netping", "4"), ("netping", "5"), ("netping-pwr", "4"), ("netping-pwr_mode", "4")],
)
@pytest.mark.against("synthetic units, served by the project's agent")
def test_an_outlet_in_an_automatic_mode_is_switched_if_its_owner_allows_it(
    unit: str, identity: str
) -> None:
    with Agent(fixture(unit).device()) as agent:
        with pytest.raises(
            Unsupported, match="automatic mode.*; to switch it anyway, set switch_automatic=yes"
        ):
            near(agent).port_down(PduPortView(identity, EnumPowerStatus.UNKNOWN))
        handler = near(agent, {"switch_automatic": "yes"})
        for method, state in (
            (handler.port_down, EnumPowerStatus.DOWN),
            (handler.port_up, EnumPowerStatus.UP),
        ):
            assert (
                method(PduPortView(identity, EnumPowerStatus.UNKNOWN), pause=0.01).power_status
                is state
            )
        assert [write.value for write in agent.writes()] == ["0", "1"]


@pytest.mark.sample(10)
@pytest.mark.parametrize(
    "case",
    [case for case in RESERVED.values() if "automatic" not in case.words],
    ids=[name for name, case in RESERVED.items() if "automatic" not in case.words],
)
def test_permission_to_end_automatic_modes_lifts_no_other_guard(case: Reserved) -> None:
    device = Device(fixture(case.unit).rows, rules=None)
    for oid, value in case.put.items():
        device.put(oid, value)
    with Agent(device) as agent:
        handler = near(agent, {"switch_unproven": "yes", "switch_automatic": "yes"})
        with pytest.raises(Unsupported, match=case.words):
            handler.port_down(PduPortView(case.identity, EnumPowerStatus.UNKNOWN))
        assert agent.writes() == []


@pytest.mark.against("synthetic units, served by the project's agent")
def test_a_text_that_the_mib_does_not_allow_is_written_only_with_switch_unproven() -> None:
    with Agent(fixture("digipower_24").device()) as agent:
        with pytest.raises(Unsupported, match="to try it .* set switch_unproven=yes"):
            near(agent).port_down(PduPortView("20", EnumPowerStatus.UNKNOWN))
        assert agent.writes() == []
        port = near(agent, {"switch_unproven": "yes"}).port_down(PduPortView("20"), pause=0.01)
        assert port.power_status is EnumPowerStatus.DOWN and len(agent.writes()) == 1


@pytest.mark.against("synthetic units, served by the project's agent")
def test_a_unit_that_cuts_the_text_that_its_mib_does_not_allow_is_in_doubt() -> None:
    column = E + "17420.1.2.9.1.13.0"
    cut = ",".join(["1", "1", "0", "1"] * 4)[:-1] + "0"
    cutting = Rule(column, keep=False, effects=(Effect(column, cut),))
    with Agent(Device(fixture("digipower_24").rows, (cutting,))) as agent:
        handler = near(agent, {"switch_unproven": "yes"})
        port = handler.port_down(PduPortView("16"), deadline=0.1, pause=0.01)
        assert port.power_status is EnumPowerStatus.UNKNOWN and len(agent.writes()) == 1


SECRET = "r3ad-and-write"


@pytest.mark.parametrize(
    "unit, identity, oid",
    [
        # the type that a guard tests
        ("vertiv-dcs-mpdu", "1.3", E + "13400.3.2.225.1.1.2.1"),
        # the states of all outlets in one text
        ("digipower", "2.1", E + "17420.1.2.9.2.13.0"),
        # sysDescr, where no family fits
        ("vertiv-dcs-mpdu", "1.3", "1.3.6.1.2.1.1.1.0"),
    ],
)
@pytest.mark.parametrize("sent", [SECRET, f"x {SECRET}", f"{SECRET[:-1]}{SECRET}"])
def test_a_community_that_the_device_sends_back_is_not_in_the_error(
    unit: str, identity: str, oid: str, sent: str
) -> None:
    unit_fixture = fixture(unit)
    rows = {
        **unit_fixture.rows,
        oid: Row(OCTETS, (sent if "17420" not in oid else f"1,{sent},1,0").encode()),
    }
    if oid.endswith("1.1.0"):
        rows = {held: row for held, row in rows.items() if "4.1.13400" not in held}
    device = Device(rows, unit_fixture.rules)
    with (
        Agent(device, write=SECRET) as agent,
        pytest.raises(Unsupported, match="it holds the community") as error_info,
    ):
        near(agent, {"switch_unproven": "yes"}, community=SECRET).port_down(PduPortView(identity))
    assert SECRET not in str(error_info.value) and agent.writes() == []
