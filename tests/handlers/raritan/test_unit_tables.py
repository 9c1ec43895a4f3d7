"""What the handler makes of simulated units: the tables of unit_table.py."""

from __future__ import annotations

import pytest

from tests.tables import Case

from .unit_table import TABLES, shown


@pytest.mark.parametrize("case", [case for table in TABLES for case in table.cases()], ids=str)
def test_the_handler_makes_of_a_unit_what_the_lines_say(case: Case) -> None:
    case.check(shown(case))
