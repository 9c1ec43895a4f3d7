"""`pdu new` in a copy of the tree: what it writes works at once, and docs/new-handler.md turns it into NETIO's JSON interface."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, List

import pytest

from tests.needs import ROOT

GUIDE = (ROOT / "docs" / "new-handler.md").read_text("utf-8")
_LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "dist", "build", "*.egg-info")
_SECONDS = 110


@pytest.fixture(name="tree")
def _tree(tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(ROOT, tmp_path / "copy", ignore=_LEFT_OUT)
    yield tmp_path / "copy"


def run(tree: Path, *arguments: str) -> str:
    """A Python program in that tree, which must succeed; what it printed."""
    done = subprocess.run([sys.executable, *arguments], cwd=tree, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=_SECONDS, env={**os.environ, "PYTHONPATH": str(tree)})
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def refused(tree: Path, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", "handlers", "new", *arguments], cwd=tree, text=True, capture_output=True,
                          timeout=_SECONDS)
    assert done.returncode and "Traceback" not in done.stderr
    return done.stderr


def checked(tree: Path, name: str) -> None:
    """Its own tests, those that run over every handler, types and style."""
    made = [f"handlers/{name}", f"tests/handlers/{name}", f"tests/simulators/{name}", f"tests/peers/{name}.py"]
    assert "passed" in run(tree, "-m", "pytest", "-q", "-n", "0", f"tests/handlers/{name}", "tests/test_rooms.py",
                           "tests/handlers/test_registry.py", "tests/packaging/test_pages.py")
    run(tree, "-m", "ruff", "check", *made)


def test_new_handler_passes_its_tests_at_once_and_is_known_everywhere(tree: Path) -> None:
    said = run(tree, "-m", "handlers", "new", "acme", "--title", "Acme & Sons")
    assert "tests/handlers/acme" in said and "docs/new-handler.md" in said
    checked(tree, "acme")
    assert "acme" in run(tree, "-m", "handlers", "--help")
    run(tree, "packaging/build.py", "--out", "dist")
    assert [path.name for path in sorted((tree / "dist").glob("pdu_acme-*.tar.gz"))]
    assert "acme|Acme & Sons PDUs|custom" in (tree / "dist" / "register.sh").read_text("utf-8")
    assert "agrees" in run(tree, "-m", "tests.conformance", "--platform", str(tree), "acme")


def _blocks() -> Dict[str, str]:
    """File → its whole text, of the blocks that name one."""
    found = dict(re.findall(r"(?ms)^`([\w/.]+)`:\n\n```python\n(.*?)^```$", GUIDE))
    assert len(found) == 3
    return found


def _commands(part: str) -> List[str]:
    return [line for block in re.findall(r"(?ms)^```sh\n(.*?)^```$", part) for line in block.splitlines()]


def test_the_guide_makes_a_handler_for_a_device_that_exists(tree: Path) -> None:
    for command in _commands(GUIDE.partition("\n## ")[0]):
        program, *arguments = command.split()
        run(tree, *(["-m", "handlers"] if program == "pdu" else []), *arguments)
    for file, text in _blocks().items():
        assert (tree / file).is_file()
        (tree / file).write_text(text, "utf-8")
    checked(tree, "netio")
    for command in _commands(GUIDE.partition("## 5.")[2]):
        if not command.startswith("pdu") and "-m mypy" not in command:      # a real address; types take a test of their own
            run(tree, *command.split()[1:])


def test_types_of_both_are_strict(tree: Path) -> None:
    run(tree, "-m", "handlers", "new", "acme")
    run(tree, "-m", "handlers", "new", "netio")
    for file, text in _blocks().items():
        (tree / file).write_text(text, "utf-8")
    made = [f"{folder}/{name}" for name in ("acme", "netio") for folder in ("handlers", "tests/handlers", "tests/simulators")]
    run(tree, "-m", "mypy", *made, "tests/peers/acme.py", "tests/peers/netio.py")


def test_new_family_passes_the_tests_of_all_families(tree: Path) -> None:
    said = run(tree, "-m", "handlers", "new", "globex-strip8", "--snmp", "--title", "Globex")
    assert "CONTRIBUTING.md" in said
    shown = run(tree, "-m", "pytest", "-q", "-n", "0", "tests/handlers/snmp", "tests/packaging/test_pages.py",
                "-k", "globex or table")
    assert int(re.findall(r"(\d+) passed", shown)[-1]) > 10
    assert "globex-strip8" in (tree / "docs" / "devices.md").read_text("utf-8")
    run(tree, "-m", "ruff", "check", "handlers/snmp/profiles")


@pytest.mark.parametrize("arguments, words", [
    (["nut"], "is there already"), (["../x"], "no name for a handler"), (["Acme"], "no name for a handler"),
    (["http"], "is there already"), (["errors"], "is there already"), (["acme", "--title", "x\"\"\""], "a title has letters"),
    (["apc-x", "--snmp"], "is there already"), (["acme", "--snmp"], "no key of a family"),
    (["acme", "--tree", "/nonexistent"], "no copy of this project")])
def test_what_it_cannot_make_is_refused_and_nothing_is_written(arguments: List[str], words: str) -> None:
    before = subprocess.run(["git", "status", "--short"], cwd=ROOT, capture_output=True, text=True, timeout=60).stdout
    assert words in refused(ROOT, *arguments)
    assert subprocess.run(["git", "status", "--short"], cwd=ROOT, capture_output=True, text=True, timeout=60).stdout == before
