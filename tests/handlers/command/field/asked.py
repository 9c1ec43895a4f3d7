"""What the field commands ask of a handler, by its name."""

from __future__ import annotations

from typing import Any

from handlers.command.pdus import doors
from handlers.command.pdus.kinds import HandlerFinding, RecordingKind
from handlers.command.pdus.loading import load

names = doors.recorded


def kind(handler: str) -> RecordingKind:
    found = doors.recording(handler)
    assert found is not None
    return found


def identity(handler: str, data: Any) -> HandlerFinding:
    return doors.Door(load(handler)).identify(data)


def kind_of(text: str, file: str) -> str:
    """The handler whose recording this is."""
    return doors.kind_of(text, file)[0]
