"""`pdu cycle-hall DRAWING`: plans which supplies or machines to restart, and takes the steps.

Its name is not `pdu cycle`: that takes HANDLER HOST OUTLET, and a forgotten or misspelt word of
one command must not be a sentence of the other.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Sequence
from typing import Any, NamedTuple, Optional, TypeVar

import click

from handlers.shared.errors import SettingsError, printable

from ...core import owner_files
from ...core.cli import prompts, shared_options
from ...core.cli.error_output import Usage, describe, fail
from ...core.cli.exit_codes import DONE, NOT_SEEN, WRONG
from ...core.cli.exit_handling import UNWRITABLE
from ...core.cli.groups import Subcommand
from ...core.cli.options import (
    NumberRange,
    SharedOptions,
    command_line,
    given,
    option,
    output,
    prompting as asks,
)
from ...core.cli.output import columns, counted, print_json
from ...core.cli.shared_options import (
    CONFIRM,
    MACHINES,
    METER_PERIOD,
    PAUSE,
    POWER_TIMEOUT,
    VERIFIED,
    VERIFIED_FOR,
)
from ...core.drawing.drawing import Drawing, Machine
from ...core.inventory.polling import Target
from ...core.inventory.saved_readings import HallReadings
from ...core.machines import evidence as evidences
from ...core.machines.evidence import EvidenceFile
from ...core.owner_files import DRAWING, LIST, OwnerFiles
from ...core.states import DOWN, UNKNOWN, UP, word
from ..drawings import readings_source
from ..failure.rehearsal import Hall
from ..walk.verdicts import Now
from . import plan_file, run_locks
from .environment import Ended, OutletLeftOff
from .pdu_access import PolledEnvironment, Stopping, devices_of, listed_as, stopping, switch_on
from .plan_file import CyclePlan, LockedPlan, OpenStep
from .run import Run
from .steps import Mode, Step, Steps, planned

T = TypeVar("T")
PAUSE_S, POWER_TIMEOUT_S, VALID_MIN = 10.0, 30.0, 60.0
_SHOWN = 8


class CycleOptions(NamedTuple):
    """The options of one call, besides those of the list."""

    one_feed_at_a_time: bool
    both_feeds: bool
    machines: Sequence[str]
    plan: Optional[str]
    run: Optional[str]
    resume: Optional[str]
    pause: Optional[float]
    confirm: Optional[str]
    power_timeout: Optional[float]
    meter_period: Optional[float]
    verified: Optional[str]
    verified_for: Optional[float]
    valid: Optional[float]


@click.pass_context
def _cycle(context: click.Context, /, **options: Any) -> int:
    state = given(context)
    wanted = CycleOptions(**{key: options.pop(key) for key in CycleOptions._fields})
    _check(wanted)
    files = OwnerFiles.of(options, state, [DRAWING, LIST])
    source = readings_source.SourceOptions(files, **options)
    if wanted.plan is not None:
        return _plan(wanted, files.drawn(), source, state)
    path = wanted.run if wanted.run is not None else wanted.resume
    assert path is not None
    kept = plan_file.reopen_plan(path)
    with contextlib.closing(kept.log):
        targets: Sequence[Target] = ()
        try:
            drawing = files.drawn()
            targets = files.pdus(drawing.read_pdus)
            only_open = _allowed(kept, wanted, drawing, targets, path)
        except SettingsError as error:
            begun = kept.progress.open
            left = [] if begun is None else _left_off(kept.plan, begun, targets)
            if not left:
                raise
            notes = [_note(one, kept.plan, targets) for one in left]
            at = f"step {begun.number}" if begun is not None else ""
            ended = Ended(kept.progress.done, error, at, left)
            return _report(ended, len(kept.plan.steps), notes, state)
        return _run(kept, drawing, targets, only_open, path, wanted, source, state)


def _check(wanted: CycleOptions) -> None:
    """Raises Usage for options that do not belong together."""
    if sum(one is not None for one in (wanted.plan, wanted.run, wanted.resume)) != 1:
        raise Usage("give one of --plan FILE (writes the steps), --run FILE and --resume FILE")
    if wanted.plan is None:
        of_plan = (
            "one_feed_at_a_time",
            "both_feeds",
            "machines",
            "pause",
            "confirm",
            "power_timeout",
            "meter_period",
            "verified",
            "verified_for",
            "valid",
        )
        given_too = [key for key in of_plan if getattr(wanted, key) not in (None, False, ())]
        if given_too:
            name = f"--{given_too[0].replace('_', '-')}"
            raise Usage(f"{name} belongs to --plan: the file already says what is done")
        return
    if wanted.one_feed_at_a_time == wanted.both_feeds:
        raise Usage(
            "say what is restarted: --one-feed-at-a-time (supplies, no machine) or --both-feeds"
            " (machines)"
        )
    if not wanted.machines:
        raise Usage("say which machines: --machines PATTERN, such as 'row3/*'")


# ---- the plan ------------------------------------------------------------------------------------


def _plan(
    wanted: CycleOptions,
    drawing: Drawing,
    source: readings_source.SourceOptions,
    state: SharedOptions,
) -> int:
    assert wanted.plan is not None
    mode = Mode.ONE_FEED if wanted.one_feed_at_a_time else Mode.BOTH_FEEDS
    machines = owner_files.select_machines(drawing, wanted.machines)
    targets = source.site.pdus(drawing.read_pdus)
    # read after the check of the list, in the drawing's order
    readings = readings_source.gather(source, drawing.read_pdus)
    by_current = mode is Mode.BOTH_FEEDS and _or(wanted.confirm, "current") == "current"
    file = EvidenceFile(
        wanted.verified or evidences.evidence_path(drawing.path),
        evidences.DAY_S * _or(wanted.verified_for, evidences.LONGEST_DAYS),
    )
    hall = Hall(drawing, readings)
    found = planned(hall, mode, machines, _untried(file, machines) if by_current else None)
    if found.steps:
        known = devices_of(targets)
        names = {cord.pdu for one in machines for cord in one.cords}
        plan = CyclePlan(
            mode,
            drawing.path,
            drawing.digest,
            time.time(),
            60 * _or(wanted.valid, VALID_MIN),
            _or(wanted.pause, PAUSE_S),
            _or(wanted.power_timeout, POWER_TIMEOUT_S),
            {name: known[name] for name in drawing.read_pdus if name in names},
            found.steps,
            by_current,
            wanted.meter_period,
            [
                one.cord
                for machine in machines
                for one in hall.cords[machine.name]
                if one.now is Now.CARRIES
            ],
            os.path.abspath(file.path),
            file.longest_s,
        )
        plan_file.write(wanted.plan, plan)
    notes = _of_earlier_runs(targets, readings, wanted.plan)
    _show_plan(wanted, found, len(machines), notes, state.json)
    if not found.steps and not state.json:
        raise SettingsError(f"no step is possible, so {wanted.plan} was not written")
    if not found.steps:
        return WRONG
    return NOT_SEEN if found.refusals or notes else DONE


def _untried(file: EvidenceFile, machines: Sequence[Machine]) -> dict[str, str]:
    """Machine -> why its cabling is not known."""
    reasons = {one.name: file.find(one.cords, time.time())[1] for one in machines}
    advice = "pdu machine verify {} --alive COMMAND, or --confirm state"
    return {name: f"{why}: {advice.format(name)}" for name, why in reasons.items() if why}


def _of_earlier_runs(targets: Sequence[Target], readings: HallReadings, path: str) -> list[str]:
    """What runs of other plans left off, and the commands that mend it."""
    here = devices_of(targets)
    plans = dict.fromkeys(one for found in run_locks.unsettled(here).values() for one in found)
    notes: list[str] = []
    for plan in plans:
        if plan == os.path.abspath(path):
            continue
        try:
            other, progress = plan_file.read_plan(plan)
        except SettingsError as error:
            notes.append(
                f"an earlier run has not ended, and its plan cannot be read ({error.reason}): look"
                " at the outlets of "
                + ", ".join(name for name, own in run_locks.unsettled(here).items() if plan in own)
            )
            continue
        for cord in progress.open.perhaps_off() if progress.open is not None else ():
            name = listed_as(other.pdus[cord.pdu], here)
            outlet = None if name is None else readings.outlet(name, cord.outlet)
            if outlet is not None and outlet.state is UP:
                continue
            left = OutletLeftOff(cord, UNKNOWN if outlet is None else outlet.state)
            notes.append(f"the run of {plan} has not ended: {_note(left, other, targets)}")
    return notes


def _or(value: Optional[T], usual: T) -> T:
    return usual if value is None else value


def _show_plan(
    wanted: CycleOptions, found: Steps, machines: int, notes: Sequence[str], json: bool
) -> None:
    steps, refusals = found
    if json:
        print_json(
            {
                "file": wanted.plan if steps else None,
                "steps": [_as_json(one) for one in steps],
                "refused": [
                    {
                        "machine": one.machine,
                        "cord": None if one.cord is None else str(one.cord),
                        "reason": one.reason,
                    }
                    for one in refusals
                ],
                "notes": list(notes),
            }
        )
        return
    where = f" in {wanted.plan}" if steps else ""
    print(
        f"{counted(machines, 'machine')}: {counted(len(steps), 'step')}{where},"
        f" {len(refusals)} refused"
    )
    if steps:
        print("\n".join(["", *_table(steps)]))
    if refusals:
        rows = [(one.machine, one.cord or "", one.reason) for one in refusals]
        print("\n".join(["", *columns(("refused", "cord", "why"), rows)]))
    if notes:
        print("\n".join(["", *map(printable, notes)]))


def _as_json(step: Step) -> dict[str, Any]:
    cords = [str(cord) for cord in step.cords]
    return {"step": step.number, "machine": step.machine, "cords": cords}


def _table(steps: Sequence[Step]) -> list[str]:
    rows = [(one.number, one.machine, ", ".join(map(str, one.cords))) for one in steps]
    return columns(("step", "machine", "off, then on"), rows)


# ---- the run -------------------------------------------------------------------------------------


def _allowed(
    kept: LockedPlan, wanted: CycleOptions, drawing: Drawing, targets: Sequence[Target], path: str
) -> bool:
    """Whether the plan is too old for more than switching on what is off.

    Raises SettingsError for a plan that may not be run.
    """
    plan, progress = kept.plan, kept.progress
    reason = plan_file.why_unfit(plan, drawing, devices_of(targets), path)
    if reason:
        raise SettingsError(reason)
    if wanted.run is not None and progress.begun:
        raise SettingsError(
            f"{path} was run already ({progress.done} of {len(plan.steps)} steps ended); go on with"
            " --resume, or make a new plan"
        )
    if wanted.resume is not None and not progress.begun:
        raise SettingsError(f"{path} was not run yet: use --run")
    if progress.done == len(plan.steps) or not plan_file.is_old(plan, progress, time.time()):
        return False
    if progress.open is not None:
        return True
    if time.time() < plan.made:
        raise SettingsError(f"{path} is of the future, so the clock was set back: make a new plan")
    raise SettingsError(f"{path} is older than {plan.valid_s / 60:g} minutes: make a new plan")


def _run(
    kept: LockedPlan,
    drawing: Drawing,
    targets: Sequence[Target],
    only_open: bool,
    path: str,
    wanted: CycleOptions,
    source: readings_source.SourceOptions,
    state: SharedOptions,
) -> int:
    plan, progress = kept.plan, kept.progress
    left = plan.steps[progress.done :]
    if not left:
        # killed after the last step, or asked once more
        return _report(Ended(progress.done), len(plan.steps), (), state)
    prompts.askable(state, f"running {path}")
    if not state.json:
        print("\n".join(_table(left)))
    prompts.confirm(state, _question(plan, left, only_open))
    with run_locks.lock_run(path, drawing, plan.pdus) as claim, stopping() as asked:
        fleet = PolledEnvironment(targets, asked)
        say = _sayer(asked, state.json)
        ended = Run(plan, progress, drawing, fleet, kept.log, say).go(only_open)
        if not ended.left:
            claim.settle()
    again = _again(path, wanted, source, state)
    notes = [_note(one, plan, targets) for one in ended.left]
    notes += [f"{cord} was switched on again" for cord in ended.restored]
    if ended.done < len(plan.steps):
        if only_open and ended.error is None:
            notes.append(
                f"{path} is older than {plan.valid_s / 60:g} minutes, so no other step was begun:"
                " make a new plan"
            )
        else:
            notes.append(f"when the cause is gone, go on: {again}")
    return _report(ended, len(plan.steps), notes, state)


def _question(plan: CyclePlan, left: Sequence[Step], only_open: bool) -> str:
    machines = list(dict.fromkeys(step.machine for step in left))
    shown = ", ".join(machines[:_SHOWN]) + (", ..." if len(machines) > _SHOWN else "")
    if only_open:
        return f"the plan is old: switch on what is off of {machines[0]}, and nothing else"
    if plan.mode is Mode.ONE_FEED:
        what = f"switch {counted(len(left), 'outlet')} off and on again, one after another, of"
        return f"{what} {counted(len(machines), 'machine')}, which keep running ({shown})"
    return f"RESTART {counted(len(machines), 'machine')} ({shown})"


def _sayer(asked: Stopping, json: bool) -> Any:
    """Prints a line of progress. If nobody can read it any more, the run is asked to stop."""

    def say(line: str) -> None:
        if json:
            return
        try:
            print(printable(line), flush=True)
        except (*UNWRITABLE, OSError):
            asked.is_asked = True

    return say


def _left_off(plan: CyclePlan, begun: OpenStep, targets: Sequence[Target]) -> list[OutletLeftOff]:
    """What a run that may not go on leaves off. Outlets are read where the fleet list still has the
    plan's device.
    """
    here = devices_of(targets)
    cords = begun.perhaps_off()
    known = {cord.pdu for cord in cords if here.get(cord.pdu) == plan.pdus[cord.pdu]}
    readings = (
        PolledEnvironment(targets, Stopping()).read_pdus(known) if known else HallReadings({})
    )
    outlets = {cord: readings.outlet(*cord) for cord in cords}
    states = {cord: UNKNOWN if one is None else one.state for cord, one in outlets.items()}
    return [OutletLeftOff(cord, state) for cord, state in states.items() if state is not UP]


def _note(left: OutletLeftOff, plan: CyclePlan, targets: Sequence[Target]) -> str:
    """An outlet that is off, or of which nobody knows it, and the command that mends it."""
    is_off = "off" if left.state is DOWN else "off or on: nobody knows"
    return f"{left.cord} is {is_off}; switch it on: {switch_on(left.cord, plan, targets)}"


def _again(
    path: str, wanted: CycleOptions, source: readings_source.SourceOptions, state: SharedOptions
) -> str:
    words = ["cycle-hall", "--resume", path, *source.site.words()]
    return command_line(SharedOptions(secret_files=state.secret_files), *words)


def _report(ended: Ended, steps: int, notes: Sequence[str], state: SharedOptions) -> int:
    error = ended.error
    about = {
        "done": ended.done,
        "steps": steps,
        "left": [{"cord": str(one.cord), "state": word(one.state)} for one in ended.left],
        "switched_on_again": [str(cord) for cord in ended.restored],
        "notes": list(notes),
    }
    if error is None:
        code = DONE if ended.done == steps else NOT_SEEN
        if state.json:
            print_json(about)
    else:
        found = describe(error, state)
        code = int(found["exit_code"])
        if state.json:
            print_json({**about, "at": ended.at, "error": found})
        else:
            fail(state, error)
    if not state.json:
        where = f", stopped at {ended.at}" if ended.at else ""
        lines = [f"{ended.done} of {counted(steps, 'step')} ended{where}", *notes]
        print("\n".join(printable(line) for line in lines))
    return code


_HELP = """Restart the supplies or the machines of a hall, one after another, without a surprise.

--plan writes the steps into FILE, with --pause, --confirm, --power-timeout, --meter-period,
--verified, --verified-for and --valid. --run takes exactly them, --resume goes on after a stop or a
crash. FILE is also the journal: each command is written there before it is sent, and each line
seals those before it.

Before each step its PDUs are read. With --one-feed-at-a-time an outlet is switched off only if
enough other cords of its machine are on and carry current, and the load that shifts fits on every
breaker; the other cords must then take over what it carried, and at the step's end all carry again
what they did. That is a part of `pdu machine verify`, and written there. With --both-feeds a
machine is proven off as by `pdu machine off`, so that one whose cabling was never tried is refused;
with --confirm state by states and the outlets' currents. The first surprise stops everything.
Ctrl-C ends the command that was sent; both say which outlet is off. Protected machines are never
switched.

\b
Exit code: 0 done; 9 a machine was refused while planning, or something was
not proven while running; else that of the error (pdu --help)."""
cycle_hall = Subcommand(
    "cycle-hall",
    callback=_cycle,
    help=_HELP,
    examples=(
        "pdu cycle-hall hall.toml --both-feeds --machines r3/a --plan p --list l.csv",
        "pdu cycle-hall hall.toml --run p --list l.csv --auth logins.toml",
    ),
    params=[
        *owner_files.file_arguments(DRAWING, LIST),
        *shared_options.DRAWING(),
        *option("--one-feed-at-a-time", "restart supplies, one at a time; no machine restarts"),
        *option("--both-feeds", "restart machines: all cords off, proven off, then on"),
        *MACHINES(),
        *option("--plan", "write the steps into this new file; switches nothing", "FILE"),
        *option("--run", "take the steps of this plan; asks first", "FILE"),
        *option("--resume", "go on with this plan after a stop or a crash; asks first", "FILE"),
        *PAUSE(show_default=f"{PAUSE_S:g}"),
        *CONFIRM(show_default="current"),
        *POWER_TIMEOUT(show_default=f"{POWER_TIMEOUT_S:g}"),
        *METER_PERIOD(),
        *VERIFIED(),
        *VERIFIED_FOR(show_default=f"{evidences.LONGEST_DAYS:g}"),
        *option(
            "--valid",
            f"for the plan: how many minutes it may be run, or resumed, later ({VALID_MIN:g})",
            "MINUTES",
            NumberRange(1.0, 1440.0),
        ),
        *readings_source.of_list(),
        *asks(),
        *output(),
    ],
)
