"""Each test loads handlers of its own by path."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from pdu.pdus import handler_loading


@pytest.fixture(autouse=True)
def loaded_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(handler_loading, "_loaded", {})
    yield
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in ("handler_dir", "http_dir", "my_handler", "odd"):
            del sys.modules[name]
