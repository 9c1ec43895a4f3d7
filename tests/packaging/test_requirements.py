"""What is installed is bounded, what is built is the same each time."""
from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Iterator, List, Tuple

import pytest

from tests.needs import ROOT
from tests.waiting import PATIENCE_S

FILES = ("requirements.txt", "tests/requirements.txt", "packaging/pyz-requirements.txt")
_NAME = re.compile(r"[A-Za-z0-9._-]+(?:\[[a-z,]+\])?")


def in_files() -> Iterator[Tuple[str, str]]:
    """Place and requirement, without the remark."""
    for name in FILES:
        for number, text in enumerate((ROOT / name).read_text("utf-8").splitlines(), 1):
            wanted = text.partition("#")[0].strip()
            if wanted:
                yield f"{name}:{number}", wanted


def in_project() -> Iterator[Tuple[str, str]]:
    """The dependencies and every extra of pyproject.toml; an extra that names this project's own others has no bounds."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    head = text[text.index("[build-system]"):text.index("[project.scripts]")]
    for found in re.finditer(r'^(requires|dependencies|[a-z]+) = \[(.*?)\](?=[ \t]*(?:#.*)?$)', head, re.MULTILINE | re.DOTALL):
        for wanted in re.findall(r'"([^"]*)"', found.group(2)):
            if not wanted.startswith("dcimanager-pdu-handlers[") and found.group(1) in (
                    "requires", "dependencies", "discover", "exporter", "privacy", "mib", "all"):
                yield f"pyproject.toml {found.group(1)}", wanted


def in_setup() -> Iterator[Tuple[str, str]]:
    """What .ci/setup and the Makefile install beside the files."""
    for name in (".ci/setup", "Makefile"):
        for wanted in re.findall(r"(?<![\w.-])([a-z][\w-]*[<>=]=[^\s\"']+)", (ROOT / name).read_text("utf-8")):
            yield name, wanted


def unbounded(wanted: str) -> str:
    """What a requirement lacks; "" where it has a lower and an upper bound."""
    bounds = _NAME.sub("", wanted.partition(";")[0].strip(), count=1)
    signs = re.findall(r"(>=|<=|==|~=|!=|<|>)\s*[0-9]", bounds)
    missing = [] if {">=", "==", "~="} & set(signs) else ["lower"]
    return " and ".join(missing + ([] if {"<", "<=", "==", "~="} & set(signs) else ["upper"]))


@pytest.mark.parametrize("wanted, lacks", [
    ("a>=1,<2", ""), ("a[b]>=1.2,<2; python_version < '3.11'", ""), ("a==1", ""), ("a>=1", "upper"), ("a<2", "lower"),
    ("a", "lower and upper"), ("a; python_version < '3.11'", "lower and upper"), ("a!=2", "lower and upper")])
def test_a_missing_bound_is_seen(wanted: str, lacks: str) -> None:
    assert unbounded(wanted) == lacks


def test_every_requirement_has_a_lower_and_an_upper_bound() -> None:
    project = list(in_project())
    assert {place.split()[1] for place, _ in project} >= {"dependencies", "discover", "exporter", "privacy", "mib"}
    every = [*in_files(), *(one for one in project if "requires" not in one[0]), *in_setup()]
    assert {place.partition(":")[0] for place, _ in every} >= set(FILES)
    assert [f"{place}: {wanted} has no {unbounded(wanted)} bound" for place, wanted in every if unbounded(wanted)] == []


def _wheel(out: Path, epoch: str) -> bytes:
    tree = out / "tree"
    tree.mkdir(parents=True)
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z", "common", "pdu_common", "handlers", "pyproject.toml",
                             "README.md", "LICENSE"], capture_output=True, check=True, timeout=PATIENCE_S).stdout
    for name in filter(None, listed.decode().split("\0")):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes((ROOT / name).read_bytes())
    builder: List[str] = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-cache-dir",
                          "-w", str(out), str(tree)]
    done = subprocess.run(builder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=PATIENCE_S,
                          env={"PATH": "/usr/bin:/bin", "HOME": str(out), "SOURCE_DATE_EPOCH": epoch})
    assert done.returncode == 0, done.stderr
    built, = out.glob("*.whl")
    return built.read_bytes()


def test_two_builds_of_the_wheel_have_the_same_bytes(tmp_path: Path) -> None:
    assert _wheel(tmp_path / "one", "1700000000") == _wheel(tmp_path / "two", "1700000000")
