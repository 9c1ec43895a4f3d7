"""Counts the instructions of a process, which a busy machine does not change."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence

from tests.needs import ROOT

#: the program that counts, and Debian's package of it
COUNTER = "valgrind"
_OPTIONS = ("--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")


def instructions(
    command: Sequence[str], bytecode: bool = True, given: str = "", codes: Sequence[int] = (0,)
) -> tuple[float, str]:
    """Millions of instructions of a process, and what it printed.

    `bytecode`: whether Python may write it; `given`: the process's standard input; `codes`: exit
    codes of a run that went well. Raises RuntimeError after another one. The count of the first run
    of changed code has its compilation in it.
    """
    environment = {
        **os.environ,
        "PYTHONDONTWRITEBYTECODE": "" if bytecode else "1",
        "PYTHONHASHSEED": "0",
        "PDU_COMMUNITY": "public",
    }
    ended = subprocess.run(
        [COUNTER, *_OPTIONS, *command],
        cwd=ROOT,
        env=environment,
        input=given,
        text=True,
        capture_output=True,
        timeout=1800,
    )
    total = re.search(r"I *refs: *([\d,]+)", ended.stderr)
    if ended.returncode not in codes or total is None:
        raise RuntimeError(f"{' '.join(command)}: {ended.returncode}: {ended.stderr[-800:]}")
    return int(total[1].replace(",", "")) / 1e6, ended.stdout
