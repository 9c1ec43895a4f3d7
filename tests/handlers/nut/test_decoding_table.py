"""What the variables of a NUT device are decoded to: decoding.txt."""

from __future__ import annotations

import pytest

from tests.handlers.nut.decoding_table import TABLE, shown
from tests.tables import Law, compared


@pytest.mark.parametrize("law", TABLE.laws(), ids=str)
def test_variables_are_decoded_as_the_lines_say(law: Law) -> None:
    law.check(compared(shown))
