"""An upload into a process that has loaded the archive. `python -m tests.conformance.hosts` tries
all cells on each Python.
"""

from __future__ import annotations

import pytest

from . import uploads


@pytest.mark.trial
@pytest.mark.parametrize("name", uploads.SUBJECTS)
def test_a_handler_keeps_its_code_when_another_build_takes_its_place(name: str) -> None:
    assert uploads.tried(name, uploads.CELLS) == []


@pytest.mark.trial
def test_the_nut_handler_keeps_its_code_in_every_call_and_at_every_moment() -> None:
    cells = uploads.CELLS[::3]
    assert {cell.call for cell in cells} == set(uploads.CALLS)
    assert {cell.when for cell in cells} == set(uploads.WHEN)
    assert uploads.tried("nut", cells) == []
