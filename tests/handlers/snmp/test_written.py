"""Commands through sources: each reaches the object of the outlet that was listed, or none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from handlers.shared.errors import NoSuchOutlet, ProtocolError, Unsupported
from handlers.snmp import schema
from handlers.snmp.frozen_value import parts_of
from handlers.snmp.sources import (
    Arc,
    Column,
    Concat,
    IfComplete,
    IfMatches,
    OfUnits,
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
from tests.handlers.snmp.every_part import EVERY_PART
from tests.handlers.snmp.memory import reader

TEST, COUNT = Column("1.3.3"), Scalar("1.3.4.0")


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
