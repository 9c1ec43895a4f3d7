"""What the commands of one PDU ask, send and tell, and their exit codes."""

from __future__ import annotations

import pytest

from tests.tables import Case, Law, compared

from .commands import KINDS, TABLE, shown

LAWS = TABLE.laws()


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_command(law: Law) -> None:
    law.check(compared(shown))


def test_each_kind_of_error_has_a_line() -> None:
    (law,) = [law for law in LAWS if law.title == "each kind of error has its exit code"]
    for kind in KINDS:
        assert any(f"raises {kind} " in case.left for case in law.cases), kind


def test_the_text_of_a_defect_is_shortened() -> None:
    left = f"down: raises ValueError {'x' * 5000} & pdu off X 1 --yes"
    text = shown(Case(title="", line=0, left=left, right=""))
    assert "xxx... (commands.py line " in text
    assert text.endswith("; the outlet may or may not have switched")
    assert len(text) < 700
