from __future__ import annotations

import subprocess
import sys

from tests.needs import ROOT


def test_the_tables_in_the_readmes_are_those_of_the_code() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "packaging" / "readme.py"), "--check"], cwd=ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    assert done.returncode == 0, done.stdout
