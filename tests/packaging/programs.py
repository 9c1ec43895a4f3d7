"""Programs that a test runs."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.needs import ROOT
from tests.waiting import PATIENCE_S, run_program, until


def run(
    command: Sequence[str], folder: Path = ROOT, **variables: str
) -> subprocess.CompletedProcess[str]:
    """The program after its end, with what it printed. It has no input; `variables` are added to
    its environment.
    """
    return run_program(command, cwd=folder, env={**os.environ, **variables})


def output(command: Sequence[str], folder: Path = ROOT, **variables: str) -> str:
    """What a program prints that must succeed."""
    process = run(command, folder, **variables)
    assert process.returncode == 0, process.stdout[-3000:] + process.stderr[-3000:]
    return process.stdout


@contextlib.contextmanager
def serving(line: str, log: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """A line of `pdu` that serves until it is ended, in the folder of `log`, which gets what it
    prints. Yields what it has printed before a client comes.
    """
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "pdu", *line.split()[1:]],
            cwd=log.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        try:
            assert until(lambda: "Ctrl-C" in log.read_text("utf-8")), log.read_text("utf-8")
            yield log.read_text("utf-8")
        finally:
            process.terminate()
            process.wait(PATIENCE_S)
