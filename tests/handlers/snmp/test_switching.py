"""Commands over SNMP: the objects, types and values that are written, and the state that is
reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

import pytest

from handlers.shared.errors import Denied, NoSuchOutlet, PduHandlerError, Unreachable
from pdu_common.base_snmp_pdu import SnmpError
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.snmp.calls import near, pdu
from tests.handlers.snmp.units import (
    UNPROVEN,
    WIRED_KINDS,
    handler_of,
    port_of,
    states,
    switching,
    unit_id,
    varbinds,
)
from tests.servers.snmpd import Snmpd
from tests.simulators.snmp_agent import Agent, Faults, Row, ber
from tests.simulators.snmp_agent.ber import Message
from tests.simulators.snmp_agent.device import INTEGER, arcs
from tests.simulators.snmp_agent.devices import apc, packed
from tests.simulators.snmp_units import Fixture, VarBind, fixture

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN


@pytest.mark.parametrize("unit", WIRED_KINDS, ids=unit_id)
@pytest.mark.against("Net-SNMP snmpd, switching")
def test_a_real_agent_receives_the_writes_of_each_kind_of_control(unit: Fixture) -> None:
    switch = switching(unit)
    with Snmpd(unit.device()) as server:
        handler = handler_of(unit, server)
        before = states(handler.status())

        port = handler.port_down(port_of(unit), pause=0.05)
        assert port.power_status is DOWN
        assert states(handler.status()) == {**before, switch.identity: DOWN}

        port = handler.port_up(port_of(unit), pause=0.05)
        assert port.power_status is UP
        varbinds = [VarBind(write.oid, write.tag, write.value) for write in server.writes()]
        assert varbinds == [*switch.off, *switch.on]


@pytest.mark.parametrize(
    "oid",
    [
        f"{apc.RPDU2_STATUS}.5.3",  # its own row
        f"{apc.RPDU2_STATUS}.2.3",  # its unit
        f"{apc.RPDU2_STATUS}.4.3",  # its number on the unit
        f"{apc.RPDU2_STATUS}.6.3",  # whether a command is pending
    ],
)
def test_nothing_is_written_if_what_a_command_reads_cannot_be_read(
    oid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Agent(apc.rpdu2(8)) as agent:
        handler = pdu(agent)
        get = handler.snmp_get

        def read(object_oid: object) -> object:
            if str(object_oid) == oid:
                raise OSError("the unit is busy")
            return get(str(object_oid))

        monkeypatch.setattr(handler, "snmp_get", read)
        port = PduPortView("3", UNKNOWN)
        for call in (handler.port_up, handler.port_down):
            with pytest.raises(PduHandlerError, match="busy"):
                call(port)
        assert agent.writes() == []
        assert port.power_status is UNKNOWN


def test_only_the_state_is_read_until_it_is_the_wanted_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Agent(apc.rpdu2(8)) as agent:
        handler = pdu(agent)
        get = handler.snmp_get
        requests: list[str] = []

        def read(oid: str) -> object:
            requests.append(oid)
            return get(oid)

        monkeypatch.setattr(handler, "snmp_set", lambda oid, value: requests.clear())
        monkeypatch.setattr(handler, "snmp_get", read)
        assert handler.port_down(PduPortView("3"), deadline=0.1, pause=0.02).power_status is UNKNOWN
    assert len(requests) > 1
    assert set(requests) == {f"{apc.RPDU2_STATUS}.5.3"}


def test_a_command_is_not_sent_if_the_write_that_unlocks_it_has_no_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unit = fixture("schleifenbauer")
    with Agent(unit.device()) as agent:
        handler = handler_of(unit, agent, near)
        writes: list[str] = []

        def lose(oid: str, value: object) -> None:
            writes.append(oid)
            raise SnmpError("timeout: no SNMP answer from 127.0.0.1")

        monkeypatch.setattr(handler, "snmp_set", lose)
        with pytest.raises(Unreachable, match="the command was not sent") as error_info:
            handler.port_down(port_of(unit))
    assert writes == [varbinds(unit, up=False)[0].oid]
    assert not error_info.value.may_have_executed


class AgentWithStuckRelay(Agent):
    """An agent whose relay does not follow: the first answer after a SET has the written state, and
    later ones have the old one again."""

    old_rows: Mapping[str, Row] = {}

    def _answer(self, message: Message) -> Optional[bytes]:
        answer = super()._answer(message)
        if message.pdu.kind != ber.SET and self.writes():
            for oid, row in self.old_rows.items():
                self.device.put(oid, str(row.value))
        return answer


def test_a_state_that_falls_back_while_the_unit_settles_is_unknown() -> None:
    unit = fixture("synaccess-netbooter")
    agent = AgentWithStuckRelay(unit.device())
    status = f"1.3.6.1.4.1.21728.3.2.1.1.3.{switching(unit).identity}"
    agent.old_rows = {status: unit.rows[status]}
    with agent:
        port = handler_of(unit, agent, near).port_down(port_of(unit), deadline=0.0, pause=0.0)
        assert len(agent.writes()) == 1
        assert port.power_status is UNKNOWN


def test_a_condition_that_changes_after_the_write_leaves_the_state_unknown() -> None:
    """The unit shows the wanted state, and then that a command to the outlet is pending."""
    agent = AgentWithStuckRelay(apc.rpdu2(8))
    pending = f"{apc.RPDU2_STATUS}.6.3"
    agent.old_rows = {pending: Row(INTEGER, 1)}
    with agent:
        port = pdu(agent).port_down(PduPortView("3"), deadline=0.0, pause=0.0)
        state = agent.device.get(arcs(f"{apc.RPDU2_STATUS}.5.3"))
        assert state is not None and state.value == 1  # off
    assert len(agent.writes()) == 1
    assert port.power_status is UNKNOWN


class AgentWithInconsistentStates(Agent):
    """A MasterSwitch that says after a SET that its outlets and their states do not agree."""

    def _answer(self, message: Message) -> Optional[bytes]:
        answer = super()._answer(message)
        if message.pdu.kind == ber.SET:
            self.device.put("1.3.6.1.4.1.318.1.1.4.2.2.0", "Unknown")  # sPDUMasterState
        return answer


def test_states_that_the_device_denies_after_the_write_are_unknown() -> None:
    unit = fixture("apc-masterswitch")
    with AgentWithInconsistentStates(unit.device()) as agent:
        port = handler_of(unit, agent, near).port_down(port_of(unit), deadline=0.0, pause=0.0)
        assert len(agent.writes()) == 1
    assert port.power_status is UNKNOWN


# ---- faults --------------------------------------------------------------------------------------


class FaultyAgent(Agent):
    """An agent that loses the answer to a SET, or the requests after it."""

    lose_answer = False
    # how many requests after the second SET are lost; `OutletThatIsOff` sends the first SET
    requests_to_lose = 0
    # the error with which it answers a SET that it carried out
    error_of_set = ""

    def _answer(self, message: Message) -> Optional[bytes]:
        is_set = message.pdu.kind == ber.SET
        if is_set and self.error_of_set:
            super()._answer(message)
            self.faults = Faults(set_error=self.error_of_set)
        if not is_set and self.requests_to_lose and self.writes()[1:]:
            self.requests_to_lose -= 1
            return None
        answer = super()._answer(message)
        return None if is_set and self.lose_answer else answer


# Settings for lost messages: a SET waits 0.3 s for its answer, a GET is repeated for about 3 s.
SHORT_TIMEOUT: dict[str, Any] = {"timeout": "0.3", "retries": "10"}


class OutletThatIsOff:
    """A PDU whose outlet 1 was switched off."""

    def __init__(self, agent: FaultyAgent) -> None:
        self.agent = agent
        assert pdu(agent).port_down(PduPortView("1")).power_status is DOWN

    def up(self, deadline: float = 0.2, **params: str) -> PduPortView:
        return pdu(self.agent, None, **params).port_up(
            PduPortView("1"), deadline=deadline, pause=0.05
        )

    def is_on(self) -> bool:
        return self.agent.device.text(f"{apc.RPDU2_STATUS}.5.1") == "2"


@pytest.fixture
def outlet_1() -> Iterator[OutletThatIsOff]:
    agent = FaultyAgent(apc.rpdu2(8))
    with agent:
        yield OutletThatIsOff(agent)


def test_a_command_whose_answer_is_lost_is_not_repeated_and_the_state_is_read(
    outlet_1: OutletThatIsOff,
) -> None:
    outlet_1.agent.lose_answer = True
    assert outlet_1.up(**SHORT_TIMEOUT).power_status is UP
    assert outlet_1.is_on()
    assert len(outlet_1.agent.writes()) == 2


def test_the_error_after_a_lost_answer_and_silence_says_that_the_outlet_may_have_switched(
    outlet_1: OutletThatIsOff,
) -> None:
    outlet_1.agent.lose_answer, outlet_1.agent.requests_to_lose = True, 1000
    with pytest.raises(Unreachable, match="may or may not have switched"):
        outlet_1.up(**SHORT_TIMEOUT)
    assert outlet_1.is_on()
    assert len(outlet_1.agent.writes()) == 2


def test_a_state_that_cannot_be_read_after_a_command_is_unknown(outlet_1: OutletThatIsOff) -> None:
    outlet_1.agent.requests_to_lose = 1000
    assert outlet_1.up(timeout="2", retries="0").power_status is UNKNOWN
    assert outlet_1.is_on()
    assert len(outlet_1.agent.writes()) == 2


def test_the_error_for_a_failure_within_a_write_says_that_the_outlet_may_have_switched(
    outlet_1: OutletThatIsOff,
) -> None:
    outlet_1.agent.faults = Faults(set_error="commitFailed")
    with pytest.raises(Unreachable, match="may or may not have switched"):
        outlet_1.up()
    assert len(outlet_1.agent.writes()) == 2


@pytest.mark.parametrize("error", ["badValue", "wrongValue", "noAccess", "genErr"])
def test_a_command_that_was_carried_out_and_answered_with_an_error_is_done(
    outlet_1: OutletThatIsOff, error: str
) -> None:
    outlet_1.agent.error_of_set = error
    assert outlet_1.up().power_status is UP
    assert [write.answer for write in outlet_1.agent.writes()] == ["", "", error]


@pytest.mark.against("synthetic units, served by the project's agent")
def test_an_error_after_a_command_names_the_outlets_password() -> None:
    with Agent(fixture("sinetica-hawk").device()) as agent:
        agent.faults = Faults(set_error="genErr")
        with pytest.raises(Unreachable, match="password on the device"):
            near(agent, UNPROVEN).port_down(PduPortView("1.1"))


def test_the_error_for_a_read_only_community_says_so(outlet_1: OutletThatIsOff) -> None:
    for version in ("1", "2"):
        with pytest.raises(Denied, match="write"):
            outlet_1.up(community="public", version=version)
    assert not outlet_1.is_on()


@pytest.mark.parametrize(
    "outlets, listed",
    [(1, "it has 1"), (4, "it has 1, 2, 3, 4"), (5, "it has 1, 2 … 5 (5 outlets)")],
)
def test_the_error_for_an_unknown_outlet_lists_four_outlets_or_counts_them(
    outlets: int, listed: str
) -> None:
    with Agent(packed.digipower(outlets)) as agent:
        handler = near(agent)
        with pytest.raises(NoSuchOutlet) as error_info:
            handler.port_down(PduPortView("9"))
        assert not agent.writes()
    _, _, list_of_outlets = str(error_info.value).partition("; ")
    assert list_of_outlets.startswith(listed)
