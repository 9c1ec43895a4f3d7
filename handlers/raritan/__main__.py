"""Runs the administrators' tool: `python -m handlers.raritan --help`."""
from __future__ import annotations

import sys

from .tool.cli import main

if __name__ == "__main__":
    sys.exit(main())
