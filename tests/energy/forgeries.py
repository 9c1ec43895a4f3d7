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
Forge = Callable[[Statement, dict[str, Any], dict[str, bytes]], None]


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
    """All figures, computed from what the statement states and the proof shows."""
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
    statement.update(
        proof.document(
            statement["customer"], period, rules, factors, statement["left_out"], made,
            statement["version"], proof.annex_of(statement),
        )
    )  # fmt: skip


def _line(
    change: Callable[[Statement], None], which: Callable[[Statement], Statement] = clean
) -> Forge:
    """Changes one line; sums follow."""

    def forge(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
        change(which(statement))
        summed(statement)

    return forge


def _stated(change: Callable[[Statement], None]) -> Forge:
    """Changes what the provider states; all figures follow."""

    def forge(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
        change(statement)
        with contextlib.suppress(*proof.BAD, ZeroDivisionError):  # no figure follows from it
            again(statement, said)

    return forge


def _whole(change: Callable[[Statement], None]) -> Forge:
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
    ("a figure that nobody knows", lambda line: line.update(more=1)),
):
    FORGERIES.append(Forgery(_name, _line(_change)))


def _as_if(line: Statement) -> None:
    """The lowest of a unit that was exchanged, and its periods, as they would be."""
    _more("low", 0.2)(line)
    parts = rounding.split(
        rounding.nearest_wh(line["kwh"]["low"]), [one["best"] for one in line["tariff"].values()]
    )
    for one, part in zip(line["tariff"].values(), parts):
        one["billed"] = part / 1000.0


def _far(line: Statement) -> None:
    for bound in ("low", "best", "high"):
        _more(bound, 200.0)(line)


for _name, _change in (
    ("a hole is not told", _without("gap")),
    ("a hole is shorter", lambda line: line["events"][0].update(to=line["events"][0]["from"])),
    ("an exchange is not told", _without("changed")),
    ("a grade: firm, with a hole", _set("grade", "firm")),
    ("more than an exchanged unit's registers rose", _far),
):
    FORGERIES.append(Forgery(_name, _line(_change, exchanged)))
FORGERIES.append(
    Forgery(
        "the lowest of an exchanged unit",
        _line(_as_if, exchanged),
        "r1-right, outlet 4, because the unit changed",
        only_second=True,
    )
)
FORGERIES.append(
    Forgery(
        "begin and end of an exchanged register",
        _line(lambda line: line.update(register_begin=line["register_end"]), exchanged),
        "registers, kWh, grade and events but gaps of r1-right",
        only_second=True,
    )
)
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
):  # fmt: skip
    FORGERIES.append(Forgery(_name, _stated(_change), _word))


def _reversed(one: Statement, name: str) -> None:
    one[name] = dict(reversed(one[name].items()))


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
    ("the number", _set("number", "2026-99999"), "number"),
    ("the date", _set("date", "2026-12-24"), "date"),
    ("the issuer", _set("issuer", ["Somebody Else"]), "issuer"),
    ("the customer's number", _set("customer_id", "K-4"), "customer"),
):
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


def _corrected(statement: Statement) -> None:
    before = {"number": "2026-00001", "kwh": 400.0, "net": "100.00", "currency": "EUR"}
    statement.update(corrects="2026-00001", before=before)


FORGERIES.append(Forgery("what was billed before", _stated(_corrected), "billed before"))


@forgery("from the first reading of a new unit to the last of the old one")
def _across(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
    line = exchanged(statement)
    old, new = line["units"]
    billed = round(old["last"]["kwh"] - new["first"]["kwh"], 3)
    line.update(register_begin=new["first"], register_end=old["last"], billed=billed)
    parts = rounding.split(
        rounding.nearest_wh(billed), [one["best"] for one in line["tariff"].values()]
    )
    for one, part in zip(line["tariff"].values(), parts):
        one["billed"] = part / 1000.0
    summed(statement)


@forgery("a difference that is none")
def _difference(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
    _corrected(statement)
    again(statement, said)
    statement["total"]["difference"]["net"] = "-99.00"


def _renamed(said_line: Statement, pdu: str, outlet: str, serial: Optional[str] = None) -> None:
    """Readings of another place, as if they had been read there."""
    said_line.update(pdu=pdu, outlet=outlet)
    for day in said_line["days"]:
        for at, text in enumerate(day["texts"]):
            if text.startswith(leaf_rows.HEAD):
                head = json.loads(text)
                head[1:3] = [pdu, outlet]
                head[4] = head[4] if serial is None else serial
                day["texts"][at] = json.dumps(head, separators=(",", ":"))


def _doubled(
    pdu: str, outlet: str, serial: Optional[str] = None, by: float = 0.0, mark: str = ""
) -> Forge:
    """The last outlet of r1-left once more, under another name."""

    def forge(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
        place = next(
            at for at, one in reversed([*enumerate(said["lines"])]) if one["pdu"] == "r1-left"
        )
        line, shown = (copy.deepcopy(all_["lines"][place]) for all_ in (statement, said))
        _renamed(shown, pdu, outlet, serial)
        for day in shown["days"]:
            day["texts"] = [_raised(text, by, mark) for text in day["texts"]]
        line.update(pdu=pdu, outlet=outlet)
        statement["lines"].append(line)
        said["lines"].append(shown)
        again(statement, said)

    return forge


def _raised(text: str, by: float, mark: str) -> str:
    if text.startswith(leaf_rows.HIDDEN):
        return text
    if text.startswith(leaf_rows.HEAD):
        head = json.loads(text)
        head[3] = mark or head[3]
        return json.dumps(head, separators=(",", ":"))
    register, _, flow = text.partition("|")
    *times, kwh = register.split(",")
    return f"{','.join([*times, repr(float(kwh) + by) if by and kwh else kwh])}|{flow}"


for _name, _forge in (
    ("one unit under two names", _doubled("r9-left", "4")),
    ("one unit under two addresses", _doubled("r9-left", "4", mark="0" * 16)),
    ("one outlet as 4 and 04", _doubled("r1-left", "04")),
    ("an outlet and its inlet", _doubled("r1-left", "", "x", 9.0, "1" * 16)),
    ("an outlet and the inlet in capitals", _doubled("R1-Left", " ", "x", 9.0, "1" * 16)),
    ("one outlet as 4 and 4 with a blank", _doubled("r1-left", "4 ")),
    ("one PDU in capitals", _doubled("R1-LEFT", "4")),
    ("one PDU with a space of no width", _doubled("r1\u200b-left", "4", "x", 9.0, "1" * 16)),
    ("one PDU with a soft hyphen", _doubled("r1-\u00adleft", "4", "x", 9.0, "1" * 16)),
    ("one PDU with a mark of direction", _doubled("\u200er1-left", "4", "x", 9.0, "1" * 16)),
    ("one PDU with a joiner", _doubled("r1-le\u034fft", "4", "x", 9.0, "1" * 16)),
    ("one PDU in wide letters", _doubled("\uff52\uff11-left", "4", "x", 9.0, "1" * 16)),
    ("one outlet with a space of no width", _doubled("r1-left", "4\ufeff", "x", 9.0, "1" * 16)),
    ("one outlet with a selector", _doubled("r1-left", "4\ufe0f", "x", 9.0, "1" * 16)),
    ("one outlet in a wide digit", _doubled("r1-left", "\uff14", "x", 9.0, "1" * 16)),
    ("one outlet behind a filler", _doubled("r1-left", "\u31644", "x", 9.0, "1" * 16)),
    ("readings once more, of another serial number", _doubled("r9-left", "4", "x", mark="1" * 16)),
    ("readings once more, of another outlet", _doubled("r9-left", "7", "x", mark="1" * 16)),
    ("readings once more, 100 kWh higher", _doubled("r9-left", "4", "x", 100.0, "1" * 16)),
):
    FORGERIES.append(Forgery(_name, _forge))


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


def _row_text(change: Callable[[list[str]], None]) -> Forge:
    """A reading in another form; hashes fit, and the statement is as it was."""

    def forge(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
        day = next(one for one in said["lines"][-1]["days"] if disclosure.STREAM in one)
        register, _, flow = day["texts"][5].partition("|")
        cells = [*register.split(","), *flow.split(",")]
        before = [*cells]
        change(cells)
        assert cells != before
        day["texts"][5] = f"{','.join(cells[:5])}|{','.join(cells[5:])}"

    return forge


def _cell(at: int, form: str) -> Callable[[list[str]], None]:
    return lambda cells: cells.__setitem__(at, form.format(cells[at]))


for _name, _change in (
    ("a register with a zero more", _cell(4, "{}0")),
    ("a register with a plus", _cell(4, "+{}")),
    ("a register with a blank", _cell(4, " {}")),
    ("a register with a low line", _cell(4, "0_{}")),
    ("a register in an exponent", _cell(4, "{}e0")),
    ("a register that is no number", _cell(4, "nan")),
    ("a time that is no number", _cell(0, "inf")),
    ("a state that is none", _cell(7, "2")),
    ("a reading without its time", lambda cells: cells.__setitem__(0, "")),
):
    FORGERIES.append(Forgery(_name, _row_text(_change)))


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


def _moved(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
    """A digit of one cell stands in the next: the words of the page are the same."""
    text = contents(statement)[proof.HTML].decode()
    low = f"{clean(statement)['kwh']['low']:.3f}"
    at = text.index(f">{low}<", text.index("<h2>Bounds</h2>")) + len(low)
    after = text.index(">", text.index("<td", at)) + 1
    files[proof.HTML] = (text[:at] + text[at + 1 : after] + text[at] + text[after:]).encode()


def _kwh(statement: Statement) -> str:
    return f"{clean(statement)['kwh']['low']:.3f}"


def _net(statement: Statement) -> str:
    return str(statement["total"]["amounts"]["net"])


def _register_text(statement: Statement) -> str:
    return f"{clean(statement)['register_end']['kwh']:.3f}"


for _name, _forge in (
    ("page: the total", _file(proof.HTML, lambda all_: f"{all_['total']['kwh']['low']:.3f}", "9")),
    ("page: a line", _file(proof.HTML, _kwh, "999.000")),
    ("page: a grade", _file(proof.HTML, lambda all_: "<span>firm<br>", "<span>bounded<br>")),
    ("page: a hole is not there", _file(proof.HTML, lambda all_: "no reading for", "rest for")),
    ("page: a period", _file(proof.HTML, lambda all_: ">day</td>", ">night</td>")),
    ("page: another sentence", _file(proof.HTML, lambda all_: "</body>", "<p>Paid.</p></body>")),
    ("page: hidden words", _file(proof.HTML, lambda all_: "<h1>", '<h1 style="display:none">')),
    ("page: a script", _file(proof.HTML, lambda all_: "<h1>", "<script>1</script><h1>")),
    ("page: a head", _file(proof.HTML, lambda all_: 'data-head="kWh best"', 'data-head="9"')),
    ("page: the net total", _file(proof.HTML, _net, "1.00")),
    ("page: a price", _file(proof.HTML, lambda all_: "0.2750", "0.2150")),
    ("page: the currency", _file(proof.HTML, lambda all_: " EUR net", " USD net")),
    ("page: the price of the peak", _file(proof.HTML, lambda all_: "at 4.125", "at 9.125")),
    ("page: the issuer", _file(proof.HTML, lambda all_: "Twin Hosting", "Other Hosting")),
    ("page: a register", _file(proof.HTML, _register_text, "9.000")),
    ("page: digits moved between cells", _moved),
    ("page: a comment that shows a script", _file(
        proof.HTML, lambda all_: "<h1>", "<!--><script>1</script>--><h1>")),
    ("page: its title", _file(proof.HTML, lambda all_: "<title>", "<title>Paid: ")),
    ("page: goes elsewhere", _file(
        proof.HTML, lambda all_: "<title>", '<meta http-equiv="refresh" content="0"><title>')),
    ("page: another charset", _file(proof.HTML, lambda all_: 'charset="utf-8"', 'charset="utf-7"')),
    ("page: no policy", _file(proof.HTML, lambda all_: "default-src 'none'; ", "")),
    ("page: a class that is another one's", _file(
        proof.HTML, lambda all_: '<td class="n b"', '<td class="p1"')),
    ("page: heads exchanged", _file(proof.HTML, lambda all_: (
        '<th class="n">kWh lowest</th><th class="n">kWh best</th>'),
        '<th class="n">kWh best</th><th class="n">kWh lowest</th>')),
    ("page: text outside of cells", _file(proof.HTML, lambda all_: "<tbody>", "<tbody>Paid")),
    ("page: words behind its end", _file(proof.HTML, lambda all_: "</html>\n", "</html>Paid\n")),
    ("page: a mark before its begin", _file(
        proof.HTML, lambda all_: "<!doctype html>", "\ufeff<!doctype html>")),
    ("page: other ends of lines", _file(
        proof.HTML, lambda all_: "<!doctype html>\n", "<!doctype html>\r\n")),
    ("page: its style hides", _file(
        proof.HTML, lambda all_: "</style>", "p { display: none; }</style>")),
    ("page: another name on each sheet", _file(
        proof.HTML, lambda all_: '@top-left { content: "', '@top-left { content: "paid ')),
    ("page: a bar of a picture", _file(
        proof.HTML, lambda all_: '<rect class="p0" x="', '<rect class="p0" x="1')),
    ("page: the mark of the peak", _file(proof.HTML, lambda all_: "<circle", "<circle hidden")),
    ("page: a hole in a picture", _file(
        proof.HTML, lambda all_: 'class="hole" x', 'class="bar" x')),
    ("page: a tick of a picture", _file(proof.HTML, lambda all_: 'text-anchor="end">5<', (
        'text-anchor="end">50<'))),
    ("page: an image", _file(proof.HTML, lambda all_: "<h1>", '<img src="x"><h1>')),
    ("page: the root's words", _file(proof.HTML, lambda all_: "--root ROOT", "--no-root")),
    ("page: what nobody can check", _file(proof.HTML, lambda all_: (
        "the provider&#x27;s word"), "proven")),
    ("table: a mark before its begin", _file(proof.CSV, lambda all_: "row,", "\ufeffrow,")),
    ("table: other ends of lines", _file(
        proof.CSV, lambda all_: "events,price", "events,\rprice")),
    ("table: an apostrophe", _file(proof.CSV, lambda all_: "outlet,Cloudy", "outlet,'Cloudy")),
    ("table: quotes", _file(proof.CSV, lambda all_: "total,Cloudy Ltd", 'total,"Cloudy Ltd"')),
    ("table: a row more", _file(proof.CSV, lambda all_: "\ntotal,", "\n\ntotal,")),
    ("table: a column less", _file(
        proof.CSV, lambda all_: "outlet,Cloudy Ltd,,", "outlet,Cloudy Ltd,")),
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
    ("page: its number", _file(proof.HTML, lambda all_: all_["number"], "2026-77777")),
    ("page: a link", _file(proof.HTML, lambda all_: "#reading", "https://example.com")),
    ("table: the net total", _file(proof.CSV, _net, "1.00")),
    ("table: a price", _file(proof.CSV, lambda all_: "0.2750", "0.2150")),
    ("table: the currency", _file(proof.CSV, lambda all_: ",EUR", ",USD")),
    ("table: a lowest", _file(proof.CSV, _kwh, "999.000")),
    ("table: another column", _file(proof.CSV, lambda all_: "kwh_best", "kwh_paid")),
    ("table: a row", _file(proof.CSV, lambda all_: "\ntotal,", "\noutlet,x\ntotal,")),
):  # fmt: skip
    FORGERIES.append(Forgery(_name, _forge, "" if _name.startswith("JSON") else _PAGE))


@forgery("page: the total, by another version", _PAGE)
def _version(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
    statement["version"] = "0.0.1"
    low = f"{statement['total']['kwh']['low']:.3f}"
    text = contents(statement)[proof.HTML].decode()
    files[proof.HTML] = text.replace(low, "1.000", 1).encode()


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
    said["published"] = known._replace(days={**known.days, **roots}).text()


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
