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
assert not [name for name in sys.modules if name.startswith("pdu_snmp")]
print(json.dumps(keys))
"""


def run(program: str, *folders: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, str(ROOT), *map(str, folders)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_family_is_there_without_the_files_and_without_sys_modules(tmp_path: Path) -> None:
    handler_archives.read_archive(archive(ROOT / "handlers", "snmp")).unpack(tmp_path)
    assert tuple(json.loads(run(_FAMILIES, tmp_path))) == PROFILES.keys


_TYPES = """
import json, shutil, sys
sys.path[:0] = sys.argv[1:3]
from pdu_raritan.handler import make_handler
code = make_handler.__module__.rpartition(".raritan.")[0]
rpc = sys.modules[code + ".raritan.rpc"]
registry, declarations = (
    sys.modules[rpc.__name__ + "._runtime." + name] for name in ("registry", "declarations")
)
shutil.rmtree(sys.argv[2] + "/pdu_raritan")
for name in [name for name in sys.modules if name.startswith("pdu_raritan")]:
    del sys.modules[name]
names, fields = [], 0
for name in sorted(registry.MODULES):
    try:
        module = registry.binding_module(f"{rpc.__name__}.{name}")
    except ImportError:
        continue
    names.append(name)
    for cls in vars(module).values():
        if isinstance(cls, type) and issubclass(cls, rpc.Structure):
            fields += len(declarations.field_types(cls))
assert fields > 100
assert rpc.peripheral.DeviceSlot.__module__ == rpc.__name__ + ".peripheral.devices"
assert not [name for name in sys.modules if name.startswith("pdu_raritan")]
print(json.dumps(names))
"""


def test_every_type_of_raritan_is_there_without_the_files_and_without_sys_modules(
    tmp_path: Path,
) -> None:
    read = handler_archives.read_archive(archive(ROOT / "handlers", "raritan"))
    read.unpack(tmp_path)
    parts = [path.partition("/raritan/rpc/")[2].partition("/")[0] for path in read.files]
    names = {part.partition(".")[0] for part in parts} - {"", "__init__", "_runtime"}
    assert "peripheral" in names
    assert set(json.loads(run(_TYPES, tmp_path))) == names - {"BulkRequestHelper"}


_TWO_BUILDS = """
import importlib, shutil, sys, threading
from concurrent.futures import ThreadPoolExecutor
sys.path[:0] = [sys.argv[1], sys.argv[2] + "/host"]
entries, families = [], []
for build in ("0", "1"):
    shutil.rmtree(sys.argv[2] + "/host", ignore_errors=True)
    shutil.copytree(sys.argv[2] + "/" + build, sys.argv[2] + "/host")
    importlib.invalidate_caches()
    for name in [name for name in sys.modules if name.startswith("pdu_snmp")]:
        del sys.modules[name]
    entry = importlib.import_module("pdu_snmp.handler")
    entries.append(entry)
    families.append(entry.make_handler.__globals__["select_families"].__globals__["PROFILES"])
assert not [finder for finder in sys.meta_path if "pdu_snmp" in repr(finder)]
for build, profiles in enumerate(families):
    profiles = list(profiles)
    vutlan = next(profile for profile in profiles if profile.key == "vutlan")
    assert vutlan.note.startswith("BUILD 1") == bool(build)
    assert len({type(profile) for profile in profiles}) == 1
assert type(next(iter(families[0]))) is not type(next(iter(families[1])))
importlib.reload(entries[1])
shutil.rmtree(sys.argv[2] + "/host")
assert [len(list(profiles)) for profiles in families] == 2 * [len(families[0])]
"""


def test_two_builds_in_one_process_each_find_their_own_families(tmp_path: Path) -> None:
    text = (ROOT / "handlers/snmp/profiles/vutlan.py").read_text("utf-8")
    for number, more in enumerate(
        ({}, {"snmp/profiles/vutlan.py": text.replace("note=(", 'note=("BUILD 1 "')})
    ):
        read = handler_archives.read_archive(archive(ROOT / "handlers", "snmp", more or None))
        read.unpack(tmp_path / str(number))
    run(_TWO_BUILDS, tmp_path)
