"""`pdu energy`: the group, and the command `audit`."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from typing import IO, TYPE_CHECKING, Annotated, NamedTuple, Optional, Union

import click

from handlers.shared.errors import SettingsError, printable

from ..core.cli.error_output import Usage
from ..core.cli.exit_codes import WRONG
from ..core.cli.groups import EPILOG, LazyCommand, LazyGroup, Subcommand
from ..core.cli.options import (
    CA_PEM,
    USERNAME,
    Argument,
    ArgumentForm,
    RunOptions,
    option,
    plain_option,
    secret_files,
)
from ..core.cli.output import Result, print_result
from ..core.cli.shared_options import CSV, CUSTOMERS, HTML
from ..core.files.whole_files import check_page, text_of, write_page
from .audit import exports, report
from .audit.audit_result import AuditOutcome, AuditPeriod
from .audit.groups import grade_exit_code, sum_customers, sum_machines
from .audit.pdu_audit import AuditScope, PduAudit, audit_registers
from .journal.journals import MeterJournal
from .journal.readings import PduReadings
from .registers.unit_aliases import Holding, alias_map, check_held_once, same
from .shared_options import WITHOUT, BillingOptions

if TYPE_CHECKING:
    from .journal.prometheus import Prometheus

_SECRETS = ("password", "token")
#: the JSON of more PDUs is one line
_LARGE = 20


def is_url(text: str) -> bool:
    """Whether a source is a URL."""
    return text.startswith(("http://", "https://"))


_FOLDER = [ArgumentForm("source", lambda source: not is_url(source), "a folder as SOURCE")]
_SERVER = [ArgumentForm("source", is_url, "a URL as SOURCE")]


class AuditOptions(NamedTuple):
    """The arguments of one run."""

    source: Annotated[str, Argument("SOURCE")]
    billing: BillingOptions
    customers: Annotated[Optional[str], CUSTOMERS()]
    csv: Annotated[bool, CSV(excludes=["--json"])]
    html: Annotated[Optional[str], HTML()]
    without: Annotated[Sequence[str], WITHOUT(requires=_FOLDER)]
    match: Annotated[
        Optional[str],
        option(
            "--match", 'more labels of the series, such as job="pdu"', "LABELS", requires=_SERVER
        ),
    ]
    username: Annotated[Optional[str], plain_option(USERNAME, requires=_SERVER)]
    ca_pem: Annotated[Optional[str], plain_option(CA_PEM, requires=_SERVER)]


def _audit(audit_options: AuditOptions, run_options: RunOptions) -> int:
    run_options.defect_code = WRONG
    times = AuditPeriod(*audit_options.billing.period())
    if audit_options.html is not None:
        check_page(audit_options.html)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="backslashreplace") as sections:
        outcome = _audit_pdus(audit_options, run_options, times, sections)
        code = _print_audit(audit_options, run_options, outcome)
        if audit_options.html is not None:
            sections.seek(0)
            write_page(audit_options.html, report.page(outcome, sections))
    return code


def _print_audit(
    audit_options: AuditOptions, run_options: RunOptions, outcome: AuditOutcome
) -> int:
    """Print the audit and return its exit code."""
    if audit_options.csv:
        lines = exports.as_csv(outcome).splitlines()
        for note in outcome.notes():
            print(note, file=sys.stderr)
        return print_result(Result(None, lines, outcome.level), False)
    if run_options.json and len(outcome.pdus) > _LARGE:
        sys.stdout.writelines(exports.json_pieces(outcome))
        return outcome.level
    if run_options.json:
        return print_result(Result(exports.as_json(outcome), [], outcome.level), True)
    return print_result(Result(None, [*report.lines(outcome)], outcome.level), False)


def _audit_pdus(
    audit_options: AuditOptions, run_options: RunOptions, times: AuditPeriod, sections: IO[str]
) -> AuditOutcome:
    """All that is found. `sections`: where the parts of the page are kept, of each PDU."""
    begin, end, zone = times
    meters, customers, cords = audit_options.billing.files(audit_options.customers, zone)
    tolerance = audit_options.billing.tolerance_kwh
    audit_scope = AuditScope(begin, end, meters, customers, tolerance)
    audit = partial(_audit_pdu, audit_scope, times, audit_options.html is not None)
    source = _source(audit_options, run_options)
    with closing(source):
        pdus = []
        for pdu, section in source.audit_each(begin, end, audit):
            sections.write(section)
            pdus.append(pdu)
    if not pdus:
        raise SettingsError("there is no PDU in these readings")
    twice = [*same(pdu.unit for pdu in pdus if pdu.unit is not None)]
    names = alias_map(twice)
    sums = sum_customers(customers, pdus, begin, end, tolerance, names) if customers else []
    lines = ((total.name, line) for total in sums if total.name for line in total.lines)
    check_held_once(
        (Holding(name, line.pdu, line.outlet, line.begin, line.end) for name, line in lines), names
    )
    machine_totals = sum_machines(cords, pdus, begin, end, tolerance, names)
    level = grade_exit_code(pdus, machine_totals, sums)
    alias_sentences = [alias.sentence() for alias in twice]
    for alias in alias_sentences:
        click.echo(alias, err=True)
    return AuditOutcome(
        times, pdus, machine_totals, sums, level, [*alias_sentences, *source.origin()]
    )


def _audit_pdu(
    scope: AuditScope, times: AuditPeriod, has_page: bool, pdu: PduReadings
) -> tuple[PduAudit, str]:
    """One PDU, and its part of the page."""
    audit = audit_registers(pdu, scope).compact()
    return audit, report.section(times, audit) if has_page else ""


def _source(
    audit_options: AuditOptions, run_options: RunOptions
) -> Union[MeterJournal, Prometheus]:
    """The server or folder that SOURCE names. Raises Usage and SettingsError."""
    name = audit_options.source
    if os.path.isfile(name):
        raise SettingsError(
            f"{printable(name)} is a file: give the folder of `pdu meter LIST --into FOLDER`"
        )
    if not is_url(name):
        return MeterJournal(name, audit_options.without)
    return _server(audit_options, run_options)


def _server(audit_options: AuditOptions, run_options: RunOptions) -> Prometheus:
    """The server that SOURCE names. Raises Usage and SettingsError."""
    # imported late: 36 ms, for a server only
    from handlers.shared.tls import Trust

    from ..core.files import secret_files as private
    from .journal.prometheus import Prometheus
    from .journal.queries import Api, QueryLogin

    wrong = [key for key in run_options.secret_files if key not in _SECRETS]
    if wrong:
        raise Usage(f"--secret-file takes {' or '.join(_SECRETS)}, not {printable(wrong[0], 40)}")
    secrets = {
        key: private.read_secret(path, private.SECRET).strip("\r\n")
        for key, path in run_options.secret_files.items()
    }
    if ("password" in secrets) != (audit_options.username is not None):
        raise Usage("--username and --secret-file password=FILE need each other")
    run_options.used.extend(secrets.values())
    credentials = QueryLogin(
        audit_options.username or "", secrets.get("password", ""), secrets.get("token", "")
    )
    trust = Trust(ca_pem=_authorities(audit_options.ca_pem))
    return Prometheus(Api(audit_options.source, credentials, trust), audit_options.match or "")


def _authorities(path: Optional[str]) -> str:
    if path is None:
        return ""
    from handlers.shared.tls import read_pem  # imported late, as in `_server`

    try:
        return read_pem(text_of(path))
    except ValueError:
        raise SettingsError(f"--ca-pem: {printable(path)} has no PEM certificate") from None


_AUDIT_HELP = """Say how much energy passed in a period, between bounds.

SOURCE is the folder of `pdu meter`, or the URL of Prometheus, Thanos or
VictoriaMetrics with the metrics of `pdu exporter`. A day in --from or --to is its
midnight in --zone; --to is not counted. --drawing gives sums of machines and limits
by breakers, --customers sums of customers; --html is a page. --csv is a line of an
invoice for each outlet; what the figures rest on is then on standard error.

\b
Grades: firm         bounds at most 1 % and --tolerance-kwh apart
        bounded      at most 10 %, or what was read shows the unit too roughly
        wide         more; it is billed still
        estimate     power was read, and no energy: never billed
        not billable a wrong or unknown unit, or not read: there is no lowest
Exit code: 0 if all that is billed is firm, 1 if it is bounded, 2 if it is
wide, an estimate, not billable, not read, or something given is wrong.
Customers are billed; without them machines, and without those outlets."""
audit = Subcommand.typed(
    "audit",
    AuditOptions,
    _audit,
    help=_AUDIT_HELP,
    examples=(
        "pdu energy audit DIR --month 2026-10 --limit-kw 3.68",
        "pdu energy audit DIR --from 2026-10-01 --to 2026-10-08 --drawing h.toml",
    ),
    unnamed=secret_files(requires=_SERVER),
)
energy = LazyGroup(
    "energy",
    {
        "audit": LazyCommand(
            "energy.command",
            "audit",
            "kWh of a period, with bounds on their error",
        ),
        "statement": LazyCommand(
            "energy.statement.command", "statement", "a statement for each customer"
        ),
        "verify": LazyCommand(
            "energy.journal.verify", "verify", "whether the files of pdu meter were changed"
        ),
    },
    (
        "pdu energy audit DIR --from 2026-10-01 --to 2026-10-08 --limit-kw 11",
        "pdu energy audit DIR --month 2026-10 --limit-kw 3.68",
    ),
    help="Energy that can be billed, from kept readings.",
    epilog=EPILOG,
)
