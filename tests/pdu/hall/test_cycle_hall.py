"""`pdu cycle-hall` over SNMP: real runs with a kill -9 and signals in their middle, and every
command of docs/cycle.md as written.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from pdu import root
from pdu.core.cli import exit_codes
from pdu.core.files import journal
from pdu.hall.cycle import plan_file, run_locks
from pdu.pdus.states import DOWN
from pdu.site.drawing import drawing_file
from tests.handlers.skipping import skipped
from tests.needs import ROOT
from tests.pdu.hall.cycled import Room, room
from tests.pdu.monitoring.halls import HASTY, PDU, environment
from tests.waiting import PATIENCE_S, bounded, until

LIST = ("--list", "hall.csv", "--auth", "logins.toml")
# figures of these units are renewed at once, and never change by themselves
_METERS = ("--power-timeout", "20")
QUICK = ("--pause", "1", *_METERS)
LONG = ("--pause", "3600", *_METERS)
ONE_FEED, BOTH_FEEDS = "--one-feed-at-a-time", "--both-feeds"


@pytest.fixture
def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    with room(tmp_path, protected=("row2/m3",)) as made:
        yield made


def in_hall(action: str, plan: str, *words: str, drawing: str = "hall.power.toml") -> list[str]:
    return ["cycle-hall", action, plan, drawing, *LIST, *words]


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """In this process, with a clock that waits for nothing."""
    with skipped():
        code = root.run(in_hall(*words))
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def planned(
    capsys: pytest.CaptureFixture[str], mode: str, machines: str, *more: str, path: str = "p"
) -> None:
    code, out, err = run(capsys, "plan", path, mode, "--machines", machines, *(more or QUICK))
    assert code == 0, out + err


@contextlib.contextmanager
def process(
    folder: Path, *words: str, program: Sequence[str] = PDU
) -> Iterator[subprocess.Popen[str]]:
    """`pdu cycle-hall` as a program."""
    made = subprocess.Popen(
        [*program, *in_hall(*words)],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with made, bounded(made, PATIENCE_S):
        yield made


def has(path: str, text: str) -> bool:
    return text in Path(path).read_text()


# ---- real runs -----------------------------------------------------------------------------------


def test_after_kill_9_a_resumed_run_ends_it_and_no_command_goes_out_twice(
    hall: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(capsys, ONE_FEED, "row1/m1")
    with process(hall.folder, "run", "p", "--yes") as killed:
        assert until(lambda: has("p", '"event":"off"'))
        killed.send_signal(signal.SIGKILL)
        assert killed.wait(PATIENCE_S) == -signal.SIGKILL
    with process(hall.folder, "resume", "p", "--yes", program=HASTY) as resumed:
        out, err = resumed.communicate(timeout=PATIENCE_S)
    assert (resumed.returncode, err) == (0, "")
    assert "step 1 of 2 was begun: looking at row1/m1: left/1" in out
    assert "2 of 2 steps ended" in out
    assert hall.commands() == dict.fromkeys(("left/1", "right/1"), ["off", "on"])
    assert hall.all_on()
    assert run(capsys, "run", "p", "--yes")[0] == 2
    code, out, _ = run(capsys, "resume", "p", "--yes")
    assert code == 0 and "2 of 2 steps ended" in out


@pytest.mark.trial
def test_sigterm_in_the_pause_of_a_feed_switches_the_outlet_on_again(
    hall: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(capsys, ONE_FEED, "row1/m1", *LONG)
    with process(hall.folder, "run", "p", "--yes") as stopped:
        assert until(lambda: has("p", '"event":"off"'))
        stopped.send_signal(signal.SIGTERM)
        out, err = stopped.communicate(timeout=PATIENCE_S)
    assert stopped.returncode == exit_codes.INTERRUPTED and "asked to stop" in err
    assert "left/1 was switched on again" in out and "cycle-hall resume p" in out
    assert hall.commands() == {"left/1": ["off", "on"]} and hall.all_on()
    assert has("p", '"event":"restored"') and has("p", '"run":"stopped"')


@pytest.mark.trial
def test_ctrl_c_with_both_feeds_off_says_which_outlets_and_how_to_switch_them_on(
    hall: Room, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(capsys, BOTH_FEEDS, "row1/m2", *LONG)
    with process(hall.folder, "run", "p", "--yes") as stopped:
        assert until(lambda: has("p", '"event":"off"'))
        stopped.send_signal(signal.SIGINT)
        out, _ = stopped.communicate(timeout=PATIENCE_S)
    assert stopped.returncode == exit_codes.INTERRUPTED
    assert hall.commands() == {"left/2": ["off"], "right/2": ["off"]}
    found = re.findall(r"(\w+/2) is off; switch it on: pdu (.*)", out)
    assert [cord for cord, _ in found] == ["left/2", "right/2"]
    monkeypatch.setenv("PDU_COMMUNITY", "private")
    for _, words in found:
        with skipped():
            assert root.run([*shlex.split(words), "--yes"]) == 0
    assert hall.all_on()


def test_both_feeds_are_off_together_before_one_is_on_again(
    hall: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(capsys, BOTH_FEEDS, "row1/*")
    code, out, err = run(capsys, "run", "p", "--yes", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "done": 2,
        "steps": 2,
        "left": [],
        "switched_on_again": [],
        "notes": [],
    }
    sent = [
        (one.record["event"], one.record.get("on"), "/".join(one.record.get("cord", ())))
        for one in journal.read_entries("p")
        if one.record.get("step") == 1 and one.record.get("event") in ("about", "off", "done")
    ]
    assert sent == [
        ("about", False, "left/1"),
        ("about", False, "right/1"),
        ("off", None, ""),
        ("about", True, "right/1"),
        ("about", True, "left/1"),
        ("done", None, ""),
    ]
    assert hall.all_on()


# ---- what is refused -----------------------------------------------------------------------------


def test_a_machine_that_is_protected_or_has_a_dead_supply_is_refused_while_planning(
    hall: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    hall.dead.add(("right", "2"))
    code, out, _ = run(
        capsys, "plan", "p", ONE_FEED, "--machines", "row[12]/m[23]", *QUICK, "--json"
    )
    found = json.loads(out)
    # the dead supply itself may be restarted: the other one carries the machine
    assert code == exit_codes.NOT_SEEN
    assert found["steps"] == [{"step": 1, "machine": "row1/m2", "cords": ["right/2"]}]
    reasons = {(one["machine"], one["cord"]): one["reason"] for one in found["refused"]}
    assert reasons["row2/m3", None] == "it is protected"
    assert "right/2: its outlet is on and carries nothing" in reasons["row1/m2", "left/2"]
    code, _, err = run(capsys, "plan", "q", BOTH_FEEDS, "--machines", "row2/*")
    assert code == 2 and "no step is possible" in err and not Path("q").exists()
    code, out, _ = run(capsys, "plan", "q", BOTH_FEEDS, "--machines", "row2/*", "--json")
    found = json.loads(out)
    assert (code, found["file"], found["steps"], len(found["refused"])) == (2, None, [], 1)
    assert hall.commands() == {}


def test_a_machine_with_a_cord_on_a_strip_is_refused_and_the_others_are_not(
    hall: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    text = Path("hall.power.toml").read_text()
    text += '[[machine]]\nname = "row1/m4"\ncords = ["left/4", "strip/1"]\n'
    text += '[[pdu]]\nname = "strip"\ninputs = ["B"]\nunread = true\n'
    Path("hall.power.toml").write_text(text)
    for mode in (ONE_FEED, BOTH_FEEDS):
        plan = f"plan{mode}"
        code, out, err = run(capsys, "plan", plan, mode, "--machines", "row1/*", *QUICK)
        assert code == exit_codes.NOT_SEEN and "strip/1: its outlet was not read" in out, err
        assert set(plan_file.read_plan(plan)[0].pdus) == {"left", "right"}


def test_a_take_over_load_that_does_not_fit_is_refused(
    hall: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    drawing = Path("hall.power.toml")
    drawing.write_text(drawing.read_text().replace("breaker_a = 16", "breaker_a = 2.4"))
    code, out, _ = run(capsys, "plan", "p", ONE_FEED, "--machines", "row1/m1")
    assert code == 2 and re.search(r"row1/m1 +left/1 +the take-over load on right/L\d up to", out)


def test_a_supply_that_died_since_the_plan_stops_the_run_before_a_command(
    hall: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(capsys, ONE_FEED, "row1/m2")
    hall.dead.add(("right", "2"))
    code, out, err = run(capsys, "run", "p", "--yes")
    assert code == exit_codes.NOT_SEEN and "this run sent no command of this step" in err
    assert "0 of 2 steps ended, stopped at step 1" in out and hall.commands() == {}
    assert "when the cause is gone, go on: pdu cycle-hall resume p --drawing hall.power" in out
    # the cause is gone
    hall.dead.clear()
    assert run(capsys, "resume", "p", "--yes")[0] == 0
    assert hall.commands() == {"left/2": ["off", "on"], "right/2": ["off", "on"]}


def test_a_changed_line_is_named_and_refuses_the_run(
    hall: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(capsys, ONE_FEED, "row1/*")
    plan = Path("p")
    plan.write_text(plan.read_text().replace('"cords":[["left","2"]]', '"cords":[["left","3"]]'))
    code, _, err = run(capsys, "run", "p", "--yes")
    assert code == 2 and "p: line 5 is not as it was written" in err
    assert hall.commands() == {}


def _drawing_changed(_: Room, __: pytest.MonkeyPatch) -> None:
    drawing = Path("hall.power.toml")
    drawing.write_text(drawing.read_text() + "# a remark\n")


def _list_changed(_: Room, __: pytest.MonkeyPatch) -> None:
    fleet = Path("hall.csv")
    left, right = re.findall(r"127\.0\.0\.1:\d+", fleet.read_text())
    swapped = fleet.read_text().replace(left, "x").replace(right, left).replace("x", right)
    fleet.write_text(swapped)


def _time_passes(_: Room, patch: pytest.MonkeyPatch) -> None:
    now = time.time
    patch.setattr(time, "time", lambda: now() + 3601)


def _clock_set_back(_: Room, patch: pytest.MonkeyPatch) -> None:
    now = time.time
    patch.setattr(time, "time", lambda: now() - 3601)


def _not_whole(_: Room, __: pytest.MonkeyPatch) -> None:
    plan = Path("p")
    plan.write_bytes(b"".join(plan.read_bytes().splitlines(True)[:-1]))


def _other_journal(_: Room, __: pytest.MonkeyPatch) -> None:
    Path("p").unlink()
    with journal.Journal("p") as log:
        log.append([{"not": "a plan"}])


def _other_file(_: Room, __: pytest.MonkeyPatch) -> None:
    Path("p").write_bytes(Path("/etc/passwd").read_bytes())


_CHANGES = (
    (_other_file, "p is no plan of pdu cycle-hall: make one with pdu cycle-hall plan"),
    (_drawing_changed, "hall.power.toml is not the drawing that p was made from"),
    (_list_changed, "the PDU 'left' was snmp at 127.0.0.1:"),
    (_time_passes, "p is older than 60 minutes: make a new plan"),
    (_clock_set_back, "the clock was set back"),
    (_not_whole, "p is incomplete: make a new plan"),
    (_other_journal, "p is no plan"),
)


def test_a_plan_that_does_not_fit_any_more_is_refused(
    hall: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(capsys, ONE_FEED, "row1/m1")
    kept = {name: Path(name).read_bytes() for name in ("p", "hall.power.toml", "hall.csv")}
    for change, words in _CHANGES:
        with pytest.MonkeyPatch.context() as patch:
            change(hall, patch)
            code, _, err = run(capsys, "run", "p", "--yes")
        assert code == 2 and words in err, (words, err)
        for name, content in kept.items():
            Path(name).write_bytes(content)
    assert hall.commands() == {}


def test_an_old_plan_only_ends_the_step_that_was_begun(
    hall: Room, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(capsys, ONE_FEED, "row1/m1", "--pause", "0", "--power-timeout", "1")
    kept = plan_file.reopen_plan("p")
    cord = kept.plan.steps[0].cords[0]
    # killed before the result was written: the outlet went off
    with contextlib.closing(kept.log):
        at = time.time()
        kept.log.append([plan_file.running(at, "begun"), plan_file.begin(at, 1, [cord])])
        kept.log.append([plan_file.command_pending(at, 1, cord, False)])
    hall.off(*cord)
    _time_passes(hall, monkeypatch)
    code, out, _ = run(capsys, "resume", "p", "--yes")
    assert code == exit_codes.NOT_SEEN and "so no other step was begun" in out
    assert hall.commands() == {"left/1": ["on"]} and hall.all_on()


def test_one_run_of_a_drawing_at_a_time(hall: Room, capsys: pytest.CaptureFixture[str]) -> None:
    planned(capsys, ONE_FEED, "row1/m1")
    with open("hall.power.toml", "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        code, _, err = run(capsys, "run", "p", "--yes")
        assert code == 2 and "another run of hall.power.toml has not ended" in err
    kept = plan_file.reopen_plan("p")
    with contextlib.closing(kept.log):
        code, _, err = run(capsys, "run", "p", "--yes")
        assert code == 2 and "in use" in err
    assert hall.commands() == {}


def test_it_asks_and_a_plan_is_not_overwritten(
    hall: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(capsys, ONE_FEED, "row1/m1")
    before = Path("p").read_bytes()
    code, out, err = run(capsys, "run", "p")
    assert (code, out) == (exit_codes.NOT_CONFIRMED, "") and "running p needs --yes" in err
    code, _, err = run(capsys, "plan", "p", ONE_FEED, "--machines", "*")
    assert (
        code == 2
        and "p exists, and a plan is not overwritten: give another name, or remove it" in err
    )
    assert Path("p").read_bytes() == before and hall.commands() == {}


def test_a_machine_that_was_never_tried_needs_confirm_state(
    hall: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(capsys, BOTH_FEEDS, "row1/m1")
    assert plan_file.read_plan("p")[0].by_current
    Path("hall.verified.jsonl").unlink()
    hall.dead.add(("right", "2"))
    code, out, _ = run(capsys, "plan", "q", BOTH_FEEDS, "--machines", "row1/m2", "--json")
    (refusal,) = json.loads(out)["refused"]
    assert code == 2 and refusal["reason"].startswith("its cabling was never tried")
    assert refusal["reason"].endswith(
        ": pdu machine verify row1/m2 --alive COMMAND, or --confirm state"
    )
    planned(capsys, BOTH_FEEDS, "row1/m2", "--confirm", "state", path="q")
    plan = plan_file.read_plan("q")[0]
    # the dead supply carries nothing
    assert not plan.by_current and plan.carried == (("left", "2"),)


def test_the_steps_of_a_plan_are_shown(hall: Room, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("plan", "p", ONE_FEED, "--machines", "row1/m1", *QUICK), ("run", "p", "--yes")):
        _, out, _ = run(capsys, *words)
        assert re.search(
            r"step +machine +off, then on\n +1 +row1/m1 +left/1\n +2 +row1/m1 +right/1", out
        )


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _refused_question(
    patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> str:
    """What a run asks; the answer is no."""
    patch.setattr(sys, "stdin", _Terminal("n\n"))
    code, _, err = run(capsys, *words)
    assert code == exit_codes.NOT_CONFIRMED
    return err.partition("? [y/N]")[0]


def test_a_run_asks_what_it_may_do(
    hall: Room, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(capsys, ONE_FEED, "row1/m1")
    assert _refused_question(monkeypatch, capsys, "run", "p") == (
        "switch 2 outlets off and on again, one after another, of 1 machine, which keep running"
        " (row1/m1)"
    )
    planned(capsys, BOTH_FEEDS, "row1/*", path="q")
    for most, names in ((2, "row1/m1, row1/m2"), (1, "row1/m1, ...")):
        monkeypatch.setattr("pdu.hall.cycle.command._MOST_NAMES", most)
        asked = _refused_question(monkeypatch, capsys, "run", "q")
        assert asked == f"RESTART 2 machines ({names})"
    Path("p").unlink()
    killed(hall, capsys)
    _time_passes(hall, monkeypatch)
    assert _refused_question(monkeypatch, capsys, "resume", "p") == (
        "the plan is old: switch on what is off of row1/m1, and nothing else"
    )
    assert hall.commands() == {}


def test_a_run_that_left_nothing_off_is_named_no_more(
    hall: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(capsys, ONE_FEED, "row1/m1")
    code, out, _ = run(capsys, "run", "p", "--yes")
    assert code == 0 and "step 1 of 2: row1/m1: left/1\n" in out
    Path("p").unlink()
    planned(capsys, ONE_FEED, "row1/m1", path="q")


def test_a_run_whose_reader_is_gone_sends_nothing_more(
    hall: Room, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(capsys, ONE_FEED, "row1/m1")

    def gone(text: str = "", flush: bool = False, **_: object) -> None:
        if text.startswith("step 1") and flush:
            raise BrokenPipeError

    monkeypatch.setattr("builtins.print", gone)
    assert run(capsys, "run", "p", "--yes")[0] == exit_codes.INTERRUPTED
    assert hall.commands() == {}


# ---- runs that may not go on, and other runs -----------------------------------------------------


def killed(hall: Room, capsys: pytest.CaptureFixture[str]) -> None:
    """A run of p that was killed while left/1 was off."""
    planned(capsys, ONE_FEED, "row1/m1")
    kept = plan_file.reopen_plan("p")
    drawn, at = drawing_file.read_drawing("hall.power.toml"), time.time()
    (cord,) = kept.plan.steps[0].cords
    with contextlib.closing(kept.log), run_locks.lock_run("p", drawn, kept.plan.pdus):
        kept.log.append([plan_file.running(at, "begun"), plan_file.begin(at, 1, [cord])])
        kept.log.append([plan_file.command_pending(at, 1, cord, False)])
        kept.log.append([plan_file.result(at, 1, cord, False, DOWN, "")])
        kept.log.append([plan_file.step_event(at, 1, plan_file.OFF)])
    hall.off(*cord)


def _broken_toml(room: Room, _: pytest.MonkeyPatch) -> None:
    (room.folder / "hall.power.toml").write_text("[[")


def test_what_a_killed_run_left_off_is_named_whatever_forbids_to_resume_it(
    hall: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    killed(hall, capsys)
    kept = {name: Path(name).read_bytes() for name in ("hall.power.toml", "hall.csv")}
    mend = f"switch it on: pdu on snmp 127.0.0.1:{hall.units['left'].port} 1"
    for change, state in (
        (_drawing_changed, "off"),
        (_broken_toml, "off or on: nobody knows"),
        (_list_changed, "off or on: nobody knows"),
    ):
        with pytest.MonkeyPatch.context() as patch:
            change(hall, patch)
            code, out, err = run(capsys, "resume", "p", "--yes")
        for name, content in kept.items():
            Path(name).write_bytes(content)
        assert code == 2 and err, (out, err)
        assert f"0 of 2 steps ended, stopped at step 1\n  left/1 is {state}; {mend}" in out
    # somebody switched it on: only the reason is left to say
    hall.units["left"].device.put("1.3.6.1.4.1.318.1.1.26.9.2.3.1.5.1", "2")
    _drawing_changed(hall, pytest.MonkeyPatch())
    code, out, err = run(capsys, "resume", "p", "--yes")
    assert code == 2 and "is not the drawing" in err and not out
    assert hall.commands() == {}


def test_a_new_plan_tells_pdus_at_one_address_apart(
    hall: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their ports are settings, as behind one NAT address."""
    fleet = Path("hall.csv").read_text()
    Path("hall.csv").write_text(re.sub(r"1:(\d+),snmp,", r"1,snmp,port=\1;", fleet))
    killed(hall, capsys)
    port = hall.units["left"].port
    code, out, _ = run(capsys, "plan", "q", ONE_FEED, "--machines", "row1/m2")
    assert code == exit_codes.NOT_SEEN
    mend = f"switch it on: pdu on snmp 127.0.0.1 1 --port {port} --timeout"
    assert f"left/1 is off; {mend} 20\n" in out
    fleet, drawn = Path("hall.csv").read_text(), Path("hall.power.toml").read_text()
    # the list has it with another setting, and under another name
    for name, old, new, seconds in (
        ("left", "timeout=20", "timeout=21", 21),
        ("west", "left,", "west,", 20),
    ):
        Path("hall.csv").write_text(fleet.replace(old, new))
        Path("other.toml").write_text(drawn.replace("left", name))
        words = in_hall("plan", name, ONE_FEED, "--machines", "*", drawing="other.toml")
        assert root.run(words) == exit_codes.NOT_SEEN
        assert f"{mend} {seconds}\n" in capsys.readouterr().out
    # another device has its name
    Path("hall.csv").write_text(fleet.replace("127.0.0.1,", "127.0.0.2,"))
    _, out, _ = run(capsys, "resume", "p", "--yes")
    assert "switch it on: pdu on snmp 127.0.0.1 1\n" in out


def test_a_new_plan_names_what_a_killed_run_left_off(
    hall: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    killed(hall, capsys)
    # another drawing that has the same PDUs under other names
    text = Path("hall.power.toml").read_text().replace("left", "west")
    Path("other.toml").write_text(text)
    fleet = Path("hall.csv").read_text().replace("left,", "west,")
    Path("other.csv").write_text(fleet)
    words = ["cycle-hall", "plan", "q", "other.toml", "other.csv", "--auth", "logins.toml"]
    words += [ONE_FEED, "--machines", "row1/m2"]
    code = root.run(words)
    out = capsys.readouterr().out
    assert code == exit_codes.NOT_SEEN and "2 steps in q" in out
    path = hall.folder / "p"
    assert f"the run of {path} has not ended: left/1 is off; switch it on: pdu on snmp" in out
    Path("q").unlink()
    # without the plan's file nobody knows which outlet
    moved = path.read_bytes()
    path.unlink()
    assert root.run(words) == exit_codes.NOT_SEEN
    assert "look at the outlets of west" in capsys.readouterr().out
    Path("q").unlink()
    path.write_bytes(moved)
    path.chmod(0o600)
    # the run that goes on settles it
    assert run(capsys, "resume", "p", "--yes")[0] == 0 and hall.all_on()
    assert root.run(words) == 0 and "has not ended" not in capsys.readouterr().out


def test_each_run_that_has_not_ended_is_named_but_for_that_of_the_same_file(
    hall: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    killed(hall, capsys)
    plan = plan_file.read_plan("p")[0]
    drawn = drawing_file.read_drawing("hall.power.toml")

    def notes(path: str) -> list[str]:
        _, out, _ = run(capsys, "plan", path, ONE_FEED, "--machines", "row1/m2", "--json")
        return list(json.loads(out)["notes"])

    # the locks have its name before p's, and then after it
    for name in ("missing", "p", "missing"):
        with run_locks.lock_run(name, drawn, plan.pdus):
            pass
    here = str(hall.folder)
    unread, found = notes("q")[::-1]
    assert found.startswith(f"the run of {here}/p has not ended: left/1 is off; switch it on")
    assert unread.startswith("an earlier run has not ended, and its plan cannot be read (")
    with run_locks.lock_run("p", drawn, plan.pdus):
        pass
    assert notes("r") == [unread, found]
    with run_locks.lock_run("missing", drawn, plan.pdus):
        pass
    Path("p").unlink()
    assert notes("p") == [unread]


@pytest.mark.trial
def test_two_drawings_with_one_pdu_are_not_run_at_one_time(
    hall: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(capsys, ONE_FEED, "row1/m1", *LONG)
    Path("copy.toml").write_bytes(Path("hall.power.toml").read_bytes())
    text = Path("hall.power.toml").read_text()
    Path("other.toml").write_text(text.replace('name = "row1/m2"', 'name = "m2"'))
    for drawing in ("copy", "other"):
        of_drawing = in_hall("plan", drawing, ONE_FEED, drawing=f"{drawing}.toml")
        assert root.run([*of_drawing, "--machines", "*m2", *QUICK]) == 0
    with process(hall.folder, "run", "p", "--yes") as running:
        assert until(lambda: has("p", '"event":"off"'))
        capsys.readouterr()
        for drawing, what in (("copy", "of a copy of this drawing"), ("other", "at snmp at 127")):
            again = in_hall("run", drawing, "--yes", drawing=f"{drawing}.toml")
            assert root.run(again) == 2
            assert f"another run {what}" in capsys.readouterr().err
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=PATIENCE_S)
    assert hall.commands() == {"left/1": ["off", "on"]}


def test_a_full_disk_leaves_no_plan(hall: Room) -> None:
    code = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from pdu import root\n"
        "sys.exit(root.run(sys.argv[1:]))\n"
    )
    words = in_hall("plan", "p", ONE_FEED, "--machines", "row1/*")
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=hall.folder,
        env={**environment(), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 2 and "cannot be written (File too large)" in done.stderr
    assert not (hall.folder / "p").exists()


_WRONG = (
    (("plan", "q", "--machines", "*"), "say what is restarted"),
    (("plan", "q", "--machines", "*", ONE_FEED, BOTH_FEEDS), "give only one of --both-feeds and"),
    (("plan", "q", ONE_FEED), "Missing option '--machines'"),
    (("plan", "q", ONE_FEED, "--machines", "*", "--machines", "row9/*"), "no machine has such"),
    (("plan", "q", ONE_FEED, "--machines", "*", "--confirm", "state"), "--confirm needs --both-fe"),
    (("run", "p", BOTH_FEEDS), "No such option: --both-feeds"),
    (("run", "p", "--pause", "5"), "No such option: --pause"),
    (("resume", "p", "--machines", "*"), "No such option: --machines"),
    (("run", "missing"), "missing cannot be read"),
    (("resume", "p"), "p was not run yet: use run"),
)
_OTHER = (
    ("cycle", "hall.power.toml", BOTH_FEEDS, "--machines", "*"),
    ("cycle", "hall.power.toml", "left", "1", "--yes"),
    ("cycle-hall", "snmp", "192.0.2.8", "3", "--yes"),
    ("cycle-hall", "run", "snmp", "192.0.2.8", "3", "--yes"),
    ("cycle", "run", "p", "hall.power.toml", "--yes"),
)


def test_options_that_do_not_belong_together_switch_nothing(
    hall: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(capsys, ONE_FEED, "row1/m1")
    for words, said in _WRONG:
        code, _, err = run(capsys, *words, *(() if words[0] == "plan" else ("--yes",)))
        assert code == 2 and said in err, (words, err)
    # a word of one command is no sentence of the other
    for line in _OTHER:
        assert root.run(list(line)) == 2 and capsys.readouterr().err, line
    assert hall.commands() == {} and not Path("q").exists() and not Path("missing").exists()


# ---- the page ------------------------------------------------------------------------------------

PAGE = ROOT / "docs" / "cycle.md"


def test_each_command_of_the_page_runs_as_written(
    hall: Room, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "pdu.hall.cycle.step_run.RENEWAL_S", 1.0
    )  # these figures are renewed at once
    fences = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    commands = [one for fence in fences for one in fence.splitlines()]
    assert len(commands) >= 3
    for line in commands:
        program, *words = shlex.split(line)
        assert program == "pdu"
        with skipped():
            code = root.run([*words, *(["--yes"] if words[1] != "plan" else [])])
        shown = capsys.readouterr()
        assert code == 0 and shown.out, (line, shown)
    assert hall.commands() and hall.all_on()
