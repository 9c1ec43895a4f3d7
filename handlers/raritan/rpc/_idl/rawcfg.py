"""The IDL of rawcfg."""

from __future__ import annotations

from .._runtime.classes import declare
from . import event as event

_IDL = """
// Raw configuration as a file. Source: RawConfiguration.idl.

// State of the last raw configuration update, at `/rawcfg` (firmware 3.5 and later).
interface RawConfiguration 1.0.1 {
  enumeration Status { UNKNOWN, UPLOAD_FAILED, UPDATE_PENDING, UPDATE_OK, UPDATE_FAILED }
  valueobject RawConfigDownloadedEvent extends event.UserEvent {}
  valueobject RawConfigUpdatedEvent extends event.UserEvent {}
  void getStatus(out Status status, out time timeStamp);
}
"""

__all__ = declare(globals(), _IDL)
