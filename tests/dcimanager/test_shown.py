"""What the page says of PDUs: where they are, and which commands it offers."""

from __future__ import annotations

import pytest

from .records import Call, Pdu
from .web.shown import offered


def pdu(address: str = "192.0.2.7", **more: object) -> Pdu:
    made = Pdu(1, "rack", "pdu_nut", address)
    for name, value in more.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize(
    "state, doubtful, good, commands",
    [
        ("UP", False, True, ("off",)),
        ("DOWN", False, True, ("on",)),
        ("UNKNOWN", False, True, ("on", "off")),
        ("UP", True, True, ("on", "off")),
        ("UP", False, False, ("on", "off")),  # an old reading
    ],
)
def test_only_the_command_that_changes_a_certain_state_is_offered(
    state: str, doubtful: bool, good: bool, commands: tuple[str, ...]
) -> None:
    last = Call("status", "", 0.1, {}, "" if good else "unreachable", "")
    shown = pdu(ports={"1": state}, doubts={"1": "doubt"} if doubtful else {}, calls=[last])
    assert offered(shown, "1") == commands
