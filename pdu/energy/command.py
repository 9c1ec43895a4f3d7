"""`pdu energy month`: kWh of a month by outlet and customer, from a file of `pdu meter` or from
Prometheus.
"""

from __future__ import annotations

import time
from contextlib import closing
from typing import Annotated, NamedTuple, Optional

from handlers.shared.errors import SettingsError

from ..core.cli.exit_codes import DONE, NOT_SEEN
from ..core.cli.groups import LazyCommand, LazyGroup, Subcommand
from ..core.cli.options import (
    CA_PEM,
    Argument,
    NumberRange,
    RunOptions,
    option,
    plain_option,
    secret_files,
)
from ..core.cli.output import Result, print_result
from ..core.cli.shared_options import CSV
from ..core.files.secret_files import SECRET, read_secret
from ..pdus.adapters.snmp.energy_registers import registers_of_family
from . import pages, tables
from .customers import Tenancies, month, time_zone
from .pdu_law import CounterFacts, Supply
from .prometheus import Prometheus, Server
from .readings import Readings
from .report import report_of
from .segments import AGE_S
from .store import Store

_KW = NumberRange(0.1, 1000.0)
_SOURCE = "file of `pdu meter`, or URL of Prometheus"
_CUSTOMERS = "CSV with customer,pdu,outlet,from,to"
_OUTLET = "the most that is delivered to an outlet: breaker x voltage  [default: 3.68]"
_PDU = "the same of a PDU  [default: 22]"
_ZONE = "time zone of the month, such as Europe/Berlin  [default: UTC]"
_CHECKED = "registers beside which no power is read were compared with the units' displays"
_MATCH = 'more labels of the series in Prometheus, such as job="pdu"'


class MonthOptions(NamedTuple):
    """The arguments of one run."""

    month: Annotated[str, Argument("MONTH")]
    source: Annotated[str, option("--from source", _SOURCE, "SOURCE", required=True)]
    customers: Annotated[str, option("--customers", _CUSTOMERS, "FILE", required=True)]
    limit_kw: Annotated[float, option("--limit-kw", _OUTLET, "KW", _KW, default=3.68)]
    pdu_limit_kw: Annotated[float, option("--pdu-limit-kw", _PDU, "KW", _KW, default=22.0)]
    volts: Annotated[
        Optional[float],
        option("--volts", "where no power is read: the voltage", "V", NumberRange(50.0, 500.0)),
    ]
    units_checked: Annotated[bool, option("--units-checked", _CHECKED)]
    zone: Annotated[str, option("--zone", _ZONE, "NAME", default="UTC")]
    csv: Annotated[bool, CSV(excludes=["--json"])]
    pages: Annotated[Optional[str], option("--pages", "write a page for each customer", "DIR")]
    match: Annotated[Optional[str], option("--match", _MATCH, "LABELS")]
    ca_pem: Annotated[Optional[str], plain_option(CA_PEM)]


def _run(options: MonthOptions, run_options: RunOptions) -> int:
    zone = time_zone(options.zone)
    period = month(options.month, zone)
    if time.time() < period.end + AGE_S:
        raise SettingsError(f"{options.month} is not over: its figures need readings after its end")
    supply = Supply(
        options.limit_kw * 1000.0,
        options.pdu_limit_kw * 1000.0,
        options.volts,
        options.units_checked,
    )
    tenancies = Tenancies.read(options.customers, zone)
    with closing(_source(options, run_options)) as source:
        report = report_of(source, period, tenancies, supply, facts_of_family)
    paths: list[str] = []
    if options.pages:
        paths = [*pages.write_pages(options.pages, options.month, report, zone)]
    lines = tables.csv_of(report, zone).splitlines() if options.csv else [*tables.table_of(report)]
    document = None if options.csv else {**tables.document_of(report), "pages": paths}
    code = DONE if report.is_firm() else NOT_SEEN
    note = "\n".join(f"wrote {path}" for path in paths)
    return print_result(Result(document, lines, code, note=note), run_options.json)


def facts_of_family(family: str, is_inlet: bool) -> CounterFacts:
    """What the MIB of an SNMP family says of its registers."""
    registers = registers_of_family(family) if family else None
    if registers is None:
        return CounterFacts()
    register = registers.own if is_inlet else registers.outlets
    return CounterFacts(*(round((kwh or 0.0) * 1000.0) for kwh in register))


def _source(options: MonthOptions, run_options: RunOptions) -> Readings:
    """The file or server. Raises SettingsError."""
    if not options.source.startswith(("http://", "https://")):
        return Store(options.source)
    path = run_options.secret_files.get("token")
    token = read_secret(path, SECRET).strip() if path else ""
    return Prometheus(Server(options.source, token, options.ca_pem), options.match or "")


energy_month = Subcommand.typed(
    "month",
    MonthOptions,
    _run,
    help="""Show the energy of a month by outlet and customer.

The customers' file has a line for each outlet, `*` for all, and an empty cell for the whole PDU.
Each row has the register's first and last reading, and the bounds of the energy between them:

\b
firm          bounds at most 1 % or 0.1 kWh apart
bounded       at most 10 %
wide          more
not billable  not read, or its unit is not known

A sum has a grade of its own. Exit code: 0 if the sum of each customer is firm, else 9.""",
    examples=(
        "pdu energy month 2026-10 --from energy.db --customers customers.csv",
        "pdu energy month 2026-10 --from http://127.0.0.1:9090 --customers c.csv",
    ),
    unnamed=secret_files(),
)
energy = LazyGroup(
    "energy",
    {"month": LazyCommand(lambda: energy_month, "kWh of a month by outlet and customer")},
    examples=(
        "pdu energy month 2026-10 --from energy.db --customers customers.csv",
        "pdu energy month 2026-10 --from energy.db --customers customers.csv --csv",
    ),
    help="Energy of a period by customers, as an interval with its reasons.",
)
