from __future__ import annotations

from tests.handlers.nut.conftest import real, real_tls

__all__ = ["real", "real_tls"]
