"""A machine with two supplies, each at the outlet 3 of a simulated Redfish PDU, and the files that
the fence agent needs. The supplies share the machine's load. The simulators know whether it has
power.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from handlers.shared.meter_figures import MeterFigures
from pdu import root
from pdu.site.drawing.drawing import Cord
from pdu.site.machines.evidence import EvidenceFile, MachineEvidence, VerifiedCord
from tests.handlers.skipping import skipped
from tests.needs import ROOT
from tests.pdu.monitoring.halls import PDU, environment, private
from tests.pdu.site.machines.alive_command import asking
from tests.simulators.redfish import Model, Pdu, RedfishService
from tests.waiting import PATIENCE_S

OUTLET = "3"
WHOLE_A = 0.7
_SERIAL = "SIM0000001"  # of all simulated PDUs
DRAWING = """
[[feed]]
name = "A"

[[feed]]
name = "B"

[[pdu]]
name = "left"
inputs = ["A"]

[[pdu]]
name = "right"
inputs = ["B"]

[[machine]]
name = "srv-1"
cords = ["left/3", "right/3"]

[[machine]]
name = "core"
cords = ["left/4", "right/4"]
protected = true
"""
#: a machine on a PDU that the test has to add to the list
OTHER_RACK = """
[[pdu]]
name = "third"
inputs = ["A"]

[[machine]]
name = "srv-2"
cords = ["third/1"]
"""


@dataclass
class Site:
    """The two PDUs, by their names in the list."""

    folder: Path
    pdus: dict[str, RedfishService]
    #: line of the list by PDU, without its name
    lines: dict[str, str]
    #: a program that ends with 0 while the machine draws power
    alive: str = ""
    drawing: str = DRAWING
    #: what `start` and `apart` run
    program: Sequence[str] = PDU
    #: where the left cord really is
    left: str = OUTLET

    @property
    def draws(self) -> bool:
        """Whether the machine draws power from one of its feeds, wherever its cords are."""
        places = (("left", self.left), ("right", OUTLET))
        return any(self.pdus[pdu].outlet(place).current() > 0 for pdu, place in places)

    def share(self, left: str = OUTLET, swing: float = 0.0) -> None:
        """The supplies at closed outlets share the load. `left`: where the left cord really is.
        `swing`: which part of it comes and goes.
        """
        self.left = left
        places = [self.pdus["left"].outlet(left), self.pdus["right"].outlet(OUTLET)]

        def drawn() -> float:
            # 0 while a relay moves between the two readings of this thread
            whole = WHOLE_A * (1 + swing * math.sin(time.monotonic()))
            return round(whole / max(1, sum(one.closed for one in places)), 3)

        self.pdus["left"].outlet(OUTLET).drawn = lambda: 0.0
        for one in places:
            one.drawn = drawn

    def verify(self, name: str = "srv-1", *cords: Cord, age_s: float = 60.0) -> None:
        """As if the cabling of the machine had been tried so long ago."""
        tried = cords or (Cord("left", OUTLET), Cord("right", OUTLET))
        line = MachineEvidence(
            name,
            time.time() - age_s,
            [VerifiedCord(*cord, "", _SERIAL, MeterFigures(WHOLE_A / 2)) for cord in tried],
            period_s=1.0,
            shows_s=1.0,
        )
        with EvidenceFile(self.file("hall.verified.jsonl")).appending() as file:
            file.append(line)

    def commands(self) -> list[str]:
        """What was sent to the machine's outlets of both PDUs."""
        return [verb for pdu in self.pdus.values() for _, verb in pdu.books().writes]

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def write(self) -> None:
        """Write the files anew."""
        rows = [f"{name},redfish,{line}" for name, line in self.lines.items()]
        self.folder.joinpath("hall.csv").write_text(
            "\n".join(["name,handler,address,auth,settings", *rows, ""])
        )
        private(
            self.folder / "logins.toml",
            "".join(
                f'[auth.{name}]\nusername = "{pdu.user}"\npassword = "{pdu.password}"\n'
                for name, pdu in self.pdus.items()
            ),
        )
        self.folder.joinpath("hall.power.toml").write_text(self.drawing)
        for name, pdu in self.pdus.items():
            self.folder.joinpath(f"{name}.pem").write_text(pdu.ca_pem)

    def options(self, **more: object) -> dict[str, str]:
        return {
            "list": self.file("hall.csv"),
            "auth": self.file("logins.toml"),
            "drawing": self.file("hall.power.toml"),
            "power_wait": "0",
            # the figures of these PDUs change only with a command
            "state_dir": self.file("state"),
            **{key: str(value) for key, value in more.items()},
        }

    def _input(self, action: str, plug: str, more: dict[str, object]) -> str:
        options = {"action": action, "plug": plug, "nodename": plug, **self.options(**more)}
        return "".join(f"{key}={value}\n" for key, value in options.items())

    def start(self, action: str, plug: str = "srv-1", **more: object) -> subprocess.Popen[str]:
        """Start the agent as a cluster does: options on standard input."""
        process = subprocess.Popen(
            [*self.program, "fence"],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        process.stdin.write(self._input(action, plug, more))
        process.stdin.close()
        process.stdin = None
        return process

    def apart(self, action: str, plug: str = "srv-1", **more: object) -> tuple[int, str, str]:
        """The exit code, the output and the errors of one run in a process of its own."""
        process = self.start(action, plug, **more)
        out, err = process.communicate(timeout=PATIENCE_S)
        return process.returncode, out, err

    def run(self, action: str, plug: str = "srv-1", **more: object) -> tuple[int, str, str]:
        """As `apart`, in this process, which takes a tenth of the time, and with a clock that waits
        for nothing.
        """
        out, err = io.StringIO(), io.StringIO()
        given = io.TextIOWrapper(io.BytesIO(self._input(action, plug, more).encode()))
        with pytest.MonkeyPatch.context() as patch:
            for key in [key for key in os.environ if key.startswith("PDU_")]:
                patch.delenv(key)
            patch.setattr(sys, "stdin", given)
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), skipped():
                code = root.run(["fence"])
        return code, out.getvalue(), err.getvalue()


@contextlib.contextmanager
def site(folder: Path, no_state: Sequence[str] = (), is_verified: bool = True) -> Iterator[Site]:
    with contextlib.ExitStack() as stack:
        model = Model((Pdu(outlets=tuple("1234"), no_state=tuple(no_state)),))
        pdus = {name: stack.enter_context(RedfishService(model)) for name in ("left", "right")}
        lines = {
            name: f"{pdu.host}:{pdu.port},{name},ca_pem={name}.pem" for name, pdu in pdus.items()
        }
        made = Site(folder, pdus, lines)
        made.alive = stack.enter_context(asking(lambda: made.draws))
        made.write()
        made.share()
        if is_verified:
            made.verify()
        yield made


@contextlib.contextmanager
def closed_port() -> Iterator[int]:
    """A port of this machine that refuses connections."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]
