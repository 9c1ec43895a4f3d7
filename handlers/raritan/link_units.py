"""The setting `link_units`."""
from __future__ import annotations

import re
from typing import NamedTuple, Tuple

from ..settings import Setting

LOWEST_LINK, HIGHEST_LINK = 2, 255


class LinkUnits(NamedTuple):
    """The link units that are part of the PDU: none, all linked ones, or those with the given ids."""

    all: bool = False
    ids: Tuple[int, ...] = ()

    def __str__(self) -> str:
        return "yes" if self.all else ",".join(map(str, self.ids)) or "no"


def _link_units(words: str) -> LinkUnits:
    if words.lower() in ("yes", "true", "on"):
        return LinkUnits(all=True)
    if words.lower() in ("no", "false", "off", "0"):
        return LinkUnits()
    if not re.fullmatch(r"[0-9]{1,3}((\s*[,;]\s*|\s+)[0-9]{1,3})*", words):
        raise ValueError(words)
    ids = sorted({int(one) for one in re.findall("[0-9]+", words)})
    if not LOWEST_LINK <= ids[0] <= ids[-1] <= HIGHEST_LINK:
        raise ValueError(words)
    return LinkUnits(ids=tuple(ids))


LINK_UNITS: Setting[LinkUnits] = Setting(
    "link_units", f"yes, no, or link ids from {LOWEST_LINK} to {HIGHEST_LINK}, separated by commas", _link_units, LinkUnits(),
    "outlets of linked units are ports too: `2.7` is outlet 7 of link unit 2")
