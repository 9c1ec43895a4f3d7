"""An upload into a process that has loaded the archive. `python -m tests.conformance.hosts` tries
all cells on each Python.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from handlers import registry
from pdu.loading import handler_archives
from tests.needs import ROOT
from tests.packaging.building import archive

from . import uploads


@pytest.mark.trial
@pytest.mark.parametrize("name", uploads.SUBJECTS)
def test_a_handler_keeps_its_code_when_another_build_takes_its_place(name: str) -> None:
    assert uploads.tried(name, uploads.CELLS) == []


def test_the_nut_handler_keeps_its_code_in_every_call_and_at_every_moment() -> None:
    cells = uploads.CELLS[::3]
    assert {cell.call for cell in cells} == set(uploads.CALLS)
    assert {cell.when for cell in cells} == set(uploads.WHEN)
    assert uploads.tried("nut", cells) == []


_LOADED = """
import importlib, json, sys
sys.path[:0] = sys.argv[1:3]
importlib.import_module(sys.argv[3] + ".handler")
print(json.dumps([name for name in sys.modules if name.startswith(sys.argv[3])]))
"""


@pytest.mark.parametrize("name", registry.names())
def test_an_archive_that_is_loaded_has_imported_all_of_its_modules(
    name: str, tmp_path: Path
) -> None:
    read = handler_archives.read_archive(archive(ROOT / "handlers", name))
    read.unpack(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", _LOADED, str(ROOT), str(tmp_path), read.top],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    names = {path[:-3].replace("/", ".").removesuffix(".__init__") for path in read.files}
    assert len(names) > 20 and set(json.loads(done.stdout)) >= names
