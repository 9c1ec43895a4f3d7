from __future__ import annotations

from tests.packaging.conftest import admin, manager, small_pack

__all__ = ["admin", "manager", "small_pack"]
