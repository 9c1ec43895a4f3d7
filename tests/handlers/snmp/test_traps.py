"""The traps of traps.py (mistakes to avoid, not SNMP notifications) are numbered without a gap, and
the tests they name exist.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

from tests.handlers.snmp.traps import TRAPS
from tests.handlers.snmp.units import FIXTURES


def cases(function: Any) -> Iterator[str]:
    """Yield the id of each case of each `parametrize` of a test; for a case without an id, the case
    as text. Of a test without `parametrize`, the names of all synthetic units.

    The traps name only cases of tests with one `parametrize`.
    """
    marks = [mark for mark in getattr(function, "pytestmark", ()) if mark.name == "parametrize"]
    if not marks:
        yield from (unit.name for unit in FIXTURES)
    for mark in marks:
        ids = mark.kwargs.get("ids")
        for place, case in enumerate(mark.args[1]):
            given = getattr(case, "id", None)
            if isinstance(ids, list):
                usual = ids[place]
            else:
                usual = ids(case) if ids else str(case)
            yield given or usual


def exists(test: str) -> bool:
    """Whether the file has this test and, if one is named, this case.

    Raises ImportError if the file is missing.
    """
    file, _, rest = test.partition("::")
    name, _, case = rest.partition("[")
    function = getattr(importlib.import_module(f"{__package__}.{file[: -len('.py')]}"), name, None)
    return callable(function) and (not case or case[:-1] in cases(function))


def test_the_traps_are_numbered_without_a_gap() -> None:
    assert [trap.number for trap in TRAPS] == list(range(1, 48))


def test_every_test_named_by_a_trap_exists() -> None:
    assert [(trap.number, test) for trap in TRAPS for test in trap.tests if not exists(test)] == []
    assert all(trap.tests for trap in TRAPS)
    assert not exists("test_families.py::test_a_unit_is_detected_as_its_family[no-such-unit]")
    assert not exists("test_families.py::test_no_such_test")
