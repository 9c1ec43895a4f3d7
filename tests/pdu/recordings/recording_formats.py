"""What the field commands ask of a handler, by its name."""

from __future__ import annotations

from typing import Any

from handlers import registry
from pdu.inspection.finding import HandlerFinding
from pdu.loading.handler_loading import load
from pdu.reading import identification
from pdu.recordings import handler_recordings
from pdu.recordings.recording_formats import (
    Recording,
    RecordingFormat,
    RecordingOptions,
)

names = registry.names


def kind(handler: str) -> RecordingFormat:
    recording_format = handler_recordings.recording_format_of(handler)
    assert recording_format is not None
    return recording_format


def record(handler: str, data: Any, options: RecordingOptions) -> Recording:
    return handler_recordings.recorded(load(handler), data, options)


def identity(handler: str, data: Any) -> HandlerFinding:
    return identification.identify(load(handler), data)


def kind_of(text: str, file: str) -> str:
    """The handler whose recording this is."""
    return handler_recordings.handler_of_recording(text, file)[0]
