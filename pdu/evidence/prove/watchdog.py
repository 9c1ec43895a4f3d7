"""The process that owns an outlet's last "on".

It is forked before anything else happens, in a session of its own, so that neither Ctrl-C nor a
closed terminal nor `kill -9` of the command reaches it. It holds one end of a pipe: when the other
end is gone and the outlet may have been switched, it gives the outlet its power back, however long
the network is dead (up to ten minutes). If it is ended itself, the command has the last word. If
the command is gone already, SIGTERM shortens the ten minutes: it sends "on" once more, says what it
read, and ends. It holds neither standard input nor standard output, so a pipe from the command to
another program ends with the command.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Callable, NamedTuple, NoReturn, Optional, Protocol

from handlers.shared.errors import PduHandlerError, printable

from .contract import PATIENCE_S, SOON_S, InitialReading, restore_outlets
from .document import ProvenCommand, ProvenReading
from .unit_reading import ProofClock, ProofTrace, UnitAccess, UnitUnderTest
from .verdicts import RESTORED

# the other process may be in the middle of a reading when its time is over
_MORE_S = 60.0
# so long may the end of a killed command take to arrive
_GONE_S = 0.5


class _Terminated(BaseException):
    """SIGTERM came."""


class Restored(NamedTuple):
    """What the last word was."""

    readings: Sequence[ProvenReading]
    commands: Sequence[ProvenCommand]
    #: what is wrong; "" if all outlets are as they began
    wrong: str


class WatchdogProcess(Protocol):
    """Who owns the last "on"."""

    def arm(self, initial: InitialReading) -> None:
        """From now on, the outlet may have been switched."""

    def is_there(self) -> bool:
        """Whether it still sees to the outlet: without it, no outlet is switched off."""

    def release(self, may_be_off: bool) -> Restored:
        """Let the outlet end as it began, and say how it ended.

        `may_be_off`: see `restore_outlets`.
        """

    def close(self) -> None:
        """Without `arm`, nothing is sent."""


def restore(
    unit: UnitUnderTest,
    trace: ProofTrace,
    clock: ProofClock,
    initial: InitialReading,
    patience_s: float,
    may_be_off: bool,
) -> Restored:
    """Let the outlet end as it began."""
    own_trace = ProofTrace(trace.begun, trace.clean)
    wrong = restore_outlets(
        UnitAccess(unit, own_trace, clock, RESTORED), initial, patience_s, may_be_off
    )
    return Restored(own_trace.readings, own_trace.commands, wrong)


class Watchdog:
    """The other process, seen from the command. A `WatchdogProcess`."""

    def __init__(
        self, unit: UnitUnderTest, trace: ProofTrace, unit_name: str, clock: ProofClock
    ) -> None:
        """Start it. `unit_name`: the unit, for people."""
        self._unit, self._trace, self._clock = unit, trace, clock
        self._initial: Optional[InitialReading] = None
        self._pipe, theirs = multiprocessing.Pipe()
        command = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        #: the id of the process
        self.pid = os.fork()
        if not self.pid:
            self._pipe.close()
            _run(theirs, unit, trace, unit_name, clock, command)
        theirs.close()

    def arm(self, initial: InitialReading) -> None:
        """Raises PduHandlerError if the process is gone."""
        try:
            self._pipe.send(initial)
            self._pipe.recv()  # it is ready
        except (EOFError, OSError):
            raise PduHandlerError(
                "nothing was switched: the process that guards the outlet was ended"
            ) from None
        self._initial = initial

    def is_there(self) -> bool:
        # it says nothing unless it is asked, so whatever can be read is its end
        return not self._pipe.closed and not self._pipe.poll(0)

    def release(self, may_be_off: bool) -> Restored:
        with contextlib.suppress(EOFError, OSError):
            self._pipe.send(may_be_off)
            if not self._pipe.poll(SOON_S + _MORE_S):
                return Restored((), (), "the process that guards the outlet does not answer")
            restoration: Restored = self._pipe.recv()
            return restoration
        assert self._initial is not None
        return restore(self._unit, self._trace, self._clock, self._initial, SOON_S, may_be_off)

    def close(self) -> None:
        """It goes on by itself if it still has to switch something on."""
        self._pipe.close()


def _run(
    pipe: Connection,
    unit: UnitUnderTest,
    trace: ProofTrace,
    unit_name: str,
    clock: ProofClock,
    command: int,
) -> NoReturn:
    code = 1
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, _terminate)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1):
            os.dup2(nowhere, standard)
        run_watchdog(pipe, unit, trace, lambda text: _say(unit_name, text), clock, command=command)
        code = 0
    except _Terminated:  # nothing was switched, or the command has the last word
        pass
    finally:
        os._exit(code)  # unlike sys.exit, runs nothing that belongs to the command


def _terminate(number: int, frame: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once: the last word is not cut short again
    raise _Terminated


def run_watchdog(
    pipe: Connection,
    unit: UnitUnderTest,
    trace: ProofTrace,
    say: Callable[[str], None],
    clock: ProofClock,
    patience_s: float = PATIENCE_S,
    command: int = 0,
) -> None:
    """The life of the other process: it waits for `InitialReading`, then for `may_be_off` or
    the end of the pipe.

    `command`: the id of the process that forked this one.
    """
    initial: InitialReading
    try:
        initial = pipe.recv()
        pipe.send(True)
    except (EOFError, OSError):
        return
    is_awaited = may_be_off = True
    try:
        try:
            may_be_off = pipe.recv()
        except (EOFError, OSError):
            is_awaited = False
            say(f"pdu prove was ended: outlet {initial.outlet} is switched on again")
        restoration = restore(
            unit, trace, clock, initial, SOON_S if is_awaited else PATIENCE_S, may_be_off
        )
        if is_awaited:
            with contextlib.suppress(OSError):
                pipe.send(restoration)
            if restoration.wrong:  # nobody waits any more
                is_awaited = False
                restoration = restore(unit, trace, clock, initial, patience_s, False)
    except _Terminated:
        if is_awaited:
            pipe.close()  # the command sees it, and has the last word
            if not _is_orphan(command, _GONE_S):
                raise
            is_awaited = False
        restoration = restore(unit, trace, clock, initial, 0.0, True)
    if not is_awaited:
        say(
            f"{restoration.wrong}: LOOK AT IT, and switch it on with pdu up"
            if restoration.wrong
            else f"outlet {initial.outlet} is on, as it began"
        )


def _is_orphan(command: int, patience_s: float) -> bool:
    """Whether the process with this id, which forked this one, ends within so many seconds."""
    end = time.monotonic() + patience_s
    while os.getppid() == command and time.monotonic() < end:
        time.sleep(0.01)
    return os.getppid() != command


def _say(unit_name: str, text: str) -> None:
    # the terminal may be gone
    with contextlib.suppress(OSError, ValueError):
        print(f"{printable(unit_name)}: {printable(text)}", file=sys.stderr, flush=True)
