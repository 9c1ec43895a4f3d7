"""How the devices of each handler are recorded, and whose recording a text is. A format has the
functions for one handler: to recognise its recordings, to record and to serve one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

from handlers import registry
from handlers.shared.errors import ProtocolError, SettingsError, printable

from ..loading.handler_loading import LoadedHandler
from .nut import recording_format as nut_recordings
from .recording_formats import Recording, RecordingFormat, RecordingOptions
from .web import har, recorder
from .web.unit import serve


def recording_format_of(handler: str) -> Optional[RecordingFormat]:
    """How the devices of this handler are recorded and served; None for a handler that is not of
    this pack.

    >>> recording_format_of("nut").is_recording("outlet.1.status: on")
    True
    >>> recording_format_of("nosuch") is None
    True
    """
    if handler == "nut":
        return nut_recordings.FORMAT
    if handler == "snmp":
        from .snmp import recording_format  # 90 ms, with pysnmp

        return recording_format.FORMAT
    if not registry.is_handler(handler):
        return None
    return RecordingFormat(
        is_recording=lambda text: har.handler_in(text) == handler,
        serve=serve,
    )


def handler_of_recording(text: str, file: str) -> tuple[str, RecordingFormat]:
    """The handler of this pack whose recording the text of a file is, and the format. `file`: its
    name, for the error. Raises SettingsError for a text that is no recording of such a handler.

    >>> handler, _ = handler_of_recording("outlet.1.status: on", "pdu.dump")
    >>> handler
    'nut'
    """
    if har.is_old_recording(text):
        har.parse(text)  # raises
    for name in registry.names():
        recording_format = recording_format_of(name)
        if recording_format is not None and recording_format.is_recording(text):
            return name, recording_format
    raise SettingsError(
        f"{printable(file)} is not a recording: use pdu record, snmpwalk -On, an HTTP Archive"
        " (HAR), or a file for NUT's dummy-ups"
    )


def recorded(
    handler: LoadedHandler,
    data: Any,
    options: RecordingOptions,
    on: Sequence[str] = (),
    off: Sequence[str] = (),
) -> Recording:
    """Record the device of a handler, for `pdu record`, and see that the recording can be served.
    `data` is the argument of make_handler; `on`, `off`: over HTTP the requests that command it.
    Raises the errors of handlers/shared/errors.py.

        the handler nut                        a dump: all that the server has
        snmp, and anybody's handler over SNMP  a .snmprec: all that the device has
        another handler, over HTTP             a HAR: what the handler asks, and the answers
    """
    recording_format = recording_format_of("snmp" if handler.snmp else handler.name)
    if recording_format is None or recording_format.record is None:
        recording = recorder.record(handler, data, options, on, off)
        recording_format = RecordingFormat(is_recording=har.is_recording, serve=serve)
    else:
        recording = recording_format.record(data, options)
    try:
        recording_format.serve(recording.text, 0).close()
    except SettingsError as error:
        raise ProtocolError(
            f"what was recorded cannot be read again, so nothing was written: {error.reason}",
            operation="record",
        ) from None
    return recording
