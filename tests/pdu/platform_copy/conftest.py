"""The pack is placed once for all trials in a copy of the platform, so that Python compiles it
once.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pdu.platform_copy import command
from pdu.platform_copy.placement import place_pack


@pytest.fixture(scope="session")
def placed_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return place_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture(autouse=True)
def _placed_once(placed_pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "place_pack", lambda _: placed_pack)
