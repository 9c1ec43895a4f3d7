"""`pdu energy month`: kWh of a month by outlet and customer, from a file of `pdu meter` or from
Prometheus.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from typing import Optional
from zoneinfo import ZoneInfo

import click

from handlers.shared.errors import SettingsError

from ..cli.error_output import Usage
from ..cli.exit_codes import DONE, NOT_SEEN
from ..cli.groups import Group
from ..cli.options import (
    CA_PEM,
    FILE,
    FOLDER,
    NumberRange,
    Option,
    Output,
    output_options,
    pass_output,
    plain_option,
)
from ..cli.output import Result, print_result, write_csv
from ..cli.shared_options import csv_option, excel_option, list_option
from ..families.energy_registers import registers_of_family
from ..files.secret_files import secret_in
from ..pdu_list.login_options import Login, pass_login, secret_file_option
from ..reading.owner_files import OwnerFiles
from . import pages, tables
from .customers import Period, Tenancies, moment, month as month_period, time_zone
from .many_pdus import OpenSource, report_of_many
from .page_words import LANGUAGES
from .pdu_law import CounterFacts, Supply
from .prometheus import Prometheus, Server
from .readings import Readings
from .report import Terms
from .segments import AGE_S
from .store import Store

_KW = NumberRange(0.1, 1000.0)


@click.group(
    "energy",
    cls=Group,
    examples=(
        "pdu energy month 2026-10 --from energy.db --customers customers.csv",
        "pdu energy month 2026-10 --from energy.db --customers customers.csv --csv",
    ),
)
def energy() -> None:
    """Energy of a period by customers, as an interval with its reasons."""


@energy.command(
    "month",
    short_help="kWh of a month by outlet and customer",
    examples=(
        "pdu energy month 2026-10 --from energy.db --customers customers.csv",
        "pdu energy month 2026-10 --from http://127.0.0.1:9090 --customers c.csv",
    ),
)
@click.argument("month", required=False)
@click.option(
    "--begin",
    cls=Option,
    metavar="DAY",
    requires=["--end"],
    help="in place of MONTH: from this day",
)
@click.option(
    "--end", cls=Option, metavar="DAY", requires=["--begin"], help="until this day, not counted"
)
@click.option(
    "--so-far",
    cls=Option,
    is_flag=True,
    excludes=["--begin", "--pages"],
    help="of the current month: what is known until now, marked",
)
@click.option(
    "--from",
    "source_name",
    metavar="SOURCE",
    required=True,
    help="file of `pdu meter`, or URL of Prometheus",
)
@click.option(
    "--customers",
    metavar="FILE",
    type=FILE,
    required=True,
    help="CSV with customer,pdu,outlet,from,to",
)
@list_option()
@click.option(
    "--demand",
    is_flag=True,
    help="by customer, of each hour: peak and 95th percentile of kW, kWh above commitment_kw",
)
@click.option(
    "--limit-kw",
    metavar="KW",
    type=_KW,
    default=3.68,
    help="the most that is delivered to an outlet: breaker x voltage  [default: 3.68]",
)
@click.option(
    "--pdu-limit-kw",
    metavar="KW",
    type=_KW,
    default=22.0,
    help="the same of a PDU  [default: 22]",
)
@click.option(
    "--volts",
    metavar="V",
    type=NumberRange(50.0, 500.0),
    help="where no power is read: the voltage",
)
@click.option(
    "--units-checked",
    is_flag=True,
    help="registers beside which no power is read were compared with the units' displays",
)
@click.option(
    "--zone",
    metavar="NAME",
    default="UTC",
    help="time zone of the month, such as Europe/Berlin  [default: UTC]",
)
@csv_option(excludes=["--json"])
@excel_option()
@click.option(
    "--pages",
    "folder",
    metavar="DIR",
    type=FOLDER,
    help="write a page for each customer",
)
@click.option(
    "--language",
    cls=Option,
    type=click.Choice([*LANGUAGES]),
    default="en",
    requires=["--pages"],
    help="of the pages  [default: en]",
)
@click.option(
    "--match",
    metavar="LABELS",
    help='more labels of the series in Prometheus, such as job="pdu"',
)
@plain_option(CA_PEM)
@secret_file_option
@output_options
@pass_login
@pass_output
def energy_month(
    output: Output,
    login: Login,
    month: Optional[str],
    begin: Optional[str],
    end: Optional[str],
    *,
    so_far: bool,
    source_name: str,
    customers: str,
    list_file: Optional[str],
    demand: bool,
    limit_kw: float,
    pdu_limit_kw: float,
    volts: Optional[float],
    units_checked: bool,
    zone: str,
    csv: bool,
    excel: bool,
    folder: Optional[str],
    language: str,
    match: Optional[str],
    ca_pem: Optional[str],
) -> int:
    """Show the energy of a month by outlet and customer.

    The customers' file has a line for each outlet, `*` for all, and an empty cell for the whole
    PDU. Each row has the register's first and last reading, and the bounds of the energy between
    them:

    \b
    firm          bounds at most 1 % or 0.1 kWh apart
    bounded       at most 10 %
    wide          more
    not billable  not read, or its unit is not known

    A sum has a grade of its own. `limit_kw` and `pdu_limit_kw` in the list are limits of one PDU.
    Exit code: 0 if the sum of each customer is firm, else 9.
    """
    time_zone_ = time_zone(zone)
    name, period = _named_period(month, begin, end, time_zone_)
    period = _known_part(name, period, so_far=so_far)
    supply = Supply(limit_kw * 1000.0, pdu_limit_kw * 1000.0, volts, units_checked)
    tenancies = Tenancies.read(customers, time_zone_)
    tenancies.check_one_customer(period)
    open_source = _source(source_name, match or "", ca_pem, login)
    supply_by_pdu = _supply_by_pdu(list_file, supply)
    terms = Terms(period, tenancies, supply, facts_of_family, supply_by_pdu, demand)
    report = report_of_many(open_source, terms)
    paths: list[str] = []
    if folder:
        paths += pages.write_pages(folder, name, report, time_zone_, LANGUAGES[language])
    code = DONE if report.is_firm() else NOT_SEEN
    note = "\n".join(f"wrote {path}" for path in paths)
    if so_far:
        until = tables.local_time(period.end, time_zone_)
        note = f"{name} is not over: these are its figures until {until}"
    if not csv:
        document = {**tables.document_of(report), "so_far": so_far, "pages": paths}
        result = Result(document, [*tables.table_of(report)], code, note=note)
    else:
        result = Result(None, [], code, note=note)
        if demand:
            write_csv(tables.csv_of_demand(report, for_excel=excel))
        else:
            write_csv(tables.csv_of(report, time_zone_, for_excel=excel))
    return print_result(result, as_json=output.json)


def _named_period(
    month: Optional[str], begin: Optional[str], end: Optional[str], zone: ZoneInfo
) -> tuple[str, Period]:
    """The month or the days that are asked for, with their name. Raises Usage and SettingsError."""
    if month is not None and begin is None:
        return month, month_period(month, zone)
    if month is not None or begin is None or end is None:
        raise Usage("give MONTH, such as 2026-10, or --begin DAY --end DAY")
    period = Period(moment(begin, zone), moment(end, zone))
    if period.begin >= period.end:
        raise SettingsError("--end must be later than --begin")
    return f"{begin}-{end}", period


def _known_part(name: str, period: Period, *, so_far: bool) -> Period:
    """The period, which must be over; with `so_far`, what of the current one is known. Raises
    SettingsError.
    """
    known_until = time.time() - AGE_S  # later figures need readings that are still to come
    if so_far:
        if not period.begin < known_until < period.end:
            raise SettingsError(f"--so-far is for the current month, which {name} is not")
        return period._replace(end=known_until)
    if known_until < period.end:
        raise SettingsError(
            f"{name} is not over: its figures need readings after its end; --so-far shows those of"
            " the current month until now"
        )
    return period


def _supply_by_pdu(list_file: Optional[str], supply: Supply) -> Mapping[str, Supply]:
    """The supplies of the PDUs in a list that has limits for them. Raises SettingsError."""
    devices = OwnerFiles(list_file).files().devices if list_file else ()
    return {
        device.name: supply._replace(
            outlet_watts=device.limit_kw * 1000.0 if device.limit_kw else supply.outlet_watts,
            pdu_watts=device.pdu_limit_kw * 1000.0 if device.pdu_limit_kw else supply.pdu_watts,
        )
        for device in devices
    }


def facts_of_family(family: str, is_inlet: bool) -> CounterFacts:  # noqa: FBT001  # a Callable
    """What the MIB of an SNMP family says of its registers."""
    registers = registers_of_family(family) if family else None
    if registers is None:
        return CounterFacts()
    register = registers.own if is_inlet else registers.outlets
    return CounterFacts(
        step=round((register.unit_kwh or 0.0) * 1000.0),
        wrap=round((register.wrap_kwh or 0.0) * 1000.0),
    )


def _source(name: str, match: str, ca_pem: Optional[str], login: Login) -> OpenSource:
    """What opens the file or server, and raises SettingsError. Raises it for a token."""
    if not name.startswith(("http://", "https://")):
        return functools.partial(Store, name)
    path = login.secret_files.get("token")
    token = secret_in(path).strip() if path else ""
    return functools.partial(_prometheus, name, token, ca_pem, match)


def _prometheus(url: str, token: str, ca_pem: Optional[str], match: str) -> Readings:
    return Prometheus(Server(url, token, ca_pem), match)
