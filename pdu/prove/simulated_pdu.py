"""The simulated PDU of `pdu prove platform https://SERVER`, and what arrives at it.

It is a program of a clone's tests (`tests/dcimanager/observed.py`), behind a NUT server that
demands a login, so that DCImanager's handler has to send what the owner typed into the form.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from handlers.shared.address import Address, with_port
from handlers.shared.errors import SettingsError, printable

from .arrivals import Arrival
from .platform_copy import CLONE

# DCImanager sends some ten requests every five minutes
_MOST = 100_000
# the owner types it once, and it protects a PDU that is only simulated
_PASSWORD_BYTES = 4


class SimulatedPdu(NamedTuple):
    """The running simulator."""

    #: keys and values of DCImanager's form
    settings: Mapping[str, str]
    outlets: Sequence[str]
    #: what has arrived until now, in order; it grows
    arrivals: Sequence[Arrival]


@contextlib.contextmanager
def simulated_pdu(at: Address) -> Iterator[SimulatedPdu]:
    """A simulated PDU that listens at this address of this machine, at any free port without one.

    Raises SettingsError if it cannot.
    """
    _check_listening(at)
    arrivals: list[Arrival] = []
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.dcimanager.observed"),
            *("--at", at.host, "--port", str(at.port or 0)),
        ],
        cwd=CLONE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # Ctrl-C is for this process, which then ends that one
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        password = secrets.token_hex(_PASSWORD_BYTES)
        with contextlib.suppress(BrokenPipeError):  # it did not start, which is said below
            process.stdin.write(f"{password}\n")
            process.stdin.flush()
        collector = threading.Thread(target=_collect, args=(process.stdout, arrivals), daemon=True)
        try:
            line = process.stdout.readline()  # it ends by itself if it cannot start
            if not line:
                raise SettingsError("the simulated PDU did not start: run make env in this clone")
            message = json.loads(line)
            collector.start()
            outlets = [str(number) for number in range(1, message["outlets"] + 1)]
            settings = {**message["settings"], "password": password}
            yield SimulatedPdu(settings, outlets, arrivals)
        finally:
            process.kill()
            if collector.ident is not None:
                collector.join()  # it reads up to the end, before the pipe is closed


def _collect(lines: Iterator[str], into: list[Arrival]) -> None:
    with contextlib.suppress(ValueError):  # a line that was cut off by the end
        for line in lines:
            if len(into) < _MOST:
                into.append(Arrival(**json.loads(line)))


def _check_listening(at: Address) -> None:
    """Raise SettingsError with what to do if nothing can listen there."""
    family = socket.AF_INET6 if ":" in at.host else socket.AF_INET
    try:
        socket.create_server((at.host, at.port or 0), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            free_address = with_port(at.host, "PORT", 0)
            why = f"port {at.port} is already in use: give another one, --at {free_address}"
        elif error.errno == errno.EACCES:
            why = "this user may not open that port: give one above 1023"
        elif error.errno in (errno.EADDRNOTAVAIL, None) or isinstance(error, socket.gaierror):
            why = "give an address of this machine that DCImanager's location server reaches"
        else:
            why = os.strerror(error.errno or 0)
        raise SettingsError(
            f"the simulated PDU cannot listen at {printable(at, 80)}: {why}"
        ) from None
