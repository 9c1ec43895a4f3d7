"""`pdu cycle-hall DRAWING`: plans which supplies or machines to restart, and takes the steps.

Its name is not `pdu cycle`: that takes HANDLER HOST OUTLET, and a forgotten or misspelt word of
one command must not be a sentence of the other.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Optional

import click

from ....errors import SettingsError, printable
from ... import site
from ...drawing import reading_toml
from ...drawing.drawing import Drawing
from ...kit import asking
from ...kit.ending import UNWRITABLE
from ...kit.exits import DONE, NOT_SEEN, WRONG
from ...kit.groups import Subcommand
from ...kit.options import (
    NumberRange,
    SharedOptions,
    Word,
    asking as asks,
    command_line,
    given,
    option,
    output,
)
from ...kit.output import columns, counted, print_json
from ...kit.report import Usage, described, failed
from ...kit.shared_options import MACHINES, PAUSE, POWER_TIMEOUT
from ...pdus import opening
from ...pdus.polling import Target
from ...pdus.states import DOWN
from .. import gathering
from ..rehearsal import Hall
from . import plan_file
from .doors import ProtocolWorld, Stopping, doors, stopping
from .plan_file import CyclePlan, Kept
from .run import Run
from .steps import Mode, SkippedCord, Step, planned
from .world import Ended

PAUSE_S, POWER_TIMEOUT_S, VALID_MIN = 10.0, 30.0, 60.0
_SHOWN = 8


class CycleOptions(NamedTuple):
    """The options of one call, besides those of the list."""

    drawing: str
    one_feed_at_a_time: bool
    both_feeds: bool
    machines: Sequence[str]
    plan: Optional[str]
    run: Optional[str]
    resume: Optional[str]
    pause: Optional[float]
    power_timeout: Optional[float]
    valid: Optional[float]


@click.pass_context
def _cycle(context: click.Context, /, **options: Any) -> int:
    state = given(context)
    wanted = CycleOptions(**{key: options.pop(key) for key in CycleOptions._fields})
    _check(wanted, options["list"])
    drawing = reading_toml.read(wanted.drawing)
    source = gathering.SourceOptions(**options, readings=None, save=None)
    if wanted.plan is not None:
        return _plan(wanted, drawing, source, state)
    path = wanted.run if wanted.run is not None else wanted.resume
    assert path is not None
    targets = opening.pdus(options["list"], source.auth, state.secret_files, drawing.read_pdus)
    kept = plan_file.reopened(path)
    with contextlib.closing(kept.log):
        only_open = _allowed(kept, wanted, drawing, targets, path)
        return _run(kept, drawing, targets, only_open, path, wanted, source, state)


def _check(wanted: CycleOptions, fleet: Optional[str]) -> None:
    """Raises Usage for options that do not belong together."""
    if sum(one is not None for one in (wanted.plan, wanted.run, wanted.resume)) != 1:
        raise Usage("give one of --plan FILE (writes the steps), --run FILE and --resume FILE")
    if not fleet:
        raise Usage("give --list with the hall's PDUs: they are read before each step")
    if wanted.plan is None:
        of_plan = (
            "one_feed_at_a_time",
            "both_feeds",
            "machines",
            "pause",
            "power_timeout",
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
    wanted: CycleOptions, drawing: Drawing, source: gathering.SourceOptions, state: SharedOptions
) -> int:
    assert wanted.plan is not None and source.list is not None
    mode = Mode.ONE_FEED if wanted.one_feed_at_a_time else Mode.BOTH_FEEDS
    machines = site.chosen(drawing, wanted.machines)
    targets = opening.pdus(source.list, source.auth, state.secret_files, drawing.read_pdus)
    # read after the check of the list, in the drawing's order
    readings = gathering.gather(source, state, drawing.read_pdus)
    found = planned(Hall(drawing, readings), mode, machines)
    if found.steps:
        known_doors = doors(targets)
        names = {cord.pdu for one in machines for cord in one.cords}
        plan = CyclePlan(
            mode,
            drawing.path,
            drawing.digest,
            time.time(),
            60 * _or(wanted.valid, VALID_MIN),
            _or(wanted.pause, PAUSE_S),
            _or(wanted.power_timeout, POWER_TIMEOUT_S),
            {name: known_doors[name] for name in drawing.pdus if name in names},
            found.steps,
        )
        plan_file.write(wanted.plan, plan)
    _show_plan(wanted, found.steps, found.refusals, len(machines), state.json)
    if not found.steps and not state.json:
        raise SettingsError(f"no step is possible, so {wanted.plan} was not written")
    if not found.steps:
        return WRONG
    return NOT_SEEN if found.refusals else DONE


def _or(value: Optional[float], usual: float) -> float:
    return usual if value is None else value


def _show_plan(
    wanted: CycleOptions,
    steps: Sequence[Step],
    refusals: Sequence[SkippedCord],
    machines: int,
    json: bool,
) -> None:
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


def _as_json(step: Step) -> dict[str, Any]:
    cords = [str(cord) for cord in step.cords]
    return {"step": step.number, "machine": step.machine, "cords": cords}


def _table(steps: Sequence[Step]) -> list[str]:
    rows = [(one.number, one.machine, ", ".join(map(str, one.cords))) for one in steps]
    return columns(("step", "machine", "off, then on"), rows)


# ---- the run -------------------------------------------------------------------------------------


def _allowed(
    kept: Kept, wanted: CycleOptions, drawing: Drawing, targets: Sequence[Target], path: str
) -> bool:
    """Whether the plan is too old for more than switching on what is off.

    Raises SettingsError for a plan that may not be run.
    """
    plan, progress = kept.plan, kept.progress
    reason = plan_file.unfit(plan, drawing, doors(targets), path)
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
    kept: Kept,
    drawing: Drawing,
    targets: Sequence[Target],
    only_open: bool,
    path: str,
    wanted: CycleOptions,
    source: gathering.SourceOptions,
    state: SharedOptions,
) -> int:
    plan, progress = kept.plan, kept.progress
    left = plan.steps[progress.done :]
    if not left:
        # killed after the last step, or asked once more
        return _report(Ended(progress.done), len(plan.steps), (), state)
    asking.askable(state, f"running {path}")
    if not state.json:
        print("\n".join(_table(left)))
    asking.confirm(state, _question(plan, left, only_open))
    with _exclusive(drawing), stopping() as asked:
        fleet = ProtocolWorld(targets, asked)
        say = _sayer(asked, state.json)
        ended = Run(plan, progress, drawing, fleet, kept.log, say).go(only_open)
    again = _again(path, wanted, source, state)
    notes = [
        f"{one.cord} is {'off' if one.state is DOWN else 'off or on: nobody knows'}; switch it"
        f" on: {fleet.switch_on(one.cord)}"
        for one in ended.left
    ]
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


@contextlib.contextmanager
def _exclusive(drawing: Drawing) -> Iterator[None]:
    """One run of a drawing at a time: two could each switch off one cord of the same machine."""
    import fcntl  # Windows has none, where everything else of the command works

    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(open(drawing.path, "rb"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            reason = (
                f"another run of {drawing.path} has not ended"
                if isinstance(error, BlockingIOError)
                else f"{drawing.path} cannot be locked ({error.strerror})"
            )
            raise SettingsError(f"{reason}; nothing was done") from None
        yield


def _again(
    path: str, wanted: CycleOptions, source: gathering.SourceOptions, state: SharedOptions
) -> str:
    words = ["cycle-hall", wanted.drawing, "--resume", path, "--list", source.list or ""]
    words += ["--auth", source.auth] if source.auth is not None else []
    return command_line(SharedOptions(secret_files=state.secret_files), *words)


def _report(ended: Ended, steps: int, notes: Sequence[str], state: SharedOptions) -> int:
    error = ended.error
    about = {
        "done": ended.done,
        "steps": steps,
        "left": [{"cord": str(one.cord), "state": one.state.name} for one in ended.left],
        "switched_on_again": [str(cord) for cord in ended.restored],
        "notes": list(notes),
    }
    if error is None:
        code = DONE if ended.done == steps else NOT_SEEN
        if state.json:
            print_json(about)
    else:
        found = described(error, state)
        code = int(found["exit_code"])
        if state.json:
            print_json({**about, "at": ended.at, "error": found})
        else:
            failed(state, error)
    if not state.json:
        where = f", stopped at {ended.at}" if ended.at else ""
        lines = [f"{ended.done} of {counted(steps, 'step')} ended{where}", *notes]
        print("\n".join(printable(line) for line in lines))
    return code


_HELP = """Restart the supplies or the machines of a hall, one after another, without a surprise.

--plan writes the steps into FILE, with --pause, --power-timeout and --valid. --run takes exactly
them, --resume goes on after a stop or a crash. FILE is also the journal: each command is written
there before it is sent, and each line seals those before it.

Before each step its PDUs are read. With --one-feed-at-a-time an outlet is switched off only if
enough other cords of its machine are on and carry current, and the load that shifts fits on every
breaker. The first surprise stops everything. Ctrl-C ends the command that was sent; both say which
outlet is off. Protected machines are never switched.

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
        Word("DRAWING"),
        *option("--one-feed-at-a-time", "restart supplies, one at a time; no machine restarts"),
        *option("--both-feeds", "restart machines: all cords off, proven off, then on"),
        *MACHINES(),
        *option("--plan", "write the steps into this new file; switches nothing", "FILE"),
        *option("--run", "take the steps of this plan; asks first", "FILE"),
        *option("--resume", "go on with this plan after a stop or a crash; asks first", "FILE"),
        *PAUSE(show_default=f"{PAUSE_S:g}"),
        *POWER_TIMEOUT(old="--patience", show_default=f"{POWER_TIMEOUT_S:g}"),
        *option(
            "--valid",
            f"for the plan: how many minutes it may be run, or resumed, later ({VALID_MIN:g})",
            "MINUTES",
            NumberRange(1.0, 1440.0),
        ),
        *gathering.of_list(),
        *asks(),
        *output(),
    ],
)
