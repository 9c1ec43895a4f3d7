"""`pdu nut-driver`: every PDU of a list behind a NUT server."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import os
import resource
import signal
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn, Optional

import click

from ... import VERSION
from ...errors import printable
from ..exits import DONE
from ..files import state_folder
from ..fleet import listing
from ..fleet.opening import pdus
from ..fleet.polling import Target
from ..groups import Subcommand
from ..options import Seconds, Word, given, option, output, secret_files
from ..output import counted, print_json
from . import names
from .numbers import Numbers
from .server import Driver, UpsdConnection, check_folder, listening, sweep
from .tree import Tree
from .unit import DrivenPdu, DriverPace
from .view import UpsdView, View

_STATE_PATH = "/run/nut"  # Debian's STATEPATH
_NUMBERS = "numbers.json"
_BEGIN_S = 0.05  # between the first readings of two PDUs
_AGAIN_S = (2.0, 5.0)  # until a reading that failed is tried again, the first PDU and the last
_GRACE_S = 60.0  # the longest reading; with two intervals the age at which data are stale
_FILES = 50  # open files besides those of PDUs
_FILES_OF_A_PDU = 8


class DriverOptions(NamedTuple):
    """The options of one run."""

    file: str
    auth: Optional[str]
    every: float
    pause: float
    state_path: str
    numbers: Optional[str]
    ups_conf: bool


@click.pass_context
def _nut_driver(context: click.Context, /, **options: Any) -> int:
    wanted, state = DriverOptions(**options), given(context)
    if wanted.ups_conf:
        devices = listing.read(wanted.file).devices
        ups = names.ups_names(one.name for one in devices)
        if state.json:
            print_json({"ups": dict(zip(ups, (one.name for one in devices)))})
        else:
            print(names.ups_conf(devices))
        return DONE
    check_folder(wanted.state_path)
    targets = pdus(wanted.file, wanted.auth, state.secret_files)
    ups = names.ups_names(one.device.name for one in targets)
    with Numbers(wanted.numbers or os.path.join(state_folder(names.DRIVER), _NUMBERS)) as numbers:
        _allow_files(len(targets))
        asyncio.run(_serve(wanted, targets, ups, numbers, state.json))
    _end()


def _end() -> NoReturn:
    """Ends this process without waiting for threads that read. A normal exit would run OpenSSL's
    cleanup, and a thread that still uses OpenSSL could then crash the process."""
    sys.stdout.flush()
    atexit._run_exitfuncs()
    os._exit(0)


def _allow_files(pdus: int) -> None:
    """Raise the limit of open files, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = _FILES + _FILES_OF_A_PDU * pdus
    if hard != resource.RLIM_INFINITY:
        needed = min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


class _Stage:
    """Passes what the thread of one PDU reports on to its driver, in the event loop."""

    def __init__(self, name: str, loop: asyncio.AbstractEventLoop) -> None:
        self._name, self._loop = name, loop
        self.driver: Optional[Driver] = None

    def show(self, view: View) -> None:
        self._call("show", view)

    def mark(self, is_ok: bool) -> None:
        self._call("mark", is_ok)

    def _call(self, what: str, *arguments: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(getattr(self.driver, what), *arguments)

    def say(self, text: str) -> None:
        # standard error may be a pipe without a reader, or on a full disk
        with contextlib.suppress(OSError, ValueError):
            print(f"{printable(self._name, 100)}: {text}", file=sys.stderr, flush=True)


async def _serve(
    wanted: DriverOptions,
    targets: Sequence[Target],
    ups: Sequence[str],
    numbers: Numbers,
    as_json: bool,
) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises SettingsError."""
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _asked, asked)
    units: list[DrivenPdu] = []
    drivers: list[Driver] = []
    async with contextlib.AsyncExitStack() as stack:
        for place, (target, name) in enumerate(zip(targets, ups)):
            unit, driver = _made(wanted, target, place, len(targets), numbers, loop)
            path = names.socket_path(wanted.state_path, name)
            sock = listening(path)
            stack.callback(_unlink, path)
            server = await loop.create_unix_server(
                functools.partial(UpsdConnection, driver), sock=sock
            )
            stack.callback(server.close)
            units.append(unit)
            drivers.append(driver)
        for unit in units:
            unit.start()
        _greet(wanted.state_path, ups, numbers.path, as_json)
        sweeping = loop.create_task(sweep(drivers))
        await asked.wait()
        for unit in units:
            unit.end()
        while any(driver.open for driver in drivers):
            await asyncio.sleep(0.05)
        sweeping.cancel()


def _asked(asked: asyncio.Event) -> None:
    """The first signal lets the commands that run end; a second one does not wait for them."""
    if asked.is_set():
        _end()
    asked.set()


def _made(
    wanted: DriverOptions,
    target: Target,
    place: int,
    count: int,
    numbers: Numbers,
    loop: asyncio.AbstractEventLoop,
) -> tuple[DrivenPdu, Driver]:
    panel = UpsdView(
        {
            "device.type": "pdu",
            "driver.name": names.DRIVER,
            "driver.version": VERSION,
            "driver.parameter.pollinterval": f"{wanted.every:g}",
        },
        target.device.metered,
    )
    first = min(_BEGIN_S * place, wanted.every * place / count)
    stage = _Stage(target.device.name, loop)
    # not all at once after a moment without network
    again = _AGAIN_S[0] + (_AGAIN_S[1] - _AGAIN_S[0]) * place / count
    pace = DriverPace(wanted.every, first, wanted.pause, again)
    unit = DrivenPdu(target, panel, numbers, pace, stage)
    stage.driver = Driver(Tree(panel.view), 2 * wanted.every + _GRACE_S, unit.submit, stage.say)
    return unit, stage.driver


def _greet(folder: str, ups: Sequence[str], numbers: str, as_json: bool) -> None:
    if as_json:
        print_json({"state_path": folder, "ups": list(ups), "numbers": numbers})
    else:
        print(f"{counted(len(ups), 'PDU')} in {folder}; the outlets' numbers are in {numbers}")
    sys.stdout.flush()


def _unlink(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)


_HELP = """Put every PDU of a list behind NUT's upsd, as its driver.

LIST as for pdu check. upsd does users, TLS and access; --ups-conf prints the sections for its
ups.conf. Each PDU has the socket pdu-nut-driver-NAME in upsd's STATEPATH.

upsc and other clients see outlets 1, 2, 3, ... with state, current, power and energy. A number
stays with its outlet, also after a restart. An outlet whose state is unknown has no
outlet.N.status. The commands outlet.N.load.on, .off and .cycle succeed only if the PDU reports the
new state. Data are stale if a PDU cannot be read. Runs until Ctrl-C or SIGTERM; a command that runs
is ended first."""
nut_driver = Subcommand(
    "nut-driver",
    callback=_nut_driver,
    examples=(
        "pdu nut-driver hall.csv --auth logins.toml",
        "pdu nut-driver hall.csv --ups-conf",
    ),
    help=_HELP,
    params=[
        Word("FILE"),
        *option(
            "--auth",
            "logins: a TOML file with [auth.NAME] tables, not readable by other users",
            "FILE",
        ),
        *option(
            "--every",
            "time between two readings of a PDU",
            "SECONDS",
            Seconds(1, 3600),
            default=30.0,
            show_default=True,
        ),
        *option(
            "--pause",
            "how long outlet.N.load.cycle leaves an outlet off",
            "SECONDS",
            Seconds(0, 3600),
            default=10.0,
            show_default=True,
        ),
        *option(
            "--state-path",
            "upsd's STATEPATH",
            "DIR",
            default=_STATE_PATH,
            show_default=True,
        ),
        *option(
            "--numbers",
            "keep the outlets' numbers in this file; by default numbers.json in systemd's"
            " StateDirectory, /var/lib/pdu-nut-driver for root, ~/.local/state/pdu-nut-driver for"
            " others",
            "FILE.json",
        ),
        *option("--ups-conf", "print the sections for ups.conf, and end"),
        *secret_files(asked=False),
        *output(),
    ],
)
