"""An uploaded archive: checked whole before a single file is written.

DCImanager's own checks are not public. Its page asks for a tar.gz with one directory that no other handler uses, and in it an
`__init__.py` and the handler's file. The other checks protect whoever unpacks the archive.
"""
from __future__ import annotations

import gzip
import io
import os
import tarfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Dict, List, NamedTuple

RESERVED = frozenset(("common", "pdu_common", "handlers"))
_MOST_FILES, _MOST_BYTES = 5000, 50_000_000


class BadArchive(ValueError):
    """The archive is not valid. The text is one sentence with the reason."""


class Archive(NamedTuple):
    """A valid archive with the directory `top`. `files` and `times` map each path, which begins with `top`, to the content
    and to the time of the last change."""

    top: str
    files: Dict[str, bytes]
    times: Dict[str, float]

    def unpack(self, folder: Path) -> None:
        """Write the files below `folder`, over those of an older version, like tar."""
        for path, content in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            os.utime(target, (self.times[path], self.times[path]))

    def holds_module(self, import_path: str) -> bool:
        """Whether `pdu_x.handler` is a module of this archive."""
        path = import_path.replace(".", "/")
        return path.startswith(f"{self.top}/") and (f"{path}.py" in self.files or f"{path}/__init__.py" in self.files)


def read(data: bytes) -> Archive:
    """Check the archive in `data` and return its content. Raises BadArchive."""
    if not data:
        raise BadArchive("the archive is empty")
    try:
        with tarfile.open(fileobj=io.BytesIO(_unzipped(data)), mode="r:") as tar:
            members = tar.getmembers()
            _check(members)
            files, times = {}, {}
            for member in members:
                source = tar.extractfile(member)
                if source is not None:          # a file, not a directory
                    files[member.name], times[member.name] = source.read(), float(member.mtime)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise BadArchive(f"not a complete tar.gz ({error})") from None
    tops = {PurePosixPath(member.name).parts[0] for member in members}
    if len(tops) != 1:
        raise BadArchive(f"one directory is expected, not {len(tops)}")
    top = tops.pop()
    if not top.isidentifier() or top in RESERVED:
        raise BadArchive(f"the directory's name {top!r} cannot be used")
    if f"{top}/__init__.py" not in files:
        raise BadArchive(f"there is no {top}/__init__.py")
    return Archive(top, files, times)


def _unzipped(data: bytes) -> bytes:
    """Decompress `data` and verify its checksum. tarfile alone does not notice a file that is cut short."""
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
        content = packed.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise BadArchive("it unpacks to more than a handler can need")
    return content


def _check(members: List[tarfile.TarInfo]) -> None:
    if not members:
        raise BadArchive("there is no file in it")
    if len(members) > _MOST_FILES:
        raise BadArchive("it unpacks to more than a handler can need")
    for member in members:
        parts = PurePosixPath(member.name).parts
        if member.name.startswith("/") or ".." in parts or not parts:
            raise BadArchive(f"{member.name!r} leads out of its directory")
        if "\0" in member.name:
            raise BadArchive(f"{member.name!r} cannot be the name of a file")
        if not (member.isfile() or member.isdir()):
            raise BadArchive(f"{member.name!r} is a link or a device")
        if member.issparse():               # its size is not that of its data
            raise BadArchive(f"{member.name!r} is a sparse file")
