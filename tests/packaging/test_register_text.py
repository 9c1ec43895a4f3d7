"""The text of `register.sh`."""

from __future__ import annotations

import subprocess

import pytest

from tests.needs import ROOT, program


@pytest.mark.against("shellcheck")
def test_shellcheck_has_nothing_to_say() -> None:
    template = str(ROOT / "packaging" / "register.sh")
    done = subprocess.run(
        [program("shellcheck"), template], capture_output=True, text=True, timeout=600
    )
    assert (done.returncode, done.stdout) == (0, "")
