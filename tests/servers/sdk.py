"""The vendor's own Python SDK, in several releases side by side: an independent witness for tests and benchmarks.

Each release is installed from PyPI into a folder of its own under .cache/sdk, and runs in a process of its own.
"""
from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Sequence

import pytest

from tests.needs import ROOT

# Firmware generation of the simulator -> the release of the SDK with exactly its types.
RELEASES = {"3.3": "3.3.0.43499", "3.6": "3.6.0.46486", "4.0": "4.0.0.48756", "4.4": "4.4.1.53217"}
_FOLDER = ROOT / ".cache" / "sdk"
_INSTALL_SECONDS = 120.0


class SdkMissing(Exception):
    """This release of the SDK is not here and cannot be installed."""


def installed(release: str) -> Path:
    """The folder to put on PYTHONPATH; installs the release if it is not there yet.

    Raises: SdkMissing.
    """
    folder = _FOLDER / release
    if not (folder / "raritan").is_dir():
        _FOLDER.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_FOLDER) as fresh:
            _install(release, Path(fresh) / "sdk")
            try:
                (Path(fresh) / "sdk").rename(folder)
            except OSError:
                if not (folder / "raritan").is_dir():       # else another process was quicker
                    raise
    return folder


def _install(release: str, target: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--no-compile", "--target", str(target), f"raritan=={release}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALL_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise SdkMissing(f"raritan=={release}: pip took longer than {_INSTALL_SECONDS:.0f} s") from error
    if done.returncode:
        raise SdkMissing(f"raritan=={release}: {done.stderr.strip().splitlines()[-1:]}")


def needed(release: str) -> Path:
    """As `installed`, for tests: without network they skip, or fail where CI is set."""
    try:
        return installed(release)
    except SdkMissing as error:
        if os.environ.get("CI"):
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))


def run(folder: Path, module: str, arguments: Sequence[str], told: Any = None, seconds: float = 60.0) -> Any:
    """Runs a module of this project with that release of the SDK; `told` goes to its input as JSON, JSON comes back.

    Raises: RuntimeError with the module's last words where it fails.
    """
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-m", module, *arguments], input=json.dumps(told), env=environment, cwd=ROOT,
                          text=True, capture_output=True, timeout=seconds)
    if done.returncode:
        raise RuntimeError(f"{module} {' '.join(arguments[:1])}: {done.stderr[-3000:]}")
    return json.loads(done.stdout)
