"""Locks of files."""

from __future__ import annotations

from pathlib import Path

from pdu.core.files.locks import lock


def test_a_file_has_one_owner_or_several_readers_until_they_close_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with open(path, "w") as one, open(path) as other, open(path) as third:
        assert lock(one.fileno())
        assert not lock(other.fileno()) and not lock(other.fileno(), shared=True)
        one.close()
        assert lock(other.fileno(), shared=True) and lock(third.fileno(), shared=True)
        assert not lock(third.fileno())
