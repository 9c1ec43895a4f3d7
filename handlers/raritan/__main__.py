"""Runs the administrators' tool: `python -m handlers.raritan --help`."""
from __future__ import annotations

import sys

from ..ending import run
from .tool.cli import main

if __name__ == "__main__":
    sys.exit(run(main))
