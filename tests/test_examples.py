"""The examples of modules beside the tests, which pytest does not collect (tests/conftest.py)."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from tests import tables
from tests.faults import planting


@pytest.mark.parametrize("module", [tables, planting], ids=lambda module: module.__name__)
def test_the_examples_of_a_module_hold(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed
