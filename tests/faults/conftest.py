"""The time budget of a call, as a fixture."""
from __future__ import annotations

import importlib
from typing import Callable

import pytest

_MODULES = ("handlers.nut.handler", "handlers.raritan.handler", "handlers.redfish.handler", "handlers.redfish.service",
            "handlers.snmp.handler")


@pytest.fixture
def budget(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A function that sets the time budget of a call in seconds, in all handlers."""
    def limit(seconds: float) -> None:
        for name in _MODULES:
            monkeypatch.setattr(importlib.import_module(name), "CALL_SECONDS", seconds)
    return limit
