"""Several objects with each request: a hostile, small or old agent costs requests, and changes no
row, no figure and no error.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Callable, NamedTuple, Optional, Union

import pytest
from hypothesis import given, strategies

from handlers.shared import prefetch
from pdu.pdus import reading
from pdu.pdus.fast_snmp import enable_fast_reads
from pdu.pdus.handler_loading import load
from pdu.pdus.reading import Reading
from pdu_common.snmp_client import process_options
from pdu_common.snmp_client.agent_limits import AgentLimits
from pdu_common.snmp_client.errors import SnmpError
from pdu_common.snmp_client.reads import (
    INTEGER,
    Arcs,
    Read,
    Rows,
    SnmpAnswer,
    SnmpRequest,
    TypedValue,
)
from pdu_common.snmp_client.table_reads import columns, objects
from pdu_common.snmp_client.tool_api import ALONE
from tests.handlers.snmp.calls import form
from tests.simulators.snmp_agent import Agent, ber
from tests.simulators.snmp_agent.ber import Binding
from tests.simulators.snmp_agent.devices import apc
from tests.simulators.snmp_agent.faults import Faults

from .relay import Relay

#: changes the varbinds of an answer; the second argument is how many the request had
Change = Callable[[Sequence[Binding], int], Sequence[Binding]]
EVERYTHING = (reading.states, reading.power, reading.labels)
OUTLETS = 8


class Place(NamedTuple):
    port: int
    host: str = "127.0.0.1"


class Result(NamedTuple):
    """What the exporter reads of a unit, or its error; and the number of requests."""

    found: Union[Reading, str]
    requests: int


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    ALONE.forget()
    yield
    ALONE.forget()


def read(port: int, together: bool, **params: str) -> Result:
    enable_fast_reads()
    if not together:
        prefetch.set_prefetcher(None)
    sent: list[None] = []
    token = process_options.SENT.set(lambda: sent.append(None))
    try:
        data = form(Place(port), None, {"version": "2", "timeout": "20", **params})
        pdu = reading.read_pdu(load("snmp"), data, EVERYTHING)
        return Result(pdu._replace(begun=0.0, seconds=0.0), len(sent))
    except Exception as error:
        return Result(f"{type(error).__name__}: {error}", len(sent))
    finally:
        process_options.SENT.reset(token)


@pytest.fixture(scope="module")
def agent() -> Iterator[Agent]:
    with Agent(apc.rpdu2(outlets=OUTLETS)) as running:
        yield running


def test_a_reading_costs_less_than_half_the_requests_and_fewer_rows(agent: Agent) -> None:
    alone, together = read(agent.port, False), read(agent.port, True)
    assert isinstance(alone.found, Reading) and len(alone.found.outlets) == OUTLETS
    assert together.found == alone.found
    assert together.requests * 2 < alone.requests


def _columnwise(rows: Sequence[Binding], asked: int) -> list[Binding]:
    return [row for first in range(asked) for row in rows[first::asked]]


BENT: dict[str, Change] = {
    "in the order of the columns": _columnwise,
    "backwards": lambda rows, asked: rows[::-1],
    "two columns exchanged": lambda rows, asked: [*rows[1::-1], *rows[2:]],
    "of the next column": lambda rows, asked: rows[1:],
    "of the column before": lambda rows, asked: [rows[0], *rows[:-1]],
    "of the first column only": lambda rows, asked: rows[::asked],
    "of the last column only": lambda rows, asked: rows[asked - 1 :: asked],
    "without the second row": lambda rows, asked: [*rows[:asked], *rows[asked + 1 :]],
    "one row": lambda rows, asked: rows[:1],
    "no row": lambda rows, asked: [],
    "each row twice": lambda rows, asked: [row for row in rows for _ in range(2)],
    "the first rows again and again": lambda rows, asked: [*rows[:asked], *rows[:asked]],
    "more than was asked for": lambda rows, asked: [*rows, *rows, *rows],
    "of another agent": lambda rows, asked: [((1, 3, 6, 1, 2, 1, 1, 5, 0), rows[0][1])] * len(rows),
    "of nothing": lambda rows, asked: [(oid, ber.NO_SUCH_INSTANCE) for oid, _ in rows],
}


def bent(change: Change) -> Callable[[bytes, bytes], Sequence[bytes]]:
    """Changes the answers to requests for several objects."""

    def bend(request: bytes, answer: bytes) -> Sequence[bytes]:
        pdu, message = ber.decode(request).pdu, ber.decode(answer)
        if len(pdu.bindings) < 2:
            return (answer,)
        rows = tuple(change(message.pdu.bindings, len(pdu.bindings)))
        return (ber.encode(message._replace(pdu=message.pdu._replace(bindings=rows))),)

    return bend


@pytest.mark.parametrize("change", BENT)
def test_answers_that_are_out_of_order_short_doubled_or_alien_change_no_reading(
    agent: Agent, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "pdu_common")
    result = read(agent.port, False)
    with Relay(agent.port, bent(BENT[change])) as relay:
        first, second = (read(relay.port, True) for _ in range(2))
    assert first.found == second.found == result.found
    lines = [line for line in caplog.messages if "one object at a time from now on" in line]
    assert len(lines) == 1 and f"127.0.0.1:{relay.port}" in lines[0]
    assert second.requests == result.requests < first.requests


SMALL: dict[str, Faults] = {
    "tooBig above 484 octets": Faults(max_octets=484),
    "silent above 900 octets": Faults(silent_above=900),
    "14 rows an answer": Faults(max_bindings=14),
    "one row an answer": Faults(max_bindings=1),
}


@pytest.mark.parametrize("fault", SMALL)
def test_an_agent_of_small_answers_is_read_as_before(fault: str) -> None:
    with Agent(apc.rpdu2(outlets=OUTLETS), faults=SMALL[fault]) as small:
        params = {"timeout": "0.5"} if SMALL[fault].silent_above else {}
        result = read(small.port, False, **params)
        assert isinstance(result.found, Reading)
        for _ in range(3):
            assert read(small.port, True, **params).found == result.found
        last = read(small.port, True, **params)
    # with a short time-out, this machine may be late and repeat a request
    assert params or last.requests <= result.requests


@pytest.mark.parametrize("status", ["tooBig", "genErr", "noSuchName"])
def test_a_unit_that_refuses_is_read_one_object_at_a_time(agent: Agent, status: str) -> None:
    result = read(agent.port, False)

    def bend(request: bytes, answer: bytes) -> Sequence[bytes]:
        pdu, message = ber.decode(request).pdu, ber.decode(answer)
        if len(pdu.bindings) < 2:
            return (answer,)
        number = ("", "tooBig", "noSuchName", "", "", "genErr").index(status)
        return (ber.encode(message._replace(pdu=message.pdu._replace(status=number))),)

    with Relay(agent.port, bend) as relay:
        first, second = (read(relay.port, True) for _ in range(2))
    assert first.found == second.found == result.found
    assert (first.requests, second.requests) == (result.requests + 1, result.requests)


def test_one_lost_answer_is_not_held_against_a_unit(agent: Agent) -> None:
    result = read(agent.port, True)
    lost: list[None] = []

    def bend(request: bytes, answer: bytes) -> Sequence[bytes]:
        if len(ber.decode(request).pdu.bindings) < 2 or lost:
            return (answer,)
        lost.append(None)
        return ()

    with Relay(agent.port, bend) as relay:
        first, second = (read(relay.port, True, timeout="0.5") for _ in range(2))
    assert first.found == second.found == result.found
    assert second.requests == result.requests


def test_a_dead_unit_gets_no_request_more(agent: Agent) -> None:
    with Agent(apc.rpdu2(outlets=OUTLETS), faults=Faults(silent=True)) as dead:
        waits = {"timeout": "0.2", "retries": "1"}
        alone, together = (read(dead.port, way, **waits) for way in (False, True))
    assert together == alone and isinstance(alone.found, str)


def test_over_v1_each_object_is_read_alone(agent: Agent) -> None:
    assert read(agent.port, True, version="1") == read(agent.port, False, version="1")


# ---- the reads themselves, with answers that random changes bend ---------------------------------

ROOT: Arcs = (1, 3, 6, 1, 4, 1, 99, 1)
# the columns of a table, a table of other length, and an object after them
LENGTHS = {3: 5, 4: 5, 5: 5, 7: 2, 8: 0}
TABLE: dict[Arcs, TypedValue] = {
    **{
        (*ROOT, column, row): TypedValue(INTEGER, 100 * column + row)
        for column, rows in LENGTHS.items()
        for row in range(1, rows + 1)
    },
    (*ROOT, 6, 0): TypedValue(INTEGER, 6),
    (*ROOT, 9, 0): TypedValue(INTEGER, 9),
}
ORDER = sorted(TABLE)


def true_rows(root: Arcs) -> Rows:
    return [(oid, TABLE[oid]) for oid in ORDER if oid[: len(root)] == root]


def answered(request: SnmpRequest) -> Rows:
    """The rows of a GETBULK by RFC 3416, 4.2.3."""
    places, rows = list(request.oids), list[tuple[Arcs, TypedValue]]()
    for _ in range(request.most):
        places = [next((oid for oid in ORDER if oid > at), (2, 99)) for at in places]
        rows += [(at, TABLE.get(at, TypedValue(0x82, b""))) for at in places]
    return rows


def driven(reads: Read[None], change: Callable[[Rows, int], Rows]) -> bool:
    """Whether a read ends without an error."""
    try:
        request = next(reads)
        while True:
            request = reads.send(SnmpAnswer("", change(answered(request), len(request.oids))))
    except StopIteration:
        return True
    except SnmpError:
        return False


def test_whole_columns_are_read_side_by_side_with_one_request() -> None:
    found: dict[Arcs, Rows] = {}
    requests: list[int] = []

    def change(rows: Rows, asked: int) -> Rows:
        requests.append(len(rows))
        return rows

    roots = [(*ROOT, column) for column in LENGTHS]
    assert driven(columns(roots, found, 5, None, AgentLimits()), change)
    assert found == {root: true_rows(root) for root in roots}
    assert requests == [6 * len(roots)]


@given(strategies.data())
def test_no_move_loss_or_copy_of_rows_ever_makes_a_wrong_column(
    data: strategies.DataObject,
) -> None:
    """Each position belongs to one column, so a row that moved to another one contradicts it."""
    likely = data.draw(strategies.integers(0, 7))
    roots = [(*ROOT, column) for column in LENGTHS]

    def change(rows: Rows, asked: int) -> Rows:
        kind = data.draw(strategies.sampled_from(["swap", "lose", "copy", "turn", "none"]))
        at, to = (data.draw(strategies.integers(0, len(rows) - 1)) for _ in range(2))
        if kind == "swap":
            rows[at], rows[to] = rows[to], rows[at]
        elif kind == "lose" and asked > 1:
            del rows[at]
        elif kind == "copy" and asked > 1:
            rows.insert(to, rows[at])
            del rows[-1]
        elif kind == "turn" and at % asked:
            rows = rows[at:] + rows[:at]
        return rows

    found: dict[Arcs, Rows] = {}
    driven(columns(roots, found, likely, None, AgentLimits()), change)
    for root, rows in found.items():
        assert rows == true_rows(root)


def test_a_get_of_several_objects_takes_only_these() -> None:
    asked = [(*ROOT, 6, 0), (*ROOT, 9, 0)]
    for rows, held in (
        ([(oid, TABLE[oid]) for oid in asked], {oid: TABLE[oid] for oid in asked}),
        ([(oid, TABLE[oid]) for oid in reversed(asked)], None),
        ([(asked[0], TABLE[asked[0]])], None),
        ([(asked[0], TABLE[asked[0]])] * 2, None),
    ):
        assert _gotten(asked, rows) == held


def _gotten(asked: Sequence[Arcs], rows: Rows) -> Optional[dict[Arcs, TypedValue]]:
    held: dict[Arcs, TypedValue] = {}
    reads = objects(asked, held)
    assert next(reads).oids == tuple(asked)
    try:
        reads.send(SnmpAnswer("", rows))
    except StopIteration:
        return held
    except SnmpError:
        return None
    raise AssertionError("a GET of two objects is one request")
