"""A unit that is read again and again by one process: whatever changes in it between two readings,
the next one is that of a process that never read it before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Callable, Union

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from pdu.monitoring.metrics import page
from pdu.pdus import reading
from pdu.pdus.fast_snmp import enable_fast_reads
from pdu.pdus.handler_loading import load
from pdu.pdus.reading import Reading
from pdu_common.helper import EnumPowerStatus
from pdu_common.snmp_client import batch, reads
from pdu_common.snmp_client.read_plans import PLANS, Plans, Step
from pdu_common.snmp_client.reads import SnmpAnswer, SnmpRequest, TypedValue
from pdu_common.snmp_client.tool_api import ALONE
from tests.handlers.snmp.calls import form
from tests.simulators.snmp_agent import Agent, Device, Row, ber
from tests.simulators.snmp_agent.device import GAUGE, INTEGER, OCTETS
from tests.simulators.snmp_agent.devices import apc
from tests.simulators.snmp_agent.faults import Faults

from .relay import Relay, unbent
from .test_together import EVERYTHING, Place

OUTLETS = 6
ROWS = apc.rpdu2(outlets=OUTLETS).device.rows()
STATE = f"{apc.RPDU2_STATUS}.5"
ON, OFF = 2, 1
WAS_ON = ROWS[f"{STATE}.4"].value == ON
COUNT = "1.3.6.1.4.1.318.1.1.26.9.1.0"
#: of outlets, lines and the unit
TABLES = "1.3.6.1.4.1.318.1.1.26."

Rows = dict[str, Row]


def forget() -> None:
    PLANS.forget()
    ALONE.forget()


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    forget()
    yield
    forget()


@pytest.fixture(scope="module")
def agent() -> Iterator[Agent]:
    with Agent(Device(ROWS)) as running:
        yield running


@pytest.fixture
def proofs(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One for each batch that was proven row by row."""
    calls: list[None] = []
    prove = batch._both

    def noted(*arguments: object) -> object:
        calls.append(None)
        return prove(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(batch, "_both", noted)
    return calls


def read(port: int) -> Union[Reading, str]:
    """A reading without its time and its requests, or its error."""
    enable_fast_reads()
    try:
        data = form(Place(port), None, {"version": "2", "timeout": "20"})
        full_reading = reading.read_pdu(load("snmp"), data, EVERYTHING)
        return full_reading._replace(begun=0.0, seconds=0.0, requests=None)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def shown(pdu_reading: Union[Reading, str]) -> bytes:
    """The exporter's page, or the error."""
    return pdu_reading.encode() if isinstance(pdu_reading, str) else page(pdu_reading, "").body


def read_between(agent: Agent, before: Rows, after: Rows, faults: Faults = Faults()) -> bytes:
    """The page of a reader that knows the unit as it was before; it must be that of a new one."""
    forget()
    agent.device, agent.faults = Device(before), Faults()
    read(agent.port)
    read(agent.port)
    agent.device, agent.faults = Device(after), faults
    page_of_old_reader = shown(read(agent.port))
    again = shown(read(agent.port))
    forget()
    page_of_new_reader = shown(read(agent.port))
    agent.faults = Faults()
    assert page_of_old_reader == again == page_of_new_reader
    return page_of_old_reader


def without(*columns: str, row: int) -> Rows:
    return {oid: ROWS[oid] for oid in ROWS if oid not in {f"{column}.{row}" for column in columns}}


def columns_of(table: str) -> list[str]:
    return sorted({oid.rpartition(".")[0] for oid in ROWS if oid.startswith(f"{table}.")})


OUTLET_COLUMNS = [column for column in columns_of(f"{TABLES}9") if f"{column}.{OUTLETS}" in ROWS]


def reordered() -> Rows:
    """Outlets 2 and 3 in each other's rows, and the last one with another index."""
    rows = dict(ROWS)
    for column in OUTLET_COLUMNS:
        rows[f"{column}.2"], rows[f"{column}.3"] = ROWS[f"{column}.3"], ROWS[f"{column}.2"]
        rows[f"{column}.{OUTLETS + 3}"] = rows.pop(f"{column}.{OUTLETS}")
    return rows


CHANGES: dict[str, Callable[[], Rows]] = {
    "a value": lambda: {**ROWS, f"{STATE}.4": Row(INTEGER, OFF if WAS_ON else ON)},
    "a longer value": lambda: {**ROWS, f"{STATE}.4": Row(INTEGER, 70_000)},
    "a name of other length": lambda: {
        **ROWS,
        f"{apc.RPDU2_STATUS}.3.2": Row(OCTETS, b"database, second supply"),
    },
    "a row less in one column": lambda: without(STATE, row=4),
    "a row less in each column": lambda: {
        **without(*OUTLET_COLUMNS, row=OUTLETS),
        COUNT: Row(INTEGER, OUTLETS - 1),
    },
    "a row less, still counted": lambda: without(*OUTLET_COLUMNS, row=OUTLETS),
    "a row more": lambda: {
        **ROWS,
        **{f"{column}.{OUTLETS + 1}": ROWS[f"{column}.1"] for column in OUTLET_COLUMNS},
    },
    "rows in another order": reordered,
    "another type": lambda: {**ROWS, f"{STATE}.4": Row(OCTETS, b"on")},
    "another type of number": lambda: {**ROWS, f"{STATE}.4": Row(GAUGE, OFF if WAS_ON else ON)},
    "noSuchInstance for the count": lambda: {oid: ROWS[oid] for oid in ROWS if oid != COUNT},
    "a column less": lambda: {oid: ROWS[oid] for oid in ROWS if not oid.startswith(f"{STATE}.")},
    "a larger unit of the same family": lambda: apc.rpdu2(outlets=9).device.rows(),
    "a linked unit": lambda: apc.rpdu2(outlets=OUTLETS // 2, units=2).device.rows(),
    "a unit of another family": lambda: apc.masterswitch().device.rows(),
    "no rows at all": lambda: {oid: ROWS[oid] for oid in ROWS if oid.startswith("1.3.6.1.2.")},
}


#: what the page does not show
UNSEEN = ("noSuchInstance for the count",)


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changed_is_read_as_a_new_reader_reads_it(agent: Agent, change: str) -> None:
    before = read_between(agent, ROWS, ROWS)
    assert b"pdu_up 1.0" in before
    assert (read_between(agent, ROWS, CHANGES[change]()) == before) == (change in UNSEEN)


@pytest.mark.parametrize("bindings", [1, 7, 14])
def test_a_truncated_answer_is_read_as_a_new_reader_reads_it(agent: Agent, bindings: int) -> None:
    before = read_between(agent, ROWS, ROWS)
    assert read_between(agent, ROWS, ROWS, Faults(max_bindings=bindings)) == before


def test_the_plan_serves_a_unit_whose_values_alone_changed(
    agent: Agent, proofs: list[None]
) -> None:
    agent.device = Device(ROWS)
    read(agent.port)
    assert len(proofs) == 1
    for value, state in ((OFF, EnumPowerStatus.DOWN), (ON, EnumPowerStatus.UP)):
        agent.device = Device({**ROWS, f"{STATE}.4": Row(INTEGER, value)})
        pdu_reading = read(agent.port)
        assert isinstance(pdu_reading, Reading)
        outlet = pdu_reading.outlet("4")
        assert outlet is not None and outlet.state is state
        assert len(proofs) == 1
    agent.device = Device(without(STATE, row=4))
    read(agent.port)
    assert len(proofs) == 2


def test_an_error_ends_the_plan(agent: Agent, proofs: list[None]) -> None:
    agent.device = Device(ROWS)

    def refuse(request: bytes, answer: bytes) -> Sequence[bytes]:
        if len(ber.decode(request).pdu.bindings) < 2:
            return (answer,)
        message = ber.decode(answer)
        return (ber.encode(message._replace(pdu=message.pdu._replace(status=5))),)

    with Relay(agent.port) as relay:
        first, second = (read(relay.port) for _ in range(2))
        assert isinstance(first, Reading) and first == second and len(proofs) == 1
        relay.bend = refuse
        assert read(relay.port) == first
        relay.bend = unbent
        ALONE.forget()
        count = len(proofs)
        assert read(relay.port) == first and len(proofs) == count + 1


OBJECTS = [oid for oid in ROWS if oid.startswith(TABLES)]
VALUES = strategies.one_of(
    strategies.builds(Row, strategies.just(INTEGER), strategies.integers(-2, 70_000)),
    strategies.builds(Row, strategies.just(GAUGE), strategies.integers(0, 2**32 - 1)),
    strategies.builds(Row, strategies.just(OCTETS), strategies.binary(max_size=60)),
)


def changed(data: strategies.DataObject, rows: Rows) -> Rows:
    rows = dict(rows)
    for _ in range(data.draw(strategies.integers(1, 4))):
        oid = data.draw(strategies.sampled_from(OBJECTS))
        column, _, index = oid.rpartition(".")
        kind = data.draw(strategies.sampled_from(["value", "lose", "move", "copy", "swap"]))
        if kind == "value":
            rows[oid] = data.draw(VALUES)
        elif kind == "lose":
            rows.pop(oid, None)
        elif oid in rows:
            place = f"{column}.{data.draw(strategies.integers(0, OUTLETS + 2))}"
            if kind == "swap" and place in rows:
                rows[oid], rows[place] = rows[place], rows[oid]
            elif kind == "move":
                rows[place] = rows.pop(oid)
            else:
                rows[place] = rows[oid]
    return rows


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(strategies.data())
def test_no_change_between_two_readings_is_missed(
    agent: Agent, data: strategies.DataObject
) -> None:
    before = changed(data, ROWS) if data.draw(strategies.booleans()) else ROWS
    bindings = data.draw(strategies.sampled_from([0, 0, 0, 5, 30]))
    read_between(agent, before, changed(data, before), Faults(max_bindings=bindings or None))


# ---- the memory of plans -------------------------------------------------------------------------

COLUMN = (1, 3, 6, 1, 4, 1, 99, 1)
READING = (("1.3.6.1.4.1.99.1",), (), (), ("",))


def learn(plans: Plans, number: int, rows: int) -> None:
    """The plan of unit `number`, which has so many rows."""
    names = [(*COLUMN, row) for row in range(rows)]
    answer = SnmpAnswer("", [(arcs, TypedValue(INTEGER, 7)) for arcs in names])
    step = Step.of(SnmpRequest(reads.GET_BULK, (COLUMN,), rows), answer)
    plans.learn(((f"unit{number}", 161), READING), (step,), {COLUMN: answer.rows})


def test_units_with_the_same_rows_share_a_plan() -> None:
    plans = Plans()
    for number in range(2):
        learn(plans, number, 5)
    first, second = (plans.take(((f"unit{n}", 161), READING)) for n in range(2))
    assert first is not None and first is second


def test_a_plan_is_taken_away_by_the_reading_that_uses_it() -> None:
    plans = Plans()
    learn(plans, 1, 5)
    unit = ("unit1", 161), READING
    assert plans.take(unit) is not None and plans.take(unit) is None


def test_shapes_are_bounded_and_a_very_long_one_is_not_kept() -> None:
    plans = Plans()
    for number in range(1, 400):
        learn(plans, number, number)
    kept = [n for n in range(1, 400) if plans.take(((f"unit{n}", 161), READING))]
    assert 0 < len(kept) <= 128 and 399 in kept
    learn(plans, 1, 2_001)
    assert plans.take((("unit1", 161), READING)) is None
