"""Runs a Worker's orders with one release of the vendor's SDK, in a process of its own."""

from __future__ import annotations

import importlib
from typing import Any

from tests.processes import orders


def module(name: str) -> Any:
    return importlib.import_module(f"raritan.rpc.{name}" if name else "raritan.rpc")


def agent(address: str, user: str, password: str) -> Any:
    """An agent for `address`, in the form scheme://host:port."""
    scheme, _, host = address.partition("://")
    return module("").Agent(
        scheme, host, user, password, disable_certificate_verification=True, timeout=300
    )


def _keep_old_releases_alive() -> None:
    """Binds `raritan` in TypeInfo. Releases up to 4.0 import it with exec() in a method and read it
    with eval(). From Python 3.13 on, this eval() does not find a name that exec() has bound."""
    package = importlib.import_module("raritan")
    setattr(importlib.import_module("raritan.rpc.TypeInfo"), "raritan", package)


def run(script: str, step: str, address: str, user: str, password: str, *arguments: Any) -> Any:
    """Runs a function of a module with a new agent."""
    return getattr(importlib.import_module(script), step)(
        agent(address, user, password), *arguments
    )


if __name__ == "__main__":
    _keep_old_releases_alive()
    orders.take(run)
