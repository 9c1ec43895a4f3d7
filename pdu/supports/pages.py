"""The makes that `pdu supports` knows, for README."""

from __future__ import annotations

import textwrap

from handlers.snmp.profile import NO_MAKER

from .brands import BRANDS
from .table import entries

_NO_MAKES = {NO_MAKER, "NUT"}
_WIDTH = 150  # of a line in README


def makes() -> str:
    """The vendors and their brands as one paragraph, with their count, for README."""
    brands: dict[str, list[str]] = {}
    for entry in entries():
        for vendor in entry.vendors:
            if vendor not in _NO_MAKES:
                brands.setdefault(vendor, [])
    for brand in BRANDS:
        if brand.name not in brands and not brand.spelling and not brand.others:
            for vendor in brand.vendors:
                brands[vendor].append(brand.name)
    brand_cells = [
        f"{vendor} ({', '.join(dict.fromkeys(brands[vendor]))})" if brands[vendor] else vendor
        for vendor in sorted(brands, key=str.lower)
    ]
    return textwrap.fill(
        f"{len(brand_cells)} makes: {', '.join(brand_cells)}.",
        _WIDTH,
        break_long_words=False,
        break_on_hyphens=False,
    )
