"""A step that the vendor's SDK runs in a process of its own: what it reads, as JSON."""
from __future__ import annotations

import datetime
import importlib
from typing import Any, List


def read(agent: Any, told: List[List[str]]) -> List[Any]:
    """What each [interface, rid, method] gives."""
    return [_plain(getattr(_proxy(agent, interface, rid), method)()) for interface, rid, method in told]


def _proxy(agent: Any, interface: str, rid: str) -> Any:
    module, _, name = interface.partition(".")
    return getattr(importlib.import_module(f"raritan.rpc.{module}"), name)(rid, agent)


def _plain(value: Any) -> Any:
    """A list or tuple as a list, anything else that is no JSON as {what it is: …}."""
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {"map": [[_plain(key), _plain(one)] for key, one in value.items()]}
    if isinstance(value, datetime.datetime):
        return {"time": [value.year, value.month, value.day]}
    if hasattr(value, "target"):
        return {"reference": [type(value).__name__, value.target]}
    if hasattr(value, "val"):
        return {"enumeration": value.val}
    if hasattr(value, "__dict__"):
        return {"structure": [type(value).__name__, {name: _plain(one) for name, one in vars(value).items()}]}
    return value
