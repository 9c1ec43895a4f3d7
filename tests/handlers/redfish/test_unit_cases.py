"""What comes of each call to a Redfish unit: the .txt files here (unit_cases.py)."""

from __future__ import annotations

import pytest

from tests.tables import Case

from .unit_cases import CALL_BY_TABLE, shown, table_of

CASES = [
    pytest.param(case, call, id=f"{name}: {case}")
    for name, call in CALL_BY_TABLE.items()
    for case in table_of(name).cases()
]


@pytest.mark.parametrize("case, call", CASES)
def test_a_call_does_what_the_lines_say(case: Case, call: str) -> None:
    case.check(shown(case, call=call))
