"""The names that examples in docstrings have beside those of their module. Here, at the top, for
`pytest handlers/snmp/profiles` too, which reads no conftest.py of the tests.
"""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True, scope="session")
def _names_of_examples(doctest_namespace: dict[str, Any]) -> None:
    """Gives the examples of SNMP families a device: `tables_of({STATE: {"1": 1}})`."""

    def tables_of(rows_by_object: Any) -> Any:
        from tests.handlers.snmp.memory import tables_of_rows  # imported late: by examples alone

        return tables_of_rows(rows_by_object)

    doctest_namespace["tables_of"] = tables_of
