"""Ends the program `pdu prove` at its requests, and looks at the outlet and the files.

python -m tests.pdu.evidence.prove.kills [--every N]

At each Nth request that the unit gets, before it answers, the program or the process that guards
the outlet gets a signal. Then the outlet must be on, no other one moved, and a file whole or
absent.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Callable, NamedTuple

from pdu.evidence.prove.document import BadProof, parsed
from tests.pdu.evidence.prove.rig import TARGET, Rig, nut, plant
from tests.simulators.nut_server import ADMIN
from tests.waiting import PATIENCE_S, bounded, until

PDU = (sys.executable, "-m", "tests.pdu.evidence.prove.hasty")


def words(rig: Rig, out: Path, *more: str) -> list[str]:
    """The arguments of `pdu prove` for a rig of NUT. Nothing is waited for between the readings."""
    settings: Mapping[str, str] = rig.unit.data.custom_params
    host = f"{rig.unit.data.ip}:{settings['port']}"
    return [
        "prove", "nut", host, "-s", "device=pdu", "--username", ADMIN.name,
        "--minutes", "0", "-o", str(out), *more,
    ]  # fmt: skip


def program(rig: Rig, out: Path, *before: str) -> subprocess.Popen[str]:
    """The command, as a process that switches without a question."""
    twice = ("--outlet", TARGET, "--outlet", TARGET, "--yes")
    return subprocess.Popen(
        [*(before or PDU), *words(rig, out, *twice)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PDU_PASSWORD": ADMIN.password},
        start_new_session=True,
    )


def guard_of(pid: int) -> int:
    """The process that guards the outlet of this command. Needs /proc."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(found[0])


def _whole(pid: int, number: signal.Signals) -> None:
    # to the whole group, as a terminal does; the guard is in another one
    os.killpg(pid, number)


def _guard(pid: int, number: signal.Signals) -> None:
    os.kill(guard_of(pid), number)


class Kill(NamedTuple):
    """Whom a signal ends."""

    name: str
    number: signal.Signals
    #: takes the program's process id
    send: Callable[[int, signal.Signals], None]


KILLS = (
    Kill("kill -9", signal.SIGKILL, _whole),
    Kill("Ctrl-C", signal.SIGINT, _whole),
    Kill("the terminal is closed", signal.SIGHUP, _whole),
    Kill("kill -9 of the guard", signal.SIGKILL, _guard),
)


def killed(kill: Kill, request: int) -> tuple[int, str]:
    """End the program at the request of this number, from 1; 0: not at all.

    Returns how many requests there were, and what is wrong; "" for nothing.
    """
    with tempfile.TemporaryDirectory() as folder, nut(plant()) as rig:
        out, begun, seen = Path(folder) / "p.json", [0], [0]

        def rewrite(_: str, answer: bytes) -> bytes:
            seen[0] += 1
            if seen[0] == request and begun[0]:
                kill.send(begun[0], kill.number)
            return answer

        rig.faults.rewrite = rewrite
        process = program(rig, out)
        begun[0] = process.pid
        with bounded(process):
            # ends when both processes have ended
            said = process.communicate(timeout=PATIENCE_S)[1]
        rig.plant.settle()
        wrong = []
        if not until(lambda: rig.plant.contact == plant().contact, 1.0):
            wrong.append(f"{rig.plant.contact} after {rig.plant.commands}: {said}")
        left = [*Path(folder).iterdir()]
        try:
            if left:
                parsed(out.read_text())
        except (OSError, BadProof) as error:
            wrong.append(f"left {', '.join(path.name for path in left)}: {error}")
        return seen[0], "; ".join(wrong)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1, metavar="N", help="each Nth request (1)")
    every = parser.parse_args().every
    requests = killed(KILLS[0], 0)[0]
    bad = tried = 0
    for kill in KILLS:
        wrong = 0
        steps = range(1, requests + 1, every)
        for request in steps:
            found = killed(kill, request)[1]
            if found:
                wrong += 1
                print(f"{kill.name}, request {request}: {found}", flush=True)
        tried += len(steps)
        bad += wrong
        print(f"{kill.name:<24}  {len(steps)} of {requests} requests, {wrong} wrong", flush=True)
    print(f"{tried} programs ended, {bad} wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
