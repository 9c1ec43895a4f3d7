"""Finds a handler: one of this tree by its name, or a built archive as DCImanager would unpack it."""
from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any, Callable, List, NamedTuple, Sequence, cast

from handlers.settings import Setting
from tests import archives

NAMES = ("raritan", "snmp", "nut")


class Handler(NamedTuple):
    """`make` is the module's make_handler; `settings` the keys it takes; `snmp` says which data it is given."""

    name: str
    make: Callable[[object], Any]
    settings: Sequence[Setting[object]]
    snmp: bool


def load(handler: str) -> Handler:
    """By name, or from the path of an archive (it stays unpacked until this process ends). Raises ValueError."""
    if handler in NAMES:
        module = importlib.import_module(f"handlers.{handler}.handler")
        return _described(handler, module)
    path = Path(handler)
    if not path.is_file():
        raise ValueError(f"{handler!r} is no handler ({', '.join(NAMES)}) and no file that is there (archives: make packages)")
    return _described(path.name, _unpacked(path))


def _described(name: str, module: ModuleType) -> Handler:
    make = cast(Callable[[object], Any], module.make_handler)
    home = sys.modules[make.__module__]
    from pdu_common.base_snmp_pdu import BaseSnmpPdu
    snmp = any(isinstance(kind, type) and issubclass(kind, BaseSnmpPdu) and kind is not BaseSnmpPdu
               for kind in vars(home).values())
    return Handler(name, make, tuple(home.SETTINGS), snmp)


_unpacked_here: List[tempfile.TemporaryDirectory[str]] = []


def _unpacked(path: Path) -> ModuleType:
    try:
        archive = archives.read(path.read_bytes())
    except (archives.BadArchive, OSError) as error:
        raise ValueError(f"{path}: {error}") from None
    if not archive.holds_module(f"{archive.top}.handler"):
        raise ValueError(f"{path} is no handler archive: one folder with a handler.py is expected")
    folder = tempfile.TemporaryDirectory(prefix="pdu-harness-")
    _unpacked_here.append(folder)
    archive.unpack(Path(folder.name))
    sys.path.insert(0, folder.name)
    return importlib.import_module(f"{archive.top}.handler")
