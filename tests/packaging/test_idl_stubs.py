"""The type stubs of the Raritan binding, which packaging/idl_stubs.py makes of its IDL."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

from handlers.raritan.rpc._runtime.registry import MODULES
from tests.needs import ROOT

from .programs import output, run

_IDL = Path("handlers/raritan/rpc/_idl")
_PROGRAM = [sys.executable, "packaging/idl_stubs.py"]
# any file: mypy looks at the stubs before it reads one
_MYPY = [sys.executable, "-m", "mypy", "--cache-dir", ".mypy", "setup.py"]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What a fresh clone has of it: no stubs."""
    ignored = shutil.ignore_patterns("*.pyi", "__pycache__")
    for name in ("handlers", "packaging"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "setup.py").write_text("number: int = 1")
    return tmp_path


def test_mypy_says_what_to_run_if_stubs_are_missing_or_older_than_their_text(clone: Path) -> None:
    refusal = run(_MYPY, clone)
    assert refusal.returncode == 1
    assert refusal.stderr.strip().endswith(
        "Run: python packaging/idl_stubs.py (make env and make lint do)"
    )
    output(_PROGRAM, clone)
    assert "Success" in output(_MYPY, clone)

    text = clone / _IDL / "pdumodel.py"
    text.write_text(text.read_text("utf-8").replace("int unstick();", "boolean unstick();"))
    assert run(_MYPY, clone).returncode == 1
    output(_PROGRAM, clone)
    assert "Success" in output(_MYPY, clone)
    stub = clone / _IDL / "pdumodel.pyi"
    assert "def unstick(self) -> bool: ..." in stub.read_text("utf-8")


def test_a_stub_is_replaced_at_once_and_goes_with_its_module(clone: Path) -> None:
    """Another program may read it meanwhile: a file that it has open stays whole."""
    output(_PROGRAM, clone)
    stub = clone / _IDL / "diag.pyi"
    whole = stub.read_text("utf-8")
    stub.write_text(f"{whole}# older")
    (clone / _IDL / "gone.pyi").touch()
    with stub.open() as reader:
        output(_PROGRAM, clone)
        assert reader.read() == f"{whole}# older"
    assert stub.read_text("utf-8") == whole
    written = sorted(path.name for path in (clone / _IDL).iterdir() if path.suffix != ".py")
    assert [name for name in written if name != "__pycache__"] == sorted(
        f"{module}.pyi" for module in MODULES
    )


def test_a_folder_that_cannot_be_written_is_named_in_one_line(clone: Path) -> None:
    (clone / "file").touch()
    refusal = run([*_PROGRAM, "file"], clone)
    assert refusal.returncode == 1
    (line,) = refusal.stderr.splitlines()
    assert "cannot be written" in line
    assert "file" in line


def test_the_stub_names_the_line_of_the_text_and_has_its_comment(clone: Path) -> None:
    output(_PROGRAM, clone)
    assert {path.stem for path in (clone / _IDL).glob("*.pyi")} == MODULES
    for module in MODULES:
        lines = (clone / _IDL / f"{module}.py").read_text("utf-8").splitlines()
        stub = (clone / _IDL / f"{module}.pyi").read_text("utf-8")
        places = re.findall(rf"class (\w+)\(.*\):  # {_IDL}/{module}\.py:(\d+)\n", stub)
        assert places, module
        for name, line in places:
            assert re.search(rf"\b{name}\b", lines[int(line) - 1]), (module, name)
    stub = (clone / _IDL / "pdumodel.pyi").read_text("utf-8")
    assert "An outlet, at `/model/pdu/<p>/outlet/<i>`." in stub
