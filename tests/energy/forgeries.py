"""Statements that a provider forged before he published their root, and both verifiers.

    python -m tests.energy.forgeries

He has everything: key, readings, programs. He writes what he likes, and all hashes and the root fit
it. The table has a row for each forgery: both verifiers must refuse it, or say that they did not
check that.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import io
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional

from handlers.shared.errors import SettingsError
from pdu import root as command
from pdu.energy.registers import rounding
from pdu.energy.registers.period import zone_named
from pdu.energy.statement import (
    disclosure,
    figures,
    leaf_rows,
    merkle,
    power,
    prices,
    proof,
    stated,
)
from pdu.energy.statement.proof import contents
from tests.energy.stand_alone import refusal_of
from tests.energy.tampering import Issued, World, part_of, world

#: two periods with prices, of which a customer has one of his own, and one of the peak
TARIFF = """
currency = "EUR"
issuer = ["Twin Hosting", "1 Main Street"]
peak_price = "4.125"
[[period]]
name = "day"
from = "06:00"
to = "22:00"
price = "0.2875"
[[period]]
name = "night"
from = "22:00"
to = "06:00"
price = "0.2"
[[customer]]
name = "Cloudy Ltd"
id = "K-3"
address = ["Cloudy Ltd", "Springfield"]
prices = { day = "0.2750" }
"""
REFUSED, SAID, SILENT = "refused", "said", "SILENT"
Statement = dict[str, Any]
#: changes statement, proof and files. What it leaves of the files is written from the statement
Forge = Callable[[Statement, dict[str, Any], dict[str, bytes]], object]


class Forgery(NamedTuple):
    """What a provider writes in place of what is right."""

    name: str
    forge: Forge
    #: what a verifier that takes it must say it did not check; "": none may take it
    stated: str = ""
    #: whether the second verifier may say so, and the first may not take it
    only_second: bool = False
    #: changes the proof's file
    packing: Callable[[bytes], bytes] = bytes


FORGERIES: list[Forgery] = []


def forgery(name: str, stated: str = "", only_second: bool = False) -> Callable[[Forge], Forge]:
    def kept(forge: Forge) -> Forge:
        FORGERIES.append(Forgery(name, forge, stated, only_second))
        return forge

    return kept


def line_of(statement: Statement, pdu: str) -> Statement:
    """The last line of a PDU, whose first lines are special."""
    found: Statement = next(one for one in reversed(statement["lines"]) if one["pdu"] == pdu)
    return found


def clean(statement: Statement) -> Statement:
    """A line of a register that only rose: r1-left, outlet 3 or 4."""
    return line_of(statement, "r1-left")


def exchanged(statement: Statement) -> Statement:
    """A line of a unit that was exchanged, with a hole of half a day."""
    return line_of(statement, "r1-right")


def summed(statement: Statement) -> None:
    """Total and additions, as they must be."""
    lines, known = statement["lines"], proof.annex_of(statement).prices
    for line in lines:
        line.update(prices.price_line(line, known))
    total = statement["total"]
    kept = {one: total[one] for one in ("peak_kw", "p95_kw", "peak_time", "days")}
    amounts = {"amounts": prices.price_total(lines, kept["peak_kw"], known), "difference": None}
    statement["total"] = {**figures.totals(lines, power.Together().figures()), **kept, **amounts}
    factors = figures.SurchargeFactors(statement["carbon_g_per_kwh"], statement["pue"])
    statement["added"] = figures.surcharges(statement["total"]["kwh"], factors)


def again(statement: Statement, said: Mapping[str, Any]) -> None:
    """All figures, computed from what the statement states and the proof shows, if they follow."""
    with contextlib.suppress(*proof.BAD, SettingsError, ZeroDivisionError):
        statement.update(_computed(statement, said))


def _computed(statement: Statement, said: Mapping[str, Any]) -> Statement:
    rules = proof.rules_of(statement)
    made = []
    for line, shown in zip(statement["lines"], said["lines"]):
        texts = [
            text
            for day in shown["days"]
            for text in day["texts"]
            if not text.startswith(leaf_rows.HIDDEN)
        ]
        blocks = leaf_rows.blocks(texts)
        made.append(figures.figures(proof.line_inputs(line), blocks, rules))
    factors = figures.SurchargeFactors(statement["carbon_g_per_kwh"], statement["pue"])
    period = (proof.parse_time(statement["from"]), proof.parse_time(statement["to"]))
    return proof.document(
        statement["customer"], period, rules, factors, statement["left_out"], made,
        statement["version"], proof.annex_of(statement),
    )  # fmt: skip


def _line(
    change: Callable[[Statement], object], which: Callable[[Statement], Statement] = clean
) -> Forge:
    """Changes one line; sums follow."""

    def forge(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
        change(which(statement))
        summed(statement)

    return forge


def _stated(change: Callable[[Statement], object]) -> Forge:
    """Changes what the provider states; all figures follow."""

    def forge(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
        change(statement)
        again(statement, said)

    return forge


def _whole(change: Callable[[Statement], object]) -> Forge:
    """Changes the statement; nothing follows."""
    return lambda statement, said, files: change(statement)


def _more(bound: str, by: float) -> Callable[[Statement], None]:
    def change(line: Statement) -> None:
        line["kwh"][bound] = round(line["kwh"][bound] + by, 3)

    return change


def _without(kind: str) -> Callable[[Statement], None]:
    def change(line: Statement) -> None:
        before = line["events"]
        line["events"] = [one for one in before if one["kind"] != kind]
        assert line["events"] != before

    return change


def _event(line: Statement) -> None:
    line["events"].append(
        {
            "kind": "reset",
            "from": line["from"],
            "to": line["from"],
            "reason": "fell from 9 to 0 kWh",
        }
    )


def _billed(line: Statement) -> None:
    day, night = line["tariff"]["day"], line["tariff"]["night"]
    day["billed"], night["billed"] = round(day["billed"] - 5, 3), round(night["billed"] + 5, 3)


def _bill(line: Statement, kwh: float) -> None:
    """What is billed, and its parts."""
    line.update(billed=round(kwh, 3))
    parts = rounding.split(
        rounding.nearest_wh(kwh), [one["best"] for one in line["tariff"].values()]
    )
    for one, part in zip(line["tariff"].values(), parts):
        one["billed"] = part / 1000.0


def _to_last(line: Statement) -> None:
    """Billed to a reading after the end."""
    line.update(register_end=line["units"][-1]["last"])
    _bill(line, line["register_end"]["kwh"] - line["register_begin"]["kwh"])


def _set(name: str, value: Any) -> Callable[[Statement], None]:
    def change(one: Statement) -> None:
        assert one[name] != value
        one[name] = value

    return change


for _name, _change in (
    ("a line's lowest", _more("low", 1.0)),
    ("what is billed of a line", lambda line: line.update(billed=line["billed"] + 1.0)),
    ("what is billed of nothing", _set("billed", None)),
    ("what is billed is a text", _set("billed", "12.000")),
    ("what is billed is the highest", lambda line: line.update(billed=line["kwh"]["high"])),
    ("billed 1 Wh more, and its parts", lambda line: _bill(line, line["billed"] + 0.001)),
    ("billed 1 Wh less, and its parts", lambda line: _bill(line, line["billed"] - 0.001)),
    ("billed is the lowest, and its parts", lambda line: _bill(line, line["kwh"]["low"])),
    ("a line's best", _more("best", 1.0)),
    ("a line's highest", _more("high", -0.05)),
    ("a reset is invented", _event),
    ("a grade", _set("grade", "bounded")),
    ("the share that was read", _set("read", 0.9)),
    ("a period's part of the lowest", _billed),
    ("a period's own lowest", lambda line: line["tariff"]["day"].update(low=line["kwh"]["low"])),
    ("the register at the begin", lambda line: line["register_begin"].update(kwh=1.0)),
    ("when the register was read", lambda line: line["register_end"].update(time=line["from"])),
    ("how many readings", lambda line: line.update(readings=line["readings"] + 1)),
    ("a serial number", lambda line: line["units"][0].update(serial="other")),
    ("a line's peak", _set("peak_kw", 0.5)),
    ("a line's 95th percentile", _set("p95_kw", 0.001)),
    ("to a reading after the end", _to_last),
    ("a figure that nobody knows", lambda line: line.update(more=1)),
):  # fmt: skip
    FORGERIES.append(Forgery(_name, _line(_change)))


def _by_day(line: Statement) -> None:
    """All of a unit that was exchanged, in the period that costs more."""
    day, night = line["tariff"].values()
    day.update(low=line["kwh"]["low"], best=line["kwh"]["best"], billed=line["billed"])
    night.update(low=0.0, best=0.0, billed=0.0)


def _doubt(line: Statement) -> None:
    line.update(doubted=True, billed=None, grade="not billable")
    line["kwh"].update(low=None)
    for one in line["tariff"].values():
        one.update(low=None, billed=None)


def _far(line: Statement) -> None:
    for bound in ("low", "best", "high"):
        _more(bound, 200.0)(line)


for _name, _change in (
    ("a hole is not told", _without("gap")),
    ("a hole is shorter", lambda line: line["events"][0].update(to=line["events"][0]["from"])),
    ("an exchange is not told", _without("changed")),
    ("a grade: firm, with a hole", _set("grade", "firm")),
    ("more than an exchanged unit's registers rose", _far),
    ("an exchanged unit's best is billed", lambda line: _bill(line, line["kwh"]["best"])),
    ("an exchanged unit's highest is billed", lambda line: _bill(line, line["kwh"]["high"])),
    ("the highest of an exchanged unit", lambda line: line["kwh"].update(high=2000.0)),
):
    FORGERIES.append(Forgery(_name, _line(_change, exchanged)))
#: what the second verifier does not compute of a unit that was exchanged
_ODD = (
    "registers, kWh, what is billed, periods, what was read, grade and events but gaps of r1-right"
)
for _name, _change, _word in (
    ("the lowest of an exchanged unit", _more("low", 0.2), _ODD),
    ("an exchanged unit's lowest is billed", lambda line: _bill(line, line["kwh"]["low"]), _ODD),
    ("1 Wh more of an exchanged unit", lambda line: _bill(line, line["billed"] + 0.001), _ODD),
    ("all of an exchanged unit by day", _by_day, _ODD),
    ("the lowest of an exchanged unit's period", lambda line: line["tariff"]["day"].update(
        low=line["kwh"]["low"]), _ODD),
    ("an exchanged unit is in doubt", _doubt, _ODD),
    ("an exchanged unit was read all the time", _set("read", 1.0), _ODD),
    ("one more event of an exchanged unit", _event, _ODD),
    ("why a unit was exchanged", lambda line: line["events"][-1].update(reason="paid"), "words of"),
    ("begin and end of an exchanged register", lambda line: line.update(
        register_begin=line["register_end"]), _ODD),
):  # fmt: skip
    FORGERIES.append(Forgery(_name, _line(_change, exchanged), _word, only_second=True))
for _name, _change in (
    ("the total's lowest", lambda all_: all_["total"]["kwh"].update(low=1e4)),
    ("what is billed in all is nothing", lambda all_: all_["total"].pop("billed")),
    ("what is billed in all", lambda all_: all_["total"].update(billed=1e4)),
    ("the total of a period", lambda all_: all_["total"]["tariff"]["day"].update(billed=1e4)),
    ("outlets that were not read", lambda all_: all_["total"].update(unread=1)),
    ("the total's peak", lambda all_: all_["total"].update(peak_kw=9.0)),
    ("carbon dioxide", lambda all_: all_["added"]["carbon"]["kg"].update(best=1.0)),
    ("the building's share", lambda all_: all_["added"]["pue"]["share_kwh"].update(low=1.0)),
    ("when the power was highest", lambda all_: all_["total"].update(peak_time=all_["from"])),
    ("the energy of a day", lambda all_: all_["total"]["days"][4]["kwh"].update(day=1.0)),
    ("the power of a day", lambda all_: all_["total"]["days"][4].update(kw=[0.1, 0.2, 0.3])),
    ("a day is not there", lambda all_: all_["total"]["days"].pop(4)),
    ("a hole of a day is not there", lambda all_: all_["total"]["days"][13].update(unread=0.0)),
    ("a day of no period", lambda all_: all_["total"]["days"][4]["kwh"].update(noon=1.0)),
    ("a day's name", lambda all_: all_["total"]["days"][4].update(day="2026-10-04")),
    (
        "a difference to nothing",
        lambda all_: all_["total"].update(difference={"kwh": -9.0, "net": "-1.00"}),
    ),
    ("a correction without what it corrects", _set("corrects", "2026-00001")),
    ("a number that is none", _set("number", "2026-1")),
    ("a number with a sentence", _set("number", "2026-00003, paid")),
    ("a version that is a story", _set("version", "0.4.0 " + "paid " * 20)),
    ("three lines of an issuer", _set("issuer", ["Twin Hosting", "1 Main Street", "Paid"])),
    ("a list in place of a text", _set("customer", ["Cloudy Ltd"])),
    (
        "a line's begin in another zone",
        lambda all_: clean(all_).update({"from": "2026-09-30 22:00:00+00:00"}),
    ),
    ("the period in another zone", _set("from", "2026-09-30 22:00:00+00:00")),
    ("true in place of a number", lambda all_: all_["total"]["amounts"].update(not_billed=True)),
    ("a whole number in place of a figure", lambda all_: all_["total"].update(unread=0.0)),
    ("periods in another order", lambda all_: _reversed(clean(all_), "tariff")),
    (
        "the names of a line in another order",
        lambda all_: all_["lines"].append(dict(reversed(all_["lines"].pop().items()))),
    ),
    (
        "an outlet that the proof has not",
        lambda all_: all_["lines"].append({**clean(all_), "outlet": "9"}),
    ),
    ("an outlet's place is another one's", lambda all_: all_["lines"].reverse()),
    ("the period", _set("to", "2026-11-02 00:00:00+01:00")),
):
    FORGERIES.append(Forgery(_name, _whole(_change)))
for _name, _change, _word in (
    ("the step of a register", lambda all_: clean(all_)["meter"].update(step_kwh=1e-6), "step_kwh"),
    ("a meter's error", lambda all_: clean(all_)["meter"].update(class_percent=0.01), "class_"),
    ("the supply's limit", lambda all_: clean(all_)["meter"].update(limit_kw=1.0), "limit_kw"),
    ("the most by the inlet", lambda all_: clean(all_).update(most_kwh=1e4), "most_kwh"),
    ("what shows the unit", lambda all_: clean(all_).update(confirmed=False), "confirmed"),
    ("who had it before", lambda all_: clean(all_).update(held_before=False), "held_before"),
    ("the tolerance", _set("tolerance_kwh", 100.0), "tolerance_kwh"),
    ("the hours of the tariff", lambda all_: all_["tariff_rows"][0].__setitem__(2, 300), "hours"),
    ("carbon for each kWh", _set("carbon_g_per_kwh", 1.0), "carbon"),
    ("the customer", _set("customer", "Somebody Else"), "customer"),
    ("a machine", lambda all_: clean(all_).update(machine="other"), "machine"),
    ("lines that were left out", _set("left_out", ["LEFT OUT by --without: a.jsonl"]), "left_out"),
    ("a time is an hour shorter", lambda all_: _later(clean(all_)), "from, to"),
    ("from a day later", lambda all_: clean(all_).update(
        {"from": "2026-10-02 00:00:00+02:00"}), "from, to"),
    ("to an hour that comes twice", lambda all_: clean(all_).update(
        to="2026-10-25 02:30:00+01:00"), "from, to"),
    ("a hole that another one had is billed", lambda all_: exchanged(all_).update(
        {"from": "2026-10-14 20:00:00+02:00"}), "held_before"),
    ("who had it before, at a hand-over", lambda all_: all_["lines"][0].update(
        held_before=True), "held_before"),
    ("a line is doubted", lambda all_: clean(all_).update(doubted=True), "doubted"),
    ("a most of nothing", lambda all_: clean(all_).update(most_kwh=0.0), "most_kwh"),
    ("PUE, and all that follows", _set("pue", 3.0), "pue"),
    ("a customer with a line of his own", _set("customer", "A\nNOT CHECKED: nothing"), "customer"),
    ("a name from right to left", lambda all_: clean(all_).update(name="\u202e9 tekcos"), "name"),
    ("lines that were left out, and a word", _set("left_out", ["\nall proven"]), "left_out"),
    ("periods change places", lambda all_: all_["tariff_rows"].reverse(), "hours"),
    ("all hours of the other period", lambda all_: all_["tariff_rows"].insert(
        0, ["day", [*range(7)], 0, 1440]), "hours"),
    ("a period begins in the hour that comes twice", lambda all_: [
        row.__setitem__(at, 150) for row, at in zip(all_["tariff_rows"], (2, 3))], "hours"),
    ("a period of all hours", lambda all_: all_["tariff_rows"].insert(
        0, ["night", [*range(7)], 60, 60]), "hours"),
):  # fmt: skip
    FORGERIES.append(Forgery(_name, _stated(_change), _word))


def _reversed(one: Statement, name: str) -> None:
    one[name] = dict(reversed(one[name].items()))


def _period(statement: Statement, name: str) -> None:
    """One more period, from ten to twelve."""
    statement["tariff_rows"].insert(0, [name, [*range(7)], 600, 720])
    statement["prices"]["kwh"][name] = "9"


def _later(line: Statement) -> None:
    line["from"] = line["from"].replace("00:00:00", "01:00:00").replace("14:37", "15:37")


def _prices(**more: Any) -> Callable[[Statement], None]:
    return lambda statement: statement["prices"].update(more)


def _kwh_prices(**more: Any) -> Callable[[Statement], None]:
    return lambda statement: statement["prices"]["kwh"].update(more)


def _amounts(**more: Any) -> Callable[[Statement], None]:
    return lambda statement: statement["total"]["amounts"].update(more)


def _of_line(**more: Any) -> Callable[[Statement], None]:
    return lambda statement: clean(statement).update(more)


def _cent_less(statement: Statement) -> None:
    """As if it was cut off, and not rounded."""
    amounts = clean(statement)["amounts"]
    amounts["day"] = f"{float(amounts['day']) - 0.01:.2f}"


def _unbilled(statement: Statement) -> None:
    clean(statement).update(amounts=None, amount=None)
    known = proof.annex_of(statement).prices
    total = statement["total"]
    total["amounts"] = prices.price_total(statement["lines"], total["peak_kw"], known)


for _name, _change in (
    ("a price", _kwh_prices(day="0.2751")),
    ("a price with a zero less", _kwh_prices(day="0.0275")),
    ("a price of the peak", _prices(peak_kw="4.13")),
    ("no price of the peak", _prices(peak_kw=None)),
    ("decimals of the currency", _prices(decimals=3)),
    ("decimals that no currency has", _prices(decimals=7)),
    ("a negative price", _kwh_prices(night="-0.2")),
    ("a price with a comma", _kwh_prices(night="0,2")),
    ("a price that is a number", _kwh_prices(night=0.2)),
    ("a price with an exponent", _kwh_prices(night="2e-1")),
    ("a price of a period that is not there", _kwh_prices(noon="0.1")),
    ("a period without a price", lambda all_: all_["prices"]["kwh"].pop("night")),
    ("a currency that is none", _prices(currency="eur")),
    ("amounts without prices", _set("prices", None)),
    ("prices without amounts", lambda all_: all_["total"].update(amounts=None)),
    ("an amount of a line", lambda all_: clean(all_)["amounts"].update(night="1.00")),
    ("the sum of a line", _of_line(amount="1.00")),
    ("an amount that is a number", _of_line(amount=1.0)),
    ("an amount with a decimal more", lambda all_: clean(all_).update(
        amount=clean(all_)["amount"] + "0")),
    ("an amount that was cut off", _cent_less),
    ("a line that is not billed", _unbilled),
    ("the net total", _amounts(net="1.00")),
    ("the total's kWh", _amounts(kwh=1.0)),
    ("the amount of a period", lambda all_: all_["total"]["amounts"]["periods"]["day"].update(
        amount="1.00")),
    ("the kWh of a period", lambda all_: all_["total"]["amounts"]["periods"]["day"].update(
        kwh=1.0)),
    ("the amount of the peak", lambda all_: all_["total"]["amounts"]["peak"].update(amount="9.99")),
    ("the kW of the peak", lambda all_: all_["total"]["amounts"]["peak"].update(kw=9.0)),
    ("no amount of the peak", _amounts(peak=None)),
    ("how many are not billed", _amounts(not_billed=4)),
    ("one more amount", _amounts(fee="5.00")),
    ("a date that is none", _set("date", "2026-11-31")),
):  # fmt: skip
    FORGERIES.append(Forgery(_name, _whole(_change)))


def _register(unit: int, edge: str, **more: Any) -> Callable[[Statement], None]:
    return lambda line: line["units"][unit][edge].update(more)


for _name, _change in (
    ("an exchanged unit's last register", _register(0, "last", kwh=9999.0)),
    ("an exchanged unit's first register", _register(1, "first", kwh=0.0)),
    ("when a unit was exchanged", _register(1, "first", time="2026-10-20 00:00:00+02:00")),
    ("an exchanged unit is left away", lambda line: line["units"].pop(0)),
    ("a register after an exchange", lambda line: line["register_end"].update(kwh=5000.0)),
    ("a register that nobody read", lambda line: line.update(register_begin=None)),
    ("the register at the end, to the decimal", lambda line: line["register_end"].update(
        kwh=line["register_end"]["kwh"] + 0.01)),
):  # fmt: skip
    FORGERIES.append(Forgery(_name, _line(_change, exchanged)))
for _name, _change, _word in (
    ("a price, and all that follows", _kwh_prices(day="0.5"), "prices"),
    ("the currency, and all that follows", _prices(currency="USD"), "prices"),
    ("the price of the peak, and all that follows", _prices(peak_kw="99"), "prices"),
    ("no decimals, and all that follows", _prices(decimals=0), "prices"),
    ("four decimals, and all that follows", _prices(decimals=4), "prices"),
    ("a period that looks like another one", lambda all_: _period(all_, "day\u200b"), "prices"),
    ("a period without a name", lambda all_: _period(all_, ""), "prices"),
    ("no periods", lambda all_: (all_["tariff_rows"].clear(), all_["prices"]["kwh"].clear()),
     "prices"),
    ("the number", _set("number", "2026-99999"), "number"),
    ("the date", _set("date", "2026-12-24"), "date"),
    ("the issuer", _set("issuer", ["Somebody Else"]), "issuer"),
    ("the customer's number", _set("customer_id", "K-4"), "customer"),
):  # fmt: skip
    FORGERIES.append(Forgery(_name, _stated(_change), _word))


def _fact(key: str, value: Any) -> Callable[[Statement], None]:
    def change(statement: Statement) -> None:
        clean(statement)["meter"].update({key: value})

    return change


#: facts that no meter has, and nothing that follows from them is refused for itself
for _name, _key, _value in (
    ("an error of -50 %", "class_percent", -50.0),
    ("an error of 50 %", "class_percent", 50.0),
    ("an error of 0 %", "class_percent", 0.0),
    ("a step of -5 kWh", "step_kwh", -5.0),
    ("a step of nothing", "step_kwh", 0.0),
    ("a step of 5,000 kWh", "step_kwh", 5000.0),
    ("a step that is a text", "step_kwh", "0.01"),
    ("a step that is true", "step_kwh", True),
    ("a limit below nothing", "limit_kw", -3.68),
    ("a limit of a power station", "limit_kw", 1e6),
    ("a limit of a list", "limit_kw", [3.68]),
    ("a register that begins again at 0", "wrap_kwh", 0.0),
    ("no voltage", "volts", 0.0),
    ("a PDU that makes energy", "own_use_w", -10.0),
):
    FORGERIES.append(Forgery(_name, _stated(_fact(_key, _value))))
for _name, _change in (
    ("a PUE of a half", _set("pue", 0.5)),
    ("a PUE of 50", _set("pue", 50.0)),
    ("carbon below nothing", _set("carbon_g_per_kwh", -400.0)),
    ("a tolerance below nothing", _set("tolerance_kwh", -1.0)),
    ("a tolerance of all", _set("tolerance_kwh", 1e9)),
    ("a most below nothing", lambda all_: clean(all_).update(most_kwh=-1.0)),
    ("a doubt that is a number", lambda all_: clean(all_).update(doubted=0)),
    ("who had it before is a number", lambda all_: clean(all_).update(held_before=1)),
    ("what shows the unit is a text", lambda all_: clean(all_).update(confirmed="yes")),
    ("an hour of 30", lambda all_: all_["tariff_rows"][0].__setitem__(3, 1800)),
    ("a day of the week that is none", lambda all_: all_["tariff_rows"][0][1].append(7)),
    ("a period that is a number", lambda all_: all_["tariff_rows"][0].__setitem__(0, 7)),
):
    FORGERIES.append(Forgery(_name, _stated(_change)))


def _fee(where: Callable[[Statement], Statement]) -> Callable[[Statement], None]:
    return lambda statement: where(statement).update(fee=5.0)


for _name, _where in (
    ("a name more of a meter", lambda all_: clean(all_)["meter"]),
    ("a name more of an energy", lambda all_: clean(all_)["kwh"]),
    ("a name more of a period", lambda all_: clean(all_)["tariff"]["day"]),
    ("a name more of a unit", lambda all_: clean(all_)["units"][0]),
    ("a name more of prices", lambda all_: all_["prices"]),
    ("a name more of what is added", lambda all_: all_["added"]),
    ("a name more of the total", lambda all_: all_["total"]),
    ("a name more of a day", lambda all_: all_["total"]["days"][0]),
    ("a name more", lambda all_: all_),
):
    FORGERIES.append(Forgery(_name, _whole(_fee(_where))))


def _corrected(statement: Statement, corrects: str = "2026-00001", **more: Any) -> None:
    before = {"number": corrects, "kwh": 400.0, "net": "100.00", "currency": "EUR", **more}
    statement.update(corrects=corrects, before=before)


def _corrects(*what: str, **more: Any) -> Forge:
    return _stated(lambda statement: _corrected(statement, *what, **more))


for _name, _forge in (
    ("what was billed before", _corrects()),
    ("a correction of itself", _corrects("2026-00003")),
    ("a correction of a later one", _corrects("2026-00099")),
    ("a correction of a draft", _corrects("draft")),
    ("a correction of one, the difference to another one", _corrects(number="2026-00002")),
    ("billed before, in another currency", _corrects(currency="USD")),
    ("billed before, in no currency", _corrects(currency=None)),
    ("billed before, less than nothing", _corrects(net="-500.00")),
):  # fmt: skip
    FORGERIES.append(Forgery(_name, _forge, "what it corrects and what was billed before"))
for _name, _change, _word in (
    ("a limit of ten times", _fact("limit_kw", 36.8), "limit_kw"),
    ("no limit", _fact("limit_kw", None), "limit_kw"),
    ("a limit of 1 W", _fact("limit_kw", 0.001), "limit_kw"),
    ("a step of 1 kWh", _fact("step_kwh", 1.0), "step_kwh"),
    ("a step of 100 kWh", _fact("step_kwh", 100.0), "step_kwh"),
    ("no step", _fact("step_kwh", None), "step_kwh"),
    ("a register that begins again far above", _fact("wrap_kwh", 1e6), "wrap_kwh"),
    ("a register that begins again below its own", _fact("wrap_kwh", 10.0), "wrap_kwh"),
    ("an error of 20 %", _fact("class_percent", 20.0), "class_percent"),
    ("12 V", _fact("volts", 12.0), "volts"),
    ("1,000 V", _fact("volts", 1000.0), "volts"),
    ("a PDU that takes 10 kW", _fact("own_use_w", 1e4), "own_use_w"),
):
    FORGERIES.append(Forgery(_name, _stated(_change), _word))


@forgery("from the first reading of a new unit to the last of the old one")
def _across(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
    line = exchanged(statement)
    old, new = line["units"]
    billed = round(old["last"]["kwh"] - new["first"]["kwh"], 3)
    line.update(register_begin=new["first"], register_end=old["last"])
    _bill(line, billed)
    summed(statement)


@forgery("a difference that is none")
def _difference(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
    _corrected(statement)
    again(statement, said)
    statement["total"]["difference"]["net"] = "-99.00"


#: changes the cells of a day's rows: begin, end, monotonic clock, uptime, kWh, and what flowed
Change = Callable[[list[list[str]]], object]


def _plus(by: float, *places: int, factor: float = 1.0) -> Change:
    """Adds to cells of each row."""

    def change(rows: list[list[str]]) -> None:
        for row in rows:
            for at in places:
                row[at] = repr(float(row[at]) * factor + by)

    return change


_MARK = "1" * 16


def _doubled(
    pdu: str, outlet: str, serial: str = "", change: Change = _plus(0.0), mark: str = ""
) -> Forge:
    """The last outlet of r1-left once more, under another name."""

    def forge(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
        place = _place(said)
        line, shown = (copy.deepcopy(all_["lines"][place]) for all_ in (statement, said))
        for day in shown["days"]:
            for at, value in enumerate((pdu, outlet, mark, serial), start=1):
                if at < 3 or value:
                    _reheaded(day, at, value)
            _changed(day, change)
        for one in (line, shown):
            one.update(pdu=pdu, outlet=outlet)
        statement["lines"].append(line)
        said["lines"].append(shown)
        again(statement, said)

    return forge


def _place(said: Statement) -> int:
    """Where the last outlet of r1-left is."""
    return [one["pdu"] for one in said["lines"]].index("r1-right") - 1


def _changed(day: Statement, change: Change) -> None:
    """Changes the rows of a day that are shown; those that are hidden keep their places."""
    rows = [text for text in day["texts"] if text[0] not in leaf_rows.HEAD + leaf_rows.HIDDEN]
    cells = [[*register.split(","), flow] for register, _, flow in (r.partition("|") for r in rows)]
    change(cells)
    first = day["texts"].index(rows[0])
    day["texts"][first : first + len(rows)] = [f"{','.join(c[:5])}|{c[5]}" for c in cells]


def _reheaded(day: Statement, at: int, value: object) -> None:
    """Changes a fact in the heads of a day."""
    for place, text in enumerate(day["texts"]):
        if text.startswith(leaf_rows.HEAD):
            head = json.loads(text)
            head[at] = value
            day["texts"][place] = json.dumps(head, separators=(",", ":"))


for _name, _forge in (
    ("an outlet and the inlet of its unit, under two names", _doubled(
        "r9-left", "", "", _plus(0.0, 4, factor=1.01))),
    ("an outlet and an inlet with a blank", _doubled(
        "r1-left", " ", "x", _plus(0.0, 4, factor=1.01), _MARK)),
    ("one unit under two names", _doubled("r9-left", "4")),
    ("one unit under two addresses", _doubled("r9-left", "4", mark="0" * 16)),
    ("one outlet as 4 and 04", _doubled("r1-left", "04")),
    ("one outlet as 4 and 4 with a blank", _doubled("r1-left", "4 ")),
    ("one PDU in capitals", _doubled("R1-LEFT", "4")),
    ("readings once more, of another serial number", _doubled("r9-left", "4", "x", mark=_MARK)),
    ("readings once more, of another outlet", _doubled("r9-left", "7", "x", mark=_MARK)),
):  # fmt: skip
    FORGERIES.append(Forgery(_name, _forge))
#: each with a serial number, an address and a register of its own
for _name, _pdu, _outlet in (
    ("readings once more, 9 kWh higher", "r9-left", "4"),
    ("an outlet and its inlet", "r1-left", ""),
    ("an outlet and the inlet in capitals", "R1-Left", " "),
    ("one PDU with a space of no width", "r1\u200b-left", "4"),
    ("one PDU with a soft hyphen", "r1-\u00adleft", "4"),
    ("one PDU with a mark of direction", "\u200er1-left", "4"),
    ("one PDU with a joiner", "r1-le\u034fft", "4"),
    ("one PDU in wide letters", "\uff52\uff11-left", "4"),
    ("one outlet with a space of no width", "r1-left", "4\ufeff"),
    ("one outlet with a selector", "r1-left", "4\ufe0f"),
    ("one outlet with a selector of another plane", "r1-left", "4\U000e0100"),
    ("one outlet in a wide digit", "r1-left", "\uff14"),
    ("one outlet behind a filler", "r1-left", "\u31644"),
):
    FORGERIES.append(Forgery(_name, _doubled(_pdu, _outlet, "x", _plus(9.0, 4), _MARK)))


def _rows(change: Change, day: str = "2026-10-20") -> Forge:
    """Changes the readings of days of one register; all figures follow."""

    def forge(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
        for one in said["lines"][_place(said)]["days"]:
            if disclosure.STREAM in one and one["day"].startswith(day):
                _changed(one, change)
        again(statement, said)

    return forge


def _heads(at: int, value: object, day: str = "2026") -> Forge:
    """Changes what heads say of one register's unit; all figures follow."""

    def forge(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
        for one in said["lines"][_place(said)]["days"]:
            if one["day"].startswith(day):
                _reheaded(one, at, value)
        again(statement, said)

    return forge


def _cells(at: int, value: str) -> Change:
    """Writes a value into each row."""
    return lambda rows: [row.__setitem__(at, value) for row in rows]


def _at_nine(at: int, value: str) -> Change:
    """Writes a value into one row."""
    return lambda rows: rows[9].__setitem__(at, value)


def _amperes(rows: list[list[str]]) -> None:
    for row in rows:
        amperes, _, state = row[5].split(",")
        row[5] = f"{amperes},,{state}"


for _name, _forge in (
    ("readings: twice as much", _rows(_plus(-4010.96, 4, factor=2.0), "2026")),
    ("readings: 3.6 kW at one time", _rows(_at_nine(5, "15.7,3600.0,1"))),
    ("readings: 50 kW at one time", _rows(_at_nine(5, "217.4,50000.0,1"))),
    ("readings: less than no power", _rows(_at_nine(5, "0.7,-3600.0,1"))),
    ("readings: no power of a month", _rows(_cells(5, ",,-"), "2026")),
    ("readings: only amperes", _rows(_amperes, "2026")),
    ("readings: one of them twice", _rows(lambda rows: rows.insert(9, [*rows[9]]))),
    ("readings: five are left away", _rows(lambda rows: rows.__delitem__(slice(4, 9)))),
    ("readings: one ends before it begins", _rows(lambda rows: _plus(-5e3, 1)(rows[9:10]))),
    ("readings: all take an hour", _rows(_plus(3500.0, 1), "2026")),
    ("readings: no monotonic clock", _rows(_cells(2, ""), "2026")),
    ("readings: no uptime", _rows(_cells(3, ""), "2026")),
    ("readings: a register of 1e14 kWh", _rows(_plus(1e14, 4), "2026")),
    ("readings: another serial number for a day", _heads(4, "x", "2026-10-20")),
    ("readings: another address", _heads(3, _MARK)),
    ("readings: another firmware", _heads(5, "9.9")),
    ("readings: a clock that is not right", _heads(9, False)),
    ("readings once more, a second later", _doubled(
        "r9-left", "4", "x", _plus(1.0, 0, 1, 2, 3), _MARK)),
    ("readings once more, of 1 % more", _doubled(
        "r9-left", "4", "x", _plus(0.0, 4, factor=1.01), _MARK)),
    ("an outlet and an inlet of another address", _doubled(
        "r9-left", "", "", _plus(0.0, 4, factor=1.01), _MARK)),
):  # fmt: skip
    FORGERIES.append(
        Forgery(_name, _forge, "the readings before they were published, and of which")
    )
FORGERIES.append(Forgery("readings: a class that is not the line's", _heads(8, 0.01), "class_"))
for _name, _forge in (
    ("readings: of another order", _rows(lambda rows: rows.reverse())),
    ("readings: one of another day", _rows(lambda rows: _plus(-864e3, 0, 1, 2, 3)(rows[9:10]))),
    ("readings: a serial number that is a list", _heads(4, ["x"])),
    ("readings: a class that is a text", _heads(8, "1.0")),
):
    FORGERIES.append(Forgery(_name, _forge))


@forgery("billed from a reading of days before", "no reading is shown of 1 day (2026-09-29)")
def _long_before(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
    days = said["lines"][_place(said)]["days"]
    first, earlier = days[0], copy.deepcopy(days[0])
    at = next(at for at, text in enumerate(first["texts"]) if "|" in text)
    earlier.update(texts=[first["texts"][0], first["texts"][at]], salts=first["salts"][:2])
    _reheaded(earlier, 0, "2026-09-28")
    _changed(earlier, _plus(-172800.0, 0, 1, 2, 3))
    _changed(earlier, _plus(-9.0, 4))
    del first["texts"][1 : at + 1], first["salts"][1]
    days.insert(0, {**earlier, "day": "2026-09-28"})
    again(statement, said)


@forgery(
    "kWh in two lines of an outlet, the days between left away", "no reading is shown of 7 days"
)
def _once_more(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
    for all_ in (statement, said):
        all_["lines"].append(copy.deepcopy(all_["lines"][-1]))
    statement["lines"][-2].update(to="2026-10-18 02:00:00+02:00")
    statement["lines"][-1].update({"from": "2026-10-24 02:00:00+02:00"})
    line = said["lines"][-1]
    line["days"] = [one for one in line["days"] if not "2026-10-16" < one["day"] < "2026-10-24"]
    again(statement, said)


def _in_two(moment: str, is_held: bool = True) -> Forge:
    """A line ends, and goes on at the same moment."""

    def forge(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
        for all_ in (statement, said):
            all_["lines"].append(copy.deepcopy(all_["lines"][-1]))
        statement["lines"][-2].update(to=moment)
        statement["lines"][-1].update({"from": moment, "held_before": is_held})
        again(statement, said)

    return forge


def _zone(name: str) -> Forge:
    """All times in another zone; the period is published so."""

    def forge(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
        for one in (statement, *statement["lines"]):
            for edge in ("from", "to"):
                one[edge] = figures.local(proof.parse_time(one[edge]), zone_named(name))
        edges = {"begin": statement["from"], "end": statement["to"], "zone": name}
        known = proof.publication_of(said["published"])
        statement.update(zone=name)
        said.update(published=known._replace(**edges).text())
        again(statement, said)

    return forge


for _name, _forge, _word in (
    ("a line in two, within a quarter hour", _in_two("2026-10-20 12:05:00+02:00"), "from, to"),
    ("a line in two, a day with 25 hours", _in_two("2026-10-25 02:30:00+01:00"), "from, to"),
    ("a line in two, of two customers", _in_two("2026-10-14 12:00:00+02:00", False), "held_before"),
    ("a zone of the same hours", _zone("Europe/Paris"), "zone"),
    ("a zone without summer time", _zone("UTC"), "zone"),
    ("a zone of other quarter hours", _zone("Asia/Kathmandu"), "zone"),
):
    FORGERIES.append(Forgery(_name, _forge, _word))


def _without_days(which: Callable[[Statement], bool], *days: str) -> Forge:
    """Whole days of an outlet are left away, and all figures follow."""

    def forge(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
        for line in filter(which, said["lines"]):
            line["days"] = [one for one in line["days"] if one["day"] not in days]
        again(statement, said)

    return forge


def _of_left(line: Statement) -> bool:
    return bool(line["pdu"] == "r1-left")


for _name, _which, _names, _said in (
    ("a day, and all figures", _of_left, ["2026-10-20"], "1 day (2026-10-20)"),
    ("five days, and all figures", _of_left, [f"2026-10-{at}" for at in range(15, 20)], "5 days"),
    ("the day of the exchange", lambda one: not _of_left(one), ["2026-10-22"], "1 day (2026-10-22"),
    ("the day of the hole", lambda one: not _of_left(one), ["2026-10-14"], "1 day (2026-10-14"),
    ("the last week", _of_left, [f"2026-10-{at}" for at in range(25, 32)], "7 days (2026-10-25"),
    ("every day of some outlets", _of_left, [f"2026-{m:02}-{d:02}" for m in (9, 10, 11)
                                             for d in range(1, 32)], "32 days (2026-09-30"),
):  # fmt: skip
    FORGERIES.append(
        Forgery(
            f"{_name}: left away", _without_days(_which, *_names), f"no reading is shown of {_said}"
        )
    )


@forgery("the last readings are hidden", "HIDDEN, perhaps of this time")
def _hidden(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
    line = said["lines"][-1]
    line["days"] = [day for day in line["days"] if day["day"] <= "2026-10-20"]
    day = line["days"][-1]
    shown = range(len(day["texts"]) - 8)
    day.update(part_of(day.pop(disclosure.STREAM), day["texts"], shown).document())
    again(statement, said)


def _texts(change: Callable[[list[str]], object]) -> Forge:
    """Changes what is shown of a whole day; all figures follow."""

    def forge(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
        days = said["lines"][_place(said)]["days"]
        change(next(one for one in days if one["day"] == "2026-10-20")["texts"])
        again(statement, said)

    return forge


FORGERIES += [
    Forgery("a day without its head", _texts(lambda texts: texts.pop(0))),
    Forgery("one reading between others is hidden", _texts(
        lambda texts: texts.__setitem__(9, leaf_rows.HIDDEN + "0" * 64))),
    Forgery("a day of which no reading is shown", _texts(lambda texts: texts.__delitem__(
        slice(1, None))), "no reading is shown of 1 day (2026-10-20)"),
]  # fmt: skip


@forgery("of its own time only registers are shown", "HIDDEN, perhaps of this time")
def _registers_only(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
    day = next(one for one in said["lines"][-1]["days"] if disclosure.STREAM in one)
    salts = [*disclosure.day_salts(bytes.fromhex(day["stream"]), len(day["texts"]))]
    day.update(part_of(day.pop(disclosure.STREAM), day["texts"], range(len(salts))).document())
    for at in range(9, 24):
        register, _, flow = day["texts"][at].partition("|")
        inner = merkle.sha256(salts[at][1] + flow.encode())
        day["texts"][at] = f"{register}|{leaf_rows.HIDDEN}{inner.hex()}"
        day["salts"][at].pop()
    again(statement, said)


def _form(at: int, form: str) -> Forge:
    """A cell of a reading in another form."""
    return _rows(lambda rows: rows[5].__setitem__(at, form.format(rows[5][at])))


for _name, _forge in (
    ("a register with a zero more", _form(4, "{}0")),
    ("a register with a plus", _form(4, "+{}")),
    ("a register with a blank", _form(4, " {}")),
    ("a register with a low line", _form(4, "0_{}")),
    ("a register in an exponent", _form(4, "{}e0")),
    ("a register that is no number", _form(4, "nan")),
    ("a time that is no number", _form(0, "inf")),
    ("a state that is none", _form(5, "0.7,160.0,2")),
    ("a reading without its time", _form(0, "")),
):
    FORGERIES.append(Forgery(_name, _forge))


def _proof(change: Callable[[dict[str, Any]], object]) -> Forge:
    """Changes the proof alone."""

    def forge(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
        change(said)

    return forge


for _name, _change in (
    ("proof: a name more", lambda said: said.update(more=1)),
    ("proof: a name more of a line", lambda said: said["lines"][0].update(more=1)),
    ("proof: a name more of a day", lambda said: said["lines"][0]["days"][0].update(more=1)),
    ("proof: another form", lambda said: said.update(form=2)),
    ("proof: a file more", lambda said: said["files"].update(more="0" * 64)),
    ("proof: times that no outlet has", lambda said: said["times"].update(r9={"2026-10-01": []})),
    ("proof: a salt more", lambda said: next(
        one for line in said["lines"] for one in line["days"] if "salts" in one)["salts"].append(
            ["0" * 32])),
    ("proof: a line less", lambda said: said["lines"].pop()),
    ("proof: a root in capitals", lambda said: said.update(
        published=said["published"].replace("day ", "day X").upper())),
    ("proof: a line more of what was published", lambda said: said.update(
        published=said["published"] + "paid\n")),
):  # fmt: skip
    FORGERIES.append(Forgery(_name, _proof(_change)))
FORGERIES.append(Forgery("proof: another chain of roots", _proof(lambda said: said.update(
    published=proof.publication_of(said["published"])._replace(chain="0" * 64).text())),
    "the chain of roots"))  # fmt: skip
for _name, _packing in (
    ("proof: a second one behind it", lambda packed: packed + packed),
    ("proof: bytes behind it", lambda packed: packed + b"paid"),
    ("proof: a name of its file", lambda packed: (
        packed[:3] + b"\x08" + packed[4:10] + b"x\0" + packed[10:])),
    ("proof: JSON with blanks", lambda packed: proof.packed(
        json.dumps(json.loads(proof.unpack(packed)), sort_keys=True).encode() + b"\n")),
    ("proof: a key twice", lambda packed: proof.packed(
        b'{"files":{},' + proof.unpack(packed)[1:])),
):  # fmt: skip
    FORGERIES.append(Forgery(_name, lambda statement, said, files: None, packing=_packing))


@forgery("the words of a reason", "words of reasons", only_second=True)
def _reason(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
    clean(statement)["reason"] = "all is well"


@forgery("an outlet twice")
def _twice(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
    statement["lines"].append(copy.deepcopy(statement["lines"][-1]))
    said["lines"].append(copy.deepcopy(said["lines"][-1]))
    again(statement, said)


@forgery("an outlet is left away", "whose outlet when")
def _left_away(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
    statement["lines"].pop()
    said["lines"].pop()
    again(statement, said)


@forgery("two days exchanged")
def _days(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
    days = said["lines"][-1]["days"]
    days[3], days[9] = days[9], days[3]


@forgery("a day twice")
def _day_twice(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
    days = said["lines"][-1]["days"]
    days.insert(4, days[4])


@forgery("a day is left away")
def _day_away(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
    del said["lines"][-1]["days"][4]


#: page and table are the provider's words: both verifiers print their own figures
_PAGE = "what page and table say"


def _file(name: str, old: Callable[[Statement], str], new: str) -> Forge:
    """Changes a file; the statement is right."""

    def forge(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
        text = contents(statement)[name].decode()
        assert old(statement) in text
        files[name] = text.replace(old(statement), new, 1).encode()

    return forge


def _net(statement: Statement) -> str:
    return str(statement["total"]["amounts"]["net"])


for _name, _forge in (
    ("page: the net total", _file(proof.HTML, _net, "1.00")),
    ("page: another sentence", _file(proof.HTML, lambda all_: "</body>", "<p>Paid.</p></body>")),
    ("page: a script", _file(proof.HTML, lambda all_: "<h1>", "<script>1</script><h1>")),
    ("table: the net total", _file(proof.CSV, _net, "1.00")),
    ("table: a row", _file(proof.CSV, lambda all_: "\ntotal,", "\noutlet,x\ntotal,")),
    ("JSON: a key twice", _file(
        proof.JSON, lambda all_: ' "customer": ', ' "customer": "Nobody",\n "customer": ')),
    ("JSON: a figure twice", _file(
        proof.JSON, lambda all_: '   "net": ', '   "net": "1.00",\n   "net": ')),
    ("JSON: a number in another form", _file(
        proof.JSON, lambda all_: '"pue": 1.5', '"pue": 15e-1')),
    ("JSON: no number", _file(proof.JSON, lambda all_: '"pue": 1.5', '"pue": NaN')),
    ("JSON: blanks", _file(proof.JSON, lambda all_: '"pue": 1.5', '"pue":  1.5')),
    ("JSON: an escaped letter", _file(proof.JSON, lambda all_: "Cloudy", "\\u0043loudy")),
    ("JSON: words behind its end", _file(proof.JSON, lambda all_: "\n}\n", "\n}\n\n")),
):  # fmt: skip
    FORGERIES.append(Forgery(_name, _forge, "" if _name.startswith("JSON") else _PAGE))


@forgery("another file beside them", "other files here: invoice.html")
def _beside(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
    files["invoice.html"] = b"<p>9,999.00 EUR"


@forgery("no page", "NOT HERE: statement.html")
def _no_page(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
    files[proof.HTML] = b""


def _resealed(said: dict[str, Any]) -> None:
    """Roots of days, and paths to them, that fit what is shown."""
    shown = [
        (day, disclosure.hash_from_disclosure(disclosure.parse_disclosure(day)))
        for line in said["lines"]
        for day in line["days"]
    ]
    known = proof.publication_of(said["published"])
    trees = {
        name: merkle.Tree(node for day, node in shown if day["day"] == name)
        for name in {day["day"] for day, _ in shown}
    }
    for day, node in shown:
        day["path"] = [*trees[day["day"]].path(node)]
    roots = {name: tree.root.hex() for name, tree in trees.items()}
    said["published"] = known._replace(days=dict(sorted({**known.days, **roots}.items()))).text()


def published(one: Forgery, issued: Issued) -> tuple[Issued, str]:
    """What a customer gets, and the root that was published for it."""
    said = proof.restore_times(json.loads(proof.unpack(issued.proof)))
    statement = json.loads(issued.files[proof.JSON])
    before = copy.deepcopy((statement, said))
    files: dict[str, bytes] = {}
    one.forge(statement, said, files)
    is_changed = repr((statement, said)) != repr(before)
    assert files or is_changed or one.packing is not bytes, one.name
    files = {**_written(statement, before[0]), **files}
    hashes = {name: hashlib.sha256(files[name]).hexdigest() for name in proof.FILES}
    said["files"] = {**said["files"], **hashes}
    leaf = proof.files_leaf(bytes.fromhex(said["salt"]), said["files"])
    with contextlib.suppress(*proof.BAD):  # of a proof that is none
        if said["lines"] != before[1]["lines"]:
            _resealed(said)
        known = proof.publication_of(said["published"])
        said.update(published=known._replace(statements=leaf.hex()).text())
    said.update(path=[])
    made = one.packing(proof.packed(proof.canonical(said)))
    return Issued(made, {name: some for name, some in files.items() if some}), proof.root_of(
        said["published"]
    )


def _written(statement: Statement, right: Statement) -> Mapping[str, bytes]:
    """The files of a statement; beside one that no program can show, those of what is right."""
    try:
        return contents(statement)
    except proof.BAD:
        return {**contents(right), proof.JSON: stated.content(statement)}


class Verdicts(NamedTuple):
    """What a verifier says of a forgery: REFUSED, SAID or SILENT, and its words."""

    first: tuple[str, str]
    second: tuple[str, str]


def judged(one: Forgery, issued: Issued, folder: Path) -> Verdicts:
    """Both verifiers."""
    forged, root = published(one, issued)
    folder.mkdir()
    (folder / proof.PROOF).write_bytes(forged.proof)
    for name, content in forged.files.items():
        (folder / name).write_bytes(content)
    first = _first(folder, root)
    second = second_verifier(folder, root)
    may_first = one.stated if not one.only_second else ""
    return Verdicts(_verdict(may_first, *first), _verdict(one.stated, *second))


def _verdict(stated: str, refusal: Optional[str], unchecked: str) -> tuple[str, str]:
    if refusal is not None:
        return REFUSED, refusal
    return (SAID if stated and stated in unchecked else SILENT), unchecked


def _first(folder: Path, root: str) -> tuple[Optional[str], str]:
    """Why `pdu energy check-statement` refuses it, or what it says that it did not check."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        words = ["energy", "check-statement", str(folder / proof.PROOF), "--root", root]
        code = command.run(words)
    return (err.getvalue().strip() if code else None), _unchecked(out.getvalue())


def _unchecked(out: str) -> str:
    """What a verifier says that it did not check, or that is missing."""
    begins = ("NOT CHECKED", "NOT HERE", "MISSING", "HIDDEN")
    return " ".join(one for one in out.splitlines() if one.startswith(begins))


def second_verifier(folder: Path, root: str) -> tuple[Optional[str], str]:
    """Why docs/check_statement.py refuses it, or its last line."""
    refusal, out = refusal_of(folder, root)
    assert refusal or (out.splitlines() or [""])[-1].startswith("NOT CHECKED: ")
    return refusal, _unchecked(out)


def month_world(folder: Path) -> World:
    """The whole simulated month, read each hour, with all that a statement may have."""
    tariff = folder / "tariff.toml"
    tariff.write_text(TARIFF, "utf-8")
    more = ("--carbon", "400", "--pue", "1.5")
    return world(folder, "2026-10-01", "2026-11-01", more, str(tariff))


def all_judged(made: World, folder: Path) -> Iterator[tuple[Forgery, Verdicts]]:
    """Each forgery, of the customer whose outlet changed hands."""
    for number, one in enumerate(FORGERIES):
        yield one, judged(one, made.customers[2], folder / f"forged-{number}")


def main(arguments: Optional[Sequence[str]] = None) -> int:
    silent = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = month_world(folder)
        print(f"{'forged before publication':46} {'check-statement':16} check_statement.py")
        for one, found in all_judged(made, folder):
            silent += sum(verdict == SILENT for verdict, _ in found)
            words = found.second[1] if found.second[0] == REFUSED else f"({one.stated})"
            print(f"{one.name:46} {found.first[0]:16} {found.second[0]:9}{words[:90]}")
    print(f"{len(FORGERIES)} forgeries, {silent} accepted in silence")
    return 1 if silent else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SettingsError as error:
        sys.exit(str(error))
