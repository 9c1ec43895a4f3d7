"""pysnmp's engine, made in a fraction of the processor time that pysnmp itself takes."""

from __future__ import annotations

from functools import cache
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from typing import Any, Optional

from pysnmp.entity.engine import SnmpEngine
from pysnmp.proto.rfc3412 import MsgAndPduDispatcher
from pysnmp.smi.builder import MibBuilder
from pysnmp.smi.instrum import MibInstrumController

# in the order in which MibBuilder searches them
_PACKAGES = ("pysnmp.smi.mibs", "pysnmp.smi.mibs.instances")


def new_engine() -> Any:
    """An SnmpEngine with pysnmp's own MIB modules."""
    return SnmpEngine(msgAndPduDsp=MsgAndPduDispatcher(MibInstrumController(new_builder())))


def new_builder() -> Any:
    """A MibBuilder that loads pysnmp's own MIB modules from Python's bytecode cache.

    pysnmp alone compiles each of them twice.
    """
    builder = MibBuilder()
    compile_and_load = builder.load_module

    def load_module(name: str, **context: object) -> Any:
        found = _module(name)
        if found is None or found.loader is None:
            return compile_and_load(name, **context)
        if name not in builder.mibSymbols:
            module = module_from_spec(found)
            vars(module).update(mibBuilder=builder, userCtx=context)
            found.loader.exec_module(module)
        return builder

    builder.load_module = load_module
    return builder


@cache
def _module(name: str) -> Optional[ModuleSpec]:
    """The spec of one of pysnmp's own MIB modules, None for others.

    Most names have a hyphen, so `import` cannot load them.
    """
    return next(filter(None, (find_spec(f"{package}.{name}") for package in _PACKAGES)), None)
