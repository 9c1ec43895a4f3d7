"""The vendor's own Python SDK, in several releases side by side, as an independent client for tests and benchmarks.

Each release is installed from PyPI into a separate folder under .cache/sdk, and runs in a separate process.
"""
from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Optional, Type

import pytest

from tests.needs import ROOT

# Firmware generation of the simulator -> the release of the SDK with exactly its types.
RELEASES = {"3.3": "3.3.0.43499", "3.6": "3.6.0.46486", "4.0": "4.0.0.48756", "4.4": "4.4.1.53217"}
_FOLDER = ROOT / ".cache" / "sdk"
_INSTALL_SECONDS = 90.0            # less than the time limit of a test


class SdkMissing(Exception):
    """This release of the SDK is not installed and cannot be installed."""


def installed(release: str) -> Path:
    """The folder of a release for PYTHONPATH; installs the release if needed.

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
                if not (folder / "raritan").is_dir():       # otherwise another process has installed it meanwhile
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
    """As `installed`, for tests: skips the test if the release cannot be installed, or fails it if CI is set."""
    try:
        return installed(release)
    except SdkMissing as error:
        if os.environ.get("CI"):
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))


class Worker:
    """A process that executes orders until it is stopped; a context manager. Modules are also imported from `folder`.

    `module` reads each order from its input and writes an answer, a line of JSON each: {"result": …} or {"error": text}.
    """

    def __init__(self, folder: Path, module: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(folder)}
        self._process = subprocess.Popen([sys.executable, "-m", module], env=environment, cwd=ROOT, text=True,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def order(self, *order: Any, seconds: float = 60.0) -> Any:
        """The result of an order. Kills the process if that takes longer than `seconds`.

        Raises: RuntimeError with the traceback of a failed order, or if the process has ended.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        watchdog = threading.Timer(seconds, self._process.kill)
        watchdog.start()
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            watchdog.cancel()
        answer = json.loads(line or '{"error": "the process ended"}')
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs; an order that takes too long kills it."""
        return self._process.poll() is None

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate(timeout=30)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.stop()
