"""A Reset that a Redfish client sends again, because it heard nothing, is the same Reset."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.waiting import until

from .running import TOKENS, Answer, Gateway, Site, gateway

RESTART = ["left/2=off", "left/2=on"]
TARGET = "/redfish/v1/Systems/srv-2/Actions/ComputerSystem.Reset"
JOURNAL = "repeated.jsonl"


@pytest.fixture(scope="module", params=[False, True], ids=["http", "https"])
def pausing(here: Site, request: pytest.FixtureRequest) -> Iterator[Gateway]:
    """A gateway whose restarts take longer than a request, so that a client can leave."""
    with gateway(here.folder, "--journal", JOURNAL, "--pause", 2, tls=request.param) as made:
        yield made


def reset(running: Gateway, kind: str = "ForceRestart", who: str = "admin") -> Answer:
    return running.ask("POST", TARGET, {"ResetType": kind}, who)


def leave_while_it_restarts(running: Gateway, here: Site) -> None:
    """Send a Reset, and close the connection when the outlet is off."""
    before = len(here.writes())
    body = json.dumps({"ResetType": "ForceRestart"})
    head = [
        f"POST {TARGET} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {TOKENS['admin']}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    with running.connect() as connection:
        connection.sendall("\r\n".join([*head, "", body]).encode())
        assert until(lambda: len(here.writes()) > before)


def ends(folder: Path) -> int:
    return sum('"end"' in line for line in (folder / JOURNAL).read_text().splitlines())


def commands_running(running: Gateway) -> float:
    lines = running.ask("GET", "/metrics").text.splitlines()
    (number,) = (
        line.split()[1] for line in lines if line.startswith("pdu_gateway_commands_running ")
    )
    return float(number)


def test_a_repeat_waits_for_the_command_that_runs(pausing: Gateway, here: Site) -> None:
    before = len(here.writes())
    leave_while_it_restarts(pausing, here)
    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(lambda _: reset(pausing), range(3)))
    assert [answer.status for answer in answers] == [204] * 3
    assert here.writes()[before:] == RESTART
    # the first answer was delivered: this one is a second restart
    assert reset(pausing).status == 204
    assert here.writes()[before:] == RESTART * 2


def test_a_repeat_gets_the_result_that_nobody_heard_once(pausing: Gateway, here: Site) -> None:
    before, ended = len(here.writes()), ends(here.folder)
    leave_while_it_restarts(pausing, here)
    assert until(lambda: ends(here.folder) > ended)
    assert reset(pausing).status == 204
    assert here.writes()[before:] == RESTART
    assert reset(pausing).status == 204
    assert here.writes()[before:] == RESTART * 2


def test_another_reset_and_another_client_are_no_repeats(pausing: Gateway, here: Site) -> None:
    before, ended = len(here.writes()), ends(here.folder)
    leave_while_it_restarts(pausing, here)
    assert reset(pausing, "ForceOff").status == reset(pausing, who="one").status == 409
    # the command ends after its line in the journal
    assert until(lambda: ends(here.folder) > ended and not commands_running(pausing), every=0.1)
    assert reset(pausing, who="one").status == 204
    assert here.writes()[before:] == RESTART * 2
