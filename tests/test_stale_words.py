"""Docstrings and pages name only classes, functions, modules and files that exist."""

from __future__ import annotations

import ast
import builtins
import re
import subprocess
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.needs import ROOT
from tests.waiting import PATIENCE_S

_PRODUCT = ("common/", "pdu_common/", "handlers/", "pdu/", "packaging/")
#: The vendor's binding has the vendor's docstrings, whose words are of the IDL.
_BINDING = "handlers/raritan/rpc/"
#: What docstrings quote that is no name of ours: others' programs, placeholders, parts of a URL.
_FOREIGN = {
    "ServerTechnology",  # a vendor's name without its space, as in pdu/supports/query.py
    "query_range",  # Prometheus' HTTP API
    "use_ssl",  # PyNUTClient's argument
}
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUOTED = re.compile(r"`([A-Za-z_][\w.]*)`")
_RAISES = re.compile(r"[Rr]aises? ((?:[A-Z]\w+)(?:(?:, | and | or )(?:[A-Z]\w+))*)")
_PATH = re.compile(r"(?<![\w/<])((?:[a-z_0-9]+/)+[a-z_0-9]+\.py)\b")


def _tracked() -> list[str]:
    listing = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S
    )
    if listing.returncode:
        pytest.skip("no clone of git")
    return [name for name in listing.stdout.splitlines() if (ROOT / name).exists()]


@pytest.fixture(scope="module")
def files() -> list[str]:
    return _tracked()


@pytest.fixture(scope="module")
def trees(files: list[str]) -> dict[str, ast.Module]:
    return {
        name: ast.parse((ROOT / name).read_text("utf-8")) for name in files if name.endswith(".py")
    }


def _names(trees: dict[str, ast.Module], files: list[str]) -> set[str]:
    """What the code defines, binds or has as a short text, and the parts of its paths."""
    names = set(dir(builtins))
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                names.add(node.name)
            elif isinstance(node, ast.alias):
                names.update(node.name.split("."))
            elif isinstance(node, ast.Name):
                names.add(node.id)
            elif isinstance(node, (ast.arg, ast.keyword)):
                names.add(node.arg or "")
            elif isinstance(node, ast.Attribute):
                names.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                if len(node.value) < 60:
                    names.update(_WORD.findall(node.value))
    for name in files:
        path = PurePosixPath(name)
        names.update(path.parts)
        names.add(path.stem)
    return names


def _docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            if isinstance(node.value.value, str):
                yield node.lineno, node.value.value


def test_docstrings_name_what_exists(files: list[str], trees: dict[str, ast.Module]) -> None:
    names = _names(trees, files) | _FOREIGN
    stale = []
    for file, tree in trees.items():
        if file.startswith(_BINDING):
            continue
        for line, text in _docstrings(tree):
            quoted = [part for match in _RAISES.findall(text) for part in _WORD.findall(match)]
            quoted = [word for word in quoted if word not in ("and", "or")]
            if file.startswith(_PRODUCT):
                quoted += [word for word in _QUOTED.findall(text) if not word.endswith(".py")]
            stale += [
                f"{file}:{line}: {word}" for word in quoted if word.rpartition(".")[2] not in names
            ]
    assert not stale, "\n".join(stale)


def test_docstrings_and_pages_name_files_that_exist(
    files: list[str], trees: dict[str, ast.Module]
) -> None:
    texts = [(file, line, text) for file in trees for line, text in _docstrings(trees[file])]
    texts += [
        (file, number, line)
        for file in files
        if file.endswith(".md") and file not in ("CHANGELOG.md", "docs/dev/new-handler.md")
        for number, line in enumerate((ROOT / file).read_text("utf-8").splitlines(), 1)
    ]
    ends = {
        "/".join(PurePosixPath(name).parts[start:])
        for name in files
        for start in range(name.count("/") + 1)
    }
    stale = [
        f"{file}:{line}: {path}"
        for file, line, text in texts
        for path in _PATH.findall(text)
        if path not in ends
    ]
    assert not stale, "\n".join(stale)
