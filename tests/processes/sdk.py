"""Raritan's own Python SDK, in several releases side by side, as an independent client for tests
and benchmarks.

Each release is installed from PyPI into a separate folder under .cache/sdk, and runs in a separate
process (worker.py).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.needs import ROOT

# Firmware generation of the simulator -> the release of the SDK for it.
RELEASES = {"3.3": "3.3.0.43499", "3.6": "3.6.0.46486", "4.0": "4.0.0.48756", "4.4": "4.4.1.53217"}
_FOLDER = ROOT / ".cache" / "sdk"
_INSTALL_SECONDS = 600.0  # less than the time limit of a test, and more than a busy machine takes


class SdkMissing(Exception):
    """This release of the SDK is not installed and cannot be installed."""


def installed(release: str) -> Path:
    """The folder of a release for PYTHONPATH; installs the release if needed.

    Raises SdkMissing if pip fails or takes too long.
    """
    folder = _FOLDER / release
    if not (folder / "raritan").is_dir():
        _FOLDER.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_FOLDER) as fresh:
            _install(release, Path(fresh) / "sdk")
            try:
                (Path(fresh) / "sdk").rename(folder)
            except OSError:
                # otherwise another process has installed it meanwhile
                if not (folder / "raritan").is_dir():
                    raise
    return folder


def _install(release: str, target: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-compile",
        "--target",
        str(target),
        f"raritan=={release}",
    ]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALL_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise SdkMissing(
            f"raritan=={release}: pip took longer than {_INSTALL_SECONDS:.0f} s"
        ) from error
    if result.returncode:
        last_line = "".join(result.stderr.strip().splitlines()[-1:])
        raise SdkMissing(f"raritan=={release}: {last_line or 'pip failed'}")


def needed(release: str) -> Path:
    """The folder of an installed release. If it cannot be installed, skips the test, or fails it if
    the variable CI is set."""
    try:
        return installed(release)
    except SdkMissing as error:
        if os.environ.get("CI"):
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))
