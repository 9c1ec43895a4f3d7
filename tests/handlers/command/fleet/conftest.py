from __future__ import annotations

from collections.abc import Iterator

import pytest

from .halls import Hall, hall


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A data hall with one PDU of each handler and a dead one."""
    with hall(tmp_path_factory.mktemp("hall")) as made:
        yield made
