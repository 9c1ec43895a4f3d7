"""Programs that a test runs to their end."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.needs import ROOT
from tests.waiting import PATIENCE_S


def run(
    command: Sequence[str], folder: Path = ROOT, **variables: str
) -> subprocess.CompletedProcess[str]:
    """The program after its end, with what it printed. It has no input; `variables` are added to
    its environment.
    """
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def output(command: Sequence[str], folder: Path = ROOT, **variables: str) -> str:
    """What a program prints that must succeed."""
    process = run(command, folder, **variables)
    assert process.returncode == 0, process.stdout[-3000:] + process.stderr[-3000:]
    return process.stdout
