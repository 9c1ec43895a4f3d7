"""The dialect of the whole command: an option's name has one type, one text and one declaration in
all commands.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

import pdu
from pdu.root import ROOT
from tests.pdu.test_help import EVERY

#: the calls that declare an option; `partial(click.option, ...)` does, too
_DECLARING = {"option", "partial", "Spelling"}


def command_of(path: tuple[str, ...]) -> click.Command:
    found: click.Command = ROOT
    for name in path:
        assert isinstance(found, click.Group)
        with click.Context(found, info_name="pdu") as context:
            inner = found.get_command(context, name)
        assert inner is not None
        found = inner
    return found


def options() -> Iterator[tuple[str, click.Option]]:
    """Each option of each command, with the command's name."""
    for path in EVERY:
        for parameter in command_of(path).params:
            if isinstance(parameter, click.Option):
                yield " ".join(path), parameter


def form(kind: click.ParamType) -> Any:
    """A type by what it takes."""
    return type(kind).__name__, sorted(
        (name, value) for name, value in vars(kind).items() if not callable(value)
    )


def test_an_option_of_one_name_has_one_type_and_one_text() -> None:
    found: dict[str, dict[Any, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path, one in options():
        about = repr((form(one.type), one.metavar, one.multiple, one.nargs, one.is_flag, one.help))
        for name in one.opts:
            found[name][about].append(path)
    assert {name: dict(each) for name, each in found.items() if len(each) > 1} == {}


def declarations() -> Iterator[tuple[str, str]]:
    """Each name of an option where it is declared in the code."""
    root = Path(pdu.__file__).parent
    call = re.compile(rf"\b(?:{'|'.join(_DECLARING)})\(")
    for path in sorted(root.rglob("*.py")):
        source = path.read_text("utf-8")
        for node in ast.walk(ast.parse(source)) if call.search(source) else ():
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            for argument in node.args if called in _DECLARING else ():
                word = argument.value if isinstance(argument, ast.Constant) else ""
                if isinstance(word, str) and word.startswith("-"):
                    yield word, f"{path.relative_to(root)}:{node.lineno}"


def test_each_option_is_declared_once() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for name, place in declarations():
        places[name].append(place)
    assert len(places) > 40
    assert {name: where for name, where in places.items() if len(where) > 1} == {}
