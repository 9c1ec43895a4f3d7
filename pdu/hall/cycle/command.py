"""`pdu cycle-hall plan|run|resume PLAN`: plans which supplies or machines to restart, and takes the
steps.

Its name is not `pdu cycle`: that takes HANDLER HOST OUTLET, and a forgotten or misspelt word of
one command must not be a sentence of the other.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Sequence
from typing import Any, NamedTuple, Optional

import click

from handlers.shared.errors import SettingsError, printable

from ...core.cli import prompts, shared_options
from ...core.cli.error_output import Usage, describe, fail
from ...core.cli.exit_codes import DONE, NOT_SEEN, WRONG
from ...core.cli.exit_handling import UNWRITABLE
from ...core.cli.groups import EPILOG, LazyCommand, LazyGroup, Subcommand
from ...core.cli.options import (
    Argument,
    NumberRange,
    Parameters,
    RunOptions,
    command_line,
    option,
    output,
    prompting as asks,
    run_options_of,
    secret_files,
)
from ...core.cli.output import Result, counted, print_result
from ...core.cli.report import Headline, Items, Part, Table, number, row_header, text_lines, words
from ...core.cli.shared_options import AUTH, CONFIRM, MACHINES, PAUSE, POWER_TIMEOUT, VERIFIED
from ...pdus.polling import Target
from ...pdus.saved_readings import HallReadings
from ...pdus.states import DOWN, UNKNOWN, UP, word
from ...site import owner_files
from ...site.drawing.drawing import Drawing, Machine
from ...site.machines.evidence import EvidenceFile
from ...site.machines.machine_power import MachinePower
from ...site.owner_files import DRAWING, LIST, OwnerFiles
from ..drawings import readings_source
from ..failure.rehearsal import Hall
from ..walk.verdicts import Now
from . import plan_file, run_locks
from .environment import Ended, OutletLeftOff
from .pdu_access import PolledEnvironment, Stopping, devices_of, listed_as, stopping, switch_on
from .plan_file import CyclePlan, LockedPlan, OpenStep
from .run import Run
from .steps import CycleStep, CycleSteps, Mode, plan_steps

PAUSE_S, POWER_TIMEOUT_S, VALID_MIN = 10.0, 30.0, 60.0
_MOST_NAMES = 8


class PlanOptions(NamedTuple):
    """The options of `plan`, besides those of the list."""

    plan: str
    one_feed_at_a_time: bool
    both_feeds: bool
    machines: Sequence[str]
    pause: float
    confirm: str
    power_timeout: float
    verified: Optional[str]
    valid: float


# ---- the plan ------------------------------------------------------------------------------------


@click.pass_context
def _plan(context: click.Context, /, **values: Any) -> int:
    run_options = run_options_of(context)
    options = PlanOptions(**{key: values.pop(key) for key in PlanOptions._fields})
    if not options.one_feed_at_a_time and not options.both_feeds:
        raise Usage(
            "say what is restarted: --one-feed-at-a-time (supplies, no machine) or --both-feeds"
            " (machines)"
        )
    source_options = readings_source.SourceOptions(
        OwnerFiles.of(values, run_options, [DRAWING, LIST]), **values
    )
    drawing = source_options.owner_files.read_drawing()
    mode = Mode.ONE_FEED if options.one_feed_at_a_time else Mode.BOTH_FEEDS
    machines = owner_files.select_machines(drawing, options.machines)
    targets = source_options.owner_files.pdus(drawing.read_pdus)
    # read after the check of the list, in the drawing's order
    readings = readings_source.gather(source_options, drawing.read_pdus)
    by_current = mode is Mode.BOTH_FEEDS and options.confirm == "current"
    file = EvidenceFile.of(options.verified, drawing.path)
    hall = Hall(drawing, readings)
    planned_steps = plan_steps(
        hall, mode, machines, _cabling_gaps(file, machines) if by_current else None
    )
    if planned_steps.steps:
        device_by_name = devices_of(targets)
        names = {cord.pdu for machine in machines for cord in machine.cords}
        plan = CyclePlan(
            mode,
            drawing.path,
            drawing.digest,
            time.time(),
            60 * options.valid,
            options.pause,
            options.power_timeout,
            {name: device_by_name[name] for name in drawing.read_pdus if name in names},
            planned_steps.steps,
            by_current,
            [
                cord_now.cord
                for machine in machines
                for cord_now in hall.cords[machine.name]
                if cord_now.now is Now.CARRIES
            ],
            os.path.abspath(file.path),
        )
        plan_file.write(options.plan, plan)
    notes = _find_earlier_runs(targets, readings, options.plan)
    code = NOT_SEEN if planned_steps.refusals or notes else DONE
    if not planned_steps.steps:
        code = WRONG
    print_result(_plan_result(options, planned_steps, len(machines), notes, code), run_options.json)
    if not planned_steps.steps and not run_options.json:
        raise SettingsError(f"no step is possible, so {options.plan} was not written")
    return code


def _cabling_gaps(file: EvidenceFile, machines: Sequence[Machine]) -> dict[str, str]:
    """Machine -> why its cabling is not known."""
    reasons = {
        machine.name: file.find(MachinePower.of(machine).name, machine.cords, time.time())[1]
        for machine in machines
    }
    advice = "pdu machine verify {} --alive COMMAND, or --confirm state"
    return {name: f"{why}: {advice.format(name)}" for name, why in reasons.items() if why}


def _find_earlier_runs(targets: Sequence[Target], readings: HallReadings, path: str) -> list[str]:
    """What runs of other plans left off, and the commands that mend it."""
    here = devices_of(targets)
    notes: list[str] = []
    for plan, names in run_locks.find_unsettled_plans(here).items():
        if plan == os.path.abspath(path):
            continue
        try:
            earlier_plan, progress = plan_file.read_plan(plan)
        except SettingsError as error:
            notes.append(
                f"an earlier run has not ended, and its plan cannot be read ({error.reason}): look"
                f" at the outlets of {', '.join(names)}"
            )
            continue
        for cord in progress.open.perhaps_off() if progress.open is not None else ():
            name = listed_as(earlier_plan.pdus[cord.pdu], here)
            state = UNKNOWN if name is None else readings.state(name, cord.outlet)
            if state is not UP:
                note = _note(OutletLeftOff(cord, state), earlier_plan, targets)
                notes.append(f"the run of {plan} has not ended: {note}")
    return notes


def _plan_result(
    options: PlanOptions, planned_steps: CycleSteps, machines: int, notes: Sequence[str], code: int
) -> Result:
    """What needs a hand first."""
    steps, refusals = planned_steps
    data = {
        "file": options.plan if steps else None,
        "steps": [_as_json(step) for step in steps],
        "refused": [
            {
                "machine": refusal.machine,
                "cord": None if refusal.cord is None else str(refusal.cord),
                "reason": refusal.reason,
            }
            for refusal in refusals
        ],
        "notes": list(notes),
    }
    where = f" in {options.plan}" if steps else ""
    rows = [
        [row_header(refusal.machine), words(str(refusal.cord or "")), words(refusal.reason)]
        for refusal in refusals
    ]
    parts: list[Part] = [
        Headline(
            f"{counted(machines, 'machine')}: {counted(len(steps), 'step')}{where},"
            f" {len(refusals)} refused"
        ),
        Items("Earlier runs", notes),
        Table("Refused", ("machine", "cord", "why"), rows).drop_empty_columns(),
        _table("Steps", steps),
    ]
    return Result(data, [*text_lines(parts)], code)


def _as_json(step: CycleStep) -> dict[str, Any]:
    cords = [str(cord) for cord in step.cords]
    return {"step": step.number, "machine": step.machine, "cords": cords}


def _table(title: str, steps: Sequence[CycleStep]) -> Table:
    rows = [
        [number(str(step.number)), row_header(step.machine), words(", ".join(map(str, step.cords)))]
        for step in steps
    ]
    return Table(title, ("step", "machine", "off, then on"), rows)


# ---- the run -------------------------------------------------------------------------------------


@click.pass_context
def _run(context: click.Context, /, plan: str, **values: Any) -> int:
    return _take_steps(plan, values, run_options_of(context), is_resumed=False)


@click.pass_context
def _resume(context: click.Context, /, plan: str, **values: Any) -> int:
    return _take_steps(plan, values, run_options_of(context), is_resumed=True)


def _take_steps(
    path: str, values: dict[str, Any], run_options: RunOptions, is_resumed: bool
) -> int:
    files = OwnerFiles.of(values, run_options, [DRAWING, LIST])
    locked_plan = plan_file.reopen_plan(path)
    with contextlib.closing(locked_plan.log):
        targets: Sequence[Target] = ()
        try:
            drawing = files.read_drawing()
            targets = files.pdus(drawing.read_pdus)
            only_open = _may_only_switch_on(locked_plan, is_resumed, drawing, targets, path)
        except SettingsError as error:
            open_step = locked_plan.progress.open
            left = [] if open_step is None else _left_off(locked_plan.plan, open_step, targets)
            if not left:
                raise
            notes = [_note(outlet, locked_plan.plan, targets) for outlet in left]
            at = f"step {open_step.number}" if open_step is not None else ""
            outcome = Ended(locked_plan.progress.steps_done, error, at, left)
            return _report(outcome, len(locked_plan.plan.steps), notes, run_options)
        return _run_plan(locked_plan, drawing, targets, only_open, path, files, run_options)


def _may_only_switch_on(
    locked_plan: LockedPlan,
    is_resumed: bool,
    drawing: Drawing,
    targets: Sequence[Target],
    path: str,
) -> bool:
    """Whether the plan is too old for more than switching on what is off.

    Raises SettingsError for a plan that may not be run.
    """
    plan, progress = locked_plan.plan, locked_plan.progress
    reason = plan_file.why_unfit(plan, drawing, devices_of(targets), path)
    if reason:
        raise SettingsError(reason)
    if not is_resumed and progress.begun:
        raise SettingsError(
            f"{path} was run already ({progress.steps_done} of {len(plan.steps)} steps ended); go"
            " on with resume, or make a new plan"
        )
    if is_resumed and not progress.begun:
        raise SettingsError(f"{path} was not run yet: use run")
    if progress.steps_done == len(plan.steps) or not plan_file.is_old(plan, progress, time.time()):
        return False
    if progress.open is not None:
        return True
    if time.time() < plan.made:
        raise SettingsError(f"{path} is of the future, so the clock was set back: make a new plan")
    raise SettingsError(f"{path} is older than {plan.valid_s / 60:g} minutes: make a new plan")


def _run_plan(
    locked_plan: LockedPlan,
    drawing: Drawing,
    targets: Sequence[Target],
    only_open: bool,
    path: str,
    files: OwnerFiles,
    run_options: RunOptions,
) -> int:
    plan, progress = locked_plan.plan, locked_plan.progress
    left = plan.steps[progress.steps_done :]
    if not left:
        # killed after the last step, or asked once more
        return _report(Ended(progress.steps_done), len(plan.steps), (), run_options)
    prompts.askable(run_options, f"running {path}")
    if not run_options.json:
        print("\n".join(text_lines([_table("", left)])))
    prompts.confirm(run_options, _question(plan, left, only_open))
    with run_locks.lock_run(path, drawing, plan.pdus) as claim, stopping() as stop_request:
        fleet = PolledEnvironment(targets, stop_request)
        say = _sayer(stop_request, run_options.json)
        outcome = Run(plan, progress, drawing, fleet, locked_plan.log, say).go(only_open)
        if not outcome.left:
            claim.settle()
    again = command_line(
        RunOptions(secret_files=run_options.secret_files),
        *("cycle-hall", "resume", path),
        *files.words(),
    )
    notes = [_note(outlet, plan, targets) for outlet in outcome.left]
    notes += [f"{cord} was switched on again" for cord in outcome.restored]
    if outcome.steps_done < len(plan.steps):
        if outcome.error is None:
            notes.append(
                f"{path} is older than {plan.valid_s / 60:g} minutes, so no other step was begun:"
                " make a new plan"
            )
        else:
            notes.append(f"when the cause is gone, go on: {again}")
    return _report(outcome, len(plan.steps), notes, run_options)


def _question(plan: CyclePlan, left: Sequence[CycleStep], only_open: bool) -> str:
    machines = list(dict.fromkeys(step.machine for step in left))
    names = ", ".join(machines[:_MOST_NAMES]) + (", ..." if len(machines) > _MOST_NAMES else "")
    if only_open:
        return f"the plan is old: switch on what is off of {machines[0]}, and nothing else"
    if plan.mode is Mode.ONE_FEED:
        what = f"switch {counted(len(left), 'outlet')} off and on again, one after another, of"
        return f"{what} {counted(len(machines), 'machine')}, which keep running ({names})"
    return f"RESTART {counted(len(machines), 'machine')} ({names})"


def _sayer(stop_request: Stopping, json: bool) -> Any:
    """Prints a line of progress. If nobody can read it any more, the run is asked to stop."""

    def say(line: str) -> None:
        if json:
            return
        try:
            print(printable(line), flush=True)
        except (*UNWRITABLE, OSError):
            stop_request.is_asked = True

    return say


def _left_off(
    plan: CyclePlan, open_step: OpenStep, targets: Sequence[Target]
) -> list[OutletLeftOff]:
    """What a run that may not go on leaves off. Outlets are read where the fleet list still has the
    plan's device.
    """
    here = devices_of(targets)
    cords = open_step.perhaps_off()
    pdus = {cord.pdu for cord in cords if here.get(cord.pdu) == plan.pdus[cord.pdu]}
    readings = PolledEnvironment(targets, Stopping()).read_pdus(pdus) if pdus else HallReadings({})
    states = {cord: readings.state(*cord) for cord in cords}
    return [OutletLeftOff(cord, state) for cord, state in states.items() if state is not UP]


def _note(left: OutletLeftOff, plan: CyclePlan, targets: Sequence[Target]) -> str:
    """An outlet that is off, or of which nobody knows it, and the command that mends it."""
    is_off = "off" if left.state is DOWN else "off or on: nobody knows"
    return f"{left.cord} is {is_off}; switch it on: {switch_on(left.cord, plan, targets)}"


def _report(outcome: Ended, steps: int, notes: Sequence[str], run_options: RunOptions) -> int:
    error = outcome.error
    data: dict[str, Any] = {
        "done": outcome.steps_done,
        "steps": steps,
        "left": [
            {"cord": str(outlet.cord), "state": word(outlet.state)} for outlet in outcome.left
        ],
        "switched_on_again": [str(cord) for cord in outcome.restored],
        "notes": list(notes),
    }
    code = DONE if outcome.steps_done == steps else NOT_SEEN
    if error is not None:
        document = describe(error, run_options)
        code = int(document["exit_code"])
        data = {**data, "at": outcome.at, "error": document}
        if not run_options.json:
            fail(run_options, error)
    where = f", stopped at {outcome.at}" if outcome.at else ""
    verdict = Headline(f"{outcome.steps_done} of {counted(steps, 'step')} ended{where}")
    lines = text_lines([verdict, Items("", notes)])
    return print_result(Result(data, [*lines], code), run_options.json)


_FILES: Parameters = [
    *owner_files.file_arguments(DRAWING, LIST),
    *shared_options.DRAWING(),
    *shared_options.LIST(),
    *AUTH(),
]
_RUN: Parameters = [Argument("PLAN"), *_FILES, *secret_files(), *asks(), *output()]
_RUN_EXIT_CODE = """

\b
Exit code: 0 all steps ended; 9 something was not proven, so that not all did;
else that of the error (pdu help exit-codes)."""
plan = Subcommand(
    "plan",
    callback=_plan,
    help="""Choose the steps and write them into the new file PLAN. Switches nothing.

A supply or a machine is refused if its restart could cost more than itself (docs/cycle.md). With
--both-feeds a machine is proven off as by `pdu machine off`, so that one whose cabling was never
tried is refused; with --confirm state by states and the outlets' currents.

\b
Exit code: 0 nothing was refused; 9 something was, and the plan has the rest;
else that of the error (pdu help exit-codes).""",
    examples=(
        "pdu cycle-hall plan p hall.toml l.csv --both-feeds --machines r3/a",
        "pdu cycle-hall plan p hall.toml l.csv --one-feed-at-a-time --machines 'r3/*'",
    ),
    params=[
        Argument("PLAN"),
        *_FILES,
        *option(
            "--one-feed-at-a-time",
            "restart supplies, one at a time; no machine restarts",
            excludes=["--both-feeds"],
        ),
        *option("--both-feeds", "restart machines: all cords off, proven off, then on"),
        *MACHINES(required=True),
        *PAUSE(default=PAUSE_S, show_default=True),
        *CONFIRM(default="current", show_default=True, requires=["--both-feeds"]),
        *POWER_TIMEOUT(default=POWER_TIMEOUT_S, show_default=True),
        *VERIFIED(),
        *option(
            "--valid",
            "how many minutes later it may be run, or resumed",
            "MINUTES",
            NumberRange(1.0, 1440.0),
            default=VALID_MIN,
            show_default=True,
        ),
        *secret_files(),
        *output(),
    ],
)
run = Subcommand(
    "run",
    callback=_run,
    help=f"""Take the steps of PLAN, one after another; asks first.

PLAN is also the journal: each command is written there before it is sent, and each line seals those
before it. Before each step its PDUs are read. With one feed at a time an outlet is switched off
only if enough other cords of its machine are on and carry current, and the load that shifts fits on
every breaker; the other cords must then take over what it carried, and at the step's end all carry
again what they did. The first surprise stops everything, and so does Ctrl-C, after the answer to a
command that was sent; the report names each outlet that is off. Protected machines are never
switched.{_RUN_EXIT_CODE}""",
    examples=(
        "pdu cycle-hall run p hall.toml l.csv --auth logins.toml",
        "pdu cycle-hall run p hall.toml l.csv --auth logins.toml --yes",
    ),
    params=_RUN,
)
resume = Subcommand(
    "resume",
    callback=_resume,
    help=f"""Go on with PLAN after a stop or a crash; asks first.

It looks first, and sends again nothing that was carried out. After the plan's time it only switches
on what is off.{_RUN_EXIT_CODE}""",
    examples=(
        "pdu cycle-hall resume p hall.toml l.csv --auth logins.toml",
        "pdu cycle-hall resume p hall.toml l.csv --auth logins.toml --yes",
    ),
    params=_RUN,
)
cycle_hall = LazyGroup(
    "cycle-hall",
    {
        "plan": LazyCommand("hall.cycle.command", "plan", "write the steps into a new file"),
        "run": LazyCommand("hall.cycle.command", "run", "take the steps; asks first"),
        "resume": LazyCommand(
            "hall.cycle.command", "resume", "go on after a stop or a crash; asks first"
        ),
    },
    (
        "pdu cycle-hall plan p hall.toml l.csv --both-feeds --machines r3/a",
        "pdu cycle-hall run p hall.toml l.csv --auth logins.toml",
    ),
    help="Restart the supplies or the machines of a hall, one after another (docs/cycle.md).",
    epilog=EPILOG,
)
