"""Checks a statement of energy without `pdu`: python3 check_statement.py FOLDER ROOT

FOLDER has proof.json.gz, statement.json, perhaps statement.html and .csv. Checks that these and the
readings are those of the ROOT that was published, and computes the figures again: registers, power,
gaps, kWh between bounds, periods, grades, amounts, sums, page and table. A register that began
again, or was exchanged, is not computed: the last line says all that was not checked, and of which
outlet.
It does not show that the meter was right. It shares no code with `pdu`.
"""

import csv
import gzip
import hashlib
import html.parser
import json
import math
import re
import sys
from bisect import bisect_right
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

FILES = ("statement.csv", "statement.html", "statement.json")
BOUNDS = ("low", "best", "high")
#: of the look of statement.html, as SHA-256 of its style: a style could hide or paint over
STYLE = "d2718ec04557db3184fbc4f5eb01b433233114857b9c7a0cd86b4e34075f2d21"
#: what no reading of the customer shows
STATED = (
    "what the provider alone says: number, date, issuer, customer and what it corrects, prices,"
    " whose outlet when (from, to), machine, name, limit_kw, step_kwh, class_percent, volts and"
    " own_use_w of each meter, most_kwh, doubted, tolerance_kwh, hours of the tariff, carbon, pue,"
    " left_out, version; the words of reasons"
)
PRICE = re.compile(r"(0|[1-9][0-9]{0,6})(\.[0-9]{1,6})?")
BORN = 1767225600.0  # no meter is older than 2026
LIMITS = (
    "The proof does not show that the meter was right, nor that its readings were right before they"
    " were published. It shows that nobody changed these readings and this statement afterwards, if"
    " the provider publishes one root for all customers. That these outlets are the customer's, and"
    " the moment of a hand-over, are the provider's word."
)


def need(fact, said):
    fact or sys.exit(f"NOT PROVEN: {said}")


# ---- hashes --------------------------------------------------------------------------------------


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf(salt, text):
    return sha(b"\0", salt, text.encode())


def climbed(node, path):
    for step in path:
        other = bytes.fromhex(step[1:])
        node = sha(b"\1", other, node) if step[0] == "l" else sha(b"\1", node, other)
    return node.hex()


def row_leaf(text, salts):
    if text.startswith("["):
        return leaf(salts[0], text)
    register, _, flow = text.partition("|")
    is_new = len(salts[0]) == 16  # else of a day whose root version 0.3.0 kept
    if flow.startswith("#"):
        inner = bytes.fromhex(flow[1:])
    else:
        need(len(salts[0]) == len(salts[1]), "salts of two versions")
        inner = sha(salts[1], flow.encode()) if is_new else leaf(salts[1], flow)
    return sha(b"\0", salts[0], f"{register}|".encode(), inner if is_new else inner.hex().encode())


def with_times(proof):
    """Days whose rows are without times, which all outlets of a PDU have in common, get them."""
    used = {}
    for line in proof["lines"]:
        for day in line["days"]:
            if "rows" in day:
                times = proof["times"][line["pdu"]][day["day"]]
                used.setdefault(line["pdu"], {})[day["day"]], times = times, iter(times)
                rows = day.pop("rows")
                day["texts"] = [r if r[0] == "[" else f"{next(times)},{r}" for r in rows]
                need(next(times, None) is None, f"{name(line)}, {day['day']}: other times")
    need(used == proof["times"], "times that no outlet has")


def block(day):
    texts = day["texts"]
    places = range(len(texts))
    if "stream" in day:
        stream = hashlib.shake_128(bytes.fromhex(day["stream"])).digest(32 * len(texts))
        pairs = (stream[at : at + 32] for at in range(0, len(stream), 32))
        salts = ([one[:16], one[16:]] for one in pairs)
    elif "seed" in day:  # of a day whose root version 0.3.0 kept
        seed = bytes.fromhex(day["seed"])
        salts = ([sha(seed, one, at.to_bytes(4, "big")) for one in (b"\0", b"\1")] for at in places)
    else:
        salts = ([bytes.fromhex(one) for one in some] for some in day["salts"])
    hidden = [bytes.fromhex(one[1:]) if one.startswith("#") else None for one in texts]
    return sha(b"\2", *(one or row_leaf(text, next(salts)) for one, text in zip(hidden, texts)))


class Row:
    """A poll: begin, end, clock, uptime, register, A, W and state; None for what it did not read.

    `unit`: the head above it.
    """

    def __init__(self, text, unit):
        register, _, flow = text.partition("|")
        numbers = [float(one) if one else None for one in register.split(",")]
        self.begin, self.end, self.mono, self.up, self.kwh = numbers
        flows = ["", "", "-"] if flow.startswith("#") else flow.split(",")
        self.amps, self.watts = (float(one) if one else None for one in flows[:2])
        self.state, self.unit = flows[2], unit


def readings(line, days):
    """The rows of an outlet, each proven to be in the tree of its day."""
    texts, order = [], [day["day"] for day in line["days"]]
    need(order == sorted(set(order)), f"{name(line)}: the days are not in order")
    for day in line["days"]:
        where = f"{name(line)}, {day['day']}"
        need(climbed(block(day), day["path"]) == days.get(day["day"]), f"{where}: other readings")
        heads = [json.loads(text)[:3] for text in day["texts"] if text.startswith("[")]
        place = [day["day"], line["pdu"], line["outlet"]]
        need(heads and all(head == place for head in heads), f"{where}: another outlet or day")
        texts += day["texts"]
    found, unit, hidden = [], None, False
    for text in texts:
        if text.startswith("["):
            unit = json.loads(text)[3:]
        elif text.startswith("#"):
            hidden = bool(found)
        else:
            need(not hidden, f"{name(line)}: a reading between others is hidden")
            found.append(Row(text, unit))
    return found


def name(line):
    return f"{line['pdu']}, outlet {line['outlet']}"


# ---- power ---------------------------------------------------------------------------------------


def quarters(rows, begin, end):
    sums = {}
    for one in rows:
        if one.watts is not None and begin <= one.begin < end:
            sums.setdefault(int(one.begin // 900), []).append(one.watts)
    return {at: math.fsum(some) / len(some) / 1000 for at, some in sums.items()}


def power(held):
    sums = {}
    for _, _, flows in held:
        for at, kilowatts in flows.items():
            sums.setdefault(at, []).append(kilowatts)
    known = sorted(
        math.fsum(some)
        for at, some in sums.items()
        if len(some) == sum(begin < (at + 1) * 900 and end > at * 900 for begin, end, _ in held)
    )
    return [known[-1], known[math.ceil(0.95 * len(known)) - 1]] if known else [None, None]


# ---- a register that only rose -------------------------------------------------------------------


class Register:
    """The readings of one register, and whether its figures follow from these rules alone."""

    def __init__(self, rows, meter):
        self.rows = rows
        self.read = [one for one in rows if one.kwh is not None]
        self.begins, self.ends = ([getattr(one, e) for one in self.read] for e in ("begin", "end"))
        self.values = [one.kwh for one in self.read]
        self.step, self.volts = meter["step_kwh"] or 0.0, meter["volts"]
        self.error = (meter["class_percent"] or 0.0) / 100
        self.rate = (meter["limit_kw"] or 0.0) * (1 + self.error) / 3600  # kWh in a second
        between = sorted(b.begin - a.begin for a, b in zip(rows, rows[1:]) if b.begin > a.begin)
        half = len(between) // 2
        self.gap = (between[half] + between[~half]) / 2 if between else 0.0
        span = self.ends[-1] - self.begins[0] if self.read else 0.0
        rise = self.values[-1] - self.values[0] if self.read else 0.0
        self.mean = min(rise / span, self.rate) if span else 0.0
        self.odd = self._odd(meter) or self._flow()

    def most(self, seconds):
        return self.rate * max(seconds, 0.0)

    def is_calm(self):
        """Whether the reader's clock never jumped, and its machine never started anew."""
        pairs = list(zip(self.rows, self.rows[1:]))
        return (
            all(one.mono is not None for one in self.rows)
            and all(
                b.unit[4] == a.unit[4]
                and b.mono > a.mono
                and abs(b.begin - a.begin - b.mono + a.mono) <= 1.5 + 0.001 * (b.mono - a.mono)
                for a, b in pairs
            )
            and all(one.begin > BORN and one.unit[6] is not False for one in self.rows)
        )

    def _odd(self, meter):
        """Why these rules do not say its figures; "" if they do."""
        if not self.read or meter["wrap_kwh"]:
            return "its register may begin again" if self.read else "it was not read"
        if not self.is_calm():
            return "the reader's clock was not calm"
        if len({tuple(map(str, one.unit[:4])) for one in self.rows}) > 1:
            return "the unit changed"
        starts = [one.up - one.mono for one in self.rows if one.up is not None]
        if starts and max(starts) - min(starts) > 30:
            return "the unit began again"
        lowest, origin = math.inf, self.begins[0]
        allowed = self.most(self.gap) + self.step
        for at, value in enumerate(self.values):
            ahead = value - self.rate * (self.ends[at] - origin) - lowest
            if at and (value < self.values[at - 1] or ahead > allowed):
                return "its register fell, or rose too fast"
            lowest = min(lowest, value - self.rate * (self.begins[at] - origin))
        rises = [b - a for a, b in zip(self.values, self.values[1:])]
        large = [at for at, one in enumerate(rises) if one > 1.5 * self.step]
        if len(large) >= 10 and 2 * sum(at and rises[at - 1] == 0 for at in large) >= len(large):
            return "its register is refreshed seldom"
        return ""

    def _flow(self):
        """Why power or current casts doubt on the register; "" if they do not."""
        rows, flows, start = self.rows, [one.watts for one in self.rows], 10
        least = most = 0.001
        if flows == [None] * len(rows):
            flows, start = [one.amps for one in rows], 0.1
            least, most = self._ampere()
        if flows == [None] * len(rows):
            return "neither power nor current is shown"
        kept = [
            (one, flow)
            for one, flow in zip(rows, flows)
            if flow is not None and one.kwh is not None
        ]
        days = {}
        for (a, x), (b, y) in zip(kept, kept[1:]):
            hours = (b.begin - a.begin) / 3600
            if 0 < hours <= 3 * self.gap / 3600 and b.kwh >= a.kwh:
                for day in (int(b.begin // 86400), "all"):
                    sums = days.setdefault(day, [0.0, 0.0, 0.0])
                    sums[0] += b.kwh - a.kwh
                    sums[1] += least * sum(one for one in (x, y) if one > start) / 2 * hours
                    sums[2] += most * (max(x, start) + max(y, start)) / 2 * hours
        for rise, low, high in days.values():
            if not 0.8 * low - self.step <= rise <= 1.25 * high + self.step:
                return "its register may count in another unit"
        return self._stood()

    def _ampere(self):
        """The least and the most that an ampere is, in kW."""
        return (0.03, 0.48) if self.volts is None else (0.0006 * self.volts, 0.001 * self.volts)

    def _stood(self):
        pairs = list(zip(self.rows, self.rows[1:]))
        near = [0 < b.begin - a.begin <= 3 * self.gap for a, b in pairs]
        hours = [
            (b.begin - a.begin) / 3600 if is_near else 0.0 for (a, b), is_near in zip(pairs, near)
        ]
        both = [None not in (a.amps, b.amps) for a, b in pairs]
        rises = [b.kwh - a.kwh if None not in (a.kwh, b.kwh) else 0.0 for a, b in pairs]
        usual, most = self._ampere()
        flows = [
            min(a.amps, b.amps) * h if ok else 0.0 for (a, b), ok, h in zip(pairs, both, hours)
        ]
        counted, summed = sum(rises), sum(flows)
        if summed and counted >= 20 * self.step:
            usual = max(usual, 0.75 * min(counted / summed, most))
        first, stood = None, 0.0
        value = None
        for (a, b), hour, ok in zip(pairs, hours, both):
            value = value if a.kwh is None else a.kwh
            if b.kwh not in (None, value):
                first, stood = None, 0.0
                continue
            first = first or a
            least = 0.0
            if None not in (a.watts, b.watts):
                least = min(a.watts, b.watts) / 1000
            elif ok and min(a.amps, b.amps) > 0.1:
                least = min(a.amps, b.amps) * usual
            stood += least * hour
            if stood >= 3 * self.step and b.begin - first.begin > 1.5 * self.gap:
                return "its register stood while power flowed"
        return ""

    def at(self, moment):
        """The register at a moment: lowest, best and highest."""
        begins, ends, values = self.begins, self.ends, self.values
        after = bisect_right(ends, moment)
        low = values[max(after - 1, 0)]
        if 0 < after < len(ends):
            low = max(low, values[after] - self.most(ends[after] - moment))
        late = moment + self.gap
        after = bisect_right(begins, late)
        high = values[-1] + self.step
        if after < len(begins):
            fresh = values.index(values[after])
            rising = bisect_right(values, values[after])
            high = values[after] + self.step
            if rising < len(values) and rising - fresh > 1:
                if values[rising] - values[after] > self.step * (1 + 1e-6):
                    high = values[rising] + self.step
            if after:
                before = min(max(fresh - 1, 0), after - 1)
                reach = values[before] + self.step + self.most(late - begins[before])
                high = min(high, reach)
        after = bisect_right(begins, moment)
        best = values[min(after, len(values) - 1)]
        if 0 < after < len(begins):
            share = (moment - begins[after - 1]) / (begins[after] - begins[after - 1])
            best = values[after - 1] + share * (values[after] - values[after - 1])
        return [low, min(max(best, low), high), high]

    def energy(self, begin, end):
        """kWh of a period: lowest, best and highest."""
        first, last = self.begins[0], self.ends[-1]
        low = best = high = 0.0
        if end > first and begin < last:
            one, other = self.at(begin), self.at(end)
            low, high = max(other[0] - one[2], 0.0), max(other[2] - one[0], 0.0)
            best = min(max(other[1] - one[1], low), high)
        # before the first reading, and after the last
        for start, stop, likely in (
            (begin, min(end, self.ends[0]), min(end, first) - begin),
            (max(begin, self.begins[-1] - self.gap), end, end - max(begin, last)),
        ):
            if stop > start:
                most = self.most(stop - start)
                best, high = best + min(self.mean * max(likely, 0.0), most), high + most
        most = self.most(end - begin)
        high = min(high, most)
        low, best = min(low, high), min(best, high)
        high = max(min(high / (1 - self.error), most), best)
        return [low / (1 + self.error), best, high]


def narrowed(energy, most):
    high = max(min(energy[2], most), energy[0])
    return [energy[0], min(energy[1], high), high]


def in_wh(energy):
    return [
        math.floor(energy[0] * 1000 + 1e-6),
        round(Fraction(energy[1]) * 1000),
        math.ceil(energy[2] * 1000 - 1e-6),
    ]


def split(whole, weights):
    """A whole number in the proportion of weights; what is left to those that lost most."""
    weights = [Fraction(one) for one in weights]
    if not sum(weights):
        weights = [Fraction(1)] * len(weights)
    exact = [whole * one / sum(weights) for one in weights]
    parts = [math.floor(one) for one in exact]
    lost = sorted(range(len(parts)), key=lambda at: parts[at] - exact[at])
    for at in lost[: whole - sum(parts)]:
        parts[at] += 1
    return parts


def pieces(tariff, begin, end, zone):
    """The times of the periods of a tariff, minute by minute, by the clock on the wall."""
    found, at = [], begin
    while at < end:
        wall = datetime.fromtimestamp(at, zone)
        day, minute, period = wall.weekday(), wall.hour * 60 + wall.minute, "other"
        for label, days, since, to in tariff:
            here = since <= minute < to if since < to else minute >= since
            if (day in days and here) or (since >= to and (day - 1) % 7 in days and minute < to):
                period = label
                break
        after = min(end, (at // 60 + 1) * 60)
        if found and found[-1][0] == period:
            found[-1][2] = after
        else:
            found.append([period, at, after])
        at = after
    return found


def periods(register, whole, spans):
    """Each period with its bounds, and its parts of the whole's best and lowest, in Wh."""
    energy = register.energy(spans[0][1], spans[-1][2])
    parts = [register.energy(begin, end) for _, begin, end in spans]
    lows, sums = sum(one[0] for one in parts), {}
    for (label, _, _), one in zip(spans, parts):
        one = narrowed(one, energy[2] - (lows - one[0]))
        sums[label] = [a + b for a, b in zip(sums.get(label, [0.0] * 3), one)]
    low, high = (sum(one[at] for one in sums.values()) for at in (0, 2))
    for label, one in sums.items():
        most = max(min(one[2], whole[2] - (low - one[0])), 0.0)
        least = min(max(one[0], whole[0] - (high - one[2])), most)
        sums[label] = [least, min(max(one[1], least), most), most]
    likely = [one[1] for one in sums.values()]
    wh = in_wh(whole)
    return {
        label: dict(zip((*BOUNDS, "billed"), (in_wh(one)[0], best, in_wh(one)[2], billed)))
        for (label, one), best, billed in zip(
            sums.items(), split(wh[1], likely), split(wh[0], likely)
        )
    }


# ---- a line of the statement ---------------------------------------------------------------------


def same(one, other, by=0.0011):
    return one is other if one is None or other is None else abs(one - other) < by


def when(text):
    return datetime.fromisoformat(text).timestamp()


def local(time, zone):
    return datetime.fromtimestamp(math.floor(time), zone).isoformat(" ")


def gaps(register, begin, end):
    edges = zip([begin, *register.ends], [*register.begins, end])
    most = 3 * register.gap
    return [
        (a, b)
        for a, b in edges
        if most and register.read and b - a > most and a < end and b > begin
    ]


def told(found, zone):
    events = [
        {
            "kind": "gap",
            "from": local(begin, zone),
            "to": local(end, zone),
            "reason": f"no reading for {(end - begin) / 3600:.1f} h",
        }
        for begin, end in found
    ]
    if len(events) <= 20:
        return events
    reason = f"{len(events)} times, first: {events[0]['reason']}"
    return [{**events[0], "to": max(one["to"] for one in events), "reason": reason}]


def graded(energy, tolerated):
    width = energy[2] - energy[0]
    if width <= 0.01 * energy[1] + tolerated + 1e-9:
        return "firm"
    return "bounded" if width <= 0.1 * energy[1] + tolerated + 1e-9 else "wide"


def grade_of(register, energy, begin, end, tolerance):
    flows = [one.amps for one in register.rows if begin <= one.begin < end and one.amps is not None]
    plain, grade = register.energy(begin, end), graded(energy, tolerance)
    is_cut = energy[2] != plain[2] and energy[1]
    few = 2 * register.step + register.most(3 * register.gap)
    is_idle = max(flows, default=None) == 0.0 and not plain[1] and plain[2] <= few
    return "bounded" if is_idle and not is_cut and grade == "wide" else grade


LINE = set(
    "pdu outlet name machine from to meter most_kwh doubted readings register_begin register_end"
    " units kwh grade reason read events tariff peak_kw p95_kw amounts amount".split()
)
METER = set("limit_kw step_kwh wrap_kwh class_percent volts own_use_w".split())


def check_line(line, rows, statement, zone, unchecked):
    """Compares one line with its readings. Returns what the total's power needs."""
    where, begin, end = name(line), when(line["from"]), when(line["to"])
    need(set(line) == LINE and set(line["meter"]) == METER, f"{where}: it has other figures")
    need(when(statement["from"]) <= begin < end <= when(statement["to"]), f"{where}: its time")
    register = Register(rows, line["meter"])
    read = register.read
    need(sum(begin <= one.begin < end for one in read) == line["readings"], f"{where}: readings")
    for moment, said in ((begin, line["register_begin"]), (end, line["register_end"])):
        found = ([one for one in read if one.end <= moment][-1:] or read[:1] or [None])[0]
        shown = found and {"time": local(found.begin, zone), "kwh": found.kwh}
        need(shown == said, f"{where}: register")
    units = []
    for one in read:
        edge = {"time": local(one.begin, zone), "kwh": one.kwh}
        if not units or [units[-1][key] for key in ("serial", "firmware")] != one.unit[1:3]:
            units.append({"serial": one.unit[1], "firmware": one.unit[2], "first": edge})
        units[-1]["last"] = edge
    need(units == line["units"], f"{where}: units")
    flows = quarters(rows, begin, end)
    for one, other in zip(power([(begin, end, flows)]), (line["peak_kw"], line["p95_kw"])):
        need(same(one, other), f"{where}: power")
    is_read = (
        bool(read)
        and register.begins[0] - register.gap < end
        and (register.ends[-1] + register.gap > begin)
    )
    if not is_read or line["kwh"] is None:
        is_empty = line["kwh"] is None and line["grade"] == "not billable" and not line["events"]
        need(is_empty and not line["read"], f"{where}: it was not read")
        labels = dict.fromkeys(
            one for one, _, _ in pieces(statement["tariff_rows"], begin, end, zone)
        )
        expected = {one: None for one in labels} if statement["tariff_rows"] else {}
        need(line["tariff"] == expected, f"{where}: periods")
        need(not is_read, f"{where}: it was read, and has no figure")
    elif register.odd:
        check_odd(line, register, begin, end, statement, zone)
        unchecked.append(f"{where}, because {register.odd}")
    else:
        check_plain(line, register, begin, end, statement, zone)
    return begin, end, flows


def check_plain(line, register, begin, end, statement, zone):
    where = name(line)
    holes = gaps(register, begin, end)
    need(line["events"] == told(holes, zone), f"{where}: gaps, or other events")
    energy = register.energy(begin, end)
    whole = energy if line["most_kwh"] is None else narrowed(energy, line["most_kwh"])
    wh = in_wh(whole)
    check_kwh(where, line["kwh"], wh, line["doubted"])
    grade = grade_of(register, whole, begin, end, statement["tolerance_kwh"])
    need(line["grade"] == ("not billable" if line["doubted"] else grade), f"{where}: grade")
    first, last = max(register.begins[0], begin), min(register.ends[-1], end)
    inside = max(last - first, 0.0) - sum(max(min(last, b) - max(first, a), 0) for a, b in holes)
    need(same(min(max(inside, 0.0) / (end - begin), 1.0), line["read"], 2e-4), f"{where}: read")
    spans = pieces(statement["tariff_rows"], begin, end, zone) if statement["tariff_rows"] else []
    again = periods(register, whole, spans) if spans else {}
    order = [*(one[0] for one in statement["tariff_rows"]), "other"]
    need(sorted(again, key=order.index) == list(line["tariff"]), f"{where}: periods")
    for label, one in again.items():
        said = line["tariff"][label]
        need(set(said) == {*BOUNDS, "billed"}, f"{where}: {label}")
        need((said["billed"] is None) == line["doubted"], f"{where}: {label}")
        need(line["doubted"] or same(one["billed"] / 1000, said["billed"]), f"{where}: {label}")
        check_kwh(f"{where}: {label}", said, [one[bound] for bound in BOUNDS], line["doubted"])


def check_kwh(where, said, wh, is_doubted):
    need(set(BOUNDS) <= set(said), f"{where}: kWh")
    for bound, one in zip(BOUNDS, wh):
        expected = None if bound == "low" and is_doubted else one / 1000
        need(
            same(expected, said[bound]),
            f"{where}: kWh {bound}, {said[bound]} in place of {expected}",
        )


def check_odd(line, register, begin, end, statement, zone):
    """What must hold of a register that is not computed here."""
    where, events, kwh = name(line), line["events"], line["kwh"]
    if register.is_calm():
        shown = [one for one in events if one["kind"] == "gap"]
        need(shown == told(gaps(register, begin, end), zone), f"{where}: gaps")
    others = [(when(one["from"]), when(one["to"]) + 1) for one in events if one["kind"] != "gap"]
    for a, b in zip(register.read, register.read[1:]):
        is_break = b.kwh < a.kwh or b.unit[:4] != a.unit[:4]
        if is_break and a.begin >= begin and b.end <= end:
            is_told = any(since <= b.end and to >= a.begin for since, to in others)
            need(is_told, f"{where}: at {local(b.begin, zone)} the register began again, unsaid")
    least, best, high = kwh["low"], kwh["best"], kwh["high"]
    need(0 <= (least or 0) <= best <= high, f"{where}: kWh")
    at, most = 0, 2 * register.step
    for a, b in zip(register.read, register.read[1:]):
        if b.end > begin and a.begin < end:
            reach = register.most(b.end - a.begin + register.gap)
            most += b.kwh - a.kwh if 0 <= b.kwh - a.kwh <= reach + register.step else reach
    at = register.most(register.begins[0] - begin) + register.most(end - register.ends[-1])
    need((least or 0) <= most + at + 0.001, f"{where}: more than the register rose")
    grades = ("firm", "bounded", "wide", "not billable")
    figures = [least or 0.0, best, high]
    tolerated = statement["tolerance_kwh"] + 0.003
    best_grade = grades.index(graded(figures, tolerated))
    is_unsure = least is None or register.odd == "neither power nor current is shown"
    need(not is_unsure or line["grade"] == "not billable", f"{where}: grade")
    if best:
        need(grades.index(line["grade"]) >= best_grade, f"{where}: grade")
    need(least is not None or line["doubted"] or events, f"{where}: why no lowest?")
    check_parts(line, where)


def check_parts(line, where):
    """The parts of periods, in the proportion of their best, as far as these have three places."""
    said, kwh = line["tariff"], line["kwh"]
    if not said:
        return
    best = [round(one["best"] * 1000) for one in said.values()]
    need(sum(best) == round(kwh["best"] * 1000), f"{where}: periods do not add up")
    billed = [one["billed"] for one in said.values()]
    if kwh["low"] is None:
        need(not any(one is not None for one in billed), f"{where}: periods")
        return
    need(sum(round(one * 1000) for one in billed) == round(kwh["low"] * 1000), f"{where}: periods")
    for one, part in zip(billed, split(round(kwh["low"] * 1000), best)):
        need(abs(one - part / 1000) < 0.0031, f"{where}: periods")


# ---- amounts -------------------------------------------------------------------------------------


def thousandths(value):
    return round(value * 1000)


def cents(quantity, price, decimals):
    """A quantity (kWh or kW, in thousandths) times a price, in the smallest unit: half up."""
    whole, _, rest = price.partition(".")
    exact = Fraction(quantity, 1000) * Fraction(int(whole + rest), 10 ** len(rest))
    return math.floor(exact * 10**decimals + Fraction(1, 2))


def money(units, decimals):
    text = str(units).rjust(decimals + 1, "0")
    return f"{text[:-decimals]}.{text[-decimals:]}" if decimals else text


def check_annex(statement):
    texts = [statement["number"], statement["customer_id"], statement["corrects"] or ""]
    texts += [*statement["issuer"], *statement["customer_address"]]
    need(all(isinstance(one, str) for one in texts), "who bills whom")
    need(str(date.fromisoformat(statement["date"])) == statement["date"], "its date")
    prices = statement["prices"]
    if prices is None:
        return
    need(set(prices) == {"currency", "decimals", "kwh", "peak_kw"}, "the prices are others")
    need(re.fullmatch("[A-Z]{3}", prices["currency"]), "the currency")
    need(type(prices["decimals"]) is int and 0 <= prices["decimals"] <= 4, "the decimals")
    labels = {one[0] for one in statement["tariff_rows"]}
    need(set(prices["kwh"]) == labels, "prices and periods are not the same")
    for price in [*prices["kwh"].values(), prices["peak_kw"] or "0"]:
        need(PRICE.fullmatch(price), f"a price of {price[:20]!r}")


def check_amounts(statement):
    prices, amounts = statement["prices"], statement["total"]["amounts"]
    if prices is None:
        none = [one["amounts"] is one["amount"] is None for one in statement["lines"]]
        need(all(none) and amounts is None, "amounts without prices")
        return
    decimals, sums, billed = prices["decimals"], {}, 0
    for line in statement["lines"]:
        where, kwh = name(line), line["kwh"]
        if line["grade"] == "not billable" or kwh is None or kwh["low"] is None:
            need(line["amounts"] is line["amount"] is None, f"{where}: an amount, not billable")
            continue
        billed += 1
        own = {
            label: (thousandths(one["billed"]), cents(thousandths(one["billed"]), price, decimals))
            for label, one in line["tariff"].items()
            for price in [prices["kwh"][label]]
        }
        expected = {label: money(one, decimals) for label, (_, one) in own.items()}
        need(line["amounts"] == expected, f"{where}: amounts")
        whole = money(sum(one for _, one in own.values()), decimals)
        need(line["amount"] == whole, f"{where}: amount {line['amount']} in place of {whole}")
        for label, pair in own.items():
            sums[label] = [a + b for a, b in zip(sums.get(label, (0, 0)), pair)]
    net, peak = sum(one for _, one in sums.values()), None
    highest = statement["total"]["peak_kw"]
    if prices["peak_kw"] is not None and highest is not None:
        of_peak = cents(thousandths(highest), prices["peak_kw"], decimals)
        net, peak = net + of_peak, {"kw": highest, "amount": money(of_peak, decimals)}
    expected = {
        "kwh": sum(one for one, _ in sums.values()) / 1000,
        "periods": {
            label: {"kwh": one / 1000, "amount": money(other, decimals)}
            for label, (one, other) in sums.items()
        },
        "peak": peak,
        "net": money(net, decimals),
        "not_billed": len(statement["lines"]) - billed,
    }
    for key in {**expected, **amounts}:
        need(amounts.get(key) == expected.get(key), f"the total's amounts: {key}")


# ---- the whole statement -------------------------------------------------------------------------


def added_up(energies, bounds=BOUNDS):
    return {one: sum(round((e[one] or 0) * 1000) for e in energies) / 1000 for one in bounds}


def check_total(statement, held):
    lines, total = statement["lines"], statement["total"]
    read = [one for one in lines if one["kwh"] is not None]
    labels = dict.fromkeys(label for one in lines for label in one["tariff"])
    expected = {
        "kwh": added_up([one["kwh"] for one in read]),
        "unread": len(lines) - len(read),
        "without_lowest": sum(one["kwh"]["low"] is None for one in read),
        "tariff": {
            label: added_up(
                [one["tariff"][label] for one in read if label in one["tariff"]],
                (*BOUNDS, "billed"),
            )
            for label in labels
        },
    }
    own = {*expected, "peak_kw", "p95_kw", "amounts"}
    need(set(total) == own, "the total has other figures")
    for key, one in expected.items():
        need(total[key] == one, f"the total is no sum: {key} {total[key]} in place of {one}")
    for one, other in zip(power(held), (total["peak_kw"], total["p95_kw"])):
        need(same(one, other), "the total's power")
    pue, carbon, added = statement["pue"], statement["carbon_g_per_kwh"], {}
    if pue is not None:
        share, whole = (times(total["kwh"], factor) for factor in (pue - 1, pue))
        added["pue"] = {"factor": pue, "share_kwh": share, "with_share_kwh": whole}
    if carbon is not None:
        kg = times(total["kwh"], (1 if pue is None else pue) * carbon / 1000)
        added["carbon"] = {"g_per_kwh": carbon, "kg": kg}
    need(statement["added"] == added, "what the provider adds")


def times(energy, factor):
    return {bound: round(value * factor, 3) for bound, value in energy.items()}


def shown(text):
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def three(energy, low="low"):
    if energy is None:
        return ["", "", ""]
    figures = (energy[low], energy["best"], energy["high"])
    return ["" if one is None else f"{one:.3f}" for one in figures]


def additions(statement):
    added = statement["added"]
    if "pue" in added:
        factor = added["pue"]["factor"]
        yield f"share of the building in kWh, PUE {factor:g}", added["pue"]["share_kwh"]
        yield f"kWh with that share, PUE {factor:g}", added["pue"]["with_share_kwh"]
    if "carbon" in added:
        yield f"kg CO2, {added['carbon']['g_per_kwh']:g} g/kWh", added["carbon"]["kg"]


def sentence(event):
    return f"{event['from']} to {event['to']}: {event['kind']}: {event['reason']}"


def table_rows(statement):
    """The cells of statement.csv."""
    head = (
        "row customer machine name pdu outlet from to register_begin register_end kwh_lowest"
        " kwh_best kwh_highest tariff peak_kw p95_kw read grade reason events"
    )
    prices = statement["prices"]
    if prices is None:
        yield head.split()
        yield from (row for row, _, _ in all_rows(statement))
        return
    yield [*head.split(), "price", "net_amount", "currency"]
    for row, price, amount in all_rows(statement):
        yield [*row, price, amount, prices["currency"]]


def all_rows(statement):
    """Each row, with its price and its net amount."""
    customer, total, prices = statement["customer"], statement["total"], statement["prices"]
    amounts = total["amounts"] or {"net": "", "peak": None, "periods": {}}
    kwh = prices["kwh"] if prices else {}
    for line in statement["lines"]:
        place = [line[one] for one in ("machine", "name", "pdu", "outlet", "from", "to")]
        edges = [line[one] for one in ("register_begin", "register_end")]
        registers = ["" if one is None else repr(one["kwh"]) for one in edges]
        flows = [line["peak_kw"], line["p95_kw"]]
        said = [f"{line['read']:.4f}", line["grade"], line["reason"]]
        events = "; ".join(map(sentence, line["events"]))
        row = ["outlet", customer, *place, *registers, *three(line["kwh"]), "", *flows]
        yield [*row, *said, events], "", line["amount"]
        for label, one in line["tariff"].items():
            row = ["tariff", customer, *place, "", "", *three(one, "billed"), label, *[""] * 6]
            yield row, kwh.get(label), (line["amounts"] or {}).get(label)
    whole = ["", "", "", "", statement["from"], statement["to"], "", ""]
    flows = [total["peak_kw"], total["p95_kw"]]
    row = ["total", customer, *whole, *three(total["kwh"]), "", *flows, *[""] * 4]
    yield row, "", amounts["net"]
    for label, one in total["tariff"].items():
        row = ["total of tariff", customer, *whole, *three(one, "billed"), label, *[""] * 6]
        yield row, kwh.get(label), amounts["periods"].get(label, {}).get("amount")
    if amounts["peak"] is not None:
        peak = amounts["peak"]
        row = ["peak", customer, *whole, *[""] * 4, peak["kw"], *[""] * 5]
        yield row, prices["peak_kw"], peak["amount"]
    for label, one in additions(statement):
        yield [label, customer, *whole, *three(one), *[""] * 7], "", ""


def check_csv(text, statement):
    need(text.endswith("\n") and "\r" not in text, "statement.csv has another form")
    found, expected = list(csv.reader(text.splitlines())), list(table_rows(statement))
    need(len(found) == len(expected), "statement.csv has other rows")
    for at, (one, other) in enumerate(zip(found, expected), start=1):
        need(len(one) == len(other), f"statement.csv, row {at}: other columns")
        for cell, value in zip(one, other):
            text = "" if value is None else shown(str(value))
            # a spreadsheet's formula has an apostrophe in front; very long texts are cut
            is_cut = cell.endswith("...") and len(cell) > 200 and text.startswith(cell[:-3])
            is_same = cell in (text, f"'{text}") or is_cut
            need(is_same, f"statement.csv, row {at}: {cell[:60]!r} in place of {text[:60]!r}")


class Page(html.parser.HTMLParser):
    """The text of a page, and whether it has anything that could show something else."""

    TAGS = set(
        "html head meta title style body header main footer a h1 h2 p b br small div code span ul"
        " li table thead tbody tfoot tr th td".split()
    )
    LINKS = (("a", "href", "#reading"), ("footer", "id", "reading"))
    HEADS = set(
        "period|kWh|kWh lowest|kWh best|kWh highest|peak kW|95 % kW|lowest|best|highest"
        "|serial number|first reading|last reading|register kWh".split("|")
    )

    def __init__(self, heads):
        super().__init__()
        self.heads = self.HEADS | heads
        self.words, self.styles, self.where, self.title = [], [], "", []

    def handle_starttag(self, tag, attrs):
        need(tag in self.TAGS, f"statement.html has a <{tag[:20]}>")
        known = {"meta": {"charset", "name", "content", "http-equiv"}, "html": {"lang"}}
        for key, value in attrs:
            is_known = key in known.get(tag, {"class", "data-head"})
            is_known |= (tag, key, value) in self.LINKS
            need(is_known, f"statement.html: <{tag}> has {key[:20]}")
            need(key != "data-head" or value in self.heads, f"statement.html: a head {value!r}")
        self.where = tag

    def handle_endtag(self, tag):
        self.where = ""

    def handle_data(self, data):
        kept = {"style": self.styles, "title": self.title}.get(self.where, self.words)
        kept.append(data)


def minute(text):
    return text[:16] + text[-6:]


def days(begin, end):
    """The first and the last day of a period, or the minute within one."""
    last = str(date.fromisoformat(end[:10]) - timedelta(days=1))
    is_first, is_last = (one[11:19] == "00:00:00" for one in (begin, end))
    return begin[:10] if is_first else minute(begin), last if is_last else minute(end)


def span(begin, end):
    first, last = days(begin, end)
    return first if first == last else f"{first} to {last}"


def number(value):
    return "–" if value is None else f"{value:.3f}"


def names(line):
    return [one for one in (line["machine"], line["name"], name(line)) if one]


def place_text(line):
    edges = (line["register_begin"], line["register_end"])
    begin, end = ("–" if one is None else number(one["kwh"]) for one in edges)
    return f"{span(line['from'], line['to'])}: register {begin} to {end} kWh"


def happened(lines):
    """Events, those that several outlets of a PDU have at a time once."""
    outlets = {}
    for line in lines:
        for one in line["events"]:
            said = f"{minute(one['from'])} to {minute(one['to'])}: {one['kind']}: {one['reason']}"
            outlets.setdefault((line["pdu"], said), []).append(line["outlet"])
    for (pdu, said), those in outlets.items():
        yield f"{pdu}, outlet{'s' if len(those) > 1 else ''} {', '.join(those)}: {said}"


def page_text(statement):
    """The words of statement.html, in their order."""
    total, lines, prices = statement["total"], statement["lines"], statement["prices"]
    yield f"pdu {statement['version']} · {statement['date']} · how to read this page"
    yield f"Energy of {statement['customer']}"
    yield f"Annex to a bill: statement {statement['number']} of {statement['date']}, for"
    yield f"{span(statement['from'], statement['to'])} ({statement['zone']})"
    if statement["corrects"] is not None:
        yield f"; corrects statement {statement['corrects']}"
    if statement["issuer"]:
        yield from ("from", *statement["issuer"])
    yield from ("to", *(statement["customer_address"] or [statement["customer"]]))
    if statement["customer_id"]:
        yield f"customer {statement['customer_id']}"
    low, best, high = three(total["kwh"])
    bounds = f"{low} kWh at least; {best} most likely, {high} at most."
    if prices is None:
        yield bounds
    else:
        amounts = total["amounts"]
        yield f"{amounts['net']} {prices['currency']} net, for {number(amounts['kwh'])} kWh."
        if amounts["not_billed"]:
            yield f"Not billed: {amounts['not_billed']} of {len(lines)} outlets."
        yield f"All outlets together: {bounds}"
    if total["peak_kw"] is not None:
        peak, p95 = number(total["peak_kw"]), number(total["p95_kw"])
        yield f"Highest quarter hour {peak} kW; 95 % of them up to {p95} kW."
    if prices is not None:
        yield from billed_text(statement)
    yield "Outlets" if prices is None else "Bounds"
    yield "machine, outlet kWh lowest kWh best kWh highest peak kW 95 % kW grade"
    for line in lines:
        yield from (", ".join(names(line)), "" if prices else place_text(line))
        yield from dashed(line["kwh"])
        yield from (number(line["peak_kw"]), number(line["p95_kw"]), line["grade"], line["reason"])
    yield from ("Total", *dashed(total["kwh"]), number(total["peak_kw"]), number(total["p95_kw"]))
    if total["unread"]:
        yield f"Outlets of which no energy was read, not in the total: {total['unread']}."
    if total["without_lowest"]:
        said = total["without_lowest"]
        yield f"Outlets of which no lowest energy can be defended, 0 in the total's: {said}."
    if total["tariff"] and prices is None:
        yield "Periods of the tariff outlet period kWh lowest kWh best kWh highest"
        for line in lines:
            for label, one in line["tariff"].items():
                yield from (", ".join(names(line)), label, *dashed(one, "billed"))
        for label, one in total["tariff"].items():
            yield from ("Total", label, *dashed(one, "billed"))
    if statement["added"]:
        yield "By your provider's factors what lowest best highest"
        for label, one in additions(statement):
            yield from (label, *dashed(one))
    yield from ("Holes, and what else happened", *(list(happened(lines)) or ["Nothing."]))
    changed = [line for line in lines if len(line["units"]) > 1]
    if changed:
        yield "Exchanged units outlet serial number first reading register kWh"
        yield "last reading register kWh"
    for line in changed:
        for one in line["units"]:
            yield from (name(line), one["serial"] or "not read")
            for edge in ("first", "last"):
                yield from (minute(one[edge]["time"]), number(one[edge]["kwh"]))
    yield from statement["left_out"]
    yield (
        "How to check this Keep this page together with statement.json and proof.json.gz, which has"
        " all readings of these outlets. pdu energy check-statement proof.json.gz --root ROOT"
        " computes all figures again, with the root that your provider publishes for all customers."
    )
    yield f"What nobody can check {statement['limits']} How to read this page"
    yield (
        "The lowest kWh are what is billed: the meter cannot have counted less. The best are the"
        " most likely, the highest the most that it can have counted."
    )
    if prices is not None:
        yield (
            "A net amount is a quantity times its price, rounded once, half up, to"
            f" {prices['decimals']} decimals of {prices['currency']}; totals add rounded amounts."
            " Taxes are not in it."
        )
    if statement["tariff_rows"]:
        yield (
            "The lowest of a period is its part of the outlet's lowest, in the proportion of the"
            " periods' best, so that periods add up to the outlet; what each period has at least by"
            " itself is low in statement.json."
        )
    yield (
        "The register at begin and end is what the unit showed at the last reading until then. The"
        " peak is the highest mean of a quarter hour, of all outlets together in the total."
    )
    yield "More: docs/energy.md of the project."


def billed_text(statement):
    prices, amounts = statement["prices"], statement["total"]["amounts"]
    currency = prices["currency"]
    yield f"What is billed machine, outlet period kWh {currency} a kWh net {currency}"
    billed = [one for one in statement["lines"] if one["amounts"] is not None]
    for line in billed:
        if line["amounts"]:
            yield from (", ".join(names(line)), place_text(line))
        for label, amount in line["amounts"].items():
            kwh = number(line["tariff"][label]["billed"])
            yield from (label, kwh, prices["kwh"][label], amount)
    if not billed:
        yield "Nothing"
    for label, one in amounts["periods"].items():
        yield from ("Total", label, number(one["kwh"]), prices["kwh"][label], one["amount"])
    peak = amounts["peak"]
    if peak is not None:
        price = f"{prices['peak_kw']} {currency} a kW"
        yield from (f"Highest quarter hour, {number(peak['kw'])} kW at {price}", peak["amount"])
    yield from ("Net total", number(amounts["kwh"]), amounts["net"])
    if prices["peak_kw"] is not None and peak is None:
        yield "No power was read, so no peak is billed."
    unbilled = [one for one in statement["lines"] if one["amounts"] is None]
    if unbilled:
        yield "What is not billed"
    yield from (f"{', '.join(names(one))}: {one['reason']}" for one in unbilled)


def dashed(energy, low="low"):
    first, *rest = three(energy, low)
    return first or "–", *rest


def check_page(text, statement, unchecked):
    currency = (statement["prices"] or {}).get("currency", "")
    page = Page({f"{currency} a kWh", f"net {currency}"} if currency else set())
    page.feed(text)
    page.close()
    found = " ".join(" ".join(page.words).split())
    expected = " ".join(" ".join(map(shown, page_text(statement))).split())
    # where a tag stands within a sentence, it parts no words
    bare = [one.replace(" ", "") for one in (found, expected)]
    at = next((at for at, pair in enumerate(zip(*bare)) if pair[0] != pair[1]), min(map(len, bare)))
    near = [one[max(at - 20, 0) : at + 30] for one in bare]
    by = f"it was written by version {shown(str(statement['version']))[:20]}"
    need(bare[0] == bare[1], f"statement.html says {near[0]!r} in place of {near[1]!r}; {by}")
    title = shown(f"Energy of {statement['customer']}")
    need("".join(page.title) == title, "statement.html has another title")
    if [hashlib.sha256(one.encode()).hexdigest() for one in page.styles] != [STYLE]:
        unchecked.append("the style of statement.html, which could hide words of it")


STATEMENT = set(
    "form version number date corrects issuer customer_id customer_address prices customer from to"
    " zone tolerance_kwh tariff_rows carbon_g_per_kwh pue left_out"
    " lines total added limits".split()
)


def main(folder, root):
    proof = json.loads(gzip.decompress((folder / "proof.json.gz").read_bytes()))
    published = proof["published"]
    need(hashlib.sha256(published.encode()).hexdigest() == root, "the root is another one")
    said = [one.split(" ") for one in published.splitlines()]
    days = {one[1]: one[2] for one in said if one[0] == "day"}
    need(len(days) == sum(one[0] == "day" for one in said), "a day has two roots")
    listed = "".join(f"{name} {proof['files'][name]}\n" for name in FILES)
    top = climbed(leaf(bytes.fromhex(proof["salt"]), listed), proof["path"])
    need(top == said[-1][1], "this statement is not one of those of the root")
    there = [one for one in FILES if one == "statement.json" or (folder / one).exists()]
    texts = {name: (folder / name).read_bytes() for name in there}
    for name, content in texts.items():
        found = hashlib.sha256(content).hexdigest()
        need(found == proof["files"][name], f"{name} is not the one that was published")
    statement = json.loads(texts["statement.json"])
    need(set(statement) == STATEMENT and statement["form"] == 2, "the statement has another form")
    head = [f"{key} {statement[key]}" for key in ("from", "to", "zone")]
    need(head == published.splitlines()[1:4], "the statement is of another period than the root")
    need(statement["limits"] == LIMITS, "what the statement does not show")
    lines, zone = statement["lines"], ZoneInfo(statement["zone"])
    places = [[(one["pdu"], one["outlet"]) for one in all_] for all_ in (lines, proof["lines"])]
    need(places[0] == places[1], "the outlets are others")
    spans = sorted((one["pdu"], one["outlet"], when(one["from"]), when(one["to"])) for one in lines)
    twice = any(a[:2] == b[:2] and a[3] > b[2] for a, b in zip(spans, spans[1:]))
    need(not twice, "an outlet is in the statement twice at one time")
    with_times(proof)
    unchecked = []
    check_annex(statement)
    held = [
        check_line(one, readings(two, days), statement, zone, unchecked)
        for one, two in zip(lines, proof["lines"])
    ]
    odd = list(unchecked)
    unchecked.clear()
    check_total(statement, held)
    check_amounts(statement)
    if "statement.csv" in texts:
        check_csv(texts["statement.csv"].decode(), statement)
    if "statement.html" in texts:
        check_page(texts["statement.html"].decode(), statement, unchecked)
    if odd:
        listed = "; ".join(odd)
        unchecked.insert(
            0, f"kWh, grade and events but gaps (`pdu energy check-statement`) of {listed}"
        )
    print(f"{shown(statement['customer'])}: readings as published, and {', '.join(there)}")
    print("All figures follow from the readings, but for what the last line says.")
    print(f"NOT CHECKED: {'; '.join([*unchecked, STATED])}.")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2])
    except Exception as error:  # whatever a file that is no proof may cause
        sys.exit(f"NOT PROVEN: {error!r}\n{__doc__.splitlines()[0]}")
