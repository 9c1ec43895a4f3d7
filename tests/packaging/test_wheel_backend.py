from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.packaging.building import loaded


@pytest.fixture(name="backend")
def _backend(monkeypatch: pytest.MonkeyPatch) -> Any:
    # In place of setuptools, whose import fails in a process that has Python's own distutils.
    monkeypatch.setitem(sys.modules, "setuptools.build_meta", ModuleType("setuptools.build_meta"))
    return loaded("wheel_backend")


def test_an_editable_installation_is_a_folder_of_links_which_type_checkers_read(
    backend: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[dict[str, str]] = []

    class Setuptools:
        @staticmethod
        def build_editable(_: str, settings: dict[str, str], __: object) -> str:
            given.append(settings)
            return "made.whl"

    monkeypatch.setattr(backend, "_SETUPTOOLS", Setuptools)
    assert backend.build_editable("dist") == "made.whl"
    backend.build_editable("dist", {"editable_mode": "lenient"})
    assert [settings["editable_mode"] for settings in given] == ["strict", "lenient"]


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
