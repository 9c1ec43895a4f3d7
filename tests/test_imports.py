"""Which folder may import what, read from the files' text, and which names the doubles of the
platform may offer.

The contract in pyproject.toml (`make lint`) has the order inside common, pdu_common and handlers.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Optional, Union

import pytest

from tests.needs import ROOT
from tests.packaging.building import NAMES, files

IN_CONTRACT = ("common", "pdu_common", "handlers", "pdu")
OURS = (*IN_CONTRACT, "tests")
COMMAND = ("__main__.py",)  # the command `pdu`, which is in no archive


class Import(NamedTuple):
    """One import: `level` leading dots, then a dotted name.

    `by_type`: the import is only for type checkers.
    """

    file: str
    line: int
    level: int
    module: str
    names: tuple[str, ...]
    by_type: bool

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {'.' * self.level}{self.module}"


@functools.cache
def imports(folder: str) -> tuple[Import, ...]:
    return tuple(
        statement
        for path in sorted((ROOT / folder).rglob("*.py"))
        for statement in _imports_of(path)
    )


@functools.cache
def _imports_of(path: Path) -> tuple[Import, ...]:
    return tuple(_imports(ast.parse(path.read_text("utf-8")), str(path.relative_to(ROOT)), False))


def _imports(node: ast.AST, file: str, by_type: bool) -> Iterator[Import]:
    """The imports below `node`. Skips expressions, which contain none."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(file, child.lineno, 0, alias.name, (), by_type)
        elif isinstance(child, ast.ImportFrom):
            yield Import(
                file,
                child.lineno,
                child.level,
                child.module or "",
                tuple(a.name for a in child.names),
                by_type,
            )
        elif isinstance(child, ast.If) and ast.unparse(child.test) in (
            "TYPE_CHECKING",
            "typing.TYPE_CHECKING",
        ):
            for branch, is_typing in ((child.body, True), (child.orelse, by_type)):
                for inner in branch:
                    yield from _imports(ast.Module([inner], []), file, is_typing)
        elif not isinstance(child, ast.expr):
            yield from _imports(child, file, by_type)


def listed(found: list[Import]) -> str:
    return "\n".join(str(statement) for statement in found)


@pytest.mark.parametrize(
    "folder, may",
    [
        ("common", IN_CONTRACT),
        ("pdu_common", IN_CONTRACT),
        ("handlers", IN_CONTRACT),
        ("packaging", ("handlers", "pdu")),
    ],
)
def test_only_tests_import_tests_and_packaging_imports_only_handlers(
    folder: str, may: tuple[str, ...]
) -> None:
    forbidden = [
        statement
        for statement in imports(folder)
        if not statement.level and statement.top in OURS and statement.top not in may
    ]
    assert imports(folder), listed(forbidden)
    assert not forbidden, listed(forbidden)


def test_imports_inside_handlers_are_relative() -> None:
    forbidden = [
        statement
        for statement in imports("handlers")
        if not statement.level and statement.top == "handlers"
    ]
    assert not forbidden, listed(forbidden)


def test_handlers_and_tools_use_what_a_double_offers_publicly() -> None:
    forbidden = [
        statement
        for statement in imports("handlers")
        if statement.top in ("common", "pdu_common")
        and any(part.startswith("_") for part in (*statement.module.split("."), *statement.names))
    ]
    assert not forbidden, listed(forbidden)


# What a comment says of an import in a function: that it costs 30 ms or more, or may fail.
REASON_OF_LATE_IMPORT = re.compile(
    r"#.*(([3-9]\d|\d{3,}) ms|imported late, as in|may be missing|Windows has|has no fcntl)"
)

# A file without this has no import in a function, and is not parsed.
_INDENTED = re.compile(r"^[ \t]+(import|from)\s|:[ \t]*(import|from)\s", re.MULTILINE)
_Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
_LateImport = tuple[_Function, ast.stmt]


def _late_imports(node: ast.AST, inside: Optional[_Function]) -> Iterator[_LateImport]:
    """The imports in functions, each with the innermost function around it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):  # contains no import
            continue
        around = child if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)) else inside
        if inside is not None and isinstance(child, (ast.Import, ast.ImportFrom)):
            yield inside, child
        yield from _late_imports(child, around)


@functools.cache
def archived() -> frozenset[Path]:
    """The files that an archive may contain."""
    tree = ROOT / "handlers"
    return frozenset(tree / path for name in NAMES for path in files(tree, name))


def test_no_function_of_an_archive_imports_and_others_say_why() -> None:
    """An archive's files may be replaced while a process runs its code. Others give a reason."""
    places: list[str] = []
    late_count = 0
    for path in (path for folder in IN_CONTRACT for path in sorted((ROOT / folder).rglob("*.py"))):
        text = path.read_text("utf-8")
        if not _INDENTED.search(text):
            continue
        lines = text.splitlines()
        for function, statement in _late_imports(ast.parse(text), None):
            late_count += 1
            function_text = "\n".join(lines[function.lineno - 1 : function.end_lineno])
            if path in archived() or not REASON_OF_LATE_IMPORT.search(function_text):
                places.append(f"{path.relative_to(ROOT)}:{statement.lineno}")
    assert late_count > 10, places
    assert not places, places


# what imports by a name or looks modules up
_FINDERS = {
    "handlers/raritan/rpc/_runtime/registry.py",
    "handlers/dcimanager/base.py",
}


def test_an_archive_finds_modules_by_name_in_few_places() -> None:
    """`dcimanager/base.py` looks for the platform's own module, when it is imported."""
    finding = re.compile(r"\b(importlib|__import__|pkgutil|sys\.modules)\b(?!`)")
    finders = {
        str(path.relative_to(ROOT))
        for path in archived()
        if finding.search(re.sub(r'"""(?s:.*?)"""|#.*', "", path.read_text("utf-8")))
    }
    assert finders == _FINDERS


def test_simulators_import_nothing_of_the_product() -> None:
    """Neither a handler nor what records and replays: both sides would have the same fault. Their
    tests may.
    """
    all_imports = list(imports("tests/simulators"))
    forbidden = [
        statement
        for statement in all_imports
        if not statement.level
        and statement.top in IN_CONTRACT
        and not Path(statement.file).name.startswith("test_")
    ]
    assert all_imports
    assert not forbidden, listed(forbidden)
