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
    """Whether the module of a package is installed; it is not imported."""
    return importlib.util.find_spec(module) is not None


def missing(feature: str, module: str) -> str:
    """The sentence that says that `feature` needs a package, and how to add it to this
    installation. `module`: the name by which the package is imported, one of EXTRAS. A bare `pip`
    may be another Python's, or refuse because the system manages its packages (PEP 668), so it is
    not advised.

        mDNS needs the Python package zeroconf, missing here: pipx inject ... zeroconf
    """
    package, extra = EXTRAS[module]
    pipx_file = os.path.join(sys.prefix, "pipx_metadata.json")
    is_virtual = sys.prefix != sys.base_prefix
    remedy = f"in a clone of this project, pipx install --force '.[{extra}]'"
    if os.path.exists(pipx_file):
        remedy = f"pipx inject {_PROJECT} {package}"
    elif is_virtual:
        remedy = f"{shlex.quote(sys.executable)} -m pip install {package}"
    return f"{feature} needs the Python package {package}, missing here: {remedy}"
