"""docs/dev/sources.md: its examples give what they show, and each function of rows has one."""

from __future__ import annotations

import doctest
import inspect
import re

from handlers.snmp import completeness, filters, joins, objects
from handlers.snmp.chains import InChain
from handlers.snmp.profiles import hpe
from tests.handlers.snmp.memory import ROW_FUNCTIONS
from tests.needs import ROOT

PAGE = (ROOT / "docs/dev/sources.md").read_text("utf-8")
#: what the functions of families are made of, beside those that the page shows
HELPERS = {"is_within", "require_count", "tested"}


def test_the_examples_give_what_they_show() -> None:
    test = doctest.DocTestParser().get_doctest(PAGE, {**ROW_FUNCTIONS}, "sources.md", None, 0)
    assert len(test.examples) > 15
    assert doctest.DocTestRunner().run(test).failed == 0


def test_each_function_and_object_is_on_the_page() -> None:
    functions = {
        name
        for module in (filters, joins, completeness)
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and name[0] != "_"
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
