"""Puts this pack's handlers beside a platform, as an archive would hold them: one folder down."""

from __future__ import annotations

import shutil
from pathlib import Path

import handlers

from ..loading.handler_archives import Archive
from .trials import HandlerModule

_TOP = "pdu_pack"
_IGNORED = shutil.ignore_patterns("__pycache__")


def place_pack(folder: Path) -> Path:
    """Copies the handlers of this program into `folder`, which is returned. They import one another
    by relative imports, so it does not matter what the package is called.
    """
    target = folder / _TOP
    target.mkdir(parents=True)
    # a wheel has the modules and the packages inside `handlers` at two places
    folders = [Path(name) for name in handlers.__path__]
    for path in folders[0].glob("*.py"):
        shutil.copyfile(path, target / path.name)
    for package_folder in folders:
        for path in package_folder.iterdir():
            if path.name != "program" and (path / "__init__.py").is_file():
                shutil.copytree(path, target / path.name, ignore=_IGNORED)
    return folder


def pack_module(folder: Path, name: str) -> HandlerModule:
    """One of the handlers of `place_pack`."""
    return HandlerModule(str(folder), f"{_TOP}.{name}.handler")


def archive_module(archive: Archive, import_path: str, folder: Path) -> HandlerModule:
    """The handler of an archive, unpacked into `folder`."""
    archive.unpack(folder)
    return HandlerModule(str(folder), import_path)
