"""The names that `pdu supports` knows, as Markdown for docs/devices.md."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from handlers.snmp.profile import NO_MAKER

from .brands import BRANDS
from .model_names import NAMES
from .table import SupportEntry, entries

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


def names() -> str:
    """The public names of models: one row for each family, or handler without families."""
    head = ("read by", "vendor", "also sold as", "names of models")
    rows = (_row(entry) for entry in sorted(entries(), key=_order) if entry.names or entry.brands)
    return _markdown(head, rows)


def unsupported() -> str:
    """The names that are known not to be supported, with the reason and its source."""
    rows: dict[tuple[str, str], list[str]] = {}
    for name in NAMES:
        if not name.of:
            rows.setdefault((name.why, name.source), []).append(f"`{name.pattern}`")
    return _markdown(
        ("names of models", "why"),
        ((", ".join(patterns), f"[{why}]({source})") for (why, source), patterns in rows.items()),
    )


def _order(entry: SupportEntry) -> tuple[str, str]:
    return entry.vendors[0].lower(), entry.key


def _row(entry: SupportEntry) -> Sequence[str]:
    key = f"`{entry.family}`" if entry.family else f"handler `{entry.handler}`"
    linked: dict[str, list[str]] = {}
    for name in entry.names:
        note = f"{'' if name.sure else 'maybe: '}{name.note}"
        link = f"[source]({name.source})" + (f": {note}" if note else "")
        linked.setdefault(link, []).append(f"`{name.pattern}`")
    cell = ", ".join(f"{', '.join(some)} ({link})" for link, some in linked.items())
    sold = dict.fromkeys((*entry.brands, *(f"some {brand}" for brand in entry.others)))
    return key, ", ".join(entry.vendors), ", ".join(sold), cell


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell or '–' for cell in line)} |" for line in lines)
