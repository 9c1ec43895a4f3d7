"""`pdu check FILE`: reads all PDUs of a list in parallel and judges them."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional

import click

from handlers.shared.errors import PduHandlerError

from ..core.cli import prompts, shared_options
from ..core.cli.error_output import Usage, describe
from ..core.cli.exit_codes import WRONG
from ..core.cli.groups import Subcommand
from ..core.cli.options import Seconds, SharedOptions, given, option, output, secret_files
from ..core.cli.output import counted, print_json, progress
from ..core.cli.prompts import NoSecret
from ..core.cli.shared_options import ARCHIVES, AUTH, CSV, HTML, PARALLEL, SAVE, WORKERS
from ..core.files.html import time_shown
from ..core.files.whole_files import check_writable, write_page
from ..core.inventory import reader_pool, saved_readings
from ..core.inventory.auth import ENVIRONMENT
from ..core.inventory.newest_archives import use_newest_archives
from ..core.inventory.polling import Target, poll, poll_full, poll_state_counts, targets
from ..core.inventory.reading import Reading
from ..core.owner_files import LIST, OwnerFiles, file_arguments
from . import tables
from .check_result import (
    NAGIOS_FAILED,
    PduRow,
    Summary,
    changes,
    judged,
    nagios,
    remembered,
    summary,
)
from .page import page

_CLEAR = "\x1b[H\x1b[2J"


class CheckOptions(NamedTuple):
    """The options of one run."""

    site: OwnerFiles
    #: whether columns of a CSV list that are unknown are ignored
    lenient: bool
    #: how many PDUs are read at a time
    parallel: int
    #: how many processes read them; None: one for each core
    workers: Optional[int]
    #: poll again every so many seconds; None: poll once
    watch: Optional[float]
    #: whether the output is CSV
    csv: bool
    #: the file for the page
    html: Optional[str]
    #: whether the output is that of a Nagios plugin
    nagios: bool
    #: the new file for the readings
    save: Optional[str]


class Round(NamedTuple):
    """One poll of the whole list."""

    rows: Sequence[PduRow]
    found: Summary
    #: when, in seconds since 1970
    ended: float
    #: name of a PDU -> its changes since the previous round; outlets and energies are compared with
    #: the last ones that were read
    marks: Mapping[str, Sequence[str]]

    @property
    def when(self) -> str:
        """Local time, for people."""
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self.ended))

    @property
    def when_utc(self) -> str:
        """For programs: in local time, an hour comes twice when summer time ends."""
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.ended))


@click.pass_context
def _check(context: click.Context, /, **options: Any) -> int:
    state = given(context)
    state.defect_code = WRONG
    wanted = CheckOptions(OwnerFiles.of(options, state), **options)
    try:
        return _run(wanted, state)
    except Exception as error:
        if not wanted.nagios or isinstance(error, BrokenPipeError):
            raise
        return _failed_plugin(describe(error, state)["reason"])


def _failed_plugin(reason: str) -> int:
    print(f"PDU UNKNOWN - {reason}".replace("|", "/"))
    return NAGIOS_FAILED


class _Check(Subcommand):
    """Reports wrong arguments as a Nagios plugin does, if --nagios is among the arguments."""

    def make_context(
        self,
        info_name: Optional[str],
        args: list[str],
        parent: Optional[click.Context] = None,
        **extra: Any,
    ) -> click.Context:
        plugin = "--nagios" in args  # before click takes the arguments from the list
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            if not plugin:
                raise
            raise click.exceptions.Exit(
                _failed_plugin(" ".join(error.format_message().split()))
            ) from None


def _run(wanted: CheckOptions, state: SharedOptions) -> int:
    is_for_one_round = wanted.csv or wanted.nagios
    if wanted.watch is not None and is_for_one_round:
        raise Usage("--watch works only with the table, --json and --html")
    if wanted.watch is not None and wanted.save is not None:
        raise Usage("--save keeps one round: give it without --watch")
    if sum((state.json, wanted.csv, wanted.nagios)) > 1:
        raise Usage("give only one of --json, --csv and --nagios")
    if wanted.save is not None:
        saved_readings.check_new(wanted.save)
    wanted = wanted._replace(site=wanted.site.with_known_list())
    where = wanted.site.needed(LIST)
    fleet = wanted.site.files(wanted.lenient)
    if fleet.ignored:
        print(f"ignored columns of {where}: {', '.join(fleet.ignored)}", file=sys.stderr)
    devices = use_newest_archives(fleet.devices, wanted.site.archives)
    usual = wanted.site.login()
    polled = targets(devices, fleet.auths, usual)
    asked = _asked(where, polled)
    if asked:
        usual = usual._replace(secrets={**usual.secrets, **asked})
        polled = targets(devices, fleet.auths, usual)
    if wanted.html is not None:
        check_writable(wanted.html)
    before: dict[str, PduRow] = {}
    begin = time.monotonic()
    while True:
        done = _round(wanted, state, polled, before, fleet.repeated)
        _shown(wanted, state, done, first=not before)
        if wanted.watch is None:
            return done.found.level
        before = {
            row.device.name: remembered(before.get(row.device.name), row) for row in done.rows
        }
        begin = max(begin + wanted.watch, time.monotonic())
        time.sleep(max(0.0, begin - time.monotonic()))


def _asked(file: str, polled: Sequence[Target]) -> dict[str, str]:
    """The secrets that PDUs without a login of the list lack, from a terminal; {} without one."""
    if not sys.stdin.isatty():
        return {}
    lacking: Counter[str] = Counter()
    for target in polled:
        try:
            target.data()
        except NoSecret as error:
            lacking[error.key] += target.auth.name == ENVIRONMENT
        except PduHandlerError:
            pass  # the poll reports it
    return {
        key: prompts.secret(
            SharedOptions(),
            key,
            f"{key.replace('_', ' ')} of {counted(number, 'PDU')} in {file} without a login",
        )
        for key, number in lacking.items()
        if number
    }


# ---- one round -----------------------------------------------------------------------------------


def _round(
    wanted: CheckOptions,
    state: SharedOptions,
    polled: Sequence[Target],
    before: Mapping[str, PduRow],
    repeated: Mapping[str, str],
) -> Round:
    keep = state.json or wanted.html is not None or wanted.watch is not None
    rows: list[Optional[PduRow]] = [None] * len(polled)
    kept: list[Reading] = [] if wanted.save is None else [Reading()] * len(polled)
    read = poll_full if wanted.save is not None else poll if keep else poll_state_counts
    begin = time.monotonic()
    shown = progress(len(polled), "polling", show_pos=True)
    with (
        contextlib.closing(
            reader_pool.read_all(polled, wanted.parallel, processes=wanted.workers, read=read)
        ) as readings,
        shown as bar,
    ):
        for place, reading in readings:
            rows[place] = judged(polled[place].device, reading, keep)
            if wanted.save is not None:
                kept[place] = reading
            if bar is not None:
                bar.update(1)
    whole = [row for row in rows if row is not None]
    if wanted.save is not None:
        devices = [one.device for one in polled]
        saved_readings.save(wanted.save, saved_readings.of_readings(devices, kept, time.time()))
    found = summary(whole, time.monotonic() - begin, repeated)
    return Round(whole, found, time.time(), _marks(whole, before))


def _marks(rows: Sequence[PduRow], before: Mapping[str, PduRow]) -> dict[str, list[str]]:
    """PDU -> what changed since the round `before`, for those that changed."""
    marks: dict[str, list[str]] = {}
    for row in rows:
        name = row.device.name
        what = changes(before[name], row) if name in before else []
        if what:
            marks[name] = what
    return marks


def _shown(wanted: CheckOptions, state: SharedOptions, done: Round, first: bool) -> None:
    if wanted.html is not None:
        write_page(wanted.html, page(done.rows, done.found, time_shown(done.ended), done.marks))
    if state.json:
        document = tables.as_json(done.rows, done.found, done.marks)
        if wanted.watch is None:
            print_json(document)
        else:
            print(json.dumps({"time": done.when_utc, **document}), flush=True)
    elif wanted.csv:
        sys.stdout.write(tables.as_csv(done.rows))
    elif wanted.nagios:
        print("\n".join(nagios(done.found, done.rows)))
    else:
        for line in _lines(wanted, done, first):
            print(line)
        sys.stdout.flush()


def _lines(wanted: CheckOptions, done: Round, first: bool) -> Iterator[str]:
    """The round as text. The first round, and every round on a terminal, shows all PDUs. Other
    rounds show what changed, the errors of the PDUs that changed, and the sums, or nothing if no
    PDU changed."""
    terminal = sys.stdout.isatty()
    if wanted.watch is not None and terminal:
        yield _CLEAR + done.when
    whole = first or terminal
    if whole:
        yield from tables.table(done.rows, done.marks)
        yield from tables.problems(done.rows)
    for name, what in done.marks.items():
        yield f"{'' if whole else done.when + ' '}{tables.CHANGED} {name}: {'; '.join(what)}"
    if not whole:
        yield from tables.problems([row for row in done.rows if row.device.name in done.marks])
    if whole or done.marks:
        yield from done.found.lines()


_HELP = """Read all PDUs of a list in parallel: states, load, energy, and what is wrong.

LIST is CSV with a header line (name,handler,address,auth,settings,metered) or TOML with [[pdu]]
tables. It contains no secret: `auth` names a login in a file of logins (--auth) or in an
[auth.NAME] table of the TOML list. PDUs without `auth` are read with --secret-file,
PDU_COMMUNITY, ...; on a terminal you are asked for what is missing. --save also reads numbers,
names, W, lines, breakers and what outlets do when power comes back. Without LIST, that of PDU_LIST
is read, else ~/.config/pdu/pdus.csv or /etc/pdu/pdus.csv, with logins.toml beside it.

Exit code: 0 if all is well, 1 if an outlet is UNKNOWN, a NUT driver is not connected or its data
is stale, or figures cannot be read, 2 if a PDU did not answer or stopped answering, or if its
states could not be read for another reason. If the list or an option is wrong: 2, or with
--nagios 3. UNKNOWN outlets of a PDU with metered=yes do not count."""
check = _Check(
    "check",
    callback=_check,
    examples=(
        "pdu check pdus.csv --auth logins.toml",
        "pdu check pdus.csv --watch 60 --html pdus.html",
    ),
    help=_HELP,
    params=[
        *file_arguments(LIST),
        *shared_options.LIST(),
        *AUTH(),
        *option("--lenient", "list and ignore columns of a CSV file that are unknown"),
        *ARCHIVES(),
        *PARALLEL(default=reader_pool.PARALLEL, show_default=True),
        *WORKERS(),
        *option(
            "--watch", "poll every SECONDS, and mark what changed", "SECONDS", Seconds(1, 86400)
        ),
        *CSV(),
        *HTML(),
        *option("--nagios", "print the output of a Nagios plugin"),
        *SAVE(),
        *secret_files(),
        *output(),
    ],
)
