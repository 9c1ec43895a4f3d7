from __future__ import annotations

import pytest

from pdu.reading import outlet_power


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state that was seen is read again at once: no simulated relay here falls back later."""
    monkeypatch.setattr(outlet_power, "AGAIN_S", 0.0)
