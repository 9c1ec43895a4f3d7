"""Packs: the same readings as polls, never of another file than their source, never damaged."""

from __future__ import annotations

import gzip
import itertools
import json
import math
import random
import shutil
from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Optional

import pytest

from handlers.command import root
from handlers.command.energy import journals, packs, spread
from handlers.command.energy.readings import OWN, OutletFigures, PduReadings, Poll
from handlers.command.kit import journal
from handlers.command.kit.journal import Journal
from handlers.command.pdus.states import DOWN, UNKNOWN, UP
from handlers.errors import SettingsError

from .test_journals import DAY, FIRST, head, poll, run, unit, written

STATES = {"1": UP, "0": DOWN, "-": UNKNOWN}


def figure(draw: random.Random, most: float) -> Optional[float]:
    return None if draw.random() < 0.05 else round(draw.uniform(-0.02, 1.0) * most, 3)


def drawn(seed: int) -> Iterator[Mapping[str, Any]]:
    """Records of three PDUs that restart, are exchanged, lose polls, and have another boot."""
    draw = random.Random(seed)
    time, started = FIRST, FIRST - 1e6
    yield head(FIRST, "b0")
    for number in range(150):
        if number == 0 or draw.random() < 0.02:
            yield head(time, f"b{draw.randint(0, 2)}")
            outlets = ["1", "2", "3"][: draw.randint(1, 3)]
            for place in range(3):
                yield {
                    **unit(f"A{draw.randint(0, 1)}" if draw.random() < 0.8 else ""),
                    "unit": place,
                    "name": f"rack{place}",
                    "outlets": outlets,
                    "accuracy": draw.choice((None, 0.5, 2.0) if place else (0.5, 2.0)),
                }
        time += draw.choice((300.0, 300.0, 300.0, 900.0, -50.0))
        started = draw.choice((started, started, started, started, time - 10.0))
        for place in range(3):
            record: dict[str, Any] = {
                "of": place,
                "utc": [time, time + draw.choice((1.0, 1.0, -80.0))],
            }
            record["mono"] = [time - FIRST + 1e5, time - FIRST + 1e5]
            if draw.random() < 0.9:
                up = time - started
                columns = {name: [figure(draw, 1e4) for _ in outlets] for name in ("kwh", "amps")}
                signs = "".join(draw.choice("10-") for _ in outlets)
                record.update(columns, total=figure(draw, 1e5), load=figure(draw, 9.0), on=signs)
                record["up"] = up if draw.random() < 0.9 else None
                if draw.random() < 0.1:
                    record["error"] = ["timeout", "no answer"]
            yield record


def polled(records: Sequence[Mapping[str, Any]]) -> dict[str, PduReadings]:
    """The PDUs of records, poll by poll: written apart from packs."""
    found: dict[str, PduReadings] = {}
    boot, units = "", dict[int, Any]()
    for one in records:
        boot = one.get("boot", boot)
        if "unit" in one:
            units[one["unit"]] = one
        if "of" not in one:
            continue
        said = units[one["of"]]
        if "error" in one and one["up"] is None:
            # it may have ended before it read which unit that was
            said = {**said, "serial": "", "firmware": "", "family": "", "accuracy": None}

        def known(value: Optional[float]) -> Optional[float]:
            return value if value is not None and value >= 0.0 else None

        nothing = [None] * len(said["outlets"])
        figures = [OutletFigures(OWN, known(one.get("total")), known(one.get("load")))]
        figures += [
            OutletFigures(identity, known(kwh), known(amps), None, STATES[sign])
            for identity, kwh, amps, sign in zip(
                said["outlets"],
                one.get("kwh", nothing),
                one.get("amps", nothing),
                one.get("on", "-" * len(nothing)),
            )
        ]
        pdu = found.setdefault(said["name"], PduReadings(said["name"]))
        pdu.append(
            Poll(
                said["name"],
                one["utc"][0],
                one["utc"][1],
                figures,
                monotonic=one["mono"][0],
                boot=boot,
                unit=f"{said['handler']} {said['address']}",
                serial=said["serial"],
                firmware=said["firmware"],
                uptime=one.get("up"),
                family=said["family"],
                accuracy_percent=said["accuracy"],
            )
        )
    return found


def shape(pdu: PduReadings) -> Any:
    """All that an audit sees of a PDU; NaN as None, since it is not like itself."""

    def column(values: array[float]) -> list[Optional[float]]:
        return [None if math.isnan(value) else value for value in values]

    series = {
        identity: (column(one.kwh), column(one.amperes), column(one.watts), bytes(one.states))
        for identity, one in pdu.registers.items()
    }
    times = [column(one) for one in (pdu.begins, pdu.ends, pdu.monotonic)]
    unit = (
        pdu.changes,
        bytes(pdu.identities),
        pdu.family,
        pdu.boots,
        pdu.failed,
        pdu.accuracy_percent,
    )
    return pdu.name, times, series, *unit


@pytest.mark.parametrize("seed", range(6))
def test_blocks_are_as_their_polls(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packs, "_POLLS", (1, 7, 96)[seed % 3])
    records = [*drawn(seed)]
    with Journal(str(tmp_path / "2026-10-01.jsonl")) as made:
        made.append(records)
    source = journals.MeterJournal(str(tmp_path))
    found = [*source.each(FIRST, FIRST + DAY, shape)]
    assert found == [shape(one) for _, one in sorted(polled(records).items())]
    assert any(one[3] for one in found) and any(one[6] for one in found)
    assert any(one[-1] for one in found)


@pytest.mark.parametrize("error", [ZeroDivisionError("a defect"), SettingsError("a setting")])
def test_an_error_in_another_process_is_raised_in_this_one(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def do(thing: int) -> int:
        if thing == 3:
            raise error
        return thing

    monkeypatch.setattr(spread, "cores", lambda: 2)
    with pytest.raises(type(error), match="a "):
        list(spread.spread(do, range(9), large=True))


def packed(folder: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    assert root.run(["energy", "pack", str(folder), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_packs_change_no_answer_and_are_of_their_file_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, without = run(written(tmp_path), capsys)
    assert (packed(tmp_path, capsys)["made"], packed(tmp_path, capsys)["kept"]) == (2, 2)
    again, found = run(tmp_path, capsys)
    note = [one for one in found["notes"] if "2 of 3 files were read from their packs" in one]
    assert (again, found["pdus"]) == (code, without["pdus"]) and note
    with monkeypatch.context() as patch:
        patch.setattr(spread, "cores", lambda: 2)
        patch.setattr(journals, "_LARGE_BLOCKS", -1)
        patch.setattr(spread, "_LARGE", -1)
        assert run(tmp_path, capsys)[1] == found
    # A changed line is named, though the pack has the right one.
    path = tmp_path / "2026-10-01.jsonl"
    text = path.read_bytes()
    path.write_bytes(text.replace(b'"watts":[1000.0', b'"watts":[1001.0', 1))
    code, error = run(tmp_path, capsys)
    assert code == 2 and "2026-10-01.jsonl: line 4" in json.dumps(error)
    # The same lines in another file: the pack is not used, and made anew when asked for.
    with gzip.open(f"{path}.gz", "wb") as file:
        file.write(text)
    path.unlink()
    _, found = run(tmp_path, capsys)
    assert found["pdus"] == without["pdus"]
    assert any("1 of 3 files were read from their packs" in one for one in found["notes"])
    assert packed(tmp_path, capsys)["made"] == 1


def test_a_damaged_pack_is_never_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packed(written(tmp_path), capsys)
    _, found = run(tmp_path, capsys)
    kept = tmp_path / "2026-10-01.pack"
    whole = kept.read_bytes()
    for place in (*range(0, len(whole), 97), *range(len(whole) - 20, len(whole))):
        kept.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        code, again = run(tmp_path, capsys)
        assert (code == 2 and "damaged" in json.dumps(again)) or again["pdus"] == found["pdus"]
    for length in (0, 5, 100, len(whole) - 1):
        kept.write_bytes(whole[:length])
        assert run(tmp_path, capsys)[1]["pdus"] == found["pdus"]


def forged(path: Path, source: Path) -> None:
    """Make it the pack of lines that counted more, with the hashes of its own ones, and all
    checksums right.
    """
    index = packs.index_of(str(path), packs.state(str(source)))
    assert index is not None
    records = [dict(entry.record) for entry in journal.read(str(source))][1:]
    for one in records:
        if "kwh" in one:
            one["kwh"] = [kwh and kwh * 1.1 for kwh in one["kwh"]]
    other = source.with_name("other")
    with Journal(str(other)) as made:
        made.append(records)
    units = packs.write(str(other), str(path)).units
    other.unlink()
    whole = path.read_bytes()
    length = int.from_bytes(whole[-16:-8], "little")
    with open(path, "wb") as file:
        file.write(whole[: -16 - length])
        packs._end(file, index._replace(units=units))


def test_verify_names_a_pack_that_does_not_say_what_its_file_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packed(written(tmp_path), capsys)
    _, found = run(tmp_path, capsys)
    assert root.run(["energy", "verify", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["packs"] == 2
    pack = tmp_path / "2026-10-01.pack"
    forged(pack, tmp_path / "2026-10-01.jsonl")
    assert run(tmp_path, capsys)[1]["pdus"] != found["pdus"]
    assert root.run(["energy", "verify", str(tmp_path)]) == 2
    assert "2026-10-01.pack does not say what its file says" in capsys.readouterr().err
    # A damaged one is used by nobody.
    pack.write_bytes(pack.read_bytes()[:-1])
    assert root.run(["energy", "verify", str(tmp_path)]) == 0
    assert "1 pack: as `pdu energy pack` makes them" in capsys.readouterr().out


def test_lines_of_the_period_in_a_later_file_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The clock was a month ahead at the start, then was set right: lines go on in that file."""
    ahead, right = tmp_path / "ahead", tmp_path / "right"
    for folder, names in ((ahead, ["2026-11-05"]), (right, ["2026-10-01"])):
        folder.mkdir()
        with Journal(str(folder / f"{names[0]}.jsonl")) as made:
            made.append([head(FIRST), unit("A1")])
            made.append(poll(FIRST + 300.0 * number, "A1") for number in range(289))
    assert run(ahead, capsys)[1]["pdus"] == run(right, capsys)[1]["pdus"]
    # A later file without them is not read.
    shutil.copytree(right, tmp_path / "more")
    after = packs.write(str(right / "2026-10-01.jsonl"), str(tmp_path / "x")).hash
    with Journal(str(tmp_path / "more" / "2026-10-09.jsonl"), after) as made:
        made.append([head(FIRST + 8 * DAY), unit("A1"), poll(FIRST + 8 * DAY, "A1")])
    _, found = run(tmp_path / "more", capsys)
    assert found["pdus"] == run(right, capsys)[1]["pdus"]
    assert not any("2026-10-09" in one for one in found["notes"])


def test_work_is_spread_in_order_and_its_errors_arrive() -> None:
    def squared(number: int) -> int:
        if number == 70:
            raise SettingsError("seventy")
        return number * number

    squares = spread.spread(squared, range(50), large=True)
    assert [*squares] == [number * number for number in range(50)]
    with pytest.raises(SettingsError, match="seventy"):
        for _ in itertools.islice(spread.spread(squared, range(100), large=True), 100):
            pass


@pytest.mark.parametrize(
    ("kwh", "is_whole"),
    [(1234.567, True), (0.0, True), (2147483.647, True), (2147483.648, False), (0.0001, False)],
)
def test_a_pack_keeps_each_figure_as_it_was_read(
    kwh: float, is_whole: bool, tmp_path: Path
) -> None:
    """Thousandths need half of the room; what has more decimals, or is larger, stays whole."""
    source = str(tmp_path / "2026-10-01.jsonl")
    with Journal(source) as made:
        polls = [
            {**poll(FIRST, "A1"), "kwh": [kwh] * 2},
            {**poll(FIRST + 300.0, "A1"), "kwh": [None] * 2},
        ]
        made.append([head(FIRST), unit("A1"), *polls])
    path = str(tmp_path / "x")
    (place,) = packs.write(source, path).units
    (block,) = packs.blocks([(path, place)])
    assert block.kwh[1][0] == kwh and math.isnan(block.kwh[1][1])
    assert (place.widths[0] == 4) is is_whole
