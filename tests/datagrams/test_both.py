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


def test_the_table_says_what_the_requests_of_all_its_units_are() -> None:
    page = command.PAGE.read_text("utf-8")
    lines = page[page.index(command.BEGIN) : page.index(command.END)].splitlines()
    counts = [list(map(int, re.findall(r"\d+", line.split("|", 2)[2]))) for line in lines[3:]]
    assert len(counts) > 150 and [sum(column) for column in zip(*counts[:-1])] == counts[-1]
