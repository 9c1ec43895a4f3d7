"""The laws of the proof that a machine is off (docs/doors.md): each by lies that it alone catches,
in simulated rooms and over the wire, and by the honest machines that it must let pass.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from handlers.shared.meter_figures import MeterFigures
from pdu.site.drawing.drawing import Cord
from pdu.site.machines.evidence import EvidenceFile, MachineEvidence, VerifiedCord
from pdu.site.machines.proof import watched_s
from tests.pdu.site.machines import room_adapter
from tests.pdu.site.machines.off_trial import SOON_S, Result, Trial, case, run
from tests.pdu.site.machines.physics import ECHO, Room
from tests.pdu.site.machines.room_adapter import Asked
from tests.pdu.site.machines.room_kinds import (
    QUIET,
    Case,
    Change,
    Draft,
    Kind,
    Noise,
    Setting,
    alone,
    also,
    asked,
    chassis,
    cords,
    drawn,
    metered,
    moved_since,
    no_inlet_meters,
    relay,
    shares_equally,
    shows,
    shut_down,
    since,
)
from tests.pdu.site.machines.room_wire import PROTOCOLS, wired
from tests.pdu.site.machines.test_off_wire import Door, fence, machine_off, verify

_FINE = Setting(0.001, 1.0, 1.0, 300.0, 500.0)
_SEED = 86
NUMBERS = range(3)


@pytest.fixture(autouse=True)
def _no_disk() -> Iterator[None]:
    with room_adapter.without_disk():
        yield


def _results(
    folder: Path, *changes: Change, noise: Noise = QUIET, setting: Setting = _FINE
) -> list[Result]:
    folder.mkdir(exist_ok=True)
    kind = Kind("law", changes, noise)
    trials = [Trial("law", kind, number, setting, noise) for number in NUMBERS]
    return [run(trial, _SEED, folder / str(trial.number)) for trial in trials]


def _case(
    *changes: Change, noise: Noise = QUIET, setting: Setting = _FINE, number: int = 0
) -> Case:
    made = case(Trial("honest", Kind("law", changes, noise), number, setting, noise), _SEED)
    made.srv.boots_s = min(made.srv.boots_s, 40.0)
    return made


def _draws_less(part: float) -> Change:
    def change(made: Draft) -> None:
        def happens(room: Room) -> None:
            made.srv.factor = part
            room.refresh(made.srv)

        made.since.append(happens)

    return change


def _without_losses(made: Draft) -> None:
    for supply in made.srv.supplies:
        supply.idle_w = supply.filter_a = 0.0


def _spare(made: Draft) -> None:
    """The right supply is a hot spare of 6 W."""
    cords("left/3=1", "right/3?")(made)
    made.srv.supplies[1].idle_w = 6.0


# ---- absence of load is not death ----------------------------------------------------------------

_FOUR = ("left/3", "left/4", "right/3", "right/4")
_AWAY: dict[str, Sequence[Change]] = {
    "both cords": [shares_equally, moved_since(0, "left/5"), moved_since(1, "right/5")],
    "the only cord": [cords("left/3"), drawn("left/3"), moved_since(0, "left/5")],
    "one cord, and it draws 0.25 of what it drew": [
        shares_equally,
        _draws_less(0.25),
        moved_since(1, "right/5"),
    ],
    "both cords, where nothing else draws": [
        alone,
        no_inlet_meters,
        shares_equally,
        moved_since(0, "left/5"),
        moved_since(1, "right/5"),
    ],
    "four cords": [
        chassis(1, *_FOUR),
        drawn(*_FOUR),
        *(moved_since(number, f"third/{number + 3}") for number in range(4)),
    ],
    "the cord of a hot spare of 6 W": [_spare, moved_since(1, "right/5")],
}


@pytest.mark.parametrize("is_asked", [False, True])
@pytest.mark.parametrize("what", _AWAY)
def test_a_machine_whose_cords_are_elsewhere_is_not_off(
    what: str, is_asked: bool, tmp_path: Path
) -> None:
    results = _results(tmp_path, *([asked] if is_asked else []), *_AWAY[what])
    assert all(result.is_verified and not result.is_off for result in results), results


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("what", ["both cords", "the only cord"])
def test_a_machine_whose_cords_are_elsewhere_is_not_off_over_the_wire(
    what: str, protocol: str, tmp_path: Path
) -> None:
    made = _case(*_AWAY[what])
    made.srv.boots_s = 0.0
    with wired(tmp_path, made, protocol) as (room, alive):
        assert verify(tmp_path, room, alive).is_off
        for happens in made.since:
            happens(made.room)
        made.room.advance(10.0)
        answer = fence(tmp_path, room)
    assert not answer.is_off and "stopped to carry" in answer.text, answer.text


def test_a_machine_without_load_is_off_only_if_it_is_asked(tmp_path: Path) -> None:
    changes = [shares_equally, _without_losses, shut_down]
    alone_refused = _results(tmp_path / "1", *changes)
    assert all("stopped to carry" in result.reasons[0] for result in alone_refused)
    assert all(result.is_off for result in _results(tmp_path / "2", asked, *changes))


def test_what_a_monitor_cannot_see_it_says(tmp_path: Path) -> None:
    made = _case(alone, _spare, _without_losses)
    made.room.pdus["left"].serial = ""
    assert not room_adapter.verify(made.room, made.drawn, made.srv, made.asked, tmp_path / "s")
    facts = room_adapter.facts(made.room, made.drawn, made.asked, tmp_path / "s")
    for sentence in (
        "nothing asks the machine (alive)",
        "right/3 cannot be watched",
        "left tells no serial number",
        "nothing else at left showed a load",
        "nothing else at right showed a load",
    ):
        assert any(sentence in fact for fact in facts), (sentence, facts)
    quiet = room_adapter.facts(made.room, made.drawn, Asked(alive=True), tmp_path / "s")
    assert not any("nothing asks" in fact for fact in quiet)


# ---- not before it fell silent in its trial ------------------------------------------------------


@pytest.mark.parametrize("is_asked", [False, True])
@pytest.mark.parametrize("battery_s", [7.0, 12.0, 20.0])
def test_off_is_not_told_earlier_than_the_machine_fell_silent_in_its_trial(
    battery_s: float, is_asked: bool, tmp_path: Path
) -> None:
    def on_battery(made: Draft) -> None:
        made.srv.battery_s = battery_s

    changes = [shares_equally, on_battery, *([asked] if is_asked else [])]
    results = _results(tmp_path, *changes)
    assert all(result.is_off and not result.is_wrong for result in results), results
    assert all(result.seconds >= battery_s for result in results)


# ---- evidence is of a name and its outlets -------------------------------------------------------

_CORDS = (Cord("left", "3"), Cord("right", "3"))
_OTHERS = (Cord("left", "4"), Cord("right", "4"))


def _write(file: EvidenceFile, name: str, tried: Sequence[Cord]) -> None:
    verified = [VerifiedCord(*cord, "", f"SN-{cord.pdu}", MeterFigures(1.0)) for cord in tried]
    with file.appending() as appender:
        appender.append(MachineEvidence(name, time.time() - 60, verified))


def test_exchanged_names_and_a_drawing_from_yesterday_are_not_believed(tmp_path: Path) -> None:
    file, now = EvidenceFile(str(tmp_path / "hall.verified.jsonl")), time.time()
    _write(file, "srv-1", _CORDS)
    _write(file, "srv-2", _OTHERS)
    assert file.find("srv-1", _CORDS, now).evidence and file.find("srv-2", _OTHERS, now).evidence
    # two names exchanged in the drawing
    assert file.find("srv-1", _OTHERS, now).reason == "its outlets were tried as those of 'srv-2'"
    assert file.find("srv-2", _CORDS, now).evidence is None
    # a plug is its outlets alone
    assert file.find(None, _OTHERS, now).evidence
    # it was drawn otherwise and tried; then the old drawing came back
    _write(file, "srv-1", [Cord("left", "7"), Cord("right", "7")])
    assert file.find("srv-1", _CORDS, now).reason == "its cabling was tried with other cords since"
    # one of its outlets was tried as another machine's
    _write(file, "srv-3", [_OTHERS[0], Cord("third", "1")])
    assert "with other cords: left/4, third/1" in file.find("srv-2", _OTHERS, now).reason


@pytest.mark.parametrize("door", [fence, machine_off])
def test_outlets_that_were_tried_under_another_name_are_not_off(door: Door, tmp_path: Path) -> None:
    made = _case(shares_equally)
    with wired(tmp_path, made, "nut") as (room, alive):
        assert verify(tmp_path, room, alive).is_off
        path = tmp_path / "hall.verified.jsonl"
        path.write_text(path.read_text().replace('"machine": "srv"', '"machine": "db"'))
        answer = door(tmp_path, room)
    assert not answer.is_off and "its outlets were tried as those of 'db'" in answer.text


@pytest.mark.skipif(os.name != "posix", reason="rights of files")
def test_evidence_that_others_may_write_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hall.verified.jsonl"
    file = EvidenceFile(str(path))
    before = os.umask(0o002)
    try:
        _write(file, "srv", _CORDS)
    finally:
        os.umask(before)
    assert file.find("srv", _CORDS, time.time()).evidence
    for mode in (0o666, 0o664, 0o622):
        path.chmod(mode)
        assert "other users may write in it" in file.find("srv", _CORDS, time.time()).reason
        with pytest.raises(Exception, match="other users may write"):
            _write(file, "srv", _CORDS)
    path.chmod(0o644)
    assert file.find("srv", _CORDS, time.time()).evidence
    if os.geteuid() == 0:
        os.chown(path, 65534, -1)
        assert "other users may write in it" in file.find("srv", _CORDS, time.time()).reason
        os.chown(path, 0, -1)
    link = tmp_path / "link.jsonl"
    link.symlink_to(path)
    assert "cannot be read" in EvidenceFile(str(link)).find("srv", _CORDS, time.time()).reason
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    assert "it is no file" in EvidenceFile(str(pipe)).find("srv", _CORDS, time.time()).reason
    with pytest.raises(Exception, match="it is no file"):
        _write(EvidenceFile(str(pipe)), "srv", _CORDS)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("version", ["1", "3", "true", "2.0", '"2"', "null"])
def test_evidence_of_another_version_is_not_believed(version: str, tmp_path: Path) -> None:
    path = tmp_path / "hall.verified.jsonl"
    _write(EvidenceFile(str(path)), "srv", _CORDS)
    path.write_text(path.read_text().replace('"verified": 2', f'"verified": {version}'))
    reason = EvidenceFile(str(path)).find("srv", _CORDS, time.time()).reason
    assert "line 1 is damaged" in reason


@pytest.mark.parametrize("serial", [None, "", "SN-other"])
def test_a_serial_number_that_is_not_read_is_not_the_right_unit(
    serial: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _case(shares_equally)
    room, folder = made.room, tmp_path / "s"
    assert not room_adapter.verify(room, made.drawn, made.srv, made.asked, folder)
    room.advance(60.0)
    monkeypatch.setattr(
        room_adapter.PhysicalWorld, "serials", lambda _, pdus: dict.fromkeys(pdus, serial)
    )
    words = "could not be read" if serial is None else "is another unit"
    assert words in room_adapter.monitor(room, made.drawn, made.asked, folder)
    answer = room_adapter.switch_off(room, made.drawn, made.asked, folder)
    assert not answer.is_off and words in answer.reason


# ---- what the meters must have shown -------------------------------------------------------------


@pytest.mark.parametrize("period_s, shows_s", [(1.0, 12.0), (12.0, 1.0)])
def test_a_cord_is_read_again_when_each_meter_has_renewed(period_s: float, shows_s: float) -> None:
    evidence = MachineEvidence("srv", 0.0, (), 0.0, period_s, shows_s)
    assert evidence.renewed_s == 12.0 and watched_s(evidence) >= 5.0 + 12.0


@pytest.mark.parametrize("seconds", [0.0, 1.0, 4.0, 9.0])
def test_a_late_meter_ends_no_evidence_after_the_machine_was_switched_on(
    seconds: float, tmp_path: Path
) -> None:
    made = _case(shares_equally, metered(delay_s=12.0))
    room, folder = made.room, tmp_path / "s"
    assert not room_adapter.verify(room, made.drawn, made.srv, made.asked, folder)
    room.advance(60.0)
    assert room_adapter.switch_off(room, made.drawn, made.asked, folder).is_off
    room.advance(60.0)
    room_adapter.switch_on(room, made.drawn, made.asked, folder)
    room.advance(seconds)
    assert not room_adapter.monitor(room, made.drawn, made.asked, folder)


@pytest.mark.parametrize("pdu", ["left", "right"])
def test_an_outlet_whose_meter_is_gone_is_named_beforehand(pdu: str, tmp_path: Path) -> None:
    made = _case(shares_equally)
    room, folder = made.room, tmp_path / "s"
    assert not room_adapter.verify(room, made.drawn, made.srv, made.asked, folder)
    room.pdus[pdu].meter.step_a = room.pdus[pdu].meter.step_w = None
    room.advance(60.0)
    reason = room_adapter.monitor(room, made.drawn, made.asked, folder)
    assert reason.startswith(f"{pdu}/3: no current is known of this outlet")


# ---- a sure accusation falls only by a sure acquittal --------------------------------------------


def _steps_later(made: Draft) -> None:
    """A neighbour's load doubles when an inlet has accused."""
    neighbour = made.others[2]

    def register(room: Room) -> None:
        def double() -> None:
            neighbour.factor = 6.0
            room.refresh(neighbour)

        first = lambda: room.after(7.5, double)  # noqa: E731
        room.after_command.setdefault(len(room.commands), []).append(first)

    made.since.append(register)


_LYING = [shares_equally, shows(ECHO, "left/3", "right/3")]


def test_a_neighbours_step_takes_no_accusation_back(tmp_path: Path) -> None:
    welded = since(relay("left/3", "right/3", welded=True))
    results = _results(tmp_path, *_LYING, welded, _steps_later, noise=(1.0, 1.0, (30.0,)))
    assert all(not result.is_off for result in results), results
    assert all("inlet fell by" in result.reasons[0] for result in results)


def test_an_accusation_outlives_the_run_until_a_fall_that_is_as_sure(tmp_path: Path) -> None:
    """The outlets are on again, and neighbours swing; then the relays are repaired."""
    made = _case(*_LYING, noise=(1.0, 1.0, (30.0,)))
    room, folder = made.room, tmp_path / "s"
    places = [room.pdus[pdu].relays[3] for pdu in ("left", "right")]

    def turn(is_welded: bool) -> None:
        for place in places:
            place.welded = is_welded

    def off() -> room_adapter.Answer:
        return room_adapter.switch_off(room, made.drawn, made.asked, folder)

    assert not room_adapter.verify(room, made.drawn, made.srv, made.asked, folder)
    turn(True)
    assert "inlet fell by" in off().reason
    for swings in (True, False):
        room_adapter.switch_on(room, made.drawn, made.asked, folder)
        for machine in room.machines.values():
            if machine is not made.srv:
                machine.load.low, machine.load.high = (0.4, 1.6) if swings else (1.0, 1.0)
                machine.load.every_s = 1.0
        room.advance(60.0)
        if swings:
            assert "inlet fell by" in room_adapter.monitor(room, made.drawn, made.asked, folder)
            assert "inlet fell by" in off().reason
    turn(False)
    assert off().is_off


# ---- the trial is off by the same code -----------------------------------------------------------


def _inlets(**attributes: object) -> Change:
    def change(made: Draft) -> None:
        for pdu in made.pdus.values():
            for name, value in attributes.items():
                setattr(pdu.inlet_meter, name, value)

    return change


def _throttled(part: float) -> Change:
    """With one supply left it draws this part of what it drew."""

    def change(made: Draft) -> None:
        made.srv.throttles_to = part

    return change


_INLETS: dict[str, Change] = {
    "average 60 s": _inlets(window_s=60.0),
    "are frozen": _inlets(period_s=1e9),
    "average 20 s": _inlets(window_s=20.0),
    "come 12 s late": _inlets(delay_s=12.0),
    "have steps of 1 A and 100 W": _inlets(step_a=1.0, step_w=100.0),
}


@pytest.mark.parametrize("what", _INLETS)
def test_who_is_verified_can_be_proven(what: str, tmp_path: Path) -> None:
    results = _results(tmp_path, shares_equally, _INLETS[what], noise=(1.0, 1.0, (30.0,)))
    assert all(result.is_off is result.is_verified for result in results), results
    assert not any(result.is_wrong for result in results)
    if what == "are frozen":
        assert all("inlet fell by" in result.reasons[0] for result in results)
    if "12 s late" in what or "20 s" in what:
        assert all(result.is_verified for result in results), results


@pytest.mark.parametrize("part", [0.3, 0.45, 0.6])
def test_a_machine_that_throttles_on_one_supply_is_verified(part: float, tmp_path: Path) -> None:
    results = _results(tmp_path, shares_equally, _throttled(part))
    assert all(result.is_off and not result.is_wrong for result in results), results


@pytest.mark.parametrize("times", [1.1, 1.3, 1.45])
def test_a_hidden_cord_on_which_it_starts_more_slowly_is_found(
    times: float, tmp_path: Path
) -> None:
    """A standby at a wall, on which it begins anew, with a longer self-test."""

    def slow(made: Draft) -> None:
        made.srv.browns_out, made.srv.boots_s = True, 60.0

        def register(room: Room) -> None:
            room.slow_start = {"srv": times}

        made.begin.append(register)

    results = _results(tmp_path, also("wall?"), slow)
    assert not any(result.is_verified for result in results), results
    assert all("answers again" in result.reasons[0] for result in results)


# ---- what a machine is ---------------------------------------------------------------------------


def test_a_machine_is_what_every_door_says(tmp_path: Path) -> None:
    """After an off that failed, and while an outlet that is reported off carries."""
    made = _case(shares_equally)
    room, folder = made.room, tmp_path / "s"
    assert not room_adapter.verify(room, made.drawn, made.srv, made.asked, folder)
    room.pdus["right"].relays[3].welded = True
    assert not room_adapter.switch_off(room, made.drawn, made.asked, folder).is_off
    said = room_adapter.states(room, made.drawn, made.asked, folder)
    assert said == {"left/3": "off", "right/3": "unknown"} or set(said.values()) == {"unknown"}
    # nothing flows any more, and it was not proven
    room.pdus["right"].relays[3].welded = False
    room.command("right", "3", False)
    room.advance(30.0)
    said = room_adapter.states(room, made.drawn, made.asked, folder)
    assert set(said.values()) == {"unknown"}
    assert "was not proven off" in room_adapter.monitor(room, made.drawn, made.asked, folder)
    assert room_adapter.switch_off(room, made.drawn, made.asked, folder).is_off
    said = room_adapter.states(room, made.drawn, made.asked, folder)
    assert set(said.values()) == {"off"}
    assert not room_adapter.monitor(room, made.drawn, made.asked, folder)


# ---- a sentence about outlets is a reading -------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_a_trial_leaves_off_what_another_computer_switched_off(number: int, tmp_path: Path) -> None:
    """Another node fences in the middle: `number` commands of the trial were carried out."""
    made = _case(shares_equally)
    room, folder = made.room, tmp_path / "s"

    def fence_it() -> None:
        for pdu in ("left", "right"):
            room.command(pdu, "3", False)

    room.after_command.setdefault(number, []).append(lambda: room.after(0.9, fence_it))
    reason = room_adapter.verify(room, made.drawn, made.srv, made.asked, folder)
    assert "all its outlets are on" not in reason and "left/3" in reason and "right/3" in reason
    assert not any(room.pdus[pdu].relays[3].control for pdu in ("left", "right")), reason
    begun = len(room.commands)
    room.advance(30.0)
    reason = room_adapter.verify(room, made.drawn, made.srv, made.asked, folder)
    assert "left/3 is not on" in reason and "it may be off: left/3: it is off" in reason
    assert "all its outlets are on" not in reason and len(room.commands) == begun


# ---- over the wire -------------------------------------------------------------------------------


def _battery(made: Draft) -> None:
    made.srv.battery_s = 15.0


_STEADY: Noise = (1.0, 1.0, (30.0,))
#: what happens -> the changes, what the trial says and what `off` says, "" for nothing wrong
_WIRED: dict[str, tuple[Sequence[Change], str, str]] = {
    "a battery": ([shares_equally, _battery], "", ""),
    "it throttles": ([shares_equally, _throttled(0.4)], "", ""),
    "inlets are frozen": (
        [shares_equally, _INLETS["are frozen"]],
        "inlet fell by",
        "its cabling was never tried",
    ),
    "inlets come late": ([shares_equally, _INLETS["come 12 s late"]], "", ""),
    "a relay lies, and a neighbour steps": (
        [*_LYING, since(relay("left/3", "right/3", welded=True)), _steps_later],
        "",
        "inlet fell by",
    ),
    "one cord is away, and it draws 0.55": (
        [shares_equally, _draws_less(0.55), moved_since(0, "third/5")],
        "",
        "stopped to carry",
    ),
}


@pytest.mark.sample(6)
@pytest.mark.parametrize("door", [fence, machine_off])
@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("what", _WIRED)
def test_the_laws_hold_over_the_wire(what: str, protocol: str, door: Door, tmp_path: Path) -> None:
    changes, trial_reason, off_reason = _WIRED[what]
    made = _case(*changes, noise=_STEADY)
    made.srv.boots_s = 0.0
    with wired(tmp_path, made, protocol) as (room, alive):
        tried = verify(tmp_path, room, alive)
        assert tried.is_off is not bool(trial_reason) and trial_reason in tried.text, tried.text
        room.sleep(60.0)
        for happens in made.since:
            happens(made.room)
        room.sleep(10.0)
        answer = door(tmp_path, room)
        answered = made.room.time
    assert answer.is_off is not bool(off_reason) and off_reason in answer.text, answer.text
    made.room.advance(SOON_S)
    assert not (answer.is_off and made.room.has_run(made.srv, answered))
