"""Models, marks and a type that the tests with the SDK share."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from ..xerus import GENERATIONS, SPLIT_PHASE, CircuitModel, MeterModel, Model

SCRIPTS = "tests.simulators.sdk.scripts"
CIRCUITS = (
    CircuitModel(0, name="rack 1"),
    CircuitModel(5, (0, 1, 2), 4.0),
    CircuitModel(9, metered=False),
)
MODEL = Model(
    outlets=12,
    phases=3,
    inlets=2,
    transfer_switch=True,
    in_rush_guard_ms=20,
    disabled=(11,),
    not_switchable=(12,),
    meters=(MeterModel(1, circuits=CIRCUITS), MeterModel(4, SPLIT_PHASE)),
)
LINKED = Model(outlets=4, in_rush_guard_ms=0)
# step(script, name, given=None, address=…) → what the script's function `name` returns
Step = Callable[..., Any]


def since(first: str) -> pytest.MarkDecorator:
    """Runs a test for all generations from `first` on."""
    return pytest.mark.parametrize(
        "generation", GENERATIONS[GENERATIONS.index(first) :], indirect=True
    )


def only(generation: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("generation", [generation], indirect=True)
