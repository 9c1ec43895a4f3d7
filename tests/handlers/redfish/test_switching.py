"""Which commands are sent to a Redfish unit, and what comes of each answer: switching.txt."""

from __future__ import annotations

import pytest

from tests.tables import Law, compared

from .switching_table import TABLE, shown


@pytest.mark.parametrize("law", TABLE.laws(), ids=str)
def test_a_command_does_what_the_lines_say(law: Law) -> None:
    law.check(compared(shown))
