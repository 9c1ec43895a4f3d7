"""What all protocols share: the recording of a device, that is the text of a file with its answers,
and the replay of one, that is a server on this machine that answers from it. Those over HTTP are in
web/, SNMP's and NUT's in <name>/recording_format.py.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Callable, NamedTuple, Optional, TypeVar

from handlers.shared.errors import Unreachable

T = TypeVar("T")
_PAUSE_S = 2.0


@dataclass
class RecordingOptions:
    """Options of a recording, and whether its device has answered yet: `_has_answered`, which is
    True after the first call of `retry` that returned.

    >>> RecordingOptions(patience=60.0).patience
    60.0
    """

    #: how long to wait for a device that stops answering, in seconds
    patience: float = 0.0
    #: shows a line about the progress
    tell: Callable[[str], None] = lambda _: None
    sleep: Callable[[float], None] = time.sleep
    _has_answered: bool = field(default=False, init=False)

    def retry(self, call: Callable[[], T]) -> T:
        """The result of `call()`. If it raises Unreachable, it is called again for `patience`
        seconds, and then Unreachable is raised: a device may stop answering for a while. One that
        has never answered is not asked again.

        >>> RecordingOptions().retry(lambda: "5 objects")
        '5 objects'
        """
        end: Optional[float] = None
        while True:
            try:
                result = call()
            except Unreachable:
                now = time.monotonic()
                end = now + self.patience if end is None else end
                if now >= end or not self._has_answered:
                    raise
                self.tell("no answer; trying again")
                self.sleep(min(_PAUSE_S, end - now))
            else:
                self._has_answered = True
                return result


class Recording(NamedTuple):
    """What was recorded of a device.

    >>> Recording("1.3.6.1.2.1.1.5.0|4|name-1", "1 object").holds
    '1 object'
    """

    #: the text of the file
    text: str
    #: a summary of its content
    holds: str
    #: for the person who made it
    notes: Sequence[str] = ()


class ReplayedDevice(NamedTuple):
    """A recorded device that answers on a port of this machine."""

    host: str
    port: int
    #: describes the device
    about: str
    #: arguments with which `pdu status` reads it
    poll: str
    #: the commands that clients have sent, each with its effect
    writes: Callable[[], Sequence[str]]
    #: ends it
    close: Callable[[], None]
    #: for its owner
    notes: Sequence[str] = ()
    #: whether a handler reads it
    is_read: bool = True
    #: how many connections it had; 0 over UDP
    connections: Callable[[], int] = lambda: 0
    #: the SimulatedPdu, and a function that makes others of its kind: from a port, a fault and
    #: contents; None if there is no such
    simulated_pdu: Any = None
    make_pdu: Any = None


class RecordingFormat(NamedTuple):
    """How one handler records a device, recognises a recording and simulates it."""

    #: whether a text is a recording
    is_recording: Callable[[str], bool]
    #: simulates the device on a port of 127.0.0.1. Raises SettingsError for text that is not a
    #: recording, OSError if the port cannot be used, and Unreachable if the simulated device does
    #: not start in time
    serve: Callable[[str, int], ReplayedDevice]
    #: the device's answers, scrubbed; None over HTTP, where its handler is asked
    #: (web/recorder.py). Raises the errors of handlers/shared/errors.py, and
    #: RecursionError for an answer that is nested too deeply
    record: Optional[Callable[[Any, RecordingOptions], Recording]] = None
    #: like `serve`, with the commands of the named family or profile. Also raises SettingsError for
    #: a name that is neither
    serve_as: Optional[Callable[[str, int, str], ReplayedDevice]] = None
    #: like `serve`; the device takes any write to a value that it has
    serve_writable: Optional[Callable[[str, int], ReplayedDevice]] = None
