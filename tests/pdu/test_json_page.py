"""What `--json` prints is an interface: its keys and types are those of docs/json.md."""

from __future__ import annotations

import pytest

from pdu.reading import outlet_power
from tests.pdu import json_page


def test_the_page_has_the_keys_and_types_that_the_commands_print(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outlet_power, "AGAIN_S", 0.0)
    assert json_page.page() == json_page.PAGE.read_text("utf-8")


def test_a_command_that_fails_writes_no_keys_into_the_page() -> None:
    with pytest.raises(RuntimeError, match="pdu status ended with 3"):
        json_page.document("status", "nut", "127.0.0.1:9")
