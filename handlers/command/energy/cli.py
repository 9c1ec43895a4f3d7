"""`pdu energy`: the group, and the command `audit` with what it prints."""

from __future__ import annotations

import datetime
import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional
from zoneinfo import ZoneInfo

import click

from ...errors import SettingsError, printable
from ..groups import EPILOG, Lazy, Place, Subcommand
from ..options import Word, given, option, output
from ..output import Result, columns, counted, shown
from ..report import Usage
from .audit import FIRM, LEVELS, Answer, Asked, Audited, audited
from .registers import Event, Kilowatthours
from .rounds import read

_WIDTH = 80
_LEGAL = (
    "Software cannot make a reading legal metrology: where the law wants MID meters for bills, only"
    " such meters will do."
)
_TIMES = (
    "A reading was taken at some moment of its round: the files do not say when. Of jumps"
    " of the poller's clock, only those back into an earlier round are seen."
)


class Wanted(NamedTuple):
    """The arguments of one run."""

    file: Sequence[str]
    begin: datetime.datetime
    end: datetime.datetime
    zone: str
    limit_kw: float
    step: Optional[float]
    meter_class: Optional[float]


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
    wanted, state = Wanted(**options), given(context)
    zone = zone_named(wanted.zone)
    begin, end = (moment(day.date(), zone) for day in (wanted.begin, wanted.end))
    if end <= begin:
        raise Usage("--to must be a later day than --from")
    asked = Asked(begin, end, wanted.limit_kw, wanted.step, wanted.meter_class)
    pdus = audited(read(wanted.file), asked)
    if not pdus:
        raise SettingsError("there is no PDU in these files")
    level = max(one.level for one in pdus)
    document = {
        "from": _utc(begin),
        "to": _utc(end),
        "zone": wanted.zone,
        "limit_kw": asked.kilowatts,
        "class_percent": asked.meter_class,
        "notes": [*_notes(asked)],
        "pdus": [_json(one) for one in pdus],
    }
    return shown(Result(document, [*_lines(pdus, asked, zone)], level), state.json)


# ---- for programs --------------------------------------------------------------------------------


def _json(pdu: Audited) -> dict[str, Any]:
    return {
        "name": pdu.name,
        "level": pdu.level,
        "outlets": [{"identity": one.outlet, **_answer(one)} for one in pdu.outlets],
        "pdu": None if pdu.own is None else _answer(pdu.own),
        "sum_kwh": None if pdu.total is None else pdu.total._asdict(),
        "sum_exceeds_pdu": pdu.exceeded,
        "outlets_without_energy": pdu.unread,
    }


def _answer(one: Answer) -> dict[str, Any]:
    return {
        "kwh": one.energy._asdict(),
        "read": one.read,
        "grade": one.grade,
        "step_kwh": one.step,
        "events": [
            {**event._asdict(), "begin": _utc(event.begin), "end": _utc(event.end)}
            for event in one.events
        ],
    }


def _utc(time: float) -> str:
    when = datetime.datetime.fromtimestamp(math.floor(time), datetime.timezone.utc)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


# ---- for people ----------------------------------------------------------------------------------


def _lines(pdus: Sequence[Audited], asked: Asked, zone: ZoneInfo) -> Iterator[str]:
    yield f"{_local(asked.begin, zone)} to {_local(asked.end, zone)}, {zone.key}"
    head = ("PDU", "outlet", "lowest", "best", "highest", "read", "events", "grade")
    yield from columns([*head[:2], "kWh " + head[2], *head[3:]], [*_rows(pdus)])
    for pdu in pdus:
        yield from _findings(pdu)
        answers = [*pdu.outlets, *([] if pdu.own is None else [pdu.own])]
        for event, where in _events(answers).items():
            yield from _wrapped(f"{printable(pdu.name, 40)} {where}: {_told(event, zone)}", "    ")
    grades = [one.grade for pdu in pdus for one in (*pdu.outlets, *filter(None, [pdu.own]))]
    yield ", ".join(
        f"{grades.count(grade)} {grade}" for grade in LEVELS if grade in grades or grade == FIRM
    )
    for note in _notes(asked):
        yield from _wrapped(note)


def _rows(pdus: Sequence[Audited]) -> Iterator[Sequence[object]]:
    for pdu in pdus:
        for one in pdu.outlets:
            yield [pdu.name, one.outlet, *_figures(one)]
        if pdu.total is not None:
            yield [pdu.name, "sum of outlets", *_kwh(pdu.total), "", "", ""]
        if pdu.own is not None:
            yield [pdu.name, "PDU itself", *_figures(pdu.own)]


def _figures(one: Answer) -> Sequence[object]:
    # Cut, so that 100 % means all of it.
    share = f"{math.floor(one.read * 1000.0 + 1e-6) / 10.0:.1f} %"
    return [*_kwh(one.energy), share, len(one.events) or "", one.grade]


def _kwh(energy: Kilowatthours) -> Sequence[str]:
    """Three places; the bounds are rounded away from each other."""
    low = math.floor(energy.low * 1000.0 + 1e-6) / 1000.0
    high = math.ceil(energy.high * 1000.0 - 1e-6) / 1000.0
    return [f"{low:.3f}", f"{energy.best:.3f}", f"{high:.3f}"]


def _findings(pdu: Audited) -> Iterator[str]:
    name = printable(pdu.name, 40)
    if pdu.exceeded:
        yield f"{name}: the outlets took more than the PDU itself: one of the meters is wrong"
    if pdu.own is None and pdu.total is None:
        yield f"{name}: no energy was read: not billable"
    elif pdu.unread:
        yield f"{name}: no energy was read of {counted(pdu.unread, 'outlet')}"


def _events(answers: Sequence[Answer]) -> Mapping[Event, str]:
    """Each event once, with the registers that had it."""
    found: dict[Event, list[str]] = {}
    for one in answers:
        for event in one.events:
            found.setdefault(event, []).append(
                f"outlet {printable(one.outlet, 40)}" if one.outlet else "itself"
            )
    return {event: ", ".join(where) for event, where in found.items()}


def _told(event: Event, zone: ZoneInfo) -> str:
    begin, end = _local(event.begin, zone), _local(event.end, zone)
    return f"{begin} to {end}: {event.kind}: {event.reason}"


def _local(time: float, zone: ZoneInfo) -> str:
    # With its offset: in local time, an hour comes twice when summer time ends.
    return datetime.datetime.fromtimestamp(math.floor(time), zone).isoformat(" ")


def _notes(asked: Asked) -> Iterator[str]:
    step = "the middle rise of each register" if asked.step is None else f"{asked.step:g} kWh"
    yield f"Limits: a PDU's supply delivers at most {asked.kilowatts:g} kW; register step: {step}."
    if asked.meter_class is None:
        yield "The bounds are without the meter's own error: no --class was given."
    else:
        yield f"The bounds contain the meter's own error of up to {asked.meter_class:g} %."
    yield _TIMES
    yield _LEGAL


def _wrapped(text: str, indent: str = "") -> Sequence[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=indent)


_AUDIT_HELP = """Say how much energy passed in a period, between bounds.

FILE keeps what `pdu check LIST --json --watch SECONDS` prints. The days --from
and --to begin at midnight of --zone; --to itself is not counted.

\b
Grades: firm         bounds at most 1 % apart, and nothing happened
        bounded      a reset, a false reading, a gap, ...
        not billable bounds more than 10 % apart
Exit code: 0 if all are firm, 1 if one is bounded, 2 if one is not billable or
an argument or a file is wrong."""
_DAY = click.DateTime(["%Y-%m-%d"])
audit = Subcommand(
    "audit",
    callback=_audit,
    help=_AUDIT_HELP,
    examples=(
        "pdu energy audit a.jsonl --from 2026-10-01 --to 2026-11-01 --limit-kw 3.68",
        "pdu energy audit a.jsonl --from 2026-10-01 --to 2026-10-08 --limit-kw 11",
    ),
    context_settings={"max_content_width": _WIDTH},
    params=[
        Word("FILE+"),
        *option("--from begin", "the first day", "DAY", _DAY, required=True),
        *option("--to end", "the day after the last one", "DAY", _DAY, required=True),
        *option("--zone", "the time zone of both days", "NAME", default="UTC", show_default=True),
        *option(
            "--limit-kw",
            "the most that the supply of one PDU delivers: breaker x voltage",
            "KW",
            click.FloatRange(0.001, 10_000.0),
            required=True,
        ),
        *option(
            "--step",
            "the smallest change that registers show; without it, the middle rise of each",
            "KWH",
            click.FloatRange(0.000_001, 1_000.0),
        ),
        *option(
            "--class meter_class",
            "the greatest error of the meters themselves",
            "PERCENT",
            click.FloatRange(0.001, 20.0),
        ),
        *output(),
    ],
)
energy = Lazy(
    "energy",
    {
        "audit": Place("energy.cli", "audit", "kWh of a period, with bounds on their error"),
        "verify": Place("meter.verify", "verify", "whether the files of pdu meter were changed"),
    },
    (
        "pdu energy audit a.jsonl --from 2026-10-01 --to 2026-10-08 --limit-kw 11",
        "pdu energy audit a.jsonl --from 2026-10-01 --to 2026-11-01 --limit-kw 3.68",
    ),
    help="Energy that can be billed, from kept readings.",
    epilog=EPILOG,
)
