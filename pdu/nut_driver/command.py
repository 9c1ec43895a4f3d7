"""`pdu nut-driver`: every PDU of a list behind a NUT server."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Annotated, NamedTuple, NoReturn, Optional

from ..core.cli.exit_codes import DEFECT, DONE
from ..core.cli.groups import Subcommand
from ..core.cli.options import RunOptions, option, secret_files
from ..core.cli.output import counted, print_json
from ..core.cli.shared_options import AUTH, EVERY, LIST as LIST_FILE, PAUSE
from ..core.files.whole_files import state_folder
from ..core.network.service_signals import ServiceSignals
from ..site.owner_files import LIST, OwnerFileOptions, OwnerFiles
from . import names
from .outlet_numbers import OutletNumbers
from .polling_process import PollingProcess, TargetsByUps, WorkerSettings
from .server import check_folder
from .socket_process import SocketProcess

_NUMBERS = "numbers.json"
_MOST_PDUS = 900  # with less than the 1,024 open files that Debian allows upsd
_GRACE_S = 60.0  # the longest reading; with two intervals the age at which data are stale


class DriverOptions(NamedTuple):
    """The options of one run."""

    owner_files: Annotated[OwnerFiles, OwnerFileOptions([LIST], LIST_FILE, AUTH, needs=[LIST])]
    #: in s
    every: Annotated[float, EVERY(default="30s", show_default=True)]
    #: in s
    pause: Annotated[float, PAUSE(default=10.0, show_default=True)]
    state_path: Annotated[
        str,
        option(
            "--state-path", "upsd's STATEPATH", "DIR", default="/run/nut", show_default=True
        ),  # as Debian has it
    ]
    numbers: Annotated[
        Optional[str],
        option(
            "--numbers",
            "keep the outlets' numbers in this file; by default numbers.json in systemd's"
            " StateDirectory, /var/lib/pdu-nut-driver for root, ~/.local/state/pdu-nut-driver for"
            " others",
            "FILE.json",
        ),
    ]
    ups_conf: Annotated[bool, option("--ups-conf", "print the sections for ups.conf, and end")]


def _run(driver_options: DriverOptions, run_options: RunOptions) -> int:
    if driver_options.ups_conf:
        devices = driver_options.owner_files.files().devices
        ups = names.ups_names(device.name for device in devices)
        if run_options.json:
            print_json({"ups": dict(zip(ups, (device.name for device in devices)))})
        else:
            print(names.ups_conf(devices))
        return DONE
    check_folder(driver_options.state_path)
    with ServiceSignals(second=_end) as signals:
        is_whole = _serve(driver_options, run_options, signals)
    _end(DONE if is_whole else DEFECT)


def _serve(driver_options: DriverOptions, run_options: RunOptions, signals: ServiceSignals) -> bool:
    """Serve until SIGTERM or Ctrl-C. False if the process of the sockets ended by itself."""

    def read_targets() -> TargetsByUps:
        targets = driver_options.owner_files.pdus()
        ups_names = names.ups_names(target.device.name for target in targets)
        for ups_name in ups_names:
            names.socket_path(driver_options.state_path, ups_name)
        return dict(zip(ups_names, targets))

    path = driver_options.numbers or os.path.join(state_folder(names.DRIVER), _NUMBERS)
    # the other process is forked first: it has no login, and does not lock the numbers
    with (
        SocketProcess(driver_options.state_path, 2 * driver_options.every + _GRACE_S) as front,
        OutletNumbers(path) as numbers,
    ):
        targets_by_ups = read_targets()
        driven = PollingProcess(
            WorkerSettings(driver_options.every, driver_options.pause), numbers, front, read_targets
        )
        driven.start(targets_by_ups, signals)
        _greet(driver_options.state_path, list(targets_by_ups), path, run_options.json)
        return driven.run(signals)


def _end(code: int = DONE) -> NoReturn:
    """Ends this process without waiting for threads that read. A normal exit would run OpenSSL's
    cleanup, and a thread that still uses OpenSSL could then crash the process."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    atexit._run_exitfuncs()
    os._exit(code)


def _greet(folder: str, ups: Sequence[str], numbers: str, as_json: bool) -> None:
    if as_json:
        print_json({"state_path": folder, "ups": list(ups), "numbers": numbers})
    else:
        print(f"{counted(len(ups), 'PDU')} in {folder}; the outlets' numbers are in {numbers}")
    sys.stdout.flush()
    if len(ups) > _MOST_PDUS:
        print(
            "upsd opens a file for each PDU and each client, and counts both in MAXCONN: raise"
            " LimitNOFILE of nut-server.service, and MAXCONN in upsd.conf if it is set, above"
            f" {len(ups)} and its clients",
            file=sys.stderr,
        )


_HELP = """Put every PDU of a list behind NUT's upsd, as its driver.

LIST as for pdu check. upsd does users, TLS and access; --ups-conf prints the sections for its
ups.conf. Each PDU has the socket pdu-nut-driver-NAME in upsd's STATEPATH.

upsc and other clients see outlets 1, 2, 3, ... with state, current, power and energy. A number
stays with its outlet, also after a restart. An outlet whose state is unknown has no
outlet.N.status. The commands outlet.N.load.on, .off and .cycle succeed only if the PDU reports the
new state; --pause is of .cycle. Data are stale if a PDU cannot be read. SIGHUP reads the list and
the logins again. Runs until Ctrl-C or SIGTERM; a command that runs is ended first."""
nut_driver = Subcommand.typed(
    "nut-driver",
    DriverOptions,
    _run,
    examples=(
        "pdu nut-driver hall.csv --auth logins.toml",
        "pdu nut-driver hall.csv --ups-conf",
    ),
    help=_HELP,
    unnamed=secret_files(),
)
