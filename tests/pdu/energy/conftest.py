from __future__ import annotations

from tests.pdu.monitoring.conftest import call

__all__ = ["call"]
