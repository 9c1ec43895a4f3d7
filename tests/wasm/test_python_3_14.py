"""Python 3.14, which is here only as WebAssembly: all modules import, and pure parts of the four
handlers pass their tests. `make trials` fetches it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.needs import ROOT

PYODIDE = ROOT / ".cache" / "pyodide"
#: a release in pure Python: the newer one of .venv is compiled
HYPOTHESIS = ROOT / ".cache" / "hypothesis-pure"
HERE = Path(__file__).parent
pytestmark = [
    pytest.mark.trial,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(
        shutil.which("node") is None
        or not (PYODIDE / "version").exists()
        or not (HYPOTHESIS / ".installed").exists(),
        reason="node, Pyodide or Hypothesis is missing: make trials",
    ),
    pytest.mark.against("CPython 3.14 in WebAssembly"),
]


def test_all_modules_import_and_pure_parts_pass_their_tests() -> None:
    packages = sysconfig.get_path("purelib")
    command = ["node", "--stack-size=7000", str(HERE / "run.mjs"), str(PYODIDE), str(ROOT)]
    command += [str(HYPOTHESIS), packages, str(HERE / "program.py")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1700)
    said = done.stdout + done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(found) == 2 and done.returncode == 0, said[-4000:]
    assert found[0]["version"] == [3, 14] and found[0]["modules"] > 600
    # what WebAssembly lacks, and nothing else
    lacking = {name: why for name, why in found[0]["failed"].items() if "'resource'" not in why}
    assert lacking == {} and len(found[0]["failed"]) < 5
    passed = re.search(r"^(\d+) passed", done.stdout, re.MULTILINE)
    assert found[1] == {"pytest": 0} and passed and int(passed[1]) > 200, said[-4000:]
    print(f"{found[0]['modules']} modules, {passed[1]} tests")
