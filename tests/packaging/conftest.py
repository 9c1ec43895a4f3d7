from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pytest

from tests.dcimanager import DciManager

from .building import register_script
from .registering import Admin


@pytest.fixture
def manager() -> Iterator[DciManager]:
    with DciManager() as made:
        yield made


@pytest.fixture
def admin(tmp_path: Path) -> Admin:
    """An administrator with two small archives, in a folder whose name has a space and quotes."""
    return Admin(tmp_path, register_script(tmp_path / "my 'dist'", "small", "snmp"))
