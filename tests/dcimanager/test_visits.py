"""Requests to the local DCImanager, as the lines of visits.txt say."""

from __future__ import annotations

import pytest

from tests.tables import Law, compared

from . import visits


@pytest.mark.parametrize("law", visits.TABLE.laws(), ids=str)
def test_requests_end_as_the_lines_say(
    law: Law, small: bytes, newer: bytes, metered: bytes
) -> None:
    archives = {"small": small, "newer": newer, "metered": metered}
    law.check(compared(lambda case: visits.shown(case, archives)))
