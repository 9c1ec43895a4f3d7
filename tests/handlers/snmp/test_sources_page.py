from __future__ import annotations

from collections.abc import Iterator

from handlers.snmp import schema
from handlers.snmp.frozen_value import parts_of
from handlers.snmp.sources import Source
from tests.handlers.snmp.units import FAMILIES
from tests.needs import ROOT

PAGE = ROOT / "docs" / "dev" / "sources.md"


def lines_of_sources() -> Iterator[tuple[str, str]]:
    """Source and family of each line of the table, without its heads."""
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[3] not in ("", "---", "a family"):
            yield cells[0].partition(",")[0], cells[3]


def test_the_page_of_sources_has_each_source_with_a_family_that_has_it() -> None:
    sources = {name for name, kind in schema.KINDS.items() if issubclass(kind, Source)}
    assert {source for source, _ in lines_of_sources()} == sources
    for source, family in lines_of_sources():
        classes = {type(part).__name__ for part in parts_of(FAMILIES[family])}
        assert source in classes, (source, family)
