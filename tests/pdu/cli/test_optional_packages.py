"""A command whose package is missing names the command that adds it to this installation."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pdu.cli import optional_packages
from tests.needs import ROOT

MISSING = "mDNS needs the Python package zeroconf, missing here: "


@pytest.mark.parametrize(
    "prefix, is_pipx, command",
    [
        ("venv", True, "pipx inject dcimanager-pdu-handlers zeroconf"),
        ("venv", False, "'/a b/python' -m pip install zeroconf"),
        ("base", False, "in a clone of this project, pipx install --force '.[discover]'"),
    ],
)
def test_the_command_fits_the_installation(
    prefix: str, is_pipx: bool, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / prefix).mkdir()
    if is_pipx:
        (tmp_path / prefix / "pipx_metadata.json").touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path / prefix))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "base"))
    monkeypatch.setattr(sys, "executable", "/a b/python")
    assert optional_packages.missing("mDNS", "zeroconf") == MISSING + command


def test_each_package_is_in_its_extra() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    for package, extra in optional_packages.EXTRAS.values():
        (line,) = (line for line in text.splitlines() if line.startswith(f"{extra} = ["))
        assert f'"{package}>=' in line
