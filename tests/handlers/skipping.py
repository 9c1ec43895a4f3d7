"""A clock whose sleeps end at once and move it on, so that a test of what happens after a wait does
not wait. As a program: the command `pdu` with it.

Deadlines keep their length, and a busy machine reads as often before one as an idle machine.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import Optional

if __name__ == "__main__":  # run by path, from any folder
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from handlers.shared import switching
from pdu import start
from pdu.site.machines import alive, outlet
from pdu.site.machines.pdu_access import SystemClock
from tests.waiting import PATIENCE_S


class Skipping(threading.local):
    """The computer's clock for each thread, in seconds, ahead by what the thread slept."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    def sleep(self, seconds: float) -> None:
        self._ahead += max(0.0, seconds)


@contextlib.contextmanager
def skipped(look_s: Optional[float] = 2.0) -> Iterator[None]:
    """Until the block ends, nothing waits for an outlet's state or a machine's meters: not
    `switching.switch` in every handler, not the proofs of `machines`. Those read each `look_s`
    seconds of the clock, which is seldom: a simulated PDU shows a command at once. None: as often
    as the product does.
    """
    # before AGAIN_S is changed, of which it takes a copy: with 0 it would read without a pause
    proof = importlib.import_module("pdu.site.machines.proof")
    verification = importlib.import_module("pdu.site.machines.verification")
    clock = Skipping()
    waits = dict(switching.switch.__kwdefaults__ or {}, clock=clock.monotonic, sleep=clock.sleep)
    places: tuple[tuple[object, str, object], ...] = (
        (switching.switch, "__kwdefaults__", waits),
        (outlet.switch_outlet, "__defaults__", (clock.sleep,)),
        (outlet, "AGAIN_S", 0.0),
        (verification, "LOOK_S", look_s or verification.LOOK_S),
        (proof, "LOOK_S", look_s or proof.LOOK_S),
        # what asks a machine is a program, which a busy computer starts late
        (alive, "LONGEST_S", PATIENCE_S),
        (outlet.OutletPower.__init__, "__defaults__", (clock.sleep,)),
        (SystemClock, "monotonic", lambda _: clock.monotonic()),
        (SystemClock, "sleep", lambda _, seconds: clock.sleep(seconds)),
    )
    before = [(where, name, getattr(where, name)) for where, name, _ in places]
    for where, name, value in places:
        setattr(where, name, value)
    try:
        yield
    finally:
        for where, name, value in before:
            setattr(where, name, value)


if __name__ == "__main__":
    with skipped():
        sys.exit(start.main(sys.argv[1:]))
