"""The SDK calls every method without parameters that only reads, on every object it is told of."""
from __future__ import annotations

from typing import Any, Dict, List

from .script import module


def _proxy(agent: Any, interface: str, rid: str) -> Any:
    package, _, name = interface.partition(".")
    return getattr(module(package), name)(rid, agent)


def types(agent: Any, told: List[str]) -> Dict[str, str]:
    """interface -> its name with version, as this release of the SDK knows it."""
    return {interface: _proxy(agent, interface, "/").idlType for interface in told}


def signatures(agent: Any, told: List[str]) -> Dict[str, List[str]]:
    return {interface: sorted(name for name, value in vars(_proxy(agent, interface, "/")).items() if hasattr(value, "decode"))
            for interface in told}


def walk(agent: Any, told: List[Any]) -> Dict[str, Any]:
    """told: [rid, interface, [method, …]]; gives the number of calls, and what went wrong."""
    wrong, calls = [], 0
    for rid, interface, methods in told:
        proxy = _proxy(agent, interface, rid)
        for name in methods:
            calls += 1
            try:
                str(getattr(proxy, name)())
            except Exception as error:              # every kind is a finding
                wrong.append(f"{rid} {name}: {type(error).__name__} {error}")
    return {"calls": calls, "wrong": wrong}
