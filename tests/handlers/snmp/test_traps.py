"""The traps of traps.py (mistakes to avoid, not SNMP notifications) are numbered without a gap, and the tests they name exist."""
from __future__ import annotations

import subprocess
import sys
from typing import FrozenSet

from tests.handlers.snmp.traps import TRAPS
from tests.needs import ROOT

FOLDER = "tests/handlers/snmp"


def collected() -> FrozenSet[str]:
    """Return the ids of the folder's other tests, relative to the folder, with and without their cases."""
    ran = subprocess.run([sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", FOLDER,
                          f"--deselect={FOLDER}/test_traps.py"], cwd=ROOT, capture_output=True,
                         encoding="utf-8", timeout=100)
    assert ran.returncode == 0, ran.stdout[-500:] + ran.stderr[-500:]
    ids = [line.partition(FOLDER + "/")[2] for line in ran.stdout.splitlines() if line.startswith(FOLDER)]
    return frozenset([*ids, *(name.partition("[")[0] for name in ids)])


def test_the_traps_are_numbered_without_a_gap() -> None:
    assert [trap.number for trap in TRAPS] == list(range(1, 48))


def test_every_test_named_by_a_trap_exists() -> None:
    """One test for all traps: with a test for each trap, every worker would collect the folder again."""
    exist = collected()
    assert {trap.number: set(trap.tests) - exist for trap in TRAPS if set(trap.tests) - exist} == {}
    assert all(trap.tests for trap in TRAPS)
    assert "test_families.py::test_a_unit_is_detected_as_its_family[no-such-unit]" not in exist
    assert "test_families.py::test_no_such_test" not in exist
