"""Archives in place of a handler's name: what the lines of odd_archives.txt mean.

A line is an archive of the empty files pdu_odd/__init__.py and pdu_odd/handler.py, with changes:

    only PATH ...       its files are these, in the place of the two
    and PATH ...        it has these, too
    code TEXT           the text of handler.py
    top NAME            the name of its directory
    member NAME=VALUE   a further member pdu_odd/odd, of which tar's header says so
    type NUMBER         its type, as tar has it
    bytes TEXT          the file is this text
    begin N             the file's first N bytes, or all but the last -N
    end TEXT            a text behind its last byte
    flip N              its byte N is another one
    tar N               the first N blocks of what is packed, packed again

On the right stands the error of `pdu status ARCHIVE 192.0.2.7`, behind its exit code, and
whether the archive was unpacked.
`python -m tests.tables tests.pdu.loading.odd_archives` writes right sides.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from pdu import root
from tests.tables import Case, Table

from .page_handler import loading_anew

TABLE = Table(Path(__file__).with_suffix(".txt"), operator=": ")
_PARTS = ("__init__.py", "handler.py")


def packed(changes: Sequence[str]) -> bytes:
    """The archive that the changes of a line describe, still whole."""
    top, code = "pdu_odd", ""
    paths: list[str] = []
    headers: dict[str, str] = {}
    member = tarfile.TarInfo("pdu_odd/odd")
    is_alone = False
    for change in changes:
        word, _, rest = change.partition(": ")
        rest = rest.encode().decode("unicode_escape")
        if word in ("only", "and"):
            is_alone = word == "only"
            paths += rest.split()
        elif word == "code":
            code = rest
        elif word == "top":
            top = rest
        elif word == "member":
            name, _, value = rest.partition("=")
            headers[name] = value
        elif word == "type":
            member.type, member.linkname = rest.encode(), "/etc/passwd"
    own_paths = [] if is_alone else [f"{top}/{part}" for part in _PARTS]
    members = [tarfile.TarInfo(path) for path in (*own_paths, *paths)]
    member.pax_headers = headers
    if headers or member.linkname:
        members.append(member)
    return _tar_of(members, code.encode())


def _tar_of(members: Sequence[tarfile.TarInfo], code: bytes) -> bytes:
    """A tar.gz of these members; `code` is the content of handler.py, the others are empty."""
    with io.BytesIO() as file:
        with tarfile.open(fileobj=file, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
            for member in members:
                text = code if member.name.endswith("/handler.py") else b""
                member.size = len(text)
                tar.addfile(member, io.BytesIO(text))
        return file.getvalue()


def spoilt(data: bytes, changes: Sequence[str]) -> bytes:
    """The archive `data` after those changes that damage its bytes, such as `begin` and `flip`."""
    for change in changes:
        word, _, rest = change.partition(": ")
        if word == "bytes":
            data = rest.encode().decode("unicode_escape").encode("latin-1")
        elif word == "begin":
            data = data[: int(rest)]
        elif word == "end":
            data += rest.encode()
        elif word == "flip":
            octets = bytearray(data)
            octets[int(rest)] ^= 1
            data = bytes(octets)
        elif word == "tar":
            data = gzip.compress(gzip.decompress(data)[: int(rest) * tarfile.BLOCKSIZE])
    return data


def refusal(file: Path) -> str:
    """Exit code and error of a run with this archive, and whether it was unpacked for an import."""
    err = io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        loading_anew(patch),
        contextlib.redirect_stderr(err),
    ):
        count = len(sys.path)
        code = root.run(["status", str(file), "192.0.2.7"])
        end = "; it was unpacked" if len(sys.path) > count else ""
    text = err.getvalue().rstrip("\n").replace("\n", "\\n").replace(f"{file.parent}/", "")
    return f"{code} {text}{end}"


def shown(case: Case) -> str:
    """The error of `pdu status` with the archive of a case, behind its exit code."""
    changes = case.left.split(TABLE.separator)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "pdu_odd.tar.gz")
        file.write_bytes(spoilt(packed(changes), changes))
        return refusal(file)
