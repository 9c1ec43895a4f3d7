"""Counts the lines of the functions that make_handler and one status enter: what somebody must read
to find a fault in a status.

    python -m tests.benchmarks.path_length [HANDLER ...] [--functions]

The SNMP handler reads a simulated PDU with 24 outlets; each other handler reads its PDU of
tests/peers, over TLS. A handler's first status is counted, by `sys.setprofile`. This includes work
that a process does only once, unless an earlier handler has done it. Code in other threads and the
bodies of modules do not count; nor do whole files, so that moving a function changes nothing. Each
line on which a statement begins counts once, so that the layout changes nothing either; docstrings
and comments do not count. The doubles in `common` and `pdu_common`, which replace the platform's
modules, are counted separately. test_path_length.py has the limit.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import functools
import importlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Callable, NamedTuple, Optional

from handlers.command import ending
from pdu_common.connection import PduData, PduSnmpData
from tests.needs import ROOT
from tests.peers import PEERS
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import BUILT_IN

OURS = str(ROOT / "handlers") + "/"
DOUBLES = (str(ROOT / "common") + "/", str(ROOT / "pdu_common") + "/")


class Function(NamedTuple):
    """A function by its file, relative to the project, and its first line.

    Lambdas and comprehensions are functions, too.
    """

    file: str
    line: int
    name: str


class StatusPath(NamedTuple):
    """One status: the functions of `handlers` and of the doubles that it entered, each with its
    lines.
    """

    functions: dict[Function, frozenset[int]]
    doubles: dict[Function, frozenset[int]]

    @property
    def lines(self) -> int:
        """The lines of all functions of `handlers`, each once."""
        return _lines(self.functions)

    def __str__(self) -> str:
        return (
            f"{self.lines} lines in {len(self.functions)} functions (not counted:"
            f" {_lines(self.doubles)} lines in {len(self.doubles)} functions of the doubles)"
        )


def _lines(functions: dict[Function, frozenset[int]]) -> int:
    return len({(function.file, line) for function, lines in functions.items() for line in lines})


class _Entered:
    """Collects the code of the entered functions; an argument of `sys.setprofile`."""

    def __init__(self) -> None:
        self.codes: dict[CodeType, None] = {}
        # number of modules whose bodies run now; what these call does not count
        self._importing = 0

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if code.co_name == "<module>":
            self._importing += {"call": 1, "return": -1}.get(event, 0)
        elif (
            event == "call"
            and not self._importing
            and code.co_filename.startswith((OURS, *DOUBLES))
        ):
            self.codes[code] = None


def measured(handler: str, data: object) -> StatusPath:
    """The path of one status of a handler. Raises the handler's errors."""
    module: Any = importlib.import_module(f"handlers.{handler}.handler")
    entered = _Entered()
    before = sys.getprofile()
    sys.setprofile(entered)
    try:
        view = module.make_handler(data).status()
    finally:
        sys.setprofile(before)
    assert view.ports, "the status of the simulated PDU has no outlets"
    ours: dict[Function, frozenset[int]] = {}
    doubles: dict[Function, frozenset[int]] = {}
    for code in entered.codes:
        held = ours if code.co_filename.startswith(OURS) else doubles
        held[_function(code)] = own_lines(code)
    return StatusPath(ours, doubles)


def _function(code: CodeType) -> Function:
    return Function(
        str(Path(code.co_filename).relative_to(ROOT)), code.co_firstlineno, code.co_name
    )


def own_lines(code: CodeType) -> frozenset[int]:
    """The lines of statements of the innermost `def` around a function's first line; of a lambda outside
    all, its first line.
    """
    spans, held = _source(code.co_filename)
    around = [span for span in spans if code.co_firstlineno in span]
    return held & frozenset(min(around, key=len) if around else [code.co_firstlineno])


@functools.cache
def _source(file: str) -> tuple[list[range], frozenset[int]]:
    """The lines of each `def` of a file, and the lines on which a statement other than a docstring
    begins.
    """
    spans: list[range] = []
    begun: set[int] = set()
    documented: set[int] = set()
    for node in ast.walk(ast.parse(Path(file).read_text("utf-8"))):
        if isinstance(node, ast.stmt):
            begun.add(node.lineno)
        if isinstance(node, ast.FunctionDef):
            start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            spans.append(range(start, (node.end_lineno or start) + 1))
            if ast.get_docstring(node) is not None:
                documented.add(node.body[0].lineno)
    return spans, frozenset(begun - documented)


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


SIMULATED: dict[str, Callable[[], contextlib.AbstractContextManager[object]]] = {
    **{name: functools.partial(_of_peer, name) for name in PEERS},
    "snmp": _snmp,
}


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.path_length",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "handlers",
        nargs="*",
        metavar="HANDLER",
        help=f"one or more of {', '.join(SIMULATED)} (default: all)",
    )
    parser.add_argument(
        "--functions", action="store_true", help="show each function with its lines"
    )
    options = parser.parse_args(arguments)
    unknown = set(options.handlers) - set(SIMULATED)
    if unknown:
        parser.error(f"there is no handler {', '.join(sorted(unknown))}")
    for name in options.handlers or SIMULATED:
        with SIMULATED[name]() as data:
            path = measured(name, data)
        print(f"{name}: {path}")
        if options.functions:
            for function, lines in {**path.functions, **path.doubles}.items():
                print(f"  {len(lines):5} {function.file}:{function.line} {function.name}")
    return 0


if __name__ == "__main__":
    sys.exit(ending.run(main))
