"""The options that several commands have. Each is declared here and nowhere else, so that one name
has one meaning, one form and one text; a command adds whether it is required, and its usual value.

Those of a handler's settings (--port, --username, ...) are in `options`, those of one product in
that product.
"""

from __future__ import annotations

import re
from typing import Any, Optional

import click

from .options import Seconds, SharedOption


class ListenAddress(click.ParamType):
    """ADDRESS:PORT. A port alone is one of 127.0.0.1, which only this machine reaches."""

    name = "listen_address"

    def convert(
        self, value: Any, param: Optional[click.Parameter], ctx: Optional[click.Context]
    ) -> str:
        text = str(value)
        return f"127.0.0.1:{text}" if re.fullmatch("[0-9]{1,5}", text) else text


# ---- what an owner keeps in files ----------------------------------------------------------------

LIST = SharedOption("--list", "the list of PDUs, as for pdu check: CSV or TOML", "FILE")
AUTH = SharedOption(
    "--auth", "logins: a TOML file with [auth.NAME] tables, not readable by other users", "FILE"
)
ARCHIVES = SharedOption(
    "--archives",
    "run the newest archive of each handler in this folder, in place of this program's handlers",
    "DIR",
)

# ---- reading many PDUs ---------------------------------------------------------------------------

PARALLEL = SharedOption("--parallel", "PDUs to read at a time", "N", click.IntRange(1, 2000))
LISTEN = SharedOption(
    "--listen",
    "where to listen; a port alone: at 127.0.0.1; port 0: any free one",
    "ADDRESS:PORT",
    ListenAddress(),
)
ALLOW_HOST = SharedOption(
    "--allow-host",
    "a further name by which clients call this server; repeatable",
    "NAME",
    multiple=True,
)

# ---- output --------------------------------------------------------------------------------------

CSV = SharedOption("--csv", "print CSV")
HTML = SharedOption("--html", "also write one self-contained page", "FILE")
OUT = SharedOption("-o --out", "the file to write", "FILE")
#: how the usual value of OUT is shown where it is "-"
STANDARD_OUTPUT = "-, the standard output"

# ---- switching -----------------------------------------------------------------------------------

PAUSE = SharedOption(
    "--pause",
    "how long outlets stay off before they are switched on again",
    "SECONDS",
    Seconds(0.0, 3600.0),
)
