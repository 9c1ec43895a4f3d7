"""Small devices made from public reports, each with the figures that its report shows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import ROOT, shared
from tests.waiting import PATIENCE_S


@pytest.mark.against("devices made from public reports, in memory")
def test_every_reported_unit_is_read_as_its_report_shows(tmp_path: Path) -> None:
    shutil.copytree(shared("field"), tmp_path / "field")  # the program writes beside itself
    done = subprocess.run(
        [sys.executable, str(tmp_path / "field" / "cases" / "cases.py")],
        env={**os.environ, "CLONE": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("WRONG")] == []
    assert sum(line.startswith("ok ") for line in lines) >= 13
