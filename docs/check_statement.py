"""Checks a statement of energy without `pdu`: python3 check_statement.py FOLDER ROOT

FOLDER has proof.json.gz, statement.json, perhaps statement.html and .csv. Checks that these and the
readings are those of the ROOT that was published, and computes the figures again: registers, power,
gaps, kWh between bounds, periods, grades, amounts, sums, days. Prints them: compare the page with
them. A register that began again, or was exchanged, is not computed: the last line says all that
was not checked, and of which outlet. It does not show that the meter was right.
It shares no code with `pdu`.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import re
import sys
import zlib
from bisect import bisect_right
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple
from unicodedata import category, normalize
from zoneinfo import ZoneInfo

FORM, JSON = 1, "statement.json"
FILES = ("statement.csv", "statement.html", JSON)
BOUNDS = ("low", "best", "high")
BORN = 1767225600.0  # no meter is older than 2026


def need(fact, said):
    fact or sys.exit(f"NOT PROVEN: {said}")


# ---- hashes --------------------------------------------------------------------------------------


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf(salt, text):
    return sha(b"\0", salt, text.encode())


def digest(text, size=32):
    found = bytes.fromhex(text)
    need(len(found) == size and found.hex() == text, "no hash")
    return found


def climbed(node, path):
    for step in path:
        other = digest(step[1:])
        need(step[0] in "lr", "no side")
        node = sha(b"\1", other, node) if step[0] == "l" else sha(b"\1", node, other)
    return node.hex()


def unpacked(content):
    """The JSON of a proof, which has one form: no byte of it is without a meaning."""
    text, head = b"", bytes((31, 139, 8, 0, 0, 0, 0, 0, 4, 3))
    while content:  # the members of a gzip file
        unpacking = zlib.decompressobj(wbits=31)
        need(content.startswith(head), "no packed proof")
        text += unpacking.decompress(content)
        need(unpacking.eof, "no packed proof")
        content = unpacking.unused_data
    proof = json.loads(text)
    again = json.dumps(proof, separators=(",", ":"), sort_keys=True, allow_nan=False)
    need(f"{again}\n".encode() == text, "the proof is not in its one form")
    keys = {"form", "published", "files", "salt", "path", "lines", "times"}
    need(set(proof) == keys and proof["form"] == FORM, "the proof has another form")
    need(set(proof["files"]) == set(FILES), "the proof names other files")
    return proof


def days_of(published, root, statement):
    """The root of each day, by what was published of the statement's period."""
    need(hashlib.sha256(published.encode()).hexdigest() == root, "the root is another one")
    first, begin, end, zone, chain, *days, statements, rest = published.split("\n")
    said = [one.split(" ") for one in days]
    again = [f"{key} {statement[key]}" for key in ("from", "to", "zone")]
    need([begin, end, zone] == again, "the statement is of another period than the root")
    need(first == f"pdu statements {FORM}" and not rest, "what was published has another form")
    need(all(len(one) == 3 and one[0] == "day" for one in said), "no root of a day")
    named = [one[1] for one in said]
    need(named == sorted(set(named)), "a day has two roots")
    need(chain == f"chain {digest(chain[6:]).hex()}", "no chain of roots")
    return {day: digest(node).hex() for _, day, node in said}, statements


def row_leaf(text, salts):
    if text.startswith("["):
        return leaf(salts[0], text)
    register, bar, flow = text.partition("|")
    need(bar, "no row")
    inner = digest(flow[1:]) if flow.startswith("#") else sha(salts[1], flow.encode())
    return sha(b"\0", salts[0], f"{register}|".encode(), inner)


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
    texts, keys = day["texts"], {"stream", "salts"}
    need(len(day) == 4 and len(keys & set(day)) == 1, "the proof has another form")
    if "stream" in day:
        need(not any(one.startswith("#") or "|#" in one for one in texts), "a whole day hides some")
        stream = hashlib.shake_128(digest(day["stream"])).digest(32 * len(texts))
        salts = (
            [stream[at : at + 16], stream[at + 16 : at + 32]] for at in range(0, len(stream), 32)
        )
    else:
        salts = iter([[digest(one, 16) for one in some] for some in day["salts"]])
        shown = [one for one in texts if one[0] != "#"]
        wanted = [1 if one[0] == "[" or "|#" in one else 2 for one in shown]
        need(wanted == [*map(len, day["salts"])], "other salts")
    nodes = [digest(one[1:]) if one[0] == "#" else row_leaf(one, next(salts)) for one in texts]
    return sha(b"\2", *nodes)


def figure(text):
    """A number in the one form that `repr` gives it; None for no text."""
    if not text:
        return None
    found = float(text)
    need(math.isfinite(found) and repr(found) == text, f"no number: {text[:30]!r}")
    return found


class Row:
    """A poll: begin, end, clock, uptime, register, A, W and state; None for what it did not read.

    `unit`: the head above it.
    """

    def __init__(self, text, unit):
        register, _, flow = text.partition("|")
        self.begin, self.end, self.mono, self.up, self.kwh = map(figure, register.split(","))
        need(None not in (self.begin, self.end), "a reading without its time")
        self.is_register = flow.startswith("#")
        amps, watts, self.state = ["", "", "-"] if self.is_register else flow.split(",")
        need(self.state in ("0", "1", "-"), "no state")
        self.amps, self.watts, self.unit = figure(amps), figure(watts), unit


def readings(line, days):
    """The rows of an outlet, each proven to be in the tree of its day, and how many readings are
    hidden before the first and after the last.
    """
    need(set(line) == {"pdu", "outlet", "days"}, "the proof has another form")
    texts, order = [], [day["day"] for day in line["days"]]
    need(order == sorted(set(order)), f"{name(line)}: the days are not in order")
    for day in line["days"]:
        where = f"{name(line)}, {day['day']}"
        need({"day", "path", "texts"} <= set(day), "the proof has another form")
        need(climbed(block(day), day["path"]) == days.get(day["day"]), f"{where}: other readings")
        heads = [json.loads(text) for text in day["texts"] if text.startswith("[")]
        place = [day["day"], line["pdu"], line["outlet"]]
        fits = all(len(head) == 10 and head[:3] == place for head in heads)
        need(heads and fits, f"{where}: another outlet or day")
        texts += day["texts"]
    found, unit, hidden = [], None, [0, 0]
    for text in texts:
        if text.startswith("["):
            unit = json.loads(text)[3:]
        elif text.startswith("#"):
            hidden[bool(found)] += 1
        else:
            need(unit and not hidden[1], f"{name(line)}: a reading between others is hidden")
            found.append(Row(text, unit))
    return found, tuple(hidden)


def name(line):
    return f"{line['pdu']}, outlet {line['outlet']}" if line["outlet"] else f"{line['pdu']}, inlet"


# ---- power ---------------------------------------------------------------------------------------


def quarters(rows, begin, end):
    """Mean power of quarters that were held as a whole: a half of one may be in two lines."""
    sums, begin, end = {}, -(-begin // 900) * 900, end // 900 * 900
    for one in rows:
        if one.watts is not None and begin <= one.begin < end:
            sums.setdefault(int(one.begin // 900), []).append(one.watts)
    return {at: math.fsum(some) / len(some) / 1000 for at, some in sums.items()}


def together(held):
    """Quarter of which each outlet was read -> kW of all."""
    held, sums = list(held), {}
    for _, _, flows in held:
        for at, kilowatts in flows.items():
            sums.setdefault(at, []).append(kilowatts)
    return {
        at: math.fsum(some)
        for at, some in sorted(sums.items())
        if len(some) == sum(begin < (at + 1) * 900 and end > at * 900 for begin, end, _ in held)
    }


def power(known):
    """Peak and 95th percentile."""
    ordered = sorted(known.values())
    if not ordered:
        return [None, None]
    return [round(ordered[-1], 3), round(ordered[math.ceil(0.95 * len(ordered)) - 1], 3)]


# ---- a register that only rose -------------------------------------------------------------------


class Register:
    """The readings of one register, and whether its figures follow from these rules alone."""

    def __init__(self, rows, meter, is_inlet):
        self.rows, self.is_inlet = rows, is_inlet
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
        #: how many times wide it is what the power says of the unit
        self.width = math.inf
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
        if "all" in days:
            rise, low, high = days["all"]
            off = 2 * self.step + max(flow for _, flow in kept) * most * self.gap / 3600
            if low > 0 and rise > off:
                self.width = 25 / 16 * (high / low) * (rise + off) / (rise - off)
        for rise, low, high in days.values():
            if not 0.8 * low - self.step <= rise <= 1.25 * high + self.step:
                return "its register may count in another unit"
        return self._stood()

    def _ampere(self):
        """The least and the most that an ampere is, in kW."""
        if self.volts is None:
            return 0.03, 0.4
        # lines of an inlet may be 3 ** 0.5 times the voltage of one apart
        return 0.0006 * self.volts / (3**0.5 if self.is_inlet else 1), 0.001 * self.volts

    def _stood(self):
        stands = self.values and self.values[0] == self.values[-1]
        if stands and any(one.watts or one.amps for one in self.rows):
            return "its register stood while power was read"
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
        if end <= first - self.gap or begin >= last + self.gap:
            best, high = 0.0, most  # readings on one side say nothing
        high = min(high, most)
        low, best = min(low, high), min(best, high)
        high = max(min(high / (1 - self.error), most), best)
        return [low / (1 + self.error), best, high]


def narrowed(energy, most):
    high = max(min(energy[2], most), energy[0])
    return [energy[0], min(energy[1], high), high]


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
        day, minute, period = wall.weekday(), wall.hour * 60 + wall.minute, None
        for label, days, since, to in tariff:
            here = since <= minute < to if since < to else minute >= since
            if (day in days and here) or (since >= to and (day - 1) % 7 in days and minute < to):
                period = label
                break
        need(period is not None, "the tariff has a hole")
        after = min(end, (at // 60 + 1) * 60)
        if found and found[-1][0] == period:
            found[-1][2] = after
        else:
            found.append([period, at, after])
        at = after
    return found


def in_order(labels, statement):
    order = [one[0] for one in statement["tariff_rows"]]
    return sorted(labels, key=order.index)


def periods(register, whole, spans):
    """Each period with its bounds."""
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
    return sums


# ---- a line of the statement ---------------------------------------------------------------------


def alike(one, other):
    """Whether two values are the same: names in one order, and 1 is neither 1.0 nor true."""
    return json.dumps(one) == json.dumps(other)


def near(exact, said, places, rounds=round):
    """Whether a figure is rounded to its places; an exact one between two may be either."""
    whole = exact * 10**places
    return said in {rounds(whole + by) / 10**places for by in (-1e-5, 0, 1e-5)}


def when(text):
    return datetime.fromisoformat(text).timestamp()


def need_time(text, zone, where):
    again = datetime.fromtimestamp(when(text), zone).isoformat(" ")
    need(again == text, f"{where}: a time in another zone")


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


def grade_of(register, energy, begin, end, tolerance, confirmed):
    """The grades that are right: two where the width of the evidence is at its edge."""
    here = [one for one in register.rows if begin <= one.begin < end]
    flows = [one.amps for one in here if one.amps is not None]
    plain, grade = register.energy(begin, end), graded(energy, tolerance)
    is_cut = energy[2] != plain[2] and energy[1]
    few = 2 * register.step + register.most(3 * register.gap)
    is_idle = max(flows, default=None) == 0.0 and not plain[1] and plain[2] <= few
    shown = [flow for one in here for flow in (one.amps, one.watts) if flow is not None]
    is_still = len({one.kwh for one in here} - {None}) == 1
    is_sure = confirmed or register.width < 3 or (is_still and shown and not any(shown))
    is_weak = not is_sure and register.width > 5
    if grade == "firm" and not is_sure:
        return {"bounded"} if is_weak else {"bounded", "firm"}
    return {"bounded" if is_idle and not is_cut and grade == "wide" else grade}


def check_line(line, rows, statement, zone, unchecked):
    """Compares one line with its readings. Returns what the total's power needs."""
    where, begin, end = name(line), when(line["from"]), when(line["to"])
    for key in ("from", "to"):
        need_time(line[key], zone, where)

    def edge(one):
        return {"time": local(one.begin, zone), "kwh": one.kwh}

    need(when(statement["from"]) <= begin < end <= when(statement["to"]), f"{where}: its time")
    register = Register(rows, line["meter"], not line["outlet"])
    read = register.read
    need(sum(begin <= one.begin < end for one in read) == line["readings"], f"{where}: readings")
    edges = []
    for moment, said in ((begin, line["register_begin"]), (end, line["register_end"])):
        found = ([one for one in read if one.end <= moment][-1:] or read[:1] or [None])[0]
        is_near = line["held_before"] or (found and begin - found.begin <= 3 * register.gap)
        if moment == begin and not is_near:  # what flowed before is not the customer's
            found = next((one for one in read if begin < one.end <= end), found)
        shown = found and edge(found)
        others = [edge(one) for one in read] if register.odd else []
        is_right = alike(shown, said) or any(alike(one, said) for one in others)
        need(is_right, f"{where}: register")
        edges.append(next((one for one in read if alike(edge(one), said)), found))
    units = []
    for one in read:
        if not units or [units[-1][key] for key in ("serial", "firmware")] != one.unit[1:3]:
            units.append({"serial": one.unit[1], "firmware": one.unit[2], "first": edge(one)})
        units[-1]["last"] = edge(one)
    need(alike(units, line["units"]), f"{where}: units")
    stated = {one.unit[5] for one in rows} - {None}
    need(stated <= {line["meter"]["class_percent"]}, f"{where}: the unit states another class")
    flows = quarters(rows, begin, end)
    peaks = power(together([(begin, end, flows)]))
    need(alike(peaks, [line["peak_kw"], line["p95_kw"]]), f"{where}: power")
    is_read = (
        bool(read)
        and register.begins[0] - register.gap < end
        and (register.ends[-1] + register.gap > begin)
    )
    if not is_read or line["kwh"] is None:
        is_empty = line["kwh"] is line["billed"] is None and line["grade"] == "not billable"
        need(is_empty and not line["events"] and not line["read"], f"{where}: it was not read")
        weekly = statement["tariff_rows"]
        labels = {one for one, _, _ in pieces(weekly, begin, end, zone)} if weekly else set()
        known = in_order(labels, statement) if weekly else []
        expected = dict.fromkeys(known)
        need(alike(line["tariff"], expected), f"{where}: periods")
        need(not is_read, f"{where}: it was read, and has no figure")
    elif register.odd:
        check_odd(line, register, begin, end, statement, zone)
        unchecked.append(f"{where}, because {register.odd}")
    else:
        check_plain(line, register, begin, end, statement, zone)
    if line["kwh"] is not None:
        check_billed(line, register, edges)
    return (begin, end, flows), [*daily(register, begin, end, statement, zone)]


def check_billed(line, register, edges):
    """A register that goes on is billed by its readings at both ends, another one by its lowest."""
    where, low, billed = name(line), line["kwh"]["low"], line["billed"]
    if low is None:
        need(billed is None, f"{where}: billed, and its unit is in doubt")
        return
    rise = near(edges[1].kwh - edges[0].kwh, billed, 3)
    if register.odd:
        is_one = edges[0].unit[:4] == edges[1].unit[:4]
        rise = rise and is_one and edges[0].begin <= edges[1].begin
        need(rise or billed <= low, f"{where}: billed is more than the lowest, and no rise")
    else:
        need(rise, f"{where}: billed {billed} is not what the register rose by")


def check_plain(line, register, begin, end, statement, zone):
    where = name(line)
    holes = gaps(register, begin, end)
    need(alike(line["events"], told(holes, zone)), f"{where}: gaps, or other events")
    energy = register.energy(begin, end)
    whole = energy if line["most_kwh"] is None else narrowed(energy, line["most_kwh"])
    check_kwh(where, line["kwh"], whole, line["doubted"])
    tolerance = statement["tolerance_kwh"]
    grades = grade_of(register, whole, begin, end, tolerance, line["confirmed"])
    need(line["grade"] in ({"not billable"} if line["doubted"] else grades), f"{where}: grade")
    first, last = max(register.begins[0], begin), min(register.ends[-1], end)
    inside = max(last - first, 0.0) - sum(max(min(last, b) - max(first, a), 0) for a, b in holes)
    need(near(min(max(inside, 0.0) / (end - begin), 1.0), line["read"], 4), f"{where}: read")
    spans = pieces(statement["tariff_rows"], begin, end, zone) if statement["tariff_rows"] else []
    again = periods(register, whole, spans) if spans else {}
    need(in_order(again, statement) == list(line["tariff"]), f"{where}: periods")
    if again and not line["doubted"]:
        billed = thousandths(line["billed"])
        check_shares(where, [line["tariff"][one]["billed"] for one in again], billed, again)
    if again:
        best = thousandths(line["kwh"]["best"])
        check_shares(where, [line["tariff"][one]["best"] for one in again], best, again)
    for label, one in again.items():
        said = line["tariff"][label]
        need((said["billed"] is None) == line["doubted"], f"{where}: {label}")
        own = [one[0], said["best"], one[2]]
        check_kwh(f"{where}: {label}", said, own, line["doubted"])


def check_shares(where, said, whole, sums):
    """Parts of a whole in the proportion of the periods' best: as it is split, or but for a tie."""
    order = [one[1] for one in sums.values()]
    found = {tuple(split(whole, order))}
    for by in (1 - 1e-12, 1 + 1e-12):
        for at in range(len(order)):
            found.add(tuple(split(whole, [*order[:at], order[at] * by, *order[at + 1 :]])))
    need(tuple(map(thousandths, said)) in found, f"{where}: periods")


def check_kwh(where, said, energy, is_doubted):
    rounds = (lambda wh: math.floor(wh + 1e-6), round, lambda wh: math.ceil(wh - 1e-6))
    for bound, one, rounded in zip(BOUNDS, energy, rounds):
        if bound == "low" and is_doubted:
            need(said["low"] is None, f"{where}: kWh low, and its unit is in doubt")
        else:
            fits = said[bound] is not None and near(one, said[bound], 3, rounded)
            need(fits, f"{where}: kWh {bound}, {said[bound]} in place of {one:.3f}")


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
    whole = round(line["billed"] * 1000)
    need(sum(round(one * 1000) for one in billed) == whole, f"{where}: periods")
    for one, part in zip(billed, split(whole, best)):
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
    need(str(date.fromisoformat(statement["date"])) == statement["date"], "its date")
    is_first = statement["corrects"] is None
    need(is_first == (statement["before"] is None), "a correction without what it corrects")
    prices = statement["prices"]
    labels = {one[0] for one in statement["tariff_rows"]}
    fits = prices is None or set(prices["kwh"]) == labels
    need(fits, "prices and periods are not the same")


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
        expected = {label: expected[label] for label in prices["kwh"] if label in expected}
        need(alike(line["amounts"], expected), f"{where}: amounts")
        whole = money(sum(one for _, one in own.values()), decimals)
        need(line["amount"] == whole, f"{where}: amount {line['amount']} in place of {whole}")
        for label, pair in own.items():
            sums[label] = [a + b for a, b in zip(sums.get(label, (0, 0)), pair)]
    net, peak = sum(one for _, one in sums.values()), None
    highest = statement["total"]["peak_kw"]
    if prices["peak_kw"] is not None and highest is not None:
        of_peak = cents(thousandths(highest), prices["peak_kw"], decimals)
        net, peak = net + of_peak, {"kw": highest, "amount": money(of_peak, decimals)}
    sums = {label: sums[label] for label in prices["kwh"] if label in sums}
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
    for key, one in expected.items():
        need(alike(amounts[key], one), f"the total's amounts: {key} {amounts[key]}, not {one}")


def check_difference(statement):
    """What a correction bills more than the statement before, or less."""
    before, total, prices = statement["before"], statement["total"], statement["prices"]
    if before is None:
        need(total["difference"] is None, "a difference without a statement before")
        return
    amounts, net = total["amounts"], None
    kwh = total["billed"] if amounts is None else amounts["kwh"]
    if amounts and before["net"] is not None and before["currency"] == prices["currency"]:
        texts = (amounts["net"], before["net"])
        places = max(len(one.partition(".")[2]) for one in texts)
        units = [round(Fraction(one) * 10**places) for one in texts]
        less = units[0] - units[1]
        net = ("-" if less < 0 else "") + money(abs(less), places)
    expected = {"kwh": (thousandths(kwh) - thousandths(before["kwh"])) / 1000, "net": net}
    need(alike(total["difference"], expected), "the difference to the statement before")


# ---- the whole statement -------------------------------------------------------------------------


def added_up(energies, *more):
    return {
        one: sum(round((e[one] or 0) * 1000) for e in energies) / 1000 for one in (*BOUNDS, *more)
    }


def check_total(statement, held, zone):
    lines, total = statement["lines"], statement["total"]
    read = [one for one in lines if one["kwh"] is not None]
    labels = dict.fromkeys(label for one in lines for label in one["tariff"])
    expected = {
        "kwh": added_up([one["kwh"] for one in read]),
        "billed": sum(round((one["billed"] or 0) * 1000) for one in read) / 1000,
        "unread": len(lines) - len(read),
        "without_lowest": sum(one["kwh"]["low"] is None for one in read),
        "tariff": {
            label: added_up(
                [one["tariff"][label] for one in read if label in one["tariff"]],
                "billed",
            )
            for label in labels
        },
    }
    for key, one in expected.items():
        need(alike(total[key], one), f"the total is no sum: {key} {total[key]} in place of {one}")
    known = together(flows for flows, _ in held)
    need(alike(power(known), [total["peak_kw"], total["p95_kw"]]), "the total's power")
    first = min((at for at in known if known[at] == max(known.values())), default=None)
    time = None if first is None else local(first * 900, zone)
    need(total["peak_time"] == time, "when the power was highest")
    check_days(statement, [one for _, days in held for one in days], known, zone)
    pue, carbon, added = statement["pue"], statement["carbon_g_per_kwh"], {}
    if pue is not None:
        share, whole = (times(total["kwh"], factor) for factor in (pue - 1, pue))
        added["pue"] = {"factor": pue, "share_kwh": share, "with_share_kwh": whole}
    if carbon is not None:
        kg = times(total["kwh"], (1 if pue is None else pue) * carbon / 1000)
        added["carbon"] = {"g_per_kwh": carbon, "kg": kg}
    need(alike(statement["added"], added), "what the provider adds")


def times(energy, factor):
    return {bound: round(value * factor, 3) for bound, value in energy.items()}


def local_days(begin, end, zone):
    """The days of a period by the clock on the wall: name, begin and end."""
    day, at = datetime.fromtimestamp(begin, zone).date(), begin
    while at < end:
        after = day + timedelta(days=1)
        stop = datetime(after.year, after.month, after.day, tzinfo=zone).timestamp()
        yield str(day), at, min(stop, end)
        day, at = after, stop


def daily(register, begin, end, statement, zone):
    """Day, period, kWh, s read and s held: as the register rose between readings that are near."""
    rows, spans = register.read, [("", begin, end)]
    if statement["tariff_rows"]:
        spans = pieces(statement["tariff_rows"], begin, end, zone)
    rises = []
    for a, b in zip(rows, rows[1:]):
        is_near = 0 < b.begin - a.begin <= 3 * register.gap
        if is_near and 0 <= b.kwh - a.kwh <= register.rate * (b.end - a.begin) + register.step:
            rises.append((a.begin, b.begin, b.kwh - a.kwh))
    starts = [one[0] for one in rises]
    for day, since, until in local_days(begin, end, zone):
        for label, first, last in spans:
            start, stop = max(since, first), min(until, last)
            if start >= stop:
                continue
            kwh = read = 0.0
            for a, b, rise in rises[max(bisect_right(starts, start) - 1, 0) :]:
                if a >= stop:
                    break
                shared = max(min(b, stop) - max(a, start), 0.0)
                kwh, read = kwh + rise * shared / (b - a), read + shared
            yield day, label, kwh, read, stop - start


def check_days(statement, energies, known, zone):
    """Energy and power of each day, of all outlets together."""
    said = statement["total"]["days"]
    days = [*local_days(when(statement["from"]), when(statement["to"]), zone)]
    need([one[0] for one in days] == [one["day"] for one in said], "the days are others")
    kwh, read, held = {}, {}, {}
    for day, label, energy, seconds, whole in energies:
        kwh[day, label] = kwh.get((day, label), 0.0) + energy
        read[day], held[day] = read.get(day, 0.0) + seconds, held.get(day, 0.0) + whole
    order = [*(one[0] for one in statement["tariff_rows"]), ""]
    for at, (one, (day, since, until)) in enumerate(zip(said, days)):
        labels = sorted({label for name, label in kwh if name == day}, key=order.index)
        need(labels == list(one["kwh"]), f"{day}: the periods are others")
        fits = all(near(kwh[day, label], one["kwh"][label], 3) for label in labels)
        need(fits, f"{day}: kWh")
        share = min(max(1 - read[day] / held[day], 0.0), 1.0) if day in held else None
        is_right = one["unread"] is None if share is None else near(share, one["unread"], 4)
        need(is_right, f"{day}: what was not read")
        some = [
            flow
            for quarter, flow in known.items()
            if quarter * 900 < until and (quarter * 900 >= since or at == 0)
        ]
        mean = [min(some), math.fsum(some) / len(some), max(some)] if some else None
        need(alike(one["kw"], mean and [round(one, 3) for one in mean]), f"{day}: power")


def main(folder, root):
    proof = unpacked((folder / "proof.json.gz").read_bytes())
    there = [one for one in FILES if one == JSON or (folder / one).exists()]
    texts = {name: (folder / name).read_bytes() for name in there}
    statement = parse(texts[JSON])
    days, statements = days_of(proof["published"], root, statement)
    listed = "".join(f"{name} {proof['files'][name]}\n" for name in FILES)
    top = climbed(leaf(digest(proof["salt"]), listed), proof["path"])
    need(statements == f"statements {top}", "this statement is not one of those of the root")
    for name, content in texts.items():
        found = hashlib.sha256(content).hexdigest()
        need(found == proof["files"][name], f"{name} is not the one that was published")
    lines, zone = statement["lines"], ZoneInfo(statement["zone"])
    for edge in ("from", "to"):
        need_time(statement[edge], zone, "the period")
    places = [[(one["pdu"], one["outlet"]) for one in all_] for all_ in (lines, proof["lines"])]
    need(places[0] == places[1], "the outlets are others")
    with_times(proof)
    unchecked, held, traces, count = [], [], [], 0
    check_annex(statement)
    for line, shown in zip(lines, proof["lines"]):
        rows, hidden = readings(shown, days)
        held.append(check_line(line, rows, statement, zone, unchecked))
        traces.append(trace(line, rows, hidden))
        count += len(rows)
    need_once(traces)
    check_total(statement, held, zone)
    check_amounts(statement)
    check_difference(statement)
    count_text = f"{count} readings of {len(lines)} outlet{'' if len(lines) == 1 else 's'}"
    expected, here = {*FILES, "proof.json.gz"}, {one.name for one in folder.iterdir()}
    others, absent = (", ".join(sorted(some)) for some in (here - expected, expected - here))
    of_odd = "registers, kWh, what is billed, periods, what was read, grade and events but gaps of"
    odd = [f"{of_odd} {'; '.join(unchecked)}"] if unchecked else []
    for sentence in (
        *report(statement),
        f"{count_text} are those of the published root, and all figures follow from them",
        f"as published: {', '.join(there)}",
        *missing(traces),
        *([f"NOT CHECKED: other files here: {others}"] if others else []),
        *([f"NOT HERE: {absent}"] if absent else []),
        f"NOT CHECKED: {'; '.join([*odd, STATED])}.",
    ):
        print(printable(sentence))


# ---- what is said --------------------------------------------------------------------------------


def printable(text):
    """A text from anybody, with what a terminal might obey escaped."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )


def span_text(begin, end):
    last = str(date.fromisoformat(end[:10]) - timedelta(days=1))
    is_first, is_last = (time[11:19] == "00:00:00" for time in (begin, end))
    minutes = [datetime.fromisoformat(one).isoformat(" ", "minutes") for one in (begin, end)]
    first, last = begin[:10] if is_first else minutes[0], last if is_last else minutes[1]
    return first if first == last else f"{first} to {last}"


def extent(kwh):
    if kwh is None:
        return "not read"
    least, best, most = ("nothing" if kwh[one] is None else f"{kwh[one]:.3f}" for one in BOUNDS)
    billed = f"billed {kwh['billed']:.3f} kWh; " if kwh.get("billed") is not None else ""
    return f"{billed}{least} kWh at least, {best} most likely, {most} at most"


def report(statement):
    """The figures, as they were computed."""
    prices, total = statement["prices"], statement["total"]
    amounts, currency = total["amounts"], prices and prices["currency"]
    number = statement["number"]
    title = "a draft, no bill" if number == "draft" else f"statement {number}"
    span = span_text(statement["from"], statement["to"])
    yield (f"{title} of {statement['date']}, {statement['customer']}, {span} ({statement['zone']})")
    for line in statement["lines"]:
        edges = (line[one] for one in ("register_begin", "register_end"))
        registers = " to ".join("?" if one is None else f"{one['kwh']:.3f}" for one in edges)
        label = ", ".join(one for one in (line["machine"], line["name"], name(line)) if one)
        span = span_text(line["from"], line["to"])
        billed = "nothing" if line["billed"] is None else f"{line['billed']:.3f}"
        told_kwh = f"billed {billed} kWh; {extent(line['kwh'])}; {line['grade']}"
        yield f"{label}, {span}: register {registers} kWh; {told_kwh}"
        for label, amount in (line["amounts"] or {}).items():
            kwh = f"{line['tariff'][label]['billed']:.3f} kWh"
            yield f"  {label}: {kwh} x {prices['kwh'][label]} = {amount} {currency}"
        if line["amounts"] is None:
            yield from (f"  {at}: {extent(one)}" for at, one in line["tariff"].items())
        for one in line["events"]:
            yield f"  {one['from']} to {one['to']}: {one['kind']}: {one['reason']}"
    if amounts and amounts["peak"]:
        peak = f"{amounts['peak']['kw']:.3f} kW x {prices['peak_kw']}"
        yield f"highest quarter hour: {peak} = {amounts['peak']['amount']} {currency}"
    elif total["peak_kw"] is not None:
        yield f"highest quarter hour: {total['peak_kw']:.3f} kW; 95 %: {total['p95_kw']:.3f} kW"
    if not amounts:
        yield f"billed: {total['billed']:.3f} kWh"
    else:
        yield f"billed: {amounts['kwh']:.3f} kWh, {amounts['net']} {currency} net"
    yield f"all outlets: {extent(total['kwh'])}"
    if total["difference"]:
        net = total["difference"]["net"]
        money_too = f", {net} {currency} net" if net else ""
        kwh = f"{total['difference']['kwh']:.3f} kWh{money_too}"
        yield f"difference to statement {statement['before']['number']}: {kwh}"
    for label, one in statement["added"].items():
        yield f"{label}: {json.dumps(one)}"


STATED = (
    "what the provider alone says: the readings before they were published, and of which unit they"
    " are; that all customers were given this root; the chain of roots; number, date, issuer,"
    " customer, what it corrects and what was billed before, period and zone, prices, whose outlet"
    " when (from, to, held_before), machine, name, limit_kw, step_kwh, wrap_kwh, class_percent,"
    " volts and own_use_w of each meter, most_kwh, doubted, confirmed, tolerance_kwh, hours of the"
    " tariff, carbon, pue, left_out, version, the words of reasons; and what page and table say:"
    " compare them with the figures above"
)


# ---- what is hidden, and what is there twice -----------------------------------------------------


class Trace(NamedTuple):
    """A line's register as the proof shows it."""

    line: dict
    begin: float
    end: float
    #: mark and serial number of each unit
    units: set
    #: time and register
    readings: list
    #: texts that stand as hashes before the first reading and after the last one
    hidden: tuple
    #: times of rows that show no more than the register
    registers: list

    def own(self):
        return [one for one in self.readings if self.begin <= one[0] < self.end]


def trace(line, rows, hidden):
    units = {(one.unit[0], one.unit[1]) for one in rows}
    read = [(one.begin, one.kwh) for one in rows if one.kwh is not None]
    registers = [row.begin for row in rows if row.is_register]
    return Trace(line, when(line["from"]), when(line["to"]), units, read, hidden, registers)


def missing(traces):
    for one in traces:
        read = {int(time // 86400) for time, _ in one.own()}
        # a bill may begin with a reading of long before: what was read since is not shown
        last = max((time for time, _ in one.readings if time < one.begin), default=one.begin)
        first = min(int(last // 86400) + 1, int(one.begin // 86400))
        days = range(first, int(-(-one.end // 86400)))
        lost = [str(date(1970, 1, 1) + timedelta(days=day)) for day in days if day not in read]
        if lost:
            few = f"{', '.join(lost[:3])}{', ...' if len(lost) > 3 else ''}"
            count = f"{len(lost)} day{'s' if len(lost) > 1 else ''}"
            yield f"MISSING: no reading is shown of {count} ({few}) of {name(one.line)}"
        if one.readings and one.readings[-1][0] < one.end:
            yield f"MISSING: no reading is shown after the end of {name(one.line)}"
        first = not one.readings or one.readings[0][0] >= one.begin
        last = not one.readings or one.readings[-1][0] < one.end
        count = first * one.hidden[0] + last * one.hidden[1]
        count += sum(one.begin <= time < one.end for time in one.registers)
        if count:
            yield f"HIDDEN, perhaps of this time: readings, {count} of {name(one.line)}"


#: what is not seen, whatever its category is
UNSEEN = (
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)


def spelled(text):
    """A name in one spelling, as it is printed: 03 is 3."""
    letters = re.sub(UNSEEN, "", normalize("NFKC", text))
    seen = "".join(one for one in letters if category(one)[0] not in "CZ")
    parts = re.split("([0-9]+)", seen.casefold())
    return "".join(part.lstrip("0") or "0" if part.isdigit() else part for part in parts)


def need_once(traces):
    """No register may be in two lines at a time."""
    for one, other in itertools.combinations(traces, 2):
        if one.begin < other.end and other.begin < one.end:
            both = f"{name(one.line)} and {name(other.line)} are one register at one time"
            need(not same_register(one, other), both)
            is_pdu = spelled(one.line["pdu"]) == spelled(other.line["pdu"])
            is_unit = any(serial for _, serial in one.units & other.units)
            is_inlet = not (spelled(one.line["outlet"]) and spelled(other.line["outlet"]))
            is_part = (is_pdu or is_unit) and is_inlet
            need(not is_part, f"{both}: an inlet and an outlet of its PDU")


def same_register(one, other):
    pdus, outlets = (
        [spelled(line[key]) for line in (one.line, other.line)] for key in ("pdu", "outlet")
    )
    if pdus[0] == pdus[1] and outlets[0] == outlets[1]:
        return True
    rises = [
        [(b[0], round(b[1] - a[1], 6)) for a, b in zip(own, own[1:])]
        for own in (one.own(), other.own())
    ]
    is_alike = rises[0] == rises[1] and sum(rise > 0 for _, rise in rises[0]) >= 20
    if is_alike and one.line["pdu"] != other.line["pdu"]:
        return True
    marks, serials = ({unit[at] for unit in one.units} for at in (0, 1))
    here, there = ({unit[at] for unit in other.units} for at in (0, 1))
    if outlets[0] != outlets[1] or not (marks & here or (serials & there) - {""}):
        return False
    if any(serial for _, serial in one.units & other.units):
        return True
    if not (serials & there) - {""} and (serials | there) - {""}:
        return False  # several units at one address
    both = sorted([*one.own(), *other.own()])
    falls = [
        sum(b < a - 1e-9 for (_, a), (_, b) in zip(s, s[1:]))
        for s in (both, one.own(), other.own())
    ]
    return bool(both) and both[-1][1] > both[0][1] and falls[0] <= falls[1] + falls[2]


# ---- the form of a statement ---------------------------------------------------------------------

TEXT, SHORT, LONG = "(?s:.{0,500})", "(?s:.{0,100})", "(?s:.{0,5000})"
NUMBER, CODE, PRICE = "[0-9]{4}-[0-9]{5,9}|draft", "[A-Z]{3}", r"(0|[1-9][0-9]{0,6})(\.[0-9]{1,6})?"
AMOUNT = r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,4})?"
DAY, WHOLE, FIGURE, KW = "[0-9]{4}-[0-9]{2}-[0-9]{2}", range(10**9), (0.0, 1e15), (-1e6, 1e6)


def maybe(kind):
    return [None, kind]


KWH = {"low": maybe(FIGURE), "best": FIGURE, "high": FIGURE}
EDGE = {"time": SHORT, "kwh": (-1e15, 1e15)}
METER = {
    "limit_kw": (0.001, 1e4), "step_kwh": (1e-6, 1e3), "wrap_kwh": (1.0, 1e15),
    "class_percent": (0.001, 20.0), "volts": (12.0, 1e3), "own_use_w": (0.0, 1e4),
}  # fmt: skip
SUM = dict.fromkeys(("low", "best", "high"), FIGURE)
#: of each name its kind: a range of numbers or of whole ones, a pattern of a text, [kind] for a
#: list, [None, kind] for what may be null, {str: kind} for any names
SHAPE = {
    "version": "(?s:.{0,40})", "number": NUMBER, "date": DAY, "corrects": maybe(NUMBER),
    "before": maybe({
        "number": NUMBER, "kwh": FIGURE, "net": maybe(AMOUNT), "currency": maybe(CODE),
    }),
    "issuer": [SHORT], "customer_id": SHORT, "customer_address": [SHORT],
    "prices": maybe({
        "currency": CODE, "decimals": range(5), "kwh": {str: PRICE}, "peak_kw": maybe(PRICE),
    }),
    "customer": TEXT, "from": SHORT, "to": SHORT, "zone": SHORT, "tolerance_kwh": (0.0, 1e3),
    "tariff_rows": [{0: SHORT, 1: [range(7)], 2: range(1441), 3: range(1441)}],
    "carbon_g_per_kwh": maybe((0.0, 5e3)), "pue": maybe((1.0, 10.0)), "left_out": [LONG],
    "lines": [{
        "pdu": TEXT, "outlet": TEXT, "name": TEXT, "machine": TEXT, "from": SHORT, "to": SHORT,
        "meter": {key: maybe(one) for key, one in METER.items()}, "most_kwh": maybe(FIGURE),
        "doubted": bool, "confirmed": bool, "held_before": bool, "readings": WHOLE,
        "register_begin": maybe(EDGE), "register_end": maybe(EDGE),
        "units": [{"serial": TEXT, "firmware": TEXT, "first": EDGE, "last": EDGE}],
        "kwh": maybe(KWH), "billed": maybe(FIGURE), "grade": "firm|bounded|wide|not billable",
        "reason": TEXT, "read": (0.0, 1.0),
        "events": [{"kind": TEXT, "from": SHORT, "to": SHORT, "reason": TEXT}],
        "tariff": {str: maybe({**KWH, "billed": maybe(FIGURE)})},
        "peak_kw": maybe(KW), "p95_kw": maybe(KW), "amounts": maybe({str: AMOUNT}),
        "amount": maybe(AMOUNT),
    }],
    "total": {
        "kwh": SUM, "billed": FIGURE, "unread": WHOLE, "without_lowest": WHOLE,
        "tariff": {str: {**SUM, "billed": FIGURE}}, "peak_kw": maybe(KW), "p95_kw": maybe(KW),
        "peak_time": maybe(SHORT),
        "days": [{
            "day": DAY, "kwh": {str: FIGURE}, "kw": maybe([KW]), "unread": maybe((0.0, 1.0)),
        }],
        "amounts": maybe({
            "kwh": FIGURE, "periods": {str: {"kwh": FIGURE, "amount": AMOUNT}},
            "peak": maybe({"kw": KW, "amount": AMOUNT}), "net": AMOUNT, "not_billed": WHOLE,
        }),
        "difference": maybe({"kwh": (-1e15, 1e15), "net": maybe(AMOUNT)}),
    },
    "added": {str: {str: object}},
}  # fmt: skip


def fits(kind, value):
    """Whether a value is of its kind: its names in this order, and true is no number."""
    if kind in (object, bool):
        return kind is object or isinstance(value, bool)
    if isinstance(kind, list):
        if kind[0] is None:
            return value is None or fits(kind[1], value)
        return isinstance(value, list) and all(fits(kind[0], one) for one in value)
    if isinstance(kind, dict):
        fields = dict(enumerate(value)) if 0 in kind and isinstance(value, list) else value
        if not isinstance(fields, dict):
            return False
        if str in kind:
            return all(fits(kind[str], one) for one in fields.values())
        return list(fields) == list(kind) and all(fits(kind[key], fields[key]) for key in kind)
    if isinstance(kind, str):
        return isinstance(value, str) and re.fullmatch(kind, value) is not None
    if isinstance(kind, range):
        return type(value) is int and value in kind
    return type(value) in (int, float) and kind[0] <= value <= kind[1]


def parse(text):
    """A statement of its one form: no key twice, and nothing that a figure does not have."""
    statement = json.loads(text)
    again = json.dumps(statement, indent=1, allow_nan=False)
    need(f"{again}\n".encode() == text, f"{JSON} is not in its one form")
    faults = [key for key in SHAPE if key not in statement or not fits(SHAPE[key], statement[key])]
    need(not faults and list(statement) == list(SHAPE), f"{JSON} has another form: {faults}")
    need(max(map(len, (statement["issuer"], statement["customer_address"]))) <= 2, "its parties")
    return statement


# ---- the end -------------------------------------------------------------------------------------

if __name__ == "__main__":
    try:
        if len(sys.argv) != 3:
            raise ValueError("a folder and a root are needed")
        main(Path(sys.argv[1]), sys.argv[2])
    except Exception as error:  # whatever a file that is no proof may cause
        sys.exit(f"NOT PROVEN: {error}\n{__doc__.splitlines()[0]}")
