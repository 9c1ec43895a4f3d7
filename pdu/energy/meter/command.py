"""`pdu meter LIST --into DIR`: keeps the readings of many PDUs."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
from collections.abc import Sequence
from typing import Annotated, NamedTuple, Optional

import click

from ...core.cli import shared_options
from ...core.cli.exit_codes import DONE, INTERRUPTED
from ...core.cli.groups import Subcommand
from ...core.cli.options import RunOptions, option, secret_files
from ...core.cli.output import Result, print_result
from ...core.cli.shared_options import (
    ALLOW_HOST,
    ARCHIVES,
    AUTH,
    EVERY,
    INTO,
    PARALLEL,
    ListenAddress,
)
from ...core.files.journal import START
from ...core.network.service_signals import ServiceSignals, SystemdNotify
from ...pdus import reader_pool
from ...site.owner_files import LIST, OwnerFileOptions, OwnerFiles
from ..journal.days import Days
from .companions import Screen, ServedMetrics, SystemdNotifier
from .health import MeterCounts, summary
from .service import LONGEST_WAIT_S, Companion, MeterService, MeterSettings

#: the exit code of --rounds in which a reading failed or was lost
_FAILED = 1


class MeterOptions(NamedTuple):
    """The arguments of one run."""

    owner_files: Annotated[
        OwnerFiles,
        OwnerFileOptions([LIST], shared_options.LIST, AUTH, ARCHIVES, needs=[LIST]),
    ]
    into: Annotated[str, INTO(required=True)]
    #: in s
    every: Annotated[float, EVERY(default="5m", show_default=True)]
    rounds: Annotated[
        Optional[int], option("--rounds", "end after so many rounds", "N", click.IntRange(1))
    ]
    metrics: Annotated[
        Optional[str],
        option(
            "--metrics",
            "serve the meter's own metrics to Prometheus",
            "ADDRESS:PORT",
            ListenAddress(),
        ),
    ]
    #: further names by which the server of the metrics may be called
    allow_host: Annotated[Sequence[str], ALLOW_HOST(requires=["--metrics"])]
    parallel: Annotated[int, PARALLEL(default=reader_pool.PARALLEL, show_default=True)]


def _meter(meter_options: MeterOptions, run_options: RunOptions) -> int:
    screen, supervisor = Screen(run_options), SystemdNotify()
    with contextlib.ExitStack() as stack:
        signals = stack.enter_context(ServiceSignals())
        companions: list[Companion] = [screen, SystemdNotifier(supervisor)]
        if meter_options.metrics is not None:
            metrics_server = ServedMetrics(
                meter_options.metrics, meter_options.allow_host, screen.say
            )
            stack.callback(metrics_server.close)
            companions.append(metrics_server)
        targets = meter_options.owner_files.pdus()
        days = stack.enter_context(Days(meter_options.into))
        # a forked process must not keep the folder locked when this one has been killed
        os.register_at_fork(after_in_child=days.abandon)
        wait = min(screen.every_s, (supervisor.watchdog_s or LONGEST_WAIT_S * 3) / 3)
        settings = MeterSettings(
            meter_options.every,
            meter_options.parallel,
            meter_options.rounds,
            longest_wait_s=wait,
        )
        meter = MeterService(targets, days, settings, screen.say, companions=companions)
        supervisor.ready()
        meter.run(signals, meter_options.owner_files.pdus)
        supervisor.stopping()
    screen.clear()
    counts = meter.counts
    code = DONE
    if signals.ending == signal.SIGINT:
        code = INTERRUPTED
    elif meter_options.rounds is not None and (counts.failed or counts.lost):
        code = _FAILED
    document = {**dataclasses.asdict(counts), "hash": days.hash}
    return print_result(Result(document, _lines(counts, days.hash), code), run_options.json)


def _lines(counts: MeterCounts, last: str) -> Sequence[str]:
    lines = [*summary(counts)]
    if last == START:
        return lines  # no line was written
    return [*lines, f"last hash, to be kept at another place: {last}"]


_HELP = """Keep the readings of all PDUs of a list, in files that nobody can change unseen.

LIST is as for `pdu check`. The folder --into, made if it is missing, gets
a file of JSON lines for each day of UTC. Rounds begin at multiples of --every (5m:
12:00, 12:05). A line is on the disk before it counts, and has the hash over all lines
before it: `pdu energy verify DIR` names a changed one, and `pdu energy audit`
reads them. Only one meter can write into a DIR. SIGHUP lets it read the list and
the logins again. It runs until Ctrl-C or SIGTERM; keep the hash that it prints then
at another place. It says when a PDU cannot be read, and when it can again.

Exit code with --rounds: 0 if each reading was kept and none failed, else 1."""
meter = Subcommand.typed(
    "meter",
    MeterOptions,
    _meter,
    help=_HELP,
    examples=(
        "pdu meter hall.csv --into /var/lib/pdu-meter --auth logins.toml",
        "pdu meter hall.csv --into readings --every 1m --rounds 60",
    ),
    unnamed=secret_files(),
)
