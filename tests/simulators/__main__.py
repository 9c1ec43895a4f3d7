"""One simulated PDU of each handler with their list and logins, until Ctrl-C (`make fleet`)."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import shlex
import signal
import sys
from pathlib import Path

from tests.pdu.monitoring.halls import hall

_LOGINS = "--auth logins.toml"


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.simulators", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(".cache/fleet"))
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    # the lock ends with this process; it is not the folder's, by which `pdu find --add` adds to the
    # list in it
    descriptor = os.open(folder / "fleet.lock", os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        parser.error(f"another fleet runs in {folder}: end it, or give --folder another one")
    with hall(folder) as fleet, contextlib.suppress(KeyboardInterrupt):
        path = fleet.list(name="pdus.csv")
        # names that people give: those of the handlers would be taken for handlers
        head, *lines = path.read_text("utf-8").splitlines()
        rows = [f"rack{number}-{line}" for number, line in enumerate(lines, 1)]
        path.write_text("\n".join([head, *rows, ""]), "utf-8")
        listed, first = path.name, rows[0].partition(",")[0]
        print(f"cd {shlex.quote(str(folder.resolve()))}")
        for words in ("check {}", f"outlets {first} --list {{}}"):
            print(f"pdu {words.format(listed)} {_LOGINS}", flush=True)
        signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())
