"""Kills a gateway at random moments of a command, starts it again and repeats the command.

    python -m tests.pdu.gateway.crashes --rounds 100 --seed 1

Each round sends one command with a key, kills the gateway with SIGKILL after 0 to 0.2 s, and sends
the same request to a new gateway with the same journal. At most one command may reach each outlet,
a result that is called done must be true of the PDUs, and the journal's chain must be whole.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import http.client
import random
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Optional

from pdu.core.files import journal
from tests.waiting import PATIENCE_S

from .running import Site, gateway, site

LONGEST_S = 0.2
CORDS = ("left/1", "right/1")


class Broken(Exception):
    """A promise that was not kept."""


def one_round(here: Site, number: int, chance: random.Random) -> str:
    """Kill once. Returns how the key was answered: done, unknown or anew. Raises Broken."""
    action = chance.choice(("on", "off"))
    for cord in CORDS:
        here.turn(cord, action == "off")
    before, key = here.writes(), f"round-{number}"
    with gateway(here.folder) as first:
        sent = threading.Event()

        def ask() -> None:
            sent.set()
            with contextlib.suppress(OSError, http.client.HTTPException):
                first.switch("srv-1", action, key)

        asking = threading.Thread(target=ask)
        asking.start()
        sent.wait(PATIENCE_S)
        time.sleep(chance.uniform(0.0, LONGEST_S))
        first.process.kill()
        first.process.wait(PATIENCE_S)
        asking.join(PATIENCE_S)
    journaled = any(one.record.get("key") == key for one in _entries(here))
    with gateway(here.folder) as second:
        found = second.switch("srv-1", action, key).json
        state = second.ask("GET", "/v1/machines/srv-1").json
    writes = here.writes()
    for one in before:
        writes.remove(one)
    if any(count > 1 for count in collections.Counter(writes).values()):
        raise Broken(f"round {number}: sent twice: {writes}")
    if found["repeated"] != journaled:
        raise Broken(f"round {number}: {found} though journaled is {journaled}")
    true = {"on" if on else "off" for on in _states(here)}
    if found["done"] and true != {action}:
        raise Broken(f"round {number}: called done, but the outlets are {true}")
    if not found["done"] and found["state"] != "unknown":
        raise Broken(f"round {number}: a state was invented: {found}")
    if state["state"] != (true.pop() if len(true) == 1 else "unknown"):
        raise Broken(f"round {number}: the state is not that of the PDUs: {state}")
    if not found["repeated"]:
        return "anew"
    return "done" if found["done"] else "unknown"


def _entries(here: Site) -> list[journal.JournalEntry]:
    """All lines, whose chain is thereby checked."""
    return list(journal.read_entries(str(here.folder / "gateway.jsonl")))


def _states(here: Site) -> list[Optional[bool]]:
    return [server.books().states["1"] for server in (here.left, here.right)]


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Print how often each answer came."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    chance = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder, site(Path(folder)) as here:
        found = collections.Counter(one_round(here, n, chance) for n in range(given.rounds))
        lines = len(_entries(here))
    print(f"{given.rounds} kills: {dict(found)}; {lines} lines of the journal are whole")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
