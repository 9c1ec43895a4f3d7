"""The library as an installation has it: a folder of links, by the packages of setup.py."""

from __future__ import annotations

import os
import runpy
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.needs import ROOT


def packages(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """Package of the wheel → its folder in the clone, as setup.py hands them to setuptools."""
    kept: dict[str, Any] = {}
    with warnings.catch_warnings():  # setuptools may import distutils of Python 3.11
        warnings.simplefilter("ignore", DeprecationWarning)
        monkeypatch.setattr("setuptools.setup", kept.update)
    monkeypatch.chdir(ROOT)
    runpy.run_path(str(ROOT / "setup.py"))
    places: dict[str, str] = kept["package_dir"]
    assert set(kept["packages"]) == set(places)
    return places


def linked(places: Mapping[str, str], folder: Path) -> Path:
    """`folder` with the files of these packages, as links."""
    for package, place in places.items():
        into = folder.joinpath(*package.split("."))
        into.mkdir(parents=True, exist_ok=True)
        for file in (ROOT / place).iterdir():
            if file.is_file():
                os.symlink(file, into / file.name)
    return folder
