"""The order of the tests for several processes, and which of them are trials."""

from __future__ import annotations

import itertools
import os
import random
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Optional

import pytest
from hypothesis import given, strategies as st

from tests.conftest import long_ones_first, trials
from tests.needs import ROOT
from tests.waiting import PATIENCE_S


class Item(NamedTuple):
    name: int
    is_long: bool

    def get_closest_marker(self, name: str) -> Optional[str]:
        assert name == "long"
        return name if self.is_long else None


def test_long_tests_begin_each_workers_share_and_none_is_lost() -> None:
    items: list[Any] = [Item(number, number in (6, 8, 9)) for number in range(10)]
    ordered: Any = [[item.name for item in long_ones_first(items, number)] for number in (3, 1)]
    assert ordered == [[6, 0, 1, 8, 2, 3, 9, 4, 5, 7], [6, 8, 9, 0, 1, 2, 3, 4, 5, 7]]


class Case(NamedTuple):
    """One case of a parametrised test, whose function has the mark `sample` or not."""

    function: str
    number: int
    kept: Optional[int] = None
    of: str = "test"
    #: parameter -> value
    params: Mapping[str, int] = {}

    @property
    def callspec(self) -> Case:
        return self

    @property
    def nodeid(self) -> str:
        return f"tests/test_x.py::{self.function}[{self.number}]"

    def get_closest_marker(self, name: str) -> Optional[Any]:
        assert name == "sample"
        return None if self.kept is None else pytest.mark.sample(self.kept, of=self.of).mark


@given(
    st.lists(st.integers(1, 25), min_size=1, max_size=3),
    st.integers(1, 12),
    st.sampled_from(["test", "file"]),
    st.randoms(),
)
def test_each_value_of_a_parameter_of_at_most_15_values_has_a_quick_case(
    sizes: list[int], number: int, of: str, chance: random.Random
) -> None:
    combinations = [
        {str(at): value for at, value in enumerate(values)}
        for values in itertools.product(*map(range, sizes))
    ]
    params = chance.sample(combinations, min(len(combinations), chance.randrange(1, 60)))
    items: list[Any] = [
        Case(name, place, number, of, values)
        for name in "ab"
        for place, values in enumerate(params)
    ]
    quick = [item for item in items if item not in trials(items)]
    for name in "ab":
        assert any(item.function == name for item in quick)
        for at in map(str, range(len(sizes))):
            values = {item.params[at] for item in items}
            if len(values) <= 15:
                assert {item.params[at] for item in quick if item.function == name} == values


TESTS = """
import pytest

@pytest.mark.sample(2)
@pytest.mark.parametrize("number", range(16))
def test_sampled(number: int) -> None:
    pass

@pytest.mark.trial
def test_slow() -> None:
    pass

def test_quick() -> None:
    pass
"""


def test_make_tests_and_make_trials_share_the_cases_and_lose_none(tmp_path: Path) -> None:
    """With this project's own settings and conftest.py."""
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n")
    ran: list[set[str]] = []
    for chosen in ("not trial", "trial"):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-m", chosen]
            + ["--rootdir", str(tmp_path), str(tmp_path / "test_it.py")],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        ran.append(set(re.findall(r"::(\S+) PASSED", done.stdout)))
    test, trial = ran
    assert test == {"test_quick", "test_sampled[0]", "test_sampled[8]"}
    assert trial == {
        "test_slow",
        *(f"test_sampled[{number}]" for number in range(16) if number % 8),
    }
