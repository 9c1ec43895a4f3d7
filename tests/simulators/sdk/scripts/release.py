"""The types and methods of this release of the SDK."""

from __future__ import annotations

from typing import Any

from .script import module


def _proxy(agent: Any, interface: str) -> Any:
    package, _, name = interface.partition(".")
    return getattr(module(package), name)("/", agent)


def types(agent: Any, given: list[str]) -> dict[str, str]:
    """Interface → its name with version in this release of the SDK."""
    return {interface: _proxy(agent, interface).idlType for interface in given}


def methods(agent: Any, given: list[str]) -> dict[str, list[str]]:
    """Interface → the names of its methods in this release."""
    return {
        interface: sorted(
            name
            for name, value in vars(_proxy(agent, interface)).items()
            if hasattr(value, "decode")
        )
        for interface in given
    }
