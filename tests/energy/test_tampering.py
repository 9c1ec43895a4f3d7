"""What is changed after the root was published is found, and nothing of others can be recovered."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from pdu import root as command
from pdu.core.files.journal import Journal
from pdu.energy.statement import disclosure, leaf_rows, merkle, proof
from pdu.energy.statement.day_roots import SaltKey
from tests.energy.stand_alone import refusal_of
from tests.energy.tampering import (
    KINDS,
    World,
    edited,
    forged,
    part_of,
    refused,
    spelled,
    world,
)
from tests.hall.twin.month import OUTLETS, Month, written
from tests.pdu.running import run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world(tmp_path_factory.mktemp("world"))


def test_what_was_published_is_taken(made: World) -> None:
    assert len(made.customers) == 3
    assert [refused(one, made.root) for one in made.customers] == [None] * 3


def test_what_was_published_is_taken_with_the_times_in_each_row(made: World) -> None:
    """So forgeries that are written this way are not found by their form."""
    for one in made.customers:
        assert json.loads(proof.unpack(one.proof))["times"]
        assert spelled(one) != one and refused(spelled(one), made.root) is None


def test_random_edits_of_a_statement_or_proof_are_found(made: World) -> None:
    """`python -m tests.energy.tampering` has 1,000 of them, and as many forgeries."""
    draw = random.Random(53)
    for _ in range(200):
        changed = edited(draw.choice(made.customers), draw)
        assert refused(changed, made.root) is not None, changed


@pytest.mark.parametrize("kind", KINDS)
def test_a_provider_who_changes_what_he_published_is_found(made: World, kind: str) -> None:
    draw = random.Random(kind)
    for _ in range(10):
        changed = forged(kind, made, draw)
        assert refused(changed, made.root) is not None, changed


def test_the_witness_finds_them_too(made: World, tmp_path: Path) -> None:
    draw = random.Random(7)
    for number, kind in enumerate(KINDS):
        folder = tmp_path / str(number)
        folder.mkdir()
        changed = forged(kind, made, draw)
        (folder / proof.PROOF).write_bytes(changed.proof)
        for name, content in changed.files.items():
            (folder / name).write_bytes(content)
        assert refusal_of(folder, made.root)[0] is not None, kind


def test_no_reading_of_another_can_be_recovered_by_trying_all_of_a_day(made: World) -> None:
    """On the day of a hand-over, the customer after it sees hashes of the readings before it."""
    said = json.loads(proof.unpack(made.customers[2].proof))
    line = said["lines"][0]
    (day,) = (one for one in line["days"] if one["day"] == "2026-10-12")
    hidden = {bytes.fromhex(one[1:]) for one in day["texts"] if one.startswith(leaf_rows.HIDDEN)}
    shown = [one for one in day["texts"] if not one.startswith((leaf_rows.HIDDEN, leaf_rows.HEAD))]
    assert len(hidden) >= 10 and shown
    # Whoever tries knows all but the register: the turn of each poll, what flowed, and every salt
    # that he was given.
    salts = [bytes.fromhex(one) for all_ in day["salts"] for one in all_]
    tried = 0
    first, up = 1791763201.0, 5000000.0
    before = float(shown[0].partition("|")[0].split(",")[-1])
    flowed = merkle.sha256(b"1.0,230.0,1")
    for salt in [b"", b"\0" * 16, *salts]:
        for step in range(0, 400):
            kwh = round(before - 0.01 * step, 2)
            text = f"{first!r},{first + 0.2!r},1.0,{up!r},{kwh!r}|".encode()
            assert merkle.sha256(merkle.LEAF + salt + text + flowed) not in hidden
            tried += 1
    assert tried > 10_000


def test_with_the_salt_the_same_search_finds_every_register_of_a_day() -> None:
    """So it is the salts that hide them, and not the search that is too weak."""
    head = json.dumps(["2026-10-12", "a", "1", "m", "", "", "", "", None], separators=(",", ":"))
    rows = (f"{at}.0,{at}.5,1.0,2.0,{1000 + at / 100!r}|1.0,230.0,1" for at in range(50))
    texts = [head, *rows]
    seed = SaltKey(b"k" * 32).seed("2026-10-12", "a", "1")
    shown = part_of(seed.hex(), texts, range(40, 51))
    hidden = {one[1:] for one in shown.texts if one.startswith(leaf_rows.HIDDEN)}
    salts = [*disclosure.day_salts(seed, 51)]
    found = 0
    for at, (salt, flow_salt) in enumerate(salts[1:40], start=1):
        inner = merkle.sha256(flow_salt + b"1.0,230.0,1")
        for kwh in (1000 + step / 100 for step in range(60)):
            text = f"{at - 1}.0,{at - 1}.5,1.0,2.0,{kwh!r}|".encode()
            found += merkle.sha256(merkle.LEAF + salt + text + inner).hex() in hidden
    assert found == len(hidden) == 39
    given = {one for all_ in shown.salts for one in all_}
    assert not given & {salt for pair in salts[1:40] for salt in pair}
    whole = disclosure.Disclosure(texts, seed, ())
    assert disclosure.hash_from_disclosure(shown) == disclosure.hash_from_disclosure(whole)


def test_a_proof_has_no_text_of_another_customers_time(made: World) -> None:
    for one in made.customers:
        said = proof.restore_times(json.loads(proof.unpack(one.proof)))
        statement = json.loads(one.files[proof.JSON])
        for line, shown in zip(statement["lines"], said["lines"]):
            begin, end = proof.parse_time(line["from"]), proof.parse_time(line["to"])
            texts = [text for day in shown["days"] for text in day["texts"]]
            seen = [
                text for text in texts if not text.startswith((leaf_rows.HIDDEN, leaf_rows.HEAD))
            ]
            before = [text for text in seen if float(text.split(",")[0]) < begin]
            after = [text for text in seen if float(text.split(",")[0]) >= end]
            assert len(before) <= 1 and len(after) <= 3
            # the registers at a hand-over are both customers' business, what flowed is not
            assert all(f"|{leaf_rows.HIDDEN}" in text for text in (*before, *after))
    handed = json.loads(made.customers[1].files[proof.JSON])["lines"][1]
    assert handed["to"] == "2026-10-12 14:37:00+02:00"


def test_a_day_that_was_changed_after_it_was_sealed_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    readings = written(tmp_path, Month(2026, 10), 7200.0)
    code, out, _ = run(capsys, "energy", "seal", str(readings), "--json")
    first = json.loads(out)
    assert code == 0 and len(first["days"]) == 33
    code, out, _ = run(capsys, "energy", "seal", str(readings), "--json")
    assert json.loads(out) == first
    # written anew from the 10th on, so that the meter's own chain fits
    after = ""
    for path in sorted(readings.glob("*.jsonl"))[10:33]:
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        path.unlink()
        with Journal(str(path), after or lines[0]["after"]) as kept:
            for line in lines[1:]:
                del line["hash"]
                if line.get("kwh") and path.name == "2026-10-10.jsonl":
                    line["kwh"][3] = round(line["kwh"][3] + 0.01, 2)
            kept.append(lines[1:])
            after = kept.hash
    assert run(capsys, "energy", "verify", str(readings))[0] == 0
    customers = tmp_path / "customers.csv"
    customers.write_text("customer,pdu,outlet,from,to\na,r1-left,1,,\n")
    asked = ("--from", "2026-10-01", "--to", "2026-11-01", "--limit-kw", "3.68")
    files = ("--customers", str(customers), "--into", str(tmp_path / "into"))
    code, _, err = run(capsys, "energy", "statement", str(readings), *asked, *files)
    assert code == 2 and "the readings of 2026-10-10 are not those whose root" in err


def test_without_the_key_nothing_is_sealed_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    readings = written(tmp_path, Month(2026, 10), 43200.0)
    assert run(capsys, "energy", "seal", str(readings))[0] == 0
    key = readings / "roots.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_text().strip() not in (readings / "roots.jsonl").read_text()
    key.unlink()
    (readings / "2026-10-31.jsonl").rename(readings / "kept")
    (readings / "2026-11-01.jsonl").unlink()
    (readings / "roots.jsonl").write_text("")
    code, _, err = run(capsys, "energy", "seal", str(readings))
    assert code == 2 and "roots.key is missing" in err


def test_the_figures_are_printed_beside_a_page_that_says_something_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(proof, "page", lambda statement: "<!doctype html><p>0.001 kWh</p>")
        made = world(tmp_path)
    (path,) = tmp_path.glob("issued/0001-*/proof.json.gz")
    assert command.run(["energy", "check-statement", str(path), "--root", made.root]) == 0
    out = capsys.readouterr().out
    total = json.loads((path.parent / "statement.json").read_text())["total"]["kwh"]
    assert f"all outlets: {total['low']:.3f} kWh at least" in out
    assert "what page and table say: compare them with the figures above" in out


def test_trees_of_any_size_have_paths_that_lead_to_their_root() -> None:
    for size in range(1, 40):
        leaves = [merkle.sha256(bytes([number])) for number in range(size)]
        tree = merkle.Tree(leaves)
        for one in leaves:
            assert merkle.root_from_path(one, tree.path(one)) == tree.root
        assert merkle.root_from_path(merkle.sha256(b"x"), tree.path(leaves[0])) != tree.root
    assert OUTLETS == 6 and merkle.Tree([]).root == merkle.sha256(b"")


def test_a_packed_proof_has_one_form(made: World) -> None:
    """A name, a time or more behind its end would be bytes without a meaning. Its members are
    packed by themselves: those of times by a PDU's day.
    """
    whole = made.customers[0].proof
    text = proof.unpack(whole)
    assert gzip.decompress(whole) == text == proof.unpack(proof.packed(text))
    assert proof.unpack(b"".join(map(proof.packed, (text[:9], text[9:])))) == text
    named = gzip.compress(text, mtime=1.0)
    for other in (named, whole + b"\0", whole + named, whole[:-1], text):
        with pytest.raises(ValueError, match="."):
            proof.unpack(other)
