"""README.md: what its commands print is what they print today."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from tests.needs import ROOT
from tests.pdu.running import run
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices.apc import rpdu2

PAGE = (ROOT / "README.md").read_text("utf-8")
_RUSSIAN = (ROOT / "README.ru.md").read_text("utf-8")


def printed(command: str) -> list[str]:
    """The lines that the page shows below a command, without an ellipsis."""
    fence = re.search(rf"(?ms)^```console\n\$ {re.escape(command)}\n(.*?)^```", PAGE)
    assert fence is not None, command
    return [line for line in fence[1].splitlines() if line != "..."]


def test_both_languages_show_the_same_output() -> None:
    def outputs(text: str) -> list[str]:
        return [
            fence for kind, fence in re.findall(r"(?ms)^```(\w*)\n(.*?)^```", text) if kind != "sh"
        ]

    assert outputs(_RUSSIAN) == outputs(PAGE)


@pytest.mark.parametrize(
    "command, words",
    [
        ("pdu identify 192.0.2.8", ("identify", "127.0.0.1", "--handler", "snmp")),
        ("pdu status snmp 192.0.2.8", ("status", "snmp", "127.0.0.1")),
    ],
)
def test_a_simulated_unit_prints_what_the_page_shows(
    command: str,
    words: Sequence[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    with Agent(rpdu2()) as agent:
        _, lines, _ = run(capsys, *words, "--port", str(agent.port))
    rows = [line for line in printed(command) if "192.0.2.8" not in line]
    assert len(rows) > 0
    assert [row for row in rows if row not in lines.splitlines()] == []
