"""Steps that the vendor's SDK runs in a process of its own: what it prints, what it reads, and which names it has."""
from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from typing import Any, Dict, List


def _proxy(agent: Any, interface: str, rid: str) -> Any:
    module, _, name = interface.partition(".")
    return getattr(importlib.import_module(f"raritan.rpc.{module}"), name)(rid, agent)


def printed(agent: Any, told: List[List[str]]) -> List[str]:
    """str() of what each [interface, rid, method] gives."""
    return [str(getattr(_proxy(agent, interface, rid), method)()) for interface, rid, method in told]


def names(agent: Any, told: Any) -> Dict[str, Dict[str, Any]]:
    """`module.Class.Inner` -> what it is (kind) and has, for every public definition of every module."""
    rpc = importlib.import_module("raritan.rpc")
    found: Dict[str, Dict[str, Any]] = {}
    for entry in pkgutil.iter_modules(rpc.__path__):
        if entry.ispkg:
            _visit(rpc, importlib.import_module(f"raritan.rpc.{entry.name}"), entry.name, found)
    return found


def _visit(rpc: Any, holder: Any, prefix: str, found: Dict[str, Dict[str, Any]]) -> None:
    for name, value in vars(holder).items():
        if not name.startswith("_") and getattr(value, "__module__",
                                                "").startswith(f"raritan.rpc.{prefix.partition('.')[0]}") and (
                inspect.isfunction(value) and inspect.ismodule(holder) or inspect.isclass(value)):
            found[f"{prefix}.{name}"] = _described(rpc, value)
            if inspect.isclass(value):
                _visit(rpc, value, f"{prefix}.{name}", found)


def _described(rpc: Any, value: Any) -> Dict[str, Any]:
    if inspect.isfunction(value):
        return {"kind": "function", "parameters": list(inspect.signature(value).parameters)}
    if issubclass(value, rpc.Enumeration):
        return {"kind": "enumeration", "values": value.values}
    if issubclass(value, (rpc.Structure, rpc.ValueObject)):
        return {"kind": "structure", "fields": list(inspect.signature(value).parameters)}
    if issubclass(value, rpc.Interface):
        every = {name: inner for base in reversed(value.__mro__) for name, inner in vars(base).items()}
        methods = {inner.name: [list(inspect.signature(inner.encode).parameters), _results(inner.decode)]
                   for inner in every.values() if inspect.isclass(inner) and issubclass(inner, rpc.Interface.Method)
                   and hasattr(inner, "name")}
        constants = {name: inner for name, inner in every.items() if isinstance(inner, int) and not name.startswith("_")}
        return {"kind": "interface", "type": value.idlType, "methods": methods, "constants": constants}
    return {"kind": "class"}


def _results(decode: Any) -> List[str]:
    """The names of results as they are returned, from the last line of the function."""
    last = inspect.getsource(decode).strip().splitlines()[-1]
    return [] if last.strip() == "return None" else re.findall(r"\w+", last)[1:]


def echoed(agent: Any, told: List[List[Any]]) -> List[Any]:
    """What the SDK reads of each [structure, JSON], written again; its reading checks the kind of every value."""
    out = []
    for name, json in told:
        module, *path = name.split(".")
        kind: Any = importlib.import_module(f"raritan.rpc.{module}")
        for part in path:
            kind = getattr(kind, part)
        try:
            out.append(kind.decode(json, agent).encode())
        except Exception as error:          # a kind that it does not take; the test shows which
            out.append(repr(error))
    return out
