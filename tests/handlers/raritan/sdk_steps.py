"""Steps that the vendor's SDK runs in a process of its own: what it prints, and what it reads."""
from __future__ import annotations

import importlib
from typing import Any, List


def _proxy(agent: Any, interface: str, rid: str) -> Any:
    module, _, name = interface.partition(".")
    return getattr(importlib.import_module(f"raritan.rpc.{module}"), name)(rid, agent)


def printed(agent: Any, told: List[List[str]]) -> List[str]:
    """str() of what each [interface, rid, method] gives."""
    return [str(getattr(_proxy(agent, interface, rid), method)()) for interface, rid, method in told]
