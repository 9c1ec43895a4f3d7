"""`pdu machine status|check|off|on|cycle NAME`: a machine of the drawing by all its cords, proven
at its meters.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional

import click

from handlers.shared.errors import PduHandlerError, printable

from .core import owner_files
from .core.cli import prompts, shared_options
from .core.cli.error_output import Interrupted
from .core.cli.exit_codes import DONE, NOT_SEEN
from .core.cli.groups import Subcommand
from .core.cli.options import (
    Argument,
    SharedOptions,
    command_line,
    given,
    output,
    prompting as asks,
    secret_files,
)
from .core.cli.output import Result, columns, print_result, waiting
from .core.cli.shared_options import (
    AUTH,
    CONFIRM,
    METER_PERIOD,
    PAUSE,
    POWER_TIMEOUT,
    STATE_DIR,
    THRESHOLD,
)
from .core.drawing.drawing import Cord, Machine
from .core.files.whole_files import signals_as_ctrl_c
from .core.machines import candidate_pdus as reaching, proof as proofs
from .core.machines.actions import Runner
from .core.machines.observations import default_folder
from .core.machines.pdu_access import NotProven, OutletReading, PolledPdus
from .core.machines.proof import MachinePower, OffProof
from .core.owner_files import DRAWING, LIST, OwnerFiles
from .core.states import DOWN, UP, word

ACTIONS = ("status", "check", "off", "on", "cycle")
_PAUSE_S, _POWER_TIMEOUT_S = 10.0, 20.0
_USUAL = OffProof()


class MachineOptions(NamedTuple):
    """The words and options of one call."""

    site: OwnerFiles
    action: str
    machine: str
    confirm: str
    threshold: float
    power_timeout: float
    meter_period: Optional[float]
    pause: float
    state_dir: Optional[str]


class MachineNotProven(PduHandlerError):
    """A machine is not proven to be as it was asked for."""

    kind = "not-proven"


@click.pass_context
def _run(context: click.Context, /, **options: Any) -> int:
    state = given(context)
    own = OwnerFiles.of(options, state, [DRAWING, LIST])
    wanted = MachineOptions(own, **options)
    machine = owner_files.machine(own.drawn(), wanted.machine)
    reach = reaching.candidate_pdus(own.drawn(), machine.cords)
    targets = own.pdus(set(reach))
    world = PolledPdus({one.device.name: one for one in targets})
    proof = OffProof(
        wanted.confirm == "current", wanted.threshold, wanted.power_timeout, wanted.meter_period
    )
    power = MachinePower(printable(machine.name, 60), machine.cords, machine.needs, reach)
    if wanted.action == "status":
        with waiting(f"reading {power.name}", state):
            check = _words("check", wanted, state)
            return print_result(_status(machine, power, world, proof, check), state.json)
    owner_files.require_unprotected(machine)
    notes: list[str] = []
    folder = Path(wanted.state_dir) if wanted.state_dir else default_folder()
    runner = Runner(world, proof, folder, notes.append)
    if wanted.action == "check":
        with waiting(f"reading the meters of {power.name}", state):
            return print_result(_checked(machine, power, runner, notes), state.json)
    prompts.confirm(state, _question(wanted, machine))
    return print_result(_switched(wanted, power, runner, state, notes), state.json)


def _question(wanted: MachineOptions, machine: Machine) -> str:
    what = f"switch {wanted.action} machine {printable(machine.name, 60)}"
    if wanted.action == "cycle":
        what = f"RESTART machine {printable(machine.name, 60)}, off for {wanted.pause:g} s"
    return f"{what} ({', '.join(map(str, machine.cords))})"


def _status(
    machine: Machine, power: MachinePower, world: PolledPdus, proof: OffProof, check: str
) -> Result:
    """`check`: the command that reads the meters for longer."""
    own = dict.fromkeys(cord.pdu for cord in machine.cords)
    readings = world.read(list(power.reach if proof.by_current else own))
    found = {cord: readings[cord.pdu].outlets.get(cord.outlet) for cord in machine.cords}
    states = {None if one is None else one.state for one in found.values()}
    together = "on" if states == {UP} else "off" if states == {DOWN} else "unknown"
    reasons = {cord: _reason(found[cord], readings[cord.pdu].reason) for cord in machine.cords}
    outlets = [_as_json(cord, found[cord], reasons[cord]) for cord in machine.cords]
    rows = [
        (one["outlet"], one["state"], one["current_a"], one["power_w"], one["reason"])
        for one in outlets
    ]
    unproven = proofs.unprovable_reason(readings) if proof.by_current else []
    return Result(
        {
            "machine": machine.name,
            "state": together,
            "outlets": outlets,
            "not_provable": unproven,
        },
        [
            f"{power.name} is {together}",
            *columns(("outlet", "state", "A", "W", ""), rows),
            *(f"off could not be proven: {one}" for one in unproven),
            *([] if unproven or not proof.by_current else [f"could off be proven? {check}"]),
        ],
        NOT_SEEN if together == "unknown" else DONE,
    )


def _checked(machine: Machine, power: MachinePower, runner: Runner, notes: Sequence[str]) -> Result:
    """Raises MachineNotProven with what could not be proven."""
    try:
        facts = runner.check(power)
    except NotProven as error:
        raise MachineNotProven(f"{power.name}: off could not be proven: {error}") from None
    if facts is None:
        raise MachineNotProven(f"{power.name}: another run of it goes on; check it again later")
    return Result(
        {"machine": machine.name, "provable": True, "sentences": facts},
        [f"off of {power.name} could be proven", *facts],
        note="\n".join(notes),
    )


def _reason(one: Optional[OutletReading], reason: str) -> str:
    return reason or ("the PDU has no such outlet" if one is None else "")


def _as_json(cord: Cord, one: Optional[OutletReading], reason: str) -> dict[str, Any]:
    return {
        "outlet": str(cord),
        "state": "unknown" if one is None else word(one.state),
        "current_a": None if one is None else one.draw.current_a,
        "power_w": None if one is None else one.draw.power_w,
        "reason": reason,
    }


def _switched(
    wanted: MachineOptions,
    power: MachinePower,
    runner: Runner,
    state: SharedOptions,
    notes: list[str],
) -> Result:
    """Raises MachineNotProven, and Interrupted after Ctrl-C or SIGTERM."""
    saw: list[str] = []
    missing: Optional[str] = None
    again = _words("on", wanted, state)
    try:
        with signals_as_ctrl_c(), waiting(f"switching {power.name}", state):
            if wanted.action == "on":
                runner.on(power)
            elif wanted.action == "off":
                saw += runner.off(power)
            else:
                missing = runner.restart(power, wanted.pause, saw.extend, only_if_on=True)
    except NotProven as error:
        left = "" if wanted.action == "on" else f"; it may be off; switch it on: {again}"
        raise MachineNotProven(f"{power.name}: {error}{left}") from None
    except KeyboardInterrupt:
        raise Interrupted(
            f"{power.name} {'was proven off, and may be off' if saw else 'may be off, in part'};"
            f" switch it on: {again}"
        ) from None
    if missing is not None:
        raise MachineNotProven(
            f"{power.name} was proven off, and is not on again: {missing}; switch it on: {again}"
        )
    done = {"off": "is off", "on": "is on", "cycle": "was off and is on again"}[wanted.action]
    return Result(
        {"machine": wanted.machine, "action": wanted.action, "done": True, "meters": saw},
        [f"{power.name} {done}", *saw],
        note="\n".join(notes),
    )


def _words(action: str, wanted: MachineOptions, state: SharedOptions) -> str:
    """The command for another action of the machine."""
    words = ["machine", action, wanted.machine, *wanted.site.words()]
    return command_line(SharedOptions(secret_files=state.secret_files), *words)


def _parameters() -> Sequence[click.Parameter]:
    return [
        click.Argument(["action"], type=click.Choice(ACTIONS), metavar="|".join(ACTIONS)),
        Argument("MACHINE"),
        *owner_files.file_arguments(LIST),
        *shared_options.DRAWING(),
        *shared_options.LIST(),
        *AUTH(),
        *CONFIRM(default="current", show_default=True),
        *THRESHOLD(default=_USUAL.threshold_a, show_default=True),
        *POWER_TIMEOUT(old="--patience", default=_POWER_TIMEOUT_S, show_default=True),
        *METER_PERIOD(),
        *PAUSE(default=_PAUSE_S, show_default=True),
        *STATE_DIR(),
        *secret_files(),
        *asks(),
        *output(),
    ]


machine = Subcommand(
    "machine",
    callback=_run,
    help="""Read or switch a machine of the drawing, by all its cords; asks before it switches.

Off is proven as by `pdu fence`: feed by feed each outlet falls from what it carried to nothing, the
cords that are still on take the load over, and in two renewals of the meters no inlet and no other
outlet carries it. `check` reads the meters for 10 to 60 s and says with figures whether that could
be proven; nothing is switched. `cycle` leaves a machine that is not on as it is, and switches on
only what was proven off and stayed off. Each outlet gets one command. A protected machine is never
switched (docs/states.md).""",
    examples=(
        "pdu machine status srv-1 --drawing hall.toml --list hall.csv",
        "pdu machine cycle srv-1 --drawing hall.toml --list h.csv --auth l.toml",
    ),
    params=_parameters(),
)
