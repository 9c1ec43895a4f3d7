from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dcimanager.manager import DciManager

from . import building
from .registering import Admin


@pytest.fixture
def manager() -> Iterator[DciManager]:
    with DciManager() as dci_manager:
        yield dci_manager


@pytest.fixture(scope="session")
def small_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two small archives and their register.sh. Tests get a copy of it."""
    return building.small_pack(tmp_path_factory.mktemp("pack"), "small", "snmp")


@pytest.fixture
def admin(tmp_path: Path, small_pack: Path) -> Admin:
    """An administrator with two small archives, in a folder whose name has a space and quotes."""
    return Admin(tmp_path, shutil.copytree(small_pack, tmp_path / "my 'dist'"))
