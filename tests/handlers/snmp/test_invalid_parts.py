"""Fields that a part of a profile refuses when it is checked, with a sentence for its author."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Callable

import pytest

from handlers.snmp.controls import Guarded, Verbs, Write
from handlers.snmp.figures import Ceilings, Measurement, Total
from handlers.snmp.frozen_value import check_parts
from handlers.snmp.outlets import Outlets
from handlers.snmp.profile import Root
from handlers.snmp.single_family import Unlock, Unmarked, WritePacked
from handlers.snmp.sources import (
    Arc,
    Bits,
    Column,
    Complete,
    Concat,
    EachUnit,
    ExceptEmptySlots,
    ExceptWhere,
    Field,
    First,
    Joined,
    Packed,
    Prefixed,
    Scalar,
    Span,
    Spread,
    Tables,
    Where,
)
from handlers.snmp.states import Doubt, State
from tests.rows import each_row

A, B = Column("1.3.1"), Column("1.3.2")
WRITE = Write(A, on=1, off=2)
SPANS = (Span(1, 2, 1),)
TOO_LARGE: tuple[Callable[[], object], ...] = (
    lambda: Write(A, on=2**31, off=2),
    lambda: Write(A, on=1, off=-(2**31) - 1),
    lambda: Verbs(A, B, 2**31),
    lambda: Unlock(A, 2**31, WRITE),
)


@each_row(
    "build, sentence",
    [
        (lambda: Column("1.3.x"), "oid is '1.3.x'"),
        (lambda: Column("1.3.1", suffix="x"), "suffix is 'x'"),
        (lambda: Scalar("1.3.x.0"), "oid is '1.3.x.0'"),
        (lambda: Spread("1.3.x", SPANS), "oid is '1.3.x'"),
        (lambda: Spread("1.3.1", SPANS, tail="x"), "tail is 'x'"),
        (lambda: Spread("1.3.1", ()), "spans is empty"),
        (lambda: Outlets(rows=A, settling_s=-1), "settling_s is -1; give 0 to 10"),
        (lambda: Outlets(rows=A, settling_s=11), "settling_s is 11; give 0 to 10"),
        (lambda: Tables("1.3.x", 1, 2, "1"), "oid is '1.3.x'"),
        (lambda: Tables("1.3.1", 1, 2, ""), "column is empty"),
        (lambda: Tables("1.3.1", 1, 2, "x"), "column is 'x'"),
        (lambda: First(()), "choices is empty"),
        (lambda: First((A, A)), "choices has a value twice"),
        (lambda: Concat(()), "parts is empty"),
        (lambda: Concat((A, A)), "parts has a value twice"),
        (lambda: Prefixed(" ", A), "prefix is empty"),
        (lambda: Prefixed("", A), "prefix is empty"),
        (lambda: Prefixed("x", A), "prefix is 'x'"),
        (lambda: Where(A, B, ()), "values is empty"),
        (lambda: Where(A, B, ("1 ",)), "values has '1 '"),
        (lambda: Arc(A, 0, ()), "values is empty"),
        (lambda: Complete(A), "beside, count, least, next_row and from_one"),
        (lambda: EachUnit(A, B, ()), "units is empty"),
        (lambda: EachUnit(A, B, (B, B)), "units has a value twice"),
        (lambda: ExceptWhere(A, (), B, ("1",)), "values is empty"),
        (lambda: ExceptWhere(A, ("0",), B, ()), "refuse is empty"),
        (lambda: ExceptWhere(A, ("0 ",), B, ("1",)), "values has '0 '"),
        (lambda: ExceptWhere(A, ("0",), B, ("1 ",)), "refuse has '1 '"),
        (lambda: ExceptEmptySlots(A, (), ("",)), "columns is empty"),
        (lambda: ExceptEmptySlots(A, (B,), ()), "nothing is empty"),
        (lambda: ExceptEmptySlots(A, (B,), ("1 ",)), "nothing has '1 '"),
        (lambda: Joined(A, (), ()), "keys is empty"),
        (lambda: Joined(A, (B, B), (A, B)), "keys has a value twice"),
        (lambda: State(A, ("1 ",), ("2",)), "on has '1 '"),
        (lambda: State(A, ("1",), ("2 ",)), "off has '2 '"),
        (lambda: State(A, ("1",), ("2",), (" ",)), "absent has ' '"),
        (lambda: Measurement(A, absent=("1 ",)), "absent has '1 '"),
        (lambda: Doubt(A, ()), "quiet is empty"),
        (lambda: Doubt(A, ("1 ",)), "quiet has '1 '"),
        (lambda: Guarded(WRITE, B, "it is locked", allow=("1 ",)), "allow has '1 '"),
        (lambda: Guarded(WRITE, B, "it is locked", refuse=("1 ",)), "refuse has '1 '"),
        (lambda: Guarded(WRITE, B, " ", refuse=("1",)), "why is empty"),
        (lambda: Guarded(WRITE, B, "why"), "either allow or refuse"),
        (lambda: Guarded(WRITE, B, "why", ("1",), ("2",)), "either allow or refuse"),
        (lambda: Guarded(WRITE, B, "why", ("1",), demanded=False), "demanded is for refuse"),
        *(
            (lambda oid=oid: Column(oid), "oid")
            for oid in ("", ".1.3.6", "1.3.", "2.1", "1.3.06", "1")
        ),
        (lambda: Spread("1.3.1", (Span(1, 4, 2), Span(4, 5, 9))), "spans"),
        (lambda: Spread("1.3.1", (Span(1, 4, 2), Span(5, 6, 5))), "spans"),
        (lambda: Spread("1.3.1", SPANS, by_row=True, by_get=True), "by_row and by_get"),
        (lambda: Span(5, 4, 1), "not a range of outlets"),
        (lambda: Span(1, 10_001, 1), "more than 10000 outlets"),
        (lambda: Tables("1.3.9", 5, 4, "2.1.2"), "not a range of units"),
        # each unit costs a walk
        (lambda: Tables("1.3.9", 1, 1001, "2.1.2"), "more than 1000 units"),
        (lambda: Outlets(), "nothing would list the outlets"),
        (lambda: Outlets(rows=A, control=WRITE), "a command could not be confirmed"),
        (lambda: Root("1.3.6.x", "1.3.6.1.4.1.5.1"), "sys_object_id is '1.3.6.x'"),
        (lambda: Root("1.3.6.1.4.1.5", "1.3.6.x"), "oid is '1.3.6.x'"),
        (lambda: Root("1.3.6.1.4.1.5", "~.1"), "oid is '~.1'; a root is a whole OID"),
        (lambda: State(A, ("1",), ("1",)), "'1' is both in 'on' and in 'off'"),
        (lambda: Total((), True, demanded=True), "demanded is for figures"),
        (lambda: State(A, ("ON",), ("on",)), "'on' is both in 'on' and in 'off'"),
        (lambda: State(A, ("1",), ("2",), ("2",)), "'2' is both"),
        (lambda: State(A, (), ("2",)), "on is empty"),
        (lambda: State(A, ("1",), ()), "off is empty"),
        (lambda: State(A, ("1", "1"), ("2",)), "on has a value twice"),
        (lambda: Total(), "figures"),
        (lambda: Total((Measurement(A),), units=B), "units"),
        (lambda: Measurement(A, Decimal(0)), "scale"),
        (lambda: Measurement(A, Decimal("NaN")), "scale"),
        (lambda: Measurement(A, Decimal("1E-13")), "12 digits"),
        (lambda: Ceilings(part_w=Decimal(0)), "is not a finite number above zero"),
        (lambda: Ceilings(part_w=Decimal("NaN")), "is not a finite number above zero"),
        (lambda: Write(A, on=1, off=1), "on and off are both 1"),
        (lambda: WritePacked(A, Packed(A), "1", "1"), "on and off are both '1'"),
        (lambda: WritePacked(A, Packed(A), "1", "0", 32, 32), "give more than longest, 32"),
        (lambda: Verbs(A, A), "on and off"),
        *((build, "which an INTEGER can hold") for build in TOO_LARGE),
        (lambda: Unmarked(WRITE, B, ("\t0",), "marked"), "quiet has '\\t0'"),
        (lambda: Field(A, -1), "count from 0"),
        (lambda: Bits(A, -1), "count from 0"),
        (lambda: Joined(A, keys=(A, B), own=(A,)), "give the same number in both"),
    ],
)
def test_a_field_that_means_nothing_is_refused_by_its_name(
    build: Callable[[], object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        check_parts(build())


def test_the_longest_ranges_are_valid() -> None:
    check_parts((Span(0, 0, 0), Span(1, 10_000, 1)))
    check_parts((Tables("1.3.9", 0, 0, "2.1.2"), Tables("1.3.9", 1, 1000, "2.1.2")))
