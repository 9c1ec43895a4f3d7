"""Runs of `pdu register` against the stand-in, as runs.txt says what each ends with."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import runs

_CASES = list(runs.cases(runs.FILE.read_text("utf-8")))


@pytest.mark.parametrize("law", list(dict.fromkeys(case.law for case in _CASES)))
def test_runs_end_as_written(law: str, small_pack: Path) -> None:
    differences = []
    for case in _CASES:
        if case.law != law:
            continue
        for (words, written), result in zip(case.runs, runs.results(case, small_pack)):
            if not runs.is_as_written(result, written):
                differences.append(
                    f"given {case.situation}\n$ {words}\n  is      {result}\n  not     {written}"
                )
    assert not differences, "\n".join(differences)
