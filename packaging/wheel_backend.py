"""The build backend of the wheel: setuptools, without the files of earlier builds, and without any
that it leaves.

setuptools packs every file below build/lib. A module removed since the last `pip install .` would
be installed again.
"""

from __future__ import annotations

import contextlib
import importlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Optional

_ROOT = Path(__file__).resolve().parents[1]
_SETUPTOOLS: Any = importlib.import_module("setuptools.build_meta")


def __getattr__(name: str) -> Any:
    """Pass every other hook of PEP 517 and PEP 660 to setuptools."""
    return getattr(_SETUPTOOLS, name)


@contextlib.contextmanager
def _nothing_left() -> Iterator[None]:
    """Removes build/lib before the block, and after it the folders that it made.

    Raises OSError if build/lib cannot be removed.
    """
    files_before = set(_build_folders())
    if (_ROOT / "build" / "lib").exists():
        shutil.rmtree(_ROOT / "build" / "lib")
    try:
        yield
    finally:
        for folder in set(_build_folders()) - files_before:
            shutil.rmtree(folder, ignore_errors=True)


def _build_folders() -> Iterator[Path]:
    """The folders that setuptools makes beside pyproject.toml."""
    yield from (path for path in [_ROOT / "build"] if path.exists())
    yield from _ROOT.glob("*.egg-info")


def build_wheel(
    wheel_directory: str,
    config_settings: Optional[Mapping[str, Any]] = None,
    metadata_directory: Optional[str] = None,
) -> str:
    """Build the wheel and return its file name (PEP 517)."""
    with _nothing_left():
        wheel_name: str = _SETUPTOOLS.build_wheel(
            wheel_directory, config_settings, metadata_directory
        )
        return wheel_name


def build_editable(
    wheel_directory: str,
    config_settings: Optional[Mapping[str, Any]] = None,
    metadata_directory: Optional[str] = None,
) -> str:
    """Build the wheel of an editable installation and return its file name (PEP 660).

    setuptools maps packages of other names by a finder, which type checkers do not run. In its
    mode `strict` it makes a folder of links, which they read. A new file needs another `pip
    install`.
    """
    settings = {"editable_mode": "strict", **(config_settings or {})}
    wheel_name: str = _SETUPTOOLS.build_editable(wheel_directory, settings, metadata_directory)
    return wheel_name


def prepare_metadata_for_build_wheel(
    metadata_directory: str, config_settings: Optional[Mapping[str, Any]] = None
) -> str:
    """Write the wheel's metadata and return its folder's name (PEP 517)."""
    with _nothing_left():
        folder: str = _SETUPTOOLS.prepare_metadata_for_build_wheel(
            metadata_directory, config_settings
        )
        return folder


def get_requires_for_build_wheel(
    config_settings: Optional[Mapping[str, Any]] = None,
) -> list[str]:
    """What a build needs besides pyproject.toml (PEP 517)."""
    with _nothing_left():
        requirements: list[str] = _SETUPTOOLS.get_requires_for_build_wheel(config_settings)
        return requirements
