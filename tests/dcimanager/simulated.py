"""One simulated PDU for the page of the local DCImanager, as a separate process: `python -m
tests.dcimanager.simulated KIND`.

Prints one line of JSON with the PDU's address and the values of DCImanager's form for it, and ends
when its standard input ends. Its loads vary a little, so that plots show a curve.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack

from tests.peers import KINDS, living
from tests.program import port, starting

_TICK_SECONDS = 1.0


def numbers(text: str) -> list[int]:
    """Numbers separated by commas. Raises ValueError."""
    return [int(number) for number in text.split(",") if number]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.dcimanager.simulated", description=__doc__
    )
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("--port", type=port, default=0, help="default: the system chooses one")
    parser.add_argument(
        "--off",
        type=numbers,
        default=[],
        metavar="NUMBERS",
        help="outlets that are off at first, separated by commas",
    )
    options = parser.parse_args(arguments)
    ended = threading.Event()
    threading.Thread(target=_until_input_ends, args=(ended,), daemon=True).start()
    with ExitStack() as stack:
        with starting():
            peer, tick = stack.enter_context(living(options.kind, options.port, options.off))
        tick(0.0)
        print(
            json.dumps({"address": peer.address, "snmp": peer.snmp, "settings": peer.settings}),
            flush=True,
        )
        before = time.monotonic()
        while not ended.wait(_TICK_SECONDS):
            now = time.monotonic()
            tick(now - before)
            before = now
    return 0


def _until_input_ends(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


if __name__ == "__main__":
    sys.exit(main())
