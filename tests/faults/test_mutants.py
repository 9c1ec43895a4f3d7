"""Each planted fault is seen by a quick test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import ROOT
from tests.waiting import PATIENCE_S

from .mutants import MUTANTS, Mutant

_SOURCES = ("common", "docs", "handlers", "packaging", "pdu", "pdu_common", "tests")
_TESTS_FAILED = 1  # pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project."""
    folder = tmp_path_factory.mktemp("planted")
    for name in _SOURCES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.glob("*.*"):
        if path.is_file():
            shutil.copy(path, folder)
    return folder


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.law)
def test_the_text_of_a_planted_fault_stands_once_in_its_file(mutant: Mutant) -> None:
    assert (ROOT / mutant.file).read_text("utf-8").count(mutant.old) == 1


@pytest.mark.trial
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.law)
def test_a_planted_fault_is_seen_by_a_quick_test(mutant: Mutant, copy: Path) -> None:
    path = copy / mutant.file
    source = path.read_text("utf-8")
    path.write_text(source.replace(mutant.old, mutant.new), "utf-8")
    try:
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
        process = subprocess.run(
            [*command, "-m", "not trial", *mutant.tests.split()],
            cwd=copy,
            env={**os.environ, "PYTEST_ADDOPTS": "", "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.DEVNULL,  # a test that fails may show a simulator's login
            stderr=subprocess.DEVNULL,
            timeout=4 * PATIENCE_S,
        )
    finally:
        path.write_text(source, "utf-8")
    assert process.returncode == _TESTS_FAILED, "no quick test sees it"
