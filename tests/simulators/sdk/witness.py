"""What the tests with the SDK share beside their fixtures."""
from __future__ import annotations

from typing import Any, Callable

import pytest

from ..xerus import GENERATIONS, SPLIT_PHASE, CircuitModel, MeterModel, Model

SCRIPTS = "tests.simulators.sdk.scripts"
CIRCUITS = (CircuitModel(0, name="rack 1"), CircuitModel(5, (0, 1, 2), 4.0), CircuitModel(9, metered=False))
MODEL = Model(outlets=12, phases=3, inlets=2, transfer_switch=True, in_rush_guard_ms=20, disabled=(11,), not_switchable=(12,),
              meters=(MeterModel(1, circuits=CIRCUITS), MeterModel(4, SPLIT_PHASE)))
LINKED = Model(outlets=4, in_rush_guard_ms=0)
Step = Callable[..., Any]           # step(script, name, told=None, address=…) -> what the script's function gives


def since(first: str) -> pytest.MarkDecorator:
    """For what came with a release: only the generations that have it."""
    return pytest.mark.parametrize("generation", GENERATIONS[GENERATIONS.index(first):], indirect=True)


def only(generation: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("generation", [generation], indirect=True)
