"""The file of what was seen of a machine follows no link and believes no folder of others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pdu.site.machines import observations


def _kept(folder: Path, said: list[str]) -> None:
    with observations.open_store(folder, ["left/1"], 0.0, said.append) as (found, _):
        found.save()


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o770])
def test_a_folder_in_which_others_may_write_is_not_used(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(mode)
    said: list[str] = []

    _kept(folder, said)

    assert [*folder.iterdir()] == []
    assert len(said) == 1 and "other users may write in it: chmod go-w" in said[0]


def test_a_planted_link_is_replaced_and_its_target_stays(tmp_path: Path) -> None:
    folder, target = tmp_path / "state", tmp_path / "target"
    said: list[str] = []
    _kept(folder, said)
    (path,) = folder.glob("*.json")
    target.write_text("precious")
    Path(f"{path}.{os.getpid()}.part").symlink_to(target)

    _kept(folder, said)

    assert target.read_text() == "precious" and said == []
    assert path.is_file() and not path.is_symlink()
