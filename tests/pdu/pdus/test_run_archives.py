"""An archive in place of a handler's name: it is run by its path; a damaged or odd one is refused
with the reason.
"""

from __future__ import annotations

import fcntl
import gzip
import io
import os
import signal
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Union

import pytest

from handlers.shared.errors import SettingsError
from pdu.pdus import handler_loading
from pdu.pdus.handler_loading import load
from tests.needs import ROOT
from tests.packaging.building import archive, small_tree
from tests.pdu.running import run
from tests.waiting import PATIENCE_S


def refused(file: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The only line with which an archive is refused."""
    code, _, err = run(capsys, "status", str(file), "192.0.2.7")
    assert code == 2 and len(err.splitlines()) == 1, err
    return err


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "is empty"),
        (b"\x1f\x8b cut short", "not a complete"),
        (b"text", "not a handler: give"),
    ],
)
def test_a_damaged_archive_is_refused_with_the_reason(
    content: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pdu_nut.tar.gz"
    file.write_bytes(content)
    assert words in refused(file, capsys)


@pytest.mark.parametrize(
    "headers, words",
    [
        ({"path": "pdu_odd/a\0b"}, "contains NUL"),
        ({"path": f"pdu_odd/{250 * 'a'}"}, "longer than 255 bytes"),
        ({"path": "pdu_odd/handler.py/odd"}, "is also a file"),
        ({"mtime": "-1"}, "impossible time"),
        ({"size": 40 * "9"}, "not a complete tar.gz"),
        ({"GNU.sparse.map": "0,0", "GNU.sparse.size": str(1 << 50)}, "is a sparse file"),
        ({"path": "notes.txt"}, "one directory is expected at the top, not 2 entries"),
        (tarfile.FIFOTYPE, "is neither a file nor a directory"),
    ],
)
def test_an_archive_with_an_impossible_file_is_refused(
    headers: Union[dict[str, str], bytes],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`headers`: what tar says of the file, or the kind of a file that is none."""
    file, odd = tmp_path / "pdu_odd.tar.gz", tarfile.TarInfo("pdu_odd/odd")
    if isinstance(headers, bytes):
        odd.type = headers
    else:
        odd.pax_headers = headers
    with tarfile.open(file, "w:gz", format=tarfile.PAX_FORMAT) as packed:
        for name in ("__init__.py", "handler.py"):
            packed.addfile(tarfile.TarInfo(f"pdu_odd/{name}"))
        packed.addfile(odd)
    assert words in refused(file, capsys)
    assert not [one for one in sys.path if (Path(one) / "pdu_odd").exists()]


@pytest.mark.parametrize("packed", ["./pdu_odd", "."])
def test_an_archive_whose_paths_begin_with_a_dot_is_refused_with_the_remedy(
    packed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, file = tmp_path / "tree" / "pdu_odd", tmp_path / "pdu_odd.tar.gz"
    folder.mkdir(parents=True)
    for name in ("__init__.py", "handler.py"):
        (folder / name).touch()
    subprocess.run(
        ["tar", "-czf", str(file), packed], cwd=folder.parent, check=True, timeout=PATIENCE_S
    )
    err = refused(file, capsys)
    assert f"{packed!r} begins with '.'" in err and "tar -czf NAME.tar.gz DIR" in err


def test_an_archive_without_make_handler_is_reported_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    file = tmp_path / "pdu_odd.tar.gz"
    with tarfile.open(file, "w:gz") as packed:
        for name in ("pdu_odd/__init__.py", "pdu_odd/handler.py"):
            packed.addfile(tarfile.TarInfo(name))
    monkeypatch.setattr(handler_loading, "_loaded", {})
    assert "has no make_handler" in refused(file, capsys)
    for name in ("pdu_odd", "pdu_odd.handler"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    "field, of, words",
    [
        (
            slice(124, 136),
            (2**96 - 512).to_bytes(12, "big"),
            ("impossible size", "not a complete tar.gz"),
        ),
        (slice(148, 156), b"damaged ", ("not a complete tar.gz",)),
    ],
)
def test_an_archive_with_a_header_that_leads_back_or_is_damaged_is_refused(
    field: slice,
    of: bytes,
    words: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In Python without the fix for CVE-2025-8194, tarfile reads the same header again after a size
    of -512.

    After the first header, tarfile takes a header with a wrong checksum for the end of the archive.
    """
    file, header = tmp_path / "pdu_odd.tar.gz", bytearray(tarfile.TarInfo("pdu_odd/odd.py").tobuf())
    header[148:156] = 8 * b" "
    header[field] = of
    if field.start != 148:
        header[148:156] = b"%06o\0 " % sum(header)
    whole = b"".join(
        tarfile.TarInfo(f"pdu_odd/{name}.py").tobuf() for name in ("__init__", "handler")
    )
    file.write_bytes(gzip.compress(whole + header + bytes(2 * tarfile.BLOCKSIZE)))
    err = refused(file, capsys)
    assert any(word in err for word in words)


# a module that is loaded, and one that is not
@pytest.mark.parametrize("name", ["json", "wave"])
def test_an_archive_with_the_name_of_another_module_is_refused(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, folders = tmp_path / "odd.tar.gz", list(sys.path)
    with tarfile.open(file, "w:gz") as packed:
        for path in (f"{name}/__init__.py", f"{name}/handler.py"):
            packed.addfile(tarfile.TarInfo(path))
    code, _, err = run(capsys, "status", str(file), "192.0.2.7")
    assert code == 2 and "the name of another Python module" in err and sys.path == folders


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"import nosuch_module", "ModuleNotFoundError"), (b"raise SystemExit(0)", "SystemExit")],
)
def test_an_archive_that_cannot_be_imported_is_named_and_not_reported_as_a_defect_of_this_program(
    content: bytes,
    error: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(handler_loading, "_loaded", {})
    file, handler = tmp_path / "pdu_odd.tar.gz", tarfile.TarInfo("pdu_odd/handler.py")
    handler.size = len(content)
    with tarfile.open(file, "w:gz") as packed:
        packed.addfile(tarfile.TarInfo("pdu_odd/__init__.py"))
        packed.addfile(handler, io.BytesIO(content))
    code, _, err = run(capsys, "status", str(file), "192.0.2.7")
    sys.modules.pop("pdu_odd", None)
    assert code == 2 and f"{file} cannot be imported ({error}" in err and len(err.splitlines()) == 1


def test_an_archive_that_was_replaced_after_it_was_loaded_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python would go on with the modules of the old one."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    tree, file = small_tree(tmp_path, "changed"), tmp_path / "pdu_changed.tar.gz"
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
    assert result.returncode == -signal.SIGTERM and not list(unpacked.iterdir())
