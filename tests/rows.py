"""One test of all rows of a table."""

from __future__ import annotations

import functools
import inspect
import os
import traceback
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Callable, Optional, Union

import pytest

Test = Callable[..., None]
Ids = Union[Sequence[str], Callable[[Any], str]]
_PARAMETERS = type(pytest.param())
_LONGEST_ID = 100


def each_row(names: str, table: Iterable[Any], ids: Optional[Ids] = None) -> Callable[[Test], Test]:
    """One test over all rows, for cases of a millisecond that differ by a row alone:
    `pytest.mark.parametrize` takes as long again for each. The test fails with
    each row that fails. `ROW=ID pytest FILE::TEST` runs the rows whose id has this text.
    """
    arguments = [name.strip() for name in names.split(",")]
    values_by_id = list(_values_by_id(list(table), ids, is_single=len(arguments) == 1))

    def decorate(test: Test) -> Test:
        @functools.wraps(test)
        def of_every_row(**fixtures: object) -> None:
            failures: list[str] = []
            for row_id, values in values_by_id:
                if os.environ.get("ROW", "") not in row_id:
                    continue
                try:
                    test(**fixtures, **dict(zip(arguments, values)))
                except (Exception, pytest.fail.Exception):
                    failures.append(f"{row_id}:\n{traceback.format_exc()}")
            if failures:
                head = f"{len(failures)} of {len(values_by_id)} rows fail:"
                pytest.fail("\n".join([head, *failures]), pytrace=False)

        signature = inspect.signature(test)
        others = [p for name, p in signature.parameters.items() if name not in arguments]
        setattr(of_every_row, "__signature__", signature.replace(parameters=others))
        return of_every_row

    return decorate


def _values_by_id(
    table: Sequence[Any], ids: Optional[Ids], *, is_single: bool
) -> Iterator[tuple[str, Sequence[object]]]:
    """The id of each row, and its values; a row may be a `pytest.param`."""
    for number, row in enumerate(table):
        if isinstance(row, _PARAMETERS):
            yield str(row.id or repr(row.values))[:_LONGEST_ID], row.values
            continue
        if ids is None:
            row_id = repr(row)[:_LONGEST_ID]
        else:
            row_id = ids(row) if callable(ids) else ids[number]
        yield row_id, [row] if is_single else row
