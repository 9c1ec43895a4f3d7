from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.needs import ROOT
from tests.packaging.building import loaded
from tests.waiting import PATIENCE_S


@pytest.fixture(name="backend")
def _backend(monkeypatch: pytest.MonkeyPatch) -> Any:
    # In place of setuptools, whose import fails in a process that has Python's own distutils.
    monkeypatch.setitem(sys.modules, "setuptools.build_meta", ModuleType("setuptools.build_meta"))
    return loaded("wheel_backend")


def test_an_editable_installation_finds_the_packages_in_the_clone(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import dcimanager_pdu_handlers as own;"
        " own.make_importable(); import handlers; print(handlers.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT / "packaging")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.stdout.strip() == str(ROOT / "handlers" / "__init__.py"), done.stderr


def test_a_wheel_is_built_without_the_files_of_earlier_builds_and_leaves_none(
    backend: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[bool] = []

    class Setuptools:
        @staticmethod
        def build_wheel(*_: object) -> str:
            left.append((tmp_path / "build" / "lib").exists())
            (tmp_path / "build" / "lib").mkdir(parents=True, exist_ok=True)
            (tmp_path / "own.egg-info").mkdir(exist_ok=True)
            return "made.whl"

        prepare_metadata_for_build_wheel = get_requires_for_build_wheel = build_wheel

    monkeypatch.setattr(backend, "_SETUPTOOLS", Setuptools)
    monkeypatch.setattr(backend, "_ROOT", tmp_path)
    assert backend.build_wheel("dist") == "made.whl"
    assert backend.prepare_metadata_for_build_wheel("dist") == "made.whl"
    assert backend.get_requires_for_build_wheel() == "made.whl"
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "build" / "lib" / "handlers").mkdir(parents=True)
    (tmp_path / "build" / "mine").touch()
    assert backend.build_wheel("dist") == "made.whl" and left == [False] * 4
    assert (tmp_path / "build" / "mine").exists() and len(list(tmp_path.iterdir())) == 1
    shutil.rmtree(tmp_path / "build" / "lib")
    (tmp_path / "build" / "lib").write_text("rmtree removes only folders")
    with pytest.raises(OSError):
        backend.build_wheel("dist")
