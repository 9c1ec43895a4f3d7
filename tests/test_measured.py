"""Tables of measured figures in pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import measured


def test_a_measurement_replaces_its_table_and_nothing_else(tmp_path: Path) -> None:
    name, before = "trials", measured.EVIDENCE.read_text("utf-8")
    copy = tmp_path / "page.md"
    copy.write_text(before, "utf-8")
    measured.write(copy, name, "a trial", ("what", "figure"), [("PDUs", "7")])
    text = copy.read_text("utf-8")
    assert "a trial; " in text and "\n| what | figure |\n| --- | --- |\n| PDUs | 7 |\n<!--" in text
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    for part in (0, 1):
        assert text.split((begin, end)[part])[part] == before.split((begin, end)[part])[part]


def test_a_page_without_the_markers_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- needs:begin -->", "utf-8")
    with pytest.raises(ValueError, match="exactly one pair"):
        measured.write(page, "needs", "", (), [])
    assert page.read_text("utf-8") == "<!-- needs:begin -->"
