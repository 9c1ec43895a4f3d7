"""`pdu nut-driver` as a program, a real upsd in front of it, and a client of its socket."""

from __future__ import annotations

import contextlib
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from pdu.nut_driver import names
from tests.needs import ROOT
from tests.pdu.monitoring.halls import PDU, environment
from tests.servers.process import end
from tests.servers.upsd import ADMIN, Upsd
from tests.waiting import PATIENCE_S, until


@contextlib.contextmanager
def driving(
    fleet: Path, logins: Path, state_path: Path, *more: object
) -> Iterator[subprocess.Popen[str]]:
    """Run the driver until the block ends. Its standard error goes to `driver.log` beside the
    list.
    """
    arguments = [fleet, "--auth", logins, "--state-path", state_path, *more]
    with open(fleet.with_name("driver.log"), "a") as log:
        process = subprocess.Popen(
            [*PDU, "nut-driver", *map(str, arguments)],
            cwd=ROOT,
            env={**environment(), "STATE_DIRECTORY": f"{state_path}-numbers"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert str(state_path) in first, fleet.with_name("driver.log").read_text()
        yield process
    finally:
        end(process)
        if process.stdout is not None:
            process.stdout.close()


def log_of(fleet: Path) -> str:
    """What the driver has printed on standard error."""
    return fleet.with_name("driver.log").read_text()


def await_data(upsd: Upsd, *ups: str) -> None:
    """Wait until upsd has the data of these devices."""
    for one in ups:
        assert until(lambda one=one: upsd.has_data(one)), upsd.ask(f"GET VAR {one} ups.status")  # type: ignore[misc]


def upscmd(upsd: Upsd, ups: str, command: str, seconds: int = 60) -> str:
    """What `upscmd -w` prints about a command."""
    return run(
        "upscmd", "-w", "-t", str(seconds), "-u", ADMIN.name, "-p", ADMIN.password,
        f"{ups}@{upsd.host}:{upsd.port}", command,
    )  # fmt: skip


def run(*words: str) -> str:
    """What one of NUT's programs prints."""
    done = subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S
    )
    return done.stdout + done.stderr


class Socket:
    """A client of a driver's socket, as upsd is one."""

    def __init__(self, state_path: Path, ups: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE_S)
        self._socket.connect(names.socket_path(str(state_path), ups))
        self._lines = self._socket.makefile("rb")

    def __enter__(self) -> Socket:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def line(self) -> str:
        """The next line; "" if the driver has closed the connection."""
        return self._lines.readline().decode("ascii").rstrip("\n")

    def until(self, last: str) -> list[str]:
        """The lines up to the one that begins with `last`."""
        found: list[str] = []
        while not (found and found[-1].startswith(last)):
            found.append(self.line())
            assert found[-1], f"closed before {last}"
        return found

    def dump(self) -> list[str]:
        self.send(b"DUMPALL\n")
        return self.until("DUMPDONE")
