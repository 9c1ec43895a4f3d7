"""`pdu fence`, which is the program `fence_pdu` too: the fence agent's options and actions.

Its exit codes are those of the contract, not those of `pdu`: 0 done, or on; 1 anything that is not
proven; 2 off, for `status`.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional

import click

from handlers import VERSION
from handlers.shared.errors import PduHandlerError, SettingsError, printable

from ..core.cli.groups import Subcommand
from ..core.cli.options import Parameters, option
from ..pdus.polling import Target
from ..site import owner_files
from ..site.drawing.drawing import Cord, Drawing, Machine
from ..site.machines.actions import Runner
from ..site.machines.machine_power import MachinePower, is_on
from ..site.machines.observations import default_folder
from ..site.machines.pdu_access import NotProven, PolledPdus
from ..site.owner_files import OwnerFiles
from . import agent
from .contract import (
    ACTIONS,
    LONGEST,
    NAME,
    OPTIONS,
    FenceOption,
    InputOptions,
    completed,
    metadata,
    parse_input,
)

DONE, FAILED, IS_OFF = 0, 1, 2


class FencedMachine(NamedTuple):
    """A machine with the PDUs that it needs."""

    power: MachinePower
    #: by the PDU's name
    targets: Mapping[str, Target]


def run(input_options: InputOptions) -> int:
    """Carry out one action, and return its exit code. Answers go to standard output, reasons to
    standard error, where Pacemaker's log has them.
    """
    for sentence in input_options.ignored:
        _say(sentence)
    options = input_options.values
    try:
        return _ACTIONS[options["action"]](options)
    except NotProven as error:
        of = f" of {printable(options['plug'], 60)}" if options["plug"] else ""
        _say(f"{options['action']}{of} failed: {error}")
    except PduHandlerError as error:
        _say(f"{options['action']} failed: {error}")
    return FAILED


def _say(sentence: str) -> None:
    # standard error may be a pipe without a reader, or on a full disk: the machine counts
    with contextlib.suppress(OSError, ValueError):
        print(f"{NAME}: {printable(sentence, 4000)}", file=sys.stderr, flush=True)


# ---- actions -------------------------------------------------------------------------------------


def _switch_off(options: Mapping[str, str]) -> int:
    runner, machine = _runner(options), _machine(options)
    _say_off(machine, runner(machine).switch_off(machine.power))
    return DONE


def _switch_on(options: Mapping[str, str]) -> int:
    runner, machine = _runner(options), _machine(options)
    runner(machine).switch_on(machine.power)
    _say(f"{machine.power.name} is on")
    return DONE


def _reboot(options: Mapping[str, str]) -> int:
    pause_s, runner, machine = agent.pause_of(options), _runner(options), _machine(options)
    missing = runner(machine).restart(
        machine.power, pause_s, lambda saw: _say_off(machine, saw), only_if_on=False
    )
    # without its power it is fenced, which is what the cluster waits for
    _say(
        f"{machine.power.name} is on again"
        if missing is None
        else f"{machine.power.name} was fenced, but is not on again: {missing}"
    )
    return DONE


def _say_off(machine: FencedMachine, saw: Sequence[str]) -> None:
    _say("; ".join([f"{machine.power.name} is off", *saw]))


def _status(options: Mapping[str, str]) -> int:
    runner, machine = _runner(options), _machine(options)
    has_power = is_on(runner(machine).states(machine.power))
    print("Status: ON" if has_power else "Status: OFF")
    return DONE if has_power else IS_OFF


def _monitor(options: Mapping[str, str]) -> int:
    """Read what `off` would need: of one machine, of those in `machines`, or of all machines of the
    drawing.
    """
    runner = _runner(options, agent.MONITOR_S)
    if options["plug"]:
        return _check_machines(runner, [_machine(options)])
    drawing = _drawing(options)
    if drawing is None:
        # which outlets matter is not known: all PDUs of the list must answer
        targets = _owner_files(options).pdus()
        agent.check_pdus({target.device.name: target for target in targets})
        return DONE
    return _check_machines(
        runner, [_machine({**options, "plug": name}) for name in _names(options)]
    )


def _names(options: Mapping[str, str], usual: bool = True) -> list[str]:
    """The machines of the option machines; without it all that may be fenced, if `usual`."""
    drawing, pattern = _drawing(options), options["machines"]
    if drawing is None:
        return [part.strip() for part in pattern.split(",") if part.strip()]
    if pattern:
        # what is no machine may be an outlet, as a plug may
        parts = owner_files.split_patterns(drawing, pattern)
        return [
            name for part in parts for name in owner_files.match_machines(drawing, part) or [part]
        ]
    return (
        [machine.name for machine in drawing.machines.values() if not machine.protected]
        if usual
        else []
    )


def _check_machines(runner: MakeRunner, machines: Sequence[FencedMachine]) -> int:
    """Read all PDUs, and print what a proof of each machine would rest on. Raises NotProven with
    what is wrong of each.
    """
    targets = {name: target for machine in machines for name, target in machine.targets.items()}
    readings = PolledPdus(targets, agent.MONITOR_S).read_pdus(targets)
    wrong: list[str] = []
    for machine in machines:
        mine = {name: readings[name] for name in machine.targets}
        try:
            facts = runner(machine).check(machine.power, mine)
        except NotProven as error:
            wrong.append(f"{machine.power.name}: {error}" if len(machines) > 1 else str(error))
        else:
            # not as an error: Pacemaker's log has those
            if facts is None:
                facts = ["another run of it goes on: nothing was looked at"]
            for fact in facts:
                print(f"{machine.power.name}: {fact}")
    if wrong:
        raise NotProven("; ".join(wrong))
    return DONE


def _list(options: Mapping[str, str]) -> int:
    drawing = _drawing(options)
    if drawing is None:
        raise SettingsError("list needs the option drawing: it names the machines")
    for machine in drawing.machines.values():
        if not machine.protected:
            print(f"{machine.name},")
    return DONE


def _metadata(_: Mapping[str, str]) -> int:
    print(metadata(VERSION))
    return DONE


def _validate_all(options: Mapping[str, str]) -> int:
    """Check the options and the files; nothing is sent."""
    agent.proof_of(options)
    agent.pause_of(options)
    agent.evidence_of(options)
    for name in _names(options, usual=False):
        _machine({**options, "plug": name})
    if options["plug"]:
        _machine(options)
    else:
        _owner_files(options).pdus()
        _drawing(options)
    return DONE


_ACTIONS: Mapping[str, Callable[[Mapping[str, str]], int]] = {
    "on": _switch_on,
    "off": _switch_off,
    "reboot": _reboot,
    "status": _status,
    "list": _list,
    "monitor": _monitor,
    "metadata": _metadata,
    "validate-all": _validate_all,
}
assert set(_ACTIONS) == set(ACTIONS)

# ---- files ---------------------------------------------------------------------------------------


def _path(options: Mapping[str, str], key: str) -> str:
    if not options[key]:
        raise SettingsError(f"the option {key} is missing")
    return options[key]


def _owner_files(options: Mapping[str, str]) -> OwnerFiles:
    return OwnerFiles(_path(options, "list"), options["auth"] or None, options["drawing"] or None)


def _drawing(options: Mapping[str, str]) -> Optional[Drawing]:
    return OwnerFiles(drawing=options["drawing"]).read_drawing() if options["drawing"] else None


def _machine(options: Mapping[str, str]) -> FencedMachine:
    """The machine that the plug names. Raises SettingsError."""
    plug = _path(options, "plug")
    drawing = _drawing(options)
    machine = None if drawing is None else drawing.machines.get(plug)
    if machine is not None:
        owner_files.require_unprotected(machine)
        return _fenced_machine(options, MachinePower.of(machine))
    if "/" not in plug:
        where = options["drawing"] or "there is no drawing, so a plug is PDU/OUTLET"
        raise SettingsError(f"no machine has the name {printable(plug, 60)!r} ({where})")
    cords = _cords(options, plug)
    _check_protected([] if drawing is None else drawing.machines.values(), cords)
    return _fenced_machine(options, MachinePower(printable(plug, 60), cords, is_drawn=False))


def _check_protected(machines: Iterable[Machine], cords: Sequence[Cord]) -> None:
    """Raises SettingsError if one of the outlets feeds a machine that is protected."""
    for machine in machines:
        if not set(machine.cords).isdisjoint(cords):
            owner_files.require_unprotected(machine)


def _cords(options: Mapping[str, str], plug: str) -> list[Cord]:
    """The outlets in `PDU/OUTLET,PDU/OUTLET`. A PDU's name may contain slashes, not commas."""
    names = {device.name for device in _owner_files(options).files().devices}
    cords: list[Cord] = []
    for text in plug.split(","):
        parts = text.strip().split("/")
        name_lengths = [
            n for n in range(1, len(parts)) if "/".join(parts[:n]) in names and parts[n]
        ]
        if len(name_lengths) != 1:
            raise SettingsError(f"{printable(text, 60)!r} is not PDU/OUTLET with a PDU of the list")
        [n] = name_lengths
        cords.append(Cord("/".join(parts[:n]), "/".join(parts[n:])))
    return list(dict.fromkeys(cords))


def _fenced_machine(options: Mapping[str, str], power: MachinePower) -> FencedMachine:
    targets = _owner_files(options).pdus(set(power.pdus))
    return FencedMachine(power, {target.device.name: target for target in targets})


MakeRunner = Callable[[FencedMachine], Runner]


def _runner(options: Mapping[str, str], timeout_s: Optional[float] = None) -> MakeRunner:
    """Makes what takes a machine's power. Raises SettingsError."""
    folder = Path(options["state_dir"]) if options["state_dir"] else default_folder()
    evidence_file = agent.evidence_of(options)
    agent.proof_of(options)  # its errors come before anything is read

    def runner(machine: FencedMachine) -> Runner:
        proof = agent.proof_of({**options, "plug": machine.power.name})
        return Runner(PolledPdus(machine.targets, timeout_s), proof, folder, _say, evidence_file)

    return runner


# ---- the command ---------------------------------------------------------------------------------


def _run(**values: Any) -> int:
    value_by_name = {
        name: _text(value) for name, value in values.items() if value not in (None, ())
    }
    try:
        # a cluster gives no argument
        input_options = (
            InputOptions(completed(value_by_name), ()) if value_by_name else parse_input(_input())
        )
    except SettingsError as error:
        _say(error.reason)
        return FAILED
    return run(input_options)


def _text(value: Any) -> str:
    """A value of the command line as a cluster gives it."""
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _parameters(fence_option: FenceOption) -> Parameters:
    """The command line's form of an option of the contract."""
    if fence_option.shared is not None:
        return fence_option.shared(show_default=fence_option.default or None)
    help_text = fence_option.help
    if fence_option.name == "action":
        help_text += f" ({', '.join(ACTIONS)})"
    if fence_option.default:
        help_text += f"; usually {fence_option.default}"
    flags = " ".join(filter(None, (fence_option.short, fence_option.long)))
    return option(flags, help_text, fence_option.metavar, click.STRING)


def _input() -> str:
    """Standard input, but not much more than the contract allows. Raises SettingsError."""
    if sys.stdin.isatty():
        raise SettingsError("options are expected, on standard input or as arguments (--help)")
    # a path may hold any bytes, in any locale
    return sys.stdin.buffer.read(LONGEST + 1).decode("utf-8", "surrogateescape")


class _Fence(Subcommand):
    """Ends with the contract's code if arguments are wrong: `pdu`'s own, 2, is `off` of status."""

    def make_context(
        self,
        info_name: Optional[str],
        args: list[str],
        parent: Optional[click.Context] = None,
        **extra: Any,
    ) -> click.Context:
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            _say(" ".join(error.format_message().split()))
            raise click.exceptions.Exit(FAILED) from None


fence = _Fence(
    "fence",
    callback=_run,
    help=f"""Be a fence agent: take a machine's power, prove it, and give it back.

Pacemaker runs this command under the name {NAME}, with options on standard input (docs/doors.md).
Every outlet of the machine is switched off at once, whatever it reads now. Off is proven if `pdu
machine verify` has shown that these outlets are its only power and nothing ended that since, each
is reported off, and its own meter is at nothing in two renewals. An unknown state, a lost answer,
a cord that stopped to carry, an inlet that kept the load or a PDU that cannot be read is a
failure, and so is a machine whose cabling was never tried. `monitor` reads once and says what
could not be proven. A machine that the drawing protects is refused.

Exit code: 0 done, or on; 1 not done, or not proven; 2 off, for the action status.""",
    examples=(
        "pdu fence -o validate-all --list hall.csv",
        "pdu fence -o status -n rack-1/7,rack-2/7 --list hall.csv",
    ),
    params=[parameter for fence_option in OPTIONS for parameter in _parameters(fence_option)],
)
