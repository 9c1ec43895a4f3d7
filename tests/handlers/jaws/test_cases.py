"""The readings and commands of PDUs over JAWS: cases.txt, each line a test."""

from __future__ import annotations

import pytest

from tests.handlers import codec_tables
from tests.tables import Case


@pytest.mark.parametrize("case", codec_tables.cases("jaws"), ids=str)
def test_case(case: Case) -> None:
    codec_tables.check("jaws", case)
