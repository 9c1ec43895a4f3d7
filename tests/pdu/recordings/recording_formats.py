"""What the field commands ask of a handler, by its name."""

from __future__ import annotations

from typing import Any

from handlers import registry
from pdu.evidence import web_recorder
from pdu.loading import handler_recordings
from pdu.loading.handler_loading import load
from pdu.recordings.recording_formats import (
    HandlerFinding,
    Recording,
    RecordingFormat,
    RecordingOptions,
)

names = registry.names


def kind(handler: str) -> RecordingFormat:
    recording_format = handler_recordings.recording(handler)
    assert recording_format is not None
    return recording_format


def record(handler: str, data: Any, options: RecordingOptions) -> Recording:
    return web_recorder.recorded(load(handler), data, options)


def identity(handler: str, data: Any) -> HandlerFinding:
    return handler_recordings.identify(load(handler), data)


def kind_of(text: str, file: str) -> str:
    """The handler whose recording this is."""
    return handler_recordings.handler_of_recording(text, file)[0]
