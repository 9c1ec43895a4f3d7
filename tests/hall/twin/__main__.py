"""`make hall`, or `python -m tests.hall.twin`: a simulated hall, until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Optional

from handlers.command import ending
from tests.program import StopSignals, starting

from .built import four_racks
from .doors import KINDS, over
from .folder import Files, written
from .living import Twin


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run the hall until Ctrl-C, or until standard input ends."""
    options = _parser().parse_args(arguments)
    with ExitStack() as stack:
        signals = stack.enter_context(StopSignals())
        folder: Path = options.folder or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="hall-"))
        )
        with starting():
            twin = stack.enter_context(
                Twin(four_racks(), over(options.over), speed=options.speed, say=_say)
            )
            files = written(twin, folder.resolve())
        print("\n".join(_lines(files)), flush=True)
        threading.Thread(target=_prompt, args=(twin,), daemon=True).start()
        signals.wait()
    return 0


def _lines(files: Files) -> list[str]:
    return [
        f"A simulated hall: 4 racks, 8 PDUs. In another terminal: cd {files.drawing.parent}",
        "  pdu plan check hall.power.toml --list hall.csv --auth logins.toml",
        "  pdu rehearse hall.power.toml --list hall.csv --auth logins.toml --fail feed:A",
        "Here: fail feed:A, restore feed:A, show. Ctrl-C ends it.",
    ]


def _say(line: str) -> None:
    print(f"  {line}", flush=True)


def _prompt(twin: Twin) -> None:
    for line in sys.stdin:
        if line.strip():
            print(twin.order(line), flush=True)
    os.kill(os.getpid(), signal.SIGTERM)  # `main` waits for it


def _speed(text: str) -> float:
    value = float(text)
    if not 0 < value <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 and up to 3600")
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.hall.twin",
        description=(
            "A simulated hall of 4 racks with two feeds, for pdu plan, rehearse and cycle: what"
            " switches an outlet or fails a feed changes the currents of all others. It ends with"
            " Ctrl-C, or when its standard input ends."
        ),
    )
    parser.add_argument(
        "--folder",
        type=Path,
        help="where hall.csv, logins.toml and hall.power.toml go (default: a temporary one)",
    )
    parser.add_argument(
        "--over",
        choices=KINDS,
        default="mixed",
        help="the protocol of all PDUs; mixed: another one in each rack (default)",
    )
    parser.add_argument(
        "--speed",
        type=_speed,
        default=60.0,
        metavar="N",
        help="seconds of a breaker's curve that pass in one second (default: %(default)g)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(ending.run(main))
