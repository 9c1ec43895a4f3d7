"""The commands of the gateway, in its journal and in memory: a key switches once, also after a
crash.

A command is a line "begin", synced to the disk before anything is sent, and a line "end" with its
result. A command without an end is one whose result is not known: nothing is sent again for its
key.
"""

from __future__ import annotations

import datetime
import secrets
import threading
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable, NamedTuple, Optional

from handlers.shared.errors import SettingsError

from ..core.files import journal
from ..pdus.states import UNKNOWN, state_of_word, word
from ..site.drawing.drawing import Cord
from .errors import ApiError
from .power import CordState, PowerOutcome, PowerRequest, cord_document

#: keys that are remembered of each client: at 400 commands a minute, for 50 minutes or more
KEYS_OF_CLIENT = 20_000
#: lines that are kept in memory for readers
RECENT = 2_000
LOST = (
    "the command ended before its result was known: it may or may not have been carried"
    " out; it is not sent again"
)


class CommandLogLine(NamedTuple):
    """A line of the journal."""

    #: of the chain, up to this line
    hash: str
    record: Mapping[str, Any]


@dataclass
class AcceptedCommand:
    """A command that was accepted."""

    id: str
    client: str
    request: PowerRequest
    #: "" if the client gave none
    key: str = ""
    #: None while it runs
    outcome: Optional[PowerOutcome] = None


class CommandLog:
    """The journal of one gateway, open for writing. Thread-safe."""

    def __init__(
        self,
        path: str,
        now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.timezone.utc),
    ) -> None:
        """Open the journal and read all of it.

        Commands without an end get one, which says that the result is not known: `lost` lists them.
        Raises SettingsError, also for a journal that was changed.
        """
        self._path, self._now, self._lock = path, now, threading.Lock()
        self._keys: dict[str, OrderedDict[str, AcceptedCommand]] = {}
        # why the last line could not be written; "" if it was
        self._failed = ""
        self._recent: deque[CommandLogLine] = deque(maxlen=RECENT)
        self._journal: Optional[journal.Journal] = journal.Journal(path)
        open_commands: dict[str, AcceptedCommand] = {}
        try:
            for entry in journal.read_entries(path):
                self._recent.append(CommandLogLine(entry.hash, entry.record))
                self._take(entry.record, open_commands)
            self.lost = list(open_commands.values())
            for command in self.lost:
                self.end(
                    command, PowerOutcome(command.id, command.request, False, UNKNOWN, (), LOST)
                )
        except (KeyError, TypeError, ValueError, AttributeError):
            self.close()
            raise SettingsError(f"{path}: this is not the journal of a gateway") from None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._journal is not None:
                self._journal.close()
                self._journal = None

    def find_command(self, client: str, key: str) -> Optional[AcceptedCommand]:
        """The command that a client gave this key, None if there is none."""
        with self._lock:
            return self._keys.get(client, OrderedDict()).get(key)

    def begin(
        self, client: str, request: PowerRequest, cords: Sequence[Cord], key: str
    ) -> AcceptedCommand:
        """Accept a command: when this returns, it is on the disk.

        Raises ApiError if it cannot be written; then the key is free again.
        """
        command = AcceptedCommand(secrets.token_hex(8), client, request, key)
        record = {
            "event": "begin",
            "id": command.id,
            "time": self._time(),
            "client": client,
            "machine": request.machine,
            "action": request.action,
            "pause_s": request.pause_s,
            "outlets": [str(cord) for cord in cords],
            "key": key,
        }
        with self._lock:
            if key and key in self._keys.get(client, ()):
                raise ApiError(409, "conflict", "another command uses this key")
            try:
                self._append(record)
            except SettingsError as error:
                raise ApiError(
                    503, "journal", f"nothing was sent, because it cannot be written down: {error}"
                ) from None
            self._remember(command)
        return command

    def step(self, command: AcceptedCommand, note: str) -> None:
        """Write what the command does next. Raises SettingsError if it cannot be written."""
        with self._lock:
            self._append({"event": "step", "id": command.id, "time": self._time(), "note": note})

    def end(self, command: AcceptedCommand, outcome: PowerOutcome) -> None:
        """Write a command's result.

        Raises SettingsError if it cannot be written; this process remembers it all the same.
        """
        command.outcome = outcome
        with self._lock:
            self._append(
                {
                    "event": "end",
                    "id": command.id,
                    "time": self._time(),
                    "client": command.client,
                    "machine": command.request.machine,
                    "action": command.request.action,
                    "done": outcome.is_done,
                    "state": word(outcome.state),
                    "outlets": [cord_document(cord) for cord in outcome.cords],
                    "reason": outcome.reason,
                }
            )

    def trouble(self) -> str:
        """Why commands cannot be written down, or are written where nobody finds them; "" if
        nothing is known of that."""
        # without the lock, which is held while a disk that may be slow writes
        log = self._journal
        is_moved = log is not None and not log.is_in_place()
        if self._failed:
            return f"{self._failed}; the next command tries again"
        return f"{self._path} was moved or removed: restart the gateway" if is_moved else ""

    def recent(self) -> Sequence[CommandLogLine]:
        """The last lines, the oldest first."""
        with self._lock:
            return list(self._recent)

    def _time(self) -> str:
        return self._now().isoformat(timespec="milliseconds")

    def _append(self, record: Mapping[str, Any]) -> None:
        # a journal accepts nothing after a failed write; a later one may succeed
        try:
            log = self._journal if self._journal is not None else journal.Journal(self._path)
        except SettingsError as error:
            self._failed = error.reason
            raise
        self._journal = log
        try:
            log.append([record])
        except BaseException as error:
            self._failed = error.reason if isinstance(error, SettingsError) else str(error)
            log.close()
            self._journal = None
            raise
        self._failed = ""
        self._recent.append(CommandLogLine(log.hash, record))

    def _remember(self, command: AcceptedCommand) -> None:
        if not command.key:
            return
        keys = self._keys.setdefault(command.client, OrderedDict())
        keys[command.key] = command
        if len(keys) > KEYS_OF_CLIENT:
            keys.popitem(last=False)

    def _take(self, record: Mapping[str, Any], open_commands: dict[str, AcceptedCommand]) -> None:
        """Take a line of an earlier run. Lines of other kinds are left alone."""
        if record.get("event") == "begin":
            command = AcceptedCommand(
                str(record["id"]),
                str(record["client"]),
                PowerRequest(
                    str(record["machine"]), str(record["action"]), float(record["pause_s"])
                ),
                str(record["key"]),
            )
            open_commands[command.id] = command
            self._remember(command)
        ended = open_commands.pop(str(record.get("id")), None) if _is_end(record) else None
        if ended is not None:
            ended.outcome = PowerOutcome(
                ended.id,
                ended.request,
                record.get("done") is True,
                state_of_word(str(record["state"])),
                list(_cords(record)),
                str(record["reason"]),
            )


def _is_end(record: Mapping[str, Any]) -> bool:
    return record.get("event") == "end"


def _cords(record: Mapping[str, Any]) -> Iterator[CordState]:
    for outlet_record in record["outlets"]:
        pdu, _, outlet = str(outlet_record["outlet"]).partition("/")
        yield CordState(
            Cord(pdu, outlet),
            state_of_word(str(outlet_record["state"])),
            str(outlet_record.get("reason", "")),
        )
