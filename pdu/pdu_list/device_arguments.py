"""The arguments HANDLER, HOST, NAME and OUTLET of the commands of one PDU."""

from __future__ import annotations

import textwrap
from typing import Callable

import click

from handlers import registry

from ..cli.exit_codes import WIDTH
from ..cli.options import TEXT, F
from . import names
from .known_list import PLACES


def pdu_arguments(hosts: int = 1) -> Callable[[F], F]:
    """A decorator: a command gets the arguments HANDLER and HOST, the parameters `handler` and
    `host`. `hosts`: -1 for several hosts, then `host` is a tuple. The name of a PDU in the place of
    both has become "netio r1-left" before, by `names.PduCommand`.
    """

    def declare(function: F) -> F:
        handler_argument = click.argument(
            "handler", shell_complete=names.complete(registry.names, or_file=True)
        )
        host_argument = click.argument(
            "host", nargs=hosts, required=True, type=TEXT, shell_complete=names.complete_host
        )
        return handler_argument(host_argument(function))

    return declare


def arguments_help(*argument_names: str, one_outlet: bool = False) -> str:
    """What the arguments of a command are, as a paragraph of its help; its first line, "\\b", tells
    click to keep the lines. `one_outlet`: of a command that takes no range and no list of outlets.

    >>> print(arguments_help("HOST").replace("\\b", ""))
    <BLANKLINE>
    HOST     name or address of the PDU, with :PORT if it is not the usual one
    """
    several_outlets = "" if one_outlet else " a range 1-4, a list 1,2,"
    about = {
        "HANDLER": f"{', '.join(registry.names())}; or PATH: a file (.py), a folder or an archive"
        " (.tar.gz) with a handler, whoever wrote it; PATH:IMPORT.PATH names one of several in it",
        "HOST": "name or address of the PDU, with :PORT if it is not the usual one",
        "NAME": f"in place of HANDLER HOST: a PDU of the list, the first of {PLACES}",
        "OUTLET": (
            f"an identity that pdu status lists, such as 3,{several_outlets} or the name of one"
            " outlet; identity:3 where 3 is printed at another outlet"
        ),
    }
    indent = 9 * " "
    paragraphs = ["\b"]
    for name in argument_names:
        lead = f"{name:<{len(indent)}}"
        paragraph = textwrap.fill(about[name], WIDTH, initial_indent=lead, subsequent_indent=indent)
        paragraphs.append(paragraph)
    return "\n".join(paragraphs)
