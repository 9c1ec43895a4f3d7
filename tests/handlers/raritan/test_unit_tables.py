"""What the handler makes of simulated units: the tables of unit_table.py."""

from __future__ import annotations

import pytest

from tests.tables import Law, compared

from .unit_table import TABLES, shown


@pytest.mark.parametrize("law", [law for table in TABLES for law in table.laws()], ids=str)
def test_the_handler_makes_of_a_unit_what_the_lines_say(law: Law) -> None:
    law.check(compared(shown))
