"""The double of BaseSnmpPdu against faulty agents: it returns a whole answer in time or raises."""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from contextvars import copy_context

import pytest

from pdu_common.base_snmp_pdu import BaseSnmpPdu, SnmpError
from pdu_common.snmp_client import ber as codec, calls, pdus, process_options
from pdu_common.snmp_client.reads import dotted, parse_oid
from tests.simulators.snmp_agent import Agent, Device, Faults, Row, ber
from tests.simulators.snmp_agent.ber import Binding, Pdu
from tests.simulators.snmp_agent.device import INTEGER
from tests.simulators.snmp_agent.devices import apc

from .double import connect
from .relay import Bend, Relay

STATES, COMMANDS = f"{apc.RPDU2_STATUS}.5", f"{apc.RPDU2_CONTROL}.5"
NAMES = f"{apc.RPDU2_STATUS}.3"
NAME = "1.3.6.1.2.1.1.5.0"


def _indexes(pdu: BaseSnmpPdu, column: str = STATES) -> list[str]:
    return [element.oid_index for element in pdu.snmp_walk(column)]


def _walked(agent: Agent, **params: str) -> list[str]:
    return _indexes(connect(agent.port, **params))


WHOLE = [str(n) for n in range(1, 49)]


def faults_id(value: object) -> str:
    if not isinstance(value, Faults):
        return str(value)
    return ", ".join(f"{name}={fault}" for name, fault in vars(value).items() if fault)


def test_a_walk_of_48_rows_takes_two_requests(agent: Agent) -> None:
    assert _walked(agent) == WHOLE
    assert agent.counts == {"bulk": 2}


def test_a_v1_walk_of_48_rows_asks_for_up_to_16_rows_at_once(agent: Agent) -> None:
    assert _walked(agent, version="1") == WHOLE
    assert agent.counts == {"next": 5}  # 4, 8, 16, 16 and the rest


@pytest.mark.parametrize("seed", range(10))
def test_a_walk_is_whole_for_any_indexes(seed: int) -> None:
    """Indexes have one to three arcs of at most 2**32 - 1, with gaps and runs.

    For even seeds no object follows them.
    """
    chance = random.Random(seed)
    rows: dict[str, Row] = {}
    for _ in range(30):
        rows[f"{STATES}.{_random_index(chance)}"] = Row(INTEGER, chance.randrange(100))
    is_last_table = seed % 2 == 0
    next_table = {} if is_last_table else {f"{apc.RPDU2_STATUS}.6.1": Row(INTEGER, 1)}

    with Agent(Device({**rows, **next_table}, rules=None)) as agent:
        in_order = agent.device.rows()
        by_getnext = connect(agent.port, version="1").snmp_walk(STATES)
        by_getbulk = connect(agent.port, version="2").snmp_walk(STATES)

    expected = [(oid, row.value) for oid, row in in_order.items() if oid in rows]
    assert [(element.oid, element.value) for element in by_getnext] == expected
    assert [(element.oid, element.value) for element in by_getbulk] == expected


def _random_index(chance: random.Random) -> str:
    arcs: list[int] = []
    for _ in range(chance.randint(1, 3)):
        arcs.append(chance.choice((chance.randrange(4), chance.randrange(300), 2**32 - 1)))
    return ".".join(map(str, arcs))


class AnswersFirstOidAlone(Agent):
    """An agent that answers the first OID of a GETNEXT and repeats the other OIDs
    with the value 0.
    """

    def _get_next(self, pdu: Pdu, version: int) -> tuple[str, int, tuple[Binding, ...]]:
        status, place, rows = super()._get_next(pdu._replace(bindings=pdu.bindings[:1]), version)
        return status, place, (*rows, *((oid, Row(INTEGER, 0)) for oid, _ in pdu.bindings[1:]))


def test_a_v1_agent_that_answers_only_one_oid_is_walked_row_by_row() -> None:
    with AnswersFirstOidAlone(apc.rpdu2(outlets=48)) as agent:
        assert _walked(agent, version="1") == WHOLE
        assert agent.counts == {"next": 49}


@pytest.mark.parametrize(
    "faults",
    [
        Faults(max_octets=400),
        Faults(max_octets=120),
        Faults(max_bindings=3),
        Faults(silent_above=130),
        Faults(drop=frozenset((1,))),
        Faults(drop_answers=frozenset((2,))),
        Faults(no_bulk=True),
        Faults(max_octets=400, drop=frozenset((2,))),
    ],
    ids=faults_id,
)
@pytest.mark.parametrize("version", ("1", "2"))
def test_a_walk_is_whole_despite_limits_and_losses(
    agent: Agent, faults: Faults, version: str
) -> None:
    agent.faults = faults
    assert _walked(agent, version=version, retries="10", timeout="0.3") == WHOLE


@pytest.mark.sample(10)
@pytest.mark.parametrize("version", ("1", "2"))
@pytest.mark.parametrize(
    "faults, words",
    [
        (Faults(silent=True), "timeout"),
        (Faults(walk_silent_after=10), "timeout"),
        (Faults(walk_error="genErr", walk_error_after=10), "genErr"),
        (Faults(same_oid_after=10), "did not continue the walk"),
        (Faults(back_after=10), "did not continue the walk"),
        (Faults(truncate=True), "timeout|PyAsn1|substrate|short"),
        (Faults(garbage=True), "timeout"),
        (Faults(wrong_request_id=True), "timeout|badResponse"),
    ],
    ids=faults_id,
)
def test_a_walk_that_cannot_be_whole_raises(
    agent: Agent, faults: Faults, words: str, version: str
) -> None:
    agent.faults = faults
    hurry = {"retries": "1", "timeout": "0.2"} if words.startswith("timeout") else {}
    with pytest.raises(SnmpError, match=words):
        _walked(agent, version=version, **hurry)


def test_an_agent_that_answers_a_getbulk_as_a_get_is_walked_by_getnext(agent: Agent) -> None:
    agent.faults = Faults(bulk_as_get=True)
    pdu = connect(agent.port)
    for column in (STATES, NAMES):
        assert _indexes(pdu, column) == WHOLE
    assert agent.counts["bulk"] == 1


def test_a_walk_by_getbulk_that_goes_back_is_read_on_by_getnext(agent: Agent) -> None:
    """Of an answer that does not continue the walk, no row is used."""

    def turned(request: bytes, answer: bytes) -> list[bytes]:
        if ber.decode(request).pdu.kind != ber.GET_BULK:
            return [answer]
        message = ber.decode(answer)
        rows = message.pdu.bindings
        pdu = message.pdu._replace(bindings=(*rows[:5], *rows[3:]))
        return [ber.encode(message._replace(pdu=pdu))]

    with Relay(agent.port, turned) as relay:
        assert _indexes(connect(relay.port)) == WHOLE
        first_kind, *later_kinds = [ber.decode(request).pdu.kind for request in relay.requests]
    assert first_kind == ber.GET_BULK
    assert set(later_kinds) == {ber.GET_NEXT}


class LacksValues(Agent):
    """An agent that answers `exception` in place of the value of these objects."""

    oids_without_value: frozenset[str] = frozenset()
    exception = ber.NO_SUCH_OBJECT

    def _get_next(self, pdu: Pdu, version: int) -> tuple[str, int, tuple[Binding, ...]]:
        status, place, bindings = super()._get_next(pdu, version)
        return status, place, self._without_values(bindings)

    def _bulk(self, pdu: Pdu) -> tuple[str, int, tuple[Binding, ...]]:
        status, place, bindings = super()._bulk(pdu)
        return status, place, self._without_values(bindings)

    def _without_values(self, bindings: tuple[Binding, ...]) -> tuple[Binding, ...]:
        changed_bindings: list[Binding] = []
        for oid, value in bindings:
            has_value = dotted(oid) not in self.oids_without_value
            changed_bindings.append((oid, value if has_value else self.exception))
        return tuple(changed_bindings)


UNREADABLE = {
    "a type that SNMP lacks": b"\x09\x01\x02",
    "a counter of 33 bits": b"\x41\x05\x01\x00\x00\x00\x00",
}


def _spoilt(oid: str, value: bytes) -> Bend:
    """Puts these octets in place of the object's value."""
    name = codec.encode_oid(parse_oid(oid))

    def bend(request: bytes, answer: bytes) -> list[bytes]:
        message = ber.decode(answer)
        bindings = b""
        for binding in message.pdu.bindings:
            if binding[0] == parse_oid(oid):
                bindings += codec.tlv(codec.SEQUENCE, name + value)
            else:
                bindings += ber.encode_binding(binding)
        request_id = codec.encode_integer(message.pdu.request_id)
        status_and_index = 2 * codec.encode_integer(0)
        content = request_id + status_and_index + codec.tlv(codec.SEQUENCE, bindings)
        response = codec.tlv(ber.RESPONSE, content)
        return [pdus.message(message.version, message.community, response)]

    return bend


@pytest.mark.parametrize("version", ("1", "2"))
@pytest.mark.parametrize("what", UNREADABLE)
def test_an_answer_to_a_get_that_cannot_be_decoded_twice_is_an_error_that_names_the_object(
    agent: Agent, what: str, version: str
) -> None:
    with Relay(agent.port, _spoilt(NAME, UNREADABLE[what])) as relay:
        pdu = connect(relay.port, version=version, timeout="60")
        with pytest.raises(SnmpError, match="cannot be decoded") as error_info:
            pdu.snmp_get(NAME)
        assert f" {NAME} is " in str(error_info.value)
        assert len(relay.requests) <= 2


@pytest.mark.parametrize("version", ("1", "2"))
@pytest.mark.parametrize("what", UNREADABLE)
def test_an_answer_to_a_walk_that_cannot_be_decoded_twice_is_an_error_that_names_the_object(
    agent: Agent, what: str, version: str
) -> None:
    oid = f"{STATES}.7"
    with Relay(agent.port, _spoilt(oid, UNREADABLE[what])) as relay:
        pdu = connect(relay.port, version=version, timeout="60")
        with pytest.raises(SnmpError, match="cannot be decoded") as error_info:
            pdu.snmp_walk(STATES)
        assert f" {oid} is " in str(error_info.value)
        assert len(relay.requests) <= 5


class _SpoilOnce:
    """Changes the first answer that `bend` changes, and no other one."""

    def __init__(self, bend: Bend) -> None:
        self._bend = bend
        self.is_done = False

    def __call__(self, request: bytes, answer: bytes) -> Sequence[bytes]:
        answers = self._bend(request, answer)
        if self.is_done or answers == [answer]:
            return [answer]
        self.is_done = True
        return answers


@pytest.mark.parametrize("version", ("1", "2"))
def test_a_value_that_cannot_be_decoded_once_is_asked_for_again(agent: Agent, version: str) -> None:
    for oid in (NAME, f"{STATES}.7"):
        spoil_once = _SpoilOnce(_spoilt(oid, UNREADABLE["a type that SNMP lacks"]))
        with Relay(agent.port, spoil_once) as relay:
            pdu = connect(relay.port, version=version, timeout="60")
            if oid == NAME:
                assert pdu.snmp_get(NAME).value == "rpdu2"
                assert len(relay.requests) == 2
            else:
                assert _indexes(pdu) == WHOLE
        assert spoil_once.is_done


@pytest.mark.parametrize("version", ("1", "2"))
def test_a_value_in_a_column_that_nobody_asked_for_may_be_undecodable(
    agent: Agent, version: str
) -> None:
    column, _, last = STATES.rpartition(".")
    with Relay(agent.port, _spoilt(f"{column}.{int(last) + 1}.1", b"\x09\x01\x02")) as relay:
        assert _indexes(connect(relay.port, version=version, timeout="60")) == WHOLE


def test_a_walk_that_ends_for_lack_of_rights_raises(agent: Agent) -> None:
    agent.faults = Faults(walk_error="authorizationError", walk_error_after=25)
    with pytest.raises(SnmpError, match="authorizationError"):
        _walked(agent)


class AnswersOtherObjects(Agent):
    """An agent that answers every GET with the objects in `bindings_of_answer`."""

    bindings_of_answer: tuple[Binding, ...] = ()

    def _get(self, pdu: Pdu, version: int) -> tuple[str, int, tuple[Binding, ...]]:
        return "", 0, self.bindings_of_answer


@pytest.mark.parametrize(
    "oids", [(f"{STATES}.1",), (NAME, f"{STATES}.1")], ids=["another one", "two"]
)
def test_a_get_that_is_not_answered_with_its_object_alone_is_an_error(
    oids: tuple[str, ...],
) -> None:
    agent = AnswersOtherObjects(apc.rpdu2(outlets=1))
    agent.bindings_of_answer = tuple((parse_oid(oid), Row(INTEGER, 1)) for oid in oids)
    with agent, pytest.raises(SnmpError, match=f"did not answer with {NAME} alone"):
        connect(agent.port).snmp_get(NAME)


@pytest.mark.parametrize("version", ("1", "2"))
def test_a_get_that_is_answered_without_objects_twice_is_one_of_a_missing_object(
    version: str,
) -> None:
    with AnswersOtherObjects(apc.rpdu2(outlets=1)) as agent:
        assert connect(agent.port, version=version).snmp_get(NAME).value is None
        assert agent.requests == 2


class EndsByException(Agent):
    """An agent that answers with `end` after its last object, in any version."""

    end = ber.END_OF_MIB_VIEW

    def _get_next(self, pdu: Pdu, version: int) -> tuple[str, int, tuple[Binding, ...]]:
        return "", 0, self._with_end(super()._get_next(pdu, 1)[2])

    def _bulk(self, pdu: Pdu) -> tuple[str, int, tuple[Binding, ...]]:
        return "", 0, self._with_end(super()._bulk(pdu)[2])

    def _with_end(self, bindings: tuple[Binding, ...]) -> tuple[Binding, ...]:
        changed_bindings: list[Binding] = []
        for oid, value in bindings:
            changed_bindings.append((oid, self.end if value == ber.END_OF_MIB_VIEW else value))
        return tuple(changed_bindings)


@pytest.mark.parametrize("faults", [Faults(), Faults(no_bulk=True)], ids=faults_id)
@pytest.mark.parametrize("end", [ber.NO_SUCH_OBJECT, ber.NO_SUCH_INSTANCE, ber.END_OF_MIB_VIEW])
@pytest.mark.parametrize("version", ("1", "2"))
def test_any_exception_after_the_last_object_ends_a_walk(
    version: str, end: int, faults: Faults
) -> None:
    last = "1.3.6.1.4.1.99999.1"
    rows = {f"{last}.{n}": Row(INTEGER, n) for n in range(1, 49)}
    agent = EndsByException(Device(rows), faults=faults)
    agent.end = end
    with agent:
        pdu = connect(agent.port, version=version, timeout="0.2", retries="9")
        assert [element.value for element in pdu.snmp_walk(last)] == list(range(1, 49))
        assert pdu.snmp_walk("1.3.6.1.4.1.99999.2") == []


EXCEPTION_IDS = ["noSuchObject", "noSuchInstance"]


@pytest.mark.parametrize("faults", [Faults(), Faults(no_bulk=True)], ids=faults_id)
@pytest.mark.parametrize("exception", [ber.NO_SUCH_OBJECT, ber.NO_SUCH_INSTANCE], ids=EXCEPTION_IDS)
@pytest.mark.parametrize("version", ("1", "2"))
@pytest.mark.parametrize("places", [{2}, {1}, {48}, {20, 21}, set(range(5, 40))], ids=str)
def test_a_row_without_a_value_does_not_end_a_walk(
    places: set[int], version: str, exception: int, faults: Faults
) -> None:
    column = "1.3.6.1.4.1.99999.1"
    rows = {f"{column}.{n}": Row(INTEGER, n) for n in range(1, 49)}
    rows["1.3.6.1.4.1.99999.2.1"] = Row(INTEGER, 0)
    agent = LacksValues(Device(rows), faults=faults)
    agent.oids_without_value = frozenset(f"{column}.{n}" for n in places)
    agent.exception = exception

    with agent:
        elements = connect(agent.port, version=version, timeout="0.2", retries="9").snmp_walk(
            column
        )

    values = [element.value for element in elements]
    assert values == [n for n in range(1, 49) if n not in places]


@pytest.mark.parametrize("status", ["genErr", "noSuchName", "authorizationError", "noAccess"])
def test_an_agent_that_refuses_getbulk_is_asked_by_getnext_from_then_on(status: str) -> None:
    class NoBulk(Agent):
        def _bulk(self, pdu: Pdu) -> tuple[str, int, tuple[Binding, ...]]:
            return status, 1, ()

    with NoBulk(apc.rpdu2(outlets=48)) as agent:
        pdu = connect(agent.port, timeout="60")
        for column in (STATES, NAMES):
            assert _indexes(pdu, column) == WHOLE
        assert agent.counts["bulk"] == 1


def test_a_table_without_end_is_an_error(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "MAX_ROWS", 200)
    agent.faults = Faults(endless=True)
    with pytest.raises(SnmpError, match="no end"):
        _walked(agent)


def test_a_walk_that_is_too_slow_ends_at_its_deadline_and_the_next_call_works(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent.faults = Faults(late_s=0.1, max_bindings=1)
    with (
        monkeypatch.context() as hurried,
        pytest.raises(SnmpError, match="no complete answer from .* within"),
    ):
        hurried.setattr(calls, "WALK_DEADLINE_S", 0.4)
        _walked(agent)
    agent.faults = Faults()
    assert _walked(agent) == WHOLE


def test_a_read_is_repeated_after_a_lost_request_and_after_a_lost_answer(agent: Agent) -> None:
    agent.faults = Faults(drop=frozenset((1,)), drop_answers=frozenset((2,)))
    requests: list[int] = []

    def read() -> None:
        process_options.SENT.set(lambda: requests.append(1))
        assert connect(agent.port, timeout="0.5", retries="10").snmp_get(NAME).value == "rpdu2"

    copy_context().run(read)
    assert agent.requests >= 3  # more if the machine is busy
    assert len(requests) == agent.requests


def test_a_late_answer_is_not_taken_for_the_answer_to_a_later_request(agent: Agent) -> None:
    agent.faults = Faults(late_first_s=1.0)
    pdu = connect(agent.port, timeout="0.4", retries="10")
    assert pdu.snmp_get(NAME).value == "rpdu2"
    (late,) = agent._timers
    is_late_sent = False
    while not is_late_sent:
        is_late_sent = not late.is_alive()  # so the last round of requests follows the late answer
        states = [pdu.snmp_get(f"{STATES}.{n}").value for n in range(1, 9)]
        assert states == [2, 2, 2, 1] * 2


@pytest.mark.parametrize(
    "faults",
    [Faults(drop_answers=frozenset((1,))), Faults(silent=True), Faults(garbage=True)],
    ids=faults_id,
)
def test_a_write_is_sent_once_even_if_its_answer_is_lost_or_garbage(
    agent: Agent, faults: Faults
) -> None:
    agent.faults = faults
    writer = connect(agent.port, timeout="0.2", retries="5")
    with pytest.raises(SnmpError):
        writer.snmp_set(f"{COMMANDS}.1", 2)

    # the agent answers in order, so after this answer no further request is on its way
    agent.faults = Faults()
    reader = connect(agent.port, retries="0", timeout="30")
    assert reader.snmp_get(NAME).value == "rpdu2"
    assert agent.requests == 2


class RefusesByValue(Agent):
    """Refuses a SET as snmpsim 1.2.2 and the npm package net-snmp 3.29.2 do: no error status, and
    an exception in place of the value."""

    exception = ber.NO_SUCH_INSTANCE

    def _set(self, pdu: Pdu, allowed: bool) -> tuple[str, int, tuple[Binding, ...]]:
        return "", 0, tuple((oid, self.exception) for oid, _ in pdu.bindings)


@pytest.mark.parametrize("version", ("1", "2"))
@pytest.mark.parametrize("exception", ["noSuchInstance", "noSuchObject"])
def test_a_write_that_is_answered_with_an_exception_is_refused(
    exception: str, version: str
) -> None:
    agent = RefusesByValue(apc.rpdu2(outlets=1))
    if exception == "noSuchObject":
        agent.exception = ber.NO_SUCH_OBJECT
    with agent:
        with pytest.raises(SnmpError, match=f"answered {exception} for {COMMANDS}.1"):
            connect(agent.port, version=version).snmp_set(f"{COMMANDS}.1", 2)
        assert agent.requests == 1


def test_a_truncated_answer_leaves_no_community_in_the_log_or_the_error(
    agent: Agent, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    agent.faults = Faults(truncate=True)
    with pytest.raises(SnmpError) as error_info:
        connect(agent.port, timeout="0.2", retries="0").snmp_walk(STATES)
    assert "private" not in caplog.text + str(error_info.value)
    agent.faults = Faults()
    assert _walked(agent) == WHOLE
