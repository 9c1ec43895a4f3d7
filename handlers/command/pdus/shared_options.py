"""Options of several commands that read the PDUs of a list."""

from __future__ import annotations

import click

from ..kit.options import Parameters, option
from . import pool


def archives() -> Parameters:
    """--archives"""
    return option(
        "--archives",
        "run the newest archive of each handler in this folder, in place of this program's"
        " handlers",
        "DIR",
    )


def parallel() -> Parameters:
    """--parallel"""
    return option(
        "--parallel",
        "PDUs to read at a time",
        "N",
        click.IntRange(1, 2000),
        default=pool.PARALLEL,
        show_default=True,
    )
