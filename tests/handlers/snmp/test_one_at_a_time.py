"""Devices whose commands repeat the states of other outlets: concurrent commands, neighbours that
change, commands that hang.
"""

from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Callable, Optional

import pytest

from handlers.shared.errors import ProtocolError, Unreachable, Unsupported
from handlers.snmp.command_locks import lock_outlet
from handlers.snmp.controls import Control, Guard, Write
from handlers.snmp.objects import Column, Scalar
from handlers.snmp.profiles.digipower import PROFILES as FAMILIES, WriteAll
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.snmp.calls import pdu
from tests.simulators.snmp_agent import Agent, ber
from tests.simulators.snmp_agent.ber import Message
from tests.simulators.snmp_agent.device import dotted
from tests.simulators.snmp_agent.devices.packed import digipower

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN
STATES = "1.3.6.1.4.1.17420.1.2.9.1.13.0"
OUTLETS = 8
DIGIPOWER = FAMILIES[0]


def states(agent: Agent) -> list[str]:
    text = agent.device.text(STATES)
    assert text is not None
    return text.split(",")


def switch(agent: Agent, outlet: int, up: bool, deadline: float = 10.0) -> EnumPowerStatus:
    handler = pdu(agent, timeout="5", retries="2")
    call = handler.port_up if up else handler.port_down
    return call(PduPortView(str(outlet)), deadline=deadline, pause=0.01).power_status


@pytest.mark.against("the project's agent, two commands at once")
@pytest.mark.parametrize("relay_s", [0.0, 0.02])
def test_two_simultaneous_commands_are_both_executed(relay_s: float) -> None:
    """Two callers switch different outlets of one unit. The other outlets keep their states."""
    with ThreadPoolExecutor(2) as units:
        list(units.map(lambda seed: check_five_pairs_of_commands(relay_s, seed), (1, 2)))


def check_five_pairs_of_commands(relay_s: float, seed: int) -> None:
    chance = random.Random(f"{relay_s} {seed}")
    with Agent(digipower(OUTLETS, relay_s=relay_s)) as agent:
        for pair_count in range(1, 6):
            outlet, other_outlet = chance.sample(range(1, OUTLETS + 1), 2)
            up, other_up = chance.choice((True, False)), chance.choice((True, False))
            expected_states = states(agent)
            expected_states[outlet - 1] = "1" if up else "0"
            expected_states[other_outlet - 1] = "1" if other_up else "0"

            with ThreadPoolExecutor(2) as callers:
                state = callers.submit(switch, agent, outlet, up)
                other_state = callers.submit(switch, agent, other_outlet, other_up)

            assert state.result() is (UP if up else DOWN)
            assert other_state.result() is (UP if other_up else DOWN)
            assert states(agent) == expected_states
            assert len(agent.writes()) == 2 * pair_count, "a command was not sent exactly once"


class AgentWithSecondManager(Agent):
    """An agent with a second manager, which writes the states right after each SET.

    `undo`: it writes the states from before the SET. `neighbour`: it switches this outlet.
    """

    def __init__(self, undo: bool, neighbour: Optional[int] = None) -> None:
        super().__init__(digipower(OUTLETS))
        self.undo = undo
        self.neighbour = neighbour

    def _answer(self, message: Message) -> Optional[bytes]:
        before = states(self)
        answer = super()._answer(message)
        if message.pdu.kind == ber.SET:
            after = before if self.undo else states(self)
            if self.neighbour is not None:
                after[self.neighbour - 1] = "0" if after[self.neighbour - 1] == "1" else "1"
            self.device.put(STATES, ",".join(after))
        return answer


@pytest.mark.parametrize("undo, neighbour", [(True, None), (False, 5), (True, 5)])
def test_a_state_is_unknown_unless_every_outlet_reads_as_written(
    undo: bool, neighbour: Optional[int]
) -> None:
    with AgentWithSecondManager(undo, neighbour) as agent:
        was_on = states(agent)[0] == "1"
        assert switch(agent, 1, not was_on, deadline=0.1) is UNKNOWN
        assert len(agent.writes()) == 1


LOCK = Guard(Scalar("1.3.6.1.4.1.17420.1.9.0"), why="locked", refuse=("1",), always_there=False)


@pytest.fixture
def own_control(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Gives the family another control and guards."""

    def give(control: Control, *guards: Guard) -> None:
        outlets = replace(DIGIPOWER.outlets[0], control=control, guards=guards)
        own = replace(DIGIPOWER, outlets=(outlets,))
        monkeypatch.setattr("handlers.snmp.settings.PROFILES", (own,))

    return give


@pytest.mark.parametrize("guards", [(), (LOCK,)], ids=["alone", "guarded"])
def test_a_write_of_all_states_waits_its_turn_for_a_limited_time_and_compares_all_outlets(
    guards: tuple[Guard, ...],
    own_control: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own_control(WriteAll(), *guards)
    with AgentWithSecondManager(undo=False, neighbour=5) as agent:
        was_on = states(agent)[0] == "1"
        with lock_outlet(f"{agent.host} {agent.port}", 1), monkeypatch.context() as short:
            short.setattr("handlers.snmp.switching.PLAN_SECONDS", 0.5)
            with pytest.raises(
                Unreachable,
                match="another command to this device has not ended: nothing was written",
            ) as error_info:
                switch(agent, 1, not was_on)
            assert error_info.value.host == f"{agent.host}:{agent.port}"
        assert agent.writes() == []
        assert switch(agent, 1, not was_on, deadline=0.1) is UNKNOWN
        assert len(agent.writes()) == 1


class AgentThatShortensStates(Agent):
    """An agent that loses all outlets but two at the first GET of the states, which the handler
    sends right before a write.
    """

    def _answer(self, message: Message) -> Optional[bytes]:
        if message.pdu.kind == ber.GET and any(
            dotted(oid) == STATES for oid, _ in message.pdu.bindings
        ):
            self.device.put(STATES, "1,0")
        return super()._answer(message)


def test_fewer_outlets_right_before_the_write_than_at_first_forbid_it() -> None:
    with AgentThatShortensStates(digipower(OUTLETS)) as agent:
        with pytest.raises(
            ProtocolError,
            match="listed fewer outlets than at the start of the call: nothing was written",
        ):
            switch(agent, 1, False)
        assert agent.writes() == []


ALL = Scalar(STATES)
ONE_VALUE = Write(ALL, on="1", off="0")


@pytest.mark.parametrize(
    "control",
    [ONE_VALUE, Write(Column("1.3.6.1.4.1.17420.1.9"), on=0, off=0, off_at=ALL, first=(ALL, 1))],
    ids=["both", "off alone"],
)
@pytest.mark.parametrize("outlets", [2, OUTLETS])
def test_a_command_that_is_the_same_for_all_outlets_is_not_written(
    control: Control, outlets: int, own_control: Callable[..., None]
) -> None:
    """On this device one object holds the states of all outlets, so a write would replace all of
    them with a single value.
    """
    own_control(control)
    with Agent(digipower(outlets)) as agent:
        with pytest.raises(
            Unsupported, match=f"writes one object, a Scalar, for all {outlets} outlets"
        ):
            switch(agent, 1, True)
        assert agent.writes() == []


def test_a_command_that_is_the_same_for_all_outlets_is_written_to_a_unit_with_one_outlet(
    own_control: Callable[..., None],
) -> None:
    own_control(ONE_VALUE)
    with Agent(digipower(1)) as agent:
        assert switch(agent, 1, False) is DOWN
        assert [write.value for write in agent.writes()] == ["0"]


def test_a_command_that_fails_leaves_the_device_free() -> None:
    with pytest.raises(Unreachable, match="gone"), lock_outlet("192.0.2.1 161", 0):
        raise Unreachable("gone")
    with lock_outlet("192.0.2.1 161", 0):
        pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
def test_a_forked_worker_does_not_inherit_a_held_lock() -> None:
    with lock_outlet("192.0.2.1 161", 1):
        child = os.fork()
        if child == 0:
            try:
                with lock_outlet("192.0.2.1 161", 1):
                    os._exit(0)
            finally:
                os._exit(1)
    # returns soon: the child waits at most 1 s for the lock
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("other", ["2001:DB8:0:0::7 161", "2001:db8:0::0:7 161"])
def test_two_spellings_of_one_address_are_one_device(other: str) -> None:
    with lock_outlet("2001:db8::7 161", 1), pytest.raises(Unreachable), lock_outlet(other, 0):
        pass
    with (
        lock_outlet("2001:db8::7 161", 1),
        lock_outlet("2001:db8::7 1161", 0),
        lock_outlet("2001:db8::8 161", 0),
    ):
        pass
    with (
        lock_outlet("::ffff:192.0.2.7 161", 1),
        pytest.raises(Unreachable),
        lock_outlet("192.0.2.7 161", 0),
    ):
        pass
    with (
        lock_outlet("PDU-1.example. 161", 1),
        pytest.raises(Unreachable),
        lock_outlet("pdu-1.example 161", 0),
    ):
        pass
