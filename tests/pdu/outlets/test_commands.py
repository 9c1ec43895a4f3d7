"""What the commands of one PDU ask, send and tell, and their exit codes."""

from __future__ import annotations

import pytest

from tests.tables import Case

from .commands import KINDS, TABLE, shown

CASES = TABLE.cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_command(case: Case) -> None:
    case.check(shown(case))


def test_each_kind_of_error_has_a_line() -> None:
    title = "each kind of error has its exit code"
    lines = [case.left for case in CASES if case.title == title]
    for kind in KINDS:
        assert any(f"raises {kind} " in line for line in lines), kind


def test_the_text_of_a_defect_is_shortened() -> None:
    left = f"down: raises ValueError {'x' * 5000} & pdu off X 1 --yes"
    text = shown(Case(title="", line=0, left=left, right=""))
    assert "xxx... (commands.py line " in text
    assert text.endswith("; the outlet may or may not have switched")
    assert len(text) < 700
