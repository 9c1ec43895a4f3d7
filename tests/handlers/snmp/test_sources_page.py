"""docs/dev/sources.md: its examples give what they show, and each function of rows has one."""

from __future__ import annotations

import doctest
import inspect
import re

from handlers.snmp import objects, rows
from handlers.snmp.chains import InChain
from handlers.snmp.profiles import hpe
from tests.needs import ROOT

PAGE = (ROOT / "docs/dev/sources.md").read_text("utf-8")
#: what the functions of families are made of, beside those that the page shows
HELPERS = {
    *("arcs", "counted", "counted_by", "is_number", "is_one_of", "is_unanswered"),
    *("is_unidentified", "lost_with", "undecided"),
}


def test_the_examples_give_what_they_show() -> None:
    test = doctest.DocTestParser().get_doctest(PAGE, {**vars(rows)}, "sources.md", None, 0)
    assert len(test.examples) > 15
    assert doctest.DocTestRunner().run(test).failed == 0


def test_each_function_and_object_is_on_the_page() -> None:
    functions = {
        name
        for name, value in vars(rows).items()
        if inspect.isfunction(value) and value.__module__ == rows.__name__ and name[0] != "_"
    }
    assert {name for name in functions - HELPERS if f"{name}(" not in PAGE} == set()
    classes = {
        name
        for name, value in vars(objects).items()
        if inspect.isclass(value) and value.__module__ == objects.__name__ and name != "Span"
    }
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.M)) == {*classes, InChain.__name__}


def test_the_hard_source_is_the_familys() -> None:
    source = inspect.getsource(hpe.core_and_bars.function)
    without_docstring = re.sub(r'    """.*?"""\n', "", source, flags=re.S)
    assert without_docstring.strip() in PAGE
