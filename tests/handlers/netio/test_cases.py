"""The readings and commands of NETIO PDUs: cases.txt, each line a test."""

from __future__ import annotations

import pytest

from tests.handlers import codec_tables
from tests.tables import Case


@pytest.mark.parametrize("case", codec_tables.cases("netio"), ids=str)
def test_case(case: Case) -> None:
    codec_tables.check("netio", case)
