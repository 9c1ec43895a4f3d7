"""What the SDK's scripts share. They run in a process of their own, where one release of the SDK is importable."""
from __future__ import annotations

import importlib
import json
import sys
import traceback
from typing import Any


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


def main() -> None:
    """One order a line, as JSON: [module, step, address, user, password, told]; one JSON answer a line.

    An answer is {"result": …} or {"error": the traceback}.
    """
    _keep_old_releases_alive()
    for line in sys.stdin:
        script, step, address, user, password, told = json.loads(line)
        try:
            answer = {"result": getattr(importlib.import_module(script), step)(agent(address, user, password), told)}
        except Exception:                   # the test that gave the order wants to see it, whatever it is
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
