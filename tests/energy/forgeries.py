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
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional

from handlers.shared.errors import SettingsError
from pdu import root as command
from pdu.energy.registers import rounding
from pdu.energy.statement import figures, leaf_rows, power, prices, proof
from pdu.energy.statement.writer import contents
from tests.energy.tampering import Issued, World, world
from tests.needs import ROOT
from tests.waiting import PATIENCE_S

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
WITNESS = ROOT / "docs" / "check_statement.py"
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
        line.update(prices.of_line(line, known))
    flows = ("peak_kw", "p95_kw")
    kept = {one: statement["total"][one] for one in flows}
    amounts = {"amounts": prices.of_total(lines, kept["peak_kw"], known)}
    statement["total"] = {**figures.totals(lines, power.figures([])), **kept, **amounts}
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
        blocks = [block for _, block in leaf_rows.blocks(texts)]
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
for _name, _change in (
    ("the total's lowest", lambda all_: all_["total"]["kwh"].update(low=1e4)),
    ("the total of a period", lambda all_: all_["total"]["tariff"]["day"].update(billed=1e4)),
    ("outlets that were not read", lambda all_: all_["total"].update(unread=1)),
    ("the total's peak", lambda all_: all_["total"].update(peak_kw=9.0)),
    ("carbon dioxide", lambda all_: all_["added"]["carbon"]["kg"].update(best=1.0)),
    ("the building's share", lambda all_: all_["added"]["pue"]["share_kwh"].update(low=1.0)),
    ("what is not proven", _set("limits", "All of this is proven.")),
    ("the period", _set("to", "2026-11-02 00:00:00+01:00")),
):
    FORGERIES.append(Forgery(_name, _whole(_change)))
for _name, _change, _word in (
    ("the step of a register", lambda all_: clean(all_)["meter"].update(step_kwh=1e-6), "step_kwh"),
    ("a meter's error", lambda all_: clean(all_)["meter"].update(class_percent=0.01), "class_"),
    ("the supply's limit", lambda all_: clean(all_)["meter"].update(limit_kw=1.0), "limit_kw"),
    ("the most by the inlet", lambda all_: clean(all_).update(most_kwh=1e4), "most_kwh"),
    ("the tolerance", _set("tolerance_kwh", 100.0), "tolerance_kwh"),
    ("the hours of the tariff", lambda all_: all_["tariff_rows"][0].__setitem__(2, 300), "hours"),
    ("carbon for each kWh", _set("carbon_g_per_kwh", 1.0), "carbon"),
    ("the customer", _set("customer", "Somebody Else"), "customer"),
    ("a machine", lambda all_: clean(all_).update(machine="other"), "machine"),
    ("lines that were left out", _set("left_out", ["LEFT OUT by --without: a.jsonl"]), "left_out"),
    ("a time is an hour shorter", lambda all_: _later(clean(all_)), "from, to"),
):  # fmt: skip
    FORGERIES.append(Forgery(_name, _stated(_change), _word))


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
    total["amounts"] = prices.of_total(statement["lines"], total["peak_kw"], known)


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
    ("what it corrects", _set("corrects", "2026-00001"), "corrects"),
):
    FORGERIES.append(Forgery(_name, _stated(_change), _word))


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


def _file(name: str, old: Callable[[Statement], str], new: str) -> Forge:
    """Changes a file; the statement is right."""

    def forge(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
        text = contents(statement)[name].decode()
        assert old(statement) in text
        files[name] = text.replace(old(statement), new, 1).encode()

    return forge


def _kwh(statement: Statement) -> str:
    return f"{clean(statement)['kwh']['low']:.3f}"


def _net(statement: Statement) -> str:
    return str(statement["total"]["amounts"]["net"])


def _register_text(statement: Statement) -> str:
    return f"{clean(statement)['register_end']['kwh']:.3f}"


for _name, _forge in (
    ("page: the total", _file(proof.HTML, lambda all_: f"{all_['total']['kwh']['low']:.3f}", "9")),
    ("page: a line", _file(proof.HTML, _kwh, "999.000")),
    ("page: a grade", _file(proof.HTML, lambda all_: "<div>firm<br>", "<div>bounded<br>")),
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
    ("page: its number", _file(proof.HTML, lambda all_: all_["number"], "2026-77777")),
    ("page: a link", _file(proof.HTML, lambda all_: "#reading", "https://example.com")),
    ("table: the net total", _file(proof.CSV, _net, "1.00")),
    ("table: a price", _file(proof.CSV, lambda all_: "0.2750", "0.2150")),
    ("table: the currency", _file(proof.CSV, lambda all_: ",EUR", ",USD")),
    ("table: a lowest", _file(proof.CSV, _kwh, "999.000")),
    ("table: another column", _file(proof.CSV, lambda all_: "kwh_best", "kwh_paid")),
    ("table: a row", _file(proof.CSV, lambda all_: "\ntotal,", "\noutlet,x\ntotal,")),
):  # fmt: skip
    FORGERIES.append(Forgery(_name, _forge))
FORGERIES.append(
    Forgery(
        "page: its style",
        _file(proof.HTML, lambda all_: "</style>", "p { display: none; }</style>"),
        "the style of statement.html",
        only_second=True,
    )
)


@forgery("page: the total, by another version", "the words of statement.html")
def _version(statement: Statement, said: dict[str, Any], files: dict[str, bytes]) -> None:
    statement["version"] = "0.0.1"
    low = f"{statement['total']['kwh']['low']:.3f}"
    text = contents(statement)[proof.HTML].decode()
    files[proof.HTML] = text.replace(low, "1.000", 1).encode()


def published(one: Forgery, issued: Issued) -> tuple[Issued, str]:
    """What a customer gets, and the root that was published for it."""
    said = proof.with_times(json.loads(proof.unpacked(issued.proof)))
    statement = json.loads(issued.files[proof.JSON])
    before = copy.deepcopy((statement, said))
    files: dict[str, bytes] = {}
    one.forge(statement, said, files)
    assert files or (statement, said) != before, one.name
    files = {**_written(statement, before[0]), **files}
    said["files"] = {name: hashlib.sha256(some).hexdigest() for name, some in files.items()}
    leaf = proof.files_leaf(bytes.fromhex(said["salt"]), said["files"])
    known = proof.published_of(said["published"])
    text = known._replace(statements=leaf.hex()).text()
    said.update(published=text, path=[])
    return Issued(proof.packed(proof.canonical(said)), files), proof.root_of(text)


def _written(statement: Statement, right: Statement) -> Mapping[str, bytes]:
    """The files of a statement; beside one that no program can show, those of what is right."""
    try:
        return contents(statement)
    except proof.BAD:
        return {**contents(right), proof.JSON: json.dumps(statement).encode()}


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
    lines = [one for one in out.getvalue().splitlines() if one.startswith("NOT CHECKED")]
    return (err.getvalue().strip() if code else None), " ".join(lines)


def second_verifier(folder: Path, root: str) -> tuple[Optional[str], str]:
    """Why docs/check_statement.py refuses it, or its last line."""
    done = subprocess.run(
        [sys.executable, "-I", str(WITNESS), str(folder), root],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    last = (done.stdout.splitlines() or [""])[-1]
    assert done.returncode or last.startswith("NOT CHECKED: ")
    return (done.stderr.strip() if done.returncode else None), last


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
