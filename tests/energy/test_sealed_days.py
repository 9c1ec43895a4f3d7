"""Days that earlier versions sealed: `sealed_days` has the roots that they kept themselves."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pdu.energy.statement import day_roots, proof
from tests.energy.stand_alone import SECOND
from tests.energy.tampering import issued_in, refused
from tests.hall.twin.month import LIMIT_KW
from tests.needs import ROOT
from tests.pdu.running import run

DAYS = ROOT / "tests" / "energy" / "sealed_days"
VERSIONS = ("0.3.0", "0.4.0-first", "0.4.0")
PERIOD = ("--from", "2026-10-11", "--to", "2026-10-14", "--zone", "UTC")
CUSTOMERS = """\
customer;pdu;outlet;from;to
Acme;r1-left;1;;
Bright;r1-left;3;;2026-10-12T14:37
Cloudy;r1-left;3;2026-10-12T14:37;
"""


def sealed(folder: Path, version: str) -> Path:
    readings = folder / "readings"
    readings.mkdir(mode=0o700)
    for path in DAYS.glob("2026-*.jsonl"):
        shutil.copy(path, readings)
    shutil.copy(DAYS / f"roots-{version}.jsonl", readings / day_roots.ROOTS)
    (readings / day_roots.KEY).write_text("6b" * 32 + "\n")
    return readings


@pytest.mark.parametrize("version", VERSIONS)
def test_days_that_an_earlier_version_sealed_are_proven(
    version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    readings, owners, into = sealed(tmp_path, version), tmp_path / "customers.csv", tmp_path / "out"
    roots = (readings / day_roots.ROOTS).read_bytes()
    owners.write_text(CUSTOMERS)
    options = ("--limit-kw", str(LIMIT_KW), "--customers", str(owners), "--into", str(into))
    code, out, err = run(capsys, "energy", "statement", str(readings), *PERIOD, *options, "--json")
    assert code == 0, out + err
    root = json.loads(out)["root"]
    assert (readings / day_roots.ROOTS).read_bytes() == roots
    published = (into / proof.PUBLISHED).read_text()
    days = [json.loads(line) for line in roots.splitlines()[1:]]
    assert all(f"day {day['day']} {day['root']}\n" in published for day in days)
    statements = sorted(into.glob("0*"))
    for folder in statements:
        assert refused(issued_in(folder), root) is None
        SECOND.main(folder, root)
    assert len(statements) == 3
    # both customers see the registers at the hand-over, and what flowed in their own time alone
    before, after = (_readings(folder, "2026-10-12") for folder in statements[1:])
    assert before == [*((hour, True) for hour in range(0, 16, 2)), (16, False)]
    assert after == [(14, False), *((hour, True) for hour in range(16, 24, 2))]


def _readings(folder: Path, day: str) -> list[tuple[int, bool]]:
    """The hour of each reading of a day that a customer sees, and whether he sees what flowed."""
    document = proof.with_times(json.loads(proof.unpacked((folder / proof.PROOF).read_bytes())))
    ((texts,),) = [
        [one["texts"] for one in line["days"] if one["day"] == day] for line in document["lines"]
    ]
    rows = [text for text in texts if text[0] not in "[#"]
    return [(int(float(row.split(",")[0])) % 86400 // 3600, "|#" not in row) for row in rows]


def test_seal_goes_on_where_0_4_0_ended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readings = sealed(tmp_path, "0.4.0")
    roots = readings / day_roots.ROOTS
    complete = roots.read_bytes()
    roots.write_bytes(b"".join(complete.splitlines(keepends=True)[:2]))
    code, out, err = run(capsys, "energy", "seal", str(readings))
    assert code == 0, out + err
    assert roots.read_bytes() == complete
