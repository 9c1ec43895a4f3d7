"""The list of commands, and how each takes its arguments."""
from __future__ import annotations

import argparse
from typing import Callable, Dict, NamedTuple, Tuple

from .job import Job, Result

Arguments = Callable[[argparse.ArgumentParser], None]


class Command(NamedTuple):
    """One word on the command line."""

    help: str
    run: Callable[[Job], Result]
    arguments: Arguments = lambda parser: None


Commands = Dict[str, Command]


def words(*names: Tuple[str, str]) -> Arguments:
    """Positional arguments, each with its help; a name with `?` may be left out, with `*` or `+` there may be several."""
    def add(parser: argparse.ArgumentParser) -> None:
        for name, text in names:
            plain = name.rstrip("?*+")
            marks = name[len(plain):]
            if marks:
                parser.add_argument(plain.lower(), metavar=plain, nargs=marks, help=text)
            else:
                parser.add_argument(plain.lower(), metavar=plain, help=text)
    return add


def all_of(*parts: Arguments) -> Arguments:
    """Several kinds of arguments together."""
    def add(parser: argparse.ArgumentParser) -> None:
        for part in parts:
            part(parser)
    return add


def option(flag: str, text: str, metavar: str = "") -> Arguments:
    """An option with a value, or a switch where there is no metavar."""
    def add(parser: argparse.ArgumentParser) -> None:
        if metavar:
            parser.add_argument(flag, metavar=metavar, help=text)
        else:
            parser.add_argument(flag, action="store_true", help=text)
    return add
