"""Runs of `pdu prove` on a unit of three outlets: what the lines of proofs.txt mean.

Outlets 1 and 2 are on, of which 2 carries 1.5 A; outlet 3 is off. Of a run, a line says

    EXIT CODE | COMMANDS | FILE | OUTPUT | ERRORS

COMMANDS are those that the unit got, FILE what stands where the proof is to be written: `proof`,
`mine` for a file of the owner's, or `none`. The changes of a line, in their order:

    no meter                the unit has no load of its outlets
    METHOD: raises KIND WORDS   it raises this error of ours
    METHOD: signal NAME         this signal comes when it is called
    METHOD: outlet N off        this outlet goes off when it is called
    status: frozen              it answers as before each command
    port_up: unknown            it returns an unknown state, and the next status is interrupted
    typed TEXT                  what the owner types, at a terminal
    mine                        the file exists
    at HOST                     another address than 192.0.2.7
    run WORDS                   `pdu prove nut HOST --out FILE WORDS`

`python -m tests.pdu.evidence.prove.proofs` writes right sides.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import pytest

from handlers.shared import errors
from pdu import root
from pdu.evidence.prove import command, run as proof_run
from pdu.loading.handler_loading import LoadedHandler
from pdu_common.helper import (
    EnumPowerStatus,
    PduPortStatisticView,
    PduPortView,
    PduStatisticView,
    PduView,
)
from tests import terminal
from tests.tables import Case, Table

TABLE = Table(Path(__file__).with_suffix(".txt"), operator=": ")
UP, DOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN


@dataclass
class MeteredPort(PduPortStatisticView):
    """As the platform's view is where it has a current."""

    load: Optional[float] = None


class Unit:
    """Outlets 1 to 3, and what happens when its methods are called."""

    def __init__(self) -> None:
        self.state = {"1": UP, "2": UP, "3": DOWN}
        self.load = {"1": 0.0, "2": 1.5, "3": 0.0}
        self.commands: list[str] = []
        #: by the method that is called
        self.effects: dict[str, str] = {}

    def make(self, data: object) -> Unit:
        return self

    def status(self) -> PduView:
        self._happen("status")
        state = dict(self.state)
        if self.effects.get("status") == "frozen":
            state = Unit().state
        return PduView([PduPortView(identity, on) for identity, on in state.items()])

    def statistic(self) -> PduStatisticView:
        self._happen("statistic")
        view = PduStatisticView(load=1.5)
        for identity, load in self.load.items():
            view.ports.append(MeteredPort(identity, load=load))
        return view

    def port_down(self, port: PduPortView) -> PduPortView:
        return self._command("port_down", DOWN, port)

    def port_up(self, port: PduPortView) -> PduPortView:
        return self._command("port_up", UP, port)

    def _command(self, method: str, state: EnumPowerStatus, port: PduPortView) -> PduPortView:
        self.commands.append(f"{method} {port.identity}")
        self._happen(method)
        self.state[port.identity] = state
        port.power_status = state
        if self.effects.get(method) == "unknown":
            port.power_status = EnumPowerStatus.UNKNOWN
            self.effects["status"] = "signal SIGINT"
        return port

    def _happen(self, method: str) -> None:
        word, _, rest = self.effects.get(method, "").partition(" ")
        if word == "raises":
            kind, _, words = rest.partition(" ")
            error: type[errors.PduHandlerError] = getattr(errors, kind)
            raise error(words)
        if word == "signal":
            os.kill(os.getpid(), signal.Signals[rest])
        elif word == "outlet":
            self.state[rest.split()[0]] = DOWN


def shown(case: Case) -> str:
    """What a run ends with."""
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        unit, file = Unit(), Path(place, "p.json")
        host, words = "192.0.2.7", ""
        handler = LoadedHandler("x", "x", unit.make, (), False)
        patch.setattr(command, "load", lambda name: handler)
        patch.setattr(proof_run, "AGAIN_S", 0.0)
        for change in case.left.split(TABLE.separator):
            word, _, rest = change.partition(" ")
            if word == "run":
                words = rest
            elif word == "at":
                host = rest
            elif word == "typed":
                patch.setattr(sys, "stdin", terminal.Person(f"{rest}\n"))
            elif change == "no meter":
                unit.load.clear()
            elif change == "mine":
                file.write_text("mine")
            else:
                method, _, effect = change.partition(": ")
                unit.effects[method] = effect
        texts = _run(["prove", "nut", host, "-o", str(file), *shlex.split(words)])
        texts[1:1] = [", ".join(unit.commands), _file(file)]
    return " | ".join(text.replace(str(file), "FILE") for text in texts)


def _run(words: Sequence[str]) -> list[str]:
    """Exit code, output and errors of a run."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = root.run(words)
    texts = [re.sub(r"[0-9.]+ s\b", "N s", text.getvalue().rstrip("\n")) for text in (out, err)]
    return [str(code), *(re.sub(" +", " ", text).replace("\n", "\\n") for text in texts)]


def _file(file: Path) -> str:
    if any(other != file for other in file.parent.iterdir()):
        return "another file"
    if not file.exists():
        return "none"
    return "mine" if file.read_text() == "mine" else "proof"


if __name__ == "__main__":
    TABLE.write(shown)
