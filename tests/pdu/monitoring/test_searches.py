"""Searches of networks: what is listed, added and printed."""

from __future__ import annotations

import pytest

from tests.tables import Law, compared

from .searches import TABLE, shown


@pytest.mark.parametrize("law", TABLE.laws(), ids=str)
def test_search(law: Law) -> None:
    law.check(compared(shown))
