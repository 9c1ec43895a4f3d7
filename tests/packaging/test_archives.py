"""Archives as a platform uses them: unpacked, and loaded in a clean interpreter."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Sequence
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
    """Import these modules in a new interpreter; what it has then."""
    command = [sys.executable, *options, "-c", _LOAD, str(host), str(unpacked), *modules]
    answer: dict[str, Any] = json.loads(output(command, folder))
    return answer


@pytest.mark.parametrize("name", NAMES)
def test_an_archive_holds_no_tools(name: str) -> None:
    for path in files(ROOT / "handlers", name):
        assert not path.endswith("__main__.py")
        assert "zeroconf" not in path
        assert not path.startswith("command/")


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
        # its code is in a folder that is named after its content, such as c0123456789ab
        assert kind.startswith(f"pdu_{name}.c")
    assert loaded["threads"] == 1
    for pack in packs:
        names = {path[:-3].replace("/", ".").removesuffix(".__init__") for path in pack.files}
        assert len(names) > 20
        assert names <= {*loaded["modules"]}


def test_an_archive_loads_from_a_zip_file_with_all_that_it_declares(
    host: Path, tmp_path: Path
) -> None:
    """Also the text of the Raritan binding, of which the handler uses a part."""
    pack = handler_archives.read_archive(archive(ROOT / "handlers", "raritan"))
    pack.unpack(tmp_path / "unpacked")
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "unpacked")
    loaded = load(host, Path(packed), ["pdu_raritan.handler"])
    texts = {name.rpartition(".")[2] for name in loaded["modules"] if "._idl." in name}
    # what the handler's modules name: peripheral in the IDL of pdumodel, event in that of sensors
    assert texts == {"cascading", "event", "fitness", "idl", "pdumodel", "peripheral", "sensors"}
    assert loaded["kinds"]


@pytest.mark.parametrize("place", ["/", "unpacked", "unpacked/pdu_small", "decoys"])
def test_an_archive_loads_in_any_current_directory(host: Path, tmp_path: Path, place: str) -> None:
    unpacked = tmp_path / "unpacked"
    handler_archives.read_archive(archive(small_tree(tmp_path), "small")).unpack(unpacked)
    decoys = tmp_path / "decoys"
    decoys.mkdir()
    for name in ("errors.py", "wire.py", "handler.py", "common.py"):
        (decoys / name).write_text(f"raise SystemExit({name!r})")
    # Without -I, the current directory is on sys.path.
    loaded = load(host, unpacked, ["pdu_small.handler"], ("-S", "-B"), tmp_path / place)
    assert loaded["kinds"]


def _inodes(folder: Path, paths: Iterable[str]) -> dict[str, int]:
    """The inode of each file: another one shows that it was written anew."""
    return {path: (folder / path).stat().st_ino for path in paths}


def test_unpacking_an_archive_again_writes_no_file(tmp_path: Path) -> None:
    unpacked = tmp_path / "unpacked"
    pack = handler_archives.read_archive(archive(small_tree(tmp_path / "tree"), "small"))
    pack.unpack(unpacked)
    inodes = _inodes(unpacked, pack.files)
    pack.unpack(unpacked)
    assert _inodes(unpacked, pack.files) == inodes


def test_unpacking_a_newer_archive_leaves_whole_files_to_a_process_that_reads_them(
    tmp_path: Path,
) -> None:
    older_tree = small_tree(tmp_path / "1.0", version="1.0")
    newer_tree = small_tree(tmp_path / "1.1", version="1.1")
    older = handler_archives.read_archive(archive(older_tree, "small"))
    newer = handler_archives.read_archive(archive(newer_tree, "small"))
    unpacked = tmp_path / "unpacked"
    entry = unpacked / "pdu_small" / "handler.py"
    older.unpack(unpacked)

    with entry.open("rb") as stream:
        newer.unpack(unpacked)
        assert stream.read() == older.files["pdu_small/handler.py"]

    assert entry.read_bytes() != older.files["pdu_small/handler.py"]
    assert [path.name for path in unpacked.iterdir()] == ["pdu_small"]
