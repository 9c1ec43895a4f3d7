"""Requests to the local DCImanager, as the lines of visits.txt say."""

from __future__ import annotations

import pytest

from tests.tables import Case

from . import visits


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return visits.archives_in(tmp_path_factory.mktemp("archives"))


@pytest.mark.parametrize("case", visits.TABLE.cases(), ids=str)
def test_requests_end_as_the_lines_say(case: Case, archives: dict[str, bytes]) -> None:
    case.check(visits.shown(case, archives))
