"""Finds a handler: one of this tree by its name, or a built archive as DCImanager would unpack it."""
from __future__ import annotations

import importlib
import os
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, Callable, Dict, List, NamedTuple, Sequence, cast

from .. import registry
from ..errors import SettingsError
from ..settings import Setting

if TYPE_CHECKING:
    import tempfile


class Handler(NamedTuple):
    """`make` is the module's make_handler; `settings` the keys it takes; `snmp` says which data it is given.

    `name` is the handler's (`raritan`), for an archive what follows `pdu_`; `shown` is what the person called it.
    """

    name: str
    shown: str
    make: Callable[[object], Any]
    settings: Sequence[Setting[object]]
    snmp: bool


def load(handler: str) -> Handler:
    """By name, or from the path of an archive (it stays unpacked until this process ends). Raises SettingsError."""
    if registry.is_handler(handler):
        return _described(handler, handler, importlib.import_module(f"...{handler}.handler", __name__))
    if not os.path.isfile(handler):
        raise SettingsError(f"{handler[:200]!r} is no handler ({', '.join(registry.names())}) and no file that is there "
                            f"(archives: make packages)")
    module = _unpacked(handler)
    return _described(module.__name__.partition(".")[0].replace("pdu_", "", 1), os.path.basename(handler), module)


def _described(name: str, shown: str, module: ModuleType) -> Handler:
    make = cast(Callable[[object], Any], module.make_handler)
    home = sys.modules[make.__module__]
    double = sys.modules.get("pdu_common.base_snmp_pdu")        # not loaded: the handler is not built on it
    base = double.BaseSnmpPdu if double is not None else ()
    snmp = any(isinstance(kind, type) and issubclass(kind, base) and kind is not base for kind in vars(home).values())
    return Handler(name, shown, make, tuple(getattr(home, "SETTINGS", ())), snmp)


_unpacked_here: List[tempfile.TemporaryDirectory[str]] = []
_paths: Dict[str, str] = {}         # an archive's folder -> the file that it came from


def _unpacked(path: str) -> ModuleType:
    import tempfile  # a handler of the tree starts quicker without them
    from pathlib import Path

    from . import archives
    try:
        archive = archives.read(Path(path).read_bytes())
    except (archives.BadArchive, OSError) as error:
        raise SettingsError(f"{path}: {error}") from None
    if not archive.holds_module(f"{archive.top}.handler"):
        raise SettingsError(f"{path} is no handler archive: one folder with a handler.py is expected")
    if _paths.setdefault(archive.top, path) != path:
        raise SettingsError(f"{path} and {_paths[archive.top]} are both {archive.top}: one run takes one of them")
    folder = tempfile.TemporaryDirectory(prefix="pdu-archive-")
    _unpacked_here.append(folder)
    archive.unpack(Path(folder.name))
    sys.path.insert(0, folder.name)
    return importlib.import_module(f"{archive.top}.handler")
