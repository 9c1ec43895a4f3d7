"""`pdu machine status|check|verify|off|on|cycle NAME`: a machine of the drawing by all its cords,
proven at its meters.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Callable, NamedTuple, Optional

from handlers.shared.errors import PduHandlerError, SettingsError, printable

from .core.cli import prompts, shared_options
from .core.cli.error_output import Interrupted, Usage
from .core.cli.exit_codes import DONE, NOT_SEEN
from .core.cli.groups import EPILOG, LazyCommand, LazyGroup, Subcommand
from .core.cli.options import (
    Argument,
    RunOptions,
    Seconds,
    command_line,
    option,
    prompting,
    secret_files,
)
from .core.cli.output import Result, figure, print_result, report, waiting
from .core.cli.report import Headline, Part, Table, number, row_header, text_lines, words
from .core.cli.shared_options import (
    ALIVE,
    AUTH,
    CONFIRM,
    LIST as LIST_FILE,
    PAUSE,
    POWER_TIMEOUT,
    STATE_DIR,
    THRESHOLD,
    VERIFIED,
)
from .core.files.whole_files import signals_as_ctrl_c
from .pdus.states import word
from .site import owner_files
from .site.drawing.drawing import Cord, Machine
from .site.machines import evidence as evidences
from .site.machines.actions import Runner
from .site.machines.alive import Alive, AliveCommand
from .site.machines.evidence import EvidenceFile, MachineEvidence
from .site.machines.machine_power import MachinePower, OffProof, OutletState, find_outlet
from .site.machines.observations import default_folder
from .site.machines.pdu_access import NotProven, OutletReading, PolledPdus
from .site.machines.verification import ALL_ON
from .site.owner_files import DRAWING, LIST, OwnerFileOptions, OwnerFiles

_PAUSE_S, _POWER_TIMEOUT_S = 10.0, 20.0
_USUAL = OffProof()


class MeterOptions(NamedTuple):
    """What a proof at the meters goes by."""

    threshold: Annotated[float, THRESHOLD(default=_USUAL.threshold_a, show_default=True)]
    verified: Annotated[Optional[str], VERIFIED()]
    state_dir: Annotated[Optional[str], STATE_DIR()]


_NO_METERS = MeterOptions(_USUAL.threshold_a, None, None)


class ProofOptions(NamedTuple):
    """How off is proven, within which time, and by what else."""

    confirm: Annotated[str, CONFIRM(default="current", show_default=True)]
    meters: MeterOptions
    power_timeout: Annotated[float, POWER_TIMEOUT(default=_POWER_TIMEOUT_S, show_default=True)]
    alive: Annotated[Optional[str], ALIVE()]


_Name = Annotated[str, Argument("MACHINE")]
_Files = Annotated[
    OwnerFiles,
    OwnerFileOptions([LIST], shared_options.DRAWING, LIST_FILE, AUTH, needs=[DRAWING, LIST]),
]


class StatusOptions(NamedTuple):
    """Those of `pdu machine status`."""

    machine: _Name
    owner_files: _Files
    confirm: Annotated[str, CONFIRM(default="current", show_default=True)]
    meters: MeterOptions


class CheckOptions(NamedTuple):
    """Those of `pdu machine check`."""

    machine: _Name
    owner_files: _Files
    confirm: Annotated[str, CONFIRM(default="current", show_default=True)]
    meters: MeterOptions
    alive: Annotated[Optional[str], ALIVE()]


class VerifyOptions(NamedTuple):
    """Those of `pdu machine verify`."""

    machine: Annotated[Sequence[str], Argument("MACHINE+")]
    owner_files: Annotated[
        OwnerFiles,
        OwnerFileOptions([], shared_options.DRAWING, LIST_FILE, AUTH, needs=[DRAWING]),
    ]
    meters: MeterOptions
    power_timeout: Annotated[float, POWER_TIMEOUT(default=_POWER_TIMEOUT_S, show_default=True)]
    alive: Annotated[Optional[str], ALIVE()]
    ask: Annotated[bool, option("--ask", "ask a person at the terminal instead")]
    #: in s
    boots_within: Annotated[
        float,
        option(
            "--boots-within",
            "how long it may take to answer again",
            "SECONDS",
            Seconds(1.0, 7200.0),
            default=600.0,
            show_default=True,
        ),
    ]


class OffOptions(NamedTuple):
    """Those of `pdu machine off`."""

    machine: _Name
    owner_files: _Files
    proof: ProofOptions


class OnOptions(NamedTuple):
    """Those of `pdu machine on`."""

    machine: _Name
    owner_files: _Files
    state_dir: Annotated[Optional[str], STATE_DIR()]


class CycleOptions(NamedTuple):
    """Those of `pdu machine cycle`."""

    machine: _Name
    owner_files: _Files
    proof: ProofOptions
    #: in s
    pause: Annotated[float, PAUSE(default=_PAUSE_S, show_default=True)]


class MachineCall(NamedTuple):
    """One call of a command: the machine, the files, and how it is proven off."""

    owner_files: OwnerFiles
    machine: Machine
    run_options: RunOptions
    meters: MeterOptions = _NO_METERS
    confirm: str = "current"
    power_timeout: float = _USUAL.timeout_s
    alive: Optional[str] = None

    @property
    def power(self) -> MachinePower:
        """The machine by its outlets."""
        return MachinePower.of(self.machine)

    @property
    def file(self) -> EvidenceFile:
        """Where what trials have shown is."""
        drawing = self.owner_files.require_path(DRAWING)
        return EvidenceFile.of(self.meters.verified, drawing)

    @property
    def asks(self) -> Optional[Alive]:
        """What asks the machine itself, if that was given."""
        return None if self.alive is None else AliveCommand(self.alive, self.power.name)

    def runner(self, notes: list[str]) -> Runner:
        """What reads and switches it. `notes` gets what could not be kept."""
        targets = self.owner_files.pdus({cord.pdu for cord in self.machine.cords})
        pdus = PolledPdus({target.device.name: target for target in targets})
        meters = self.meters
        is_metered = self.confirm == "current"
        proof = OffProof(is_metered, meters.threshold, self.power_timeout, self.asks)
        folder = Path(meters.state_dir) if meters.state_dir else default_folder()
        return Runner(pdus, proof, folder, notes.append, self.file)

    def words(self, action: str) -> str:
        """The command for another action of the machine."""
        words = ["machine", action, self.machine.name, *self.owner_files.words()]
        return command_line(RunOptions(secret_files=self.run_options.secret_files), *words)


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


def _machine(files: OwnerFiles, name: str) -> Machine:
    return owner_files.machine(files.read_drawing(), name)


def _unprotected_machine(files: OwnerFiles, name: str) -> Machine:
    return owner_files.require_unprotected(_machine(files, name))


# ---- reading -------------------------------------------------------------------------------------


def _status(options: StatusOptions, run_options: RunOptions) -> int:
    files, machine = options.owner_files, _machine(options.owner_files, options.machine)
    call = MachineCall(files, machine, run_options, options.meters, options.confirm)
    power, runner = call.power, call.runner([])
    with waiting(f"reading {power.name}", call.run_options):
        readings = runner.pdu_access.read_pdus(power.pdus)
        states = runner.states(power, readings)
    reason = ""
    if call.confirm == "current":
        _, reason = call.file.find(power.name, power.cords, runner.pdu_access.now())
    draws = {cord: find_outlet(readings, cord) for cord in call.machine.cords}
    outlets = [_as_json(cord, states[cord], draws[cord]) for cord in call.machine.cords]
    outlet_states = {state.state for state in states.values()}
    together = word(outlet_states.pop()) if len(outlet_states) == 1 else "unknown"
    advice = f"could off be proven? {call.words('check')}"
    rows = [
        [
            row_header(outlet["outlet"]),
            words(f"{outlet['state']}, measured" if outlet["measured"] else outlet["state"]),
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
        Table("", ("outlet", "state", "A", "W", "why"), rows).drop_empty_columns(),
        Headline(f"off could not be proven: {reason}" if reason else advice),
    ]
    document = {
        "machine": call.machine.name,
        "state": together,
        "outlets": outlets,
        "not_provable": [reason] if reason else [],
    }
    code = NOT_SEEN if together == "unknown" else DONE
    return print_result(Result(document, [*text_lines(parts)], code), call.run_options.json)


def _as_json(cord: Cord, state: OutletState, outlet: Optional[OutletReading]) -> dict[str, Any]:
    return {
        "outlet": str(cord),
        "state": word(state.state),
        "current_a": None if outlet is None else outlet.draw.current_a,
        "power_w": None if outlet is None else outlet.draw.power_w,
        "measured": outlet is not None and outlet.ground.is_measured,
        "reason": state.reason or ("" if outlet is None else outlet.ground.doubt),
    }


def _check(options: CheckOptions, run_options: RunOptions) -> int:
    """Raises MachineNotProven with what could not be proven."""
    files = options.owner_files
    call = MachineCall(
        files,
        _unprotected_machine(files, options.machine),
        run_options,
        options.meters,
        options.confirm,
        alive=options.alive,
    )
    power, notes = call.power, list[str]()
    try:
        with waiting(f"reading {power.name}", call.run_options):
            facts = call.runner(notes).check(power)
    except NotProven as error:
        raise MachineNotProven(f"{power.name}: off could not be proven: {error}") from None
    if facts is None:
        raise MachineNotProven(f"{power.name}: another run of it goes on; check it again later")
    result = Result(
        {"machine": call.machine.name, "provable": True, "sentences": facts},
        [f"off of {power.name} could be proven", *facts],
        note="\n".join(notes),
    )
    return print_result(result, call.run_options.json)


# ---- the trial of the cabling --------------------------------------------------------------------


def _verify(options: VerifyOptions, run_options: RunOptions) -> int:
    """One machine after the other; the first that fails ends it."""
    if (options.alive is None) != options.ask:
        raise Usage("say who knows whether a machine lives: --alive COMMAND or --ask")
    calls = _verify_calls(options, run_options)
    file = calls[0].file
    names = ", ".join(call.power.name for call in calls)
    prompts.confirm(
        run_options, f"switch each cord of {names} off and on again, then all: it GOES DOWN"
    )
    notes: list[str] = []
    trials: list[MachineEvidence] = []
    with file.appending() as appender:
        for call in calls:
            trials.append(_try_cabling(call, options.boots_within, notes))
            appender.append(trials[-1])
    lines = [
        f"{printable(evidence.machine, 60)}: its outlets are its only power; it was silent after"
        f" {evidence.silent_s:.0f} s"
        for evidence in trials
    ]
    result = Result(
        {
            "file": file.path,
            "verified": [evidences.evidence_document(evidence) for evidence in trials],
        },
        [*lines, f"written to {file.path}"],
        note="\n".join(notes),
    )
    return print_result(result, run_options.json)


def _verify_calls(options: VerifyOptions, run_options: RunOptions) -> list[MachineCall]:
    """A call for each machine. The list of PDUs may be the last argument. Raises Usage and
    SettingsError.
    """
    names, files = [*options.machine], options.owner_files
    if len(names) > 1 and os.path.isfile(names[-1]):
        if files.list:
            raise Usage(
                f"{printable(names[-1], 60)!r} is one argument too many: give the list once, as an"
                " argument or as --list"
            )
        files = files._replace(list=names.pop())
    files = files.add_known_list()
    drawing = files.read_drawing()
    machines = (
        [owner_files.machine(drawing, names[0])]
        if len(names) == 1
        else owner_files.select_machines(drawing, names)
    )
    return [
        MachineCall(
            files,
            owner_files.require_unprotected(machine),
            run_options,
            options.meters,
            power_timeout=options.power_timeout,
            alive=options.alive,
        )
        for machine in machines
    ]


def _try_cabling(call: MachineCall, boots_within: float, notes: list[str]) -> MachineEvidence:
    """Raises MachineNotProven, and Interrupted after Ctrl-C or SIGTERM."""
    power = call.power
    alive = call.asks or AskedPerson(power.name)

    def say(what: str) -> None:
        if not call.run_options.json:
            report(f"{power.name}: {what}")

    try:
        with signals_as_ctrl_c():
            return call.runner(notes).verify(power, alive, boots_within, say)
    except NotProven as error:
        raise MachineNotProven(f"{power.name} is not verified: {error}") from None
    except KeyboardInterrupt as error:
        left = str(error) or "it may be off"
        advice = "" if left == ALL_ON else f"; switch it on: {call.words('on')}"
        raise Interrupted(f"{power.name} is not verified; {left}{advice}") from None


# ---- switching -----------------------------------------------------------------------------------


def _proven_call(
    files: OwnerFiles, name: str, proof: ProofOptions, run_options: RunOptions
) -> MachineCall:
    machine = _unprotected_machine(files, name)
    return MachineCall(
        files, machine, run_options, proof.meters, proof.confirm, proof.power_timeout, proof.alive
    )


def _switch_off(options: OffOptions, run_options: RunOptions) -> int:
    call = _proven_call(options.owner_files, options.machine, options.proof, run_options)
    question = f"switch off machine {call.power.name}"
    return _switch(
        call, "off", question, lambda runner, saw: saw.extend(runner.switch_off(call.power))
    )


def _switch_on(options: OnOptions, run_options: RunOptions) -> int:
    machine = _unprotected_machine(options.owner_files, options.machine)
    meters = _NO_METERS._replace(state_dir=options.state_dir)
    call = MachineCall(options.owner_files, machine, run_options, meters)
    question = f"switch on machine {call.power.name}"
    return _switch(call, "on", question, lambda runner, _: runner.switch_on(call.power))


def _cycle(options: CycleOptions, run_options: RunOptions) -> int:
    call = _proven_call(options.owner_files, options.machine, options.proof, run_options)
    pause = options.pause
    return _switch(
        call,
        "cycle",
        f"RESTART machine {call.power.name}, off for {pause:g} s",
        lambda runner, saw: runner.restart(call.power, pause, saw.extend, only_if_on=True),
    )


_ENDINGS = {"off": "is off", "on": "is on", "cycle": "was off and is on again"}


def _switch(
    call: MachineCall,
    action: str,
    question: str,
    run: Callable[[Runner, list[str]], Optional[str]],
) -> int:
    """`run` appends what the meters saw, and returns why the machine is not on again, if so. Raises
    MachineNotProven, and Interrupted after Ctrl-C or SIGTERM.
    """
    power, again = call.power, call.words("on")
    prompts.confirm(call.run_options, f"{question} ({', '.join(map(str, power.cords))})")
    saw, notes = list[str](), list[str]()
    try:
        with signals_as_ctrl_c(), waiting(f"switching {power.name}", call.run_options):
            missing = run(call.runner(notes), saw)
    except NotProven as error:
        left = "" if action == "on" else f"; it may be off; switch it on: {again}"
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
    result = Result(
        {"machine": call.machine.name, "action": action, "done": True, "meters": saw},
        [f"{power.name} {_ENDINGS[action]}", *saw],
        note="\n".join(notes),
    )
    return print_result(result, call.run_options.json)


# ---- the commands --------------------------------------------------------------------------------


status = Subcommand.typed(
    "status",
    StatusOptions,
    _status,
    help="""Read a machine: on if all its outlets are, off if all are, nothing flows and the last
`off` was proven.""",
    examples=(
        "pdu machine status srv-1 --drawing hall.toml --list hall.csv",
        "pdu machine status srv-1 --drawing hall.toml --list hall.csv --json",
    ),
    unnamed=secret_files(),
)
check = Subcommand.typed(
    "check",
    CheckOptions,
    _check,
    help="""Say what the proof of `off` would rest on, or why it would fail. Nothing is switched.

It fails if the cabling was never tried, a cord stopped to carry since, a PDU is another unit, the
drawing changed, or the last `off` was not proven.""",
    examples=(
        "pdu machine check srv-1 --drawing hall.toml --list hall.csv",
        "pdu machine check srv-1 --drawing h.toml --alive 'ping -c 1 -W 2 {}'",
    ),
    unnamed=secret_files(),
)
verify = Subcommand.typed(
    "verify",
    VerifyOptions,
    _verify,
    help="""Take machines down, once, at leisure: shows that their outlets are their only power.

It switches each cord off and on again, then all, and sees by --alive or --ask that the machine
falls silent without its outlets and comes back. A machine that needs longer to start than it was
off goes down a second time, for half as long again as it needs; not with --ask. What that has shown
is a line in --verified, beside the drawing: `off` is then proven in seconds (docs/doors.md). A
protected machine is never switched.""",
    examples=(
        "pdu machine verify srv-1 --ask --drawing hall.toml --list hall.csv",
        "pdu machine verify srv-1 srv-2 --alive 'ping -c 1 -W 2 {}' --drawing h.toml",
    ),
    unnamed=[*secret_files(), *prompting()],
)
off = Subcommand.typed(
    "off",
    OffOptions,
    _switch_off,
    help="""Take a machine's power, and prove it; asks first.

Each outlet gets one command, whatever it reads. It is off if all are reported off, each own meter
shows nothing in two renewals, no inlet kept what the outlets carried and, with --alive, the machine
does not answer; six seconds after the command at the earliest, and not before the machine fell
silent in its trial (`pdu machine verify`). A protected machine is never switched.""",
    examples=(
        "pdu machine off srv-1 --drawing hall.toml --list hall.csv",
        "pdu machine off srv-1 --drawing h.toml --alive 'ping -c 1 -W 2 {}' --yes",
    ),
    unnamed=[*secret_files(), *prompting()],
)
on = Subcommand.typed(
    "on",
    OnOptions,
    _switch_on,
    help="Switch all outlets of a machine on, and see it; asks first.",
    examples=(
        "pdu machine on srv-1 --drawing hall.toml --list hall.csv",
        "pdu machine on srv-1 --drawing hall.toml --list hall.csv --yes",
    ),
    unnamed=[*secret_files(), *prompting()],
)
cycle = Subcommand.typed(
    "cycle",
    CycleOptions,
    _cycle,
    help="""Take a machine's power as `off` does and, after --pause, give it back; asks first.

A machine that is not on is left as it is. Only one that was proven off and stayed off is switched
on.""",
    examples=(
        "pdu machine cycle srv-1 --drawing hall.toml --list h.csv --auth l.toml",
        "pdu machine cycle srv-1 --drawing hall.toml --list h.csv --pause 30",
    ),
    unnamed=[*secret_files(), *prompting()],
)
machine = LazyGroup(
    "machine",
    {
        "status": LazyCommand("machine", "status", "whether it is on, by its outlets and meters"),
        "check": LazyCommand("machine", "check", "what a proof of off would rest on"),
        "verify": LazyCommand("machine", "verify", "try the cabling: takes it down once"),
        "off": LazyCommand("machine", "off", "take its power and prove it; asks first"),
        "on": LazyCommand("machine", "on", "give it its power; asks first"),
        "cycle": LazyCommand("machine", "cycle", "off and on again; asks first"),
    },
    (
        "pdu machine verify srv-1 --ask --drawing hall.toml --list hall.csv",
        "pdu machine cycle srv-1 --drawing hall.toml --list h.csv --auth l.toml",
    ),
    help="A machine of the drawing by all its cords, proven at its meters (docs/doors.md).",
    epilog=EPILOG,
)
