"""The dialect of the whole command: an option's name has one type, one text and one declaration in
all commands, and older names still work.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

import pdu
from pdu.core.cli.options import DeprecatedOption, option
from pdu.root import ROOT
from tests.pdu.running import run
from tests.pdu.test_help import EVERY

# command and option -> why the name means something else there
EXCEPTIONS = {
    ("fence", "-o"): "the API of fence agents fixes it: Pacemaker's tools call -o for the action",
}
_DECLARING = {"option", "SharedOption", "Spelling", "_stored"}


def command_of(path: tuple[str, ...]) -> click.Command:
    found: click.Command = ROOT
    for name in path:
        assert isinstance(found, click.Group)
        with click.Context(found, info_name="pdu") as context:
            inner = found.get_command(context, name)
        assert inner is not None
        found = inner
    return found


def options(old: bool = False) -> Iterator[tuple[str, click.Option]]:
    """Each option of each command, with the command's name: those that are shown, or the `old`."""
    for path in EVERY:
        for one in command_of(path).params:
            if isinstance(one, click.Option) and isinstance(one, DeprecatedOption) is old:
                yield " ".join(path), one


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
            if (path, name) not in EXCEPTIONS:
                found[name][about].append(path)
    assert {name: dict(each) for name, each in found.items() if len(each) > 1} == {}


def declarations() -> Iterator[tuple[str, str]]:
    """Each name of an option where it is declared in the code."""
    root = Path(pdu.__file__).parent
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0]
            if called in _DECLARING and isinstance(first, ast.Constant):
                for word in str(first.value).split():
                    if word.startswith("-"):
                        yield word, f"{path.relative_to(root)}:{node.lineno}"


def test_each_option_is_declared_once() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for name, place in declarations():
        places[name].append(place)
    assert len(places) > 100
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_an_old_name_is_not_shown_and_is_nobodys_new_name_in_the_same_command() -> None:
    old = {(path, one.opts[0]) for path, one in options(old=True)}
    assert ("gateway", "--machines") in old and ("energy audit", "--hall") in old
    assert old.isdisjoint((path, name) for path, one in options() for name in one.opts)
    assert all(one.hidden and not one.required for _, one in options(old=True))


class Called(click.Command):
    """A command with a renamed option."""

    def __init__(self, **more: Any) -> None:
        self.values: list[Any] = []
        super().__init__("x", params=[*option("-n --new", "text", "N", old="--old", **more)])

    def invoke(self, ctx: click.Context) -> None:
        self.values.append(ctx.params["new"])


@pytest.mark.parametrize("words", [["--old", "3"], ["--old=3"], ["--new", "3"], ["-n3"]])
def test_an_old_name_works_and_says_the_new_one(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    called = Called(kind=click.INT, required=True)
    called.main(words, standalone_mode=False)
    said = "--old is now --new; the old name will go\n" if "old" in words[0] else ""
    shown = capsys.readouterr()
    assert (called.values, shown.out, shown.err) == ([3], "", said)


def test_an_old_name_may_be_given_several_times_if_the_new_one_may() -> None:
    called = Called(multiple=True)
    called.main(["--old", "a", "--old", "b"], standalone_mode=False)
    assert called.values == [("a", "b")]


@pytest.mark.parametrize("words", [[], ["--old", "x"], ["--old", "1", "--new", "2"]])
def test_an_old_name_is_checked_as_the_new_one(words: list[str]) -> None:
    with pytest.raises(click.UsageError) as error:
        Called(kind=click.INT, required=True).main(words, standalone_mode=False)
    assert "--new" in error.value.format_message()


def test_a_command_takes_the_old_name(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "gateway", "x", "--machines", "no.toml", "--clients", "no.toml")
    assert code == 2 and err.startswith("--machines is now --drawing; the old name will go\n")
