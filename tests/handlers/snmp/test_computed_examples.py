"""The examples of computed sources: pytest finds those of functions and classes alone, and a source
made by `computed_from` is neither."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from collections.abc import Iterator

from handlers.snmp import profiles
from handlers.snmp.tables import ComputedRows
from tests.handlers.snmp.memory import tables_of_rows


def examples() -> Iterator[doctest.DocTest]:
    """The examples in the docstrings of all computed sources of the families' files."""
    parser = doctest.DocTestParser()
    for module_info in pkgutil.iter_modules(profiles.__path__, f"{profiles.__name__}."):
        module = importlib.import_module(module_info.name)
        for name, value in vars(module).items():
            if isinstance(value, ComputedRows) and value.function.__module__ == module.__name__:
                text = value.function.__doc__ or ""
                place = f"{module.__name__}.{name}"
                names = {**vars(module), "tables_of": tables_of_rows}
                yield parser.get_doctest(text, names, place, None, None)


def test_the_examples_of_computed_sources_give_what_they_show() -> None:
    tests = [test for test in examples() if test.examples]
    assert len(tests) > 10
    results = [doctest.DocTestRunner().run(test) for test in tests]
    assert sum(result.failed for result in results) == 0
