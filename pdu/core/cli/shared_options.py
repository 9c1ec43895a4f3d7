"""The options that several commands have. Each is declared here and nowhere else, so that one name
has one meaning, one form and one text; a command adds whether it is required, and its usual value.

Those of a handler's settings (--port, --username, ...) are in `options`, those of one product in
that product.
"""

from __future__ import annotations

import re
from typing import Any, Optional

import click

from .options import NumberRange, Seconds, SharedOption

#: in s: what `--every` takes
SHORTEST_S, LONGEST_S = 1.0, 86_400.0
# unit of a period -> seconds; without a unit it is in seconds
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
#: in s: the longest pause of a restart
LONGEST_PAUSE_S = 3600.0


class Period(click.ParamType):
    """A time such as 30s, 5m, 1h or 30, in seconds."""

    name = "period"

    def convert(
        self, value: Any, param: Optional[click.Parameter], ctx: Optional[click.Context]
    ) -> float:
        if isinstance(value, float):
            return value
        text = str(value)
        unit = _UNITS.get(text[-1:], 0.0)
        try:
            seconds = float(text[:-1]) * unit if unit else float(text)
        except ValueError:
            seconds = 0.0
        if not SHORTEST_S <= seconds <= LONGEST_S:
            self.fail(f"{text[:20]!r}: give 1s to 24h, such as 30s or 5m", param, ctx)
        return seconds


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
DRAWING = SharedOption("--drawing", "the hall's drawing, hall.power.toml", "FILE")
CUSTOMERS = SharedOption("--customers", "CSV with customer,pdu,outlet,from,to", "FILE")
ARCHIVES = SharedOption(
    "--archives",
    "run the newest archive of each handler in this folder, in place of this program's handlers",
    "DIR",
)

# ---- reading many PDUs ---------------------------------------------------------------------------

PARALLEL = SharedOption("--parallel", "PDUs to read at a time", "N", click.IntRange(1, 2000))
WORKERS = SharedOption(
    "--workers", "processes that read  [default: one for each core]", "N", click.IntRange(1, 256)
)
EVERY = SharedOption("--every", "read each PDU this often, such as 30s or 5m", "PERIOD", Period())
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
INTO = SharedOption("--into", "the folder to write into", "FOLDER")
#: how the usual value of OUT is shown where it is "-"
STANDARD_OUTPUT = "-, the standard output"

# ---- switching machines --------------------------------------------------------------------------

MACHINES = SharedOption(
    "--machines",
    "which machines of the drawing, by name: row1/m1,'row3/*'; repeatable",
    "PATTERN",
    multiple=True,
)
PAUSE = SharedOption(
    "--pause",
    "how long outlets stay off before they are switched on again",
    "SECONDS",
    Seconds(0.0, LONGEST_PAUSE_S),
)
CONFIRM = SharedOption(
    "--confirm",
    "what proves off: current, by states and meters; state, by states alone",
    "HOW",
    click.Choice(["current", "state"]),
)
THRESHOLD = SharedOption(
    "--threshold",
    "a current below this counts as none; in watts, what it is at 100 V",
    "AMPERES",
    NumberRange(0.001, 10.0),
)
POWER_TIMEOUT = SharedOption(
    "--power-timeout",
    "how long states and meters may take to show a command",
    "SECONDS",
    Seconds(0.0, 600.0),
)
STATE_DIR = SharedOption("--state-dir", "where it keeps what was seen, and its locks", "FOLDER")
ALIVE = SharedOption(
    "--alive",
    "a program that ends with 0 while the machine lives; {} is its name: 'ping -c 1 -W 2 {}'",
    "COMMAND",
)
VERIFIED = SharedOption(
    "--verified",
    "what pdu machine verify has shown; usually beside the drawing: hall.verified.jsonl",
    "FILE",
)
