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

    def limit(seconds: float) -> None:
        for name in registry.names():
            importlib.import_module(f"handlers.{name}.handler")
        for module in [
            module for key, module in sys.modules.items() if key.startswith("handlers.")
        ]:
            for name in ("CALL_SECONDS", "LONGEST_SECONDS"):
                if name in vars(module):
                    monkeypatch.setattr(module, name, seconds)

    return limit
