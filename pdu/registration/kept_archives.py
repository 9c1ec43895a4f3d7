"""The archives that a folder keeps: those of this version, of other ones, and replaced builds."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple, Optional

from handlers import VERSION
from handlers.shared.errors import SettingsError

from ..loading.handler_archives import BadArchive, content_name, read_archive

#: in the folder of archives: builds that others of the same version replaced
PREVIOUS = "previous"


class KeptArchive(NamedTuple):
    """An archive that can be registered by its path."""

    #: the internal name: that of its directory
    handler: str
    #: its version and hash
    content: str
    path: str
    #: whether it was built last of its handler and version
    is_newest_build: bool


def kept_archives(dist: str, handlers: Collection[str]) -> list[KeptArchive]:
    """The archives in `dist` and in its folder of replaced builds, by handler, the file that was
    written last first. `handlers`: names such as snmp or pdu_snmp; empty for all.

    Files that are no archives, and replaced builds with the content of a present one, are left
    out. Raises SettingsError if none is left, or if a file cannot be read.

    dist/pdu_snmp-5.1.0.tar.gz                          pdu_snmp, is_newest_build
    dist/pdu_snmp-5.0.0.tar.gz                          pdu_snmp, is_newest_build: of its version
    dist/previous/pdu_snmp-5.0.0+c0a1b2c3d4e5f.tar.gz   pdu_snmp, a build that was replaced
    """
    names_of_archives = {f"pdu_{name.removeprefix('pdu_')}" for name in handlers} | {*handlers}
    folder = Path(dist)
    paths = [*folder.glob("*.tar.gz"), *folder.joinpath(PREVIOUS).glob("*.tar.gz")]
    archives = []
    # of a link, its own time: it may lead to nothing, which is an error when it is read
    for path in sorted(paths, key=lambda path: path.lstat().st_mtime, reverse=True):
        archive = _archive_at(path, is_newest_build=path.parent == folder)
        if archive is None:
            continue
        if not handlers or archive.handler in names_of_archives:
            archives.append(archive)
    if not archives:
        names = ", ".join(handlers) or "a handler"
        raise SettingsError(
            f"{dist} has no archive of {names}: make packages builds {VERSION}, in a clone"
        )
    present_contents = {archive.content for archive in archives if archive.is_newest_build}
    different_archives = []
    for archive in archives:
        # one that was replaced, and then built again, is listed once
        if archive.is_newest_build or archive.content not in present_contents:
            different_archives.append(archive)
    return sorted(different_archives, key=lambda archive: archive.handler)


def _archive_at(path: Path, *, is_newest_build: bool) -> Optional[KeptArchive]:
    """The archive of a handler in a file; None if the file is no such archive. Raises SettingsError
    if it cannot be read.
    """
    try:
        data = path.read_bytes()
        top = read_archive(data).top
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror})") from None
    except BadArchive:
        return None
    return KeptArchive(
        handler=top, content=content_name(data), path=str(path), is_newest_build=is_newest_build
    )
