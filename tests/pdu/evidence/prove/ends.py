"""Ends a proof at each of its steps, and looks whether the outlet is on and no other one moved.

python -m tests.pdu.evidence.prove.ends

A step is a call of the handler: a reading or a command. "Ctrl-C" ends the program before the call
or after it; "dead" lets the unit answer nothing from this call on, for so many seconds. The second
process has its own trial: `python -m tests.pdu.evidence.prove.kills`.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any, NamedTuple, Optional

from handlers.shared.errors import PduHandlerError
from pdu.evidence.prove import contract
from pdu.evidence.prove.document import UnitProof
from pdu.pdus.handler_loading import LoadedHandler
from tests.pdu.evidence.prove.rig import RIGS, Plant, Rig, plant, proven
from tests.waiting import PATIENCE_S


class End(NamedTuple):
    """What happens at a step."""

    name: str
    #: raises KeyboardInterrupt: "before" or "after" the call, "" for not at all
    interrupts: str = ""
    #: how long the unit answers nothing, in s
    dead_s: float = 0.0


ENDS = (
    End("Ctrl-C before", "before"),
    End("Ctrl-C after", "after"),
    End("dead for 8 s", dead_s=8.0),
    End("dead for 9 min", dead_s=540.0),
)
#: the others' readings that fail, hundreds in nine minutes, take real seconds
_QUICK = ("nut",)


class Ended(NamedTuple):
    """What came of one proof."""

    #: calls that were made
    calls: int
    proof: Optional[UnitProof]
    plant: Plant
    #: by the guard, to a person
    said: list[str]

    @property
    def is_as_it_began(self) -> bool:
        self.plant.settle()
        return self.plant.contact == plant().contact


def ended(handler: str, end: Optional[End], step: int) -> Ended:
    """A proof that is ended at the call of this number, from 1."""
    made, said = plant(), [""]
    with RIGS[handler](made) as rig:
        counted = _Counted(rig, end, step)
        unit = rig.unit._replace(handler=counted.handler)
        try:
            proof = proven(
                rig._replace(unit=unit), said=said, patience_s=contract.PATIENCE_S, records=False
            )
        except (KeyboardInterrupt, PduHandlerError):  # the latter is of the first reading
            proof = None
        finally:
            rig.silent(False)
    return Ended(counted.calls, proof, made, said[1:])


class _Counted:
    """A handler of which each call is counted."""

    def __init__(self, rig: Rig, end: Optional[End], step: int) -> None:
        self._rig, self._end, self._step = rig, end, step
        self.calls = 0
        self._heals_at: Optional[float] = None
        self._make = rig.unit.handler.make
        self.handler: LoadedHandler = rig.unit.handler._replace(make=self._made)

    def _made(self, data: Any) -> Any:
        pdu = self._make(data)
        pdu.call = self._wrapped(pdu.call)
        return pdu

    def _wrapped(self, call: Any) -> Any:
        @contextlib.contextmanager
        def counted(method: str, enter: Any) -> Iterator[Any]:
            is_step = method in ("status", "port_up", "port_down")
            self.calls += is_step
            is_now = self._end is not None and is_step and self.calls == self._step
            clock = self._rig.plant.clock
            if self._heals_at is not None and clock() >= self._heals_at:
                self._rig.silent(False)
            if is_now and self._end is not None and self._end.dead_s:
                self._heals_at = clock() + self._end.dead_s
                self._rig.silent(True)
            if is_now and self._end is not None and self._end.interrupts == "before":
                _ctrl_c()
            with call(method, enter) as session:
                yield session
            if is_now and self._end is not None and self._end.interrupts == "after":
                _ctrl_c()

        return counted


def _ctrl_c() -> None:
    """It reaches the main thread: the guard is another process, and never hears of it."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    if threading.current_thread() is threading.main_thread():
        time.sleep(PATIENCE_S)  # Python raises KeyboardInterrupt here
        raise AssertionError("Ctrl-C was not heard")


def main() -> int:
    bad = tried = 0
    for handler in RIGS:
        steps = ended(handler, None, 0).calls
        for end in ENDS:
            if handler not in _QUICK and end.dead_s > 60:
                continue
            left = [step for step in range(1, steps + 1) if not _is_well(handler, end, step)]
            tried += steps
            bad += len(left)
            print(f"{handler:<8}  {end.name:<14}  {steps} steps, not as it began: {left or 'none'}")
    print(f"{tried} proofs ended, {bad} outlets left off or moved")
    return 1 if bad else 0


def _is_well(handler: str, end: End, step: int) -> bool:
    return ended(handler, end, step).is_as_it_began


if __name__ == "__main__":
    sys.exit(main())
