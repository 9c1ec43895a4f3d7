"""What the SDK's scripts share. They run in a process of their own, where one release of the SDK is importable."""
from __future__ import annotations

import importlib
from typing import Any

from tests.servers import orders


def module(name: str) -> Any:
    return importlib.import_module(f"raritan.rpc.{name}" if name else "raritan.rpc")


def agent(address: str, user: str, password: str) -> Any:
    """address: scheme://host:port"""
    scheme, _, host = address.partition("://")
    return module("").Agent(scheme, host, user, password, disable_certificate_verification=True, timeout=20)


def make(kind: Any, **values: Any) -> Any:
    """A structure of this release; old ones need every element, and do not have all that are given."""
    return kind(**{name: values[name] for name in kind.elements})


def _keep_old_releases_alive() -> None:
    """Releases until 4.0 find classes through a name that exec() binds locally; from Python 3.13 on it is lost at once."""
    package = importlib.import_module("raritan")
    setattr(importlib.import_module("raritan.rpc.TypeInfo"), "raritan", package)


def run(script: str, step: str, address: str, user: str, password: str, told: Any) -> Any:
    """One step of one of the scripts."""
    return getattr(importlib.import_module(script), step)(agent(address, user, password), told)


if __name__ == "__main__":
    _keep_old_releases_alive()
    orders.take(run)
