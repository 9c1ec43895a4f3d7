"""Chains whose outlets are numbered consecutively: a row may become another unit's outlet while a
command runs.
"""

from __future__ import annotations

from typing import Optional

import pytest

from handlers.shared.errors import Unsupported
from pdu.recordings.snmp.caution import read_caution
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.snmp.calls import near, pdu
from tests.handlers.snmp.units import FAMILIES, FIXTURES, find, memory, orders, states_on
from tests.recordings import Fixture
from tests.simulators.snmp_agent import Agent, Device, ber
from tests.simulators.snmp_agent.ber import Message

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN
CHAINS = [
    unit for unit in FIXTURES if unit.name in ("apc-rpdu2", "apc-easy-epdu", "cyberpower-epdu2")
]
EACH = pytest.mark.parametrize("unit", CHAINS, ids=lambda unit: unit.name)


def position(unit: Fixture, identity: str) -> dict[str, str]:
    """The objects with the unit and the number of an outlet, and their values."""
    outlets = find(unit, memory(unit)).outlets
    assert outlets is not None and len(outlets.position) == 2
    device = memory(unit)
    now = find(unit, device).reader.again()
    device.asked.clear()
    position_now = outlets.position_of(now, identity)
    return dict(zip((question.partition(" ")[2] for question in device.asked), position_now))


class Renumbered(Agent):
    """An agent whose chain loses its first unit while it carries out a command: the outlet's row is
    another unit's by then.
    """

    moved: dict[str, str] = {}

    def _answer(self, message: Message) -> Optional[bytes]:
        answer = super()._answer(message)
        if message.pdu.kind == ber.SET:
            for oid, value in self.moved.items():
                self.device.put(oid, value)
        return answer


def test_three_families_number_the_outlets_of_a_chain_consecutively() -> None:
    assert {unit.key for unit in CHAINS} == {
        key
        for key, profile in FAMILIES.items()
        if any(outlets.position for outlets in profile.outlets)
    }


@pytest.mark.against("synthetic units, switched with faults")
@EACH
def test_a_state_is_unknown_if_the_row_became_another_outlet_during_the_command(
    unit: Fixture,
) -> None:
    assert unit.switch is not None
    identity = unit.switch.identity
    agent = Renumbered(unit.device())
    with agent:
        state = DOWN if states_on(unit, agent)[identity] is UP else UP
        agent.moved = {oid: str(int(value) + 1) for oid, value in position(unit, identity).items()}
        handler, port = pdu(agent), PduPortView(identity)
        switch = handler.port_up if state is UP else handler.port_down
        switch(port, deadline=0.1, pause=0.01)
        assert port.power_status is UNKNOWN
        assert len(agent.writes()) == len(orders(unit, state is UP)) == 1
        assert states_on(unit, agent)[identity] is state, (
            "the row shows the wanted state, but it is another outlet"
        )


@EACH
def test_an_outlet_whose_unit_is_not_told_as_it_is_for_others_is_not_switched(
    unit: Fixture,
) -> None:
    assert unit.switch is not None
    identity = unit.switch.identity
    for column_oid in position(unit, identity):
        rows = {oid: row for oid, row in unit.rows.items() if oid != column_oid}
        with Agent(Device(rows, unit.rules)) as agent:
            with pytest.raises(Unsupported, match="does not tell its unit"):
                near(agent).port_down(PduPortView(identity))
            assert agent.writes() == []


@EACH
def test_the_labels_of_a_chain_of_several_units_say_that_identities_may_move(unit: Fixture) -> None:
    one_unit = dict(unit.rows)
    for identity in unit.expected.outlets:
        module = next(iter(position(unit, identity)))
        one_unit[module] = unit.rows[module]._replace(value=1)
    for rows, has_caution in ((unit.rows, True), (one_unit, False)):
        with Agent(Device(rows, rules=None)) as agent:
            with near(agent).opened() as open_pdu:
                caution = open_pdu.read("caution", read_caution)
            assert ("an identity may become another unit's outlet" in caution) is has_caution
