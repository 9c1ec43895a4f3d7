"""Builds the wheel for the tests.

`once` shares a result among all processes of a run.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Callable

import pytest

from tests.needs import ROOT

from .programs import output, run

OWN = "dcimanager_pdu_handlers"
CARRIED = ("common", "pdu_common", "handlers", "pdu")
_TREE = (*CARRIED, "packaging", "pyproject.toml", "setup.py", "README.md", "LICENSE")


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder `name` of this run, filled by `make`.

    One process calls `make` at a time, until a call succeeds.
    """
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            make(folder)
            (folder / "done").touch()
    return folder


def fetched(process: subprocess.CompletedProcess[str], what: str) -> None:
    """Asserts that a program succeeded.

    If it could not fetch packages, skips the test, unless CI is set.
    """
    errors = process.stderr
    offline = re.search("No matching distribution|could not fetch|Connection|network", errors)
    if process.returncode and offline and not os.environ.get("CI"):
        pytest.skip(f"{what} needs packages from an index: {errors.strip().splitlines()[-1]}")
    assert process.returncode == 0, errors


def tree(folder: Path) -> Path:
    """A new copy of what a build needs."""
    copy = folder / "tree"
    shutil.rmtree(copy, ignore_errors=True)  # left by a call that failed
    copy.mkdir()
    output(["cp", "-R", *(str(ROOT / name) for name in _TREE), str(copy)])
    # the simulated units, of which the wheel has the first of each family
    shutil.copytree(
        ROOT / "tests" / "simulators" / "snmp_units", copy / "tests" / "simulators" / "snmp_units"
    )
    for stub in copy.glob("handlers/raritan/rpc/_idl/*.pyi"):
        stub.unlink()  # as in a fresh clone
    return copy


def wheel_of(tree: Path, folder: Path) -> Path:
    """The wheel, built by pip in this tree."""
    options = ["-q", "--no-deps", "--no-build-isolation", "--no-cache-dir", "-w", str(folder)]
    output([sys.executable, "-m", "pip", "wheel", *options, str(tree)])
    return built_wheel(folder)


def wheel(folder: Path) -> Path:
    """The wheel, built by pip in a copy of the project."""
    return wheel_of(tree(folder), folder)


def built_wheel(folder: Path) -> Path:
    """The one wheel in a folder."""
    (wheel,) = folder.glob("*.whl")
    return wheel


def neighbour(folder: Path) -> Path:
    """The wheel of another project that has packages of the same names as those of this tree."""
    folder.mkdir(exist_ok=True)
    information = "neighbour-1.0.dist-info"
    files = {f"{name}/__init__.py": "OWNER = 'neighbour'\n" for name in CARRIED}
    files[f"{information}/METADATA"] = "Metadata-Version: 2.1\nName: neighbour\nVersion: 1.0\n"
    files[f"{information}/WHEEL"] = "Wheel-Version: 1.0\nTag: py3-none-any\n"
    files[f"{information}/RECORD"] = "".join(f"{name},,\n" for name in files)
    path = folder / "neighbour-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as packer:
        for name, text in files.items():
            packer.writestr(name, text)
    return path


def environment(folder: Path, *packed: Path) -> None:
    """Makes a virtual environment with only these wheels and their requirements."""
    environment_of(folder, *map(str, packed))


def environment_of(folder: Path, *requirements: str) -> None:
    """Makes a virtual environment with only these packages."""
    output([sys.executable, "-m", "venv", "--without-pip", str(folder)])
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python")]
    fetched(run([*pip, "install", "-q", "--no-compile", *requirements]), "an installation")
