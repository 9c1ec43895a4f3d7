"""A meter's files by places: the same readings as polls, in one process or several."""

from __future__ import annotations

import gzip
import json
import math
import random
import shutil
from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Optional

import pytest

from handlers.shared.errors import SettingsError
from pdu.core.files.journal import Journal
from pdu.energy.journal import journal_index, journals
from pdu.energy.journal.readings import PduReadings
from pdu.energy.registers import parallel
from pdu.energy.registers.poll import OWN

from .polls import OutletFigures, Poll, read
from .test_journals import DAY, FIRST, head, poll, run, unit, written


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
    """The PDUs of records, poll by poll: written apart from `journal_index`."""
    found: dict[str, list[Poll]] = {}
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
            OutletFigures(identity, known(kwh), known(amps))
            for identity, kwh, amps in zip(
                said["outlets"], one.get("kwh", nothing), one.get("amps", nothing)
            )
        ]
        found.setdefault(said["name"], []).append(
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
    return {name: read(name, polls) for name, polls in found.items()}


def shape(pdu: PduReadings) -> Any:
    """All that an audit sees of a PDU; NaN as None, since it is not like itself."""

    def column(values: array[float]) -> list[Optional[float]]:
        return [None if math.isnan(value) else value for value in values]

    series = {
        identity: (column(one.energy_kwh), column(one.current_a), column(one.power_w))
        for identity, one in pdu.registers.items()
    }
    times = [column(one) for one in (pdu.begins, pdu.ends, pdu.monotonic)]
    unit = (
        pdu.changes,
        bytes(pdu.identities),
        pdu.family,
        pdu.boots,
        pdu.failures,
        pdu.accuracy_percent,
    )
    return pdu.name, times, series, *unit


@pytest.mark.parametrize("seed", range(6))
def test_blocks_are_as_their_polls(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_index, "_POLLS", (1, 7, 96)[seed % 3])
    records = [*drawn(seed)]
    with Journal(str(tmp_path / "2026-10-01.jsonl")) as made:
        made.append(records)
    source = journals.MeterJournal(str(tmp_path))
    found = [*source.audit_each(FIRST, FIRST + DAY, shape)]
    assert found == [shape(one) for _, one in sorted(polled(records).items())]
    assert any(one[3] for one in found) and any(one[6] for one in found)
    assert any(one[-1] for one in found)


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
    after = journal_index.index(str(right / "2026-10-01.jsonl"), str(tmp_path)).hash
    with Journal(str(tmp_path / "more" / "2026-10-09.jsonl"), after) as made:
        made.append([head(FIRST + 8 * DAY), unit("A1"), poll(FIRST + 8 * DAY, "A1")])
    _, found = run(tmp_path / "more", capsys)
    assert found["pdus"] == run(right, capsys)[1]["pdus"]
    assert not any("2026-10-09" in one for one in found["notes"])


def test_days_that_are_packed_and_several_processes_change_no_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, found = run(written(tmp_path), capsys)
    path = tmp_path / "2026-10-01.jsonl"
    with gzip.open(f"{path}.gz", "wb") as file:
        file.write(path.read_bytes())
    path.unlink()
    monkeypatch.setattr(parallel, "cores", lambda: 2)
    monkeypatch.setattr(journals, "_LARGE_POLLS", -1)
    monkeypatch.setattr(parallel, "_LARGE", -1)
    again, other = run(tmp_path, capsys)
    assert (again, other["pdus"]) == (code, found["pdus"]) and found["pdus"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kwh": [1.0]}, {"kwh": ["1.0", 2.0]}, {"kwh": [10**400, 2.0]}, {"kwh": []},
        {"utc": [FIRST]}, {"mono": [None]}, {"utc": [None, FIRST]},
        {"up": "1"}, {"sync": "yes"}, {"total": [1.0]}, {"amps": 3.0},
    ],
)  # fmt: skip
def test_a_poll_that_no_meter_writes_is_an_error(wrong: Mapping[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "2026-10-01.jsonl"
    right = poll(FIRST, "A1")
    with Journal(str(path)) as made:
        made.append([head(FIRST), {**unit("A1"), "outlets": ["1", "2"]}])
        made.append([{**right, "kwh": [1.0, 2.0], "amps": None, "watts": None, "on": "10"}])
        text = json.dumps({**right, "kwh": [1.0, 2.0], "amps": None, "watts": None, **wrong})
        made.append([json.loads(text)])
    (unit_,) = journal_index.index(str(path), str(tmp_path)).units
    with pytest.raises(SettingsError, match="2026-10-01.jsonl, line 5: not a line of `pdu meter`"):
        [*journal_index.blocks([unit_])]
