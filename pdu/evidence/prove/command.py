"""`pdu prove HANDLER HOST`: reads a unit, switches one outlet if its owner wants, and writes what
came back into a file that can become evidence.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from typing import Any, Callable, Optional

import click

from handlers.shared.address import Address
from handlers.shared.errors import printable

from ...core.cli import prompts
from ...core.cli.error_output import Interrupted, Usage
from ...core.cli.exit_codes import DONE, NOT_SEEN
from ...core.cli.options import (
    LOGIN,
    SNMP,
    TLS,
    NumberRange,
    RunOptions,
    device,
    option,
    output,
    prompting as asks,
)
from ...core.cli.output import Result, print_result, show_status_line
from ...core.cli.shared_options import OUT
from ...core.files.whole_files import signals_as_ctrl_c
from ...core.network import hosts
from ...pdus import connection_data, names
from ...pdus.device_arguments import arguments, arguments_help
from ...pdus.handler_loading import load
from ...recordings.scrub import Scrubber
from . import owner_questions
from .contract import COMMANDS
from .document import BROKEN, SIMULATED, UNIT, UnitProof, check_writable, proof_text, write_new
from .meters import load_text
from .report import lines
from .run import USUAL_WATCH_S, Plan, Tools, prove
from .unit_reading import OutletReading, ProofClock, ProofTrace, UnitUnderTest
from .watchdog import Watchdog

_MOST_MINUTES = 60.0
#: the time of a proof; tests have a faster one
CLOCK = ProofClock()
#: where a file is sent; docs/dev/evidence.md says what happens with it
SEND = (
    "Nothing was sent. Look through the file, then attach it to a new issue of this project with"
    " the template 'A proof of a unit'."
)


def _asked_host(run_options: RunOptions, host: Address) -> str:
    """The host that is asked: of the setting `host` if there is one."""
    host_setting = run_options.settings.get("host", "").strip()
    return (Address(host_setting) if host_setting else host).host


def _teller(run_options: RunOptions) -> Callable[[str], None]:
    """Says what the command does: on a terminal in a line that the next one replaces; else in a
    line for each new job, without the seconds that are left.
    """
    jobs_told: set[str] = set()

    def tell(line: str) -> None:
        if sys.stderr.isatty() or run_options.json:
            show_status_line(line, run_options.json)
            return
        # the seconds that are left are no other job
        line_without_digits = "".join(letter for letter in line if not letter.isdigit())
        if line_without_digits not in jobs_told:
            jobs_told.add(line_without_digits)
            print(printable(line), file=sys.stderr, flush=True)

    return tell


@click.pass_context
def _prove(
    context: click.Context,
    handler: str,
    host: str,
    out: str,
    outlet: Sequence[str],
    minutes: float,
    front: Optional[int],
    dark: Optional[str],
    display: Optional[float],
) -> int:
    handler, host, run_options = names.choose_pdu(context, handler, host)
    check_writable(out)
    if len(set(outlet)) > 1 or len(outlet) > 2:
        raise Usage("one outlet is proven at a time: give --outlet once, or the same one twice")
    identity = outlet[0] if outlet else ""
    loaded, where = load(handler), connection_data.display_name(run_options, host)
    if identity:
        prompts.askable(run_options, f"switching outlet {identity}", host)
    unit = UnitUnderTest(loaded, connection_data.pdu_data(loaded, host, run_options))
    user = run_options.user or run_options.settings.get("username", "")
    wish = Plan(
        unit,
        where,
        identity,
        len(outlet) == 2,
        60 * minutes,
        SIMULATED if hosts.is_this_machine(_asked_host(run_options, host)) else UNIT,
    )
    scrubber = Scrubber((), run_options.used, user, host)
    trace = ProofTrace(CLOCK.monotonic(), scrubber.text)
    guard = Watchdog(unit, trace, where, CLOCK) if identity else None  # before any thread

    def agree(now: OutletReading) -> None:
        prompts.confirm(
            run_options,
            f"switch outlet {identity} of {where} ({load_text(now.draw)}) off, on, off and on:"
            f" {COMMANDS} commands, and more 'on' only if it is not on at the end",
            host,
        )

    means = Tools(
        trace,
        guard,
        CLOCK,
        tell=_teller(run_options),
        owner=lambda: _quiet(
            run_options, lambda: owner_questions.answers(run_options, front, dark, display)
        ),
        look=lambda: _quiet(run_options, lambda: owner_questions.look(run_options, identity)),
        agree=lambda now: _quiet(run_options, lambda: agree(now)),
    )
    try:
        with signals_as_ctrl_c():
            proof = prove(wish, means)
    except KeyboardInterrupt:
        look = "; look at the outlet" if identity else ""
        raise Interrupted(f"no file was written{look}", host) from None
    finally:
        show_status_line("", run_options.json)
        if guard is not None:
            guard.close()
    write_new(out, proof_text(proof))
    return print_result(_result(proof, out), run_options.json)


def _quiet(run_options: RunOptions, ask: Callable[[], Any]) -> Any:
    show_status_line("", run_options.json)
    return ask()


def _result(proof: UnitProof, out: str) -> Result:
    data = {
        "file": out,
        "basis": proof.basis,
        "family": proof.family,
        "verdicts": [dataclasses.asdict(verdict) for verdict in proof.verdicts],
    }
    note = SEND
    if proof.basis == SIMULATED:
        note = (
            "It was made at a loopback address, where only simulators and tunnels answer, so it is"
            " marked as simulated and can never count as evidence."
        )
    is_broken = any(verdict.verdict == BROKEN for verdict in proof.verdicts)
    return Result(
        data, lines(proof), NOT_SEEN if is_broken else DONE, note=f"{out}: the proof\n{note}"
    )


prove_command = names.PduCommand(
    "prove",
    callback=_prove,
    examples=(
        "pdu prove snmp 192.0.2.8",
        "pdu prove raritan 192.0.2.9 --username admin --outlet 7 -o r1.json",
    ),
    help=f"""\
Try the promises of this pack on a real unit, and write what came back into a file that can become
evidence. Without --outlet nothing is switched. Takes about six minutes.

{arguments_help("HANDLER", "HOST", "NAME")}

The unit is read twice, five minutes apart, and recorded as by pdu record. With --outlet that
outlet is switched off, on, off and on; a process of its own sees to it that it ends on, whatever
happens to this command. If something is plugged in, its meter and the inlet's must fall and rise
with it. Nothing is sent to anybody: the output says where to send the file.""",
    params=[
        *arguments(),
        *OUT(default="proof.json", show_default=True),
        *option(
            "--outlet",
            "switch this idle outlet, which is on; give it twice if it is not known to be idle",
            "OUTLET",
            multiple=True,
        ),
        *option(
            "--minutes",
            "between the two readings",
            "MINUTES",
            NumberRange(0, _MOST_MINUTES),
            default=USUAL_WATCH_S / 60,
            show_default=True,
        ),
        *option(
            "--front", "how many outlets the front has; else asked", "N", click.IntRange(0, 1000)
        ),
        *option("--dark", "the outlets that are dark, or none; else asked", "N,N|none"),
        *option("--display", "A on the unit's display; else asked", "A", NumberRange(0, 10_000)),
        *names.options(),
        *device(*LOGIN, *TLS, *SNMP),
        *asks(),
        *output(),
    ],
)
