"""The readings and commands of Digital Loggers switches: cases.txt, each line a test."""

from __future__ import annotations

import pytest

from tests.handlers import codec_tables
from tests.tables import Case


@pytest.mark.parametrize("case", codec_tables.cases("digitalloggers"), ids=str)
def test_case(case: Case) -> None:
    codec_tables.check("digitalloggers", case)
