"""Modules of this package that are found by a name: the families of `snmp/profiles`, and the
vendor's modules of `raritan/rpc`, which annotations and devices name.

The command imports each when it is first needed, so that it starts sooner. An archive imports all
that it holds at its start, because an upload may replace its files later (`register_modules`).
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import ModuleType

#: absolute name -> module: all that the archive holds; empty if this is no archive
_modules: Mapping[str, ModuleType] = {}


def register_modules(modules: Mapping[str, ModuleType]) -> None:
    """From now on `import_module` finds these modules, by their absolute names, and no others."""
    global _modules
    _modules = modules


def import_module(name: str, package: str = "") -> ModuleType:
    """As that of importlib. `name` may begin with a dot, and is then in `package`.

    In an archive it reads neither files nor sys.modules. Raises ImportError for a module that the
    archive lacks.
    """
    absolute = package + name if name.startswith(".") else name
    if not _modules:
        return importlib.import_module(absolute)
    if absolute not in _modules:
        raise ImportError(f"this archive has no module {absolute}")
    return _modules[absolute]
