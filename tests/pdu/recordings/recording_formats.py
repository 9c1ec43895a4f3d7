"""What the field commands ask of a handler, by its name."""

from __future__ import annotations

from typing import Any

from pdu.pdus.handler_loading import load
from pdu.recordings import of_handlers
from pdu.recordings.recording_formats import HandlerFinding, RecordingFormat

names = of_handlers.recordable_handlers


def kind(handler: str) -> RecordingFormat:
    found = of_handlers.recording(handler)
    assert found is not None
    return found


def identity(handler: str, data: Any) -> HandlerFinding:
    return of_handlers.identify(load(handler), data)


def kind_of(text: str, file: str) -> str:
    """The handler whose recording this is."""
    return of_handlers.handler_of_recording(text, file)[0]
