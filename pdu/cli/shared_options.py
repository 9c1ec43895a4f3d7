"""The options that several commands have, such as --list: decorators for a command's function, with
the option's name, type and help. A command adds whether it is required, and its default. Those of a
handler's settings (--port, --username, ...) are in `options`.
"""

from __future__ import annotations

import functools
import re
from typing import Any, Optional

import click

from .options import FILE, Option, Text


class ListenAddress(Text):
    """The type of --listen: ADDRESS:PORT. A port alone is one of 127.0.0.1, which only this machine
    reaches.

    >>> ListenAddress().convert("8080", None, None), ListenAddress().convert("[::]:80", None, None)
    ('127.0.0.1:8080', '[::]:80')
    """

    name = "listen_address"

    def convert(
        self, value: Any, param: Optional[click.Parameter], ctx: Optional[click.Context]
    ) -> str:
        text = super().convert(value, param, ctx)
        return f"127.0.0.1:{text}" if re.fullmatch("[0-9]{1,5}", text) else text


# ---- what an owner keeps in files ----------------------------------------------------------------

list_option = functools.partial(
    click.option,
    "--list",
    "list_file",
    metavar="FILE",
    type=FILE,
    help="the list of PDUs, as for pdu check: CSV or TOML",
)
auth_option = functools.partial(
    click.option,
    "--auth",
    "auth_file",
    cls=Option,
    metavar="FILE",
    type=FILE,
    help="logins: a TOML file with [auth.NAME] tables, which only its owner and group can read",
)

# ---- services ------------------------------------------------------------------------------------

listen_option = functools.partial(
    click.option,
    "--listen",
    metavar="ADDRESS:PORT",
    type=ListenAddress(),
    help="where to listen; a port alone: at 127.0.0.1; port 0: any free one",
    show_default=True,
)

# ---- output --------------------------------------------------------------------------------------

csv_option = functools.partial(click.option, "--csv", cls=Option, is_flag=True, help="print CSV")
out_option = functools.partial(
    click.option, "-o", "--out", cls=Option, metavar="FILE", type=FILE, help="the file to write"
)
#: how the usual value of --out is shown where it is "-"
STANDARD_OUTPUT = "-, the standard output"

# ---- how a PDU that no handler here reads is commanded -------------------------------------------

_request_option = functools.partial(click.option, metavar="REQUEST", type=Text(), multiple=True)
on_option = functools.partial(
    _request_option,
    "--on",
    help="what switches an outlet on, such as 'POST /relay/{outlet} turn=on' (docs/own-handler.md);"
    " repeated: one for each outlet",
)
off_option = functools.partial(_request_option, "--off", help="what switches an outlet off")
refused_option = functools.partial(
    click.option,
    "--refused",
    metavar="ANSWER",
    type=Text(),
    help="what it answers to a command that it refuses, if it does not refuse by the status: the"
    " content of the answer",
)
