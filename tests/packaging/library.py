"""The library as an installation has it: a folder of links, by the packages of setup.py."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.needs import ROOT

from .installing import OWN
from .programs import output

# setup.py in a process of its own: setuptools changes what the next test imports
_PACKAGES = """
import json, runpy, setuptools
setuptools.setup = lambda **words: print(json.dumps([words["packages"], words["package_dir"]]))
runpy.run_path("setup.py")
"""


def packages() -> Mapping[str, str]:
    """Package of the wheel → its folder in the clone, as setup.py hands them to setuptools."""
    places: dict[str, str]
    names, places = json.loads(output([sys.executable, "-c", _PACKAGES]))
    assert set(names) == set(places)
    return places


def linked(places: Mapping[str, str], folder: Path) -> Path:
    """`folder` with the files of these packages as links, and the stubs that a build makes."""
    for package, place in places.items():
        into = folder.joinpath(*package.split("."))
        into.mkdir(parents=True, exist_ok=True)
        for file in (ROOT / place).iterdir():
            if file.is_file() and file.suffix != ".pyi":
                os.symlink(file, into / file.name)
    stubs = folder / OWN / "raritan" / "rpc" / "_idl"
    output([sys.executable, "packaging/idl_stubs.py", str(stubs)])
    return folder
