"""`pdu record`: records what a device answers, with recognised private data replaced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

import click

from handlers import registry
from handlers.shared.errors import ProtocolError, SettingsError

from ..cli.options import TEXT, output_options, run_of
from ..cli.output import Result, print_result, show_status_line, waiting
from ..cli.shared_options import STANDARD_OUTPUT, off_option, on_option, out_option
from ..files.whole_files import new_file
from ..loading.handler_loading import load
from ..pdu_list import names
from ..pdu_list.login_options import login_options
from .handler_recordings import recorded
from .recording_formats import Recording, RecordingOptions

_PATIENCE_S = 60.0  # how long to wait for a device that stops answering
_LOOK = "Look through the file before you share it: no program recognises every name."


@click.command(
    "record",
    cls=names.PduCommand,
    examples=(
        "pdu record snmp 192.0.2.8 -o unit.snmprec",
        "pdu record raritan 192.0.2.9 -o unit.har",
    ),
    help=f"""\
Record what a device answers: for `pdu replay`, or to send with a request to support the device.

The file keeps numbers, common words, what says which product it is, and what the handler's reading
needs; in these, addresses, serial numbers and the login are replaced. Every other text is replaced
whole, in pages and XML too, and so is a number whose name says that it is a secret, a place or a
telephone. Of requests, what stands in the answers too and what you gave as a setting is {{any}}.
Equal values get the same replacement. Over HTTP, texts that stay because the reading needs them are
shown, and are at the head of the file: look at them before you share it.

HANDLER  {", ".join(registry.names())}; or the path of anybody's handler, of which is recorded what
it asks over plain HTTP and gets; the name of a PDU of the list stands for HANDLER HOST""",
)
@click.argument(
    "handler",
    type=TEXT,
    shell_complete=names.complete(registry.names),
)
@click.argument("host", type=TEXT, shell_complete=names.complete_host)
@out_option(default="-", show_default=STANDARD_OUTPUT)
@on_option()
@off_option()
@names.list_options
@login_options
@output_options
@click.pass_context
def record(
    context: click.Context,
    handler: str,
    host: str,
    out: str,
    on: Sequence[str],
    off: Sequence[str],
) -> int:
    """Record the device into the file of --out, and print what the recording holds."""
    path = None if out == "-" else out
    output = run_of(context).output
    pdu = names.choose_pdu(context, handler, host)
    loaded_handler = load(pdu.handler)
    is_foreign = not registry.is_handler(pdu.handler) and not loaded_handler.snmp
    if not is_foreign and (on or off):
        raise SettingsError("--on and --off are for the path of a handler without SNMP")

    def tell(line: str) -> None:
        show_status_line(line, is_quiet=output.json)

    options = RecordingOptions(patience=_PATIENCE_S, tell=tell)
    try:
        with (
            new_file(path) as write,
            waiting(f"waiting for {pdu.where}", output),
        ):
            recording = recorded(loaded_handler, pdu.data(loaded_handler), options, on, off)
            write(recording.text.encode("utf-8", "surrogateescape"))
    except RecursionError:
        raise ProtocolError(
            "an answer is nested too deeply to be recorded", host=pdu.host, operation="record"
        ) from None
    finally:
        tell("")
    result = _result(recording, pdu.handler, pdu.host, path)
    return print_result(result, as_json=output.json)


def _result(recording: Recording, handler: str, host: str, out: Optional[str]) -> Result:
    """What the command prints for a recording of this handler and host: where it was written, or
    without a file (`out` is None) the recording itself; then its notes.

    >>> _result(Recording("{}", "1 answer"), "netio", "192.0.2.8", "unit.har").lines
    ['unit.har: 1 answer']
    """
    notes = [*recording.notes, _LOOK]
    data: dict[str, Any] = {
        "handler": handler,
        "host": host,
        "holds": recording.holds,
        "notes": notes,
    }
    if out:
        data["file"] = out
        return Result(data, [f"{out}: {recording.holds}"], note="\n".join(notes))
    data["recording"] = recording.text
    return Result(
        data,
        (),
        raw=recording.text.encode("utf-8", "surrogateescape"),
        note="\n".join([recording.holds, *notes]),
    )
