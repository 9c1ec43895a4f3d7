"""Each test loads handlers of its own by path, and has a password for a PDU over HTTP."""

from __future__ import annotations

import pytest

from pdu.workshop.handler import loading_checks
from tests.pdu.loading.page_handler import loaded_anew

__all__ = ["loaded_anew"]


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDU_PASSWORD", "any")


@pytest.fixture
def without_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the checks at loading: only calls on a device are checked."""
    monkeypatch.setattr(loading_checks, "check_loading", lambda *_: iter(()))
