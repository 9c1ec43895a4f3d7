"""A provider who changes a statement or its readings after he published the root, and edits by
chance. `python -m tests.energy.tampering --trials 1000` counts how many are found.

He has everything: key, readings, programs. He computes the statement anew from what he forged, and
all hashes below the root.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional

from handlers.shared.errors import SettingsError
from pdu import root as command
from pdu.energy.statement import disclosure, figures, leaf_rows, proof
from pdu.energy.statement.disclosure import STREAM
from pdu.energy.statement.proof import contents
from tests.hall.twin.month import LIMIT_KW, Month, customers, written


class Issued(NamedTuple):
    """What a customer got."""

    proof: bytes
    files: Mapping[str, bytes]


class World(NamedTuple):
    """A published month, or a few days of it."""

    root: str
    customers: Sequence[Issued]


def world(
    folder: Path,
    first: str = "2026-10-11",
    after: str = "2026-10-15",
    more: Sequence[str] = (),
    tariff: str = "day-night",
) -> World:
    """Statements of some days of the simulated month, read each hour, with one hand-over."""
    month = Month(2026, 10)
    readings, owners = written(folder, month, 3600.0), customers(folder, month)
    into = folder / "issued"
    arguments = [
        "energy", "statement", readings, "--from", first, "--to", after, "--zone", "Europe/Berlin",
        "--limit-kw", LIMIT_KW, "--customers", owners, "--into", into, "--tariff", tariff,
    ]  # fmt: skip
    if command.run([*map(str, arguments), *more]):
        raise SystemExit("no statement")
    root = hashlib.sha256((into / proof.PUBLISHED).read_bytes()).hexdigest()
    return World(root, [issued_in(one) for one in sorted(into.glob("0*"))])


def issued_in(folder: Path) -> Issued:
    """The files of a customer's statement."""
    files = {name: (folder / name).read_bytes() for name in proof.FILES}
    return Issued((folder / proof.PROOF).read_bytes(), files)


def refused(issued: Issued, root: str) -> Optional[str]:
    """Why the customer refuses it; None if he takes it."""
    try:
        proof.check_proof(issued.proof, issued.files, root)
    except SettingsError as error:
        return str(error)
    return None


def edited(issued: Issued, draw: random.Random) -> Issued:
    """One byte or piece of one file changed, removed, doubled or inserted. The bits between the end
    of packed data and its next byte (RFC 1951, 3.2.3) say nothing: they alone are no change.
    """
    names = [proof.PROOF, *issued.files]
    name = draw.choice(names)
    is_unpacked = name == proof.PROOF and draw.random() < 0.5
    before = issued.proof if name == proof.PROOF else issued.files[name]
    if is_unpacked:
        before = proof.unpack(before)
    content = before
    while content == before or (name == proof.PROOF and _says(content) == _says(before)):
        at, length = draw.randrange(len(before)), draw.choice((1, 1, 1, 2, 5, 200))
        piece = before[at : at + length]
        new = draw.choice(
            (
                b"",
                piece * 2,
                bytes(draw.choice(b'0123456789abcdef,. "') for _ in piece),
                bytes([piece[0] ^ (1 << draw.randrange(8))]) + piece[1:],
                piece + bytes([draw.randrange(256)]),
            )
        )
        content = before[:at] + new + before[at + length :]
    if name == proof.PROOF:
        return issued._replace(proof=proof.packed(content) if is_unpacked else content)
    return issued._replace(files={**issued.files, name: content})


def _says(packed: bytes) -> bytes:
    """The proof in a file; the bytes themselves where they are not packed."""
    try:
        return proof.unpack(packed)
    except ValueError:
        return packed


Forged = dict[str, Any]


def forged(kind: str, world: World, draw: random.Random) -> Issued:
    """What a provider gives in place of what he published: never the same."""
    while True:
        issued = draw.choice(world.customers)
        if kind != TIMES:
            issued = spelled(issued)
        found = _forged(kind, issued, world, draw)
        if found != issued:
            return found


def spelled(issued: Issued) -> Issued:
    """The same with the times of polls in each row of the proof."""
    said = proof.restore_times(json.loads(proof.unpack(issued.proof)))
    return issued._replace(proof=proof.packed(proof.canonical(said)))


def _forged(kind: str, issued: Issued, world: World, draw: random.Random) -> Issued:
    said = json.loads(proof.unpack(issued.proof))
    before = copy.deepcopy(said)
    statement = json.loads(issued.files[proof.JSON])
    stated = copy.deepcopy(statement)
    while said == before and statement == stated:
        _KINDS[kind](said, statement, world, draw)
    files: Mapping[str, bytes] = {
        **issued.files,
        proof.JSON: f"{json.dumps(statement, indent=1)}\n".encode(),
    }
    if draw.random() < 0.7:
        files = _again(said, statement) or files
    if draw.random() < 0.9:
        said["files"] = {name: hashlib.sha256(one).hexdigest() for name, one in files.items()}
    return Issued(proof.packed(proof.canonical(said)), files)


def _again(said: Forged, statement: Forged) -> Optional[Mapping[str, bytes]]:
    """All files from what was forged, as the program writes them; None if it cannot."""
    try:
        rules = proof.rules_of(statement)
        lines = []
        for line, shown in zip(statement["lines"], proof.restore_times(said)["lines"]):
            days = [disclosure.parse_disclosure(_kept(day)) for day in shown["days"]]
            texts = proof.visible([text for day in days for text in day.texts])
            blocks = leaf_rows.blocks(texts)
            lines.append(figures.figures(proof.line_inputs(line), blocks, rules))
        period = (proof.parse_time(statement["from"]), proof.parse_time(statement["to"]))
        factors = figures.SurchargeFactors(statement["carbon_g_per_kwh"], statement["pue"])
        made = proof.document(
            statement["customer"],
            period,
            rules,
            factors,
            statement["left_out"],
            lines,
            statement["version"],
            proof.annex_of(statement),
        )
        return contents(made)
    except (*proof.BAD, StopIteration, SettingsError):
        return None


def _kept(day: Forged) -> Forged:
    return {name: value for name, value in day.items() if name not in ("day", "path")}


def _row(said: Forged, draw: random.Random) -> tuple[list[str], int]:
    """A reading in the customer's own time: its day's texts, and its place."""
    day = draw.choice([day for line in said["lines"] for day in line["days"] if STREAM in day])
    texts: list[str] = day["texts"]
    return texts, draw.choice([at for at, one in enumerate(texts) if not leaf_rows.is_head(one)])


def _edit(said: Forged, statement: Forged, world: World, draw: random.Random) -> None:
    """A register, a current or a figure is another one."""
    if draw.random() < 0.3:
        line = draw.choice(statement["lines"])
        bound = draw.choice(("low", "best", "high"))
        line["kwh"][bound] = round((line["kwh"][bound] or 0.0) + draw.choice((-1, 1, 10)), 3)
        return
    texts, at = _row(said, draw)
    register, bar, flow = texts[at].partition("|")
    *times, kwh = register.split(",")
    amperes, watts, state = flow.split(",")
    by = draw.choice((0.01, -0.01, 1.0, 100.0))
    if draw.random() < 0.6 and kwh:
        kwh = repr(round(float(kwh) + by, 2))
    elif watts:
        watts = repr(round(float(watts) * (1.0 + by), 1))
    texts[at] = f"{','.join([*times, kwh])}{bar}{','.join((amperes, watts, state))}"


def _drop(said: Forged, statement: Forged, world: World, draw: random.Random) -> None:
    """A reading, a day or an outlet is not there, or stands as a hash."""
    what = draw.randrange(4)
    line = draw.choice(said["lines"])
    if what == 0 and line["days"]:
        line["days"].pop(draw.randrange(len(line["days"])))
    elif what == 1 and len(said["lines"]) > 1:
        number = draw.randrange(len(said["lines"]))
        said["lines"].pop(number)
        statement["lines"].pop(number)
    else:
        texts, at = _row(said, draw)
        if what == 2:
            texts.pop(at)
        else:
            _hide(said, texts, at)


def _hide(said: Forged, texts: list[str], at: int) -> None:
    """The reading's own hash stands in its place, and all hashes fit."""
    day = next(day for line in said["lines"] for day in line["days"] if day["texts"] is texts)
    day.update(part_of(day.pop(STREAM), texts, {*range(len(texts))} - {at}).document())


def part_of(stream: str, texts: Sequence[str], shown: Container[int]) -> disclosure.Disclosure:
    """The heads, and the texts at some places of a whole day."""
    disclosed, given = list[str](), list[Sequence[bytes]]()
    seed = bytes.fromhex(stream)
    for at, (text, salts) in enumerate(zip(texts, disclosure.day_salts(seed, len(texts)))):
        is_head = leaf_rows.is_head(text)
        if is_head or at in shown:
            disclosed.append(text)
            given.append(salts[: 1 if is_head else 2])
        else:
            disclosed.append(f"{leaf_rows.HIDDEN}{disclosure.leaf(text, *salts).hex()}")
    return disclosure.Disclosure(disclosed, None, given)


def _back_date(said: Forged, statement: Forged, world: World, draw: random.Random) -> None:
    """Readings, a hand-over or the period are at other times."""
    by = draw.choice((-3600.0, 60.0, 86400.0))
    what = draw.randrange(3)
    if what == 0:
        line, edge = draw.choice(statement["lines"]), draw.choice(("from", "to"))
        zone = proof.rules_of(statement).zone
        line[edge] = figures.local(proof.parse_time(line[edge]) + by, zone)
    elif what == 1:
        day = draw.choice([day for line in said["lines"] for day in line["days"]])
        day["texts"] = [_shifted(one, by) for one in day["texts"]]
    else:
        texts, at = _row(said, draw)
        texts[at] = _shifted(texts[at], by)


def _shifted(text: str, by: float) -> str:
    if text.startswith((leaf_rows.HEAD, leaf_rows.HIDDEN)):
        return text
    begin, end, rest = text.split(",", 2)
    return f"{float(begin) + by!r},{float(end) + by!r},{rest}"


def _swap(said: Forged, statement: Forged, world: World, draw: random.Random) -> None:
    """An outlet's readings are those of another outlet, day or customer."""
    other = proof.restore_times(json.loads(proof.unpack(draw.choice(world.customers).proof)))
    line, instead = draw.choice(said["lines"]), draw.choice(other["lines"])
    what = draw.randrange(4)
    if what == 0:
        line["days"] = instead["days"]
    elif what == 1:
        line["days"][0], line["days"][-1] = line["days"][-1], line["days"][0]
    elif what == 2:
        day, new = draw.choice(line["days"]), draw.choice(instead["days"])
        day.update({name: new[name] for name in ("path", "texts")})
    else:
        for name in ("salt", "path", "files"):
            said[name] = other[name]


def _times(said: Forged, statement: Forged, world: World, draw: random.Random) -> None:
    """The times that all outlets of a PDU have in common are others."""
    pdu = draw.choice(sorted(said["times"]))
    days = said["times"][pdu]
    day = draw.choice(sorted(days))
    what, at = draw.randrange(4), draw.randrange(len(days[day]))
    if what == 0:
        days[day][at] = _shifted(days[day][at] + ",", draw.choice((-3600.0, 60.0)))[:-1]
    elif what == 1:
        days[day].pop(at)
    elif what == 2:
        days[day].insert(at, days[day][at])
    else:
        days["2026-01-01"] = days[day]


TIMES = "times"
_KINDS: Mapping[str, Callable[[Forged, Forged, World, random.Random], None]] = {
    "edit": _edit,
    "drop": _drop,
    "back-date": _back_date,
    "swap": _swap,
    TIMES: _times,
}
KINDS = tuple(_KINDS)


def main() -> int:
    """Count what is found."""
    parser = argparse.ArgumentParser(prog="python -m tests.energy.tampering", description=__doc__)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw, found = random.Random(options.seed), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        made = world(Path(folder))
        for number in range(options.trials):
            kind = KINDS[number % len(KINDS)]
            found[kind] += refused(forged(kind, made, draw), made.root) is not None
            one = draw.choice(made.customers)
            found["edits by chance"] += refused(edited(one, draw), made.root) is not None
    print(f"found of {options.trials} forgeries and {options.trials} edits: {dict(found)}")
    return 0 if sum(found.values()) == 2 * options.trials else 1


if __name__ == "__main__":
    sys.exit(main())
