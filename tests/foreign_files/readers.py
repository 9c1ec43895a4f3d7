"""Which files of tests read foreign files: those that import `tests.foreign_files`, directly or
through another module of the tests.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Optional

from tests.needs import ROOT

_THIS = "tests.foreign_files"
_IMPORT = re.compile(
    r"^[ \t]*(?:import tests\b[^\n]*|from (?:\.|tests\b)[\w.]* import (?:\([^)]*\)|[^\n(]+))",
    re.MULTILINE,
)


def readers() -> list[str]:
    """Their paths below the project's folder, sorted; without the tests of this package."""
    return sorted(
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("test_*.py")
        if path.parent != Path(__file__).parent and _reaches(_name_of(path), frozenset())
    )


def _name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _reaches(module: str, above: frozenset[str]) -> bool:
    return module == _THIS or any(
        _reaches(one, above | {module}) for one in _imported(module) if one not in above
    )


@functools.cache
def _imported(module: str) -> tuple[str, ...]:
    """The modules of tests that a module of tests imports, also in functions."""
    path = _path_of(module)
    if path is None:
        return ()
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return tuple(dict.fromkeys(_found(path.read_text("utf-8"), package)))


def _found(source: str, package: str) -> Iterator[str]:
    for node in _imports(source):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.startswith("tests."))
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            if base == "tests" or base.startswith("tests."):
                yield base
                yield from (
                    f"{base}.{one.name}" for one in node.names if _path_of(f"{base}.{one.name}")
                )


def _imports(source: str) -> Iterator[ast.stmt]:
    """The statements that import. To parse whole sources would take four times as long."""
    for match in _IMPORT.finditer(source):
        with contextlib.suppress(SyntaxError):  # a line of a text
            yield from ast.parse(match.group().strip()).body


def _path_of(module: str) -> Optional[Path]:
    path = ROOT.joinpath(*module.split("."))
    for found in (path.with_suffix(".py"), path / "__init__.py"):
        if found.is_file():
            return found
    return None
