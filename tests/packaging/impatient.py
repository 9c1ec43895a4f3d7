"""Runs a Python program whose pauses take no time: `impatient.py LOG PROGRAM ARGUMENTS...`.

The seconds of each pause go into the file LOG.
"""

from __future__ import annotations

import runpy
import sys
import time
from typing import Any

if __name__ == "__main__":
    log, program = sys.argv[1:3]

    def noted(seconds: Any) -> None:
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"{seconds:g}\n")

    time.sleep = noted
    sys.argv = sys.argv[2:]
    runpy.run_path(program, run_name="__main__")
