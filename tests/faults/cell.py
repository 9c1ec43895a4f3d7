"""One cell of the matrix: makes one call, and lists the problems of its result."""

from __future__ import annotations

import base64
import gc
import importlib
import os
import threading
import time
import traceback
from collections.abc import Iterator
from typing import Any, NamedTuple, Optional

from handlers.shared.errors import PduHandlerError
from pdu.core.cli.output import counted
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView

from . import processes, stage
from .catalogue import BY_KEY, WRITES, Fault
from .processes import Context

BUDGET_S = 60.0  # limit in seconds for a whole call
TIMEOUT_S = {"patient": "20", "brief": "0.15"}
CONFIRM_S = 0.4
# Calls with these faults may time out and get the brief limit. The others must not time out, even
# on a busy machine.
_WAITS = (
    "silent",
    "deaf",
    "stalls",
    "drip",
    "quiet",
    "gone",
    "away",
    "noise",
    "cut",
    "lossy-10",
    "lossy-30",
    "lost",
    "lost-answer",
    "late",
    "reboot",
    "tls-hangs",
    "other",
    "nested",
    "digits",
    "huge",
    "page",
    "empty",
    "cut-off",
)
STATES = {True: EnumPowerStatus.UP, False: EnumPowerStatus.DOWN, None: EnumPowerStatus.UNKNOWN}
# tests/simulators/books.py: a device's true state, and the commands that it received
Books = dict[str, Any]


class Cell(NamedTuple):
    """One call with one fault at one step. `fault`: its key in the catalogue, or "" for none."""

    handler: str
    method: str
    fault: str
    step: int = 0

    def __str__(self) -> str:
        return f"{self.handler} {self.method} {self.fault or 'without a fault'} at {self.step}"


class Verdict(NamedTuple):
    """`outcome`: "answered" if nothing was raised, else the error's kind or class.

    `problems`: defects. `steps`: exchanges.
    """

    cell: Cell
    outcome: str
    problems: tuple[str, ...]
    steps: int
    seconds: float
    message: str = ""


class Played:
    """The process with the devices (`stage`); a context manager.

    The handlers run in the process that uses this object.
    """

    def __init__(self, start: Context = processes.warm) -> None:
        self._start = start

    def __enter__(self) -> Played:
        context = self._start()
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=stage.serve, args=(theirs, self._line), daemon=True)
        self._process.start()
        theirs.close()
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()
        self._process.join(60)

    def ask(self, **wanted: object) -> dict[str, Any]:
        self._line.send(wanted)
        answer: dict[str, Any] = self._line.recv()
        return answer

    def run(self, cell: Cell, keep: bool = False) -> Verdict:
        """Makes the call of a cell and judges the result.

        All cells of a handler that are run with `keep` share one device.
        """
        given = self.ask(
            open=cell.handler, method=cell.method, fault=cell.fault, step=cell.step, keep=keep
        )
        try:
            return self._judged(cell, given)
        finally:
            self.ask(close=True)

    def _judged(self, cell: Cell, given: dict[str, Any]) -> Verdict:
        fault, writes = BY_KEY.get(cell.fault), cell.method in WRITES
        pdu, port = _handler(cell, given), PduPortView(given["identity"], EnumPowerStatus.UNKNOWN)
        before: tuple[int, ...] = _resources()
        start = time.monotonic()
        answer: Any = None
        error: Optional[BaseException] = None
        try:
            call = getattr(pdu, cell.method)
            answer = call(port, deadline=CONFIRM_S) if writes else call()
        except BaseException as raised:  # `_ending` judges every exception
            error = raised
        seconds = time.monotonic() - start
        after = self.ask(books=True)
        if error is not None:
            problems = list(ending_problems(error, fault))
        elif writes:
            problems = list(_switched(answer, port, cell, after["books"]))
        else:
            problems = list(view_problems(answer, cell.method, given["books"], after["books"]))
        problems += write_problems(
            cell, error, port, after["books"]["writes"][len(given["books"]["writes"]) :]
        )
        if seconds > BUDGET_S:
            problems.append(f"took {seconds:.0f} s")
        trace = (
            "".join(traceback.format_exception(type(error), error, error.__traceback__))
            if error is not None
            else ""
        )
        problems += leak_problems(
            trace + repr(error) + repr(getattr(error, "__dict__", "")), given["secrets"]
        )
        outcome = "answered" if error is None else str(getattr(error, "kind", type(error).__name__))
        shown = "" if error is None else str(error)
        del answer, error
        problems += _left_open(before)
        return Verdict(cell, outcome, tuple(problems), int(after["steps"]), seconds, shown)


def _handler(cell: Cell, given: dict[str, Any]) -> Any:
    make = importlib.import_module(f"handlers.{cell.handler}.handler").make_handler
    wait = TIMEOUT_S["brief" if cell.fault in _WAITS else "patient"]
    if given["snmp"]:
        return make(
            PduSnmpData(
                "127.0.0.1", {**given["snmp"], "timeout": wait, "retries": "2"}, given["settings"]
            )
        )
    return make(PduData("127.0.0.1", {**given["settings"], "timeout": wait}))


# ---- the judgement -------------------------------------------------------------------------------


def ending_problems(error: BaseException, fault: Optional[Fault]) -> Iterator[str]:
    """Problems unless the error is a PduHandlerError of a kind that fits the fault, with host,
    operation and one line of text.
    """
    if not isinstance(error, PduHandlerError):
        yield f"raised {type(error).__name__}: {error}"
        return
    if fault is None or error.kind not in fault.kinds:
        yield f"ended with {error.kind!r}: {error}"
    words = str(error)
    if (
        not words.isprintable()
        or len(words) > 2500
        or error.host.partition(":")[0] != "127.0.0.1"
        or not error.operation
    ):
        yield (
            "not one printable line of at most 2500 characters, with the host and an operation:"
            f" {words!r}"
        )


def view_problems(view: Any, method: str, before: Books, after: Books) -> Iterator[str]:
    """Problems unless the view fits the books before and after the call.

    A status has exactly the outlets of one of the books, in order; each is UNKNOWN or has its state
    in one of them. A statistic has only outlets of one of the books, none twice; each figure is
    unset or between its values in the two books.
    """
    listed, known = (
        [port.identity for port in view.ports],
        (
            list(before["states"]),
            list(after["states"]),
        ),
    )
    whole = (
        listed in known
        if method == "status"
        else any(sorted(set(listed) & set(one)) == sorted(listed) for one in known)
    )
    if not whole:
        yield f"listed {listed} instead of {known[0]}"
    if method == "status":
        for identity, state in ((port.identity, port.power_status) for port in view.ports):
            true = {STATES[books["states"].get(identity)] for books in (before, after)}
            if state is not EnumPowerStatus.UNKNOWN and state not in true:
                yield f"outlet {identity} is {state.name}"
        return
    for name, key in (("load", "load_a"), ("total_consumption", "energy_kwh")):
        yield from _figure(
            name, getattr(view, name), getattr(type(view), name, None), before[key], after[key]
        )
    for port in view.ports:
        yield from _figure(
            f"energy of {port.identity}",
            port.consumption,
            getattr(type(port), "consumption", None),
            before["port_energy_kwh"].get(port.identity),
            after["port_energy_kwh"].get(port.identity),
        )


def _figure(what: str, value: Any, unset: Any, *true: Optional[float]) -> Iterator[str]:
    if value is unset or value is None:
        return
    low, high = min(one or 0.0 for one in true), max(one or 0.0 for one in true)
    if all(one is None for one in true) or not low - 1e-6 <= value <= high + 1e-6:
        yield f"{what} is {value} instead of {true[-1]}"


def _switched(answer: Any, port: PduPortView, cell: Cell, after: Books) -> Iterator[str]:
    """Problems unless the answer is the given object, with UNKNOWN or the wanted state.

    If the wanted state is reported, the device must have it, except with `two-writers`: another
    client switches the outlet back.
    """
    wanted = cell.method == "port_up"
    state, true = port.power_status, STATES[after["states"].get(port.identity)]
    if answer is not port:
        yield "answered with another object"
    if state is STATES[not wanted]:
        yield f"reported {state.name}"
    if state is STATES[wanted] and state is not true and cell.fault != "two-writers":
        yield f"reported {state.name} instead of {true.name}"


def write_problems(
    cell: Cell, error: Optional[BaseException], port: PduPortView, sent: list[Any]
) -> Iterator[str]:
    """Problems if a read sent a command, a write sent more than one, or the error or the state does
    not fit the sent commands.
    """
    if len(sent) > (1 if cell.method in WRITES else 0):
        yield f"{counted(len(sent), 'command')}: {sent}"
    if error is not None and port.power_status is not EnumPowerStatus.UNKNOWN:
        yield f"raised an error and set {port.power_status.name}"
    if sent and error is not None and "may or may not" not in str(error):
        yield (
            "a command arrived, but the error does not say that the outlet may have switched:"
            f" {error}"
        )
    if (
        not sent
        and error is None
        and cell.method in WRITES
        and port.power_status is not EnumPowerStatus.UNKNOWN
    ):
        yield "reported a state without a command"


def leak_problems(text: str, secrets: list[str]) -> Iterator[str]:
    for secret in secrets:
        encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
        if secret in text or encoded in text:
            yield "shows a secret"
    if "Authorization" in text or "Basic " in text:
        yield "shows a login"


def _resources() -> tuple[int, ...]:
    gc.collect()
    return len(os.listdir("/proc/self/fd")), threading.active_count()


def _left_open(before: tuple[int, ...]) -> Iterator[str]:
    """Problems for descriptors and threads beyond `before` that remain after 10 s."""
    end = time.monotonic() + 10.0
    now = _resources()
    while (now[0] > before[0] or now[1] > before[1]) and time.monotonic() < end:
        time.sleep(0.01)
        now = _resources()
    if now[0] > before[0]:
        yield f"{counted(now[0] - before[0], 'descriptor')} left open"
    if now[1] > before[1]:
        yield f"{counted(now[1] - before[1], 'thread')} left running"
