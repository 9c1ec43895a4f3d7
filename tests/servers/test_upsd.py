from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from tests import needs
from tests.servers import upsd
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


@pytest.mark.against("NUT upsd")
def test_the_error_holds_the_words_of_a_program_that_cannot_make_the_certificate(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "certutil"
    broken.write_text("#!/bin/sh\necho no database >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(upsd, "program", lambda name: str(broken) if name == "certutil" else needs.program(name))
    with pytest.raises(RuntimeError, match="certutil failed: no database"), Upsd([], tls=True):
        pass
