"""kill -9 and restart; SIGTERM while a command runs."""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Optional

import pytest

from tests.waiting import PATIENCE_S, finished, until

from .crashes import one_round
from .running import Answer, Gateway, Site, gateway, site


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path) as made:
        yield made


class Held:
    """Holds the answers to commands that a PDU has carried out."""

    def __init__(self, here: Site) -> None:
        self.reached, self.go = threading.Event(), threading.Event()
        here.left.faults.rewrite = self._rewrite

    def _rewrite(self, words: str, answer: bytes) -> Optional[bytes]:
        if words.startswith("INSTCMD"):
            self.reached.set()
            self.go.wait(PATIENCE_S)
        return answer


def test_after_kill_9_a_sent_command_is_unknown_and_not_sent_again(alone: Site) -> None:
    held = Held(alone)
    with gateway(alone.folder) as first:
        asking = threading.Thread(target=_swallow, args=(first,))
        asking.start()
        assert held.reached.wait(PATIENCE_S)
        first.process.kill()
        first.process.wait(PATIENCE_S)
        held.go.set()
        finished(asking)
    with gateway(alone.folder) as again:
        for _ in range(2):
            found = again.switch("srv-2", "off", "key")
            assert found.status == 424 and found.json["repeated"] is True
            assert (found.json["done"], found.json["state"]) == (False, "unknown")
            assert "may or may not" in found.json["reason"]
        # what the PDU says is no guess
        assert again.ask("GET", "/v1/machines/srv-2").json["state"] == "off"
    assert alone.writes() == ["left/2=off"]
    assert (alone.folder / "gateway.log").read_text().count(
        "off of srv-2 by admin is not known"
    ) == 1


def _swallow(running: Gateway) -> None:
    with pytest.raises(OSError):
        running.switch("srv-2", "off", "key")


def test_sigterm_waits_for_a_command_and_its_client_gets_the_result(alone: Site) -> None:
    held, found = Held(alone), list[Answer]()
    with gateway(alone.folder) as running:
        asking = threading.Thread(
            target=lambda: found.append(running.switch("srv-2", "restart", "key"))
        )
        asking.start()
        assert held.reached.wait(PATIENCE_S)
        running.process.send_signal(signal.SIGTERM)
        assert until(lambda: _is_closed(running))
        held.go.set()
        finished(asking)
        assert running.process.wait(PATIENCE_S) == 0
    assert found[0].json["done"] and alone.writes() == ["left/2=off", "left/2=on"]


def _is_closed(running: Gateway) -> bool:
    try:
        running.ask("GET", "/healthz", who="")
    except OSError:
        return True
    return False


def test_a_kill_at_a_random_moment_sends_nothing_twice(alone: Site) -> None:
    """A sample: `python -m tests.pdu.gateway.crashes` does as many as one likes."""
    assert one_round(alone, 0, random.Random(3)) in ("done", "unknown", "anew")
