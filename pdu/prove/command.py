"""`pdu prove HANDLER HOST`: reads a unit, switches one outlet if its owner wants, and writes what
came back into a file that can become evidence. `pdu prove platform` does the same for a copy of
DCImanager's project, or for a DCImanager.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable, Optional
from urllib.parse import urlsplit

import click

from handlers import registry
from handlers.shared.address import Address
from handlers.shared.errors import SettingsError, printable

from ..core.adapters.scrub import Scrubber
from ..core.cli import prompts
from ..core.cli.error_output import Interrupted, Usage
from ..core.cli.exit_codes import DONE, NOT_SEEN
from ..core.cli.options import (
    LOGIN,
    SNMP,
    TLS,
    NumberRange,
    SharedOptions,
    device,
    option,
    output,
    prompting as asks,
    shared_options_of,
)
from ..core.cli.output import Result, print_result, show_status_line
from ..core.cli.shared_options import DRAWING, OUT
from ..core.files.whole_files import signals_as_ctrl_c
from ..core.inventory import connection_data, names
from ..core.inventory.device_arguments import arguments, arguments_help
from ..core.inventory.handler_loading import load
from ..core.machines.pdu_access import OutletReading
from ..core.network import hosts
from ..core.owner_files import OwnerFiles
from . import owner_questions, platform_copy, platform_url, unit_reading
from .contract import COMMANDS
from .document import (
    BROKEN,
    SIMULATED,
    UNIT,
    PlatformProof,
    Proof,
    UnitProof,
    can_write,
    write_new,
    written,
)
from .report import report
from .run import USUAL_WATCH_S, Plan, Tools, prove
from .unit_reading import ProofClock, ProofTrace, UnitUnderTest
from .watchdog import Watchdog

_PLATFORM = "platform"
_MOST_MINUTES = 60.0
#: the time of a proof; tests have a faster one
CLOCK = ProofClock()
_HERE = "127.0.0.1"
_NO_COPY = (
    "It is no copy of DCImanager's project (pdu_common/handlers is missing, or a module is a double"
    " of this project)"
)
_NO_SERVER = "It is no DCImanager, but a loopback address or this project's stand-in"
#: where a file is sent; docs/dev/proofs.md says what happens with it
SEND = (
    "Nothing was sent. Look through the page, then attach the file to a new issue of this project"
    " with the template 'A proof of a unit'."
)


def save(proof: Proof, out: str) -> str:
    """Write the file and its page. Returns the page's path."""
    write_new(out, written(proof))
    page_path = _page_of(out)
    try:
        write_new(page_path, report(proof, Path(out).name).page())
    except SettingsError as error:
        raise SettingsError(f"{out} was written, but not its page: {error.reason}") from None
    return page_path


def _page_of(out: str) -> str:
    return f"{out.removesuffix('.json')}.html"


# ---- the command ---------------------------------------------------------------------------------


def _asked_host(shared: SharedOptions, host: Address) -> str:
    """The host that is asked: of the setting `host` if there is one."""
    host_setting = shared.settings.get("host", "").strip()
    return (Address(host_setting) if host_setting else host).host


def _another(shared: SharedOptions, also: str, host: Address) -> Optional[UnitUnderTest]:
    """The unit by another protocol."""
    if not also:
        return None
    name, equals, where = also.partition("=")
    if not registry.is_handler(name):
        raise Usage(f"--also {name[:40]!r}: give one of {', '.join(registry.names())}")
    handler = load(name)
    address = hosts.address(where) if equals else Address(host.host)
    handler_options = unit_reading.handler_options(shared, handler, has_port=True)
    data = connection_data.pdu_data(handler, address, handler_options)
    shared.used.extend(name for name in handler_options.used if name not in shared.used)
    return UnitUnderTest(handler, data)


def _reader(
    shared: SharedOptions, user: str, unit: UnitUnderTest, host: Address
) -> Optional[UnitUnderTest]:
    """The unit with another login: a user with `reader_password`, or the read community."""
    if not user:
        return None
    if unit.handler.snmp and shared.settings.get("snmp_version", "2").strip("v") != "3":
        secret = prompts.secret(shared, "read_community", f"read community of {host}")
        secrets = {"community": secret}
        settings = dict(shared.settings)
    else:
        secret = prompts.secret(shared, "reader_password", f"password of {user} on {host}")
        secrets = dict.fromkeys(("password", "auth_password", "priv_password"), secret)
        settings = {**shared.settings, "username": user}
    reader_options = SharedOptions(
        settings=settings, of_list=settings, login=f"--reader {user}", secrets=secrets
    )
    return UnitUnderTest(unit.handler, connection_data.pdu_data(unit.handler, host, reader_options))


def _teller(shared: SharedOptions) -> Callable[[str], None]:
    """Says what the command does: on a terminal in a line that the next one replaces; else in a
    line for each new job, without the seconds that are left.
    """
    jobs: set[str] = set()

    def tell(line: str) -> None:
        if sys.stderr.isatty() or shared.json:
            show_status_line(line, shared.json)
            return
        job = "".join(letter for letter in line if not letter.isdigit())
        if job not in jobs:
            jobs.add(job)
            print(printable(line), file=sys.stderr, flush=True)

    return tell


def _protected(path: Optional[str], name: str, outlet: str) -> str:
    """Whose cord is in this outlet by a drawing."""
    if path is None or not outlet:
        return ""
    drawing = OwnerFiles(drawing=path).drawn()
    if name not in drawing.pdus:
        raise Usage(f"{path} draws no PDU {name[:60]!r}: name it with --drawn-as")
    for machine in drawing.machines.values():
        for cord in machine.cords:
            if (cord.pdu, cord.outlet) == (name, outlet):
                return printable(machine.name, 60)
    return ""


@click.pass_context
def _prove(
    context: click.Context,
    handler: str,
    host: str,
    out: str,
    outlet: Sequence[str],
    also: str,
    reader: str,
    drawing: Optional[str],
    drawn_as: str,
    minutes: Optional[float],
    front: Optional[int],
    dark: Optional[str],
    display: Optional[float],
    python: str,
    adapter: Optional[str],
    at: str,
    test_location: str,
) -> int:
    shared = shared_options_of(context)
    if handler == _PLATFORM:
        if outlet or also or reader or drawing:
            raise Usage(
                f"{_PLATFORM} takes only --python, --adapter, --at, --test-location, --minutes and"
                " -o"
            )
        if host.startswith("https://"):
            wait_s = platform_url.PATIENCE_S if minutes is None else 60 * minutes
            return _prove_url(shared, host, out, at, test_location, wait_s)
        return _prove_platform(shared, host, out, python, adapter)
    if python or adapter or at or test_location:
        raise Usage(f"--python, --adapter, --at and --test-location are for pdu prove {_PLATFORM}")
    handler, host, shared = names.chosen(context, handler, host)
    can_write(out)
    can_write(_page_of(out))
    if len(set(outlet)) > 1 or len(outlet) > 2:
        raise Usage("one outlet is proven at a time: give --outlet once, or the same one twice")
    identity = outlet[0] if outlet else ""
    loaded, where = load(handler), connection_data.display_name(shared, host)
    if identity:
        prompts.askable(shared, f"switching outlet {identity}", host)
    protected = _protected(drawing, drawn_as or host.host, identity)
    unit = UnitUnderTest(loaded, connection_data.pdu_data(loaded, host, shared))
    user = shared.user or shared.settings.get("username", "")
    other_unit = _another(shared, also, host)
    wish = Plan(
        unit,
        where,
        identity,
        len(outlet) == 2,
        protected,
        USUAL_WATCH_S if minutes is None else 60 * minutes,
        other_unit,
        _reader(shared, reader, unit, host),
        SIMULATED if hosts.is_this_machine(_asked_host(shared, host)) else UNIT,
    )
    scrubber = Scrubber((), shared.used, user, host)
    trace = ProofTrace(CLOCK.monotonic(), scrubber.text)
    guard = Watchdog(unit, trace, where, CLOCK) if identity else None  # before any thread

    def agree(now: OutletReading) -> None:
        prompts.confirm(
            shared,
            f"switch outlet {identity} of {where} ({now.draw}) off, on, off and on:"
            f" {COMMANDS} commands, and more 'on' only if it is not on at the end",
            host,
        )

    means = Tools(
        trace,
        guard,
        CLOCK,
        tell=_teller(shared),
        owner=lambda: _quiet(shared, lambda: owner_questions.answers(shared, front, dark, display)),
        look=lambda: _quiet(shared, lambda: owner_questions.look(shared, identity)),
        agree=lambda now: _quiet(shared, lambda: agree(now)),
    )
    try:
        with signals_as_ctrl_c():
            proof = prove(wish, means)
    except KeyboardInterrupt:
        look = "; look at the outlet" if identity else ""
        raise Interrupted(f"no file was written{look}", host) from None
    finally:
        show_status_line("", shared.json)
        if guard is not None:
            guard.close()
    page_path = save(proof, out)
    broken = [verdict for verdict in proof.verdicts if verdict.verdict == BROKEN]
    return print_result(_result(proof, out, page_path, broken), shared.json)


def _prove_platform(
    shared: SharedOptions, folder: str, out: str, python: str, adapter: Optional[str]
) -> int:
    can_write(out)
    can_write(_page_of(out))
    _teller(shared)("running the conformance suite; it takes minutes")
    try:
        proof = platform_copy.run_suite(folder, python, adapter)
    finally:
        show_status_line("", shared.json)
    proof = platform_copy.with_energy(proof, owner_questions.energy_shows(shared))
    return _platform_result(shared, proof, out, _NO_COPY)


def _prove_url(
    shared: SharedOptions, url: str, out: str, at: str, location: str, patience_s: float
) -> int:
    can_write(out)
    can_write(_page_of(out))
    email = os.environ.get("DCI_EMAIL", "")
    if not email:
        raise SettingsError("DCI_EMAIL is not set: an administrator of DCImanager")
    is_local = hosts.is_this_machine(urlsplit(url).hostname or "")
    if not at and not is_local:
        raise Usage("give --at: this machine's address, at which the location server reaches it")
    here = hosts.address(at or _HERE)
    what = (
        f"register pdu_{platform_url.HANDLER} at {printable(url, 200)}, which replaces its version"
        f" there, and serve a simulated PDU at {here}"
    )
    prompts.askable(shared, what, url)
    password = os.environ.get("DCI_PASSWORD", "")
    if not password and not os.environ.get("DCI_PASSWORD_FILE"):
        password = prompts.secret(shared, "password", f"password of {email} at {url}")
    prompts.confirm(shared, what, url)

    def say(lines: Sequence[str]) -> None:
        show_status_line("", shared.json)
        for line in lines:
            print(printable(line), file=sys.stderr, flush=True)

    access = platform_url.PlatformAccess(
        url, email, password, here, location, patience_s, _teller(shared), say
    )
    try:
        with signals_as_ctrl_c():
            proof = platform_url.proof(access, is_local)
    except KeyboardInterrupt:
        raise Interrupted(f"no file was written; {platform_url.LEFT}", url) from None
    finally:
        show_status_line("", shared.json)
    return _platform_result(shared, proof, out, _NO_SERVER)


def _platform_result(shared: SharedOptions, proof: PlatformProof, out: str, why: str) -> int:
    """`why`: it is marked as simulated."""
    page_path = save(proof, out)
    broken = any(point.verdict == BROKEN for point in proof.points)
    note = [f"{out}: the proof; {page_path}: the same for a person", SEND]
    if proof.basis == SIMULATED:
        note[1] = f"{why}, so it is marked as simulated and never counts as evidence."
    data = {"file": out, "page": page_path, **dataclasses.asdict(proof)}
    return print_result(
        Result(
            data, report(proof, out).lines(), NOT_SEEN if broken else DONE, note="\n".join(note)
        ),
        shared.json,
    )


def _quiet(shared: SharedOptions, ask: Callable[[], Any]) -> Any:
    show_status_line("", shared.json)
    return ask()


def _result(proof: UnitProof, out: str, page_path: str, broken: Sequence[object]) -> Result:
    data = {
        "file": out,
        "page": page_path,
        "basis": proof.basis,
        "family": proof.family,
        "verdicts": [dataclasses.asdict(verdict) for verdict in proof.verdicts],
    }
    note = [f"{out}: the proof; {page_path}: the same for a person", SEND]
    if proof.basis == SIMULATED:
        note[1] = (
            "It was made at a loopback address, where only simulators and tunnels answer, so it is"
            " marked as simulated and can never count as evidence."
        )
    return Result(
        data, report(proof, out).lines(), NOT_SEEN if broken else DONE, note="\n".join(note)
    )


prove_command = names.PduCommand(
    "prove",
    reserved=(_PLATFORM,),
    callback=_prove,
    examples=(
        "pdu prove snmp 192.0.2.8 --outlet 3",
        "pdu prove platform equip_handler -o platform.json",
    ),
    help=f"""\
Try the promises of this pack on a real unit, and write what came back into a file that can become
evidence. Without --outlet nothing is switched. Takes about six minutes.

{arguments_help("HANDLER", "HOST", "NAME")}

The unit is read twice, five minutes apart, and recorded as by pdu record. With --outlet that
outlet is switched off, on, off and on; a process of its own sees to it that it ends on, whatever
happens to this command. If something is plugged in, its meter and the inlet's must fall and rise
with it. With --drawing, an outlet in which a cord is drawn is refused. Nothing is sent to anybody:
the output says where to send the file.

pdu prove platform DIR runs the conformance suite on a copy of DCImanager's project, in a clone of
this one, and writes what it answers into the same kind of file. With https://SERVER in place of DIR
it registers the handler for NUT at that DCImanager and serves a simulated PDU. You add the PDU on
DCImanager's pages, switch an outlet, say what you see and remove the PDU, as the command tells you;
it judges what arrives at the PDU. Answers are lines of standard input. Environment: DCI_EMAIL,
DCI_PASSWORD, CURL_CA_BUNDLE and others, as for register.sh.""",
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
            "--also",
            "read the unit by this handler too, and compare",
            "HANDLER[=HOST]",
            default="",
        ),
        *option(
            "--reader",
            "a user that may not switch (SNMP v1, v2c: any word, for PDU_READ_COMMUNITY)",
            "USER",
            default="",
        ),
        *DRAWING(),
        *option("--drawn-as", "the PDU's name in the drawing (HOST)", "PDU", default=""),
        *option(
            "--minutes",
            "between the two readings (5); platform URL: the wait for a poll or command (11)",
            "MINUTES",
            NumberRange(0, _MOST_MINUTES),
        ),
        *option(
            "--front", "how many outlets the front has; else asked", "N", click.IntRange(0, 1000)
        ),
        *option("--dark", "the outlets that are dark, or none; else asked", "N,N|none"),
        *option("--display", "A on the unit's display; else asked", "A", NumberRange(0, 10_000)),
        *option(
            "--python", "platform: the interpreter that runs its modules", "PROGRAM", default=""
        ),
        *option("--adapter", "platform: as for python -m tests.conformance", "FILE"),
        *option(
            "--at",
            "platform URL: this machine's address for the location server",
            "ADDRESS[:PORT]",
            default="",
        ),
        *option(
            "--test-location",
            "platform URL: your location for tests, as the form calls it",
            "LOCATION",
            default="",
        ),
        *names.options(),
        *device(*LOGIN, *TLS, *SNMP),
        *asks(),
        *output(),
    ],
)
