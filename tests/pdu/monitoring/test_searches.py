"""Searches of networks: what is listed, added and printed."""

from __future__ import annotations

import pytest

from tests.tables import Case

from .searches import TABLE, shown


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_search(case: Case) -> None:
    case.check(shown(case))
