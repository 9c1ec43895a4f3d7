"""Runs of `pdu register` against the stand-in, as runs.txt says what each ends with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tables import Case

from .runs import TABLE, shown


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_runs_end_as_the_lines_say(case: Case, small_pack: Path) -> None:
    case.check(shown(case, small_pack))
