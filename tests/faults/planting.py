"""Which modules' faults are seen by the tests in the folder of the same name.

    python -m tests.faults.planting handlers pdu        all modules below these folders
    python -m tests.faults.planting pdu/cli/groups.py   one module

In a copy of the project, a fault is planted in a module: another state, another figure, or an error
that is not raised. Then its examples and the tests of its folder run: those of `tests/handlers/nut`
for `handlers/nut/client.py`. The first fault that they see is enough. Printed are a line for each module
and, at the end, of `handlers` and of `pdu` the modules of which no fault is seen. It takes minutes for
a folder, hours for all.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

from tests.needs import ROOT

_SOURCES = ("common", "docs", "handlers", "packaging", "pdu", "pdu_common", "tests")
_PASSED = 0
_MOST_SECONDS = 900
#: operators with those that stand in their place
_COMPARISONS = {
    "==": "!=",
    "!=": "==",
    "<": ">",
    ">": "<",
    " is not ": " is ",
    " is ": " is not ",
    " not in ": " in ",
    " in ": " not in ",
}
_ARITHMETIC = {" + ": " - ", " - ": " + ", " * ": " / ", " / ": " * "}


class Fault(NamedTuple):
    """A change of one line."""

    kind: str
    #: its number, from 1
    line: int
    old: str
    new: str


def faults(source: str) -> list[Fault]:
    """One fault of each kind for which the functions of a module have a line, in the middle of them.

    >>> [fault.new for fault in faults('''def is_on(word: str) -> bool:
    ...     if not word:
    ...         raise ValueError("empty")
    ...     return word == "on"
    ... ''')]
    ['    return word != "on"', '        pass']
    >>> [fault.new for fault in faults("def is_read(part): return part is not None")]
    ['def is_read(part): return part is None']
    """
    found: dict[str, list[Fault]] = {}
    for fault in _all_faults(source):
        if _is_python(with_fault(source, fault)):
            found.setdefault(fault.kind, []).append(fault)
    return [
        found[kind][len(found[kind]) // 2] for kind in ("state", "figure", "error") if kind in found
    ]


def with_fault(source: str, fault: Fault) -> str:
    """The source of a module with a fault planted in it."""
    lines = source.splitlines(keepends=True)
    lines[fault.line - 1] = f"{fault.new}\n"
    return "".join(lines)


def _is_python(source: str) -> bool:
    """Whether it can be compiled. What cannot, as `part is not not None`, every test sees."""
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def _all_faults(source: str) -> Iterator[Fault]:
    """The faults of the statements in functions, which begin and end on one line."""
    lines = source.splitlines()
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for node in ast.walk(function):
            if not isinstance(node, ast.stmt) or node.lineno != node.end_lineno:
                continue
            line = lines[node.lineno - 1]
            if isinstance(node, ast.Raise):
                indent = line[: len(line) - len(line.lstrip())]
                yield Fault("error", node.lineno, line, f"{indent}pass")
            elif isinstance(node, (ast.Return, ast.Assign)):
                yield from _of_expression(node, line)


def _of_expression(node: ast.stmt, line: str) -> Iterator[Fault]:
    """The faults of the value that a statement returns or assigns. True as an option of a call, such
    as `by_row=True`, is no state: it may only cost more calls.
    """
    options = [part.value for part in ast.walk(node) if isinstance(part, ast.keyword)]
    for part in ast.walk(node):
        if part in options:
            continue
        if isinstance(part, ast.Constant) and isinstance(part.value, bool):
            yield _exchanged("state", node.lineno, line, str(part.value), str(not part.value))
        elif isinstance(part, ast.Compare):
            for old, new in _COMPARISONS.items():
                if old in line:
                    yield _exchanged("state", node.lineno, line, old, new)
        elif isinstance(part, ast.BinOp):
            for old, new in _ARITHMETIC.items():
                if old in line:
                    yield _exchanged("figure", node.lineno, line, old, new)


def _exchanged(kind: str, number: int, line: str, old: str, new: str) -> Fault:
    return Fault(kind, number, line, line.replace(old, new, 1))


def folder_of_tests(module: Path, root: Path) -> Path:
    """The folder of tests that mirrors a module's, or the nearest above it that there is.

    >>> str(folder_of_tests(Path("handlers/nut/client.py"), ROOT))
    'tests/handlers/nut'
    """
    folder = Path("tests") / module.parent
    while not list((root / folder).glob("test_*.py")) and len(folder.parts) > 1:
        folder = folder.parent
    return folder


def is_seen(copy: Path, module: Path, fault: Fault) -> bool:
    """Whether a test fails while the fault is in the copy of the project."""
    path = copy / module
    source = path.read_text("utf-8")
    path.write_text(with_fault(source, fault), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    try:
        process = subprocess.run(
            [*command, "-m", "not trial", str(module), str(folder_of_tests(module, copy))],
            cwd=copy,
            env={**os.environ, "PYTEST_ADDOPTS": "", "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.DEVNULL,  # a test that fails may show a simulator's login
            stderr=subprocess.DEVNULL,
            timeout=_MOST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return True
    finally:
        path.write_text(source, "utf-8")
    return process.returncode != _PASSED


def first_seen(copy: Path, module: Path) -> tuple[Optional[Fault], Sequence[Fault]]:
    """The first fault of a module that its folder's tests see, None without one; and all tried."""
    tried: list[Fault] = []
    for fault in faults((copy / module).read_text("utf-8")):
        tried.append(fault)
        if is_seen(copy, module, fault):
            return fault, tried
    return None, tried


def main(paths: Sequence[str]) -> None:
    """Plant faults in these modules, and in those below these folders, and print what is seen."""
    unseen: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for source in _SOURCES:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / source, copy / source, ignore=ignored)
        for path in ROOT.glob("*.*"):
            if path.is_file():
                shutil.copy(path, copy)
        for path in _python_files([copy / path for path in paths]):
            module = path.relative_to(copy)
            unseen_of_room = unseen.setdefault(module.parts[0], [])
            seen, tried = first_seen(copy, module)
            if seen is not None:
                print(f"seen      {module}, line {seen.line}: {seen.kind}", flush=True)
            elif tried:
                told = "; ".join(f"line {fault.line}: {fault.kind}" for fault in tried)
                print(f"NOT SEEN  {module}, {told}", flush=True)
                unseen_of_room.append(str(module))
    for room, modules in unseen.items():
        print(f"\n{room}: {len(modules)} modules of which no fault is seen", *modules, sep="\n")


def _python_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files themselves, and of each folder those below it."""
    for path in paths:
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


if __name__ == "__main__":
    main(sys.argv[1:])
