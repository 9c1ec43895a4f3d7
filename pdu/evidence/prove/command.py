"""`pdu prove HANDLER HOST`: records a unit, makes the four calls of DCImanager, switches one outlet
off and on if its owner wants, and writes one file.
"""

from __future__ import annotations

import dataclasses
import platform
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import NamedTuple, NoReturn, Optional

import click

from handlers import VERSION, dcimanager as platform_host
from handlers.shared.address import Address
from handlers.shared.errors import PduHandlerError, printable

from ...cli import prompts
from ...cli.error_output import Interrupted, Usage
from ...cli.exit_codes import DONE, NOT_SEEN
from ...cli.options import TEXT, Run, output_options, run_of, yes_option
from ...cli.output import Result, counted, figure, print_result, report, show_status_line
from ...cli.shared_options import out_option
from ...files.whole_files import new_file
from ...loading.handler_loading import load
from ...network import hosts
from ...pdu_list import names
from ...pdu_list.device_arguments import arguments_help, pdu_arguments
from ...pdu_list.form import split_fields
from ...pdu_list.login_options import login_options
from ...recordings.scrub import Scrubber
from . import run
from .document import SIMULATED, UNIT, ProvenCall, UnitProof, proof_text
from .run import Calls, UnitUnderTest

#: handler settings that a replay needs too
_SETTINGS = ("profile", "metered_only")
#: where a file is sent; docs/field.md says what happens with it
SEND = (
    "Nothing was sent. Look through the file, then attach it to a new issue of this project with"
    " the template 'A proof of a unit'."
)


class _CallFailed(PduHandlerError):
    """The first call failed, so there is nothing to prove."""

    def __init__(self, call: ProvenCall, host: str) -> None:
        super().__init__(call.reason, host, call.method)
        self.kind = call.error_kind


class _Plan(NamedTuple):
    """What the owner asks for."""

    run: Run
    pdu: names.ChosenPdu
    #: "" for none
    outlet: str
    #: whether the owner typed the outlet's number twice
    is_sure: bool

    def tell(self, line: str) -> None:
        """Say what is being done."""
        show_status_line(line, is_quiet=self.run.output.json)

    @property
    def manual_line(self) -> str:
        """The command that switches the outlet on."""
        return self.pdu.command_line("on", self.outlet)


@click.command(
    "prove",
    cls=names.PduCommand,
    examples=(
        "pdu prove snmp 192.0.2.8",
        "pdu prove raritan 192.0.2.9 --username admin --outlet 7 -o r1.json",
    ),
    help=f"""\
Try a real unit, and write what came back into a file that can become evidence: the unit's
recording as by pdu record, and DCImanager's four calls. Without --outlet nothing is switched.

{arguments_help("HANDLER", "HOST", "NAME")}

With --outlet that outlet is switched off and on once, with a status after each command. Asks
first, and says how the outlet is switched on by hand if this program is ended in between. Nothing
is sent to anybody: the output says where to send the file, with what you saw on the unit.""",
)
@pdu_arguments()
@out_option(default="proof.json", show_default=True)
@click.option(
    "--outlet",
    metavar="OUTLET",
    type=TEXT,
    multiple=True,
    help="switch this idle outlet, which is on; give it twice if it is not known to be idle",
)
@names.list_options
@login_options
@yes_option()
@output_options
@click.pass_context
def prove_command(
    context: click.Context,
    handler: str,
    host: str,
    out: str,
    outlet: Sequence[str],
) -> int:
    """Read and record the unit, switch the outlet, and write the proof."""
    try:
        pdu = names.choose_pdu(context, handler, host)
    except hosts.NotAHost:
        if not host.isdecimal():
            raise
        raise Usage(
            f"{host!r} is no address: an outlet is an option, as in pdu prove snmp 192.0.2.8"
            f" --outlet {host}"
        ) from None
    plan = _plan(run_of(context), pdu, outlet)
    unit = _unit_under_test(pdu)
    calls = Calls(unit)
    try:
        with new_file(out) as write:
            proof = _read(plan, unit, calls)
            plan.tell("")
            if plan.outlet:
                _switch(plan, unit, calls)
            proof = dataclasses.replace(proof, calls=tuple(calls.calls))
            write(proof_text(proof).encode())
    except KeyboardInterrupt:
        _raise_interrupted(plan, unit, calls)
    finally:
        plan.tell("")
    return print_result(_result(plan, proof, out), as_json=plan.run.output.json)


def _plan(command_run: Run, pdu: names.ChosenPdu, outlets: Sequence[str]) -> _Plan:
    """What the owner asks for, with the values of --outlet. Raises Usage."""
    if len(set(outlets)) > 1 or len(outlets) > 2:
        raise Usage("one outlet is proven at a time: give --outlet once, or the same one twice")
    outlet = outlets[0] if outlets else ""
    if outlet:
        prompts.check_can_ask(command_run.output, f"switching outlet {outlet}", pdu.host)
    return _Plan(run=command_run, pdu=pdu, outlet=outlet, is_sure=len(outlets) == 2)


def _unit_under_test(pdu: names.ChosenPdu) -> UnitUnderTest:
    """The unit, with a scrubber that knows its login."""
    handler = load(pdu.handler)
    data = pdu.data(handler)
    settings, secrets = split_fields(handler, data, pdu.login)
    scrubber = Scrubber(list(secrets.values()), settings.get("username", ""), pdu.host)
    return UnitUnderTest(handler, data, scrubber)


def _read(plan: _Plan, unit: UnitUnderTest, calls: Calls) -> UnitProof:
    """Read and record the unit. Nothing is switched."""
    plan.tell("reading the unit")
    status = calls.status()
    if status.error_kind in ("unreachable", "denied", "settings"):
        raise _CallFailed(status, plan.pdu.host)
    calls.statistic()
    unit_reading, notes = run.read_unit(unit)
    if plan.outlet:
        run.check_switchable(unit_reading, plan.outlet, plan.pdu.host, is_sure=plan.is_sure)
    recording, recording_notes = run.record_unit(unit, plan.tell)
    plate = run.clean_nameplate(unit, unit_reading.plate)
    settings = platform_host.settings(unit.data)
    numbers: dict[str, str] = {}
    for outlet in unit_reading.outlets:
        if outlet.number:
            numbers[unit.outlet(outlet.identity)] = unit.outlet(outlet.number)
    return UnitProof(
        basis=_basis(plan.pdu),
        made=datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        version=VERSION,
        python=platform.python_version(),
        handler=unit.handler.name,
        family=plate.family,
        manufacturer=plate.manufacturer,
        model=plate.model,
        firmware=plate.firmware,
        settings={key: str(settings[key]) for key in _SETTINGS if settings.get(key)},
        numbers=numbers,
        outlet=unit.outlet(plan.outlet),
        calls=(),
        recording=recording,
        notes=(*notes, *recording_notes),
    )


def _basis(pdu: names.ChosenPdu) -> str:
    """UNIT, or SIMULATED for an address of this machine; the setting `host` goes before the PDU's
    own.
    """
    host_setting = pdu.login.settings.get("host", "").strip()
    asked_address = Address(host_setting) if host_setting else pdu.host
    return SIMULATED if hosts.is_this_machine(asked_address.host) else UNIT


def _switch(plan: _Plan, unit: UnitUnderTest, calls: Calls) -> None:
    """Ask, and switch the outlet off and on."""
    unit_reading, _ = run.read_unit(unit)  # the recording took its time
    load = run.check_switchable(unit_reading, plan.outlet, plan.pdu.host, is_sure=plan.is_sure)
    by_hand = plan.manual_line
    report(f"if this program is ended while the outlet is off, switch it on by hand: {by_hand}")
    prompts.confirm(
        plan.run.output,
        f"switch outlet {plan.outlet} of {plan.pdu.where} ({run.load_text(load)}) off and on",
        plan.pdu.host,
    )
    plan.run.changing = True
    plan.tell(f"switching outlet {plan.outlet} off and on")
    run.switch_off_and_on(calls, plan.outlet)


def _raise_interrupted(plan: _Plan, unit: UnitUnderTest, calls: Calls) -> NoReturn:
    """Raise Interrupted, which says whether the outlet may have been left off."""
    last_command: Optional[ProvenCall] = None
    for call in calls.calls:
        if call.method.startswith("port_"):
            last_command = call
    is_on = False
    if last_command is not None and last_command.method == "port_up":
        is_on = last_command.state(unit.outlet(plan.outlet)) == "on"
    reason = "no file was written"
    if is_on:
        reason += f"; outlet {plan.outlet} was switched on again"
    elif plan.run.changing:
        reason += f"; look at outlet {plan.outlet}, and switch it on: {plan.manual_line}"
    raise Interrupted(reason, plan.pdu.host) from None


def _result(plan: _Plan, proof: UnitProof, out: str) -> Result:
    """What `pdu prove` prints: the proof in short, surprises, and what the owner does next."""
    surprises = [*run.surprises(proof)]
    data = {
        "file": out,
        "basis": proof.basis,
        "family": proof.family,
        "calls": [dataclasses.asdict(call) for call in proof.calls],
        "surprises": surprises,
    }
    note = SEND
    if proof.basis == SIMULATED:
        note = (
            "It was made at a loopback address, where only simulators and tunnels answer, so it is"
            " marked as simulated and can never count as evidence."
        )
    if plan.outlet and proof.calls[-1].state(proof.outlet) != "on":
        note += f"\nLOOK AT outlet {plan.outlet}: it was on. Switch it on: {plan.manual_line}"
    return Result(
        data,
        _lines(proof, surprises),
        NOT_SEEN if surprises else DONE,
        note=f"{out}: the proof\n{note}",
    )


def _lines(proof: UnitProof, surprises: Sequence[str]) -> list[str]:
    """The unit, its calls with their seconds, and the surprises, a line each."""
    unit_name = f"{proof.manufacturer} {proof.model}".strip() or proof.family or proof.handler
    if proof.firmware:
        unit_name += f", firmware {proof.firmware}"
    lines = [unit_name]
    for call in proof.calls:
        answer = _answer(call, proof.outlet)
        lines.append(f"{call.method:<9}  {call.seconds:.1f} s  {answer}")
    lines += [f"surprise: {surprise}" for surprise in surprises]
    return [printable(line, 400) for line in lines]


def _answer(call: ProvenCall, switched_outlet: str) -> str:
    """The answer to a call in a line."""
    if call.error_kind:
        return f"{call.error_kind}: {call.reason}"
    if call.method == "statistic":
        load = figure(call.load_a, "A")
        energy = figure(call.energy_kwh, "kWh")
        return f"load {load}, {energy}"
    if call.method != "status":
        return f"outlet {switched_outlet} is {call.state(switched_outlet)}"
    outlets = counted(len(call.outlets), "outlet")
    if not call.outlets:
        return outlets
    counts = Counter(outlet.state for outlet in call.outlets)
    numbers = ", ".join(f"{count} {state}" for state, count in counts.items())
    return f"{outlets}: {numbers}"
