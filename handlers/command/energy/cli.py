"""`pdu energy`: the group, and the command `audit`."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from typing import Any, NamedTuple, Optional
from zoneinfo import ZoneInfo

import click

from ...errors import SettingsError, printable
from ...tls import Trust, pem
from ..exits import WRONG
from ..files import text_of
from ..fleet import private
from ..fleet.check import check_writable, write_page
from ..groups import EPILOG, Lazy, LazyCommand, Subcommand
from ..hall import reading_toml
from ..options import NumberRange, SharedOptions, Word, given, option, output, secret_files
from ..output import Result, shown
from ..report import Usage
from . import document, page, text
from .audit import Asked, audited
from .groups import by_customer, by_machine, worst
from .meters import Meters, RegisterFacts
from .outcome import AuditOutcome
from .owners import customers, machines
from .pue import CATEGORIES, it_energy
from .queries import QueryLogin, is_url
from .sources import Access, source_of

_SECRETS = ("password", "token")
#: the JSON of more PDUs is one line
_LARGE = 20


class AuditOptions(NamedTuple):
    """The arguments of one run."""

    source: Sequence[str]
    begin: datetime.datetime
    end: datetime.datetime
    zone: str
    limit_kw: Optional[float]
    step: Optional[float]
    wrap: Optional[float]
    meter_class: Optional[float]
    volts: Optional[float]
    own_use: Optional[float]
    meters: Optional[str]
    hall: Optional[str]
    customers: Optional[str]
    pue: Optional[str]
    csv: bool
    html: Optional[str]
    match: Optional[str]
    username: Optional[str]
    ca_pem: Optional[str]


def moment(day: datetime.date, zone: ZoneInfo) -> float:
    """When a day begins in a zone, in seconds since 1970."""
    return datetime.datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()


def zone_named(name: str) -> ZoneInfo:
    """A time zone of the IANA's database. Raises SettingsError."""
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise SettingsError(
            f"no time zone {printable(name, 40)!r}: give one such as Europe/Berlin, or install the"
            " zones of the system (tzdata)"
        ) from None


@click.pass_context
def _audit(context: click.Context, /, **options: Any) -> int:
    wanted, state = AuditOptions(**options), given(context)
    state.defect_code = WRONG
    if wanted.csv and state.json:
        raise Usage("--csv and --json exclude each other")
    zone = zone_named(wanted.zone)
    begin, end = (moment(day.date(), zone) for day in (wanted.begin, wanted.end))
    if end <= begin:
        raise Usage("--to must be a later day than --from")
    if wanted.html is not None:
        check_writable(wanted.html)
    found = _found(wanted, state, zone, begin, end)
    if wanted.html is not None:
        write_page(wanted.html, page.page(found))
    if wanted.csv:
        lines = document.as_csv(found).splitlines()
        for note in found.notes():
            print(note, file=sys.stderr)
        return shown(Result(None, lines, found.level), False)
    if state.json:
        is_large = len(found.pdus) > _LARGE
        return shown(Result(document.as_json(found), [], found.level, is_large=is_large), True)
    return shown(Result(None, [*text.lines(found)], found.level), False)


def _found(
    wanted: AuditOptions, state: SharedOptions, zone: ZoneInfo, begin: float, end: float
) -> AuditOutcome:
    usual = RegisterFacts(
        wanted.limit_kw,
        wanted.step,
        wanted.wrap,
        wanted.meter_class,
        wanted.volts,
        wanted.own_use,
    )
    meters = Meters(usual, wanted.meters or "")
    owned = customers(wanted.customers, zone) if wanted.customers else {}
    cords = machines(reading_toml.read(wanted.hall)) if wanted.hall else {}
    asked = Asked(begin, end, meters, owned, drawn=wanted.html is not None)
    source = source_of(wanted.source, _access(wanted, state))
    with closing(source):
        pdus = [*source.each(begin, end, partial(audited, asked=asked))]
    if not pdus:
        raise SettingsError("there is no PDU in these readings")
    sums = by_customer(owned, pdus, begin, end) if owned else []
    racked = by_machine(cords, pdus, begin, end)
    level = worst(pdus, [*(one for one in sums if one.name), *racked])
    summed = None if wanted.pue is None else it_energy(wanted.pue, pdus)
    return AuditOutcome(begin, end, zone, pdus, racked, sums, summed, level, source.origin())


def _access(wanted: AuditOptions, state: SharedOptions) -> Access:
    """How the server is reached. Raises Usage for options that files do not need."""
    used = [wanted.match, wanted.username, wanted.ca_pem, *state.secret_files]
    if not any(map(is_url, wanted.source)):
        if any(used):
            raise Usage(
                "--match, --username, --secret-file and --ca-pem are for the URL of a server"
            )
        return Access()
    wrong = [key for key in state.secret_files if key not in _SECRETS]
    if wrong:
        raise Usage(f"--secret-file takes {' or '.join(_SECRETS)}, not {printable(wrong[0], 40)}")
    secrets = {
        key: private.text(path, private.SECRET).strip("\r\n")
        for key, path in state.secret_files.items()
    }
    if ("password" in secrets) != (wanted.username is not None):
        raise Usage("--username and --secret-file password=FILE need each other")
    state.used.extend(secrets.values())
    credentials = QueryLogin(
        wanted.username or "", secrets.get("password", ""), secrets.get("token", "")
    )
    return Access(credentials, Trust(ca_pem=_authorities(wanted.ca_pem)), wanted.match or "")


def _authorities(path: Optional[str]) -> str:
    if path is None:
        return ""
    try:
        return pem(text_of(path))
    except ValueError:
        raise SettingsError(f"--ca-pem: {printable(path)} has no PEM certificate") from None


_AUDIT_HELP = """Say how much energy passed in a period, between bounds.

SOURCE is the folder of `pdu meter`, or the URL of Prometheus, Thanos or
VictoriaMetrics with the metrics of `pdu exporter`, or files of what `pdu check
LIST --json --watch SECONDS` prints. The days --from and --to begin
at midnight of --zone; --to is not counted. With --csv, what the
figures rest on is printed on standard error.

\b
Grades: firm         bounds at most 1 % apart, and nothing happened
        bounded      a reset, a false reading, a gap, ...
        not billable bounds more than 10 % apart, a wrong unit, or not read
Exit code: 0 if all are firm, 1 if one is bounded, 2 if one is not billable or
an argument or a file is wrong."""
_DAY = click.DateTime(["%Y-%m-%d"])
_PERIOD = [
    *option("--from begin", "the first day", "DAY", _DAY, required=True),
    *option("--to end", "the day after the last one", "DAY", _DAY, required=True),
    *option("--zone", "the time zone of both days", "NAME", default="UTC", show_default=True),
]
_METERS = [
    *option(
        "--limit-kw",
        "the most that the supply of an outlet or PDU delivers: breaker x voltage",
        "KW",
        NumberRange(0.001, 10_000.0),
    ),
    *option(
        "--step",
        "the smallest change that registers show; else as MIB and rises, or rises alone, say",
        "KWH",
        NumberRange(0.000_001, 1_000.0),
    ),
    *option("--wrap", "where registers begin again at 0", "KWH", NumberRange(1.0, 1e15)),
    *option(
        "--class meter_class",
        "the greatest error of the meters themselves",
        "PERCENT",
        NumberRange(0.001, 20.0),
    ),
    *option(
        "--volts",
        "the voltage at outlets, to compare energy with current",
        "V",
        NumberRange(12.0, 1000.0),
    ),
    *option("--own-use", "what a PDU itself uses", "W", NumberRange(0.0, 10_000.0)),
    *option("--meters", "CSV that says these for single PDUs and outlets", "FILE"),
]
_GROUPS = [
    *option("--hall", "the hall's drawing, hall.power.toml: sums of machines", "FILE"),
    *option("--customers", "CSV with customer,pdu,outlet,from,to: sums of customers", "FILE"),
    *option(
        "--pue",
        "sum the PDU output for a PUE by ISO/IEC 30134-2",
        "CATEGORY",
        click.Choice(list(CATEGORIES)),
    ),
    *option("--csv", "print CSV, a line of an invoice for each outlet"),
    *option("--html", "also write one self-contained page with plots", "FILE"),
]
_SERVER = [
    *option("--match", 'server: more labels of the series, such as job="pdu"', "LABELS"),
    *option("--username", "server: the user to log in as", "NAME"),
    *secret_files(asked=False),
    *option("--ca-pem", "server: trust the authorities in this file, and no others", "FILE"),
]
audit = Subcommand(
    "audit",
    callback=_audit,
    help=_AUDIT_HELP,
    examples=(
        "pdu energy audit a.jsonl --from 2026-10-01 --to 2026-11-01 --limit-kw 3.68",
        "pdu energy audit a.jsonl --from 2026-10-01 --to 2026-10-08 --meters m.csv",
    ),
    context_settings={"max_content_width": text.WIDTH},
    params=[Word("SOURCE+"), *_PERIOD, *_METERS, *_GROUPS, *_SERVER, *output()],
)
energy = Lazy(
    "energy",
    {
        "audit": LazyCommand("energy.cli", "audit", "kWh of a period, with bounds on their error"),
        "pack": LazyCommand(
            "energy.packing", "pack", "past days as columns: fast audits of many PDUs"
        ),
        "verify": LazyCommand(
            "energy.verify", "verify", "whether the files of pdu meter were changed"
        ),
    },
    (
        "pdu energy audit a.jsonl --from 2026-10-01 --to 2026-10-08 --limit-kw 11",
        "pdu energy audit a.jsonl --from 2026-10-01 --to 2026-11-01 --limit-kw 3.68",
    ),
    help="Energy that can be billed, from kept readings.",
    epilog=EPILOG,
)
