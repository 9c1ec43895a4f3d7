"""`pdu machine status|check|verify|off|on|cycle NAME`: a machine of the drawing by all its cords,
proven at its meters.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional

import click

from handlers.shared.errors import PduHandlerError, SettingsError, printable

from .core import owner_files
from .core.cli import prompts, shared_options
from .core.cli.error_output import Interrupted, Usage
from .core.cli.exit_codes import DONE, NOT_SEEN
from .core.cli.groups import Subcommand
from .core.cli.options import (
    Argument,
    Seconds,
    SharedOptions,
    command_line,
    option,
    output,
    prompting as asks,
    secret_files,
    shared_options_of,
)
from .core.cli.output import Result, figure, print_result, report, waiting
from .core.cli.report import Headline, Part, Table, number, row_header, text_lines, words
from .core.cli.shared_options import (
    ALIVE,
    AUTH,
    CONFIRM,
    METER_PERIOD,
    PAUSE,
    POWER_TIMEOUT,
    STATE_DIR,
    THRESHOLD,
    VERIFIED,
    VERIFIED_FOR,
)
from .core.drawing.drawing import Cord, Drawing, Machine
from .core.files.whole_files import signals_as_ctrl_c
from .core.machines import evidence as evidences
from .core.machines.actions import Runner
from .core.machines.alive import Alive, AliveCommand
from .core.machines.evidence import LONGEST_DAYS, EvidenceFile, MachineEvidence
from .core.machines.observations import default_folder
from .core.machines.pdu_access import NotProven, OutletReading, PolledPdus
from .core.machines.proof import MachinePower, OffProof
from .core.machines.verification import TrialTimes
from .core.owner_files import DRAWING, LIST, OwnerFiles
from .core.states import DOWN, UP, word

ACTIONS = ("status", "check", "verify", "off", "on", "cycle")
_PAUSE_S, _POWER_TIMEOUT_S = 10.0, 20.0
_USUAL, _USUAL_TIMES = OffProof(), TrialTimes()


class MachineOptions(NamedTuple):
    """The words and options of one call."""

    owner_files: OwnerFiles
    action: str
    machines: Sequence[str]
    confirm: str
    threshold: float
    power_timeout: float
    meter_period: Optional[float]
    pause: float
    alive: Optional[str]
    ask: bool
    dies_within: float
    boots_within: float
    verified: Optional[str]
    verified_for: float
    state_dir: Optional[str]

    @property
    def machine(self) -> str:
        """The only machine."""
        return self.machines[0]

    @property
    def file(self) -> EvidenceFile:
        """Where what trials have shown is."""
        drawing = self.owner_files.needed(DRAWING)
        return EvidenceFile.of(self.verified, drawing, self.verified_for)

    def command(self, name: str) -> Optional[Alive]:
        """What asks the machine itself, if that was given."""
        return None if self.alive is None else AliveCommand(self.alive, name)


class AskedPerson(NamedTuple):
    """A person who looks at the machine. An `Alive`."""

    machine: str
    words: str = "a person looks"
    sees_power: bool = True

    def answers(self) -> bool:
        while True:
            text = prompts.ask_line(f"Does {self.machine} run (lamps, fans)? [y/n]")
            if text is None:
                raise SettingsError("--ask: nobody answers")
            if text.lower() in ("y", "yes", "n", "no"):
                return text.lower() in ("y", "yes")


class MachineNotProven(PduHandlerError):
    """A machine is not proven to be as it was asked for."""

    kind = "not-proven"


@click.pass_context
def _run(context: click.Context, /, **options: Any) -> int:
    shared = shared_options_of(context)
    names = list(options.pop("machine"))
    # the words of several machines end where a file's begins
    if len(names) > 1 and (options["action"] != "verify" or os.path.isfile(names[-1])):
        options[f"{LIST}_word"] = names.pop()
    else:
        options[f"{LIST}_word"] = None
    if len(names) > 1 and options["action"] != "verify":
        raise Usage(f"{printable(names[1], 60)!r} is one argument too many: give one machine")
    files = OwnerFiles.of(options, shared, [DRAWING, LIST])
    machine_options = MachineOptions(files, machines=names, **options)
    drawing = files.drawn()
    if machine_options.action == "verify":
        return _verify(machine_options, drawing, shared)
    machine = owner_files.machine(drawing, machine_options.machine)
    power = _power(machine)
    pdus = _polled_pdus(files, [machine])
    if machine_options.action == "status":
        with waiting(f"reading {power.name}", shared):
            check = _words("check", machine_options, shared)
            reason = ""
            if machine_options.confirm == "current":
                _, reason = machine_options.file.find(machine.cords, pdus.now())
            return print_result(_status(machine, power, pdus, check, reason), shared.json)
    owner_files.require_unprotected(machine)
    notes: list[str] = []
    runner = _runner(machine_options, pdus, power.name, notes)
    if machine_options.action == "check":
        with waiting(f"reading {power.name}", shared):
            return print_result(_check(machine, power, runner, notes), shared.json)
    prompts.confirm(shared, _question(machine_options, machine))
    return print_result(_switch(machine_options, power, runner, shared, notes), shared.json)


def _power(machine: Machine) -> MachinePower:
    return MachinePower(printable(machine.name, 60), machine.cords, machine.needs)


def _polled_pdus(files: OwnerFiles, machines: Sequence[Machine]) -> PolledPdus:
    targets = files.pdus({cord.pdu for machine in machines for cord in machine.cords})
    return PolledPdus({target.device.name: target for target in targets})


def _runner(options: MachineOptions, pdus: PolledPdus, name: str, notes: list[str]) -> Runner:
    proof = OffProof(
        options.confirm == "current",
        options.threshold,
        options.power_timeout,
        options.meter_period,
        options.command(name),
    )
    folder = Path(options.state_dir) if options.state_dir else default_folder()
    return Runner(pdus, proof, folder, notes.append, options.file)


# ---- the trial of the cabling --------------------------------------------------------------------


def _verify(options: MachineOptions, drawing: Drawing, shared: SharedOptions) -> int:
    """One machine after the other; the first that fails ends it."""
    if (options.alive is None) != options.ask:
        raise Usage("say who knows whether a machine lives: --alive COMMAND or --ask")
    machines = [
        owner_files.require_unprotected(machine)
        for machine in owner_files.select_machines(drawing, options.machines)
    ]
    pdus = _polled_pdus(options.owner_files, machines)
    names = ", ".join(printable(machine.name, 60) for machine in machines)
    prompts.confirm(shared, f"switch each cord of {names} off and on again, then all: it GOES DOWN")
    notes: list[str] = []
    tried: list[MachineEvidence] = []
    with options.file.appending() as file:
        for machine in machines:
            evidence = _try_cabling(machine, options, pdus, notes, shared)
            file.append(evidence)
            tried.append(evidence)
    lines = [
        f"{printable(evidence.machine, 60)}: its outlets are its only power; it was silent after"
        f" {evidence.silent_s:.0f} s"
        for evidence in tried
    ]
    return print_result(
        Result(
            {"file": file.path, "verified": [evidences.as_json(evidence) for evidence in tried]},
            [*lines, f"written to {file.path}"],
            note="\n".join(notes),
        ),
        shared.json,
    )


def _try_cabling(
    machine: Machine,
    options: MachineOptions,
    pdus: PolledPdus,
    notes: list[str],
    shared: SharedOptions,
) -> MachineEvidence:
    """Raises MachineNotProven, and Interrupted after Ctrl-C or SIGTERM."""
    power = _power(machine)
    alive: Alive = options.command(power.name) or AskedPerson(power.name)
    parts, _ = options.file.find(machine.cords, pdus.now(), is_whole=False)
    times = TrialTimes(options.dies_within, options.boots_within)
    runner = _runner(options, pdus, power.name, notes)
    again = _words("on", options._replace(machines=[machine.name]), shared)

    def say(what: str) -> None:
        if not shared.json:
            report(f"{power.name}: {what}")

    try:
        with signals_as_ctrl_c():
            return runner.verify(power, alive, times, say, parts is not None)
    except NotProven as error:
        raise MachineNotProven(f"{power.name} is not verified: {error}") from None
    except KeyboardInterrupt as error:
        left = f": {error}; switch it on: {again}" if str(error) else "; all its outlets are on"
        raise Interrupted(f"{power.name} is not verified{left}") from None


def _question(options: MachineOptions, machine: Machine) -> str:
    what = f"switch {options.action} machine {printable(machine.name, 60)}"
    if options.action == "cycle":
        what = f"RESTART machine {printable(machine.name, 60)}, off for {options.pause:g} s"
    return f"{what} ({', '.join(map(str, machine.cords))})"


def _status(
    machine: Machine, power: MachinePower, pdus: PolledPdus, check: str, reason: str
) -> Result:
    """`check`: the command that says whether off could be proven. `reason`: why it surely could
    not; "" if that is not known.
    """
    readings = pdus.read_pdus(power.pdus)
    outlet_by_cord = {cord: readings[cord.pdu].outlets.get(cord.outlet) for cord in machine.cords}
    states = {None if outlet is None else outlet.state for outlet in outlet_by_cord.values()}
    together = "on" if states == {UP} else "off" if states == {DOWN} else "unknown"
    reasons = {
        cord: _reason(outlet_by_cord[cord], readings[cord.pdu].reason) for cord in machine.cords
    }
    outlets = [_as_json(cord, outlet_by_cord[cord], reasons[cord]) for cord in machine.cords]
    rows = [
        [
            row_header(outlet["outlet"]),
            words(outlet["state"]),
            *(
                number("" if outlet[key] is None else figure(outlet[key]))
                for key in ("current_a", "power_w")
            ),
            words(outlet["reason"]),
        ]
        for outlet in outlets
    ]
    parts: list[Part] = [
        Headline(f"{power.name} is {together}"),
        Table("", ("outlet", "state", "A", "W", "why"), rows).without_empty_columns(),
        Headline(
            f"off could not be proven: {reason}" if reason else f"could off be proven? {check}"
        ),
    ]
    return Result(
        {
            "machine": machine.name,
            "state": together,
            "outlets": outlets,
            "not_provable": [reason] if reason else [],
        },
        [*text_lines(parts)],
        NOT_SEEN if together == "unknown" else DONE,
    )


def _check(machine: Machine, power: MachinePower, runner: Runner, notes: Sequence[str]) -> Result:
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


def _reason(outlet: Optional[OutletReading], reason: str) -> str:
    return reason or ("the PDU has no such outlet" if outlet is None else "")


def _as_json(cord: Cord, outlet: Optional[OutletReading], reason: str) -> dict[str, Any]:
    return {
        "outlet": str(cord),
        "state": "unknown" if outlet is None else word(outlet.state),
        "current_a": None if outlet is None else outlet.draw.current_a,
        "power_w": None if outlet is None else outlet.draw.power_w,
        "reason": reason,
    }


def _switch(
    options: MachineOptions,
    power: MachinePower,
    runner: Runner,
    shared: SharedOptions,
    notes: list[str],
) -> Result:
    """Raises MachineNotProven, and Interrupted after Ctrl-C or SIGTERM."""
    saw: list[str] = []
    missing: Optional[str] = None
    again = _words("on", options, shared)
    try:
        with signals_as_ctrl_c(), waiting(f"switching {power.name}", shared):
            if options.action == "on":
                runner.on(power)
            elif options.action == "off":
                saw += runner.off(power)
            else:
                missing = runner.restart(power, options.pause, saw.extend, only_if_on=True)
    except NotProven as error:
        left = "" if options.action == "on" else f"; it may be off; switch it on: {again}"
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
    ending = {"off": "is off", "on": "is on", "cycle": "was off and is on again"}[options.action]
    return Result(
        {"machine": options.machine, "action": options.action, "done": True, "meters": saw},
        [f"{power.name} {ending}", *saw],
        note="\n".join(notes),
    )


def _words(action: str, options: MachineOptions, shared: SharedOptions) -> str:
    """The command for another action of the machine."""
    words = ["machine", action, options.machine, *options.owner_files.words()]
    return command_line(SharedOptions(secret_files=shared.secret_files), *words)


def _parameters() -> Sequence[click.Parameter]:
    return [
        click.Argument(["action"], type=click.Choice(ACTIONS), metavar="|".join(ACTIONS)),
        Argument("MACHINE+"),
        *shared_options.DRAWING(),
        *shared_options.LIST(),
        *AUTH(),
        *CONFIRM(default="current", show_default=True),
        *THRESHOLD(default=_USUAL.threshold_a, show_default=True),
        *POWER_TIMEOUT(default=_POWER_TIMEOUT_S, show_default=True),
        *METER_PERIOD(),
        *PAUSE(default=_PAUSE_S, show_default=True),
        *ALIVE(),
        *option("--ask", "verify: ask a person at the terminal instead"),
        *option(
            "--dies-within",
            "verify: how long it may answer after its outlets were switched off",
            "SECONDS",
            Seconds(1.0, 600.0),
            default=_USUAL_TIMES.dies_within_s,
            show_default=True,
        ),
        *option(
            "--boots-within",
            "verify: how long it may take to answer again",
            "SECONDS",
            Seconds(1.0, 7200.0),
            default=_USUAL_TIMES.boots_within_s,
            show_default=True,
        ),
        *VERIFIED(),
        *VERIFIED_FOR(default=LONGEST_DAYS, show_default=True),
        *STATE_DIR(),
        *secret_files(),
        *asks(),
        *output(),
    ]


machine = Subcommand(
    "machine",
    callback=_run,
    help="""Read or switch a machine of the drawing, by all its cords; asks before it switches.

`verify` takes machines down, once, at leisure: it switches each cord off and on again, then all,
and sees by --alive (or --ask) that the machine falls silent without its outlets and comes back.
What that has shown is a line in --verified, beside the drawing. From then on `off` is proven in
seconds: each outlet is reported off and its own meter at nothing in two renewals, six seconds
after the command at the earliest, and no inlet kept what the outlets carried. Without a trial, or
if a cord stopped to carry since, a PDU is another unit or the drawing changed, `off` sends its
commands and is not proven. `check` says which, and switches nothing. `cycle` leaves a machine that
is not on as it is, and switches on only what was proven off and stayed off. Each outlet gets one
command. A protected machine is never switched (docs/doors.md).""",
    examples=(
        "pdu machine verify srv-1 --ask --drawing hall.toml --list hall.csv",
        "pdu machine cycle srv-1 --drawing hall.toml --list h.csv --auth l.toml",
    ),
    params=_parameters(),
)
