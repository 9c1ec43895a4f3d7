"""What programs print."""

from __future__ import annotations

import io
import sys

import pytest

from pdu.cli.exit_handling import OutputError
from pdu.cli.output import report


@pytest.mark.parametrize(
    "error", [BrokenPipeError(), OSError(28, "full"), OutputError("full"), ValueError("closed")]
)
def test_a_line_that_cannot_be_written_ends_no_service(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise error

    monkeypatch.setattr(sys, "stderr", Full())
    report("something")


def test_a_reported_line_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    report("a\nb\x1b[2J")
    assert capsys.readouterr().err == "a\\nb\\x1b[2J\n"
