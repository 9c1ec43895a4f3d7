"""A past month of two PDUs of the hall in a meter's folder, with what goes wrong in a month.

The loads are smooth. The register of r1-left, outlet 1 begins again at 0 on the 9th. r1-right does
not answer for half of the 14th, outlet 2 of r1-left reads 0 once on the 18th, and on the 22nd
another unit takes the place of r1-right. On the 12th, outlet 3 of both changes hands. `kept` has a
third PDU, whose customer has all of it, by its inlet.
"""

from __future__ import annotations

import calendar
import datetime
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pdu.core.files.journal import START, Journal

OUTLETS = 6
LIMIT_KW = 3.68
PDUS = ("r1-left", "r1-right")
_BY_INLET = "r2-left"
_DAY, _HOUR = 86400.0, 3600.0
_STEP = 0.01
_CUSTOMERS = """\
# who had which outlet, in the zone of the statement
customer;pdu;outlet;from;to
Acme Hosting;r1-left;1;;
Acme Hosting;r1-right;1;;
Bright & Sons;r1-left;2;;
Bright & Sons;r1-right;2;;
Bright & Sons;r1-left;3;;{first}-12T14:37
Bright & Sons;r1-right;3;;{first}-12T14:37
Cloudy Ltd;r1-left;3;{first}-12T14:37;
Cloudy Ltd;r1-right;3;{first}-12T14:37;
Cloudy Ltd;r1-left;4;;
Cloudy Ltd;r1-right;4;;
"""


class Month(NamedTuple):
    """A month of UTC."""

    year: int
    month: int

    @property
    def begin(self) -> float:
        """In s since 1970."""
        return float(calendar.timegm((self.year, self.month, 1, 0, 0, 0)))

    @property
    def end(self) -> float:
        """In s since 1970."""
        return self.after.begin

    @property
    def after(self) -> Month:
        """The next one."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def text(self) -> str:
        """As in days."""
        return f"{self.year}-{self.month:02d}"


def last_month() -> Month:
    """The last one of which each day and the day after it are over."""
    now = datetime.datetime.fromtimestamp(time.time() - 2 * _DAY, datetime.timezone.utc)
    before = now.replace(day=1) - datetime.timedelta(days=1)
    return Month(before.year, before.month)


def customers(folder: Path, month: Month) -> Path:
    """Write the CSV of `--customers`."""
    path = folder / "customers.csv"
    path.write_text(_CUSTOMERS.format(first=month.text), "utf-8")
    return path


def power_kw(pdu: str, outlet: int, when: float) -> float:
    """What flows at a moment: more by day, and more at higher numbers."""
    day = 1.0 + 0.3 * math.sin(2.0 * math.pi * (when / _DAY - 0.3))
    return 0.0 if outlet == OUTLETS else 0.06 * outlet * day + 0.02 * (pdu != PDUS[0])


def energy_kwh(pdu: str, outlet: int, begin: float, end: float) -> float:
    """What flowed in a time: the integral of `power_kw`."""
    if outlet == OUTLETS:
        return 0.0

    def until(when: float) -> float:
        turn = 2.0 * math.pi
        wave = -math.cos(turn * (when / _DAY - 0.3)) * _DAY / turn
        return 0.06 * outlet * (when + 0.3 * wave) + 0.02 * (pdu != PDUS[0]) * when

    return (until(end) - until(begin)) / _HOUR


def kept(folder: Path) -> Month:
    """Write the last month into a folder, if nothing is there of an earlier run; which it is."""
    path = folder / "readings"
    if path.exists():
        year, month, _ = min(one.name for one in path.glob("*.jsonl")).split("-")
        return Month(int(year), int(month)).after
    found = last_month()
    written(folder, found, 900.0, (*PDUS, _BY_INLET))
    with customers(folder, found).open("a", encoding="utf-8") as file:
        file.write(f"Delta Racks;{_BY_INLET};;;\n")
    return found


def written(folder: Path, month: Month, cadence: float = 300.0, pdus: Sequence[str] = PDUS) -> Path:
    """Write the meter's files from a day before the month to a day after it."""
    path = folder / "readings"
    path.mkdir(mode=0o700)
    after, first = START, month.begin - _DAY
    days = round((month.end - month.begin) / _DAY) + 2
    for number in range(days):
        begin = first + number * _DAY
        name = time.strftime("%Y-%m-%d", time.gmtime(begin))
        with Journal(str(path / f"{name}.jsonl"), after) as kept:
            kept.append(_day(month, begin, cadence, pdus))
            after = kept.hash
    return path


def _day(
    month: Month, begin: float, cadence: float, pdus: Sequence[str]
) -> Iterator[dict[str, Any]]:
    mono = begin - month.begin + 1e7
    start = {"boot": "simulated", "utc": begin, "mono": mono, "every": cadence}
    yield {"meter": 1, "version": "simulated", **start, "repaired": 0}
    declared: dict[str, str] = {}
    for turn in range(round(_DAY / cadence)):
        when = begin + turn * cadence + 1.0
        for number, pdu in enumerate(pdus):
            serial = f"{pdu}-old" if not _is_exchanged(month, pdu, when) else f"{pdu}-new"
            if declared.get(pdu) != serial:
                declared[pdu] = serial
                yield _unit(number, pdu, serial)
            yield _poll(month, number, pdu, when)


def _unit(number: int, pdu: str, serial: str) -> dict[str, Any]:
    outlets = [str(one) for one in range(1, OUTLETS + 1)]
    return {
        "unit": number,
        "name": pdu,
        "handler": "snmp",
        "address": f"192.0.2.{number + 1}",
        "family": "",
        "serial": serial,
        "firmware": "1.0",
        "outlets": outlets,
        "names": [f"socket {one}" for one in outlets],
        "meters": [],
    }


def _is_exchanged(month: Month, pdu: str, when: float) -> bool:
    return pdu == PDUS[1] and when >= month.begin + 21.6 * _DAY


def _poll(month: Month, number: int, pdu: str, when: float) -> dict[str, Any]:
    mono = when - month.begin + 1e7
    said: dict[str, Any] = {
        "of": number,
        "utc": [when + 0.25 * number, when + 0.25 * number + 0.2],
        "mono": [mono, mono + 0.2],
    }
    if pdu == PDUS[1] and 13.3 * _DAY < when - month.begin < 13.8 * _DAY:
        return {**said, "error": ["unreachable", "no answer"]}
    outlets = range(1, OUTLETS + 1)
    watts = [round(1000.0 * power_kw(pdu, one, when), 1) for one in outlets]
    kwh = [_register(month, pdu, one, when) for one in outlets]
    return {
        **said,
        "up": round(when - _since(month, pdu, when), 1),
        "load": round(sum(watts) / 230.0, 3),
        **({"total": round(sum(kwh), 2), "power": sum(watts)} if pdu == _BY_INLET else {}),
        "kwh": kwh,
        "amps": [round(one / 230.0, 3) for one in watts],
        "watts": watts,
        "on": "1" * OUTLETS,
    }


def _since(month: Month, pdu: str, when: float) -> float:
    exchanged = month.begin + 21.6 * _DAY
    return exchanged if _is_exchanged(month, pdu, when) else month.begin - 4e6


def _register(month: Month, pdu: str, outlet: int, when: float) -> float:
    place = (pdu, outlet)
    if place == (PDUS[0], 2) and 17.5 * _DAY <= when - month.begin < 17.5 * _DAY + 300.0:
        return 0.0
    begin, value = month.begin - 2 * _DAY, 1000.0 * outlet
    reset = month.begin + 8.4 * _DAY
    if place == (PDUS[0], 1) and when >= reset:
        begin, value = reset, 0.0
    if _is_exchanged(month, pdu, when):
        begin, value = month.begin + 21.6 * _DAY, 35.0
    counted = value + energy_kwh(pdu, outlet, begin, when)
    return round(math.floor(counted / _STEP + 1e-6) * _STEP, 2)
