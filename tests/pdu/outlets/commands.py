"""Runs of `pdu` at a scripted unit, which the handler x reads: what the lines of commands.txt mean.

A line is a unit, and the runs at it. Of a run, it says

    EXIT CODE | SENT | OUTPUT | ERRORS

with ` // ` between two, and ` / ` between lines; times are S. SENT: the commands that the unit got
and the seconds that a cycle paused. `pdu WORDS` is a run; in WORDS, X is `x 192.0.2.7`. The unit:

    is IDENTITY STATE, ...     its outlets in their order; without this: 1, 2 and 3, all on
    name IDENTITY TEXT         of an outlet; `number`: what is printed at it; `\\xNN` is a character
    figure [IDENTITY.]KEY N    of the unit, or of an outlet; `-`: not metered; `?WHY`: not known now
    CALL: EVENT, ...           what comes of a call, in this order, in place of the usual answer
    session                    its handler has sessions, as it has where there is a name or a number
    keeps                      an object of its handler reads once
    again SECONDS              after which a state is read again; without this, at once
    log                        the lines of the system's log stand behind SENT
    typed TEXT                 a person at a terminal answers so
    unread                     whoever reads the output has ended

CALL is make, status, statistic, power, labels, pause, sleep, down or up; behind it `N`, the Nth
call alone, or of down and up the outlet. EVENT is one of these:

    raises KIND WORDS          a kind of our errors, or a class of Python's
    warns WORDS                in the log of Python
    is STATE                   the outlet is in this state now
    says STATE                 what a command returns
    outlets IDENTITY STATE     all that the unit has now
    loses                      the terminal is lost
    SIGINT and others          the process gets this signal
"""

from __future__ import annotations

import builtins
import contextlib
import errno
import inspect
import io
import json
import logging
import os
import re
import signal
import sys
import syslog
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Optional

import pytest

from handlers import dcimanager
from handlers.shared import errors
from handlers.shared.errors import printable
from handlers.shared.labels import Label
from handlers.shared.meter_figures import Figure, MeterFigures, NotKnown
from pdu import root
from pdu.outlets import cycle_command, switching
from pdu_common.helper import (
    EnumPowerStatus,
    PduPortStatisticView,
    PduPortView,
    PduStatisticView,
    PduView,
)
from tests import terminal
from tests.pdu.running import use_pdu
from tests.tables import Case, Table, characters

TABLE = Table(Path(__file__).with_suffix(".txt"), operator=": ")
STATES = {
    "on": EnumPowerStatus.UP,
    "off": EnumPowerStatus.DOWN,
    "unknown": EnumPowerStatus.UNKNOWN,
}
KINDS = {
    kind.kind: kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.PduHandlerError) and kind is not errors.PduHandlerError
}
_SIGNALS = ("SIGINT", "SIGTERM", "SIGQUIT", "SIGHUP")


class OtherError(Exception):
    """An error of another pack, with control characters."""

    kind, host, operation, reason = "refused", "a\nb", "c\x1b", "d\re"


class Unread(io.StringIO):
    """A pipe whose reader has ended."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


class LostTerminal(io.StringIO):
    """A terminal whose other side was closed."""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


class Unit:
    """The scripted unit: `states`, `names`, `numbers` and `figures` by identity, "" for the unit's
    own figures; `events`, call → what comes of it; `calls`, how often each was made; `sent`, the
    commands and pauses of a run.
    """

    def __init__(self) -> None:
        self.states = dict.fromkeys("123", EnumPowerStatus.UP)
        self.names: dict[str, str] = {}
        self.numbers: dict[str, str] = {}
        self.figures: dict[str, dict[str, Figure]] = {}
        self.events: dict[str, Sequence[str]] = {}
        self.calls: Counter[str] = Counter()
        self.sent: list[str] = []
        self.keeps = False
        self.again_s = 0.0
        self.has_session = False

    def make(self, data: object) -> FourCalls:
        """The `make_handler` of its handler."""
        self.happen("make")
        return Session(self) if self.has_session else FourCalls(self)

    def outlet_figures(self) -> dict[str, MeterFigures]:
        """The figures of its metered outlets."""
        return {name: MeterFigures(**row) for name, row in self.figures.items() if name}

    def happen(self, call: str, identity: str = "") -> Optional[EnumPowerStatus]:
        """Let the events of a call happen, such as `raises unreachable no answer` of `status`.
        Returns the state that the event `says` gives; None without one. `identity`: the outlet of a
        command; without it, an event may be of the Nth such call alone.
        """
        self.calls[call] += 1
        answer = None
        number = identity or str(self.calls[call])
        for event in self.events.get(f"{call} {number}", self.events.get(call, ())):
            word, _, rest = event.partition(" ")
            if word == "raises":
                raise _error(rest, call)
            elif word == "warns":
                logging.getLogger("any").warning(rest)
            elif word == "says":
                answer = STATES[rest]
            elif word == "is":
                self.states[identity] = STATES[rest]
            elif word == "outlets":
                self.states = _states(rest)
            elif word == "loses":
                sys.stderr = LostTerminal()
            else:
                os.kill(os.getpid(), signal.Signals[word])
        return answer

    def command(self, call: str, identity: str) -> EnumPowerStatus:
        """What the unit says after the command `up` or `down`: the state that was commanded, unless
        an event of this command gives another.
        """
        self.sent.append(f"{call} {printable(identity)}")
        wanted_state = EnumPowerStatus.UP if call == "up" else EnumPowerStatus.DOWN
        if call in self.events or f"{call} {identity}" in self.events:
            return self.happen(call, identity) or wanted_state
        self.states[identity] = wanted_state
        return wanted_state

    def sleep(self, seconds: float) -> None:
        """A stand-in for time.sleep: the seconds after one command are noted as one pause."""
        self.happen("sleep")
        before = 0.0
        if self.sent and self.sent[-1].endswith(" s"):
            before = float(self.sent.pop().removesuffix(" s"))
        if before + seconds:
            self.sent.append(f"{before + seconds:g} s")

    def pause(self, _: object, seconds: float) -> None:
        """A stand-in for the pause of a cycle."""
        self.sleep(seconds)
        self.happen("pause")


class FourCalls:
    """The object of the handler x for the unit, with the four calls alone. `states_before`: what
    the first status read, which a unit that `keeps` says again.
    """

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.states_before: dict[str, EnumPowerStatus] = {}

    def status(self) -> PduView:
        self.unit.happen("status")
        states = (self.unit.keeps and self.states_before) or dict(self.unit.states)
        self.states_before = states
        return PduView([PduPortView(identity, state) for identity, state in states.items()])

    def statistic(self) -> Any:
        """The view with those figures of the unit and its outlets that the line gives."""
        self.unit.happen("statistic")
        unit_figures = self.unit.figures.get("", {})
        view: Any = PduStatisticView()
        if "load_a" in unit_figures:
            view.load = unit_figures["load_a"]
        if "energy_kwh" in unit_figures:
            view.total_consumption = unit_figures["energy_kwh"]
        for identity, figures in self.unit.outlet_figures().items():
            port: Any = PduPortStatisticView(identity)
            if figures.energy_kwh is not None:
                port.consumption = figures.energy_kwh
            view.ports.append(port)
        return view

    def port_down(self, port: PduPortView) -> PduPortView:
        port.power_status = self.unit.command("down", port.identity)
        return port

    def port_up(self, port: PduPortView) -> PduPortView:
        port.power_status = self.unit.command("up", port.identity)
        return port


class Session(FourCalls):
    """The object of the handler x for a unit with sessions, and so with names and watts."""

    @contextlib.contextmanager
    def opened(self, with_states: bool) -> Iterator[Session]:
        yield self

    def forget(self) -> None:
        """Do nothing: it keeps no answers."""

    def states(self) -> list[tuple[str, EnumPowerStatus]]:
        return [(port.identity, port.power_status) for port in self.status().ports]

    def figures(self, with_power: bool) -> dcimanager.Figures:
        self.unit.happen("power" if with_power else "statistic")
        figures = self.unit.figures.get("", {})
        return dcimanager.Figures(
            load_a=figures.get("load_a"),
            energy_kwh=figures.get("energy_kwh"),
            ports=self.unit.outlet_figures(),
            power_w=figures.get("power_w") if with_power else None,
        )

    def labels(self) -> list[Label]:
        self.unit.happen("labels")
        names, numbers = self.unit.names, self.unit.numbers
        outlets = dict.fromkeys([*self.unit.states, *names, *numbers])
        return [Label(name, numbers.get(name, ""), names.get(name, "")) for name in outlets]

    def switch(self, identity: str, *, on: bool) -> EnumPowerStatus:
        return self.unit.command("up" if on else "down", identity)


def shown(case: Case) -> str:
    """What each run of a case ends with: the right side of its line in commands.txt.

    is 1 on & pdu off X 1 --yes      0 | down 1 | outlet 1 of 192.0.2.7 is off (x) |
    """
    unit = Unit()
    runs: list[list[str]] = []
    typed: Optional[str] = None
    has_log = is_unread = False
    for change in case.left.split(TABLE.separator):
        word, _, rest = change.partition(" ")
        call = re.fullmatch(
            "(make|status|statistic|power|labels|pause|sleep|down|up)(.*?): (.*)", change
        )
        if call is not None:
            unit.events[call[1] + call[2]] = characters(call[3]).split(", ")
        elif word == "pdu":
            runs.append([characters(word) for word in rest.split()])
        elif word == "is":
            unit.states = _states(rest)
        elif word in ("name", "number"):
            identity, _, text = rest.partition(" ")
            texts = unit.names if word == "name" else unit.numbers
            texts[identity] = characters(text)
            unit.has_session = True
        elif word == "figure":
            key, _, value = rest.partition(" ")
            _add_figure(unit, key, value)
        elif word == "keeps":
            unit.keeps = True
        elif word == "again":
            unit.again_s = float(rest)
        elif word == "session":
            unit.has_session = True
        elif word == "typed":
            typed = rest
        elif word == "log":
            has_log = True
        elif word == "unread":
            is_unread = True
        else:
            raise ValueError(f"unknown change: {change}")
    results = []
    for words in runs:
        results.append(_result(unit, words, typed, has_log=has_log, is_unread=is_unread))
    return " // ".join(results)


def _states(text: str) -> dict[str, EnumPowerStatus]:
    """Identity → state, in the order of the text: `1 on, 2 off`; {} for `none`."""
    states = {}
    for outlet in text.split(", ") if text != "none" else ():
        identity, _, state = outlet.rpartition(" ")
        states[characters(identity)] = STATES[state]
    return states


def _add_figure(unit: Unit, key: str, value: str) -> None:
    """Give the unit a figure, `load_a`, or an outlet, `2.current_a`; `-`: it is not metered,
    `?WHY`: it is not known now.
    """
    identity, _, field = key.rpartition(".")
    figures = unit.figures.setdefault(identity, {})
    if value.startswith("?"):
        figures[field] = NotKnown(value[1:])
    elif value != "-":
        figures[field] = float(value)


def _error(text: str, call: str) -> BaseException:
    """The error of `unreachable no answer`, a kind of this pack's errors, or of `ValueError no
    list`, a class of Python. `call`: in which it was raised.
    """
    kind, _, words = text.partition(" ")
    if kind == "OtherError":
        return OtherError()
    if kind in KINDS:
        return KINDS[kind](words).at("192.0.2.7", call)
    error: type[BaseException] = getattr(builtins, kind)
    return error(words) if words else error()


def _result(
    unit: Unit, words: list[str], typed: Optional[str], *, has_log: bool, is_unread: bool
) -> str:
    """What a run of `pdu` with these words ends with: `EXIT CODE | SENT | OUTPUT | ERRORS`.
    `typed`: what a person answers; None without a terminal.
    """
    lines: list[str] = []
    unit.sent.clear()
    handlers = [signal.getsignal(signal.Signals[name]) for name in _SIGNALS]
    out, err = Unread() if is_unread else io.StringIO(), io.StringIO()
    if "X" in words:
        index = words.index("X")
        words = [*words[:index], "x", "192.0.2.7", *words[index + 1 :]]
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds
        unit.sleep(seconds)

    with pytest.MonkeyPatch.context() as patch:
        use_pdu(patch, unit.make)
        patch.setattr(switching, "AGAIN_S", unit.again_s)
        patch.setattr(time, "sleep", sleep)
        patch.setattr(time, "monotonic", lambda: clock[0])
        patch.setattr(syslog, "syslog", lambda _, line: lines.append(line))
        patch.delenv("SUDO_USER", raising=False)
        if "pause" in unit.events:
            patch.setattr(cycle_command, "_pause", unit.pause)
        if typed is not None:
            patch.setattr(sys, "stdin", terminal.Person(f"{typed}\n"))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                end = str(root.run(words))
            except BrokenPipeError:
                end = "a broken pipe"
    assert [signal.getsignal(signal.Signals[name]) for name in _SIGNALS] == handlers
    parts = [end, ", ".join(unit.sent)]
    if has_log:
        # without the user, who runs the tests
        parts.append(" / ".join(line.partition(" ")[2] for line in lines))
    return " | ".join([*parts, _one_line(out.getvalue()), _one_line(err.getvalue())]).strip()


def _one_line(text: str) -> str:
    """A text of several lines in one; JSON in its shortest form, and times as S."""
    with contextlib.suppress(ValueError):
        text = json.dumps(json.loads(text))
    text = re.sub(r'("seconds": |, )[0-9.]+(?=[,}]| s\b)', r"\1S", text.rstrip("\n"))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return " / ".join(lines)
