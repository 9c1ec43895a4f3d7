from __future__ import annotations

import importlib

import pytest

from pdu.site.machines import outlet


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state that was seen is read again at once: no simulated relay here falls back later."""
    # before the change, of which it would keep a copy for the tests of other modules
    importlib.import_module("pdu.site.machines.proof")
    monkeypatch.setattr(outlet, "AGAIN_S", 0.0)
