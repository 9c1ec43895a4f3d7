"""Proves that a commit changed names only: the syntax trees are equal but for identifiers.

`python -m tests.renames BASE [HEAD]` compares each Python file of two commits. Inside a scope, a
name must have become the same other name everywhere. That no name became one that was there
already is what mypy and the tests see. Files that moved are compared with what git takes for their
former path.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Optional

from tests.needs import ROOT
from tests.waiting import PATIENCE_S

#: the fields of a node that hold an identifier
_IDENTIFIERS = {
    ("Name", "id"),
    ("arg", "arg"),
    ("keyword", "arg"),
    ("Attribute", "attr"),
    ("FunctionDef", "name"),
    ("AsyncFunctionDef", "name"),
    ("ClassDef", "name"),
    ("ExceptHandler", "name"),
    ("alias", "name"),
    ("alias", "asname"),
    ("Global", "names"),
    ("Nonlocal", "names"),
}
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SCOPES = (
    *(*_DEFINITIONS, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


def differences(before: str, after: str) -> Iterator[str]:
    """Each place where the texts differ by more than names, in a sentence."""
    yield from _compare(ast.parse(before), ast.parse(after), {})


def _compare(before: object, after: object, new_by_old: dict[str, str]) -> Iterator[str]:
    if isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            yield f"{len(before)} parts became {len(after)}{_line(before)}"
            return
        for part, other_part in zip(before, after):
            yield from _compare(part, other_part, new_by_old)
    elif isinstance(before, ast.AST) and isinstance(after, ast.AST):
        if type(before) is not type(after):
            yield f"{type(before).__name__} became {type(after).__name__}{_line(before)}"
            return
        if _is_docstring(before):
            return
        if isinstance(before, _DEFINITIONS):
            new_by_old[before.name] = str(getattr(after, "name", ""))
        if isinstance(before, _SCOPES):
            new_by_old = dict(new_by_old)
        if isinstance(before, (ast.Name, ast.arg)):
            yield from _consistent(before, after, new_by_old)
        for field in sorted(before._fields, key=_binds_first):
            if (type(before).__name__, field) not in _IDENTIFIERS:
                yield from _compare(getattr(before, field), getattr(after, field), new_by_old)
    elif before != after:
        yield f"{before!r} became {after!r}"


def _binds_first(field: str) -> bool:
    """Sorts what binds names in front of what uses them, as in a comprehension."""
    return field not in ("args", "generators")


def _consistent(before: ast.AST, after: ast.AST, new_by_old: dict[str, str]) -> Iterator[str]:
    old, new = (_identifier(node) for node in (before, after))
    if isinstance(getattr(before, "ctx", None), ast.Load):
        if new_by_old.get(old, new) != new:
            yield f"{old} became {new} and {new_by_old[old]}{_line(before)}"
    else:
        new_by_old[old] = new


def _identifier(node: ast.AST) -> str:
    return str(getattr(node, "id", "") or getattr(node, "arg", ""))


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _line(node: object) -> str:
    if isinstance(node, list):
        node = node[0] if node else None
    line = getattr(node, "lineno", None)
    return f", line {line}" if line else ""


def _git(*words: str) -> str:
    command = ["git", *words]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE_S
    ).stdout


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.renames",
        description=__doc__,
        epilog="exit codes: 0 names only; 1 something else changed too",
    )
    parser.add_argument("base", metavar="BASE")
    parser.add_argument("head", metavar="HEAD", nargs="?", default="HEAD")
    options = parser.parse_args(arguments)
    rows = _git("diff", "--name-status", "-M", options.base, options.head, "--", "*.py")
    changes = 0
    for row in rows.splitlines():
        status, *paths = row.split("\t")
        if status[0] not in "MR":
            print(f"{paths[-1]}: added or removed")
            changes += 1
            continue
        before = _git("show", f"{options.base}:{paths[0]}")
        after = _git("show", f"{options.head}:{paths[-1]}")
        for difference in differences(before, after):
            print(f"{paths[-1]}: {difference}")
            changes += 1
    print(f"{len(rows.splitlines())} files; {changes} changes that are more than names")
    return int(changes > 0)


if __name__ == "__main__":
    sys.exit(main())
