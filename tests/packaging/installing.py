"""Builds the wheel and pdu.pyz for the tests.

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
from collections.abc import Sequence
from pathlib import Path
from typing import Callable, NamedTuple

import pytest

from tests.needs import ROOT
from tests.waiting import PATIENCE_S

OWN = "dcimanager_pdu_handlers"
CARRIED = ("common", "pdu_common", "handlers", "pdu")
_TREE = (*CARRIED, "packaging", "pyproject.toml", "setup.py", "README.md", "LICENSE")
LEFT_MODULE = "of_an_earlier_build.py"


class Place(NamedTuple):
    """Conditions of a build that differ between machines."""

    umask: int
    zone: str


HERE, ELSEWHERE = Place(0o022, "UTC"), Place(0o077, "Asia/Kathmandu")


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


def _run(command: Sequence[str], place: Place) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "TZ": place.zone, "SOURCE_DATE_EPOCH": "1700000000"}
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE_S,
        umask=place.umask,
        env=variables,
        check=False,
    )


def _tree(folder: Path, place: Place) -> Path:
    """A new copy of what a build needs. The umask of `place` limits the file modes."""
    tree = folder / "tree"
    shutil.rmtree(tree, ignore_errors=True)  # left by a call that failed
    tree.mkdir()
    copied = _run(["cp", "-R", *(str(ROOT / name) for name in _TREE), str(tree)], place)
    assert copied.returncode == 0, copied.stderr
    return tree


def fetched(done: subprocess.CompletedProcess[str], what: str) -> None:
    """Asserts that a program succeeded.

    If it could not fetch packages, skips the test, unless CI is set.
    """
    offline = re.search("No matching distribution|could not fetch|Connection|network", done.stderr)
    if done.returncode and offline and not os.environ.get("CI"):
        pytest.skip(f"{what} needs packages from an index: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr


def pyz(folder: Path) -> Path:
    """pdu.pyz, built in the project itself."""
    fetched(
        _run([sys.executable, str(ROOT / "packaging" / "tools.py"), "--out", str(folder)], HERE),
        "pdu.pyz",
    )
    return folder / "pdu.pyz"


# Builds pdu.pyz in a copy of the project. Other projects' packages and licences come from an
# earlier pdu.pyz, not from pip.
_PYZ_AGAIN = """
import sys, zipfile
from pathlib import Path
earlier, packaging, out = sys.argv[1:]
sys.path.insert(0, packaging)
import tools
ours = ("__main__.py", *(f"{package}/" for package in tools.PACKAGES))
def fetched(folder):
    with zipfile.ZipFile(earlier) as packed:
        packed.extractall(folder, [name for name in packed.namelist() if not name.startswith(ours)])
tools.install_packages = fetched
tools.build(Path(out))
"""


def pyz_elsewhere(folder: Path, earlier: Path) -> Path:
    """pdu.pyz, built in a copy of the project under the conditions of ELSEWHERE with the packages
    of an earlier pdu.pyz.
    """
    packaging = _tree(folder, ELSEWHERE) / "packaging"
    done = _run(
        [sys.executable, "-c", _PYZ_AGAIN, str(earlier), str(packaging), str(folder)], ELSEWHERE
    )
    assert done.returncode == 0, done.stderr
    return folder / "pdu.pyz"


def wheel(folder: Path) -> Path:
    """The wheel, built by pip in a copy of the project that contains a module left by an earlier
    build.
    """
    tree = _tree(folder, HERE)
    left = tree / "build" / "lib" / OWN / "nut" / LEFT_MODULE
    left.parent.mkdir(parents=True)
    left.touch()
    done = _run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "-q",
            "--no-deps",
            "--no-build-isolation",
            "--no-cache-dir",
            "-w",
            str(folder),
            str(tree),
        ],
        HERE,
    )
    assert done.returncode == 0, done.stderr
    return built_wheel(folder)


def wheel_elsewhere(folder: Path) -> Path:
    """The wheel, built by its backend without pip in another copy, in another time zone, with the
    same umask.

    setuptools packs the files with their modes, which depend on the umask.
    """
    tree, place = _tree(folder, HERE), ELSEWHERE._replace(umask=HERE.umask)
    done = _run(
        [
            sys.executable,
            "-c",
            (
                "import os, sys; os.chdir(sys.argv[1]); sys.path.insert(0, 'packaging')\n"
                "import wheel_backend; wheel_backend.build_wheel(sys.argv[2])"
            ),
            str(tree),
            str(folder),
        ],
        place,
    )
    assert done.returncode == 0, done.stderr
    return built_wheel(folder)


def built_wheel(folder: Path) -> Path:
    """The one wheel in a folder."""
    (found,) = folder.glob("*.whl")
    return found


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
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=PATIENCE_S
    )
    fetched(
        _run(
            [
                sys.executable,
                "-m",
                "pip",
                "--python",
                str(folder / "bin" / "python"),
                "install",
                "-q",
                "--no-compile",
                *map(str, packed),
            ],
            HERE,
        ),
        "an installation",
    )
