"""The small environment of `.ci/setup env`: its packages, and a Python that has no others.

`blocker` writes a `sitecustomize` that refuses every other import, so that programs and those that
they start behave as in that environment.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

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
    found: set[str] = set()
    lines = LISTED.read_text("utf-8").splitlines()
    wanted = [_name(line) for line in lines if _name(line) and _applies(line)]
    while wanted:
        name = wanted.pop()
        if name in found:
            continue
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:
            continue  # only for another Python
        found.add(name)
        wanted += [_name(one) for one in requires if _applies(one)]
    return found


def _applies(requirement: str) -> bool:
    """Whether a requirement's marker holds here, for the markers that occur."""
    marker = requirement.partition(";")[2]
    older = re.search(r'python_(?:full_)?version < "3\.(\d+)', marker)
    if older and sys.version_info[1] >= int(older[1]):
        return False
    others = re.sub(r"\w+ != ['\"][^'\"]*", "", marker)
    return not re.search(r"extra ==|win32|Windows|PyPy", others)


def blocker(folder: Path) -> Path:
    """Writes the `sitecustomize` into `folder`, for PYTHONPATH, and returns `folder`."""
    small = packages()
    allowed: set[str] = set()
    refused: set[str] = set()
    for found in _all():
        (allowed if _name(found) in small else refused).update(_modules(found))
    text = _BLOCKER.format(allowed=sorted(allowed), refused=sorted(refused))
    (folder / "sitecustomize.py").write_text(text, "utf-8")
    return folder


def _all() -> set[str]:
    from importlib.metadata import distributions

    return {str(one.metadata["Name"]) for one in distributions()} - {"setuptools", "pip"}


def _modules(name: str) -> set[str]:
    """The top-level modules of a package."""
    files = distribution(name).files or []
    tops = {path.parts[0] for path in files if path.suffix in (".py", ".so")}
    return {top.partition(".")[0] for top in tops if not top.startswith((".", "__"))}


def _name(text: str) -> str:
    """The package of a requirement, as importlib.metadata compares names; "" for a comment."""
    found = re.match(r"[A-Za-z0-9._-]+", text)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""
