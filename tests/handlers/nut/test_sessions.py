"""Calls of the handler and the client on a simulated server: sessions.txt."""

from __future__ import annotations

import pytest

from tests.handlers.nut.session_table import TABLE, shown
from tests.tables import Case


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_calls_give_and_send_what_the_lines_say(case: Case) -> None:
    case.check(shown(case))
