"""Archives as a platform uses them: unpacked, and loaded in a clean interpreter."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pdu.loading import handler_archives
from tests.needs import ROOT

from .building import NAMES, archive, files, small_tree
from .programs import output

# Imports the archives, then makes a handler of each. -S leaves out site-packages; -I ignores PYTHON*
# variables and the current directory.
_LOAD = """
import importlib, json, sys, threading
sys.path[:0] = sys.argv[1:3]
entries = [importlib.import_module(path) for path in sys.argv[3:]]
modules = [*sys.modules]
kinds = [type(entry.make_handler(None)).__module__ for entry in entries]
print(json.dumps({"kinds": kinds, "modules": modules, "threads": threading.active_count()}))
"""


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A folder with links to the doubles of the platform's modules."""
    folder = tmp_path / "host"
    folder.mkdir()
    for package in ("common", "pdu_common"):
        (folder / package).symlink_to(ROOT / package)
    return folder


def load(
    host: Path,
    unpacked: Path,
    modules: Sequence[str],
    options: Sequence[str] = ("-I", "-S", "-B"),
    folder: Path = Path("/"),
) -> dict[str, Any]:
    command = [sys.executable, *options, "-c", _LOAD, str(host), str(unpacked), *modules]
    answer: dict[str, Any] = json.loads(output(command, folder))
    return answer


@pytest.mark.parametrize("name", NAMES)
def test_an_archive_holds_no_tools(name: str) -> None:
    assert not [
        path
        for path in files(ROOT / "handlers", name)
        if path.endswith("__main__.py") or "zeroconf" in path or path.startswith("command/")
    ]


def test_all_archives_load_in_one_process_each_with_all_of_its_modules(
    host: Path, tmp_path: Path
) -> None:
    """A later import would find the files of a newer upload."""
    unpacked = tmp_path / "unpacked"
    packs = [handler_archives.read_archive(archive(ROOT / "handlers", name)) for name in NAMES]
    for pack in packs:
        pack.unpack(unpacked)
    loaded = load(host, unpacked, [f"pdu_{name}.handler" for name in NAMES])
    for name, kind in zip(NAMES, loaded["kinds"]):
        assert kind.startswith(f"pdu_{name}.c")
    assert loaded["threads"] == 1
    for pack in packs:
        names = {path[:-3].replace("/", ".").removesuffix(".__init__") for path in pack.files}
        assert len(names) > 20
        assert names <= {*loaded["modules"]}


@pytest.mark.parametrize("place", ["/", "unpacked", "unpacked/pdu_small", "decoys"])
def test_an_archive_loads_in_any_current_directory(host: Path, tmp_path: Path, place: str) -> None:
    unpacked, decoys = tmp_path / "unpacked", tmp_path / "decoys"
    handler_archives.read_archive(archive(small_tree(tmp_path), "small")).unpack(unpacked)
    decoys.mkdir()
    for name in ("errors.py", "wire.py", "handler.py", "common.py"):
        (decoys / name).write_text(f"raise SystemExit({name!r})")
    # Without -I, the current directory is on sys.path.
    assert load(host, unpacked, ["pdu_small.handler"], ("-S", "-B"), tmp_path / place)["kinds"]


def test_unpacking_again_leaves_whole_files_to_a_process_that_reads_them(tmp_path: Path) -> None:
    old, new = (
        handler_archives.read_archive(
            archive(small_tree(tmp_path / number, version=number), "small")
        )
        for number in ("1.0", "1.1")
    )
    unpacked, entry = tmp_path / "unpacked", tmp_path / "unpacked" / "pdu_small" / "handler.py"
    old.unpack(unpacked)
    inodes = {path: (unpacked / path).stat().st_ino for path in old.files}
    old.unpack(unpacked)
    assert {path: (unpacked / path).stat().st_ino for path in old.files} == inodes
    with entry.open("rb") as stream:
        new.unpack(unpacked)
        assert stream.read() == old.files["pdu_small/handler.py"] != entry.read_bytes()
    assert [path.name for path in unpacked.iterdir()] == ["pdu_small"]
