"""Each product of the command can be removed alone: its folder and its tests."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pdu.root import GROUPS, LAZY_COMMANDS
from tests.needs import ROOT
from tests.waiting import PATIENCE_S

_TREE = ("common", "pdu_common", "handlers", "pdu")
PRODUCTS = sorted({one.module.partition(".")[0] for one in LAZY_COMMANDS.values()} - {"about"})
#: the first name of what a relative import imports from, "" for a package's own names
_RELATIVE = re.compile(r"\bfrom \.+(\w*)")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the command consists of."""
    copy = tmp_path_factory.mktemp("products")
    for name in _TREE:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def test_products_are_what_stands_beside_the_core() -> None:
    beside = {
        one.stem
        for one in (ROOT / "pdu").iterdir()
        if one.suffix == ".py" or (one / "__init__.py").is_file()
    }
    assert beside - set(PRODUCTS) == {
        *("__init__", "__main__", "about", "core", "root", "start"),
        *("pdus", "recordings"),
    }


_PROGRAM = """
import contextlib, importlib, io, json, pkgutil, sys
import pdu.core
from pdu import root

for module in pkgutil.walk_packages(pdu.core.__path__, "pdu.core."):
    importlib.import_module(module.name)
results = []
for words in (["help", "commands"], [sys.argv[1], "--help"]):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        with contextlib.redirect_stderr(io.StringIO()) as errors:
            results.append([root.run(words), out.getvalue(), errors.getvalue()])
print(json.dumps(results))
"""


@pytest.mark.sample(3)
@pytest.mark.parametrize("product", PRODUCTS)
def test_the_command_works_without_a_product(tree: Path, product: str, tmp_path: Path) -> None:
    """`pdu help commands` has all other commands, and the core can be imported."""
    here = tree / "pdu" / product
    path = here if here.is_dir() else here.with_suffix(".py")
    aside = tmp_path / path.name
    gone = [name for name, one in LAZY_COMMANDS.items() if one.module.split(".")[0] == product]
    shutil.move(path, aside)
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, gone[0]],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree)},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
    finally:
        shutil.move(aside, path)
    assert done.returncode == 0, done.stderr
    (code, out, errors), (refused_code, _, refused_errors) = json.loads(done.stdout)
    assert code == 0, errors
    listed = set(re.findall(r"^  ([a-z-]+)\b", out, re.MULTILINE))
    assert not listed & set(gone)
    assert {name for group in GROUPS for name in group.names} - set(gone) <= listed
    assert refused_code == 2 and "Traceback" not in refused_errors, refused_errors


def test_no_product_imports_another() -> None:
    """Not even in a function or for types; import-linter checks the rest (make lint)."""
    found: list[str] = []
    for product in PRODUCTS:
        here = ROOT / "pdu" / product
        files = sorted(here.rglob("*.py")) if here.is_dir() else [here.with_suffix(".py")]
        for path in files:
            source = path.read_text("utf-8")
            if not {"", *PRODUCTS} & set(_RELATIVE.findall(source)):
                continue
            package = ["pdu", *path.relative_to(ROOT / "pdu").parts[:-1]]
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.ImportFrom) and node.level:
                    base = package[: len(package) - node.level + 1]
                    names = [*base, *(node.module or "").split(".")]
                    names = [one for one in names if one]
                    of = {names[1]} if len(names) > 1 else {one.name for one in node.names}
                    found += [f"{path}:{node.lineno}" for one in of & set(PRODUCTS) - {product}]
    assert not found, found
