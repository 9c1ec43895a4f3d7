"""Packs a handler's archive, such as pdu_acme.tar.gz; reads one, and checks it before a file of it
is written. `files`, in most functions, maps the path of each file in the archive to its content.

DCImanager's own checks are not public. The vendor's page "Creating a PDU handler" asks for a tar.gz
with one directory that no other handler uses, and in it an `__init__.py` and the handler's file.
The other checks here refuse what DCImanager may not accept, or what could harm the machine that
unpacks the archive.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import keyword
import os
import re
import tarfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

RESERVED = frozenset(("common", "pdu_common", "handlers"))
MOST_FILES, MOST_BYTES = 5000, 50_000_000
# limit for a path, in bytes; no component can be longer in common file systems
_LONGEST_PATH = 255
_HOW = "pack the directory by its name (tar -czf NAME.tar.gz DIR)"
_MODULE_PATH = re.compile(r"[A-Za-z0-9_./]+")
_GZIP = b"\x1f\x8b"  # RFC 1952, 2.3.1
_MALFORMED = (OSError, ValueError, LookupError, OverflowError, RecursionError)
_LATEST = 1 << 33  # limit for a file's time, in seconds since 1970: the year 2242


class BadArchive(ValueError):
    """The archive is not valid. Its text says why, and what to do: `there is no acme/__init__.py:
    add an empty file`.
    """


class OddName(BadArchive):
    """The archive's directory has a name that no import statement can write, such as `my-pdu`. The
    vendor's page allows it.
    """


class Archive(NamedTuple):
    """A valid archive: `Archive("acme", {"acme/__init__.py": b"", "acme/handler.py": b"..."},
    times)`. `top`: its one directory, with which each path begins; `files`: path → content;
    `times`: path → time of the last change, in seconds since 1970.
    """

    top: str
    files: dict[str, bytes]
    times: dict[str, float]

    def unpack(self, folder: Path) -> None:
        """Write the files below `folder`: `acme/handler.py` of an archive becomes
        `FOLDER/acme/handler.py`.

        An existing file of the same path is replaced in one step, and only if its content differs:
        a process may be importing it. Other files are kept.
        """
        part = folder / ".part"  # no file of an archive has this path
        for path, content in self.files.items():
            target = folder / path
            if target.is_file() and target.read_bytes() == content:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(content)
            os.utime(part, (self.times[path], self.times[path]))
            part.replace(target)

    def holds_module(self, import_path: str) -> bool:
        """Whether the archive has the module or package of this import path; False for the package
        `top` itself.

        >>> acme = Archive("acme", {"acme/__init__.py": b"", "acme/handler.py": b""}, {})
        >>> acme.holds_module("acme.handler"), acme.holds_module("acme")
        (True, False)
        """
        path = import_path.replace(".", "/")
        if not path.startswith(f"{self.top}/"):
            return False
        return f"{path}.py" in self.files or f"{path}/__init__.py" in self.files


def content_hash(files: Mapping[str, bytes]) -> str:
    """The SHA-256 of the paths and contents of all files, as 64 hexadecimal digits.

    >>> content_hash({"acme/handler.py": b""})[:8], content_hash({"acme/relay.py": b""})[:8]
    ('0e8d2037', '6d2a976d')
    """
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path} {len(files[path])}\n".encode() + files[path])
    return digest.hexdigest()


def pack_archive(files: Mapping[str, bytes], digest: str) -> bytes:
    """The bytes of a tar.gz with these files and their folders: the same bytes for the same files
    and the same zlib.

    `digest`: the `content_hash` of the files, from which their time of change is computed. Python
    trusts a cached .pyc as long as its source keeps its time and size, and files of two versions
    can have the same size, so two versions must differ in the time. Raises BadArchive for a name
    that is too long.

    >>> files = {"acme/__init__.py": b"", "acme/handler.py": b"import os"}
    >>> read_archive(pack_archive(files, content_hash(files))).files == files
    True
    """
    paths = set(files)
    for path in files:
        paths.update(_folders_of(path))
    out = io.BytesIO()
    with (
        gzip.GzipFile(filename="", fileobj=out, mode="wb", compresslevel=6, mtime=0) as packer,
        tarfile.open(fileobj=packer, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for path in sorted(paths):
            info = tarfile.TarInfo(path)
            info.mtime = 1_500_000_000 + int(digest[:6], 16)
            info.type = tarfile.DIRTYPE
            info.mode = 0o755
            content = b""
            if path in files:
                content = files[path]
                info.type = tarfile.REGTYPE
                info.mode = 0o644
            info.size = len(content)
            try:
                tar.addfile(info, io.BytesIO(content))
            except ValueError:
                raise BadArchive(
                    f"{path[:160]!r}: the name is too long for an archive: give it at most"
                    " 100 characters"
                ) from None
    return out.getvalue()


def _folders_of(path: str) -> Sequence[str]:
    """The folders above a relative path.

    >>> _folders_of("acme/relays/on.py")
    ['acme/relays', 'acme']
    """
    *folders, _here = PurePosixPath(path).parents
    return [folder.as_posix() for folder in folders]


_PACK_VERSION = re.compile(rb'"""PDU handler pack ([0-9a-z.]{1,40}): ')
_CODE_FOLDER = re.compile("[^/]+/(c[0-9a-f]{12})/")


def content_name(data: bytes) -> str:
    """A name that differs for each build of an archive. `data`: the bytes of the archive. One of
    this pack is named by its version and the hash in it, as `2.0.0+c0a1b2c3d4e5f`; any other by a
    hash of its bytes.

    >>> content_name(b"no archive")
    '7275b9d1e6c0'
    >>> first_line = b"***PDU handler pack 2.0.0: netio***".replace(b"*", b'"')
    >>> files = {"netio/__init__.py": first_line, "netio/c0a1b2c3d4e5f/handler.py": b"import os"}
    >>> content_name(pack_archive(files, content_hash(files)))
    '2.0.0+c0a1b2c3d4e5f'
    """
    short_digest = hashlib.sha256(data).hexdigest()[:12]
    try:
        archive = read_archive(data)
    except BadArchive:
        return short_digest
    version = _PACK_VERSION.match(archive.files[f"{archive.top}/__init__.py"])
    if version is None:
        return short_digest
    for path in archive.files:
        folder = _CODE_FOLDER.match(path)
        if folder is not None:
            return f"{version[1].decode()}+{folder[1]}"
    return short_digest


def read_archive(data: bytes) -> Archive:
    """The content of the archive whose bytes are `data`, after all checks. Raises BadArchive.

    >>> files = {"acme/__init__.py": b"", "acme/handler.py": b"import os"}
    >>> archive = read_archive(pack_archive(files, content_hash(files)))
    >>> archive.top, archive.files["acme/handler.py"]
    ('acme', b'import os')
    >>> read_archive(b"import os")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    pdu.loading.handler_archives.BadArchive: not a handler: give a Python file (.py), ...
    """
    if not data:
        raise BadArchive("the archive is empty")
    if not data.startswith(_GZIP):
        raise BadArchive(
            f"not a handler: give a Python file (.py), a folder or a tar.gz with one; {_HOW}"
        )
    try:
        content = _unzipped(data)
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
            members = _list_members(tar)
            # tarfile takes a damaged header for the end
            if content[tar.offset :].strip(b"\0"):
                raise BadArchive(f"not a complete tar.gz (damaged after {members[-1].name!r})")
            files: dict[str, bytes] = {}
            times: dict[str, float] = {}
            for member in members:
                source = tar.extractfile(member)
                if source is not None:  # a file, not a directory
                    files[member.name] = source.read()
                    times[member.name] = float(member.mtime)
    except BadArchive:
        raise
    # tarfile raises ValueError (a base class of BadArchive) and LookupError for malformed extended
    # headers, OverflowError for an absurd size, and RecursionError for many extended headers in a
    # row; OSError is one of gzip
    except (tarfile.TarError, EOFError, zlib.error, *_MALFORMED) as error:
        raise BadArchive(f"not a complete tar.gz ({error}): {_HOW}") from None
    top = _top_directory([member.name for member in members], files)
    return Archive(top, files, times)


def _top_directory(names: Sequence[str], files: Mapping[str, bytes]) -> str:
    """The name of the one directory at the top of an archive. `names`: the paths of its files and
    folders. Raises BadArchive unless there is one such directory, with an `__init__.py` and a name
    that can be imported.

    >>> _top_directory(["acme", "acme/__init__.py"], {"acme/__init__.py": b""})
    'acme'
    >>> _top_directory(["acme", "acme/handler.py"], {"acme/handler.py": b""})
    Traceback (most recent call last):
    pdu.loading.handler_archives.BadArchive: there is no acme/__init__.py: add an empty file
    """
    for path in map(PurePosixPath, files):
        if any(str(parent) in files for parent in path.parents):
            raise BadArchive(f"{str(path)!r} is inside a path that is also a file")
    tops = {PurePosixPath(name).parts[0] for name in names}
    if len(tops) != 1:
        raise BadArchive(f"one directory is expected at the top, not {len(tops)} entries: {_HOW}")
    top = tops.pop()
    if top in files:
        raise BadArchive(f"{top!r} is in no directory: {_HOW}")
    if top in RESERVED:
        raise BadArchive(f"the top-level name {top!r} is reserved: rename the directory")
    if not top.isidentifier() or keyword.iskeyword(top):
        raise OddName(
            f"the top-level name {top!r} is not a valid module name: rename the directory"
        )
    if f"{top}/__init__.py" not in files:
        raise BadArchive(f"there is no {top}/__init__.py: add an empty file")
    return top


def _unzipped(data: bytes) -> bytes:
    """The decompressed content of a gzip file. It is read to its end, where the checksum is,
    because tarfile may stop before that. Raises BadArchive if it is too large, and the errors of
    gzip.

    >>> _unzipped(gzip.compress(b"acme"))
    b'acme'
    """
    packed_file = io.BytesIO(data)
    with gzip.GzipFile(fileobj=packed_file) as gzip_file:
        content = gzip_file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise BadArchive(f"it unpacks to more than {MOST_BYTES // 1_000_000} MB")
    return content


def _list_members(tar: tarfile.TarFile) -> list[tarfile.TarInfo]:
    """The files and directories of an archive. Each is checked before the next is read, because a
    negative size could lead back to the same header forever. Raises BadArchive: `'acme/handler.py'
    is in it twice: pack the directory ...`.
    """
    members: list[tarfile.TarInfo] = []
    names: set[str] = set()
    for member in tar:
        _check(member)
        # which of the two DCImanager would take is not known
        if member.name in names and not member.isdir():
            raise BadArchive(f"{member.name!r} is in it twice: {_HOW}")
        names.add(member.name)
        members.append(member)
        if len(members) > MOST_FILES:
            raise BadArchive(f"it has more than {MOST_FILES} files and directories")
    if not members:
        raise BadArchive("there is no file in it")
    return members


def _check(member: tarfile.TarInfo) -> None:
    """Raises BadArchive for a file or directory that is not safe to unpack.

    >>> _check(tarfile.TarInfo("acme/handler.py"))
    >>> link = tarfile.TarInfo("acme/handler.py")
    >>> link.type = tarfile.SYMTYPE
    >>> _check(link)
    Traceback (most recent call last):
    pdu.loading.handler_archives.BadArchive: 'acme/handler.py' is neither a file nor a directory
    """
    _check_path(member.name)
    if member.size < 0:
        raise BadArchive(f"{member.name!r} has an impossible size ({member.size})")
    if not 0 <= member.mtime < _LATEST:
        raise BadArchive(f"{member.name!r} has an impossible time ({member.mtime})")
    if not (member.isfile() or member.isdir()):
        raise BadArchive(f"{member.name!r} is neither a file nor a directory")
    if member.issparse():  # its content may be far larger than the archive
        raise BadArchive(f"{member.name!r} is a sparse file")


def _check_path(name: str) -> None:
    """Raises BadArchive for the path of a file or directory that could lead out of the folder into
    which the archive is unpacked, or that DCImanager may refuse.

    >>> _check_path("acme/handler.py")
    >>> _check_path("acme/../etc/passwd")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    pdu.loading.handler_archives.BadArchive: 'acme/../etc/passwd' is not a relative path ...
    """
    path = PurePosixPath(name)
    shown_name = repr(name[:_LONGEST_PATH])
    first_part, _, remainder = name.partition("/")
    if first_part == ".":
        raise BadArchive(
            f"{shown_name} begins with '.', which DCImanager is not known to accept: {_HOW}"
        )
    if name.startswith("/") or ".." in path.parts or name != str(path):
        raise BadArchive(f"{shown_name} is not a relative path without empty parts, '.' and '..'")
    if "\0" in name or len(os.fsencode(name)) > _LONGEST_PATH:
        raise BadArchive(f"{shown_name} is longer than {_LONGEST_PATH} bytes or contains NUL")
    # such a name is an import path, which a person pastes into a shell
    if name.endswith(".py") and not _MODULE_PATH.fullmatch(remainder):
        raise BadArchive(f"{name!r}: a module's name is of letters, digits and _")
