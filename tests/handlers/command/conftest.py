from __future__ import annotations

import pytest

from pdu_common import helper
from tests.handlers.nut.conftest import real, real_tls

__all__ = ["real", "real_tls"]


@pytest.fixture(autouse=True)
def _same_view_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that reads currents replaces a class of pdu_common; the next test gets the old one
    back.
    """
    monkeypatch.setattr(helper, "PduPortStatisticView", helper.PduPortStatisticView)
