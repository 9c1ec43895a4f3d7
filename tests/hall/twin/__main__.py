"""`make hall`, or `python -m tests.hall.twin`: a simulated hall, until Ctrl-C."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import stat
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Callable, Optional

from pdu.core.cli import exit_handling, optional_packages
from pdu.core.files.locks import lock
from tests.program import StopSignals, starting

from . import month
from .built import four_racks
from .doors import KINDS, over
from .folder import Files, written
from .living import Twin


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run the hall until Ctrl-C, or until standard input ends, if that is not /dev/null."""
    options = _parser().parse_args(arguments)
    with ExitStack() as stack:
        signals = stack.enter_context(StopSignals())
        folder: Path = options.folder or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="hall-"))
        )
        if not stack.enter_context(_only_hall_in(folder)):
            print(
                f"another hall runs, and its list, logins and drawing are in {folder}: use that"
                " one, end it, or give another --folder",
                file=sys.stderr,
            )
            return 1
        with starting():
            built = four_racks()
            built.switch_off(options.off)
            say = _silent if options.forms else _say
            twin = stack.enter_context(
                Twin(built, over(options.over), speed=options.speed, say=say)
            )
            files = written(twin, folder.resolve())
            past = month.kept(folder.resolve()) if options.month else None
        print(_forms(twin) if options.forms else "\n".join(_lines(files, past)), flush=True)
        if _has_input():
            threading.Thread(target=_prompt, args=(twin, say), daemon=True).start()
        signals.wait()
    return 0


@contextmanager
def _only_hall_in(folder: Path) -> Iterator[bool]:
    """Whether no other hall keeps its files there; none begins during the block."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield lock(descriptor)
    finally:
        os.close(descriptor)


def _lines(files: Files, past: Optional[month.Month]) -> list[str]:
    reads = "hall.power.toml --list hall.csv --auth logins.toml"
    return [
        "A simulated hall: 4 racks, 8 PDUs. In another terminal:",
        *activation(),
        f"  cd {shlex.quote(str(files.drawing.parent))}",
        "  pdu status r1-left --list hall.csv",
        f"  pdu plan check {reads}",
        f"  pdu rehearse {reads} --fail feed:A",
        *(_of_month(past) if past else []),
        "Here: fail feed:A, restore feed:A, show. Ctrl-C ends it."
        if _has_input()
        else "Ctrl-C or SIGTERM ends it. Its standard input is no terminal, so it takes no orders.",
    ]


def activation() -> list[str]:
    """The line that puts `pdu` on the PATH of a new terminal; none outside an environment."""
    script = Path(sys.prefix) / "bin" / "activate"
    return [f"  . {shlex.quote(str(script))}"] if script.is_file() else []


def _has_input() -> bool:
    """Whether orders may come: not from /dev/null, with which programs are started that go on."""
    try:
        is_device = stat.S_ISCHR(os.fstat(sys.stdin.fileno()).st_mode)
    except (AttributeError, OSError, ValueError):  # it is closed
        return False
    return sys.stdin.isatty() or not is_device


def _of_month(past: month.Month) -> list[str]:
    period = f"--month {past.text} --zone Europe/Berlin --limit-kw {month.LIMIT_KW:g}"
    return [
        "And a past month, with a reset, a hole, a false zero, an exchange, a PDU by its inlet:",
        f"  pdu energy statement readings {period} --customers customers.csv"
        f" --into statements-{past.text} --tariff day-night",
        *(
            []
            if optional_packages.has("numpy")
            else [f"  {optional_packages.missing('which', 'numpy')}"]
        ),
    ]


def _forms(twin: Twin) -> str:
    """PDU -> the values of DCImanager's form for it."""
    peers = {name: door.peer for name, door in twin.doors.items()}
    return json.dumps(
        {
            name: {
                "handler": peer.handler,
                "address": peer.address,
                "snmp": peer.snmp,
                "settings": peer.settings,
            }
            for name, peer in peers.items()
        }
    )


def _say(line: str) -> None:
    print(line, flush=True)


def _silent(line: str) -> None:
    """Nobody reads it."""


def _prompt(twin: Twin, say: Callable[[str], None]) -> None:
    for line in sys.stdin:
        if line.strip():
            say(twin.order(line))
    os.kill(os.getpid(), signal.SIGTERM)  # `main` waits for it


def _speed(text: str) -> float:
    value = float(text)
    if not 0 < value <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 and up to 3600")
    return value


def _outlets(text: str) -> list[tuple[str, str]]:
    """`r1-left/3,r1-right/2`"""
    return [(one.rpartition("/")[0], one.rpartition("/")[2]) for one in text.split(",") if one]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.hall.twin",
        description=(
            "A simulated hall of 4 racks with two feeds, for pdu plan, rehearse and machine: what"
            " switches an outlet or fails a feed changes the currents of all others. It ends with"
            " Ctrl-C, or when its standard input ends; with /dev/null as its input it goes on."
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
    parser.add_argument(
        "--off",
        type=_outlets,
        default=[],
        metavar="PDU/OUTLET,...",
        help="outlets that are off at first",
    )
    parser.add_argument(
        "--month",
        action="store_true",
        help="also write a past month's readings of three PDUs, for pdu energy statement",
    )
    parser.add_argument(
        "--forms",
        action="store_true",
        help="print the PDUs' forms of DCImanager as a line of JSON, and nothing else",
    )
    return parser


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
