"""Commands over SNMP: the objects, types and values that are written, and the state that is
reported.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Callable, Optional

import pytest

from handlers.shared.errors import (
    Denied,
    NoSuchOutlet,
    PduHandlerError,
    Refused,
    Unreachable,
    Unsupported,
)
from handlers.snmp import settings
from handlers.snmp.evidence import Confidence
from handlers.snmp.frozen_value import replace
from handlers.snmp.handler import SnmpPdu
from handlers.snmp.profiles import PROFILES
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.snmp.calls import near, pdu
from tests.handlers.snmp.commands import COMMANDS, INTEGER
from tests.handlers.snmp.units import states
from tests.servers.snmpd import Snmpd
from tests.simulators.snmp_agent import BUILT_IN, Agent, Device, Faults, Model, ber
from tests.simulators.snmp_agent.ber import Message
from tests.simulators.snmp_agent.devices import KINDS, Kind, apc, eaton, packed, raritan, servertech

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN
FAMILIES = pytest.mark.parametrize("key", sorted(COMMANDS))


def one_that_is_on(model: Model) -> str:
    return next(identity for identity, is_on in model.books().states.items() if is_on)


@pytest.mark.sample(7)
@FAMILIES
@pytest.mark.parametrize("version", ["1", "2"])
def test_one_object_is_written_once_and_the_relay_follows(key: str, version: str) -> None:
    model = BUILT_IN[key]()
    identity = one_that_is_on(model)
    before = model.books().states
    with Agent(model) as agent:
        port = PduPortView(identity)
        assert pdu(agent, version=version).port_down(port) is port
        assert port.power_status is DOWN
        assert [tuple(write) for write in agent.writes()] == COMMANDS[key].written(
            identity, up=False
        )
        assert agent.books().states == {**before, identity: False}
        assert pdu(agent, version=version).port_up(port) is port
        assert port.power_status is UP
        assert [tuple(write) for write in agent.writes()][1:] == COMMANDS[key].written(
            identity, up=True
        )
        assert agent.books().states == before


@FAMILIES
def test_an_outlet_already_in_the_wanted_state_is_written(key: str) -> None:
    with Agent(BUILT_IN[key]()) as agent:
        identity = one_that_is_on(BUILT_IN[key]())
        assert near(agent).port_up(PduPortView(identity)).power_status is UP
        assert [tuple(write) for write in agent.writes()] == COMMANDS[key].written(
            identity, up=True
        )


@pytest.mark.sample(6)
@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@pytest.mark.against("Net-SNMP snmpd, switching")
def test_a_real_agent_receives_the_writes_of_each_kind_of_control(kind: Kind) -> None:
    with Snmpd(kind.build()) as server:
        handler = pdu(server, {"switch_unproven": "yes"})
        before = states(handler.status())
        assert handler.port_down(PduPortView(kind.identity), pause=0.05).power_status is DOWN
        assert states(handler.status()) == {**before, kind.identity: DOWN}
        assert handler.port_up(PduPortView(kind.identity), pause=0.05).power_status is UP
        assert [
            (write.oid, int(write.value) if write.tag == INTEGER else write.value, write.answer)
            for write in server.writes()
        ] == [(oid, value, "") for oid, value in (*kind.off, *kind.on)]


@pytest.mark.parametrize(
    "model",
    [
        apc.rpdu2(8, relay_s=0.7),
        eaton.epdu(8, relay_s=0.7),
        raritan.px(8, relay_s=0.7),
        servertech.sentry3(4, relay_s=0.7),
    ],
    ids=lambda model: model.name,
)
def test_a_command_waits_for_a_slow_relay(model: Model) -> None:
    identity = one_that_is_on(model)
    with Agent(model) as agent:
        assert pdu(agent).port_down(PduPortView(identity), pause=0.05).power_status is DOWN
        assert len(agent.writes()) == 1


@pytest.mark.parametrize(
    "model",
    [servertech.sentry3(4, relay_s=60), apc.rpdu2(8, relay_s=60)],
    ids=["waiting", "still on"],
)
def test_a_state_other_than_the_wanted_one_is_unknown_after_the_deadline(model: Model) -> None:
    """The Sentry reports that its outlet waits to be switched off; the rPDU2 still reports "on"."""
    with Agent(model) as agent:
        port = PduPortView(one_that_is_on(model))
        assert pdu(agent).port_down(port, deadline=0.2, pause=0.05).power_status is UNKNOWN


def test_a_command_to_an_outlet_with_a_row_of_its_own_walks_no_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Agent(apc.rpdu2(48)) as agent:
        handler = pdu(agent)

        def walk(oid: object) -> object:
            raise OSError(f"a walk of {oid}")

        monkeypatch.setattr(handler, "snmp_walk", walk)
        assert handler.port_down(PduPortView("3"), pause=0.05).power_status is DOWN


@pytest.mark.parametrize(
    "oid",
    [
        f"{apc.RPDU2_STATUS}.5.3",  # its own row
        "1.3.6.1.4.1.318.1.1.26.9.1.0",  # the number of rows of all units
        f"{apc.RPDU2_STATUS}.5.8",  # the last row
        f"{apc.RPDU2_STATUS}.2.3",  # its unit
        f"{apc.RPDU2_STATUS}.6.3",  # whether a command is pending
    ],
)
def test_nothing_is_written_if_what_a_command_reads_cannot_be_read(
    oid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Agent(apc.rpdu2(8)) as agent:
        handler = pdu(agent)
        get = handler.snmp_get

        def read(asked: object) -> object:
            if str(asked) == oid:
                raise OSError("the unit is busy")
            return get(str(asked))

        monkeypatch.setattr(handler, "snmp_get", read)
        port = PduPortView("3", UNKNOWN)
        for call in (handler.port_up, handler.port_down):
            with pytest.raises(PduHandlerError, match="busy"):
                call(port)
        assert agent.writes() == [] and port.power_status is UNKNOWN


def test_nothing_is_written_in_a_chain_that_lists_fewer_outlets_than_it_counts() -> None:
    with Agent(apc.rpdu2(8)) as agent:
        for column in ("5", "3"):  # the last row's state and name
            agent.device.take(f"{apc.RPDU2_STATUS}.{column}.8")
        assert_refused(agent, "3", PduHandlerError, "counts 8 outlets, but it listed 7")


def assert_refused(
    agent: Agent,
    identity: str,
    error: type[PduHandlerError],
    words: str,
    reach: Callable[[Agent], SnmpPdu] = pdu,
) -> None:
    """Check that port_up and port_down raise an error that names host and call, leave the port
    unchanged and write nothing.
    """
    for call in ("port_up", "port_down"):
        port = PduPortView(identity, UNKNOWN)
        with pytest.raises(error, match=words) as error_info:
            getattr(reach(agent), call)(port)
        assert (
            error_info.value.host == f"{agent.host}:{agent.port}"
            and error_info.value.operation == call
        )
        assert port.power_status is UNKNOWN
    assert agent.writes() == []


@pytest.mark.sample(27)
@FAMILIES
@pytest.mark.parametrize(
    "identity", ["999", "0.999", "", "1.3.6.1", "1; drop", "-1", "1.1.1.1.1", "00"]
)
def test_an_outlet_that_does_not_exist_is_not_written(key: str, identity: str) -> None:
    with Agent(BUILT_IN[key]()) as agent:
        assert_refused(agent, identity, NoSuchOutlet, "no outlet", near)


def test_a_unit_that_only_meters_has_unknown_states_and_is_not_written() -> None:
    rows = {
        oid: row
        for oid, row in raritan.px(4).device.rows().items()
        if not oid.startswith((raritan.SWITCHING, f"{raritan.OUTLET_SENSOR}.3"))
    }
    with Agent(Device(rows, rules=None)) as agent:
        assert [port.power_status for port in pdu(agent).status().ports] == [UNKNOWN] * 4
        assert len(pdu(agent).statistic().ports) == 4
        assert_refused(agent, "1.1", Unsupported, "reports no state")


def test_a_family_with_unproven_commands_is_read_only_until_the_owner_allows_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unsure = tuple(
        replace(p, switching_confidence=Confidence.LOW, note="One driver only.")
        for p in PROFILES
        if p.is_switched
    )
    monkeypatch.setattr(settings, "PROFILES", unsure)
    with Agent(BUILT_IN["rpcm"]()) as agent:
        assert pdu(agent).status().ports
        assert_refused(agent, "1", Unsupported, "switch_unproven=yes.*One driver only")
        assert (
            pdu(agent, {"switch_unproven": "yes"}).port_down(PduPortView("1")).power_status is DOWN
        )


# ---- faults --------------------------------------------------------------------------------------


class Moody(Agent):
    """An agent that loses the answer to a SET, or the requests after it."""

    lose_answer = False
    # how many requests after the second SET are lost; `Cut` sends the first SET
    silent_after = 0

    def _answer(self, message: Message) -> Optional[bytes]:
        is_set = message.pdu.kind == ber.SET
        if not is_set and self.silent_after and self.writes()[1:]:
            self.silent_after -= 1
            return None
        answer = super()._answer(message)
        return None if is_set and self.lose_answer else answer


# Settings for lost messages: a SET waits 0.3 s for its answer, a GET is repeated for about 3 s.
LOST: dict[str, Any] = {"timeout": "0.3", "retries": "10"}


class Cut:
    """A PDU whose outlet 1 was switched off."""

    def __init__(self, agent: Moody) -> None:
        self.agent = agent
        assert pdu(agent).port_down(PduPortView("1")).power_status is DOWN

    def up(self, deadline: float = 0.2, **params: str) -> PduPortView:
        return pdu(self.agent, None, **params).port_up(
            PduPortView("1"), deadline=deadline, pause=0.05
        )

    def is_on(self) -> bool:
        return self.agent.device.text(f"{apc.RPDU2_STATUS}.5.1") == "2"


@pytest.fixture
def cut() -> Iterator[Cut]:
    agent = Moody(apc.rpdu2(8))
    with agent:
        yield Cut(agent)


def test_a_command_whose_answer_is_lost_is_not_repeated_and_the_state_is_read(cut: Cut) -> None:
    cut.agent.lose_answer = True
    assert cut.up(**LOST).power_status is UP
    assert cut.is_on() and len(cut.agent.writes()) == 2


def test_the_error_after_a_lost_answer_and_silence_says_that_the_outlet_may_have_switched(
    cut: Cut,
) -> None:
    cut.agent.lose_answer, cut.agent.silent_after = True, 1000
    with pytest.raises(Unreachable, match="may or may not have switched"):
        cut.up(**LOST)
    assert cut.is_on() and len(cut.agent.writes()) == 2


def test_a_state_that_cannot_be_read_after_a_command_is_unknown(cut: Cut) -> None:
    cut.agent.silent_after = 1000
    assert cut.up(timeout="2", retries="0").power_status is UNKNOWN
    assert cut.is_on() and len(cut.agent.writes()) == 2


@pytest.mark.parametrize(
    "answer, error",
    [
        ("notWritable", Denied),
        ("noAccess", Denied),
        ("authorizationError", Denied),
        ("wrongValue", Refused),
        ("inconsistentValue", Refused),
    ],
)
def test_a_refusal_names_the_devices_error_and_switches_nothing(
    cut: Cut, answer: str, error: type[PduHandlerError]
) -> None:
    cut.agent.faults = Faults(set_error=answer)
    with pytest.raises(error, match=answer):
        cut.up()
    assert not cut.is_on()


@pytest.mark.parametrize("answer", ["genErr", "commitFailed", "undoFailed"])
def test_the_error_for_a_failure_within_a_write_says_that_the_outlet_may_have_switched(
    cut: Cut, answer: str
) -> None:
    cut.agent.faults = Faults(set_error=answer)
    with pytest.raises(Unreachable, match="may or may not have switched"):
        cut.up()
    assert len(cut.agent.writes()) == 2


def test_the_error_for_a_read_only_community_says_so(cut: Cut) -> None:
    for version in ("1", "2"):
        with pytest.raises(Denied, match="write"):
            cut.up(community="public", version=version)
    assert not cut.is_on()


@pytest.mark.parametrize(
    "outlets, listed",
    [(1, "it has 1"), (4, "it has 1, 2, 3, 4"), (5, "it has 1, 2 … 5 (5 outlets)")],
)
def test_the_error_for_an_unknown_outlet_lists_four_outlets_or_counts_them(
    outlets: int, listed: str
) -> None:
    with Agent(packed.digipower(outlets)) as agent:
        with pytest.raises(NoSuchOutlet) as error_info:
            near(agent).port_down(PduPortView("9"))
        assert str(error_info.value).partition("; ")[2].startswith(listed) and not agent.writes()
