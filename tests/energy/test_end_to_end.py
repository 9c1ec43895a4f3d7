"""Simulated PDUs through `pdu meter` to the audit."""

from __future__ import annotations

import contextlib
import datetime
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pdu import root
from tests.needs import ROOT
from tests.pdu.monitoring.halls import PDU, environment
from tests.simulators.nut_server import NutServer, SwitchedPdu
from tests.waiting import PATIENCE_S, bounded, until


@contextlib.contextmanager
def started(output: Path, *arguments: object) -> Iterator[subprocess.Popen[bytes]]:
    with open(output, "wb") as file:
        process = subprocess.Popen(
            [*PDU, *map(str, arguments)],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.PIPE,
        )
        with process, bounded(process):
            yield process


def lines(path: Path, having: str) -> int:
    return path.read_text().count(having) if path.exists() else 0


def audited(capsys: pytest.CaptureFixture[str], source: Path, today: datetime.date) -> Any:
    begin, end = (today + datetime.timedelta(days=by) for by in (-1, 2))
    period = ("--from", str(begin), "--to", str(end), "--zone", "Europe/Berlin")
    # As if the machines drew a day's energy in a second.
    limits = ("--limit-kw", "99", "--step", "0.001", "--json")
    assert root.run(["energy", "audit", str(source), *period, *limits]) == 2
    found = json.loads(capsys.readouterr().out)
    assert "pdus" in found, json.dumps(found)
    return found


def test_the_audit_finds_what_a_simulated_pdu_counted_between_two_rounds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    units = [SwitchedPdu("a", 4), SwitchedPdu("b", 4)]
    kept, listed = tmp_path / "kept", tmp_path / "list.csv"
    with NutServer(units) as server:
        rows = [f"{one.name},nut,{server.host}:{server.port},device={one.name}" for one in units]
        listed.write_text("\n".join(["name,handler,address,settings", *rows, ""]))
        meter = ("meter", listed, "--into", kept, "--every", "1s", "--rounds", "3", "--json")
        # The register moves when the meter has read it, and it reads it again.
        with started(tmp_path / "tally", *meter) as metering:

            def polls() -> int:
                return sum(lines(path, '"of":') for path in kept.glob("*.jsonl"))

            assert until(lambda: polls() >= 2)
            before = [one.energy_kwh() for one in units]
            for one in units:
                one.run_for(0.1)
            after = [one.energy_kwh() for one in units]
            assert metering.wait(PATIENCE_S) == 0
    last = json.loads((tmp_path / "tally").read_text())["hash"]
    assert root.run(["energy", "verify", str(kept), "--kept", last]) == 0
    capsys.readouterr()
    found = audited(capsys, kept, datetime.datetime.now(datetime.timezone.utc).date())
    for number, unit in enumerate(units):
        pdu = found["pdus"][number]
        assert pdu["name"] == unit.name and pdu["outlets_without_energy"] == 0
        assert len(pdu["outlets"]) == 4
        for outlet in pdu["outlets"]:
            rise = after[number][outlet["identity"]] - before[number][outlet["identity"]]
            # The highest is what the supply delivers in the days without readings.
            assert 0.0 < rise < outlet["kwh"]["high"]
            assert 0.0 <= rise - outlet["kwh"]["low"] <= 0.0011
