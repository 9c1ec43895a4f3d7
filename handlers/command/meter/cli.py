"""`pdu meter LIST --to DIR`: keeps the readings of many PDUs."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple, Optional

import click

from ...errors import SettingsError
from ..fleet import listing, shared_options
from ..fleet.archives import replaced
from ..fleet.auth import of_environment, of_file
from ..fleet.polling import Target, targets
from ..groups import Subcommand
from ..journal import START
from ..options import SharedOptions, Word, given, option, output, secret_files
from ..output import Result, counted, shown
from ..report import Interrupted, failed
from ..service import Wishes
from .days import Days
from .running import MeterService, MeterSettings

#: unit of a period -> seconds
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_SHORTEST_S, _LONGEST_S = 1.0, 86_400.0


class Period(click.ParamType):
    """A time such as 30s, 5m or 1h, in seconds."""

    name = "period"

    def convert(
        self, value: Any, param: Optional[click.Parameter], ctx: Optional[click.Context]
    ) -> float:
        if isinstance(value, float):
            return value
        text = str(value)
        number, unit = text[:-1], text[-1:]
        try:
            seconds = float(number) * _UNITS[unit]
        except (ValueError, KeyError):
            seconds = 0.0
        if not _SHORTEST_S <= seconds <= _LONGEST_S:
            self.fail(f"{text[:20]!r}: give 1s to 24h, such as 30s or 5m", param, ctx)
        return seconds


class MeterOptions(NamedTuple):
    """The arguments of one run."""

    file: str
    to: str
    auth: Optional[str]
    every: float
    rounds: Optional[int]
    archives: Optional[str]
    parallel: int


@click.pass_context
def _meter(context: click.Context, /, **options: Any) -> int:
    wanted, state = MeterOptions(**options), given(context)
    with Wishes() as wishes:
        polled = _targets(wanted, state)
        with Days(wanted.to) as days:
            # a forked process must not keep the folder locked when this one has been killed
            os.register_at_fork(after_in_child=days.abandon)
            settings = MeterSettings(wanted.every, wanted.parallel, wanted.rounds)
            meter = MeterService(polled, days, settings, _say)
            _ready()
            meter.run(wishes, lambda: _targets(wanted, state))
        code = failed(state, Interrupted("")) if wishes.ending == signal.SIGINT else 0
        document = {**meter.counts._asdict(), "hash": days.hash}
    if code:
        return code
    return shown(Result(document, _lines(meter, days.hash)), state.json)


def _targets(wanted: MeterOptions, state: SharedOptions) -> list[Target]:
    fleet = listing.read(wanted.file)
    if not fleet.devices:
        raise SettingsError(f"{wanted.file} has no PDU")
    auths = {**fleet.auths, **(of_file(wanted.auth) if wanted.auth is not None else {})}
    found = targets(
        replaced(fleet.devices, wanted.archives), auths, of_environment(state.secret_files)
    )
    # as named in the list
    return [one._replace(device=device) for one, device in zip(found, fleet.devices)]


def _lines(meter: MeterService, last: str) -> Sequence[str]:
    done = meter.counts
    said = [
        f"{counted(done.rounds, 'round')}: {counted(done.polls, 'reading')} kept,"
        f" {done.failed} of them failed"
    ]
    if done.lost:
        said.append(f"{counted(done.lost, 'reading')} lost: they could not be written")
    if done.missed:
        said.append(f"{counted(done.missed, 'turn')} missed by PDUs that were still being read")
    if last == START:
        return said  # no line was written
    return [*said, f"last hash, to be kept at another place: {last}"]


def _say(text: str) -> None:
    # standard error may be a pipe without a reader, or on a full disk
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def _ready() -> None:
    """Tell systemd that the service runs (sd_notify(3)), if it asked for that."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path.startswith(("/", "@")):
        return
    address = "\0" + path[1:] if path.startswith("@") else path
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as told,
    ):
        told.sendto(b"READY=1", address)


_HELP = """Keep the readings of all PDUs of a list, in files that nobody can change unseen.

FILE is the list, as for `pdu check`. DIR gets a file of JSON lines for each day
of UTC. A line is on the disk before it counts, and has the hash over all lines
before it: `pdu energy verify DIR` names a changed one, and `pdu energy audit`
reads them. Only one meter can write into a DIR. SIGHUP lets it read the list and
the logins again. It runs until Ctrl-C or SIGTERM; keep the hash that it prints
then at another place."""
meter = Subcommand(
    "meter",
    callback=_meter,
    help=_HELP,
    examples=(
        "pdu meter hall.csv --to /var/lib/pdu-meter --auth logins.toml",
        "pdu meter hall.csv --to readings --every 1m --rounds 60",
    ),
    params=[
        Word("FILE"),
        *option("--to", "the folder of the files; created if missing", "DIR", required=True),
        *option(
            "--auth",
            "logins: a TOML file with [auth.NAME] tables, not readable by other users",
            "FILE",
        ),
        *option(
            "--every",
            "begin a round this often, at multiples of it (5m: 12:00, 12:05)",
            "PERIOD",
            Period(),
            default="5m",
            show_default=True,
        ),
        *option("--rounds", "end after so many rounds", "N", click.IntRange(1)),
        *shared_options.archives(),
        *shared_options.parallel(),
        *secret_files(asked=False),
        *output(),
    ],
)
