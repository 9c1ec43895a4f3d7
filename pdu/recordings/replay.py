"""`pdu replay`: serves a recording as a device on a port of this machine, until Ctrl-C."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Optional

import click

from handlers.shared.address import Address
from handlers.shared.errors import SettingsError, printable

from ..cli.exit_codes import DONE
from ..cli.groups import Subcommand
from ..cli.invocation import build_line, program
from ..cli.options import FILE, FILE_ARGUMENT, Output, output_options, pass_output
from ..cli.output import print_json
from ..cli.shared_options import listen_option, off_option, on_option
from ..files.whole_files import text_of
from .handler_recordings import handler_of_recording
from .recording_formats import ReplayedDevice
from .replay_server import HOST, PATH
from .web import har
from .web.unit import serve

USUAL_LISTEN = f"{HOST}:0"
_POLL_S = 0.2
_LAST_PORT = 65535
_ENDS = (signal.SIGINT, signal.SIGTERM)


@click.command(
    "replay",
    cls=Subcommand,
    examples=(
        "pdu replay unit.snmprec",
        "pdu replay unit.snmprec --listen 127.0.0.1:16161",
    ),
)
@click.argument("file", type=FILE_ARGUMENT)
@listen_option(default=USUAL_LISTEN)
@click.option(
    "--profile",
    metavar="FAMILY|FILE.json",
    type=FILE,
    help="SNMP: follow the commands of this family or profile instead of the detected one",
)
@click.option(
    "--writable",
    is_flag=True,
    help="let a device that no handler of this pack reads take commands: over HTTP those of the"
    " recording or of --on and --off, over SNMP any write to an object that it has",
)
@on_option()
@off_option()
@output_options
@pass_output
def replay(
    output: Output,
    file: str,
    listen: str,
    profile: Optional[str],
    on: Sequence[str],
    off: Sequence[str],
    *,
    writable: bool,
) -> int:
    """Serve a recording as a device on 127.0.0.1 until Ctrl-C.

    FILE  a file of pdu record, an HTTP Archive (HAR) of a browser, the output of snmpwalk -On, or a
    file for NUT's dummy-ups

    Reads are answered from the recording. Outlets follow the handler's commands, and figures keep
    their recorded values; of an outlet that is off, a meter may show 0. A device that no handler of
    this pack reads takes commands with --writable.
    """
    port = _port(listen)
    text = text_of(file)
    commands = ForeignCommands(on, off, is_writable=writable)
    try:
        handler, device = _serve(text, file, port, profile, commands)
    except OSError as error:
        raise SettingsError(
            f"port {port} cannot be used ({error.strerror}){port_advice(error.errno)}"
        ) from None
    try:
        # before the output: a script that reads the address may end this program at once
        with _collect_signals() as signals:
            if output.json:
                print_json(_facts(device, handler))
            else:
                print("\n".join(_lines(device, file, profile or "")))
                for note in device.notes:
                    print(printable(note, 300), file=sys.stderr)
            sys.stdout.flush()
            _wait_for_signal(signals, device, as_json=output.json)
    finally:
        device.close()
    return DONE


class ForeignCommands(NamedTuple):
    """Which commands a device takes that no handler of this pack reads."""

    #: of --on: the requests that switch outlets on, such as "POST /relay/{outlet} turn=on"
    on: Sequence[str]
    off: Sequence[str]
    #: of --writable
    is_writable: bool


def _serve(
    text: str, file: str, port: int, profile: Optional[str], commands: ForeignCommands
) -> tuple[str, ReplayedDevice]:
    """Start a server that answers as the recorded device. Returns the handler that reads it, "" for
    none of this pack, and the server. `text`: of the recording; `file`: its name; `profile`: of
    --profile. Raises SettingsError for a text that is no recording and for options that do not fit
    it, and OSError if the port cannot be used.

        a HAR of netio       "netio", served over HTTP
        a .snmprec           "snmp", served over SNMP
        a HAR of a browser   "", served over HTTP; takes commands with --writable alone
    """
    if har.is_recording(text):
        if profile:
            raise SettingsError("--profile is for recordings of SNMP devices")
        handler = har.handler_in(text)
        obeys = commands.is_writable or bool(handler)
        return handler, serve(text, port, commands.on, commands.off, obeys=obeys)
    handler, recording_format = handler_of_recording(text, file)
    if commands.on or commands.off:
        raise SettingsError("--on and --off are for a recording of a handler's own requests")
    if profile:
        if recording_format.serve_as is None:
            raise SettingsError("--profile is for recordings of SNMP devices")
        return handler, recording_format.serve_as(text, port, profile)
    if commands.is_writable and recording_format.serve_writable is not None:
        return handler, recording_format.serve_writable(text, port)
    return handler, recording_format.serve(text, port)


def _facts(device: ReplayedDevice, handler: str) -> dict[str, object]:
    """The replay as `pdu replay --json` prints it. `handler`: the one that reads it, or "".

    {"handler": "snmp", "host": "127.0.0.1", "port": 16161, "about": "family ip9258, ...",
     "poll": "snmp 127.0.0.1:16161", "notes": []}
    """
    return {
        "handler": handler,
        "host": device.host,
        "port": device.port,
        "about": device.about,
        "poll": device.poll,
        "notes": list(device.notes),
    }


def _lines(device: ReplayedDevice, file: str, profile: str) -> list[str]:
    """The lines for people that say what the replay of a file is, and how it is read. `profile`: of
    --profile, "" for none.
    """
    where = f"{device.host}:{device.port}"
    about = f"{where} answers as {printable(file)}: {printable(device.about)}"
    return [about, *_reading_lines(device, where, profile)]


def _reading_lines(device: ReplayedDevice, where: str, profile: str) -> list[str]:
    """The lines that say how to read the replay at the address `where`.

    a handler of this pack     "read it: pdu status snmp 127.0.0.1:16161; Ctrl-C stops it"
    anybody's handler          "read it: pdu status PATH 127.0.0.1:34567, with your handler's; ..."
    none that reads it         "ask it: pdu identify 127.0.0.1:16161; Ctrl-C stops it"
    a profile in a file        before "read it", how its archive is built if it is absent
    """
    if device.poll.startswith(PATH):
        return [f"read it: {program()} status {device.poll}, with your handler's; Ctrl-C stops it"]
    if not device.is_read:
        return [f"ask it: {program()} identify {where}; Ctrl-C stops it"]
    lines = []
    archive = device.poll.split()[0]
    if os.path.dirname(archive) and not os.path.isfile(archive):
        lines.append(f"build its archive first: {build_line(profile)}")
    lines.append(f"read it: {program()} status {device.poll}; Ctrl-C stops it")
    return lines


def _port(listen: str) -> int:
    """The port in the text of --listen, ADDRESS:PORT, 0 for any free one. Raises SettingsError for
    a text without a port, and for another address than 127.0.0.1.

    >>> _port("127.0.0.1:16161")
    16161
    """
    host, port = Address(listen).host, Address(listen).port
    if port is None or port > _LAST_PORT:
        raise SettingsError(f"--listen {listen[:60]!r}: give ADDRESS:PORT, such as {USUAL_LISTEN}")
    if host not in (HOST, "localhost"):
        raise SettingsError(f"--listen {listen[:60]!r}: a recording is served on {HOST} only")
    return port


def port_advice(number: Optional[int]) -> str:
    """What to do about a port that cannot be used, as the end of a sentence. `number`: the errno of
    the OSError; "" for another error than one of a port in use or below 1024.

    >>> port_advice(errno.EADDRINUSE)
    ': another program uses this port; give another one, or stop that program'
    >>> port_advice(errno.EACCES)
    ': ports below 1024 need rights of their own; give one from 1024 on'
    """
    if number == errno.EADDRINUSE:
        return ": another program uses this port; give another one, or stop that program"
    if number == errno.EACCES:
        return ": ports below 1024 need rights of their own; give one from 1024 on"
    return ""


@contextlib.contextmanager
def _collect_signals() -> Iterator[list[int]]:
    """A block in which SIGINT and SIGTERM do not end the program: their numbers are added to the
    list that the block gets.

        with _collect_signals() as signals: ...    after Ctrl-C, signals is [2]
    """
    # no Event: its `set`, called by a signal handler during its `wait`, could block forever
    signals: list[int] = []

    def collect(number: int, _: object) -> None:
        signals.append(number)

    previous_handlers = {number: signal.signal(number, collect) for number in _ENDS}
    try:
        yield signals
    finally:
        for number, handler in previous_handlers.items():
            signal.signal(number, handler)


def _wait_for_signal(signals: list[int], device: ReplayedDevice, *, as_json: bool) -> None:
    """Wait until `signals` has a signal. Meanwhile print each new command that the device gets,
    from `device.writes()`, on a line of its own; not `as_json`.

        SET 1.3.6.1.4.1.318...4.1.5.1 = 2: outlet 1 off
    """
    printed_count, is_over = 0, False
    while not is_over:
        time.sleep(_POLL_S)
        is_over = bool(signals)
        new_writes = device.writes()[printed_count:]
        printed_count += len(new_writes)
        if new_writes and not as_json:
            print("\n".join(map(printable, new_writes)), flush=True)
