"""Runs of `pdu register` against the stand-in, as runs.txt says what each ends with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tables import Law, compared

from .runs import TABLE, shown


@pytest.mark.parametrize("law", TABLE.laws(), ids=str)
def test_runs_end_as_the_lines_say(law: Law, small_pack: Path) -> None:
    law.check(compared(lambda case: shown(case, small_pack)))
