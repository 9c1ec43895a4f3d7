"""What the SDK's scripts share. They run in a process of their own, where one release of the SDK is importable."""
from __future__ import annotations

import importlib
import json
import sys
from typing import Any, Callable, Dict


def module(name: str) -> Any:
    return importlib.import_module(f"raritan.rpc.{name}" if name else "raritan.rpc")


def agent(address: str, user: str, password: str) -> Any:
    """address: scheme://host:port"""
    scheme, _, host = address.partition("://")
    return module("").Agent(scheme, host, user, password, disable_certificate_verification=True, timeout=20)


def make(kind: Any, **values: Any) -> Any:
    """A structure of this release; old ones need every element, and do not have all that are given."""
    return kind(**{name: values[name] for name in kind.elements})


def main(steps: Dict[str, Callable[[Any, Any], Any]]) -> None:
    """Runs the step named on the command line and prints its result as JSON: STEP ADDRESS USER PASSWORD."""
    step, address, user, password = sys.argv[1:5]
    told = json.load(sys.stdin)
    print(json.dumps(steps[step](agent(address, user, password), told)))
