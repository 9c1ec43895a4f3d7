"""Texts of readings as bytes: quick and slow ways write the same, whichever packages are there."""

from __future__ import annotations

import json
import math
import struct
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given, settings, strategies as st

from pdu.energy.journal.readings import NO_STATE, OFF, ON, Block
from pdu.energy.registers.numpy_lazy import np
from pdu.energy.registers.poll import OWN, UnitFacts
from pdu.energy.statement import disclosure, leaf_rows
from pdu.energy.statement.day_roots import SaltKey
from pdu.energy.statement.shown_readings import HeldTime, PduTexts

UNIT = UnitFacts("r1|left", "snmp 192.0.2.1", "S1", "1.0", "apc", "b", None, True, (OWN, "1", "2"))
SIGNS = {ON: "1", OFF: "0", NO_STATE: "-"}
#: any finite double, what a meter shows, and what was not read
NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(0.0, 20000.0).map(lambda one: round(one, 3)),
    st.just(math.nan),
    st.sampled_from([0.0, -0.0, 1e-4, 9.999e-5, 1e16, 9999999999999998.0, 1e22, 5e-324]),
)


def block(
    rows: Sequence[tuple[float, ...]], states: Sequence[int], unit: UnitFacts = UNIT
) -> Block:
    """`rows`: begin, end, monotonic, uptime, kWh, A, W of each poll, the same for all registers."""
    begin, end, mono, up, *figures = np.array(rows, float).reshape(len(rows), 7).T
    kwh, amperes, watts, signs = (
        np.tile(column, (len(unit.registers), 1))
        for column in (*figures, np.array(states, dtype="u1"))
    )
    return Block(unit, begin, end, mono, up, kwh, amperes, watts, signs, 0)


KEY = SaltKey(b"k" * 32)


def texts_of(
    blocks: Sequence[Block], outlet: str, begin: float = -1e300, end: float = 1e300
) -> tuple[Sequence[str], bytes]:
    """The texts that a proof shows to who has the outlet in a time, and the hash of their day."""
    pdu = PduTexts(UNIT.pdu, [("2026-10-12", blocks)], KEY)
    _, (shown,) = pdu.outlet(outlet, [HeldTime(begin, end, False)])
    ((_, node, text),) = shown.days
    document = json.loads(text)
    if "rows" in document:
        times = json.loads(dict(pdu.times())["2026-10-12"])
        document["texts"] = leaf_rows.join_times(document.pop("rows"), times)
    whole = disclosure.parse_disclosure(document)
    assert disclosure.hash_from_disclosure(whole) == node
    return whole.texts, node


def spelled(one: float) -> str:
    return "" if math.isnan(one) else repr(one)


ROWS = st.lists(
    st.tuples(st.tuples(*[NUMBERS] * 7), st.sampled_from([OFF, ON, NO_STATE])),
    min_size=1,
    max_size=12,
)


@settings(max_examples=100, deadline=None)
@given(ROWS)
def test_rows_are_written_as_repr_writes_them(polls: list[tuple[tuple[float, ...], int]]) -> None:
    """Roots that were published are hashes of these texts: no byte may change."""
    rows = [(at * 300.0, *one[1:]) for at, (one, _) in enumerate(polls)]
    states = [state for _, state in polls]
    texts, _ = texts_of([block(rows, states)], "2")
    expected = [
        f"{','.join(map(spelled, row[:5]))}|{','.join(map(spelled, row[5:]))},{SIGNS[state]}"
        for row, state in zip(rows, states)
    ]
    mark = KEY.mark(UNIT.unit)
    head = ["2026-10-12", "r1|left", "2", mark, "S1", "1.0", "apc", "b", None, True]
    text = json.dumps(head, separators=(",", ":"))
    assert texts == [text, *expected]


def test_a_row_of_another_customer_shows_its_register_alone() -> None:
    times = [at * 300.0 for at in range(10)]
    polls = [(at, at + 1.5, at + 1.0, 7.0, at / 9, math.nan, 5.0) for at in times]
    made = block(polls, [ON] * 10)
    whole, node = texts_of([made], "1")
    (read,) = leaf_rows.blocks(whole)
    assert [*read.begins] == times and [*read.kwh[0]] == [at / 9 for at in times]
    # the reading before his time bounds it, those before that are another's
    part, same = texts_of([made], "1", 1900.0)
    assert same == node
    assert [leaf_rows.is_hidden(one) for one in part] == [False, *[True] * 6, *[False] * 4]
    (read,) = leaf_rows.blocks([part[0], *part[7:]])
    assert [*read.begins] == [1800.0, 2100.0, 2400.0, 2700.0]
    assert [math.isnan(watts) for watts in read.watts[0]] == [True, False, False, False]


@pytest.mark.parametrize(
    "text",
    [
        "0.0,1.0,,,1.0|,",
        "0.0,1.0,,|1.0,,,1",
        "0.0,1.0,,,1.0|,,,1",
        "0.0,1.0,,,1.0|,,11",
        "0.0,1.0,,,1.0|,,x",
        "0.0,,,,1.0|,,1",
        "0.0,1.0,,,1.00|,,1",
        "0.0,1.0,,,inf|,,1",
        "0.0,1.0,,,1.0",
    ],
)
def test_a_text_that_is_no_row_is_refused(text: str) -> None:
    head = json.dumps(["2026-10-12", "r1", "2", "m", "", "", "", "", None, None])
    assert leaf_rows.blocks([head, "0.0,1.0,,,1.0|,,1"])
    with pytest.raises(ValueError, match="row|state|could not convert"):
        leaf_rows.blocks([head, text])


def test_without_orjson_the_texts_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    doubles = [struct.unpack("d", struct.pack("Q", 0x3FF0 << 48 | one))[0] for one in range(50)]
    rows = [(one, one + 1.5, one, math.nan, one * 7e3, 1 / one, one**9) for one in doubles]
    states = [ON] * len(rows)
    quick = texts_of([block(rows, states)], "1")
    monkeypatch.setitem(sys.modules, "orjson", None)
    assert texts_of([block(rows, states)], "1") == quick


def test_times_without_rows_and_rows_without_times_are_refused() -> None:
    texts = ["[1]", "2.0|3.0,,1"]
    assert leaf_rows.join_times(texts, ["0.0,1.0,,"]) == ["[1]", "0.0,1.0,,,2.0|3.0,,1"]
    for times in ([], ["0.0,1.0,,"] * 2):
        with pytest.raises(ValueError, match="not as many times as rows"):
            leaf_rows.join_times(texts, times)
