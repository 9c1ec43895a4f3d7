"""Counts the instructions of a handler's start in a fresh process: import of each archive,
`make_handler` and the first status, compared with `import requests`. Then those of whole runs of
`pdu`.

    python -m tests.benchmarks.bench_cold

Valgrind's cachegrind counts them, so that a busy machine does not change the figures. It is unknown
whether the platform keeps a process between calls. Each figure is from a new process that has
already imported the doubles of the platform's modules, because a real platform has loaded its
modules too. "With bytecode": the archive's folder has Python's cached bytecode; "without": Python
compiles the archive's files again. `requests` always has its bytecode. The new process of a handler
then also reads the status of a simulated PDU. This first status includes work that later ones need
not repeat. Goals: with its first status, the archive of snmp takes at most 0.45 times the import of
requests, that of raritan 0.5 times, each other archive at most 1.2 times.

Whole runs of `pdu`: from the process's start to its end, compared with Python alone and with an
import of click, the library for command lines. Goals: `pdu --version` takes at most 1.5 times
Python's own start, and `pdu status snmp` at most 1.75 times the import of click. Exit code 1 if a
goal is missed, 2 if valgrind is missing.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional

from rich.console import Console
from rich.table import Table

from pdu.core.cli import exit_handling
from pdu.pdus import handler_archives
from pdu_common.connection import PduData, PduSnmpData
from tests.needs import ROOT, found
from tests.packaging.building import archive
from tests.peers import PEERS
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import BUILT_IN

from .cachegrind import COUNTER, instructions
from .ratios import note

REQUESTS = "import requests"
PYTHON, CLICK = "`python -c pass`", "`import click`"
VERSION, STATUS = "`pdu --version`", "`pdu status snmp`"
#: whole processes: the arguments of Python
WHOLE: Mapping[str, Sequence[str]] = {
    PYTHON: ["-c", "pass"],
    CLICK: ["-c", "import click"],
    VERSION: [str(ROOT / "pdu" / "__main__.py"), "--version"],
    STATUS: [str(ROOT / "pdu" / "__main__.py"), "status", "snmp"],
}
GOALS = {VERSION: (PYTHON, 1.5), STATUS: (CLICK, 1.75)}
COLD_GOAL = 1.2
COLD_GOALS = {"pdu_snmp": 0.45, "pdu_raritan": 0.5}


@contextlib.contextmanager
def _snmp() -> Iterator[object]:
    with Agent(BUILT_IN["apc-rpdu2"]()) as agent:
        yield PduSnmpData(agent.host, {"port": str(agent.port), "community": "public"})


@contextlib.contextmanager
def _of_peer(name: str) -> Iterator[object]:
    with PEERS[name]() as peer:
        yield (
            PduSnmpData(peer.address, peer.snmp, peer.settings)
            if peer.snmp
            else PduData(peer.address, peer.settings)
        )


# a PDU of 24 outlets over SNMP; the PDUs of tests/peers, over TLS, for the other handlers
SIMULATED: dict[str, Callable[[], contextlib.AbstractContextManager[object]]] = {
    **{name: functools.partial(_of_peer, name) for name in PEERS},
    "snmp": _snmp,
}
_CHILD = """
import json, sys
job = json.loads(sys.stdin.readline())
sys.path[:0] = job["paths"]
import common.logger, pdu_common.base_pdu, pdu_common.base_snmp_pdu, pdu_common.connection, pdu_common.helper
before = len(sys.modules)
if not job["kind"]:
    if job["imports"]:
        import requests
else:
    import importlib
    kind = getattr(pdu_common.connection, job["kind"])
    handler = importlib.import_module(job["module"]).make_handler(kind(*job["data"]))
imported = len(sys.modules) - before
if job["kind"] and job["reads"]:
    assert handler.status().ports
print(imported)
"""


class Figures(NamedTuple):
    """Millions of instructions of one row, and the number of imported modules."""

    compiled: float
    uncompiled: float
    status: float
    modules: int


@contextlib.contextmanager
def built(names: Sequence[str]) -> Iterator[Path]:
    """A folder with each of these handlers' archives, unpacked once below `kept` and once below
    `uncompiled`.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in names:
            read = handler_archives.read_archive(archive(ROOT / "handlers", name))
            for copy in ("kept", "uncompiled"):
                read.unpack(folder / copy)
        yield folder


def measure(names: Sequence[str] = tuple(SIMULATED)) -> dict[str, Figures]:
    """Counts each row, without what a process needs before it."""
    with built(names) as folder, contextlib.ExitStack() as stack:
        jobs: dict[str, dict[str, Any]] = {REQUESTS: {"kind": "", "imports": True}}
        for name in names:
            data: Any = stack.enter_context(SIMULATED[name]())
            jobs[f"pdu_{name}"] = {
                "kind": type(data).__name__,
                "data": list(vars(data).values()),
                "module": f"pdu_{name}.handler",
            }
        base, _ = _started({"kind": "", "imports": False}, folder, True)
        rows = {}
        for name, job in jobs.items():
            _started({**job, "reads": True}, folder, True)  # writes the bytecode
            compiled, modules = _started({**job, "reads": False}, folder, True)
            uncompiled, _ = _started({**job, "reads": False}, folder, False)
            status, _ = _started({**job, "reads": True}, folder, True)
            rows[name] = Figures(compiled - base, uncompiled - base, status - compiled, modules)
        return rows


def _started(job: Mapping[str, Any], folder: Path, bytecode: bool) -> tuple[float, int]:
    """Millions of instructions of a process, and the number of modules that it imported.

    Files below `uncompiled` never get bytecode.
    """
    place = folder / ("kept" if bytecode else "uncompiled")
    count, printed = instructions(
        [sys.executable, "-c", _CHILD],
        bytecode,
        json.dumps({**job, "paths": [str(place), str(ROOT)]}) + "\n",
    )
    return count, int(printed)


def runs_of_pdu() -> dict[str, float]:
    """Millions of instructions of each process in WHOLE."""
    with Agent(BUILT_IN["apc-rpdu2"]()) as agent:
        words = {**WHOLE, STATUS: [*WHOLE[STATUS], f"{agent.host}:{agent.port}"]}
        counts = {}
        for name, arguments in words.items():
            for _ in range(2):  # the first writes the bytecode
                counts[name], _ = instructions([sys.executable, *arguments], True)
        return counts


def main(arguments: Optional[Sequence[str]] = None) -> int:
    argparse.ArgumentParser(
        prog="python -m tests.benchmarks.bench_cold",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args(arguments)
    if not found(COUNTER):
        print(f"missing: {COUNTER} (apt-get install {COUNTER})", file=sys.stderr)
        return 2
    console = Console(width=110)
    table = Table(title="millions of instructions of a start in a fresh process")
    for column in ("", "with bytecode", "without", "modules", "first status"):
        table.add_column(column, justify="right" if column else "left")
    rows = measure()
    requests = rows.pop(REQUESTS)
    table.add_row(REQUESTS, f"{requests.compiled:.0f}", "", str(requests.modules), "")
    ratios = []
    for name, row in rows.items():
        figures = (row.compiled, row.uncompiled, row.status)
        compiled, uncompiled, status = (f"{figure:.0f}" for figure in figures)
        table.add_row(name, compiled, uncompiled, str(row.modules), status)
        what = f"instructions of import and first status of {name} ÷ of `import requests`"
        ratio = (row.compiled + row.status) / requests.compiled
        ratios.append((what, ratio, COLD_GOALS.get(name, COLD_GOAL)))
    console.print(table)
    counts = runs_of_pdu()
    for name, count in counts.items():
        console.print(f"{name}: {count:.0f} M instructions, the whole process")
    for name, (base, goal) in GOALS.items():
        ratios.append((f"instructions of {name} ÷ of {base}", counts[name] / counts[base], goal))
    for what, ratio, goal in ratios:
        note("cold start", what, ratio, goal, at_least=False)
        console.print(f"{what}: {ratio:.2f} (goal: at most {goal:g})")
    return int(any(ratio > goal for _, ratio, goal in ratios))


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
