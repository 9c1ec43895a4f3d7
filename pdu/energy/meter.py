"""`pdu meter`: polls the PDUs of a list, and keeps what it read in a store.

Each round begins at a random moment of its interval: a job that runs every five minutes is then
seen as often as it runs, not always or never. Polls have their times, so a month needs no grid.
"""

from __future__ import annotations

import contextlib
import functools
import math
import random
import time
from collections.abc import Sequence
from typing import Any, Callable, Optional

import click

from handlers.shared.errors import PduHandlerError, SettingsError
from handlers.shared.meter_figures import Figure, measured, reason_without

from ..cli.exit_codes import DONE, WRONG
from ..cli.groups import Subcommand
from ..cli.options import (
    FILE,
    FILE_ARGUMENT,
    output_options,
)
from ..cli.output import counted, report
from ..cli.shared_options import auth_option, list_option, parallel_option
from ..network.service_signals import ServiceSignals
from ..pdu_list.login_options import Login, pass_login, secret_file_option
from ..reading.owner_files import OwnerFiles
from ..reading.parts import Reading, add_nameplate
from ..reading.polling import Target, poll
from ..reading.reader_pool import PARALLEL as USUAL_PARALLEL, ReaderPool
from .clock import SAME_CLOCK_S, PollTime
from .readings import INLET
from .store import Store, StoredPoll, StoredRegister, exclusive

_BOOT_ID = "/proc/sys/kernel/random/boot_id"  # Linux, random(4)
_DAY_S = 86_400.0
#: a month needs the days around it
_LEAST_DAYS = 62
_SHORTEST_S, _LONGEST_S = 1.0, 86_400.0
_UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0}
#: reads energy, and beside it power and which unit it is
read_target = functools.partial(poll, with_power=True, parts=(add_nameplate,))


class Interval(click.ParamType):
    """A time such as 30s, 15m, 1h or 30, in s."""

    name = "interval"

    def convert(
        self, value: Any, param: Optional[click.Parameter], ctx: Optional[click.Context]
    ) -> float:
        text = str(value)
        unit_s = _UNITS_S.get(text[-1:])
        try:
            seconds = float(text) if unit_s is None else float(text[:-1]) * unit_s
        except ValueError:
            seconds = math.nan
        if not _SHORTEST_S <= seconds <= _LONGEST_S:
            self.fail(f"{text[:20]!r}: give 1s to 24h, such as 15m", param, ctx)
        return seconds


def boot_time() -> float:
    """Seconds since the machine started: also those in which it was suspended, where the system
    counts them (Linux, clock_gettime(2)).
    """
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def boot_id() -> str:
    """Which run of the machine `boot_time` belongs to."""
    try:
        with open(_BOOT_ID, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return f"process {time.time():.0f}"


def stored_poll(pdu: str, reading: Reading, boot: str) -> StoredPoll:
    """A reading as the store keeps it: energy, and beside it power, or else current."""
    now = time.monotonic()
    age_s = now - (reading.begun or now)
    wall = time.time() - age_s
    when = PollTime(wall, wall + reading.seconds, boot_time() - age_s, boot)
    error = ""
    if reading.failure is not None:
        error = f"{reading.failure.kind}: {reading.failure.reason}"
    registers = {
        outlet.identity: _register(
            outlet.figures.energy_kwh, outlet.figures.power_w, outlet.figures.current_a
        )
        for outlet in reading.outlets
    }
    registers[INLET] = _register(reading.energy_kwh, reading.total_w, reading.load_a)
    if error and all(register.wh is None for register in registers.values()):
        return StoredPoll(pdu, when, {}, error=error)
    plate = reading.plate
    unit = " ".join(filter(None, (plate.serial, plate.firmware)))
    return StoredPoll(pdu, when, registers, unit, plate.family, plate.uptime_s, error)


def _register(energy_kwh: Figure, power_w: Figure, current_a: Figure) -> StoredRegister:
    kwh, watts, amperes = map(measured, (energy_kwh, power_w, current_a))
    # whole Wh that have flowed: a float of kWh may be a little below them
    wh = None if kwh is None else math.floor(kwh * 1000.0 + 1e-3)
    # the current stands in for the power
    has_power = watts is not None or reason_without(power_w)
    load = ("power", power_w) if has_power else ("current", current_a)
    reasons = [
        f"no {word}: {reason_without(figure)}"
        for word, figure in (("energy", energy_kwh), load)
        if reason_without(figure)
    ]
    reason = "; ".join(reasons) or None
    if watts is not None:
        return StoredRegister(wh, round(watts), reason=reason)
    return StoredRegister(wh, None, amperes, reason)


_UNREAD = "cannot be read"


class ErrorLog:
    """Which PDUs cannot be read: each is reported once, and once when it is read again. So is one
    of which something beside the energy cannot be read.
    """

    def __init__(self, say: Callable[[str], object]) -> None:
        self._say = say
        #: why, by PDU
        self._errors: dict[str, str] = {}

    def note(self, polled: StoredPoll) -> None:
        """Take the result of a poll."""
        error = ""
        if polled.doubt:
            error = "is read in part" if polled.registers else _UNREAD
        before = self._errors.pop(polled.pdu, "")
        if error:
            self._errors[polled.pdu] = error
        if error and error != before:
            self._say(f"{polled.pdu} {error}: {polled.doubt}")
        elif before and not error:
            self._say(f"{polled.pdu} is read again")

    def __bool__(self) -> bool:
        """Whether a PDU cannot be read."""
        return _UNREAD in self._errors.values()


class ClockWatch:
    """Reports when somebody sets the wall clock of this machine."""

    def __init__(
        self,
        say: Callable[[str], object],
        wall: Callable[[], float] = time.time,
        since_boot: Callable[[], float] = boot_time,
    ) -> None:
        self._say, self._wall, self._since_boot = say, wall, since_boot
        self._offset = wall() - since_boot()

    def compare_with(self, newest: Optional[float]) -> None:
        """Report if the last poll of the file, in s since 1970, is in the future."""
        ahead_s = 0.0 if newest is None else newest - self._wall()
        if ahead_s > SAME_CLOCK_S:
            self._say(
                f"the last poll of the file is {ahead_s:.0f} s in the future: set the clock of this"
                " machine right"
            )

    def check(self) -> None:
        """Look again."""
        offset = self._wall() - self._since_boot()
        change_s, self._offset = offset - self._offset, offset
        if abs(change_s) > SAME_CLOCK_S:
            direction = "back" if change_s < 0.0 else "forward"
            self._say(
                f"the clock of this machine was set {direction} by {abs(change_s):.0f} s: polls are"
                " put in order by a clock that nobody sets, so none is lost"
            )


class _Meter:
    """The PDUs and their store, from round to round."""

    def __init__(
        self,
        files: OwnerFiles,
        store: Store,
        signals: ServiceSignals,
        *,
        parallel: int,
        keep_days: Optional[int],
    ) -> None:
        """`parallel`: how many PDUs are read at a time. `keep_days`: older readings are deleted;
        None: none. Raises SettingsError.
        """
        self._files, self._store, self._signals = files, store, signals
        self._keep_days = keep_days
        self._targets = self._read_targets()
        self._pool = ReaderPool(parallel)
        self._boot, self.errors = boot_id(), ErrorLog(report)
        self._clock = ClockWatch(report)
        self._clock.compare_with(store.newest())
        #: polls that could not be written
        self.lost_count = 0

    def _read_targets(self) -> Sequence[Target]:
        """The PDUs of the list with their handlers and logins, read anew. Raises SettingsError."""
        owner_files = self._files.add_known_list()
        targets = owner_files.targets(owner_files.files())
        if not targets:
            raise SettingsError("the list has no PDU")
        return targets

    def reload(self) -> None:
        """Read the list and the logins again; if that fails, the old ones stay in use."""
        try:
            self._targets = self._read_targets()
        except PduHandlerError as error:
            report(f"not reloaded: {error.reason}")

    @property
    def pdus(self) -> str:
        """How many PDUs are read."""
        return counted(len(self._targets), "PDU")

    def run(self, every_s: float, rounds: Optional[int]) -> None:
        """Read all PDUs at a random moment of each interval, until a signal asks to end, or so many
        times.
        """
        interval_start, round_count = time.monotonic(), 0
        while self._signals.ending is None:
            begin = time.monotonic()
            kept_count = self._run_round()
            round_count += 1
            report(
                f"round {round_count}: {kept_count} of {self.pdus} kept in"
                f" {time.monotonic() - begin:.1f} s"
            )
            if round_count == rounds:
                break
            # after a round that was longer than an interval, the next one begins now: intervals
            # that have passed are not made up for
            interval_start = max(interval_start + every_s, time.monotonic())
            fraction = random.random()  # noqa: S311  no secret
            self._wait_until(interval_start + fraction * every_s)

    def _run_round(self) -> int:
        """Poll each PDU once, and keep each poll when it arrives. Returns how many were read."""
        targets = self._targets
        self._clock.check()
        kept_count, lost_count, reason = 0, 0, ""
        with contextlib.closing(self._pool.read_all(targets, read_target=read_target)) as readings:
            for place, reading in readings:
                polled = stored_poll(targets[place].device.name, reading, self._boot)
                self.errors.note(polled)
                try:
                    self._store.add(polled)
                    kept_count += bool(polled.registers)
                except SettingsError as error:
                    lost_count, reason = lost_count + 1, error.reason
                if self._signals.ending is not None:
                    break
        if lost_count:
            self.lost_count += lost_count
            report(f"{counted(lost_count, 'poll')} lost: {reason}")
            return kept_count
        try:
            if self._keep_days is not None:
                oldest = time.time() - self._keep_days * _DAY_S
                self._store.delete_before(oldest, 2 * len(targets))
            self._store.checkpoint()
        except SettingsError as error:
            report(f"old polls are not deleted, or a copy lacks the last ones: {error.reason}")
        return kept_count

    def _wait_until(self, wake: float) -> None:
        """Wait until a moment of the monotonic clock, or until a signal asks to end."""
        while self._signals.ending is None and time.monotonic() < wake:
            self._signals.pipe.poll(max(wake - time.monotonic(), 0.0))
            if self._signals.take_reload():
                self.reload()


@click.command(
    "meter",
    cls=Subcommand,
    examples=(
        "pdu meter pdus.csv --into energy.db --auth logins.toml",
        "pdu meter pdus.csv --into energy.db --every 5m --keep-days 400",
    ),
)
@click.argument("list_word", metavar="[LIST]", required=False, type=FILE_ARGUMENT)
@list_option()
@auth_option()
@click.option(
    "--into",
    metavar="FILE",
    type=FILE,
    required=True,
    help="the file of readings, made if missing",
)
@click.option(
    "--every",
    "every_s",
    metavar="TIME",
    type=Interval(),
    default="15m",
    show_default=True,
    help="read each PDU once in this time, such as 5m",
)
@click.option(
    "--keep-days",
    metavar="DAYS",
    type=click.IntRange(_LEAST_DAYS),
    help="delete readings that are older; without it, none",
)
@click.option("--rounds", metavar="N", type=click.IntRange(1), help="end after so many rounds")
@parallel_option(default=USUAL_PARALLEL)
@secret_file_option
@output_options
@pass_login
def meter(
    login: Login,
    list_word: Optional[str],
    list_file: Optional[str],
    auth_file: Optional[str],
    into: str,
    every_s: float,
    keep_days: Optional[int],
    rounds: Optional[int],
    parallel: int,
) -> int:
    """Keep the energy registers of all PDUs of a list in one SQLite file.

    LIST is as for `pdu check`. It runs until Ctrl-C or SIGTERM, reports each round in a line and
    which PDUs cannot be read, and reads the list again on SIGHUP. A poll is on the disk when it is
    kept, so that a meter that is killed loses none. `pdu energy month` reads the file.

    Exit code: 2 if a poll could not be written, or with --rounds if a PDU was not read; else 0.
    """
    files = OwnerFiles.of_command(list_word, list_file, auth_file, login)
    with exclusive(into), ServiceSignals() as signals:
        with contextlib.closing(Store(into, may_write=True)) as store:
            worker = _Meter(files, store, signals, parallel=parallel, keep_days=keep_days)
            report(f"{worker.pdus}, each every {every_s:g} s, into {into}; Ctrl-C ends it")
            worker.run(every_s, rounds)
    is_incomplete = worker.lost_count or (rounds is not None and worker.errors)
    return WRONG if is_incomplete else DONE
