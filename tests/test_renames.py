"""`python -m tests.renames` takes a change of names for one, and nothing else."""

from __future__ import annotations

import pytest

from tests.renames import differences

BEFORE = '''
def total(rows):
    """The sum of all."""
    found = [one.value for one in rows if one.value]
    return sum(found) + len(rows)
'''


@pytest.mark.parametrize(
    "after",
    [
        BEFORE.replace("one", "row").replace("found", "values"),
        BEFORE.replace("rows", "readings"),
        BEFORE.replace("The sum of all.", "The sum."),
    ],
)
def test_names_and_docstrings_may_change(after: str) -> None:
    assert not list(differences(BEFORE, after))


@pytest.mark.parametrize(
    ("after", "difference"),
    [
        (BEFORE.replace("sum(found) +", "sum(found) -"), "Add became Sub"),
        (BEFORE.replace("return sum(found)", "return sum(rows)"), "found became rows"),
        (BEFORE + "total([])", "parts became"),
        (BEFORE.replace(" if one.value", ""), "parts became"),
    ],
)
def test_anything_else_is_a_difference(after: str, difference: str) -> None:
    assert any(difference in sentence for sentence in differences(BEFORE, after))
