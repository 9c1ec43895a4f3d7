"""`pdu energy seal` and `pdu energy statement`: roots of days, and statements with their proofs."""

from __future__ import annotations

import dataclasses
import datetime
import math
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Optional
from zoneinfo import ZoneInfo

import click

from handlers.shared.errors import SettingsError, printable

from ...core.cli.exit_codes import WRONG
from ...core.cli.groups import Subcommand
from ...core.cli.options import Argument, NumberRange, option, output, run_options_of
from ...core.cli.output import Result, counted, print_result
from ...core.cli.shared_options import INTO
from ..audit.pdu_audit import AuditScope
from ..journal.journals import MeterJournal
from ..registers.customers import Customers
from ..shared_options import WITHOUT, BillingOptions, billing
from . import proof
from .billing import FILE
from .customer_shares import StatementInputs, outlet_labels
from .figures import Rules, SurchargeFactors, local
from .sealing import seal_finished_days
from .tariff_file import tariff_named
from .wording import DRAFT, place_text
from .writer import StatementFile, write

_DAY_S = 86400.0


class StatementOptions(NamedTuple):
    """The arguments of one run."""

    billing: BillingOptions
    dir: str
    into: str
    tariff: Optional[str]
    carbon: Optional[float]
    pue: Optional[float]
    draft: bool
    without: Sequence[str]


@click.pass_context
def _statement(context: click.Context, /, **options: Any) -> int:
    statement_options, run_options = (
        StatementOptions(BillingOptions.of(options), **options),
        run_options_of(context),
    )
    run_options.defect_code = WRONG
    inputs, unheld = _read_inputs(statement_options)
    statement_file = write(inputs, statement_options.into)
    holes = [*inputs.source.holes(inputs.paths)]
    document = {**dataclasses.asdict(statement_file), "left_out": holes, "unheld": unheld}
    return print_result(
        Result(document, [*holes, *unheld, *_lines(statement_options.into, statement_file)]),
        run_options.json,
    )


def _unheld(customers: Customers, begin: float, end: float, zone: ZoneInfo) -> Iterator[str]:
    """Times between two customers, as sentences."""
    for (pdu, outlet), first, last in customers.unheld(begin, end):
        place = place_text({"pdu": printable(pdu, 60), "outlet": printable(outlet, 40)})
        span = " to ".join(local(time, zone) for time in (first, last))
        yield f"{place}: nobody is billed for {span}; the audit has its energy"


def _read_inputs(
    statement_options: StatementOptions,
) -> tuple[StatementInputs, Sequence[str]]:
    """What is written, and of whose energy nobody gets a bill."""
    begin, end, zone = statement_options.billing.period()
    meters, customers, cords = statement_options.billing.files(zone)
    tolerance = statement_options.billing.tolerance_kwh
    if not customers:
        raise SettingsError(
            f"{printable(str(statement_options.billing.customers))} names no customer"
        )
    over = math.ceil(end / _DAY_S) * _DAY_S
    if time.time() < over and not statement_options.draft:
        raise SettingsError(
            f"the period ends at {local(end, zone)}: bill it from {local(over, zone)} on, or see"
            " it with --draft"
        )
    tariff = tariff_named(statement_options.tariff, customers.names())
    source = MeterJournal(statement_options.dir, statement_options.without)
    paths = source.past(begin, end)
    inputs = StatementInputs(
        statement_options.dir,
        source,
        paths,
        begin,
        end,
        AuditScope(begin, end, meters, customers, tolerance_kwh=tolerance),
        customers,
        Rules(zone, tolerance, tariff.rows),
        SurchargeFactors(statement_options.carbon, statement_options.pue),
        tariff,
        datetime.datetime.now(zone).date().isoformat(),
        {place: name for name, places in cords.items() for place in places},
        outlet_labels(source, paths),
        statement_options.draft,
    )
    return inputs, [*_unheld(customers, begin, end, zone)]


def _lines(into: str, file: StatementFile) -> Iterator[str]:
    yield from file.unfinished
    yield from file.repeated
    yield from file.unbilled
    if file.unchanged:
        count = counted(file.unchanged, "statement")
        yield f"nothing changed of {count}: an earlier run issued the same"
    if not file.statements:
        yield "nothing was written"
        return
    yield from file.overlaps
    yield (
        f"{counted(file.statements, 'statement')} of {counted(file.outlets, 'outlet')} in"
        f" {printable(into)}, {file.size / 1e6:.1f} MB"
    )
    if file.emptied:
        names = ", ".join(printable(name, 60) for name in file.emptied)
        yield f"corrected down to 0, because --customers gives them nothing now: {names}"
    if file.unread:
        yield f"no energy was read of {counted(file.unread, 'outlet')}"
    first, last = file.numbers
    if first == DRAFT:
        yield "drafts: no number was taken, and nothing is to be published or sent"
        return
    yield f"numbers {first} to {last}" if first != last else f"number {first}"
    if file.corrections:
        yield (
            f"{counted(file.corrections, 'correction')}: each names the first statement, and the"
            " difference to the last"
        )
    yield f"publish for all customers: {proof.PUBLISHED}, or its SHA-256, the root: {file.root}"
    yield f"send each customer his folder; {FILE} is for your own billing"


@click.pass_context
def _seal(context: click.Context, /, **options: Any) -> int:
    roots = seal_finished_days(options["dir"], options["without"])
    last = max(roots.days, default="none")
    sentences: Sequence[str] = [
        f"{counted(len(roots.days), 'day')} sealed, the last one {last}",
        f"last hash of their chain, to be kept at another place: {roots.hash}",
    ]
    document = {"days": roots.days, "hash": roots.hash}
    return print_result(Result(document, sentences), run_options_of(context).json)


_STATEMENT_HELP = """Write a statement for each customer, with a proof that he can check.

DIR is the folder of `pdu meter`. The period must be over. In a new folder, each
customer gets a folder with a page that prints well, CSV, JSON, and proof.json.gz with
the readings of his outlets and of nobody else's; billing.csv beside them has what is
billed of all. Publish the root that is printed: with it, `pdu energy check-statement`
finds each later change. --customers has all customers; an empty outlet is the PDU by
its inlet. Each statement has its own number; a second one for the same customer and
period is a correction with the difference, and none if nothing changed. An outlet of
a statement for another period, or of another customer, is refused. --draft takes no
numbers. --drawing names machines, and its breakers are limits."""
statement = Subcommand(
    "statement",
    callback=_statement,
    help=_STATEMENT_HELP,
    examples=(
        "pdu energy statement DIR --month 2026-10 --customers c.csv --limit-kw 3.68",
        "pdu energy statement DIR --month 2026-10 --customers c.csv --drawing h.toml",
    ),
    params=[
        Argument("DIR"),
        *billing(True),
        *INTO(default="statements", show_default=True),
        *option(
            "--tariff",
            "day-night, or a .toml of periods, with net prices if it has them",
            "NAME",
        ),
        *option("--draft", "for a look: takes no numbers, corrects nothing"),
        *option("--carbon", "adds carbon dioxide", "G_PER_KWH", NumberRange(0.0, 5_000.0)),
        *option("--pue", "adds the building's share", "FACTOR", NumberRange(1.0, 10.0)),
        *WITHOUT(),
        *output(),
    ],
)
_SEAL_HELP = """Keep a root of each day's readings, from which customers can prove theirs.

DIR is the folder of `pdu meter`. Each day before today gets a line in roots.jsonl,
once: a chain, of which each hash can be published. Run this daily; `pdu energy
statement` does it, too. roots.key makes the salts: keep it secret, and keep a copy,
for without it nothing can be proven any more."""
seal = Subcommand(
    "seal",
    callback=_seal,
    help=_SEAL_HELP,
    examples=("pdu energy seal /var/lib/pdu-meter", "pdu energy seal readings --json"),
    params=[Argument("DIR"), *WITHOUT(), *output()],
)
