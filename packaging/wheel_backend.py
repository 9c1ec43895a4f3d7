"""The build backend of the wheel: setuptools without the files of earlier builds.

setuptools packs every file below build/lib. A module removed since the last `pip install .` would
be installed again.
"""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Optional

_LEFT = Path(__file__).resolve().parents[1] / "build" / "lib"
_SETUPTOOLS: Any = importlib.import_module("setuptools.build_meta")


def __getattr__(name: str) -> Any:
    """Pass every other hook of PEP 517 and PEP 660 to setuptools."""
    return getattr(_SETUPTOOLS, name)


def build_wheel(
    wheel_directory: str,
    config_settings: Optional[Mapping[str, Any]] = None,
    metadata_directory: Optional[str] = None,
) -> str:
    """Remove build/lib, build the wheel and return its file name (PEP 517).

    Raises OSError if build/lib cannot be removed.
    """
    if _LEFT.exists():
        shutil.rmtree(_LEFT)
    built: str = _SETUPTOOLS.build_wheel(wheel_directory, config_settings, metadata_directory)
    return built
