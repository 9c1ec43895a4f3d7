"""`pdu energy statement`."""

from __future__ import annotations

import dataclasses
import datetime
import math
import time
from collections.abc import Iterator, Sequence
from typing import Annotated, NamedTuple, Optional
from zoneinfo import ZoneInfo

from handlers.shared.errors import SettingsError, printable

from ...core.cli.exit_codes import WRONG
from ...core.cli.groups import Subcommand
from ...core.cli.options import Argument, NumberRange, RunOptions, option
from ...core.cli.output import Result, counted, print_result
from ...core.cli.shared_options import CUSTOMERS, INTO
from ..audit.pdu_audit import AuditScope
from ..journal.journals import MeterJournal
from ..registers.customers import Customers
from ..shared_options import WITHOUT, BillingOptions
from .billing import FILE
from .customer_shares import StatementInputs, outlet_labels
from .figures import Rules, SurchargeFactors, local
from .tariff_file import tariff_named
from .wording import DRAFT, place_text
from .writer import StatementFile, write

_DAY_S = 86400.0


class StatementOptions(NamedTuple):
    """The arguments of one run."""

    dir: Annotated[str, Argument("DIR")]
    billing: BillingOptions
    customers: Annotated[str, CUSTOMERS(required=True)]
    into: Annotated[str, INTO(default="statements", show_default=True)]
    tariff: Annotated[
        Optional[str],
        option(
            "--tariff", "day-night, or a .toml of periods, with net prices if it has them", "NAME"
        ),
    ]
    draft: Annotated[bool, option("--draft", "for a look: takes no numbers, corrects nothing")]
    carbon: Annotated[
        Optional[float],
        option("--carbon", "adds carbon dioxide", "G_PER_KWH", NumberRange(0.0, 5_000.0)),
    ]
    pue: Annotated[
        Optional[float],
        option("--pue", "adds the building's share", "FACTOR", NumberRange(1.0, 10.0)),
    ]
    without: Annotated[Sequence[str], WITHOUT()]


def _statement(statement_options: StatementOptions, run_options: RunOptions) -> int:
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
    meters, customers, cords = statement_options.billing.files(statement_options.customers, zone)
    tolerance = statement_options.billing.tolerance_kwh
    if not customers:
        raise SettingsError(f"{printable(statement_options.customers)} names no customer")
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
    yield f"send each customer his folder; {FILE} is for your own billing"


_STATEMENT_HELP = """Write a statement for each customer.

DIR is the folder of `pdu meter`. The period must be over. In a new folder, each
customer gets a folder with a page that prints well, CSV and JSON: his registers with
the times of their first and last reading, what is billed, and what is not and why.
billing.csv beside them has what is billed of all. --customers has all customers; an
empty outlet is the PDU by its inlet. Each statement has its own number; a second one
for the same customer and period is a correction with the difference, and none if
nothing changed. An outlet of a statement for another period, or of another customer,
is refused. --draft takes no numbers. --drawing names machines, and its breakers are
limits."""
statement = Subcommand.typed(
    "statement",
    StatementOptions,
    _statement,
    help=_STATEMENT_HELP,
    examples=(
        "pdu energy statement DIR --month 2026-10 --customers c.csv --limit-kw 3.68",
        "pdu energy statement DIR --month 2026-10 --customers c.csv --drawing h.toml",
    ),
)
