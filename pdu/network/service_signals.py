"""What a service has that runs until it is stopped: signals that break nothing off."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any, Callable, Optional, TypeVar

T = TypeVar("T")
_ENDING = (signal.SIGINT, signal.SIGTERM)


class ServiceSignals:
    """What signals ask for during the block: SIGTERM and Ctrl-C to end, SIGHUP to read the files
    again. The service asks when it can, so no signal breaks off a command or a write.

    A second signal that asks to end is not waited for. Processes that are forked in the block
    inherit all this.
    """

    def __init__(self, second: Optional[Callable[[], object]] = None) -> None:
        """`second` is called at the second signal that asks to end; by default it ends the process
        as if nothing had handled it.
        """
        self._second = second
        self._is_hung_up = False
        #: the signal that asked to end
        self.ending: Optional[int] = None
        #: has something to read after each signal. Python writes into it in whichever thread the
        #: system delivers the signal to: a handler would wait for the main thread, which may be
        #: waiting for this pipe. Linux takes another thread if the main thread has a signal
        #: pending, such as SIGCONT or SIGHUP right before.
        self.pipe: Connection
        self.pipe, self._written = multiprocessing.Pipe(duplex=False)
        for end in (self.pipe, self._written):
            os.set_blocking(end.fileno(), False)
        self._before: dict[int, Any] = {}
        self._before_fd = -1

    def __enter__(self) -> ServiceSignals:
        # Windows has no SIGHUP
        handlers: dict[int, Callable[[int, Optional[FrameType]], None]]
        handlers = {number: self._end for number in _ENDING}
        if hasattr(signal, "SIGHUP"):
            handlers[signal.SIGHUP] = self._hang_up
        # a full pipe wakes the service already
        self._before_fd = signal.set_wakeup_fd(self._written.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, take) for number, take in handlers.items()}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._before_fd)
        self.pipe.close()
        self._written.close()

    def take_reload(self) -> bool:
        """Empties `pipe`. Returns whether the files are to be read again, once for any number of
        SIGHUP.
        """
        with contextlib.suppress(BlockingIOError):
            while os.read(self.pipe.fileno(), 4096):
                pass
        is_hung_up, self._is_hung_up = self._is_hung_up, False
        return is_hung_up

    def _end(self, number: int, _: Optional[FrameType]) -> None:
        """Note a signal to end; a second one calls `second`, or without it ends the process."""
        if self.ending is not None and self._second is not None:
            self._second()
        self.ending = number
        if self._second is None:
            for ending in _ENDING:
                signal.signal(ending, signal.SIG_DFL)

    def _hang_up(self, _number: int, _: Optional[FrameType]) -> None:
        self._is_hung_up = True
