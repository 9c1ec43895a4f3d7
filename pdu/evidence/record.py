"""`pdu record`: records what a device answers, with recognised private data replaced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

import click

from handlers.shared.errors import ProtocolError, SettingsError

from ..cli.options import TEXT, Seconds, output_options, run_of
from ..cli.output import Result, print_result, show_status_line, waiting
from ..cli.shared_options import STANDARD_OUTPUT, out_option
from ..files.whole_files import new_file
from ..loading import handler_recordings
from ..loading.handler_loading import load
from ..pdu_list import names
from ..pdu_list.login_options import login_options
from ..recordings.recording_formats import Recording, RecordingFormat, RecordingOptions
from ..recordings.scrub import KINDS

_PATIENCE_S, _LONGEST_S = 60.0, 3600.0
_LOOK = "Look through the file before you share it: no program recognises every name."


_RECORDABLE = handler_recordings.recordable_handlers()


@click.command(
    "record",
    cls=names.PduCommand,
    examples=(
        "pdu record snmp 192.0.2.8 -o unit.snmprec",
        "pdu record raritan 192.0.2.9 -o unit.json --keep names",
    ),
    help=f"""\
Record what a device answers: for `pdu replay`, for `pdu draft` (SNMP), or to send with a request
to support the device.

The file keeps what the handler reads, numbers, common words, and what says which product it is. In
these texts addresses, serial numbers and the login are replaced. Every other text is replaced
whole. Equal values get the same replacement. Communities and passwords never stay.

HANDLER  {", ".join(_RECORDABLE)}; the name of a PDU of the list stands for HANDLER
         HOST""",
)
@click.argument(
    "handler",
    type=click.Choice(_RECORDABLE),
    metavar="HANDLER",
    shell_complete=names.complete(handler_recordings.recordable_handlers),
)
@click.argument("host", type=TEXT, shell_complete=names.complete_host)
@out_option(default="-", show_default=STANDARD_OUTPUT)
@click.option(
    "--keep",
    metavar="KIND",
    type=click.Choice(KINDS),
    multiple=True,
    help=f"do not replace these: {', '.join(KINDS)}; repeatable",
)
@click.option(
    "--patience",
    metavar="SECONDS",
    type=Seconds(0.0, _LONGEST_S),
    default=_PATIENCE_S,
    help="how long to wait for a device that stops answering (60)",
)
@names.list_options
@login_options
@output_options
@click.pass_context
def record(
    context: click.Context,
    handler: str,
    host: str,
    out: str,
    keep: Sequence[str],
    patience: float,
) -> int:
    path = None if out == "-" else out
    output = run_of(context).output
    pdu = names.choose_pdu(context, handler, host)
    handler, host = pdu.handler, pdu.host
    data = pdu.data(load(handler))
    recording_format = handler_recordings.recording(handler)
    assert recording_format is not None  # click offers only these
    try:
        with (
            new_file(path) as write,
            waiting(f"waiting for {pdu.where}", output),
        ):
            recording = recording_format.record(
                data,
                RecordingOptions(
                    keep, patience, lambda line: show_status_line(line, is_quiet=output.json)
                ),
            )
            _check_readable(recording_format, recording.text, pdu.where)
            write(recording.text.encode("utf-8", "surrogateescape"))
    except RecursionError:
        raise ProtocolError(
            "an answer is nested too deeply to be recorded", host=host, operation="record"
        ) from None
    finally:
        show_status_line("", is_quiet=output.json)
    return print_result(_result(recording, handler, host, path), as_json=output.json)


def _check_readable(recording_format: RecordingFormat, text: str, host: str) -> None:
    """Raises ProtocolError for a recording that `pdu replay` could not read: serves it once."""
    try:
        recording_format.serve(text, 0).close()
    except SettingsError as error:
        raise ProtocolError(
            f"what was recorded cannot be read again, so nothing was written: {error.reason}",
            host=host,
            operation="record",
        ) from None


def _result(recording: Recording, handler: str, host: str, out: Optional[str]) -> Result:
    """What the command prints: where the recording was written, or without a file the recording."""
    notes = [*recording.notes, _LOOK]
    data: dict[str, Any] = {
        "handler": handler,
        "host": host,
        "holds": recording.holds,
        "notes": notes,
    }
    if out:
        return Result({**data, "file": out}, [f"{out}: {recording.holds}"], note="\n".join(notes))
    raw = recording.text.encode("utf-8", "surrogateescape")
    return Result(
        {**data, "recording": recording.text},
        (),
        raw=raw,
        note="\n".join([recording.holds, *notes]),
    )
