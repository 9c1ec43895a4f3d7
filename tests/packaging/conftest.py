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
    """With two small archives; the folder's name has a blank and a quote in it."""
    return Admin(tmp_path, register_script(tmp_path / "my 'dist'", "small", "snmp"))
