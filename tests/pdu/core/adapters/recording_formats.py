"""What the field commands ask of a handler, by its name."""

from __future__ import annotations

from typing import Any

from pdu.core.adapters.recording_formats import HandlerFinding, RecordingFormat
from pdu.core.inventory import handler_tools
from pdu.core.inventory.handler_loading import load

names = handler_tools.recordable_handlers


def kind(handler: str) -> RecordingFormat:
    found = handler_tools.recording(handler)
    assert found is not None
    return found


def identity(handler: str, data: Any) -> HandlerFinding:
    return handler_tools.HandlerTools(load(handler)).identify(data)


def kind_of(text: str, file: str) -> str:
    """The handler whose recording this is."""
    return handler_tools.handler_of_recording(text, file)[0]
