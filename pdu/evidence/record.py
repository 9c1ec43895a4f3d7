"""`pdu record`: records what a device answers, with recognised private data replaced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

import click

from handlers.shared.errors import ProtocolError

from ..core.cli.options import LOGIN, SNMP, TLS, Seconds, device, option, output
from ..core.cli.output import Result, print_result, show_status_line, waiting
from ..core.cli.shared_options import OUT, STANDARD_OUTPUT
from ..core.files.whole_files import new_file
from ..pdus import connection_data, names
from ..pdus.handler_loading import load
from ..recordings import of_handlers
from ..recordings.private_patterns import KINDS
from ..recordings.recording_formats import Recording, RecordingOptions

_PATIENCE_S, _LONGEST_S = 60.0, 3600.0
_LOOK = "Look through the file before you share it: no program recognises every name."


@click.pass_context
def _record(
    context: click.Context,
    handler: str,
    host: str,
    out: Optional[str],
    keep: Sequence[str],
    patience: float,
) -> int:
    out = None if out == "-" else out
    handler, host, run_options = names.choose_pdu(context, handler, host)
    data = connection_data.pdu_data(load(handler), host, run_options)
    kind = of_handlers.recording(handler)
    assert kind is not None  # click offers only these
    try:
        with (
            new_file(out) as write,
            waiting(f"waiting for {connection_data.display_name(run_options, host)}", run_options),
        ):
            recording = kind.record(
                data,
                RecordingOptions(
                    keep, patience, lambda line: show_status_line(line, run_options.json)
                ),
            )
            write(recording.text.encode("utf-8", "surrogateescape"))
    except RecursionError:
        raise ProtocolError(
            "an answer is nested too deeply to be recorded", host=host, operation="record"
        ) from None
    finally:
        show_status_line("", run_options.json)
    return print_result(_result(recording, handler, host, out), run_options.json)


def _result(recording: Recording, handler: str, host: str, out: Optional[str]) -> Result:
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


_RECORDABLE = ", ".join(of_handlers.recordable_handlers())

record = names.PduCommand(
    "record",
    callback=_record,
    examples=(
        "pdu record snmp 192.0.2.8 -o unit.snmprec",
        "pdu record raritan 192.0.2.9 -o unit.json --keep names",
    ),
    help=f"""\
Record what a device answers: for `pdu replay`, for `pdu draft` (SNMP), or to send with a request
to support the device.

Recognised names, contacts, locations, addresses, serial numbers and secrets (communities,
passwords) are replaced. Equal values get the same replacement. A name of only technical words and
numbers stays, such as "rack 12". Replaced values are also replaced inside other texts, except
common words, very short values and short numbers.

HANDLER  {_RECORDABLE}; the name of a PDU of the list stands for HANDLER
         HOST""",
    params=[
        click.Argument(
            ["handler"],
            type=click.Choice(of_handlers.recordable_handlers()),
            metavar="HANDLER",
            shell_complete=names.complete(of_handlers.recordable_handlers),
        ),
        click.Argument(["host"], metavar="HOST", shell_complete=names.complete_host),
        *OUT(default="-", show_default=STANDARD_OUTPUT),
        *option(
            "--keep",
            f"do not replace these: {', '.join(KINDS)}; repeatable",
            "KIND",
            click.Choice(KINDS),
            multiple=True,
        ),
        *option(
            "--patience",
            "how long to wait for a device that stops answering (60)",
            "SECONDS",
            Seconds(0.0, _LONGEST_S),
            default=_PATIENCE_S,
        ),
        *names.options(),
        *device(*LOGIN, *TLS, *SNMP),
        *output(),
    ],
)
