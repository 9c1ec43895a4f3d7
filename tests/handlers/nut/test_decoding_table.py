"""What the variables of a NUT device are decoded to: decoding.txt."""

from __future__ import annotations

import pytest

from tests.handlers.nut.decoding_table import TABLE, shown
from tests.tables import Case


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_variables_are_decoded_as_the_lines_say(case: Case) -> None:
    case.check(shown(case))
