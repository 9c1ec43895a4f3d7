"""A slice of `python -m tests.datagrams`."""

from __future__ import annotations

import re

import pytest

from . import __main__ as command, both

EVERY = 9  # of the units


@pytest.mark.against("recordings and fixtures, read both ways")
def test_a_unit_reads_the_same_with_several_objects_a_request_for_six_tenths_of_them() -> None:
    compared = list(both.compare(both.units()[::EVERY]))
    assert [line for one in compared for line in one.wrong] == []
    assert both.share(compared) <= 0.6


def test_the_sum_in_the_page_is_that_of_the_units() -> None:
    units = list(both.compare(unit for unit in both.units()[::EVERY] if unit.family))
    counts = [_counts(both.row(unit)) for unit in units]
    assert _counts(both.table(units)[-1]) == [sum(column) for column in zip(*counts)]
    page = command.PAGE.read_text("utf-8")
    line = page[page.index(command.BEGIN) : page.index(command.END)].splitlines()[-1]
    written = _counts(line)
    assert len(written) == len(counts[0]) and all(
        whole >= part for whole, part in zip(written, _counts(both.table(units)[-1]))
    )


def _counts(line: str) -> list[int]:
    """The requests of a row, without its first cell."""
    return list(map(int, re.findall(r"\d+", line.split("|", 2)[2])))
