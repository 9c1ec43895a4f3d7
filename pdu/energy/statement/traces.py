"""What a proof does not show, and registers that a statement has twice. Pure."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from handlers.shared.errors import printable


class Trace(NamedTuple):
    """What a proof shows of a line's register. Times in s since 1970."""

    pdu: str
    outlet: str
    #: the time of the line
    begin: float
    end: float
    #: mark of handler and address, and serial number, of each unit
    units: Collection[tuple[str, str]]
    #: when the register was read, and what it showed, in kWh
    readings: Sequence[tuple[float, float]]
    #: texts that stand as hashes before the first reading, and after the last one
    hidden: tuple[int, int]
    #: when the readings began that show no more than the register
    registers: Sequence[float]

    @property
    def name(self) -> str:
        return f"{self.pdu}, outlet {self.outlet}" if self.outlet else f"{self.pdu}, inlet"

    def own_readings(self) -> Sequence[tuple[float, float]]:
        """The readings of the line's own time."""
        return [reading for reading in self.readings if self.begin <= reading[0] < self.end]


def missing(traces: Sequence[Trace]) -> Sequence[str]:
    """What no reading is shown of, by count."""
    outlets: dict[tuple[str, ...], list[str]] = {}
    hidden_ranges = []
    unended = [
        trace.name for trace in traces if trace.readings and trace.readings[-1][0] < trace.end
    ]
    for trace in traces:
        days = _days_without(trace)
        if days:
            outlets.setdefault(tuple(days), []).append(trace.name)
        count = _hidden_within(trace)
        if count:
            hidden_ranges.append(f"{count} of {trace.name}")
    sentences = [
        f"MISSING: no reading is shown of {len(days)} day{'s' if len(days) > 1 else ''}"
        f" ({', '.join(days[:3])}{', ...' if len(days) > 3 else ''}) of {'; '.join(names)}"
        for days, names in outlets.items()
    ]
    if unended:
        sentences.append(f"MISSING: no reading is shown after the end of {'; '.join(unended)}")
    if hidden_ranges:
        sentences.append(f"HIDDEN, perhaps of this time: readings, {'; '.join(hidden_ranges)}")
    return [printable(text) for text in sentences]


def _days_without(trace: Trace) -> Sequence[str]:
    """Days (UTC) of which no reading is shown: of a line's time, whole or in part, and from the
    reading before it, with which its bill may begin.
    """
    read_days = {int(time // 86400) for time, _ in trace.own_readings()}
    last = max((time for time, _ in trace.readings if time < trace.begin), default=trace.begin)
    first = min(int(last // 86400) + 1, int(trace.begin // 86400))
    days = range(first, int(-(-trace.end // 86400)))
    return [str(date(1970, 1, 1) + timedelta(days=day)) for day in days if day not in read_days]


def _hidden_within(trace: Trace) -> int:
    """How many readings are hidden where none before, or after, bounds the line's time, or within
    it but for their registers.
    """
    first_hidden, last_hidden = trace.hidden
    is_open = not trace.readings
    first = first_hidden if is_open or trace.readings[0][0] >= trace.begin else 0
    last = last_hidden if is_open or trace.readings[-1][0] < trace.end else 0
    return first + last + sum(trace.begin <= time < trace.end for time in trace.registers)


def counted_twice(traces: Sequence[Trace]) -> str:
    """Two lines of one register at one time; "" if there are none."""
    by_key: dict[tuple[str, ...], list[Trace]] = {}
    inlets = list[Trace]()
    for trace in traces:
        outlet = identity(trace.outlet)
        keys: set[tuple[str, ...]] = {("name", identity(trace.pdu), outlet)}
        if not outlet:
            inlets.append(trace)
        for mark, serial in trace.units:
            keys |= {("mark", mark, outlet), *([("serial", serial, outlet)] if serial else [])}
        readings = trace.own_readings()
        rises = tuple(round(b - a, 6) for (_, a), (_, b) in zip(readings, readings[1:]))
        if sum(rise > 0 for rise in rises) >= _CONFIRMING:
            keys.add(("times", repr([time for time, _ in readings]), repr(rises)))
        for key in keys:
            by_key.setdefault(key, []).append(trace)
    for inlet, trace in itertools.product(inlets, traces):
        is_pdu = identity(trace.pdu) == identity(inlet.pdu)
        is_unit = any(serial for _, serial in set(trace.units) & set(inlet.units))
        is_part = identity(trace.outlet) and (is_pdu or is_unit)
        if is_part and inlet.begin < trace.end and trace.begin < inlet.end:
            return printable(f"{trace.name} is in what {inlet.name} counted at one time")
    for key, some in by_key.items():
        for first, second in itertools.combinations(some, 2):
            if (
                first.begin < second.end
                and second.begin < first.end
                and _are_one(key[0], first, second)
            ):
                return printable(f"{first.name} and {second.name} are one register at one time")
    return ""


#: rises at the same moments that two registers do not have by chance
_CONFIRMING = 20


def _are_one(key: str, first: Trace, second: Trace) -> bool:
    """Whether two lines that share a key are of one register."""
    if key == "name":
        return True
    if key == "times":
        return first.pdu != second.pdu
    common_units = set(first.units) & set(second.units)
    if any(serial for _, serial in common_units):
        return True
    if key == "mark" and any(serial for _, serial in (*first.units, *second.units)):
        return False  # several units at one address
    together = sorted([*first.own_readings(), *second.own_readings()])
    has_risen = bool(together) and together[-1][1] > together[0][1]
    return has_risen and _falls(together) <= _falls(first.own_readings()) + _falls(
        second.own_readings()
    )


def _falls(readings: Sequence[tuple[float, float]]) -> int:
    return sum(b < a - 1e-9 for (_, a), (_, b) in zip(readings, readings[1:]))


#: what is not seen, whatever its category is
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)


def identity(name: str) -> str:
    """A name in one spelling, as it is printed: "03" is "3", and what is not seen is nothing."""
    letters = (
        letter
        for letter in _UNSEEN.sub("", unicodedata.normalize("NFKC", name))
        if unicodedata.category(letter)[0] not in "CZ"
    )
    parts = re.split(r"([0-9]+)", "".join(letters).casefold())
    return "".join(part.lstrip("0") or "0" if part.isdigit() else part for part in parts)
