"""The SDK lists types and methods of its release, and calls methods without parameters on the objects of a list."""
from __future__ import annotations

from typing import Any, Dict, List

from .script import module


def _proxy(agent: Any, interface: str, rid: str) -> Any:
    package, _, name = interface.partition(".")
    return getattr(module(package), name)(rid, agent)


def types(agent: Any, given: List[str]) -> Dict[str, str]:
    """Interface → its name with version in this release of the SDK."""
    return {interface: _proxy(agent, interface, "/").idlType for interface in given}


def signatures(agent: Any, given: List[str]) -> Dict[str, List[str]]:
    """Interface → the names of its methods in this release."""
    return {interface: sorted(name for name, value in vars(_proxy(agent, interface, "/")).items() if hasattr(value, "decode"))
            for interface in given}


def walk(agent: Any, given: List[Any]) -> Dict[str, Any]:
    """`given` is a list of [rid, interface, [method, …]]. Returns the number of calls, and a line for each that failed."""
    wrong, calls = [], 0
    for rid, interface, methods in given:
        proxy = _proxy(agent, interface, rid)
        for name in methods:
            calls += 1
            try:
                str(getattr(proxy, name)())
            except Exception as error:              # every exception is a finding
                wrong.append(f"{rid} {name}: {type(error).__name__} {error}")
    return {"calls": calls, "wrong": wrong}
