"""Commands through sources: each reaches the object of the outlet that was listed, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

import pytest
from hypothesis import given, settings, strategies as st

from handlers.shared.errors import NoSuchOutlet, ProtocolError, Unsupported
from handlers.snmp import schema
from handlers.snmp.controls import Verbs, Write
from handlers.snmp.frozen_value import check_parts, parts_of
from handlers.snmp.reader import Reader
from handlers.snmp.single_family import Unlock, WritePacked
from handlers.snmp.sources import (
    Arc,
    Column,
    Concat,
    ExceptWhere,
    First,
    IfComplete,
    IfMatches,
    OfUnits,
    Packed,
    Prefixed,
    ReadOnly,
    Scalar,
    Source,
    Span,
    Spread,
    Tables,
    Unless,
    UpToCount,
    Where,
)
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp.every_part import EVERY_PART
from tests.handlers.snmp.memory import Memory, reader, table

DOWN, UNKNOWN = EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN
A, B, TEST, COUNT = Column("1.3.1"), Column("1.3.2"), Column("1.3.3"), Scalar("1.3.4.0")


def test_the_object_follows_from_the_identity_without_a_reading() -> None:
    """A column of commands that cannot be read, or is missing, never makes a command reach the
    other table.
    """
    device = Memory({f"{A.oid}.3": 1})
    tables = Concat((Prefixed("1", A), Prefixed("2", B)))
    control = Write(tables, on=1, off=2)

    orders = control.orders(Reader(device), "2.3", up=False)

    assert orders == [(f"{B.oid}.3", 2)]
    assert device.asked == []


# ---- what can be written is known when the profile is checked ------------------------------------

SOURCES = {type(part).__name__: part for part in parts_of(EVERY_PART) if isinstance(part, Source)}


def test_every_source_says_where_it_writes_or_why_it_cannot() -> None:
    kinds_of_sources = {name for name, kind in schema.KINDS.items() if issubclass(kind, Source)}
    assert kinds_of_sources == set(SOURCES)
    for name, source in SOURCES.items():
        if isinstance(source, ReadOnly):
            with pytest.raises(ValueError, match=f"^a {name} cannot be written: [a-z].*[a-z]$"):
                source.written_places()
            with pytest.raises(Unsupported, match=f"a {name} cannot be written: "):
                source.instance_oid(reader({}), "1")


MIXED: Sequence[Source] = (
    Packed(Scalar("1.3.7.0")),
    First((A, B)),
    Where(First((A, B)), TEST, ("1",)),
    Prefixed("1", First((A,))),
    Concat((Prefixed("1", A), Prefixed("2", First((B,))))),
)


@pytest.mark.parametrize("at", MIXED, ids=lambda at: type(at).__name__)
def test_a_control_refuses_a_source_that_cannot_be_written(at: Source) -> None:
    for make in (
        lambda: Write(at, 1, 2),
        lambda: Verbs(at, A),
        lambda: Verbs(A, at),
        lambda: Unlock(at, 1, Write(A, 1, 2)),
        lambda: WritePacked(at, Packed(A), "1", "0"),
    ):
        with pytest.raises(ValueError, match="^a (Packed|First) cannot be written: "):
            check_parts(make())


@pytest.mark.parametrize(
    "tables",
    [
        (A, B),
        (Prefixed("1", A), B),
        (A, Prefixed("1", B)),
        (Arc(A, 0, ("1",)), B),
        (Prefixed("1", A), Prefixed("1", B)),
        (Prefixed("1", A), Prefixed("1.2", B)),
        (Prefixed("1.2", A), Prefixed("1", B)),
        (Prefixed("1", A), IfMatches(Prefixed("1", B), TEST, ".*")),
        (Spread("1.3.1", (Span(1, 8, 1),)), Spread("1.3.2", (Span(8, 9, 1),))),
        (Spread("1.3.1", (Span(1, 8, 1),), by_row=True), Prefixed("9", A)),
        (Tables("1.3.1", 1, 2, "1"), Tables("1.3.2", 2, 3, "1")),
        (Scalar("1.3.1.0"), Scalar("1.3.2.0")),
        (Arc(A, 0, ("1",)), Arc(B, 0, ("1", "2"))),
        (Arc(A, 0, ("1",), keep=False), Prefixed("1", B)),
        (Arc(A, -1, ("1",)), Arc(B, -1, ("2",))),
        (Concat((Prefixed("1", A), Prefixed("2", A))), Prefixed("2", B)),
    ],
    ids=lambda tables: "-".join(type(source).__name__ for source in tables),
)
def test_tables_that_may_share_an_identity_cannot_be_written(tables: Sequence[Source]) -> None:
    with pytest.raises(
        ValueError,
        match="a Concat cannot be written if two of its parts may have the same identity",
    ):
        check_parts(Write(Concat(tuple(tables)), 1, 2))


@pytest.mark.parametrize(
    "tables, objects",
    [
        ((A,), {"7": "1.3.1.7"}),
        (
            (Prefixed("1.1", A), Prefixed("1.2", B)),
            {"1.1.5": "1.3.1.5", "1.2.5": "1.3.2.5", "1.3.5": None, "1": None, "1.1": None},
        ),
        (
            (Spread("1.3.1", (Span(1, 8, 1),)), Spread("1.3.2", (Span(9, 12, 1),))),
            {"8": "1.3.1.8.0", "9": "1.3.2.1.0", "13": None, "0": None},
        ),
        (
            (Tables("1.3.1", 1, 2, "1"), Tables("1.3.2", 3, 4, "1")),
            {"2.7": "1.3.1.2.1.7", "3.7": "1.3.2.3.1.7", "5.7": None},
        ),
        (
            (Prefixed("1", Scalar("1.3.1.0")), Prefixed("2", Scalar("1.3.2.0"))),
            {"1.0": "1.3.1.0", "2.0": "1.3.2.0", "2.1": None, "2": None},
        ),
        (
            (Arc(A, 0, ("1",)), Arc(B, 0, ("2",))),
            {"1.4": "1.3.1.1.4", "2.4": "1.3.2.2.4", "3.4": None},
        ),
        (
            (Concat((Prefixed("1", A), Prefixed("2", A))), Prefixed("3", B)),
            {"2.5": "1.3.1.5", "3.5": "1.3.2.5"},
        ),
    ],
    ids=lambda tables: (
        "-".join(type(source).__name__ for source in tables) if isinstance(tables, tuple) else ""
    ),
)
def test_tables_that_share_no_identity_are_written_each_at_its_own(
    tables: Sequence[Source], objects: Mapping[str, Optional[str]]
) -> None:
    control = Write(Concat(tuple(tables)), 1, 2)
    for identity, oid in objects.items():
        if oid is None:
            with pytest.raises(NoSuchOutlet):
                control.orders(reader({}), identity, up=True)
        else:
            assert control.orders(reader({}), identity, up=True) == [(oid, 1)]


# ---- conditions forbid a command, and never redirect it ------------------------------------------

COMMAND = {"1.3.1.1": 1, "1.3.1.2": 1, "1.3.1.3": 1}


@pytest.mark.parametrize(
    "at, objects, written_rows",
    [
        (Where(A, TEST, ("1",)), table("1.3.3", {"1": 1, "2": 0}), ["1"]),
        (Where(A, TEST, ("0",), keep=False), table("1.3.3", {"1": 1, "2": 0}), ["1", "3"]),
        (
            Where(A, TEST, ("0",), keep=False, demanded=True),
            table("1.3.3", {"1": 1, "2": 0}),
            ["1"],
        ),
        (Where(A, TEST, ("1",)), table("1.3.3", {"1": 1, "2": "x"}), ["1"]),
        (IfMatches(A, TEST, "1"), table("1.3.3", {"1": 1}), ["1", "2", "3"]),
        (IfMatches(A, TEST, "1"), table("1.3.3", {"1": 1, "2": 2}), []),
        (IfMatches(A, TEST, "1"), {}, []),
        (Unless(A, TEST), {}, ["1", "2", "3"]),
        (Unless(A, TEST), table("1.3.3", {"7": 0}), []),
        (Arc(A, -1, ("2", "3")), {}, ["2", "3"]),
        (UpToCount(A, COUNT), {"1.3.4.0": 2}, ["1", "2"]),
        (IfComplete(A, COUNT), {"1.3.4.0": 3}, ["1", "2", "3"]),
        (IfComplete(A, COUNT), {"1.3.4.0": 4}, []),
        (OfUnits(A, TEST), table("1.3.3", {"2.1": 0}), ["2"]),
        (ExceptWhere(A, ("1",), TEST, ("9",)), table("1.3.3", {"2": 9, "3": 1}), ["1", "3"]),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Source) else "",
)
def test_a_row_that_a_source_leaves_out_is_not_written(
    at: Source, objects: dict[str, Any], written_rows: list[str]
) -> None:
    """A column of commands with the rows 1, 2 and 3."""
    control = Write(at, 1, 2)
    for identity in ("1", "2", "3"):
        device = reader({**COMMAND, **objects})
        if identity in written_rows:
            assert control.orders(device, identity, up=False) == [(f"1.3.1.{identity}", 2)]
        else:
            with pytest.raises(NoSuchOutlet, match=f"no object to switch outlet '{identity}'"):
                control.orders(device, identity, up=False)


LEAVES = st.sampled_from(
    [
        Column("1.3.1"),
        Column("1.3.2", suffix="1"),
        Scalar("1.3.6.0"),
        Spread("1.3.5", (Span(1, 3, 2),)),
        Tables("1.3.7", 1, 2, "1"),
    ]
)
# A Scalar as the test of an `Where` decides for every outlet in `value_of`, and for none in `rows`.
COLUMNS = st.sampled_from([TEST, Column("1.3.8")])
TESTS = st.one_of(COLUMNS, st.just(COUNT))
ARCS = st.sampled_from(["1", "2", "3"])


def _wrapped(inner: st.SearchStrategy[Source]) -> st.SearchStrategy[Source]:
    def merged(parts: list[Source]) -> Source:
        return Concat(tuple(parts))

    def merged_with_prefixes(parts: list[Source]) -> Source:
        return Concat(tuple(Prefixed(str(number), part) for number, part in enumerate(parts, 1)))

    different_parts = st.lists(inner, min_size=1, max_size=3, unique=True)
    any_parts = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.builds(Prefixed, ARCS, inner),
        st.builds(merged, different_parts),
        st.builds(merged_with_prefixes, any_parts),
        st.builds(Where, inner, COLUMNS, st.just(("1",)), st.booleans(), st.booleans()),
        st.builds(Arc, inner, st.sampled_from([0, -1]), st.tuples(ARCS), st.booleans()),
        st.builds(IfMatches, inner, TESTS, st.just("1|2")),
        st.builds(Unless, inner, TESTS),
        st.builds(UpToCount, inner, st.just(COUNT)),
        st.builds(IfComplete, inner, st.just(COUNT)),
        st.builds(OfUnits, inner, TESTS),
    )


INDEXES = ["0", "1", "2", "3", "1.1", "1.2", "2.1", "2.2.1", "3.1", "2.0", "1.1.1"]
PREFIXED_INDEXES = [f"{arc}.{index}" for arc in ("1", "2", "3") for index in INDEXES]
ROWS = st.lists(
    st.sampled_from(
        [f"1.3.{column}.{index}" for column in (1, 2) for index in INDEXES]
        + [f"1.3.5.{sub}.0" for sub in range(1, 6)]
        + ["1.3.6.0"]
        + [f"1.3.7.{unit}.1.{row}" for unit in (1, 2, 3) for row in (1, 2)]
    ),
    unique=True,
)
MARKS = st.dictionaries(
    st.sampled_from(
        [f"1.3.{column}.{index}" for column in (3, 8) for index in INDEXES] + ["1.3.4.0"]
    ),
    st.sampled_from([0, 1, 2, "x"]),
)


@settings(max_examples=100, deadline=None)
@given(st.recursive(LEAVES, _wrapped, max_leaves=5), ROWS, MARKS)
def test_a_command_reaches_the_object_that_was_read_under_the_identity_and_no_other(
    at: Source, rows: list[str], marks: dict[str, Any]
) -> None:
    """Each object's value is its own OID, so that a reading shows which object belongs to an
    identity.
    """
    try:
        at.written_places()
    except ValueError:
        return
    objects = {**marks, **{oid: oid for oid in rows}}
    try:
        oid_by_outlet = at.rows(reader(objects))
    except ProtocolError:
        return
    for identity in {*oid_by_outlet, *INDEXES, *PREFIXED_INDEXES}:
        try:
            instance = at.instance_oid(reader(objects), identity)
        except NoSuchOutlet:
            listed_oid = oid_by_outlet.get(identity, "")
            assert listed_oid == "", "an outlet that is listed cannot be switched"
            continue
        if identity in oid_by_outlet:
            assert instance == oid_by_outlet[identity]
        else:
            assert instance not in oid_by_outlet.values(), (
                "a command for another identity reaches a listed outlet"
            )
