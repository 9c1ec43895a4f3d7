"""The living twin, and the rehearsal against what really happens in it.

Each failure is compared in the mixed hall, and with HALL_OVER=all in the environment over each of
the four protocols.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import math
import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pdu import root
from pdu.core.files.locks import lock
from tests.hall.twin import KINDS, Files, Twin, four_racks, over, written
from tests.hall.twin.__main__ import main as twin_main
from tests.hall.twin.curves import Breaker, seconds_to_trip
from tests.needs import ROOT, program
from tests.pdu.monitoring.halls import environment
from tests.peers import Peer
from tests.simulators.clockwork import ManualClock
from tests.waiting import PATIENCE_S, bounded

_DAY_S = 86400.0
_TOLERANCE_A = 1e-6
#: a busy simulator must not count as dead
_PATIENT = {"timeout": "60"}
SIDES = ("left", "right")


class Done(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str


def pdu(*words: object) -> Done:
    """Run `pdu` in this process: a new one for each command is most of these tests' time."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = root.run([str(word) for word in words])
    return Done(code, out.getvalue(), err.getvalue())


@pytest.fixture(autouse=True)
def no_traces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """None of the settings of who runs the tests, nor the folder of their state."""
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    for key in list(os.environ):
        if key.startswith("PDU_"):
            monkeypatch.delenv(key)


class Run(NamedTuple):
    """A twin whose time stands still, and its files."""

    twin: Twin
    clock: ManualClock
    files: Files

    def pdu(self, *words: object) -> tuple[int, Any]:
        """Run `pdu ... --json` on the living PDUs."""
        done = pdu(*words, "--list", self.files.fleet, "--auth", self.files.logins, "--json")
        assert not done.err, done.err
        return done.code, json.loads(done.out)

    def check(self) -> list[Any]:
        """All PDUs as `pdu check` reads them."""
        done = pdu("check", self.files.fleet, "--auth", self.files.logins, "--json")
        found: list[Any] = json.loads(done.out)["pdus"]
        return found

    def results(self) -> dict[str, bool]:
        """PDU -> whether it answers."""
        return {pdu["name"]: not pdu.get("error") for pdu in self.check()}

    def outlets(self) -> dict[tuple[str, str], tuple[str, float]]:
        """(PDU, outlet) -> its state and its current in A."""
        return {
            (pdu["name"], one["identity"]): (one["state"], one["current_a"])
            for pdu in self.check()
            for one in pdu["outlets"]
        }

    def settle_for_a_day(self) -> None:
        """Until every breaker that trips has tripped, one after the other."""
        gone: set[str] = set()
        while gone != self.twin.plant.gone:
            gone = set(self.twin.plant.gone)
            self.clock.now += _DAY_S
            self.twin.settle()


@pytest.fixture
def run_of(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Run]:
    clock = ManualClock()
    with Twin(four_racks(), over(request.param), speed=1.0, tick=False, clock=clock) as twin:
        yield Run(twin, clock, written(twin, tmp_path, _PATIENT))


_ALL = [kind for kind in KINDS if kind != "mixed"] if os.environ.get("HALL_OVER") == "all" else []
each_kind = pytest.mark.parametrize("run_of", _ALL or ["mixed"], indirect=True)
mixed = pytest.mark.parametrize("run_of", ["mixed"], indirect=True)


# ---- the rehearsal against the truth -------------------------------------------------------------


@each_kind
def test_what_was_rehearsed_is_what_happens(run_of: Run) -> None:
    """dark <= truth <= dark + cannot say, and lines in their intervals, whatever fails."""
    twin = run_of.twin
    _, found = run_of.pdu("rehearse", run_of.files.drawing, "--each")
    rehearsals = {one["failed"][0]: one for one in found["rehearsals"]}
    assert set(rehearsals) == set(twin.names())
    verdicts = {one["machine"]: one["verdict"] for one in rehearsals["feed:A"]["machines"]}
    # the same over every protocol
    assert {name for name, word in verdicts.items() if word == "dark"} == {
        *(f"r3/gpu-{n}" for n in range(1, 5)),
        "r3/blades",
        "r2/switch",
        "r4/app-3",
    }
    unsaid = {name for name, word in verdicts.items() if word == "cannot say"}
    assert unsaid == {"r2/db-1", "r2/db-2", "r4/app-2", "r4/app-4"}
    for failed, one in rehearsals.items():
        before = twin.plant.loads()
        twin.peaks.clear()
        assert "no name" not in twin.order(f"fail {failed}")
        run_of.settle_for_a_day()
        compare(failed, one, twin, before)
        twin.order("restore all")
        assert twin.dark() == []


def compare(failed: str, one: dict[str, Any], twin: Twin, before: dict[str, float]) -> None:
    dark = {m["machine"] for m in one["machines"] if m["verdict"] == "dark"}
    unsaid = {m["machine"] for m in one["machines"] if m["verdict"] == "cannot say"}
    truth = set(twin.dark())
    assert dark <= truth <= dark | unsaid, failed
    after = twin.plant.loads()
    shown = {load["name"]: load for load in one["loads"]}
    for place, peak in twin.peaks.items():
        if place not in shown:
            assert peak <= before.get(place, 0.0) * 1.0001 + _TOLERANCE_A, (failed, place)
            continue
        high = shown[place]["high_a"]
        assert peak <= (math.inf if high is None else high) + _TOLERANCE_A, (failed, place)
        if place not in twin.plant.gone:
            assert after.get(place, 0.0) >= shown[place]["low_a"] - _TOLERANCE_A, (failed, place)
    assert set(one["trips"]) <= twin.plant.gone, failed


@mixed
def test_the_check_finds_the_mistakes_of_the_drawing(run_of: Run) -> None:
    code, found = run_of.pdu("plan", "check", run_of.files.drawing)
    where = {one["where"] for one in found["findings"]}
    assert code == 1
    assert where == {
        "r4/app-3",
        "r4-right/9",
        "r4-right/3",
        "r4-right/6",
        "r2-right/L1",
        "r3-right/L1",
    }


# ---- the return ----------------------------------------------------------------------------------


def set_to(name: str) -> dict[str, tuple[str, float]]:
    """On at once, on after some seconds, as before, off; the same on both sides but for r4."""
    of = {0: ("on", 0.0), 1: ("on", 3.0), 2: ("last", 6.0), 3: ("off", 0.0)}
    shift = 1 if name == "r4-right" else 0
    return {str(n): of[(n + shift) % 4] for n in range(1, 9)}


@pytest.mark.parametrize("run_of", [kind for kind in KINDS if kind != "mixed"], indirect=True)
@pytest.mark.parametrize("gone", ["", "feed:A"])
@pytest.mark.sample(2)
def test_each_protocol_restarts_as_it_was_foretold(run_of: Run, gone: str) -> None:
    twin, files = run_of.twin, run_of.files
    switch(twin.doors["r1-left"].peer, "2")
    twin.settle()
    twin.set_returns(set_to)
    kept = files.fleet.with_name("kept.json")
    login = ("--list", files.fleet, "--auth", files.logins)
    assert pdu("check", files.fleet, "--auth", files.logins, "--save", kept).code in (0, 1), login
    words = ("--return", "feed:A", "--return", "feed:B", "--json")
    done = pdu("rehearse", files.drawing, "--readings", kept, *words)
    assert not done.err, done.err
    together, _, only_b = json.loads(done.out)["returns"]
    found = only_b if gone else together
    assert set(found["gone"]) == ({gone} if gone else set())
    twin.order("fail feed:A")
    twin.order("fail feed:B")
    assert len(twin.dark()) == 18
    begin = run_of.clock.now
    twin.peaks.clear()
    twin.restore(*(["B"] if gone else ["A", "B"]))
    up: dict[str, float] = {}
    for second in range(60):
        run_of.clock.now = begin + second
        twin.settle()
        for name in {box.name for box in twin.plant.boxes} - set(twin.dark()):
            up.setdefault(name, second)
    run_of.settle_for_a_day()
    closed = {cord: at - begin for cord, at in twin.closed.items()}
    foretold(found, closed)
    dark = set(twin.dark())
    for one in found["machines"]:
        if one["machine"] in ("r4/app-2", "r4/app-4"):  # these are drawn wrongly on purpose
            continue
        if one["verdict"] == "stays dark":
            assert one["machine"] in dark, one
        elif one["verdict"] == "comes back by itself":
            assert one["machine"] not in dark, one
            latest = math.inf if one["latest_s"] is None else one["latest_s"]
            # the clock of this test moves by whole seconds
            assert one["earliest_s"] <= up[one["machine"]] <= latest + 1, one
    for one in found["breakers"]:
        assert one["verdict"] != "fits" or one["name"] not in twin.plant.gone, one
        high = math.inf if one["high_a"] is None else one["high_a"]
        assert twin.peaks.get(one["name"], 0.0) <= high + _TOLERANCE_A, one
        assert not one["trips"] or one["name"] in twin.plant.gone, one
    is_known = "nut" not in {door.peer.handler for door in twin.doors.values()}
    said = {one["verdict"] for one in found["machines"]}
    # alone, a feed carries so much that its breakers may trip
    assert gone or ("comes back by itself" in said) == is_known


def foretold(found: dict[str, Any], closed: dict[tuple[str, str], float]) -> None:
    """Each contact closed within the window of a step; what is sure has closed."""
    steps = {(one["pdu"], outlet): one for one in found["steps"] for outlet in one["outlets"]}
    drawn = {cord: at for cord, at in closed.items() if cord in steps}
    assert drawn
    for cord, at in drawn.items():
        latest = math.inf if steps[cord]["latest_s"] is None else steps[cord]["latest_s"]
        assert steps[cord]["earliest_s"] - 1e-6 <= at <= latest + 1e-6, (cord, at, steps[cord])
    for one in found["steps"]:
        if one["sure"] == len(one["outlets"]):
            assert {(one["pdu"], outlet) for outlet in one["outlets"]} <= closed.keys(), one


# ---- the restart ---------------------------------------------------------------------------------


@pytest.mark.trial
@pytest.mark.parametrize("kind", _ALL or ["redfish"])
def test_a_machine_is_restarted_and_has_both_cords_again(kind: str, tmp_path: Path) -> None:
    with Twin(four_racks(), over(kind)) as twin:
        files = written(twin, tmp_path, _PATIENT)
        hall = ("--drawing", files.drawing, "--list", files.fleet, "--auth", files.logins)
        how = ("--confirm", "state", "--pause", "0", "--yes")
        refused = pdu("machine", "cycle", "r2/db-1", *hall, *how)
        assert refused.code != 0 and "is protected" in refused.err, refused
        done = pdu("machine", "cycle", "r1/web-1", *hall, *how)
        assert done.code == 0, done
        twin.settle()
        assert twin.fell == ["r1/web-1"] and twin.dark() == []
        assert all(one.on for bar in twin.plant.bars.values() for one in bar.outlets.values())


# ---- the units -----------------------------------------------------------------------------------


@pytest.mark.trial
@mixed
def test_switching_an_outlet_moves_its_current_to_the_mate(run_of: Run) -> None:
    twin, machines = run_of.twin, ("r1/web-1", "r2/db-3", "r3/gpu-1", "r4/app-1")
    boxes = [box for box in twin.plant.boxes if box.name in machines]
    before = run_of.outlets()
    for box in boxes:
        first = box.supplies[0]
        switch(twin.doors[first.pdu].peer, first.outlet)
    twin.settle()
    after = run_of.outlets()
    for box in boxes:
        lost, mate = ((one.pdu, one.outlet) for one in box.supplies)
        assert before[lost][0] == "on" and after[lost] == ("off", 0.0)
        assert after[mate][1] == pytest.approx(before[lost][1] + before[mate][1], rel=0.1)
        assert twin.live_cords()[box.name] == 1
    assert after["r1-left", "2"] == before["r1-left", "2"]
    assert twin.dark() == [] == twin.fell


def switch(peer: Peer, outlet: str) -> None:
    settings = {**peer.settings, **peer.snmp, "timeout": "60"}
    words = [peer.handler, f"{peer.address}:{settings['port']}", outlet, "--yes"]
    for key in ("username", "timeout", "device"):
        words += ["-s", f"{key}={settings[key]}"] if key in settings else []
    words += ["--no-verify"] if "ca_pem" in settings else []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PDU_COMMUNITY", "private")
        patch.setenv("PDU_PASSWORD", settings.get("password", ""))
        done = pdu("off", *words)
    assert done.code == 0, done.err


@mixed
def test_a_unit_without_power_does_not_answer_and_keeps_its_relays(run_of: Run) -> None:
    twin, fleet = run_of.twin, run_of.files.fleet
    for rack in ("r1", "r2", "r3", "r4"):
        twin.order(f"fail pdu:{rack}-left")
    assert {"r2/db-1", "r2/switch", "r4/app-3"} <= set(twin.fell)
    patient = fleet.read_text()
    fleet.write_text(patient.replace("timeout=60", "timeout=1"))
    assert run_of.results() == {
        f"{rack}-{side}": side == "right" for rack in ("r1", "r2", "r3", "r4") for side in SIDES
    }
    fleet.write_text(patient)
    twin.order("restore all")
    assert [state for state, _ in run_of.outlets().values()] == ["on"] * 64


@pytest.mark.parametrize("run_of", ["nut"], indirect=True)
def test_a_breaker_trips_after_the_time_of_its_curve(run_of: Run) -> None:
    twin, clock = run_of.twin, run_of.clock
    twin.order("fail feed:A")
    load = twin.plant.loads()["r3-right/L1"]
    before = twin.peaks["r3-left/L1"] / 32  # about what this side carried
    seconds = seconds_to_trip(before, load / 32)
    assert 32 * 1.45 < load < 32 * 2.55 and 1 < seconds < 3600
    clock.now += seconds * 0.8
    twin.settle()
    assert "r3-right/L1" not in twin.plant.gone and "r3/blades" not in twin.fell
    clock.now += seconds * 0.5
    twin.settle()
    assert "r3-right/L1" in twin.plant.gone and "r3/blades" in twin.dark()
    twin.order("restore feed:A")
    assert "r3/blades" not in twin.dark() and "r3-right/L1" in twin.plant.gone


def test_curves_hold_and_trip_at_the_conventional_currents() -> None:
    # IEC 60898-1, table 7
    assert not Breaker().carries(1.13, 3600)
    assert Breaker(1.13).carries(1.45, 3600)
    assert 1 <= seconds_to_trip(0, 2.55) <= 60
    assert Breaker().carries(10, 0) and not Breaker().carries(5, 0)


# ---- the command ---------------------------------------------------------------------------------


def test_a_second_hall_in_the_folder_of_the_first_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "hall.csv").write_text("of the first")
    with open(tmp_path / ".lock", "wb") as file:
        assert lock(file.fileno())
        assert twin_main(["--folder", str(tmp_path)]) == 1
    assert "another hall runs" in capsys.readouterr().err
    assert (tmp_path / "hall.csv").read_text() == "of the first"


@pytest.mark.trial
@pytest.mark.long
@pytest.mark.timeout(8 * PATIENCE_S)
def test_the_hall_of_the_page_runs_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "hall.md").read_text("utf-8")
    page = page.partition("## A hall to try")[2].partition("\n## ")[0]
    (make, *commands), (orders,) = (
        [line for fence in re.findall(pattern, page, re.DOTALL) for line in fence.splitlines()]
        for pattern in (r"```sh\n(.*?)```", r"```text\n(.*?)```")
    )
    with started(make, tmp_path) as (process, begin):
        assert stat.S_IMODE((tmp_path / "logins.toml").stat().st_mode) == 0o600
        shown = [line.strip() for line in begin if line.startswith("  ")]
        activate, entered, *shown = shown
        assert activate == f". {sys.prefix}/bin/activate" and entered == f"cd {tmp_path}"
        assert shown[:-1] == commands[:3]
        statements = pdu(*shlex.split(shown[-1])[1:])
        assert statements.code == 0 and "4 statements of 11 outlets" in statements.out
        out = []
        for line in commands:
            done = pdu(*shlex.split(line)[1:])
            assert not done.err, done.err
            out.append((done.code, done.out.splitlines()))
        assert [code for code, _ in out] == [0, 1, 1, 1, 0, 1]
        assert out.pop(0)[1][0].startswith("status of r1-left (127.0.0.1:")
        assert out[0][1][0] == "18 machines on 8 PDUs: 6 findings"
        assert out[1][1][0] == (
            "If feed:A fails: At once 2 of 18 machines go dark; 5 more go dark within 1 h at the"
            " latest; 4 undecided; 7 stay."
        )
        assert out[4][1][0].startswith("Power comes back to feed:A and feed:B: ")
        assert "come back by themselves" in out[4][1][0]
        checked = pdu("check", "hall.csv", "--auth", "logins.toml", "--json")
        outlets = [read["outlets"] for read in json.loads(checked.out)["pdus"]]
        assert [one["state"] for some in outlets for one in some] == ["on"] * 64
        said = answers(process, "show", orders, "restore all", "fail it", "restore feed:X")
    # nothing went dark before the feed failed
    assert said.startswith("failed or tripped: nothing\nr2/db-1 goes dark\n")
    assert "r2/db-1 goes dark\n" in said and "failed or tripped: A\n" in said
    assert "failed or tripped: nothing\n" in said
    assert "no it in this hall; it has feed:A, feed:B, panel:PA" in said
    assert "no feed:X in this hall" in said


@contextlib.contextmanager
def started(make: str, folder: Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """What this line of make starts, in another folder, and the first lines that it prints."""
    shown = subprocess.run(
        # the second: make test calls this make
        [program("make"), "-n", "--no-print-directory", *shlex.split(make)[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    words = shlex.split(shown.stdout.splitlines()[-1])
    assert words[1:] == ["-m", "tests.hall.twin", "--folder", ".cache/hall", "--month"]
    process = subprocess.Popen(
        [sys.executable, *words[1:-2], str(folder), words[-1]],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    # all commands of the page run meanwhile: 53 s on a busy machine
    with process, bounded(process, 6 * PATIENCE_S):
        assert process.stdout is not None
        begin = list(itertools.takewhile(lambda line: line[:4] != "Here", process.stdout))
        yield process, begin
        assert process.wait(PATIENCE_S) == 0


def test_a_hall_without_orders_goes_on_until_it_is_told_to_end(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.hall.twin", "--folder", str(tmp_path), "--over", "nut"],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process, bounded(process, PATIENCE_S):
        assert process.stdout is not None
        told = next(line for line in process.stdout if line.startswith("Ctrl-C or SIGTERM"))
        assert "takes no orders" in told and process.poll() is None
        process.terminate()
        assert process.wait(PATIENCE_S) == 0


def answers(process: subprocess.Popen[str], *orders: str) -> str:
    """Type these lines. Returns what it says until it ends with its input."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write("\n".join([*orders, ""]))
    process.stdin.close()
    return process.stdout.read()


@pytest.mark.parametrize("run_of", ["snmp"], indirect=True)
def test_a_corrected_drawing_is_kept(run_of: Run) -> None:
    drawing = run_of.files.drawing
    drawing.write_text("# mine\n" + drawing.read_text())
    assert written(run_of.twin, drawing.parent).drawing.read_text().startswith("# mine")
