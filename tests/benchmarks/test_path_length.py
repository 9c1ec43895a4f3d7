from __future__ import annotations

import importlib
import textwrap
from pathlib import Path

import pytest

from tests.benchmarks.path_length import SIMULATED, measured, own_lines

LIMIT = 1000  # lines that somebody must read to find a fault in a status


@pytest.mark.parametrize("handler", SIMULATED)
def test_a_status_enters_functions_of_at_most_a_thousand_lines(handler: str) -> None:
    with SIMULATED[handler]() as data:
        path = measured(handler, data)
    assert f"handlers/{handler}/handler.py" in {function.file for function in path.functions}
    assert not any("tests" in function.file for function in path.functions)
    assert path.lines <= LIMIT, str(path)


def test_moving_a_function_does_not_change_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither to another place of its file nor behind other functions."""
    function = textwrap.dedent('''
        def asked(
                one):
            """A docstring

            of several lines."""
            # a comment

            found = [x
                     for x in one]
            return found
    ''')
    (tmp_path / "first_place.py").write_text(function, "utf-8")
    (tmp_path / "second_place.py").write_text(
        "def other():\n    return 1\n" + function + "X = 1\n", "utf-8"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    counts = [
        len(own_lines(importlib.import_module(name).asked.__code__))
        for name in ("first_place", "second_place")
    ]
    assert counts == [3, 3]
