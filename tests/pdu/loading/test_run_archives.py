"""An archive in place of a handler's name: its headers, its folder while it is loaded, and after a
signal. Which archives are refused stands in odd_archives.txt.
"""

from __future__ import annotations

import fcntl
import gzip
import os
import re
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from handlers.shared.errors import SettingsError
from pdu.loading.handler_loading import load
from tests.needs import ROOT
from tests.packaging.building import archive, small_tree
from tests.pdu.loading import odd_archives
from tests.waiting import PATIENCE_S

_SIZE = slice(124, 136)  # in a header of tar
_CHECKSUM = slice(148, 156)


@pytest.fixture(name="header")
def _header() -> bytearray:
    """The tar header of a file pdu_odd/odd.py."""
    return bytearray(tarfile.TarInfo("pdu_odd/odd.py").tobuf())


def refused(header: bytearray, folder: Path) -> str:
    """The refusal of an archive of a whole handler, with this header after it."""
    members = b""
    for name in ("__init__", "handler"):
        members += tarfile.TarInfo(f"pdu_odd/{name}.py").tobuf()
    file = folder / "pdu_odd.tar.gz"
    file.write_bytes(gzip.compress(members + header + bytes(2 * tarfile.BLOCKSIZE)))
    return odd_archives.refusal(file)


def test_an_archive_with_a_negative_size_is_refused(header: bytearray, tmp_path: Path) -> None:
    """GNU's base-256 form of a number can be negative. Newer Pythons refuse such a size
    themselves.
    """
    header[_SIZE] = (2**96 - 1).to_bytes(12, "big")
    header[_CHECKSUM] = 8 * b" "  # as it is for the sum
    header[_CHECKSUM] = b"%06o\0 " % sum(header)
    assert re.search("^2 .*(impossible size|not a complete tar.gz)", refused(header, tmp_path))


def test_an_archive_with_a_damaged_header_is_refused(header: bytearray, tmp_path: Path) -> None:
    """After the first header, tarfile takes a header with a wrong checksum for the end of the
    archive.
    """
    header[_CHECKSUM] = b"damaged "
    assert re.search("^2 .*(impossible size|not a complete tar.gz)", refused(header, tmp_path))


def test_an_archive_that_was_replaced_after_it_was_loaded_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python would go on with the modules of the old one."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    tree = small_tree(tmp_path, "changed")
    file = tmp_path / "pdu_changed.tar.gz"
    file.write_bytes(archive(tree, "changed"))
    load(str(file))

    with (tree / "changed" / "handler.py").open("a") as handler:
        handler.write("\nNEW = True\n")
    file.write_bytes(archive(tree, "changed"))

    with pytest.raises(SettingsError, match="was replaced after it was loaded: restart"):
        load(str(file))


def test_the_folder_of_an_archive_is_locked_against_the_removal_of_old_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """systemd-tmpfiles skips a folder that another process has locked."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    file = tmp_path / "pdu_locked.tar.gz"
    file.write_bytes(archive(small_tree(tmp_path, "locked"), "locked"))
    load(str(file))
    descriptor = os.open(sys.path[0], os.O_RDONLY)
    with pytest.raises(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(descriptor)


def test_a_signal_that_ends_pdu_removes_the_unpacked_archive(tmp_path: Path) -> None:
    tree, file = small_tree(tmp_path, "other"), tmp_path / "pdu_other.tar.gz"
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    with (tree / "other" / "handler.py").open("a") as handler:
        handler.write("\nimport os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n")
    file.write_bytes(archive(tree, "other"))
    result = subprocess.run(
        [sys.executable, "-m", "pdu", "status", str(file), "192.0.2.7"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(unpacked)},
        capture_output=True,
        timeout=PATIENCE_S,
    )
    assert result.returncode == -signal.SIGTERM
    assert not list(unpacked.iterdir())
