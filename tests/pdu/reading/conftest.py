from __future__ import annotations

from tests.pdu.monitoring.conftest import call, small

__all__ = ["call", "small"]
