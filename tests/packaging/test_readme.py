"""README.md: what its commands print is what they print today."""

from __future__ import annotations

import re
import sys

from tests.needs import ROOT

from .programs import output

PAGE = (ROOT / "README.md").read_text("utf-8")
_RUSSIAN = (ROOT / "README.ru.md").read_text("utf-8")


def printed(command: str) -> list[str]:
    """The lines that the page shows below a command, without an ellipsis."""
    fence = re.search(rf"(?ms)^```console\n\$ {re.escape(command)}\n(.*?)^```", PAGE)
    assert fence is not None, command
    return [line for line in fence[1].splitlines() if line != "..."]


def test_supports_prints_what_the_page_shows() -> None:
    lines = output([sys.executable, "-m", "pdu", "supports", "ePDU G3"]).splitlines()
    assert [line for line in printed('pdu supports "ePDU G3"') if line not in lines] == []


def test_both_languages_show_the_same_output() -> None:
    def outputs(text: str) -> list[str]:
        return [
            fence for kind, fence in re.findall(r"(?ms)^```(\w*)\n(.*?)^```", text) if kind != "sh"
        ]

    assert outputs(_RUSSIAN) == outputs(PAGE)
