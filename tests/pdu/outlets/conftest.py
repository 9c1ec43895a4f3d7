from __future__ import annotations

import pytest

from pdu.outlets import switching


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state that was seen is read again at once: no simulated relay here falls back later."""
    monkeypatch.setattr(switching, "AGAIN_S", 0.0)
