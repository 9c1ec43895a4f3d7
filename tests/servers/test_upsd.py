from __future__ import annotations

import os
import pwd

import pytest

from tests import needs
from tests.servers.upsd import Upsd


def test_a_test_is_skipped_if_nut_and_its_user_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> pwd.struct_passwd:
        raise KeyError(name)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(needs, "found", lambda name: None)
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", missing)
    with pytest.raises(pytest.skip.Exception, match="dummy-ups is missing: apt-get install nut-server"):
        Upsd([])
