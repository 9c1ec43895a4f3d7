"""Event, debug and wireless logs. Source: Log.idl, EventLog.idl, DebugLog.idl, WlanLog.idl."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import timezone, tzinfo
from typing import TYPE_CHECKING, Any, Optional

from ...shared.errors import ProtocolError
from ._idl.logging import *
from ._runtime.classes import public_names

if TYPE_CHECKING:
    from ._runtime.agent import Agent


_MOST_STARTS = 5  # attempts to read one log
_LOGS = {
    "debug": ("/debuglog", DebugLog),
    "event": ("/eventlog", EventLog),
    "wlan": ("/wlanlog", WlanLog),
}


class LogHelper:
    """Follows a log: each call of `get_next_entries` returns the new entries.

    logtype: "debug", "event" or "wlan". The constructor reads the whole log, one chunk per round
    trip."""

    error_tag = "[ERR]"
    warning_tag = "[WRN]"

    def __init__(self, agent: Agent, logtype: str) -> None:
        self.agent = agent
        self.logtype = logtype
        entries, self.nextid, self.creationtime = self.get_entries(agent, logtype)
        self.last_entry = entries[-1] if entries else None

    def get_next_entries(self) -> list[LogEntry]:
        """The entries since the last call.

        If the log was recreated: those after the last entry seen, or all if that is gone.
        """
        time_before = self.creationtime
        entries, self.nextid, self.creationtime = self.get_entries(
            self.agent, self.logtype, self.nextid, time_before
        )
        if self.creationtime != time_before and self.last_entry in entries:
            newer_count = entries[::-1].index(self.last_entry)
            entries = entries[len(entries) - newer_count :]
        if entries:
            self.last_entry = entries[-1]
        return entries

    @classmethod
    def get_entries(
        cls,
        agent: Agent,
        log_type: str,
        ref_id: Optional[int] = None,
        creation_time: Optional[int] = None,
    ) -> tuple[list[LogEntry], int, int]:
        """The entries from `ref_id` (or the first) to the present end of the log, the id after
        them, and the log's creation time.

        The log is read from its first entry if `creation_time` is given and is not the log's, or if
        the log is recreated meanwhile. Raises ProtocolError when it has been recreated five times,
        when a chunk ends before the requested id, or when it has more entries than it counts.
        """
        log = cls.log_proxy(agent, log_type)
        filters: tuple[list[str], ...] = ([],) if log_type == "event" else ()
        for attempt in range(_MOST_STARTS):
            info = log.getInfo()
            is_other_log = creation_time not in (None, info.creationTime)
            first_id = ref_id
            if first_id is None or is_other_log or attempt:
                first_id = info.idFirst
            entries = _read_entries(log, info, first_id, filters)
            if entries is not None:
                return entries, info.idNext, info.creationTime
        raise ProtocolError(f"the log was recreated {_MOST_STARTS} times while it was read")

    @staticmethod
    def log_proxy(agent: Agent, log_type: str) -> Any:
        """The log of this type. Raises ValueError for an unknown type."""
        if log_type not in _LOGS:
            raise ValueError(f"the log type {log_type!r} is not one of {', '.join(_LOGS)}")
        rid, kind = _LOGS[log_type]
        return kind(rid, agent)

    @staticmethod
    def format_entry(entry: LogEntry, tz: Optional[tzinfo] = None) -> str:
        """The entry's time in `tz` (None: the local zone) and its message.

        Line breaks in the message are kept.
        """
        moment = entry.timestamp.replace(tzinfo=timezone.utc)
        # beyond the calendar: stays UTC
        with contextlib.suppress(OverflowError, ValueError, OSError):
            moment = moment.astimezone(tz)
        time_text = moment.strftime("%m/%d/%Y %H:%M:%S %Z")
        return f"[{time_text}]:{entry.message}"

    @classmethod
    def filter_entries(
        cls, entries: Iterable[LogEntry], search_strings: Optional[list[str]] = None
    ) -> list[LogEntry]:
        """The entries whose message contains one of these strings (None or []: errors and
        warnings).
        """
        words = search_strings or [cls.error_tag, cls.warning_tag]
        chosen_entries = []
        for entry in entries:
            if any(word in entry.message for word in words):
                chosen_entries.append(entry)
        return chosen_entries


def _read_entries(
    log: Any, info: LogInfo, first_id: int, filters: tuple[list[str], ...]
) -> Optional[list[LogEntry]]:
    """The entries from `first_id` to the end that `info` has; None if the log was recreated."""
    entries: list[LogEntry] = []
    while first_id < info.idNext:
        chunk = log.getChunk(first_id, -1, RangeDirection.FORWARD, *filters)
        if chunk.logCreationTime != info.creationTime:
            return None
        if len(chunk.selEntries) > chunk.allEntryCnt:
            raise ProtocolError(
                f"the log sent {len(chunk.selEntries)} entries and counts {chunk.allEntryCnt}"
            )
        next_id = chunk.idFirst + chunk.allEntryCnt
        if chunk.allEntryCnt == 0:
            break  # the log has ended
        if next_id <= first_id:
            raise ProtocolError(
                f"the log's ids do not advance: asked for {first_id}, the device sent ids below"
                f" {next_id}"
            )
        entries += [entry for entry in chunk.selEntries if entry.id < info.idNext]
        first_id = next_id
    return entries


__all__ = public_names(globals())
