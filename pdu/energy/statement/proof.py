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
from typing import Any, NamedTuple, Optional

from handlers.shared.errors import SettingsError, printable

from ..registers.meter_facts import RegisterFacts
from ..registers.period import zone_named
from . import disclosure, figures, leaf_rows, merkle, power, prices
from .figures import OutletReadings, Rules, SurchargeFactors
from .prices import Prices
from .tariffs import TariffRow

FORM = 2
HTML, CSV, JSON, PROOF, PUBLISHED = (
    "statement.html",
    "statement.csv",
    "statement.json",
    "proof.json.gz",
    "published.txt",
)
#: the files whose hashes are proven
FILES = (CSV, HTML, JSON)
#: what nothing here proves
LIMITS = (
    "The proof does not show that the meter was right, nor that its readings were right before they"
    " were published. It shows that nobody changed these readings and this statement afterwards, if"
    " the provider publishes one root for all customers. That these outlets are the customer's, and"
    " the moment of a hand-over, are the provider's word."
)
#: what no reading of the customer shows
STATED = (
    "what the provider alone says: number, date, issuer, customer and what it corrects, prices,"
    " whose outlet when (from, to), machine, name, limit_kw, step_kwh, class_percent, volts and"
    " own_use_w of each meter, most_kwh, doubted, tolerance_kwh, hours of the tariff, carbon, pue,"
    " left_out, version"
)
_FIRST = f"pdu statements {FORM}"
#: zlib's name for a gzip file of the largest window, and how such a file begins
_GZIP, _GZIP_HEAD = 31, bytes((31, 139, 8, 0, 0, 0, 0, 0, 4, 3))
_KEYS = {"form", "published", "files", "salt", "path", "lines", "times"}
#: of a day in a proof: one of these says its salts
_SALTS = {"salts", disclosure.STREAM, disclosure.EACH}
#: a fifth of the time of the usual one, for a fifth more bytes
_LEVEL = 1
#: a proof of 1,000 outlets has 0.7 GB; in bytes
_LONGEST = 2_000_000_000
#: what a malformed file raises
BAD = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)
#: figures have three places; another processor may round the last one otherwise
_ROUNDING = 0.001 + 1e-9


class NotVerified(SettingsError):
    """A statement that is not the one that was published, or says what its readings do not."""


class Published(NamedTuple):
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


def published_of(text: str) -> Published:
    """What `text` made. Raises ValueError."""
    first, begin, end, zone, chain, *days, statements, rest = text.split("\n")
    listed = [one.split(" ") for one in days]
    named = dict(
        zip(("from", "to", "zone", "chain", "statements"), (begin, end, zone, chain, statements))
    )
    said = {name: line[len(name) + 1 :] for name, line in named.items()}
    found = Published(
        said["from"], said["to"], said["zone"], said["chain"],
        {day: root for _, day, root in listed}, said["statements"],
    )  # fmt: skip
    if found.text() != text:
        raise ValueError("no published text")
    return found


def root_of(published: str) -> str:
    """The root of a published text."""
    return hashlib.sha256(published.encode()).hexdigest()


def files_leaf(salt: bytes, files: Mapping[str, str]) -> bytes:
    """The leaf of a statement in the tree of all. `files`: name -> SHA-256."""
    return merkle.leaf(salt, "".join(f"{name} {files[name]}\n" for name in FILES))


def canonical(document: Any) -> bytes:
    """JSON in the one form that a proof may have, so that no byte of it is without meaning."""
    return f"{_compact(document)}\n".encode()


def _compact(document: Any) -> str:
    return json.dumps(document, separators=(",", ":"), sort_keys=True, allow_nan=False)


def packed(text: bytes) -> bytes:
    """A proof's JSON as its file: a fifth to a third of it. gzip (RFC 1952), without a time."""
    packing = zlib.compressobj(_LEVEL, wbits=_GZIP)
    return packing.compress(text) + packing.flush()


def packed_pieces(texts: Iterable[bytes]) -> Iterator[bytes]:
    """As `packed`, of a text in pieces."""
    packing = zlib.compressobj(_LEVEL, wbits=_GZIP)
    yield from map(packing.compress, texts)
    yield packing.flush()


def texts(
    published: str,
    files: Mapping[str, str],
    salt: bytes,
    path: Sequence[str],
    lines: Iterable[bytes],
    times: Iterable[bytes],
) -> Iterator[bytes]:
    """A proof as `canonical` writes it, in pieces. `lines`: as `line_text`; `times`: as
    `times_text`, read after the lines.
    """
    said = {"published": published, "files": files, "salt": salt.hex(), "path": [*path]}
    text = {name: _compact(value) for name, value in said.items()}
    yield f'{{"files":{text["files"]},"form":{FORM},"lines":['.encode()
    for at, line in enumerate(lines):
        yield b"," + line if at else line
    end = f'],"path":{text["path"]},"published":{text["published"]},"salt":{text["salt"]}'
    yield f'{end},"times":{{'.encode()
    for at, one in enumerate(times):
        yield b"," + one if at else one
    yield b"}}\n"


def line_text(pdu: str, outlet: str, days: Iterable[bytes]) -> bytes:
    """An outlet's part of a proof. `days`: as `day_text`."""
    place = f'],"outlet":{_compact(outlet)},"pdu":{_compact(pdu)}}}'
    return b'{"days":[' + b",".join(days) + place.encode()


def day_text(day: str, path: Sequence[str], shown: bytes) -> bytes:
    """A day of an outlet. `shown`: what is shown of it, as `canonical` writes it."""
    head = f'{{"day":{_compact(day)},"path":{_compact([*path])},'
    return head.encode() + shown.strip()[1:]


def times_text(pdu: str, days: Mapping[str, bytes]) -> bytes:
    """The times of a PDU's polls. `days`: day -> its JSON list."""
    said = [f"{_compact(day)}:".encode() + days[day] for day in sorted(days)]
    return f"{_compact(pdu)}:{{".encode() + b",".join(said) + b"}"


def unpacked(content: bytes) -> bytes:
    """What `packed` was given. Raises ValueError, also for what else such a file may have beside
    it: a name, a time, bytes behind its end.
    """
    unpacking = zlib.decompressobj(wbits=_GZIP)
    try:
        text = unpacking.decompress(content, _LONGEST)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not (unpacking.eof and content.startswith(_GZIP_HEAD)) or unpacking.unused_data:
        raise ValueError("no packed proof")
    return text


def visible(days: Sequence[disclosure.Disclosure]) -> Sequence[str]:
    """The heads and rows that are shown. Raises ValueError if any between them are hidden."""
    texts = [text for day in days for text in day.texts]
    read = [
        at for at, one in enumerate(texts) if not _is_hidden(one) and not leaf_rows.is_head(one)
    ]
    if read and any(map(_is_hidden, texts[read[0] : read[-1] + 1])):
        raise ValueError("a reading between others is hidden")
    return [text for text in texts if not _is_hidden(text)]


def _is_hidden(text: str) -> bool:
    return text.startswith(leaf_rows.HIDDEN)


class Checked(NamedTuple):
    """What was found in order."""

    customer: str
    begin: str
    end: str
    outlets: int
    readings: int
    #: of the files whose hashes are proven: those that were there
    files: Sequence[str]
    published: Published
    #: the whole statement
    statement: Mapping[str, Any]
    #: whether page and table say what its figures do, not only that they were published
    is_compared: bool = False


def checked(proof: bytes, files: Mapping[str, bytes], root: str) -> Checked:
    """Check a statement and all of its figures. `files`: those of FILES that are there; JSON must.

    Raises NotProven.
    """
    try:
        return _checked(proof, files, root)
    except BAD as error:
        raise NotVerified(
            f"the proof is not as it was written ({printable(str(error), 80)})"
        ) from None


def _checked(proof: bytes, files: Mapping[str, bytes], root: str) -> Checked:
    text = unpacked(proof)
    said = json.loads(text)
    if canonical(said) != text:
        raise NotVerified("the proof is not as it was written: it is not in its one form")
    if set(said) != _KEYS or said["form"] != FORM:
        raise NotVerified("the proof has another form than this program knows")
    del text
    said = with_times(said)
    if root_of(said["published"]) != root:
        raise NotVerified("the proof is of another root than the one that you gave")
    published = published_of(said["published"])
    if set(said["files"]) != set(FILES):
        raise NotVerified("the proof names other files")
    leaf = files_leaf(merkle.digest(said["salt"]), said["files"])
    if merkle.root_from_path(leaf, said["path"]).hex() != published.statements:
        raise NotVerified("this statement is not among those of the root")
    for name, content in files.items():
        if hashlib.sha256(content).hexdigest() != said["files"][name]:
            raise NotVerified(f"{name} is not the one that was published")
    statement = json.loads(files[JSON])
    shown = [_readings(*pair, published) for pair in zip(said["lines"], statement["lines"])]
    if not len(shown) == len(said["lines"]) == len(statement["lines"]):
        raise NotVerified("statement and proof have not the same outlets")
    _check_times(statement["lines"])
    again = _again(statement, shown, published)
    different = next(_differences("", again, statement), None)
    if different is not None:
        raise NotVerified(
            f"the statement says {different}; it was written by version"
            f" {printable(str(statement['version']), 20)}"
        )
    return Checked(
        statement["customer"],
        statement["from"],
        statement["to"],
        len(shown),
        sum(not leaf_rows.is_head(text) for texts in shown for text in texts),
        [name for name in FILES if name in files],
        published,
        statement,
    )


def with_times(said: Mapping[str, Any]) -> dict[str, Any]:
    """A proof in which each day has `texts`, rows with their times. Raises one of BAD, also for
    times that no outlet has.
    """
    times, used = said["times"], dict[str, dict[str, Any]]()
    lines = []
    for line in said["lines"]:
        days = []
        for day in line["days"]:
            if "rows" in day:
                own = used.setdefault(line["pdu"], {})[day["day"]] = times[line["pdu"]][day["day"]]
                texts = leaf_rows.join_times(day["rows"], own)
                day = {**{name: day[name] for name in day if name != "rows"}, "texts": texts}
            days.append(day)
        lines.append({**line, "days": days})
    if used != times:
        raise ValueError("times without rows")
    return {**said, "lines": lines, "times": {}}


def _readings(
    line: Mapping[str, Any], stated: Mapping[str, Any], published: Published
) -> Sequence[str]:
    """The heads and rows of one outlet, each proven to be in the tree of its day."""
    place = (stated["pdu"], stated["outlet"])
    if set(line) != {"pdu", "outlet", "days"} or (line["pdu"], line["outlet"]) != place:
        raise NotVerified("statement and proof have not the same outlets")
    days: list[disclosure.Disclosure] = []
    names: list[str] = []
    for said in line["days"]:
        if set(said) - _SALTS != {"day", "path", "texts"} or len(said) != 4:
            raise NotVerified("the proof has another form than this program knows")
        shown, day = disclosure.parse_disclosure(said), said["day"]
        where = f"{printable(place[0], 60)}, outlet {printable(place[1], 40)}, {printable(day, 10)}"
        found = merkle.root_from_path(disclosure.hash_from_disclosure(shown), said["path"])
        if found.hex() != published.days.get(day):
            raise NotVerified(f"{where}: readings that are not those of the published root")
        heads = [json.loads(text)[:3] for text in shown.texts if leaf_rows.is_head(text)]
        if not heads or any(head != [day, *place] for head in heads):
            raise NotVerified(f"{where}: readings of another outlet or day")
        days.append(shown)
        names.append(day)
    if names != sorted(set(names)):
        raise NotVerified("the days of an outlet are not in order")
    return visible(days)


def _check_times(lines: Sequence[Mapping[str, Any]]) -> None:
    """Raises NotProven for an outlet that is in the statement twice at one time."""
    times = sorted(
        (one["pdu"], one["outlet"], parse_time(one["from"]), parse_time(one["to"])) for one in lines
    )
    for one, other in zip(times, times[1:]):
        if one[:2] == other[:2] and other[2] < one[3]:
            raise NotVerified(
                f"{printable(one[0], 60)}, outlet {printable(one[1], 40)} is in the statement twice"
                " at one time"
            )


def rules_of(statement: Mapping[str, Any]) -> Rules:
    """What a statement says that holds for all of its lines."""
    tariff = [TariffRow(one[0], tuple(one[1]), one[2], one[3]) for one in statement["tariff_rows"]]
    return Rules(zone_named(statement["zone"]), statement["tolerance_kwh"], tariff)


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

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            **self._asdict(),
            "issuer": [*self.issuer],
            "customer_address": [*self.customer_address],
            "prices": None if self.prices is None else self.prices.document(),
        }


def annex_of(statement: Mapping[str, Any]) -> Annex:
    """What `document` made. Raises one of BAD."""
    said = {name: statement[name] for name in Annex._fields}
    periods = [one[0] for one in statement["tariff_rows"]]
    found = Annex(**{**said, "prices": prices.prices_of(said["prices"], periods)})
    texts = [found.number, found.customer_id, *found.issuer, *found.customer_address]
    if not all(isinstance(one, str) for one in [*texts, found.corrects or ""]):
        raise ValueError("no text")
    if datetime.date.fromisoformat(found.date).isoformat() != found.date:
        raise ValueError("no day")
    return found


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
    priced, flows = list[dict[str, Any]](), power.Together()
    for one in lines:
        priced.append({**one.line, **prices.of_line(one.line, annex.prices)})
        flows.add(one.power)
    total = figures.totals(priced, flows.figures())
    begin, end = (figures.local(time, rules.zone) for time in period)
    return {
        "form": FORM,
        "version": version,
        **annex.document(),
        "customer": customer,
        "from": begin,
        "to": end,
        "zone": rules.zone.key,
        "tolerance_kwh": rules.tolerance_kwh,
        "tariff_rows": [[one.period, [*one.days], one.since, one.to] for one in rules.tariff],
        **dataclasses.asdict(factors),
        "left_out": [*left_out],
        "lines": priced,
        "total": {**total, "amounts": prices.of_total(priced, total["peak_kw"], annex.prices)},
        "added": figures.surcharges(total["kwh"], factors),
        "limits": LIMITS,
    }


def _again(
    statement: Mapping[str, Any], shown: Sequence[Sequence[str]], published: Published
) -> dict[str, Any]:
    """The statement as its readings say it."""
    rules = rules_of(statement)
    if (statement["from"], statement["to"], statement["zone"]) != published[:3]:
        raise NotVerified("the statement is of another period than the root")
    lines = [
        figures.figures(line_inputs(line), [one for _, one in leaf_rows.blocks(texts)], rules)
        for line, texts in zip(statement["lines"], shown)
    ]
    factors = SurchargeFactors(statement["carbon_g_per_kwh"], statement["pue"])
    period = (parse_time(statement["from"]), parse_time(statement["to"]))
    if any(
        not period[0] <= parse_time(one["from"]) < parse_time(one["to"]) <= period[1]
        for one in statement["lines"]
    ):
        raise NotVerified("an outlet's time is not within the period of the statement")
    return document(
        statement["customer"],
        period,
        rules,
        factors,
        [str(one) for one in statement["left_out"]],
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
    )


def parse_time(text: str) -> float:
    """A time as `figures.local` wrote it, in s since 1970."""
    found = datetime.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time without an offset")
    return found.timestamp()


def _differences(where: str, again: Any, said: Any) -> Iterator[str]:
    """Where a document says something else than it should."""
    if isinstance(again, dict) and isinstance(said, dict) and again.keys() == said.keys():
        for name in again:
            yield from _differences(f"{where} {name}", again[name], said[name])
    elif isinstance(again, list) and isinstance(said, list) and len(again) == len(said):
        for number, pair in enumerate(zip(again, said), start=1):
            yield from _differences(f"{where} {number}", *pair)
    elif not _is_same(again, said):
        shown = [printable(json.dumps(one), 60) for one in (said, again)]
        yield f"of {where.strip()} {shown[0]}, and its readings {shown[1]}"


def _is_same(one: Any, other: Any) -> bool:
    numbers = (int, float)
    if type(one) in numbers and type(other) in numbers:
        return math.isclose(one, other, rel_tol=0.0, abs_tol=_ROUNDING)
    return type(one) is type(other) and bool(one == other)
