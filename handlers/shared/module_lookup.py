"""Modules of this package that are found by a name: the families of `snmp/profiles`, the format
`snmp/schema.py` of an owner's own, and the vendor's modules of `raritan/rpc`, which annotations and
devices name.

Each runs when it is first needed, so that the command and an archive start sooner. An upload may
replace an archive's files at any time. Therefore an archive reads the code of all its modules at
its start (`load_archive`).
"""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import CodeType, ModuleType
from typing import Any, Optional

#: how the names of such modules begin
_BY_NAME = (".snmp.profiles.", ".snmp.schema", ".raritan.rpc.")

#: absolute name -> module of the archive; empty if this is no archive
_modules: dict[str, ModuleType] = {}
#: absolute name -> what makes the module when it is first needed
_unrun: dict[str, tuple[ModuleSpec, CodeType]] = {}
#: absolute name -> module whose code is running
_running: dict[str, ModuleType] = {}
_lock = threading.RLock()


def load_archive(package: str, names: Sequence[str]) -> None:
    """Load these modules of an archive, for its entry module, which has imported the handler.

    `names`: below `package`, such as `.snmp.handler`; a package comes before its modules. From now
    on `import_module` finds these modules, and no others, and needs no files.
    """
    modules: dict[str, ModuleType] = {}
    unrun: dict[str, tuple[ModuleSpec, CodeType]] = {}
    for name in ("", *names):
        absolute = package + name
        # an entry module that is reloaded comes here again
        if absolute in _modules or absolute in _unrun:
            continue
        if not name.startswith(_BY_NAME) or absolute in sys.modules:
            modules[absolute] = importlib.import_module(absolute)
        else:
            package_name = absolute.rpartition(".")[0]
            folder = (
                unrun[package_name][0].submodule_search_locations
                if package_name in unrun
                else modules[package_name].__path__
            )
            unrun[absolute] = _read(absolute, folder)
    with _lock:
        _unrun.update(unrun)
        _modules.update(modules)


def _read(name: str, folder: Any) -> tuple[ModuleSpec, CodeType]:
    """The code of a module in a folder, which is not run."""
    spec: Any = PathFinder.find_spec(name, folder)
    if spec is None:
        raise ImportError(f"this archive has no module {name}", name=name)
    return spec, spec.loader.get_code(name)


def import_module(name: str, package: str = "") -> ModuleType:
    """As that of importlib. `name` may begin with a dot, and is then in `package`.

    In an archive it uses neither files nor sys.modules. Raises ImportError for a module that the
    archive lacks.
    """
    absolute = package + name if name.startswith(".") else name
    if not _modules:
        return importlib.import_module(absolute)
    module = _modules.get(absolute)
    return _run(absolute) if module is None else module


def _run(name: str) -> ModuleType:
    """The module, after its code has run. Other threads wait until then."""
    with _lock:
        if name in _unrun and name not in _running:
            parent_name, _, own_name = name.rpartition(".")
            parent = import_module(parent_name)
            if name in _unrun:  # the parent did not import it
                spec, code = _unrun[name]
                module = _running[name] = importlib.util.module_from_spec(spec)
                vars(module)["__builtins__"] = {**vars(builtins), "__import__": _import}
                try:
                    exec(code, vars(module))  # noqa: S102 - the code of this archive
                finally:
                    del _running[name]
                _modules[name] = module
                del _unrun[name]
                setattr(parent, own_name, module)
        loaded = _modules.get(name) or _running.get(name)
    if loaded is None:
        raise ImportError(f"this archive has no module {name}", name=name)
    return loaded


def _import(
    name: str,
    importer: Optional[Mapping[str, Any]] = None,
    names: Optional[Mapping[str, Any]] = None,
    parts: Optional[Sequence[str]] = (),
    level: int = 0,
) -> ModuleType:
    """`__import__` for the code that runs here: relative imports find the modules of this archive,
    even if an upload has replaced the files and the modules of these names in sys.modules."""
    if not level or importer is None:
        return builtins.__import__(name, importer, names, parts or (), level)
    package = importer["__package__"].rsplit(".", level - 1)[0]
    module = import_module(f"{package}.{name}" if name else package)
    for part in parts or ():
        if not hasattr(module, part) and f"{module.__name__}.{part}" in _unrun:
            import_module(f"{module.__name__}.{part}")
    return module
