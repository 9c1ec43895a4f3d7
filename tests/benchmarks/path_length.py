"""Counts the files that make_handler and one status enter, the lines of these files, and the calls from one file to another.

    python -m tests.benchmarks.path_length [HANDLER ...] [--files]

The SNMP handler reads a simulated PDU with 24 outlets; each other handler reads its PDU of tests/peers, over TLS. A handler's
first status is counted, by `sys.setprofile`. This includes work that a process does only once, unless an earlier handler has
done it. The bodies of modules that this status imports do not count, nor does code in other threads. Files are those
of `handlers`; the doubles in `common` and `pdu_common`, which replace the platform's modules, are counted separately. A call
between files is a call from one file of `handlers` to another, also through the standard library (a callback, a context manager).
test_path_length.py has the limits.
"""
from __future__ import annotations

import argparse
import contextlib
import functools
import importlib
import inspect
import sys
from pathlib import Path
from types import FrameType
from typing import Any, Callable, Counter, Dict, Iterator, NamedTuple, Optional, Sequence, Set, Tuple

from handlers.command import ending
from handlers.command.output import counted
from pdu_common.connection import PduData, PduSnmpData
from tests.needs import ROOT
from tests.peers import PEERS
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import BUILT_IN

OURS = str(ROOT / "handlers") + "/"
DOUBLES = (str(ROOT / "common") + "/", str(ROOT / "pdu_common") + "/")


class StatusPath(NamedTuple):
    """One status: lines of each file of `handlers` and of the doubles, calls between files of `handlers`."""

    files: Dict[str, int]
    doubles: Dict[str, int]
    between: Dict[Tuple[str, str], int]

    def __str__(self) -> str:
        return (f"{sum(self.files.values())} lines in {len(self.files)} files, {sum(self.between.values())} calls between "
                f"files (not counted: {sum(self.doubles.values())} lines in {counted(len(self.doubles), 'file')} of the doubles)")


class _Profile:
    """Collects the entered files and the calls between them; an argument of `sys.setprofile`."""

    def __init__(self) -> None:
        self.entered: Dict[str, None] = {}
        self.between: Counter[Tuple[str, str]] = Counter()
        self._generators: Set[FrameType] = set()
        self._importing = 0             # number of modules whose bodies run now; their calls do not count

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        name = frame.f_code.co_filename
        if frame.f_code.co_name == "<module>":
            self._importing += {"call": 1, "return": -1}.get(event, 0)
        if event != "call" or self._importing or not name.startswith((OURS, *DOUBLES)):
            return
        if frame in self._generators:           # a generator continues: no new call
            return
        if frame.f_code.co_flags & inspect.CO_GENERATOR:
            self._generators.add(frame)
        self.entered[name] = None
        caller = _caller(frame)
        if name.startswith(OURS) and caller is not None and caller != name:
            self.between[caller, name] += 1


def _caller(frame: FrameType) -> Optional[str]:
    """The file of the nearest calling frame that is in `handlers`."""
    above = frame.f_back
    while above is not None:
        if above.f_code.co_filename.startswith(OURS):
            return above.f_code.co_filename
        above = above.f_back
    return None


def measured(handler: str, data: object) -> StatusPath:
    """The path of one status of a handler. Raises the handler's errors."""
    module: Any = importlib.import_module(f"handlers.{handler}.handler")
    profile = _Profile()
    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        view = module.make_handler(data).status()
    finally:
        sys.setprofile(before)
    assert view.ports, "the status of the simulated PDU has no outlets"
    lines = {name: len(Path(name).read_text(encoding="utf-8").splitlines()) for name in profile.entered}
    return StatusPath({_short(name): count for name, count in lines.items() if name.startswith(OURS)},
                      {_short(name): count for name, count in lines.items() if not name.startswith(OURS)},
                      {(_short(one), _short(other)): count for (one, other), count in profile.between.items()})


def _short(name: str) -> str:
    return str(Path(name).relative_to(ROOT))


@contextlib.contextmanager
def _snmp() -> Iterator[object]:
    with Agent(BUILT_IN["apc-rpdu2"]()) as agent:
        yield PduSnmpData(agent.host, {"port": str(agent.port), "community": "public"})


@contextlib.contextmanager
def _of_peer(name: str) -> Iterator[object]:
    with PEERS[name]() as peer:
        yield PduSnmpData(peer.address, peer.snmp, peer.settings) if peer.snmp else PduData(peer.address, peer.settings)


SIMULATED: Dict[str, Callable[[], contextlib.AbstractContextManager[object]]] = {
    **{name: functools.partial(_of_peer, name) for name in PEERS}, "snmp": _snmp}


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.path_length", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("handlers", nargs="*", metavar="HANDLER", help=f"one or more of {', '.join(SIMULATED)} (default: all)")
    parser.add_argument("--files", action="store_true", help="show each file, and the calls from it to others")
    options = parser.parse_args(arguments)
    unknown = set(options.handlers) - set(SIMULATED)
    if unknown:
        parser.error(f"there is no handler {', '.join(sorted(unknown))}")
    for name in options.handlers or SIMULATED:
        with SIMULATED[name]() as data:
            path = measured(name, data)
        print(f"{name}: {path}")
        if options.files:
            _show(path)
    return 0


def _show(path: StatusPath) -> None:
    for name, lines in {**path.files, **path.doubles}.items():
        print(f"  {lines:5} {name}")
        for (caller, callee), count in path.between.items():
            if caller == name:
                print(f"        {count:4} calls to {callee}")


if __name__ == "__main__":
    sys.exit(ending.run(main))
