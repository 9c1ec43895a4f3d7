"""The readings and commands of units over HTTP: cases.txt in the folder of each handler."""

from __future__ import annotations

import pytest

from tests.handlers import codec_tables
from tests.tables import Case


@pytest.mark.parametrize(
    "handler, case",
    [(handler, case) for handler in codec_tables.HANDLERS for case in codec_tables.cases(handler)],
    ids=str,
)
def test_a_reading_is_what_its_line_says(handler: str, case: Case) -> None:
    difference = codec_tables.difference(handler, case)
    assert not difference, f"line {case.line}: {case.left}\n  {difference}"
