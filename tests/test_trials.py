"""Which tests `make test` runs, and which `make trials`."""

from __future__ import annotations

import itertools
import os
import re
import sys
from pathlib import Path

from hypothesis import given, strategies as st

from tests.conftest import dearest_lines, lost_parameters, quick_numbers
from tests.needs import ROOT
from tests.waiting import run_program

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

@pytest.mark.long
@pytest.mark.parametrize("number", range(2))
def test_long(number: int) -> None:
    pass
"""
_OF_TWO_WORKERS = {"PYTEST_ADDOPTS": "", "PYTEST_XDIST_WORKER_COUNT": "2"}


def test_make_tests_and_make_trials_share_the_cases_and_lose_none(tmp_path: Path) -> None:
    """With this project's own settings and conftest.py."""
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n")
    ran: list[list[str]] = []
    for chosen in ("not trial", "trial"):
        process = run_program(
            [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-m", chosen]
            + ["--rootdir", str(tmp_path), str(tmp_path / "test_it.py")],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), **_OF_TWO_WORKERS},
        )
        assert process.returncode == 0, process.stdout + process.stderr
        ran.append(re.findall(r"::(\S+) PASSED", process.stdout))
    test, trial = ran
    # each worker begins with a long one
    assert test[:2] == ["test_long[0]", "test_sampled[0]"]
    assert test[2:] == ["test_long[1]", "test_sampled[8]", "test_quick"]
    assert trial == [
        *(f"test_sampled[{number}]" for number in range(16) if number % 8),
        "test_slow",
    ]


@given(st.lists(st.integers(1, 7), min_size=1, max_size=3), st.integers(1, 30))
def test_a_sample_has_each_value_of_each_parameter_that_it_has_cases_for(
    sizes: list[int], count: int
) -> None:
    names = "abc"[: len(sizes)]
    cases = [frozenset(zip(names, numbers)) for numbers in itertools.product(*map(range, sizes))]
    chosen = quick_numbers(cases, count)
    assert len(chosen) == min(count, len(cases))
    assert lost_parameters(cases, chosen, count) == []


def test_a_sample_of_one_parameter_is_evenly_spread() -> None:
    cases = [frozenset({("a", number)}) for number in range(16)]
    assert quick_numbers(cases, 2) == {0, 8}
    assert quick_numbers(cases, 5) == {0, 4, 8, 12, 1}


def test_the_even_steps_of_a_product_alone_would_lose_half_of_its_values() -> None:
    """As they did: the step was a multiple of the number of a parameter's values."""
    cases = [frozenset({("a", a), ("b", b)}) for a in range(4) for b in range(2)]
    even = {0, 2, 4, 6}
    assert lost_parameters(cases, even, 4) == ["b"]
    assert lost_parameters(cases, quick_numbers(cases, 4), 4) == []


def test_the_dearest_functions_are_told_with_their_seconds_and_cases() -> None:
    cheap = [(f"t.py::test_{number}", 0.1) for number in range(20)]
    lines = dearest_lines([("t.py::test_a[1]", 1.5), *cheap, ("t.py::test_a[2]", 2.0)])
    assert len(lines) == 21
    assert lines[0].split() == ["3.5", "2", "t.py::test_a"]
    assert lines[-1].split() == ["5.5", "22", "all"]
