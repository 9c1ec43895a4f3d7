from __future__ import annotations

from tests.handlers.command.fleet.conftest import call, small

__all__ = ["call", "small"]
