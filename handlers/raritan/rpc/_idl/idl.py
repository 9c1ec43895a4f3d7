"""The IDL of idl."""

from __future__ import annotations

from .._runtime.classes import declare

_IDL = """
// Events. Source: Event.idl.

// The base of the events that an `event.Channel` delivers.
//
// `source` is the object that sent the event.
valueobject Event 1.0.0 { Object? source; }
"""

__all__ = declare(globals(), _IDL)
