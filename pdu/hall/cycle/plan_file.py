"""The file of a cycle's plan: its steps, and behind them what came of each. A chained journal.

    {"plan": 1, "mode": ..., "drawing": ..., "digest": ..., "made": ..., "pdus": {...}, "steps": 2}
    {"step": 1, "machine": "row3/srv-1", "cords": [["r3-left", "1"]]}
    {"step": 2, ...}
    {"at": ..., "run": "begun"}
    {"at": ..., "step": 1, "event": "begin", "carried": [["r3-left", "1"]]}
    {"at": ..., "step": 1, "event": "about", "cord": ["r3-left", "1"], "on": false}
    {"at": ..., "step": 1, "event": "result", "cord": ..., "on": false, "state": "off"}
    {"at": ..., "step": 1, "event": "off"}           all cords of the step are proven off
    ...
    {"at": ..., "step": 1, "event": "done"}
    {"at": ..., "run": "stopped", "reason": ..., "left": [...]} or {"at": ..., "run": "ended"}

Times are seconds since 1970. Plan and run are one file, so that a plan cannot be run twice, nor a
run be resumed with other steps. `pdu plan` (../plan.py) makes something else: the hall's drawing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Optional

from handlers.shared.errors import SettingsError, printable
from pdu_common.helper import EnumPowerStatus

from ...core.files import journal
from ...pdus.states import DOWN, UP, state_of_word, word
from ...site.drawing.drawing import Cord, Drawing
from .steps import CycleStep, Mode

_ABOUT, _RESULT, _BEGIN = "about", "result", "begin"
OFF, DONE, RESTORED = "off", "done", "restored"
# a clock that is set back by more than this makes ages meaningless, in s
_CLOCKS = 60.0


class PduDevice(NamedTuple):
    """Which device a PDU of the fleet list is, without its login."""

    handler: str
    address: str
    #: SHA-256 over the settings that choose the device
    digest: str

    def __str__(self) -> str:
        return f"{self.handler} at {self.address}"


@dataclass(frozen=True)
class CyclePlan:
    """What a run does: the steps that `pdu cycle-hall plan` chose, and how they are taken."""

    #: what is restarted
    mode: Mode
    #: the drawing's file, for people
    drawing: str
    #: SHA-256 of the drawing's file
    digest: str
    #: when it was made, in seconds since 1970
    made: float
    #: the longest time from the plan to the run, and from an interrupted run to its end, in s
    valid_s: float
    #: how long outlets stay off, in s
    pause_s: float
    #: the longest wait for a state or current to be seen, in s
    patience_s: float
    #: the PDUs of the machines, by name
    pdus: Mapping[str, PduDevice]
    #: in the order in which they are taken
    steps: Sequence[CycleStep]
    #: machines are proven off by trials of their cabling and their meters; else by states and the
    #: outlets' currents
    by_current: bool = False
    #: the cords that carried current when it was made
    carried: Sequence[Cord] = ()
    #: the file of what trials have shown
    verified: str = ""


Sent = tuple[Cord, bool]


@dataclass
class OpenStep:
    """A step that was begun and not ended."""

    number: int
    #: the cords that carried current before
    carried: frozenset[Cord] = frozenset()
    #: each command that was about to be sent -> the state that came of it, None if no result is
    #: known
    state_by_command: dict[Sent, Optional[EnumPowerStatus]] = field(default_factory=dict)
    #: all cords of the step were proven off
    off: bool = False
    #: when the last command was about to be sent
    about_at: float = 0.0

    def unresolved_commands(self) -> list[Sent]:
        """The commands of which it is not known whether they were carried out."""
        return [
            command
            for command, state in self.state_by_command.items()
            if state is not (UP if command[1] else DOWN)
        ]

    def perhaps_off(self) -> list[Cord]:
        """The outlets that the journal leaves off, or of which it does not know it."""
        on = {
            cord for (cord, is_on), state in self.state_by_command.items() if is_on and state is UP
        }
        return [cord for cord, is_on in self.state_by_command if not is_on and cord not in on]


@dataclass
class Progress:
    """How far a run came."""

    begun: bool = False
    #: the steps that were ended, from the first one on
    steps_done: int = 0
    open: Optional[OpenStep] = None
    #: the time of the last line
    last_at: float = 0.0


class LockedPlan(NamedTuple):
    """A plan with its journal, which is locked until it is closed."""

    plan: CyclePlan
    progress: Progress
    log: journal.Journal


def write(path: str, plan: CyclePlan) -> None:
    """Write a new file with the permissions 0600, whole or not at all. Raises SettingsError, also
    if it exists.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise SettingsError(
            f"{path} exists, and a plan is not overwritten: give another name, or remove it"
        ) from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror})") from None
    try:
        with journal.Journal(path) as log:
            log.append(_records(plan))
    except BaseException:
        # a full disk: nothing may be left that could be taken for a plan
        with contextlib.suppress(OSError):
            os.unlink(path)
        raise


def read_plan(path: str) -> tuple[CyclePlan, Progress]:
    """A plan and how far its run came; the file is only read. Raises SettingsError."""
    plan, records = _plan([entry.record for entry in journal.read_entries(path)], path)
    return plan, _progress(records, plan, path)


def reopen_plan(path: str) -> LockedPlan:
    """A plan and how far its run came; open to be continued.

    Raises SettingsError: if the file cannot be read, is no plan or is in use, and, with the line,
    if it was changed.
    """
    if not journal.is_journal(path):
        raise _no_plan(path)
    for _ in journal.read_entries(path):  # a file that is missing or changed is not touched
        pass
    log = journal.Journal(path)
    try:
        return LockedPlan(*read_plan(path), log)
    except BaseException:
        log.close()
        raise


def why_unfit(
    plan: CyclePlan, drawing: Drawing, devices: Mapping[str, PduDevice], path: str
) -> str:
    """Why the plan does not fit to this drawing and fleet list; "" if it does."""
    if plan.digest != drawing.digest:
        return f"{drawing.path} is not the drawing that {path} was made from: make a new plan"
    for name, device in plan.pdus.items():
        if devices.get(name) != device:
            return (
                f"{path}: the PDU {name!r} was {device} when the plan was made, and the fleet list"
                " now names another device or other settings for it: make a new plan"
            )
    for step in plan.steps:
        machine = drawing.machines.get(step.machine)
        if machine is None or not set(step.cords) <= set(machine.cords):
            return f"{path}: step {step.number} is not of this drawing: make a new plan"
    return ""


def is_old(plan: CyclePlan, progress: Progress, now: float) -> bool:
    """Whether too much time passed since the plan, or since the last line of its run."""
    age = now - max(plan.made, progress.last_at)
    return not -_CLOCKS <= age <= plan.valid_s


# ---- records -------------------------------------------------------------------------------------


def begin(at: float, step: int, carried: Iterable[Cord]) -> dict[str, Any]:
    """A step begins: which of its cords carry current."""
    return {"at": at, "step": step, "event": _BEGIN, "carried": [list(cord) for cord in carried]}


def command_pending(at: float, step: int, cord: Cord, on: bool) -> dict[str, Any]:
    """A command is about to be sent."""
    return {"at": at, "step": step, "event": _ABOUT, "cord": list(cord), "on": on}


def result(
    at: float, step: int, cord: Cord, on: bool, state: EnumPowerStatus, error: str
) -> dict[str, Any]:
    """What came of a command: the state that the PDU reported, or an error."""
    record = {"at": at, "step": step, "event": _RESULT, "cord": list(cord), "on": on}
    record["state"] = word(state)
    return {**record, "error": error} if error else record


def step_event(at: float, step: int, event: str) -> dict[str, Any]:
    """OFF: all cords of the step are proven off. DONE: it has ended well. RESTORED: after a
    surprise they are on again, and the step has to be taken anew.
    """
    return {"at": at, "step": step, "event": event}


def running(at: float, what: str, **details: Any) -> dict[str, Any]:
    """The run was begun, resumed, stopped or ended."""
    return {"at": at, "run": what, **details}


def _records(plan: CyclePlan) -> Iterator[dict[str, Any]]:
    yield {
        "plan": 1,
        **dataclasses.asdict(plan),
        "mode": plan.mode.value,
        "carried": [list(cord) for cord in plan.carried],
        "pdus": {name: list(device) for name, device in plan.pdus.items()},
        "steps": len(plan.steps),
    }
    for step in plan.steps:
        cords = [list(cord) for cord in step.cords]
        yield {"step": step.number, "machine": step.machine, "cords": cords}


def _no_plan(path: str) -> SettingsError:
    return SettingsError(f"{path} is no plan of pdu cycle-hall: make one with pdu cycle-hall plan")


def _plan(
    entries: Sequence[Mapping[str, Any]], path: str
) -> tuple[CyclePlan, Sequence[Mapping[str, Any]]]:
    head = entries[1] if len(entries) > 1 else {}
    if head.get("plan") != 1:
        raise _no_plan(path)
    count = head.get("steps")
    if type(count) is not int or not 0 < count <= len(entries) - 2:
        raise SettingsError(f"{path} is incomplete: make a new plan")
    try:
        steps = [
            CycleStep(number, record["machine"], tuple(map(_cord, record["cords"])))
            for number, record in enumerate(entries[2 : 2 + count], 1)
            if record["step"] == number
        ]
        plan = CyclePlan(
            Mode(head["mode"]),
            printable(head["drawing"]),
            head["digest"],
            float(head["made"]),
            float(head["valid_s"]),
            float(head["pause_s"]),
            float(head["patience_s"]),
            {name: PduDevice(*map(printable, device)) for name, device in head["pdus"].items()},
            steps,
            head["by_current"] is True,
            tuple(map(_cord, head["carried"])),
            printable(head["verified"], 4000),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _not_ours(path, error) from None
    if len(steps) != count or not all(step.cords for step in steps):
        raise SettingsError(f"{path}: its steps are not numbered in order: make a new plan")
    return plan, entries[2 + count :]


def _progress(entries: Iterable[Mapping[str, Any]], plan: CyclePlan, path: str) -> Progress:
    progress = Progress()
    try:
        for record in entries:
            advance(progress, record)
            if progress.steps_done > len(plan.steps):
                raise ValueError("more steps than planned")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _not_ours(path, error) from None
    return progress


def advance(progress: Progress, record: Mapping[str, Any]) -> None:
    """Enter one line of a run into its progress. Raises ValueError for lines in a wrong order."""
    progress.last_at = float(record["at"])
    if "run" in record:
        progress.begun = True
        return
    number, event = record["step"], record["event"]
    if event == _BEGIN:
        progress.open = OpenStep(number, frozenset(map(_cord, record["carried"])))
    step = progress.open
    if step is None or step.number != number or number != progress.steps_done + 1:
        raise ValueError(f"step {number}")
    if event == _ABOUT:
        step.state_by_command[_cord(record["cord"]), record["on"]] = None
        step.about_at = progress.last_at
    elif event == _RESULT:
        step.state_by_command[_cord(record["cord"]), record["on"]] = state_of_word(record["state"])
    elif event == OFF:
        step.off = True
    elif event == DONE:
        progress.steps_done, progress.open = number, None
    elif event == RESTORED:
        progress.open = None


def _cord(pair: Any) -> Cord:
    pdu, outlet = pair
    if not isinstance(pdu, str) or not isinstance(outlet, str):
        raise TypeError("a cord")
    return Cord(pdu, outlet)


def _not_ours(path: str, error: Exception) -> SettingsError:
    what = f"{type(error).__name__}: {printable(str(error), 80)}"
    return SettingsError(f"{path} does not hold a plan of this command ({what}): make a new plan")
