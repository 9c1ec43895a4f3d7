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
    """During the block, signals are kept for the service: SIGTERM and Ctrl-C ask it to end, SIGHUP
    to read its files again. It looks for them when it can, so no signal breaks off a command or a
    write.

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
        reading_end, writing_end = multiprocessing.Pipe(duplex=False)
        os.set_blocking(reading_end.fileno(), False)
        os.set_blocking(writing_end.fileno(), False)
        #: has something to read after each signal: Python itself writes into it (set_wakeup_fd), in
        #: whichever thread the system delivers the signal to. A signal handler alone would wait for
        #: the main thread, which may be waiting for this pipe. Linux takes another thread if the
        #: main thread has a signal pending, such as SIGCONT or SIGHUP right before.
        self.pipe: Connection = reading_end
        self._writing_end: Connection = writing_end
        # what was set before the block
        self._handlers_before: dict[int, Any] = {}
        self._wakeup_before = -1

    def __enter__(self) -> ServiceSignals:
        writing_fd = self._writing_end.fileno()
        # a full pipe wakes the service already
        self._wakeup_before = signal.set_wakeup_fd(writing_fd, warn_on_full_buffer=False)
        for number in _ENDING:
            self._handlers_before[number] = signal.signal(number, self._end)
        if hasattr(signal, "SIGHUP"):  # Windows has none
            self._handlers_before[signal.SIGHUP] = signal.signal(signal.SIGHUP, self._hang_up)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._handlers_before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        self.pipe.close()
        self._writing_end.close()

    def take_reload(self) -> bool:
        """Empties `pipe`. Returns whether the files are to be read again, once for any number of
        SIGHUP.
        """
        with contextlib.suppress(BlockingIOError):
            while os.read(self.pipe.fileno(), 4096):
                pass
        is_hung_up = self._is_hung_up
        self._is_hung_up = False
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
        """Note a signal to read the files again."""
        self._is_hung_up = True
