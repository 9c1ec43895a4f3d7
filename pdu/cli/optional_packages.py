"""The Python packages that only some commands need, and how an installation without one gets it."""

from __future__ import annotations

import importlib.util
import os
import shlex
import sys
from collections.abc import Mapping

_PROJECT = "dcimanager-pdu-handlers"
#: the name of a module -> its package at PyPI, and the extra of pyproject.toml that has it
EXTRAS: Mapping[str, tuple[str, str]] = {
    "cryptography": ("cryptography", "privacy"),
    "prometheus_client": ("prometheus-client", "prometheus"),
    "zeroconf": ("zeroconf", "discover"),
}


def has(module: str) -> bool:
    """Whether a package is installed, without importing it."""
    return importlib.util.find_spec(module) is not None


def missing(feature: str, *modules: str) -> str:
    """A sentence: that `feature` needs these packages, and how to add them to this installation.

    Each `modules` is a key of EXTRAS; the extra of the first has all of them.
    """
    packages: list[str] = []
    for module in modules:
        package, _ = EXTRAS[module]
        packages.append(package)
    _, extra = EXTRAS[modules[0]]
    kind = "package" if len(packages) == 1 else "packages"
    names = " and ".join(packages)
    remedy = _remedy(packages, extra)
    return f"{feature} needs the Python {kind} {names}, missing here: {remedy}"


def _remedy(packages: list[str], extra: str) -> str:
    """The command that adds the packages. A bare `pip` may be another Python's, or one that refuses
    because the system manages its packages (PEP 668).
    """
    names = " ".join(packages)
    mark_of_pipx = os.path.join(sys.prefix, "pipx_metadata.json")
    if os.path.exists(mark_of_pipx):
        return f"pipx inject {_PROJECT} {names}"
    is_virtual = sys.prefix != sys.base_prefix
    if is_virtual:
        python = shlex.quote(sys.executable)
        return f"{python} -m pip install {names}"
    return f"in a clone of this project, pipx install --force '.[{extra}]'"
