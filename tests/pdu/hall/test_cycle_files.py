"""The files of a cycle: what makes a plan, and which runs lock what and left something off."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import signal
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from handlers.shared.errors import SettingsError
from pdu.core.files import journal
from pdu.hall.cycle import pdu_access, plan_file, run_locks
from pdu.hall.cycle.plan_file import CyclePlan, OpenStep, PduDevice, Progress
from pdu.hall.cycle.steps import CycleStep, Mode
from pdu.pdus.states import DOWN, UNKNOWN, UP
from pdu.site.drawing import drawing_file
from pdu.site.drawing.drawing import Cord, Drawing

DRAWING = (
    '[[feed]]\nname = "A"\n[[pdu]]\nname = "left"\ninputs = ["A"]\n'
    '[[pdu]]\nname = "right"\ninputs = ["A"]\n'
    '[[machine]]\nname = "m"\ncords = ["left/1", "right/1"]\n'
    '[[machine]]\nname = "n"\ncords = ["left/2", "right/2"]\n'
)
LEFT, RIGHT = Cord("left", "1"), Cord("right", "1")
DEVICES = {name: PduDevice("snmp", f"192.0.2.{n}", "d") for n, name in enumerate(("left", "right"))}
STEPS = [CycleStep(1, "m", (LEFT,)), CycleStep(2, "m", (RIGHT,))]


@pytest.fixture
def drawing(tmp_path: Path) -> Drawing:
    path = tmp_path / "hall.power.toml"
    path.write_text(DRAWING)
    return drawing_file.parsed(DRAWING, str(path))


def plan(drawing: Drawing, steps: Sequence[CycleStep] = STEPS) -> CyclePlan:
    return CyclePlan(
        *(Mode.BOTH_FEEDS, drawing.path, drawing.digest, 1000.0, 60.0, 10.0, 30.0, DEVICES),
        steps,
        by_current=True,
        carried=(LEFT, RIGHT),
        verified="/srv/hall.verified.jsonl",
    )


# ---- the plan ------------------------------------------------------------------------------------


def test_a_plan_is_read_as_it_was_written(drawing: Drawing, tmp_path: Path) -> None:
    path = str(tmp_path / "p")
    plan_file.write(path, plan(drawing))
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    found, progress = plan_file.read_plan(path)
    assert (found, progress) == (plan(drawing), Progress())


def test_a_plan_that_cannot_be_written_leaves_nothing(
    drawing: Drawing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "q").write_text("another")
    for read in (plan_file.reopen_plan, lambda path: plan_file.write(path, plan(drawing))):
        with pytest.raises(SettingsError, match="q (exists, and|is no plan)"):
            read(str(tmp_path / "q"))
    assert (tmp_path / "q").read_text() == "another"
    with pytest.raises(SettingsError, match=r"missing/p cannot be written \(No such file"):
        plan_file.write(str(tmp_path / "missing" / "p"), plan(drawing))

    def full(*_: object) -> None:
        raise journal.JournalError("the disk is full")

    monkeypatch.setattr(journal.Journal, "append", full)
    with pytest.raises(SettingsError, match="the disk is full"):
        plan_file.write(str(tmp_path / "p"), plan(drawing))
    assert not (tmp_path / "p").exists()


HEAD: dict[str, Any] = {
    "plan": 1,
    **{"mode": "both-feeds", "drawing": "d", "digest": "0", "made": 0, "valid_s": 1, "pause_s": 1},
    **{"patience_s": 1, "pdus": {}, "by_current": False, "carried": [], "verified": ""},
    "steps": 1,
}
STEP = {"step": 1, "machine": "m", "cords": [["left", "1"]]}
BEGIN = {"at": 1, "step": 1, "event": "begin", "carried": []}
DONE = {"at": 1, "step": 1, "event": "done"}


@pytest.mark.parametrize(
    "records, reason",
    [
        ([], "is no plan"),
        ([{**HEAD, "plan": 2}, STEP], "is no plan"),
        ([HEAD], "is incomplete"),
        ([{**HEAD, "steps": 0}, STEP], "is incomplete"),
        ([{**HEAD, "steps": 1.0}, STEP], "is incomplete"),
        ([{**HEAD, "steps": 2}, STEP], "is incomplete"),
        ([HEAD, {**STEP, "step": 2}], "its steps are not numbered in order"),
        ([HEAD, {**STEP, "cords": []}], "its steps are not numbered in order"),
        (
            [{**HEAD, "steps": 2}, STEP, {**STEP, "step": 2, "cords": []}],
            "its steps are not numbered in order",
        ),
        ([{**HEAD, "mode": "all-feeds"}, STEP], "does not hold a plan"),
        ([HEAD, {**STEP, "cords": [["left", 1]]}], "does not hold a plan"),
        ([HEAD, {**STEP, "cords": [[1, "left"]]}], "does not hold a plan"),
        ([HEAD, STEP, DONE], r"does not hold a plan of this command \(ValueError: step 1\)"),
        ([HEAD, STEP, BEGIN, {**DONE, "step": 2}], "ValueError: step 2"),
        ([HEAD, STEP, {**BEGIN, "step": 2}], "ValueError: step 2"),
        (
            [HEAD, STEP, BEGIN, DONE, {**BEGIN, "step": 2}, {**DONE, "step": 2}],
            "ValueError: more steps than planned",
        ),
    ],
)
def test_what_another_hand_wrote_is_no_plan(
    records: Sequence[Mapping[str, Any]], reason: str, tmp_path: Path
) -> None:
    path = str(tmp_path / "p")
    with contextlib.closing(journal.Journal(path)) as log:
        log.append(records)
    # the first time leaves it unlocked
    for _ in range(2):
        with pytest.raises(SettingsError, match=reason):
            plan_file.reopen_plan(path)


def test_a_plan_of_the_least_content_is_one(tmp_path: Path) -> None:
    path = str(tmp_path / "p")
    with contextlib.closing(journal.Journal(path)) as log:
        log.append([HEAD, STEP])
        assert plan_file.read_plan(path)[1] == Progress()
        log.append([{"at": 1, "run": "begun"}, BEGIN, DONE])
    found, progress = plan_file.read_plan(path)
    assert progress.begun and progress.open is None
    assert (found.mode, found.by_current, progress.steps_done) == (Mode.BOTH_FEEDS, False, 1)


def test_a_plan_fits_to_its_drawing_its_devices_and_its_machines(drawing: Drawing) -> None:
    made = plan(drawing, [*STEPS, CycleStep(3, "m", (LEFT, RIGHT))])
    assert plan_file.why_unfit(made, drawing, DEVICES, "p") == ""
    other = drawing_file.parsed(DRAWING + "\n", "h")
    assert "h is not the drawing that p was made from" in plan_file.why_unfit(
        made, other, DEVICES, "p"
    )
    moved = {**DEVICES, "right": DEVICES["left"]}
    assert "the PDU 'right' was snmp at 192.0.2.1 when" in plan_file.why_unfit(
        made, drawing, moved, "p"
    )
    for step in (CycleStep(1, "x", (LEFT,)), CycleStep(1, "n", (LEFT,))):
        reason = plan_file.why_unfit(plan(drawing, [step]), drawing, DEVICES, "p")
        assert reason == "p: step 1 is not of this drawing: make a new plan"


@pytest.mark.parametrize(
    "now, is_old", [(939.9, True), (940.0, False), (1060.0, False), (1060.1, True)]
)
def test_a_plan_is_old_after_its_time_and_if_the_clock_was_set_back(
    now: float, is_old: bool, drawing: Drawing
) -> None:
    """It was made at 1000 s, for 60 s; clocks may be set back by a minute."""
    assert plan_file.is_old(plan(drawing), Progress(), now) is is_old
    assert plan_file.is_old(plan(drawing), Progress(last_at=1100.0), now + 100.0) is is_old


def test_an_outlet_is_perhaps_off_until_it_is_seen_on() -> None:
    commands = {(LEFT, False): DOWN, (RIGHT, False): None}
    assert OpenStep(1, state_by_command=dict(commands)).perhaps_off() == [LEFT, RIGHT]
    for state, left in ((None, True), (UNKNOWN, True), (DOWN, True), (UP, False)):
        step = OpenStep(1, state_by_command={**commands, (LEFT, True): state})
        assert step.perhaps_off() == ([LEFT] if left else []) + [RIGHT]
    # it was off before, and is seen on: that of another says nothing
    step = OpenStep(1, state_by_command={(LEFT, False): UP, (RIGHT, True): UP})
    assert step.perhaps_off() == [LEFT]


# ---- signals -------------------------------------------------------------------------------------


def _ends(number: int) -> bool:
    """Whether this signal ends a run at once."""
    try:
        signal.raise_signal(number)
    except KeyboardInterrupt:
        return True
    return False


def test_the_first_signal_asks_to_stop_and_the_second_ends_at_once() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    for first, second in itertools.product((signal.SIGINT, signal.SIGTERM), repeat=2):
        with pdu_access.stopping() as stop_request:
            asked = [stop_request.is_asked]
            # a terminal that is closed sends SIGHUP, often twice
            assert [_ends(one) for one in (first, signal.SIGHUP, second)] == [False, False, True]
            assert [*asked, stop_request.is_asked] == [False, True]
    with pdu_access.stopping() as stop_request:
        signal.raise_signal(signal.SIGHUP)
        assert stop_request.is_asked
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    assert [signal.getsignal(number) for number in numbers] == before


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with pdu_access.stopping() as stop_request:
            signal.raise_signal(signal.SIGHUP)
            assert not stop_request.is_asked
    finally:
        signal.signal(signal.SIGHUP, before)


# ---- locks ---------------------------------------------------------------------------------------


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    return tmp_path / "state" / "cycle-hall"


@pytest.fixture
def other(tmp_path: Path) -> Drawing:
    """Another drawing."""
    path = tmp_path / "other.toml"
    path.write_text(DRAWING + "\n")
    return drawing_file.parsed(DRAWING + "\n", str(path))


def test_a_run_locks_its_drawing_its_copies_and_its_devices(
    drawing: Drawing, other: Drawing, state: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.toml"
    copy.write_text(DRAWING)
    left, right = ({name: DEVICES[name]} for name in DEVICES)
    cases: list[tuple[Drawing, Mapping[str, PduDevice], str]] = [
        (drawing, {}, f"another run of {drawing.path} has not ended; nothing was done"),
        (
            drawing_file.parsed(DRAWING, str(copy)),
            *({}, "another run of a copy of this drawing has not ended"),
        ),
        (
            other,
            {"west": DEVICES["left"]._replace(digest="other settings")},
            r"another run at snmp at 192.0.2.0 \(the PDU 'west'\) has not ended",
        ),
    ]
    with run_locks.lock_run("p", drawing, left):
        for one, devices, reason in cases:
            with pytest.raises(SettingsError, match=reason):
                with run_locks.lock_run("q", one, devices):
                    pass
        with run_locks.lock_run("q", other, right):
            pass
    for one, devices, _ in cases:
        with run_locks.lock_run("q", one, devices):
            pass
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in state.iterdir()} == {0o600}


def test_a_lock_that_cannot_be_had_is_an_error(
    drawing: Drawing, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state.parent.write_text("a file")
    with pytest.raises(SettingsError, match=r"the lock for a run of a copy .* cannot be had \("):
        with run_locks.lock_run("p", drawing, DEVICES):
            pass
    state.parent.unlink()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(SettingsError, match=r"cannot be written \(No space left on device\): noth"):
        with run_locks.lock_run("p", drawing, DEVICES):
            pass


def test_what_a_run_may_leave_off_is_on_the_disk_before_it_begins(
    drawing: Drawing, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(os.pread(number, 1000, 0)))
    with run_locks.lock_run("p", drawing, DEVICES):
        assert synced == [f'["{os.path.abspath("p")}"]'.encode()] * 2


def _file_of(state: Path, plan: str) -> Path:
    return next(path for path in state.iterdir() if os.path.abspath(plan) in path.read_text())


def test_a_run_that_does_not_settle_is_named_until_one_of_its_plan_does(
    drawing: Drawing, state: Path
) -> None:
    p, q = os.path.abspath("p"), os.path.abspath("q")
    right = {"right": DEVICES["right"]}
    # no run had a PDU of this list
    assert run_locks.find_unsettled_plans(DEVICES) == {}
    with run_locks.lock_run("p", drawing, right):
        # one that goes on is none
        assert run_locks.find_unsettled_plans(DEVICES) == {}
    # those who ask do not wait for each other, and leave nothing locked
    with _file_of(state, "p").open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert run_locks.find_unsettled_plans(DEVICES) == {p: ["right"]}
    with run_locks.lock_run("q", drawing, DEVICES):
        pass
    assert run_locks.find_unsettled_plans(DEVICES) == {
        **{q: ["left", "right"], p: ["right"]},
    }
    with run_locks.lock_run("p", drawing, right) as claim:
        claim.settle()
    assert run_locks.find_unsettled_plans(DEVICES) == {q: ["left", "right"]}
    with run_locks.lock_run("q", drawing, DEVICES) as claim:
        claim.settle()
    assert run_locks.find_unsettled_plans(DEVICES) == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: f'{{"{text[2:-2]}": 1}}',
        lambda _: '["p"]',
        lambda _: "[1]",
        lambda _: "",
    ],
)
def test_a_file_that_does_not_name_plans_names_none(
    change: Callable[[str], str], drawing: Drawing, state: Path
) -> None:
    with run_locks.lock_run("p", drawing, {"left": DEVICES["left"]}):
        pass
    file = _file_of(state, "p")
    file.write_text(change(file.read_text()))
    assert run_locks.find_unsettled_plans(DEVICES) == {}
    with run_locks.lock_run("q", drawing, DEVICES):
        pass
    assert run_locks.find_unsettled_plans(DEVICES) == {os.path.abspath("q"): ["left", "right"]}
