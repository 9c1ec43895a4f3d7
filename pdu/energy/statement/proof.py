"""A statement and its proof: how they hang together, and what the customer checks. No I/O.

A published text has the roots of the days and of the tree of all statements; the SHA-256 of it is
what the provider publishes. A proof has that text, the way from the customer's files up to it, and
the customer's readings, from which all figures are computed again.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import math
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, Optional, Union

from handlers.shared.errors import SettingsError, printable

from ..journal.readings import Block
from ..registers.meter_facts import RegisterFacts
from ..registers.period import zone_named
from ..registers.rounding import nearest_wh
from . import disclosure, figures, leaf_rows, merkle, power, prices, stated, traces
from .daily_energy import DayEnergy, documents, local_days
from .figures import OutletReadings, Rules, SurchargeFactors
from .page import page
from .prices import Prices
from .table import table
from .tariffs import TariffRow

#: of proofs, and of what is published
FORM = 1
HTML, CSV, JSON = "statement.html", "statement.csv", stated.JSON
PROOF, PUBLISHED = "proof.json.gz", "published.txt"
#: the files whose hashes are proven
FILES = (CSV, HTML, JSON)
_FIRST = f"pdu statements {FORM}"
#: zlib's name for a gzip file of the largest window, and how such a file begins
_GZIP, _GZIP_HEAD = 31, bytes((31, 139, 8, 0, 0, 0, 0, 0, 4, 3))
_KEYS = {"form", "published", "files", "salt", "path", "lines", "times"}
#: of a day in a proof: one of these says its salts
_SALTS = {"salts", disclosure.STREAM}
#: a fifth of the time of the usual one, for a fifth more bytes
_LEVEL = 1
#: a proof of 1,000 outlets has 0.7 GB; in bytes
_LONGEST = 2_000_000_000
#: what a malformed file raises
BAD = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)


class NotVerified(SettingsError):
    """A statement that is not the one that was published, or says what its readings do not."""


class Publication(NamedTuple):
    """What a provider publishes of a period."""

    begin: str
    end: str
    zone: str
    #: the last hash of the chain of roots
    chain: str
    #: day -> root
    days: Mapping[str, str]
    #: the root of the tree of all statements
    statements: str

    def text(self) -> str:
        """As a file, whose SHA-256 is the root."""
        head = [_FIRST, f"from {self.begin}", f"to {self.end}", f"zone {self.zone}"]
        days = [f"day {day} {root}" for day, root in self.days.items()]
        return "\n".join([*head, f"chain {self.chain}", *days, f"statements {self.statements}", ""])


def publication_of(text: str) -> Publication:
    """What `text` made. Raises ValueError."""
    first, begin, end, zone, chain, *days, statements, ending = text.split("\n")
    day_rows = [line.split(" ") for line in days]
    line_by_name = dict(
        zip(("from", "to", "zone", "chain", "statements"), (begin, end, zone, chain, statements))
    )
    text_by_name = {name: line[len(name) + 1 :] for name, line in line_by_name.items()}
    publication = Publication(
        text_by_name["from"], text_by_name["to"], text_by_name["zone"], text_by_name["chain"],
        {day: root for _, day, root in day_rows}, text_by_name["statements"],
    )  # fmt: skip
    if publication.text() != text:
        raise ValueError("no published text")
    return publication


def root_of(publication: str) -> str:
    """The root of a published text."""
    return hashlib.sha256(publication.encode()).hexdigest()


def files_leaf(salt: bytes, files: Mapping[str, str]) -> bytes:
    """The leaf of a statement in the tree of all. `files`: name -> SHA-256."""
    return merkle.leaf(salt, "".join(f"{name} {files[name]}\n" for name in FILES))


def canonical(document: Any) -> bytes:
    """JSON in the one form that a proof may have, so that no byte of it is without meaning."""
    return f"{_compact(document)}\n".encode()


# made once: json.dumps would make one for each of thousands of small texts
_compact = json.JSONEncoder(separators=(",", ":"), sort_keys=True, allow_nan=False).encode


def packed(text: bytes) -> bytes:
    """A proof's JSON as its file: a fifth to a third of it. gzip (RFC 1952), without a time."""
    return b"".join(packed_pieces([text]))


class PackedPiece(NamedTuple):
    """A piece of a proof's JSON that was packed before, because other proofs have it, too."""

    content: bytes


def packed_pieces(texts: Iterable[Union[bytes, PackedPiece]]) -> Iterator[bytes]:
    """As `packed`, of a text in pieces. What was packed before is a member of the file of its own
    (RFC 1952, 2.2).
    """
    packing = None
    for text in texts:
        if isinstance(text, bytes):
            packing = packing or zlib.compressobj(_LEVEL, wbits=_GZIP)
            yield packing.compress(text)
            continue
        if packing is not None:
            yield packing.flush()
        packing = None
        yield text.content
    if packing is not None:
        yield packing.flush()


def texts(
    publication: str,
    files: Mapping[str, str],
    salt: bytes,
    path: Sequence[str],
    lines: Iterable[bytes],
    times: Iterable[tuple[str, Sequence[PackedPiece]]],
) -> Iterator[Union[bytes, PackedPiece]]:
    """A proof as `canonical` writes it, in pieces. `lines`: as `line_text`; `times`, read after the
    lines: of each PDU its days, as `times_text`.
    """
    values = {"published": publication, "files": files, "salt": salt.hex(), "path": [*path]}
    text = {name: _compact(value) for name, value in values.items()}
    yield f'{{"files":{text["files"]},"form":{FORM},"lines":['.encode()
    for at, line in enumerate(lines):
        yield b"," + line if at else line
    end = f'],"path":{text["path"]},"published":{text["published"]},"salt":{text["salt"]}'
    yield f'{end},"times":{{'.encode()
    for at, (pdu, days) in enumerate(times):
        yield f"{',' if at else ''}{_compact(pdu)}:{{".encode()
        for place, day in enumerate(days):
            yield from (_COMMA, day) if place else (day,)
        yield b"}"
    yield b"}}\n"


def line_text(pdu: str, outlet: str, days: Iterable[bytes]) -> bytes:
    """An outlet's part of a proof. `days`: as `day_text`."""
    place = f'],"outlet":{_compact(outlet)},"pdu":{_compact(pdu)}}}'
    return b'{"days":[' + b",".join(days) + place.encode()


def day_text(day: str, path: Sequence[str], disclosure_text: bytes) -> bytes:
    """A day of an outlet. `disclosure_text`: what is shown of it, as `canonical` writes it."""
    head = f'{{"day":{_compact(day)},"path":{_compact([*path])},'
    return head.encode() + disclosure_text.strip()[1:]


def times_text(day: str, times: bytes) -> PackedPiece:
    """The times of a PDU's polls on a day. `times`: their JSON list."""
    return PackedPiece(packed(f"{_compact(day)}:".encode() + times))


_COMMA = PackedPiece(packed(b","))


def unpack(content: bytes) -> bytes:
    """What `packed` was given. Raises ValueError, also for what else such a file may have beside
    it: a name, a time, bytes behind its end that are no member.
    """
    texts, left = list[bytes](), _LONGEST
    while content:
        unpacking = zlib.decompressobj(wbits=_GZIP)
        try:
            texts.append(unpacking.decompress(content, left))
        except zlib.error as error:
            raise ValueError(str(error)) from None
        left -= len(texts[-1])
        if not (unpacking.eof and content.startswith(_GZIP_HEAD)) or left <= 0:
            raise ValueError("no packed proof")
        content = unpacking.unused_data
    return b"".join(texts)


def visible(texts: Sequence[str]) -> Sequence[str]:
    """The heads and rows that are shown. Raises ValueError if any between them are hidden."""
    places = _places(texts)
    if any(map(leaf_rows.is_hidden, texts[places.start : places.stop])):
        raise ValueError("a reading between others is hidden")
    return [text for text in texts if not leaf_rows.is_hidden(text)]


def _places(texts: Sequence[str]) -> range:
    """From the first row that is shown to the last one."""
    shown_lines = [
        at
        for at, text in enumerate(texts)
        if not leaf_rows.is_hidden(text) and not leaf_rows.is_head(text)
    ]
    return (
        range(shown_lines[0], shown_lines[-1] + 1) if shown_lines else range(len(texts), len(texts))
    )


class ProofSummary(NamedTuple):
    """What was found in order."""

    customer: str
    begin: str
    end: str
    outlets: int
    readings: int
    #: of the files whose hashes are proven: those that were there
    files: Sequence[str]
    publication: Publication
    #: the whole statement
    statement: Mapping[str, Any]
    #: what no reading is shown of, as sentences
    missing: Sequence[str] = ()


def check_proof(proof: bytes, files: Mapping[str, bytes], root: str) -> ProofSummary:
    """Check a statement and all of its figures. `files`: those of FILES that are there; JSON must.

    Raises NotVerified.
    """
    try:
        return _check(proof, files, root)
    except BAD as error:
        raise NotVerified(
            f"the proof is not as it was written ({printable(str(error), 80)})"
        ) from None


def _check(proof: bytes, files: Mapping[str, bytes], root: str) -> ProofSummary:
    text = unpack(proof)
    proof_document = json.loads(text)
    if canonical(proof_document) != text:
        raise NotVerified("the proof is not as it was written: it is not in its one form")
    if set(proof_document) != _KEYS or proof_document["form"] != FORM:
        raise NotVerified("the proof has another form than this program knows")
    del text
    proof_document = restore_times(proof_document)
    if root_of(proof_document["published"]) != root:
        raise NotVerified("the proof is of another root than the one that you gave")
    publication = publication_of(proof_document["published"])
    if set(proof_document["files"]) != set(FILES):
        raise NotVerified("the proof names other files")
    leaf = files_leaf(merkle.digest(proof_document["salt"]), proof_document["files"])
    if merkle.root_from_path(leaf, proof_document["path"]).hex() != publication.statements:
        raise NotVerified("this statement is not among those of the root")
    for name, content in files.items():
        if hashlib.sha256(content).hexdigest() != proof_document["files"][name]:
            raise NotVerified(f"{name} is not the one that was published")
    statement = stated.parse(files[JSON])
    if len(proof_document["lines"]) != len(statement["lines"]):
        raise NotVerified("statement and proof have not the same outlets")
    line_blocks, line_traces = list[Sequence[Block]](), list[traces.Trace]()
    for shown_line, line in zip(proof_document["lines"], statement["lines"]):
        texts = _readings(shown_line, line, publication)
        line_blocks.append(leaf_rows.blocks(visible(texts)))
        line_traces.append(_trace(line, texts, line_blocks[-1]))
    twice = traces.counted_twice(line_traces)
    if twice:
        raise NotVerified(twice)
    again = _again(statement, line_blocks, publication)
    different = next(_differences("", again, statement), None)
    if different is not None:
        raise NotVerified(
            f"the statement says {different}; it was written by version"
            f" {printable(str(statement['version']), 20)}"
        )
    return ProofSummary(
        statement["customer"],
        statement["from"],
        statement["to"],
        len(line_blocks),
        sum(len(block.begins) for blocks in line_blocks for block in blocks),
        [name for name in FILES if name in files],
        publication,
        statement,
        traces.missing(line_traces),
    )


def _trace(line: Mapping[str, Any], texts: Sequence[str], blocks: Sequence[Block]) -> traces.Trace:
    """A line's register as its proof shows it."""
    places = _places(texts)
    before, after = texts[: places.start], texts[places.stop :]
    return traces.Trace(
        line["pdu"],
        line["outlet"],
        parse_time(line["from"]),
        parse_time(line["to"]),
        {(block.unit.unit, block.unit.serial) for block in blocks if len(block.begins)},
        [
            pair
            for block in blocks
            for pair in zip(block.begins.tolist(), block.kwh[0].tolist())
            if not math.isnan(pair[1])
        ],
        (sum(map(leaf_rows.is_hidden, before)), sum(map(leaf_rows.is_hidden, after))),
        [float(text.partition(",")[0]) for text in texts if leaf_rows.is_register(text)],
    )


def restore_times(proof_document: Mapping[str, Any]) -> dict[str, Any]:
    """A proof in which each day has `texts`, rows with their times. Raises one of BAD, also for
    times that no outlet has.
    """
    times, used_times = proof_document["times"], dict[str, dict[str, Any]]()
    lines = []
    for line in proof_document["lines"]:
        days = []
        for day in line["days"]:
            if "rows" in day:
                day_times = used_times.setdefault(line["pdu"], {})[day["day"]] = times[line["pdu"]][
                    day["day"]
                ]
                texts = leaf_rows.join_times(day["rows"], day_times)
                day = {**{name: day[name] for name in day if name != "rows"}, "texts": texts}
            days.append(day)
        lines.append({**line, "days": days})
    if used_times != times:
        raise ValueError("times without rows")
    return {**proof_document, "lines": lines, "times": {}}


def _readings(
    shown_line: Mapping[str, Any], line: Mapping[str, Any], publication: Publication
) -> Sequence[str]:
    """The texts of one outlet, each proven to be in the tree of its day."""
    place = (line["pdu"], line["outlet"])
    if (
        set(shown_line) != {"pdu", "outlet", "days"}
        or (shown_line["pdu"], shown_line["outlet"]) != place
    ):
        raise NotVerified("statement and proof have not the same outlets")
    days: list[disclosure.Disclosure] = []
    names: list[str] = []
    for day_document in shown_line["days"]:
        if set(day_document) - _SALTS != {"day", "path", "texts"} or len(day_document) != 4:
            raise NotVerified("the proof has another form than this program knows")
        day_disclosure, day = disclosure.parse_disclosure(day_document), day_document["day"]
        where = f"{printable(place[0], 60)}, outlet {printable(place[1], 40)}, {printable(day, 10)}"
        root = merkle.root_from_path(
            disclosure.hash_from_disclosure(day_disclosure), day_document["path"]
        )
        if root.hex() != publication.days.get(day):
            raise NotVerified(f"{where}: readings that are not those of the published root")
        heads = [json.loads(text)[:3] for text in day_disclosure.texts if leaf_rows.is_head(text)]
        if not heads or any(head != [day, *place] for head in heads):
            raise NotVerified(f"{where}: readings of another outlet or day")
        days.append(day_disclosure)
        names.append(day)
    if names != sorted(set(names)):
        raise NotVerified("the days of an outlet are not in order")
    return [text for day_disclosure in days for text in day_disclosure.texts]


def rules_of(statement: Mapping[str, Any]) -> Rules:
    """What a statement says that holds for all of its lines."""
    rows = statement["tariff_rows"]
    tariff = tuple(TariffRow(row[0], tuple(row[1]), row[2], row[3]) for row in rows)
    return Rules(zone_named(statement["zone"]), statement["tolerance_kwh"], tariff)


class Billed(NamedTuple):
    """What a statement billed."""

    number: str
    kwh: float
    #: None: nothing was priced
    net: Optional[str]
    currency: Optional[str]


class Annex(NamedTuple):
    """What makes a statement the annex of a bill, by the provider's word."""

    #: of this statement
    number: str
    #: the day on which it was made, such as 2026-11-02
    date: str
    #: the number of the first statement for this customer and period; None if this is the first
    corrects: Optional[str]
    #: up to two lines
    issuer: Sequence[str]
    customer_id: str
    customer_address: Sequence[str]
    prices: Optional[Prices]
    #: of a correction: what the statement before it billed
    before: Optional[Billed] = None

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "number": self.number,
            "date": self.date,
            "corrects": self.corrects,
            "before": None if self.before is None else self.before._asdict(),
            "issuer": [*self.issuer],
            "customer_id": self.customer_id,
            "customer_address": [*self.customer_address],
            "prices": None if self.prices is None else self.prices.document(),
        }


def annex_of(statement: Mapping[str, Any]) -> Annex:
    """What `document` made. Raises one of BAD."""
    fields = {name: statement[name] for name in Annex._fields}
    periods = [row[0] for row in statement["tariff_rows"]]
    earlier = fields["before"]
    annex = Annex(
        **{
            **fields,
            "prices": prices.prices_of(fields["prices"], periods),
            "before": None if earlier is None else Billed(**earlier),
        }
    )
    if (annex.corrects is None) != (annex.before is None):
        raise ValueError("a correction without what it corrects")
    if datetime.date.fromisoformat(annex.date).isoformat() != annex.date:
        raise ValueError("no day")
    return annex


def document(
    customer: str,
    period: tuple[float, float],
    rules: Rules,
    factors: SurchargeFactors,
    left_out: Sequence[str],
    lines: Iterable[figures.StatementFigures],
    version: str,
    annex: Annex,
) -> dict[str, Any]:
    """A whole statement, as `statement.json` has it. `left_out`: notes of damaged lines."""
    priced_lines, flows, energies = list[dict[str, Any]](), power.Together(), list[DayEnergy]()
    for line in lines:
        priced_lines.append({**line.line, **prices.price_line(line.line, annex.prices)})
        flows.add(line.power)
        energies += line.days
    together = flows.figures()
    total = figures.totals(priced_lines, together)
    begin, end = (figures.local(time, rules.zone) for time in period)
    days = local_days(*period, rules.zone)
    power_by_day = flows.daily_power([(day.day, day.begin) for day in days])
    periods = figures.sort_periods({energy.period for energy in energies}, rules)
    amounts = prices.price_total(priced_lines, total["peak_kw"], annex.prices)
    return {
        "version": version,
        **annex.document(),
        "customer": customer,
        "from": begin,
        "to": end,
        "zone": rules.zone.key,
        "tolerance_kwh": rules.tolerance_kwh,
        "tariff_rows": [[row.period, [*row.days], row.since, row.to] for row in rules.tariff],
        **dataclasses.asdict(factors),
        "left_out": [*left_out],
        "lines": priced_lines,
        "total": {
            **total,
            "peak_time": _local(together.peak_time, rules),
            "days": [*documents(days, energies, power_by_day, periods)],
            "amounts": amounts,
            "difference": _difference(annex, total["billed"], amounts),
        },
        "added": figures.surcharges(total["kwh"], factors),
    }


def contents(statement: Mapping[str, Any]) -> Mapping[str, bytes]:
    """The files of a statement, all from its JSON."""
    return {
        CSV: table(statement).encode(),
        HTML: page(statement).encode(),
        JSON: stated.content(statement),
    }


def billed_amounts(statement: Mapping[str, Any]) -> Billed:
    """What a statement bills."""
    total, annex_prices = statement["total"], statement["prices"]
    amounts = total["amounts"]
    if amounts is None:
        return Billed(statement["number"], total["billed"], None, None)
    net, currency = amounts["net"], annex_prices["currency"]
    return Billed(statement["number"], amounts["kwh"], net, currency)


def _local(time: Optional[float], rules: Rules) -> Optional[str]:
    return None if time is None else figures.local(time, rules.zone)


def content_hash(statement: Mapping[str, Any]) -> str:
    """SHA-256 of what a statement says beside its number, its date and what it corrects."""
    content = {name: value for name, value in statement.items() if name not in _OF_ITSELF}
    total = {**statement["total"], "difference": None}
    return hashlib.sha256(canonical({**content, "total": total})).hexdigest()


_OF_ITSELF = ("version", "number", "date", "corrects", "before")


def _difference(annex: Annex, billed_kwh: float, amounts: Any) -> Optional[dict[str, Any]]:
    """What a correction bills more than the statement before it, or less."""
    earlier, new_prices = annex.before, annex.prices
    if earlier is None:
        return None
    kwh = billed_kwh if amounts is None else amounts["kwh"]
    is_alike = (
        new_prices is not None
        and earlier.net is not None
        and earlier.currency == new_prices.currency
    )
    return {
        "kwh": (nearest_wh(kwh) - nearest_wh(earlier.kwh)) / 1000.0,
        "net": str(Decimal(amounts["net"]) - Decimal(earlier.net or "0")) if is_alike else None,
    }


def _again(
    statement: Mapping[str, Any], line_blocks: Sequence[Sequence[Block]], publication: Publication
) -> dict[str, Any]:
    """The statement as its readings say it."""
    rules = rules_of(statement)
    if (statement["from"], statement["to"], statement["zone"]) != publication[:3]:
        raise NotVerified("the statement is of another period than the root")
    lines = [
        figures.figures(line_inputs(line), blocks, rules)
        for line, blocks in zip(statement["lines"], line_blocks)
    ]
    factors = SurchargeFactors(statement["carbon_g_per_kwh"], statement["pue"])
    period = (parse_time(statement["from"]), parse_time(statement["to"]))
    if any(
        not period[0] <= parse_time(line["from"]) < parse_time(line["to"]) <= period[1]
        for line in statement["lines"]
    ):
        raise NotVerified("an outlet's time is not within the period of the statement")
    return document(
        statement["customer"],
        period,
        rules,
        factors,
        [str(hole) for hole in statement["left_out"]],
        lines,
        statement["version"],
        annex_of(statement),
    )


def line_inputs(line: Mapping[str, Any]) -> OutletReadings:
    """What a line states, from which its figures are computed."""
    return OutletReadings(
        line["pdu"],
        line["outlet"],
        line["name"],
        line["machine"],
        parse_time(line["from"]),
        parse_time(line["to"]),
        RegisterFacts(**line["meter"]),
        line["most_kwh"],
        line["doubted"],
        line["confirmed"],
        line["held_before"],
    )


def parse_time(text: str) -> float:
    """A time as `figures.local` wrote it, in s since 1970."""
    time = datetime.datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("a time without an offset")
    return time.timestamp()


def _differences(where: str, again: Any, document: Any) -> Iterator[str]:
    """Where a document says something else than it should. Its names have one order, too."""
    if isinstance(again, dict) and isinstance(document, dict) and [*again] == [*document]:
        for name in again:
            yield from _differences(f"{where} {name}", again[name], document[name])
    elif isinstance(again, list) and isinstance(document, list) and len(again) == len(document):
        for number, pair in enumerate(zip(again, document), start=1):
            yield from _differences(f"{where} {number}", *pair)
    elif json.dumps(again) != json.dumps(document):
        texts = [printable(json.dumps(value), 60) for value in (document, again)]
        yield f"of {where.strip()} {texts[0]}, and its readings {texts[1]}"
