"""What parts of profiles and synthetic units show as the lines of cases.py say."""

from __future__ import annotations

import pytest

from tests.handlers.snmp import cases
from tests.tables import Case


@pytest.mark.parametrize("case", cases.cases(), ids=str)
def test_parts_and_units_show_what_the_lines_say(case: Case) -> None:
    case.check(cases.shown(case))
