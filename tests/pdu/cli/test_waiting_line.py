"""The line that shows on a terminal what a command waits for."""

from __future__ import annotations

import io
import sys

import pytest

from pdu.cli.options import Output
from pdu.cli.output import waiting


class Terminal(io.StringIO):
    """Standard error on a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    "output, is_shown",
    [(Output(), True), (Output(json=True), False), (Output(debug=True), False)],
)
def test_a_block_shows_what_it_waits_for_and_the_line_is_gone_afterwards(
    output: Output, is_shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", terminal)
        with waiting("waiting for 192.0.2.7 \x1b[31m", output):
            assert ("waiting for 192.0.2.7 \\x1b[31m" in terminal.getvalue()) is is_shown
    text = terminal.getvalue()
    assert "\x1b" not in text
    assert not is_shown or text.split("\r")[-2].strip() == ""
