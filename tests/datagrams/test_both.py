"""A slice of `python -m tests.datagrams`."""

from __future__ import annotations

import pytest

from . import __main__ as command, both

EVERY = 9  # of the units


@pytest.mark.against("recordings and fixtures, read both ways")
def test_a_unit_reads_the_same_with_several_objects_a_request_and_costs_what_the_table_says() -> (
    None
):
    compared = list(both.compare(both.units()[::EVERY]))
    assert [line for one in compared for line in one.wrong] == []
    assert both.share(compared) <= 0.6
    page = command.PAGE.read_text("utf-8")
    written = page[page.index(command.BEGIN) : page.index(command.END)].splitlines()
    for one in compared:
        assert not one.unit.family or both.row(one) in written, "run python -m tests.datagrams"


def test_the_table_has_a_row_for_each_fixture() -> None:
    page = command.PAGE.read_text("utf-8")
    written = page[page.index(command.BEGIN) : page.index(command.END)]
    for one in both.units():
        assert not one.family or f"| `{one.name}` |" in written, "python -m tests.datagrams --write"
