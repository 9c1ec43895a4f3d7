"""What comes of each call to a Redfish unit: the .txt files here (unit_cases.py)."""

from __future__ import annotations

from functools import partial

import pytest

from tests.tables import Law, compared

from .unit_cases import CALL_BY_TABLE, shown, table_of

LAWS = [
    pytest.param(law, call, id=f"{name}: {law}")
    for name, call in CALL_BY_TABLE.items()
    for law in table_of(name).laws()
]


@pytest.mark.parametrize("law, call", LAWS)
def test_a_call_does_what_the_lines_say(law: Law, call: str) -> None:
    law.check(compared(partial(shown, call=call)))
