"""The steps of the demo, and the comparison of each state, load and energy with the simulators' own
truth.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Callable, NamedTuple, Optional

from tests.dcimanager.manager import DciManager
from tests.dcimanager.records import Pdu
from tests.needs import ROOT
from tests.processes.ending import end
from tests.processes.handler_worker import Call
from tests.servers.peers import SHOWN, Peer

STATES = {True: "UP", False: "DOWN", None: "UNKNOWN"}
_READ_S = 10.0  # limit for the last lines of a program that has ended
ROUNDING = 1e-6  # allowed difference from the truth, for the rounding of floats


class Measured(NamedTuple):
    """One call of a handler, and the round trips that the device counted."""

    call: Call
    round_trips: int


@dataclass
class DemoPdu:
    """One PDU of the demo: its simulator, its entry in the stand-in once it is added, and its
    measurements by method.
    """

    peer: Peer
    pdu: Optional[Pdu] = None
    measured: dict[str, Measured] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.peer.title

    @property
    def handler(self) -> str:
        return f"pdu_{self.peer.handler}"


class Failed(Exception):
    """A step failed, or a state or a figure differs from the truth."""


def simulators(stack: ExitStack) -> list[DemoPdu]:
    """One simulated PDU for each handler, stopped when the stack is left."""
    return [DemoPdu(stack.enter_context(shown())) for shown in SHOWN.values()]


def build(dist: Path) -> None:
    """Builds the archives in this folder. Raises Failed."""
    run_program([sys.executable, str(ROOT / "packaging" / "build.py"), "--out", str(dist)], {})


def register(manager: DciManager, dist: Path, say: Callable[[str], None]) -> None:
    """Runs `pdu register` against the stand-in, as an administrator would, and says each line of
    its output. Raises Failed.
    """
    run_program(
        [sys.executable, "-m", "pdu", "register", "--dist", str(dist)],
        {
            "DCI_URL": manager.url,
            "DCI_EMAIL": manager.email,
            "DCI_PASSWORD": manager.password,
            "CURL_CA_BUNDLE": str(manager.ca_file),
        },
        say=say,
    )


def run_program(
    command: list[str],
    environment: Mapping[str, str],
    seconds: float = 300.0,
    say: Callable[[str], None] = lambda line: None,
) -> None:
    """Runs a program to its end, and says each line of its output at once. Raises Failed."""
    lines: list[str] = []

    def read(output: IO[bytes]) -> None:
        # ValueError: the pipe was closed while it was read, for example after Ctrl-C
        with contextlib.suppress(ValueError):
            for line in output:
                lines.append(line.decode("utf-8", "replace").rstrip("\n"))
                say(lines[-1])

    with subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        reader = threading.Thread(target=read, args=(process.stdout,), daemon=True)
        reader.start()
        late = ""
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            late = f"did not end within {seconds:g} s"
        finally:
            end(process)
            reader.join(_READ_S)
    if late or process.returncode:
        ended = late or f"ended with {process.returncode}"
        raise Failed("\n".join((f"{Path(command[-1]).name} {ended}:", *lines)))


class Steps:
    """Polls and switches every unit through the stand-in, and compares states, loads and energies
    with the devices' truth.
    """

    def __init__(
        self, manager: DciManager, units: list[DemoPdu], say: Callable[[str], None]
    ) -> None:
        self._manager, self._units, self._say = manager, units, say

    def add(self) -> None:
        for unit in self._units:
            unit.pdu = self._manager.add_pdu(
                unit.title,
                unit.handler,
                unit.peer.address,
                snmp=unit.peer.snmp,
                settings=unit.peer.settings,
            )

    def poll(self) -> None:
        """Calls status and statistic of each PDU.

        Raises Failed if a call fails, or if a state, load or energy is wrong.
        """
        for unit in self._units:
            for method in ("status", "statistic"):
                self._measure(unit, method, partial(self._manager.call, method=method))
            self._compare(unit)

    def switch(self) -> None:
        """Switches an outlet of each PDU off and on again.

        Raises Failed if a call fails, another outlet changes, or the switched one is wrong in the
        simulator or the stand-in.
        """
        for unit in self._units:
            before = unit.peer.truth().states
            identity = next(identity for identity, on in before.items() if on)
            for method, on in (("off", False), ("on", True)):
                self._measure(unit, method, partial(self._manager.switch, identity=identity, on=on))
                now = unit.peer.truth().states
                if now != {**before, identity: on}:
                    raise Failed(
                        f"{unit.title}: after switching outlet {identity} {method}, the simulator's"
                        f" outlets are {now}"
                    )
                if _pdu(unit).ports[identity] != STATES[on]:
                    raise Failed(
                        f"{unit.title}: outlet {identity} is shown as {_pdu(unit).ports[identity]}"
                        f" after {method}"
                    )
            self._say(
                f"  {unit.title}: outlet {identity} off and on; the device reported each state"
            )

    def _measure(self, unit: DemoPdu, method: str, work: Callable[[Pdu], Call]) -> None:
        before = unit.peer.truth().requests
        call = work(_pdu(unit))
        if not call.ok:
            raise Failed(f"{unit.title}: {method} failed: {call.kind}: {call.text}")
        unit.measured[method] = Measured(call, unit.peer.truth().requests - before)

    def _compare(self, unit: DemoPdu) -> None:
        truth, pdu = unit.peer.truth(), _pdu(unit)
        states = {identity: STATES[on] for identity, on in truth.states.items()}
        if pdu.ports != states:
            raise Failed(f"{unit.title}: the states shown are {pdu.ports}, the truth is {states}")
        _agree(unit.title, "load", pdu.load_a, truth.load_a)
        _agree(unit.title, "energy", pdu.energy_kwh, truth.energy_kwh)
        if set(pdu.port_energy_kwh) != set(truth.port_energy_kwh):
            raise Failed(
                f"{unit.title}: an energy is shown for the outlets {sorted(pdu.port_energy_kwh)}, "
                f"in truth there is one for {sorted(truth.port_energy_kwh)}"
            )
        for identity, energy in truth.port_energy_kwh.items():
            _agree(
                unit.title, f"energy of outlet {identity}", pdu.port_energy_kwh[identity], energy
            )


def _agree(title: str, what: str, shown: float, truth: Optional[float]) -> None:
    if truth is None or not abs(shown - truth) <= ROUNDING:  # true for NaN too
        raise Failed(f"{title}: {what} is shown as {shown}, the truth is {truth}")


def _pdu(unit: DemoPdu) -> Pdu:
    if unit.pdu is None:
        raise Failed(f"{unit.title} was not added")
    return unit.pdu
