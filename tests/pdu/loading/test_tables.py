"""Handlers by the vendor's page, and archives, as page_runs.txt and odd_archives.txt state them."""

from __future__ import annotations

import pytest

from tests.pdu.loading import odd_archives, page_runs
from tests.tables import Case


@pytest.mark.parametrize("case", page_runs.TABLE.cases(), ids=str)
def test_a_handler_of_the_page_is_run(case: Case) -> None:
    case.check(page_runs.shown(case))


@pytest.mark.parametrize("case", odd_archives.TABLE.cases(), ids=str)
def test_an_odd_archive_is_refused(case: Case) -> None:
    case.check(odd_archives.shown(case))
