"""The small environment of `.ci/setup env`: its packages, and a Python that has no others.

`blocker` writes a `sitecustomize` that refuses every other import, so that programs and those that
they start behave as in that environment.
"""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement

from tests.needs import ROOT

LISTED = ROOT / ".ci" / "small-requirements.txt"
_BLOCKER = """\
import sys

ALLOWED = {allowed!r}
REFUSED = {refused!r}


class Small:
    @staticmethod
    def find_spec(name, path=None, target=None):
        top = name.partition(".")[0]
        if top in REFUSED and top not in ALLOWED:
            raise ModuleNotFoundError("No module named %r in the small environment" % top, name=top)


sys.meta_path.insert(0, Small)
"""


def packages() -> set[str]:
    """The names of all packages: those listed, and those that they require on this Python."""
    installed = _installed()
    names: set[str] = set()
    requirements = [line for line in LISTED.read_text("utf-8").splitlines() if _name(line)]
    while requirements:
        requirement = Requirement(requirements.pop())
        name = _name(requirement.name)
        # `extra` has a value only while a package's extra is installed
        applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if applies and name not in names:
            names.add(name)
            requirements += installed[name].requires or []
    return names


def blocker(folder: Path) -> Path:
    """Writes the `sitecustomize` into `folder`, for PYTHONPATH, and returns `folder`."""
    small = packages()
    allowed: set[str] = set()
    refused: set[str] = set()
    for name, package in _installed().items():
        # `pip install .` leaves this project's own egg-info in the clone, which names its tests
        if name not in ("setuptools", "pip", "dcimanager-pdu-handlers"):
            modules = allowed if name in small else refused
            modules.update(_modules(package))
    text = _BLOCKER.format(allowed=sorted(allowed), refused=sorted(refused))
    (folder / "sitecustomize.py").write_text(text, "utf-8")
    return folder


def _installed() -> dict[str, Distribution]:
    """The packages of this Python by name: 3.9 finds no `backports.zstd` if asked for it."""
    # of two with one name, the first of the path is what an import finds
    return {
        _name(str(package.metadata["Name"])): package for package in reversed(list(distributions()))
    }


def _modules(package: Distribution) -> set[str]:
    """The top-level modules of a package."""
    tops = {path.parts[0] for path in package.files or [] if path.suffix in (".py", ".so")}
    return {top.partition(".")[0] for top in tops if not top.startswith((".", "__"))}


def _name(text: str) -> str:
    """The package of a requirement, as importlib.metadata compares names; "" for a comment."""
    match = re.match(r"[A-Za-z0-9._-]+", text)
    return re.sub(r"[-_.]+", "-", match[0]).lower() if match else ""
