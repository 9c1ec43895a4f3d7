"""Docstrings and pages name only classes, functions, modules and files that exist."""

from __future__ import annotations

import ast
import builtins
import functools
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
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
#: the parameters that a sentence of a docstring describes
_DESCRIBED = re.compile(r"(?:^|[.;]\s+|\n\s*)((?:`[A-Za-z_]\w*`, )*`[A-Za-z_]\w*`): ")
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
def sources(files: list[str]) -> dict[str, str]:
    return {name: (ROOT / name).read_text("utf-8") for name in files if name.endswith(".py")}


@pytest.fixture(scope="module")
def parse(sources: dict[str, str]) -> Callable[[str], ast.Module]:
    """file → its tree, parsed once."""
    return functools.lru_cache(maxsize=None)(lambda file: ast.parse(sources[file]))


def _names(trees: Iterable[ast.Module]) -> set[str]:
    """What modules define, bind or have as a short text."""
    names: set[str] = set()
    for tree in trees:
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
    return names


def _parts(files: Iterable[str]) -> set[str]:
    """The folders, the names and the stems of files."""
    paths = [PurePosixPath(name) for name in files]
    return {part for path in paths for part in (*path.parts, path.stem)}


def _docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            if isinstance(node.value.value, str):
                yield node.lineno, node.value.value


def test_docstrings_name_what_exists(
    files: list[str], sources: dict[str, str], parse: Callable[[str], ast.Module]
) -> None:
    stale = []
    for file, source in sources.items():
        is_product = file.startswith(_PRODUCT) and not file.startswith(_BINDING)
        # only sources with such words are parsed: to parse all takes some seconds
        if is_product or (not file.startswith(_BINDING) and _RAISES.search(source)):
            for line, text in _docstrings(parse(file)):
                quoted = [part for match in _RAISES.findall(text) for part in _WORD.findall(match)]
                quoted = [word for word in quoted if word not in ("and", "or")]
                if is_product:
                    quoted += [word for word in _QUOTED.findall(text) if not word.endswith(".py")]
                stale += [(word.rpartition(".")[2], f"{file}:{line}: {word}") for word in quoted]
    names = set(dir(builtins)) | _FOREIGN | _parts(files)
    for is_product in (True, False):
        if not {word for word, _ in stale} <= names:
            names |= _names(
                parse(file) for file in sources if file.startswith(_PRODUCT) == is_product
            )
    wrong = [place for word, place in stale if word not in names]
    assert not wrong, "\n".join(wrong)


def test_docstrings_describe_parameters_that_exist(
    sources: dict[str, str], parse: Callable[[str], ast.Module]
) -> None:
    stale = []
    for file in sources:
        if not file.startswith(_PRODUCT) or file.startswith(_BINDING):
            continue
        for node in ast.walk(parse(file)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                parameters = {arg.arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg)}
                described = _DESCRIBED.findall(ast.get_docstring(node) or "")
                words = {word for match in described for word in _WORD.findall(match)}
                stale += [
                    f"{file}:{node.lineno}: {node.name} has no parameter {word}"
                    for word in sorted(words - parameters)
                ]
    assert not stale, "\n".join(stale)


def test_docstrings_and_pages_name_files_that_exist(
    files: list[str], sources: dict[str, str], parse: Callable[[str], ast.Module]
) -> None:
    texts = [
        (file, line, text)
        for file, source in sources.items()
        if _PATH.search(source)
        for line, text in _docstrings(parse(file))
    ]
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
