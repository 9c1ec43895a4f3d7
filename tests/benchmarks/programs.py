"""Whole processes: a poll of the handler beside one of the page's, and `pdu status` beside the
program with which an administrator would ask the same PDU.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.needs import ROOT, programs
from tests.servers.peers import NAMED, Peer, snmp
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc
from tests.waiting import PATIENCE_S, run_program

from .figures import INSTRUCTIONS, SECONDS, Figure, Reading, compare
from .polls import OUTLETS

_ROUNDS = 5
# The script's own command line, but with the account from the environment.
_RF_TOOL = """
import os, runpy, sys
url, user, secret = (os.environ[name] for name in ("URL", "ACCOUNT", "SECRET"))
sys.argv = ["tool", "-r", url, "-u", user, "-p", secret, "outlets", "-t", "RackPDU"]
runpy.run_path(os.environ["TOOL"], run_name="__main__")
"""


def _run(command: Sequence[str], environment: Mapping[str, str], lines: int) -> Reading:
    """Measures a process, which must print at least so many lines."""
    begin = time.perf_counter()
    done = run_program(command, cwd=ROOT, env={**os.environ, **environment})
    seconds = time.perf_counter() - begin
    if done.returncode or done.stdout.count("\n") < lines:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-500:]}")
    return Reading(seconds, 0.0, None)


def instructions() -> Iterator[Figure]:
    """A poll over pysnmp, as the platform makes it: instructions, which no other load changes."""
    product, peer_handler = "handler over pysnmp", "the page's handler over pysnmp"
    with Agent(apc.rpdu2(outlets=OUTLETS)) as agent:
        peer = snmp.of(agent)
        peer.snmp["timeout"] = "60"
        target: Sequence[object] = ("snmp", peer.protocol, peer.address, peer.snmp, {}, "")

        def polls(way: str, number: int) -> float:
            order = json.dumps([way, target, number])
            code = "import json, sys; from tests.benchmarks import readers as r; "
            words = ("-c", f"{code}r.read(*json.loads(sys.argv[1]))", order)
            return _instructions(words, {}, parts=1 + number)

        # the start of the process is in both runs, and so not in the difference of three polls
        count = (polls(product, 4) - polls(product, 1)) / 3
        peer_count = (polls(peer_handler, 4) - polls(peer_handler, 1)) / 3
    yield Figure(
        area="instructions",
        name="a poll, 0 ms",
        product=product,
        peer=peer_handler,
        unit=INSTRUCTIONS,
        value=count,
        peer_value=peer_count,
    )


def _instructions(arguments: Sequence[str], environment: Mapping[str, str], parts: int) -> float:
    """The millions of instructions of a Python process. `parts`: its start and what it repeats,
    each of which gets the time of one program, because valgrind takes 50 times as long.
    """
    (valgrind,) = programs("valgrind")
    options = ("--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
    done = run_program(
        (valgrind, *options, sys.executable, *arguments),
        cwd=ROOT,
        env={**os.environ, **environment, "PYTHONHASHSEED": "0"},
        timeout=parts * PATIENCE_S,
    )
    count = re.search(r"I +refs: +([0-9,]+)", done.stderr)
    if done.returncode or count is None:
        raise RuntimeError(f"{arguments[1]} ended with {done.returncode}: {done.stderr[-500:]}")
    return int(count[1].replace(",", "")) / 1e6


class Program(NamedTuple):
    """What asks a PDU for the states of its outlets: the command, and its further environment."""

    title: str
    command: Sequence[str]
    environment: Mapping[str, str] = {}


def _peer_program(peer: Peer) -> Program:
    where = f"{peer.address}:{ {**peer.settings, **peer.snmp}['port'] }"
    if peer.handler == "snmp":
        column = f"{apc.RPDU2_STATUS}.5"
        command = (*programs("snmpbulkwalk"), "-v2c", "-cpublic", "-On", where, column)
        return Program("snmpbulkwalk", command)
    if peer.handler == "nut":
        return Program("upsc", (*programs("upsc"), f"pdu@{where}"))
    environment = {
        "URL": f"https://{where}",
        "ACCOUNT": peer.settings["username"],
        "SECRET": peer.settings["password"],
        "TOOL": str(Path(sys.executable).with_name("rf_power_equipment.py")),
    }
    return Program("rf_power_equipment.py", (sys.executable, "-c", _RF_TOOL), environment)


def status() -> Iterator[Figure]:
    """The seconds of `pdu status` and of another program of the protocol, for a PDU on this
    machine.
    """
    names = [f"Outlet {number}" for number in range(1, OUTLETS + 1)]
    for handler in ("snmp", "nut", "redfish"):
        with NAMED[handler](names) as peer, tempfile.TemporaryDirectory() as folder:
            product = _pdu_status(peer, Path(folder))
            other = _peer_program(peer)
            reading, other_reading = compare(
                lambda: _run(product.command, product.environment, OUTLETS),
                lambda: _run(other.command, other.environment, OUTLETS),
                _ROUNDS,
            )
        yield Figure(
            area="status",
            name="a command",
            product=f"pdu status {handler}",
            peer=other.title,
            unit=SECONDS,
            value=reading.seconds,
            peer_value=other_reading.seconds,
        )


def _pdu_status(peer: Peer, folder: Path) -> Program:
    settings = {**peer.settings, **peer.snmp}
    where = f"{peer.address}:{settings['port']}"
    options: list[str] = []
    if "device" in settings:
        options += ["-s", f"device={settings['device']}"]
    if "username" in settings:
        options += ["--username", settings["username"]]
    if "ca_pem" in settings:
        (folder / "ca.pem").write_text(settings["ca_pem"])
        options += ["-s", f"ca_pem={folder / 'ca.pem'}"]
    secrets = {"PDU_PASSWORD": settings.get("password", ""), "PDU_COMMUNITY": "public"}
    command = (sys.executable, "-m", "pdu", "status", peer.handler, where, *options)
    return Program("pdu status", command, {name: text for name, text in secrets.items() if text})
