"""What outlets do when power comes back, as each family's MIB says it: tools read it, and none of
DCImanager's four calls does.
"""

from __future__ import annotations

from typing import Callable, Optional

import pytest

from handlers.snmp.decoding import number
from handlers.snmp.figures import Figure
from handlers.snmp.frozen_value import parts_of, replace
from handlers.snmp.power_restore import PowerRestorePolicy
from handlers.snmp.profiles import PROFILES
from handlers.snmp.sources import Column
from pdu.pdus.adapters.power_restore import LAST, NOT_KNOWN, OFF, ON, OutletRestorePolicy
from pdu.pdus.adapters.snmp import power_restore
from tests.handlers.snmp.calls import near
from tests.handlers.snmp.units import FIXTURES, unit_id
from tests.recordings import Fixture, fixture
from tests.simulators.snmp_agent import Agent, Device, Row, ber
from tests.simulators.snmp_agent.device import INTEGER, dotted

TOLD = [unit for unit in FIXTURES if unit.power_on]
FAMILIES = {
    profile.key: part
    for profile in PROFILES
    for part in (outlets.power_on for outlets in profile.outlets)
    if part is not None
}
X = Column("1.3.6.1.4.1.99999.1", "object")


@pytest.mark.parametrize("unit", TOLD, ids=unit_id)
def test_each_outlet_does_what_the_mib_says(unit: Fixture) -> None:
    with Agent(unit.device()) as agent, near(agent).session("power_on") as session:
        assert power_restore.read_power_restore(session) == unit.power_on


class Watched(Agent):
    """An agent that keeps what was asked."""

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self.asked: list[str] = []

    def exchange(self, data: bytes) -> Optional[bytes]:
        self.asked += [dotted(oid) for oid, _ in ber.decode(data).pdu.bindings]
        return super().exchange(data)


@pytest.mark.parametrize("unit", TOLD, ids=unit_id)
def test_none_of_the_four_calls_reads_it(unit: Fixture) -> None:
    part = FAMILIES[unit.key]
    # the unit of an outlet also tells its number
    parts = replace(part, start_keys=None, start_own=None)
    own = {one.oid.replace("~", "") for one in parts_of(parts) if isinstance(one, Column)}
    agent = Watched(unit.device())
    with agent:
        pdu = near(agent)
        pdu.status()
        pdu.statistic()
        assert not [oid for oid in agent.asked for column in own if column in oid]
        with pdu.session("power_on") as session:
            power_restore.read_power_restore(session)
        assert [oid for oid in agent.asked for column in own if column in oid]


def test_each_family_with_such_objects_has_a_unit_with_them() -> None:
    assert {unit.key for unit in TOLD} == set(FAMILIES)


@pytest.mark.parametrize("key", sorted(FAMILIES))
def test_a_unit_has_each_value_that_its_family_knows(key: str) -> None:
    """The special values: never, and those for which the MIB does not say what happens."""
    part = FAMILIES[key]
    held = {row.value for unit in TOLD if unit.key == key for row in unit.rows.values()}
    for values in (part.on, part.off, part.last, part.inherits, part.never, part.unsaid):
        assert {number(value) for value in values} <= {
            number(str(value)) for value in held if isinstance(value, int)
        }


def _px2(**rows: int) -> dict[str, OutletRestorePolicy]:
    """The outlets of a Xerus unit over SNMP with other values at these columns of the unit."""
    unit = fixture("raritan-px2")
    changed = dict(unit.rows)
    for column, value in rows.items():
        oid = f"1.3.6.1.4.1.13742.6.3.2.2.1.{column[1:]}.1"
        changed[oid] = Row(INTEGER, value)
    with Agent(Device(changed, unit.rules)) as agent, near(agent).session("power_on") as session:
        return dict(power_restore.read_power_restore(session))


def test_a_latching_relay_keeps_its_position_whatever_else_is_set() -> None:
    # PDU2-MIB, outletStateOnStartup: ignored if relayBehaviorOnPowerLoss is latching (1)
    of_unit = {
        key: outlet_restore_policy
        for key, outlet_restore_policy in _px2(_69=1).items()
        if key.startswith("1.")
    }
    assert set(of_unit.values()) == {OutletRestorePolicy(LAST, 0.0, 0.0)}


def test_the_mib_does_not_say_what_a_relay_does_that_keeps_its_position() -> None:
    # EATON-EPDU-MIB, outletAutomaticShutoff: 1 keeps the relays in the current position when the
    # PDU is powered down; outletControlPowerOnState does not say whether it counts then
    unit = fixture("eaton-epdu")
    rows = {**unit.rows, "1.3.6.1.4.1.534.6.6.7.6.7.1.2.0": Row(INTEGER, 1)}
    with Agent(Device(rows, unit.rules)) as agent, near(agent).session("power_on") as session:
        found = power_restore.read_power_restore(session)
    of_unit = {
        outlet_restore_policy
        for key, outlet_restore_policy in found.items()
        if key.startswith("0.")
    }
    others = {
        outlet_restore_policy.state
        for key, outlet_restore_policy in found.items()
        if key.startswith("1.")
    }
    assert of_unit == {OutletRestorePolicy(NOT_KNOWN)} and NOT_KNOWN not in others


@pytest.mark.parametrize("value, state", [(0, OFF), (1, ON), (2, LAST), (7, NOT_KNOWN)])
def test_an_outlet_may_do_what_its_unit_does(value: int, state: str) -> None:
    assert _px2(_38=value)["1.4"].state == state


def _started(key: str, oid: str, value: Optional[int]) -> dict[str, OutletRestorePolicy]:
    """The outlets of a unit with another wait before it gives power to its outlets, or none."""
    unit = fixture(key)
    rows = {**unit.rows, oid: Row(INTEGER, value or 0)}
    if value is None:
        del rows[oid]
    with Agent(Device(rows, unit.rules)) as agent, near(agent).session("power_on") as session:
        return dict(power_restore.read_power_restore(session))


@pytest.mark.parametrize(
    "key, oid, outlet, at_s",
    [
        ("apc-rpdu2", "1.3.6.1.4.1.318.1.1.26.4.1.1.6.1", "3", 30.0),
        ("cyberpower-epdu2", "1.3.6.1.4.1.3808.1.1.6.3.2.1.7.2", "3", 30.0),
        ("cyberpower-epdu", "1.3.6.1.4.1.3808.1.1.3.3.1.2.0", "3", 30.0),
    ],
)
def test_the_wait_of_the_unit_comes_before_that_of_its_outlets(
    key: str, oid: str, outlet: str, at_s: float
) -> None:
    later = _started(key, oid, 120)[outlet]
    assert (later.earliest_s, later.latest_s) == (at_s + 120, at_s + 120)
    # never apply power automatically
    assert _started(key, oid, -1)[outlet] == OutletRestorePolicy(OFF)
    # a unit that does not say it may wait for ever
    for value in (None, 4_000_000):
        assert _started(key, oid, value)[outlet] == OutletRestorePolicy(NOT_KNOWN, at_s)


@pytest.mark.parametrize(
    "wrong, why",
    [
        (lambda: PowerRestorePolicy(), "neither state nor delay"),
        (lambda: PowerRestorePolicy(state=X), "go together"),
        (lambda: PowerRestorePolicy(delay=Figure(X), on=("1",)), "go together"),
        (lambda: PowerRestorePolicy(state=X, on=("1",), always=True), "without state"),
        (lambda: PowerRestorePolicy(state=X, on=("1",), inherits=("3",)), "inherits and unit"),
        (
            lambda: PowerRestorePolicy(state=X, on=("1",), latched=("1",)),
            "latching and latched or held",
        ),
        (lambda: PowerRestorePolicy(state=X, on=("1",), never=("-1",)), "there is none"),
        (lambda: PowerRestorePolicy(state=X, on=("1",), off=("1",)), "both in"),
        (lambda: PowerRestorePolicy(delay=Figure(X), never=("1",), unsaid=("1",)), "both in"),
    ],
)
def test_a_contradictory_part_is_refused(wrong: Callable[[], PowerRestorePolicy], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        wrong()
