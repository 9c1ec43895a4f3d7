"""An archive in place of a handler's name: it is run by its path; a damaged or odd one is refused
with the reason.
"""

from __future__ import annotations

import fcntl
import gzip
import io
import os
import re
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from handlers.shared.errors import SettingsError
from pdu.loading import handler_loading
from pdu.loading.handler_archives import BadArchive, read_archive
from pdu.loading.handler_loading import load
from tests.needs import ROOT
from tests.packaging.building import archive, packed, small_tree
from tests.pdu.running import run
from tests.waiting import PATIENCE_S


class Odd:
    """An archive that is made by hand, as `file`."""

    def __init__(self, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.file, self._capsys = file, capsys

    def pack(self, *members: tarfile.TarInfo, top: str = "pdu_odd", code: bytes = b"") -> None:
        """Write it with a handler of this code, and further members."""
        with tarfile.open(self.file, "w:gz", format=tarfile.PAX_FORMAT) as tar:
            tar.addfile(tarfile.TarInfo(f"{top}/__init__.py"))
            handler = tarfile.TarInfo(f"{top}/handler.py")
            handler.size = len(code)
            tar.addfile(handler, io.BytesIO(code))
            for member in members:
                tar.addfile(member)

    def refusal(self) -> str:
        """The only line with which it is refused."""
        code, _, err = run(self._capsys, "status", str(self.file), "192.0.2.7")
        assert code == 2, err
        assert len(err.splitlines()) == 1, err
        return err


@pytest.fixture
def odd(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Odd]:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(handler_loading, "_loaded", {})
    yield Odd(tmp_path / "pdu_odd.tar.gz", capsys)
    for name in ("pdu_odd", "pdu_odd.handler"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "is empty"),
        (b"\x1f\x8b cut short", "not a complete"),
        (b"text", "not a handler: give"),
    ],
)
def test_a_damaged_archive_is_refused_with_the_reason(content: bytes, words: str, odd: Odd) -> None:
    odd.file.write_bytes(content)
    assert words in odd.refusal()


@pytest.mark.parametrize(
    "headers, words",
    [
        ({"path": "pdu_odd/a\0b"}, "contains NUL"),
        ({"path": f"pdu_odd/{250 * 'a'}"}, "longer than 255 bytes"),
        ({"path": "pdu_odd/a\nb.py"}, "a module's name is of letters"),
        ({"path": "pdu_odd/a`b`.py"}, "a module's name is of letters"),
        ({"path": "pdu_odd/handler.py/odd"}, "is also a file"),
        ({"mtime": "-1"}, "impossible time"),
        ({"size": 40 * "9"}, "not a complete tar.gz"),
        ({"GNU.sparse.map": "0,0", "GNU.sparse.size": str(1 << 50)}, "is a sparse file"),
        ({"path": "notes.txt"}, "one directory is expected at the top, not 2 entries"),
    ],
)
def test_an_archive_with_an_impossible_file_is_refused(
    headers: dict[str, str], words: str, odd: Odd
) -> None:
    """`headers`: what tar says of the file."""
    member = tarfile.TarInfo("pdu_odd/odd")
    member.pax_headers = headers
    odd.pack(member)
    assert words in odd.refusal()
    assert not [path for path in sys.path if (Path(path) / "pdu_odd").exists()]


GOOD = ("pdu_x/__init__.py", "pdu_x/handler.py")


@pytest.mark.parametrize(
    "paths, words",
    [
        ((), "no file"),
        (("pdu_x/handler.py",), "there is no pdu_x/__init__.py"),
        ((*GOOD, "/x"), "not a relative path"),
        ((*GOOD, "pdu_x/../x"), "not a relative path"),
        ((*GOOD, "pdu_x/./x"), "not a relative path"),
        ((*GOOD, "pdu_x/handler.py"), "twice"),
        ((*GOOD, "pdu_x/über.py"), "letters, digits and _"),
        ((*GOOD, "pdu_x//a", "pdu_x/a/b"), "not a relative path"),
        (("common/__init__.py",), "reserved"),
        (("pdu-x/__init__.py",), "not a valid module"),
        (("if/__init__.py",), "not a valid module"),
    ],
)
def test_an_archive_that_is_not_one_package_is_refused(paths: Sequence[str], words: str) -> None:
    with pytest.raises(BadArchive, match=words):
        read_archive(packed(*paths))


@pytest.mark.parametrize("end", [-20, -1, 60])
def test_an_archive_that_is_cut_short_is_refused(end: int) -> None:
    with pytest.raises(BadArchive, match="not a complete"):
        read_archive(packed(*GOOD)[:end])


def test_an_archive_that_was_damaged_before_or_after_it_was_packed_is_refused(odd: Odd) -> None:
    odd.pack(code=b"X = 1\n" * 300)
    data = odd.file.read_bytes()
    one_byte_of_the_checksum = data[:-8] + bytes([data[-8] ^ 1]) + data[-7:]
    cut_before = gzip.compress(gzip.decompress(data)[: 512 * 4])
    for damaged in (one_byte_of_the_checksum, cut_before):
        with pytest.raises(BadArchive, match="not a complete"):
            read_archive(damaged)


@pytest.mark.parametrize("kind", [tarfile.FIFOTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_an_archive_with_what_is_no_file_is_refused(kind: bytes, odd: Odd) -> None:
    member = tarfile.TarInfo("pdu_odd/odd")
    member.type, member.linkname = kind, "/etc/passwd"
    odd.pack(member)
    assert "is neither a file nor a directory" in odd.refusal()


@pytest.mark.parametrize("path", ["./pdu_odd", "."])
def test_an_archive_whose_paths_begin_with_a_dot_is_refused_with_the_remedy(
    path: str, odd: Odd
) -> None:
    tree = odd.file.parent / "tree"
    (tree / "pdu_odd").mkdir(parents=True)
    (tree / "pdu_odd" / "handler.py").touch()
    subprocess.run(["tar", "-czf", str(odd.file), path], cwd=tree, check=True, timeout=PATIENCE_S)
    err = odd.refusal()
    assert f"{path!r} begins with '.'" in err
    assert "tar -czf NAME.tar.gz DIR" in err


@pytest.mark.parametrize(
    "code, words",
    [
        (b"", "has no make_handler"),
        (b"import nosuch_module", "cannot be imported (ModuleNotFoundError"),
        (b"raise SystemExit(0)", "cannot be imported (SystemExit"),
    ],
)
def test_an_archive_whose_handler_cannot_be_made_is_named_and_no_defect_of_this_program(
    code: bytes, words: str, odd: Odd
) -> None:
    odd.pack(code=code)
    assert words in odd.refusal()


_SIZE = slice(124, 136)  # in a header of tar

_CHECKSUM = slice(148, 156)


def _archive_with_header(header: bytes) -> bytes:
    """An archive of a whole handler, and this header after it."""
    members = b""
    for name in ("__init__", "handler"):
        members += tarfile.TarInfo(f"pdu_odd/{name}.py").tobuf()
    return gzip.compress(members + header + bytes(2 * tarfile.BLOCKSIZE))


def test_an_archive_with_a_negative_size_is_refused(odd: Odd) -> None:
    """GNU's base-256 form of a number can be negative. Newer Pythons refuse such a size
    themselves.
    """
    header = bytearray(tarfile.TarInfo("pdu_odd/odd.py").tobuf())
    header[_SIZE] = (2**96 - 1).to_bytes(12, "big")
    header[_CHECKSUM] = 8 * b" "  # as it is for the sum
    header[_CHECKSUM] = b"%06o\0 " % sum(header)
    odd.file.write_bytes(_archive_with_header(bytes(header)))
    assert re.search("impossible size|not a complete tar.gz", odd.refusal())


def test_an_archive_with_a_damaged_header_is_refused(odd: Odd) -> None:
    """After the first header, tarfile takes a header with a wrong checksum for the end of the
    archive.
    """
    header = bytearray(tarfile.TarInfo("pdu_odd/odd.py").tobuf())
    header[_CHECKSUM] = b"damaged "
    odd.file.write_bytes(_archive_with_header(bytes(header)))
    assert re.search("impossible size|not a complete tar.gz", odd.refusal())


# a module that is loaded, and one that is not
@pytest.mark.parametrize("name", ["json", "wave"])
def test_an_archive_with_the_name_of_another_module_is_refused(name: str, odd: Odd) -> None:
    folders = list(sys.path)
    odd.pack(top=name)
    assert "the name of another Python module" in odd.refusal()
    assert sys.path == folders


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
