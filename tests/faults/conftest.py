"""The time budget of a call, as a fixture."""

from __future__ import annotations

import importlib
import sys
from typing import Callable

import pytest

from handlers import registry


@pytest.fixture
def budget(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A function that sets the limit of a call in all handlers.

    An SNMP command keeps its own limits (handlers/snmp/switching.py).
    """

    def set_limit(seconds: float) -> None:
        for name in registry.names():
            importlib.import_module(f"handlers.{name}.handler")
        modules = [module for name, module in sys.modules.items() if name.startswith("handlers.")]
        for module in modules:
            for constant in ("CALL_SECONDS", "LONGEST_SECONDS"):
                if hasattr(module, constant):
                    monkeypatch.setattr(module, constant, seconds)

    return set_limit
