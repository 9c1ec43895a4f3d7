"""README.md: what its commands print is what they print today."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from handlers import registry
from pdu.supports.preference import rank_of
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


#: a row of the table of handlers -> a model of it that `pdu supports` knows
_MODELS = {
    "Raritan": "PX3-5190R",
    "APC": "AP8959",
    "Server Technology PRO2": "PRO2",
    "NETIO": "PowerPDU 4C",
    "Digital Loggers": "LPC9",
    "Synaccess SynLink": "SynLink",
    "Shelly": "Shelly Pro 4PM",
    "[any other": "Vertiv Geist",
}


def _handlers_by_row(page: str) -> dict[str, list[str]]:
    """The handlers of each row of the table, in their order, by the row's first cell."""
    table, _, _ = page.partition("`pdu supports")
    handlers_by_row = {}
    for line in table.splitlines():
        if line.startswith("| ") and "`" in line:
            pdu, handlers = line[2:].split(" | ", 1)
            handlers_by_row[pdu] = re.findall("`(.*?)`", handlers)
    return handlers_by_row


def test_both_languages_name_the_same_handlers_in_the_same_order() -> None:
    assert [*_handlers_by_row(PAGE).values()] == [*_handlers_by_row(_RUSSIAN).values()]


def test_the_handler_that_comes_first_is_the_one_that_identify_prefers() -> None:
    """`pdu identify` chooses by rank."""
    rows = _handlers_by_row(PAGE)
    assert len(rows) == 9
    for handlers in rows.values():
        assert all(map(registry.is_handler, handlers))
        ranks = [rank_of(handler) for handler in handlers]
        assert ranks == sorted(set(ranks))


@pytest.mark.parametrize("begin, model", _MODELS.items())
def test_supports_answers_in_the_order_of_the_table(
    begin: str, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (handlers,) = [
        handlers for pdu, handlers in _handlers_by_row(PAGE).items() if pdu.startswith(begin)
    ]
    _, out, _ = run(capsys, "supports", model)
    answered = dict.fromkeys(re.findall("(?m)^([a-z]+)(?:: |, family )", out))
    # supports knows no models of Redfish, which any PDU may speak
    assert [*answered] == [handler for handler in handlers if handler != "redfish"]


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
