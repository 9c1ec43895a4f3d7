"""An upload into a process that has loaded the archive. `python -m tests.conformance.hosts` tries
all cells on each Python.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from handlers.snmp.profiles import PROFILES
from pdu.pdus import handler_archives
from tests.needs import ROOT
from tests.packaging.building import archive

from . import uploads


@pytest.mark.trial
@pytest.mark.parametrize("name", uploads.SUBJECTS)
def test_a_handler_keeps_its_code_when_another_build_takes_its_place(name: str) -> None:
    assert uploads.tried(name, uploads.few()) == []


def test_the_nut_handler_keeps_its_code_in_every_call_and_at_every_moment() -> None:
    cells = uploads.few()[::3]
    assert {cell.call for cell in cells} == set(uploads.CALLS)
    assert {cell.when for cell in cells} == set(uploads.WHEN)
    assert uploads.tried("nut", cells) == []


def test_the_few_cells_have_each_way_and_each_call_at_each_moment() -> None:
    few = uploads.few()
    assert {cell[:2] for cell in few} == {cell[:2] for cell in uploads.ALL}
    assert {cell[2:] for cell in few} == {cell[2:] for cell in uploads.ALL}


_FAMILIES = """
import json, shutil, sys
sys.path[:0] = sys.argv[1:3]
from pdu_snmp.handler import make_handler
profiles = make_handler.__globals__["select_families"].__globals__["PROFILES"]
shutil.rmtree(sys.argv[2] + "/pdu_snmp")
for name in [name for name in sys.modules if name.startswith("pdu_snmp")]:
    del sys.modules[name]
keys = [profile.key for profile in profiles]
assert all(profiles.find_profile(key).key == key for key in keys)
assert not [name for name in sys.modules if name.startswith("pdu_snmp")]
print(json.dumps(keys))
"""


def test_every_family_is_there_without_the_files_and_without_sys_modules(tmp_path: Path) -> None:
    handler_archives.read_archive(archive(ROOT / "handlers", "snmp")).unpack(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", _FAMILIES, str(ROOT), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert tuple(json.loads(done.stdout)) == PROFILES.keys
