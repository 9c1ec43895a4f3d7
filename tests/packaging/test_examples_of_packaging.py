"""The examples of packaging/, which pytest does not collect: it is no package."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from builder import archives, closure, command, script, snmp_options

from .building import loaded


@pytest.mark.parametrize(
    "module",
    [archives, closure, command, script, snmp_options, loaded("readme"), loaded("release")],
    ids=lambda module: module.__name__,
)
def test_the_examples_of_a_module_hold(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed
