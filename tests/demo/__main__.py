"""`make demo`: builds the archives, registers them with a stand-in for DCImanager, and polls and
switches simulated PDUs.

The exit code is 1 if a step fails, or a state, load or energy differs from the simulators' truth.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Callable, Optional

from pdu.cli import exit_handling
from tests.dcimanager.manager import DciManager
from tests.program import STOP_SIGNALS, StopSignals

from .pages import table
from .steps import DemoPdu, Failed, Steps, build, register, simulators

_KEPT_INTERVAL_S = 10.0
# behind each line about a 503 of the stand-in
_ON_PURPOSE = "  <- on purpose: a DCImanager whose service slept answers so"


class Interrupted(BaseException):
    """One of STOP_SIGNALS arrived: SIGINT (Ctrl-C), SIGTERM, or SIGHUP (the terminal
    was closed).
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    parser.add_argument(
        "--keep", action="store_true", help="keep the page with the demo's PDUs open until Ctrl-C"
    )
    options = parser.parse_args()

    def say(text: str) -> None:
        print(text, flush=True)

    begin = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="demo-") as folder, ExitStack() as stack:
            # The archives and the temporary files of the simulators and the stand-in are in this
            # folder and are deleted with it.
            tempfile.tempdir = os.environ["TMPDIR"] = folder
            for number in STOP_SIGNALS:
                signal.signal(number, _interrupt)
            try:
                manager, units = _run(stack, say, Path(folder), options.keep)
                for line in table(units):
                    say(line)
                say(
                    "Every state, load and energy agrees with the simulated devices."
                    f" {time.monotonic() - begin:.1f} s"
                )
                if options.keep:
                    _stay(manager)
            finally:
                _ignore_signals()
        if not options.keep:
            print(
                "next: make serve, the same in a browser; pipx install '.[privacy]', the"
                " command for your own PDU"
            )
            print("then: docs/first-run.md, the first run on your DCImanager")
        return 0
    except Failed as error:
        print(f"demo failed: {error}")
        return 1
    except Interrupted as error:
        print("interrupted; everything is stopped")
        return 128 + error.number


def _interrupt(number: int, _: Optional[FrameType]) -> None:
    _ignore_signals()
    raise Interrupted(number)


def _ignore_signals() -> None:
    """Ignores further signals, so that they do not interrupt the clean-up.

    Not by SIG_IGN: Python prints a traceback for a signal that arrives while its handler is
    replaced by SIG_IGN.
    """
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: None)


def _stay(manager: DciManager) -> None:
    """Keeps polling the demo's PDUs and serving the page until a signal arrives."""
    with StopSignals() as signals:
        manager.begin_polling(_KEPT_INTERVAL_S)
        print(
            f"{manager.page_url}   log in as {manager.email} with {manager.password}   (Ctrl-C"
            " ends it)",
            flush=True,
        )
        signals.wait()


def _run(
    stack: ExitStack, say: Callable[[str], None], folder: Path, page: bool
) -> tuple[DciManager, list[DemoPdu]]:
    say("1. simulated PDUs and a stand-in for DCImanager, all on 127.0.0.1")
    units = simulators(stack)
    # Answers 503 to the first request and to every fourth reading, as the real service may.
    manager = stack.enter_context(DciManager(busy=1, dozes_every=4, page_port=0 if page else None))
    dist = folder / "dist"
    say("2. archives built")
    build(dist)
    say("3. registered and uploaded by pdu register")
    register(
        manager,
        dist,
        lambda line: say(f"  {line}{_ON_PURPOSE if '(503)' in line else ''}"),
    )
    steps = Steps(manager, units, say)
    say("4. PDUs added and polled")
    steps.add()
    steps.poll()
    say("5. one outlet of each PDU switched off and on again")
    steps.switch()
    say("6. polled again")
    steps.poll()
    return manager, units


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
