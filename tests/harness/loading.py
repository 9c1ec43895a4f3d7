"""Finds a handler: one of this tree by its name, or a built archive as DCImanager would unpack it."""
from __future__ import annotations

import importlib
import sys
import tarfile
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any, Callable, List, NamedTuple, Sequence, cast

from handlers.settings import Setting

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
        raise ValueError(f"{handler!r} is no handler ({', '.join(NAMES)}) and no archive")
    return _described(path.name, _unpacked(path))


def _described(name: str, module: ModuleType) -> Handler:
    make = cast(Callable[[object], Any], module.make_handler)
    home = sys.modules[make.__module__]
    from pdu_common.base_snmp_pdu import BaseSnmpPdu
    snmp = any(isinstance(kind, type) and issubclass(kind, BaseSnmpPdu) and kind is not BaseSnmpPdu
               for kind in vars(home).values())
    return Handler(name, make, tuple(home.SETTINGS), snmp)


_unpacked_here: List["tempfile.TemporaryDirectory[str]"] = []


def _unpacked(path: Path) -> ModuleType:
    folder = tempfile.TemporaryDirectory(prefix="pdu-harness-")
    _unpacked_here.append(folder)
    try:
        with tarfile.open(path) as tar:
            names = [member.name for member in tar.getmembers()]
            if any(not m.isfile() or m.name.startswith("/") or ".." in Path(m.name).parts for m in tar.getmembers()):
                raise ValueError(f"{path} holds more than plain files")
            for member in tar.getmembers():
                content = tar.extractfile(member)
                target = Path(folder.name, member.name)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read() if content else b"")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise ValueError(f"{path} is no complete archive ({error})") from None
    tops = {Path(name).parts[0] for name in names}
    if len(tops) != 1 or not Path(folder.name, *tops, "handler.py").is_file():
        raise ValueError(f"{path} is no handler archive: one folder with a handler.py is expected")
    sys.path.insert(0, folder.name)
    return importlib.import_module(f"{tops.pop()}.handler")
