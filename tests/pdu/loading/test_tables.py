"""Handlers by the vendor's page, and archives, as page_runs.txt and odd_archives.txt state them."""

from __future__ import annotations

import pytest

from tests.pdu.loading import odd_archives, page_runs
from tests.tables import Law, compared


@pytest.mark.parametrize("law", page_runs.TABLE.laws(), ids=str)
def test_a_handler_of_the_page_is_run(law: Law) -> None:
    law.check(compared(page_runs.shown))


@pytest.mark.parametrize("law", odd_archives.TABLE.laws(), ids=str)
def test_an_odd_archive_is_refused(law: Law) -> None:
    law.check(compared(odd_archives.shown))
