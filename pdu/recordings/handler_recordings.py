"""How the devices of each handler are recorded, and whose recording a text is."""

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
    """How devices of a handler are recorded and simulated; None for one outside this pack.

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
    """The handler whose recording this is, and its format. Raises SettingsError.

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
    """What a device answers; of anybody's handler over SNMP, all that the device has. Raises the
    errors of handlers/shared/errors.py.

        netio    a HAR              snmp    a .snmprec
        nut      a dump             anybody's handler over HTTP    a HAR
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
