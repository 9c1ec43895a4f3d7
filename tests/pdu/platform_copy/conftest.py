"""The pack is placed once for all trials in a copy of the platform, so that Python compiles it
once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pdu.platform_copy import command
from pdu.platform_copy.placement import place_pack
from pdu.platform_copy.trials import Platform


@pytest.fixture(scope="session")
def placed_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return place_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture(autouse=True)
def _placed_once(placed_pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = str(placed_pack.parent / "compiled")  # a run of the command has a folder of its own

    def of_one_cache(**facts: Any) -> Platform:
        return Platform(**{**facts, "cache": compiled})

    monkeypatch.setattr(command, "place_pack", lambda _: placed_pack)
    monkeypatch.setattr(command, "Platform", of_one_cache)
