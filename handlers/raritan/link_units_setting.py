"""The setting `link_units`: which of the units that are cascaded behind the PDU (link units) are
part of it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..shared.settings import Setting

LOWEST_LINK, HIGHEST_LINK = 2, 255


class LinkUnitSelection(NamedTuple):
    """The link units that are part of the PDU: none, all linked ones, or those with
    the given ids.

    >>> str(LinkUnitSelection(all=True)), str(LinkUnitSelection(ids=(2, 3)))
    ('yes', '2,3')
    """

    #: whether all linked ones are
    all: bool = False
    #: the link ids of those that are, if not all
    ids: tuple[int, ...] = ()

    def __str__(self) -> str:
        if self.all:
            return "yes"
        return ",".join(map(str, self.ids)) or "no"


def _link_units(text: str) -> LinkUnitSelection:
    """The value of the setting's text: yes, no, or link ids from 2 to 255. Raises ValueError for
    other text, such as "1".

    >>> _link_units("3, 2"), _link_units("no")
    (LinkUnitSelection(all=False, ids=(2, 3)), LinkUnitSelection(all=False, ids=()))
    """
    word = text.lower()
    if word in ("yes", "true", "on"):
        return LinkUnitSelection(all=True)
    if word in ("no", "false", "off", "0"):
        return LinkUnitSelection()
    if not re.fullmatch(r"[0-9]{1,3}((\s*[,;]\s*|\s+)[0-9]{1,3})*", text):
        raise ValueError(text)
    ids = sorted({int(digits) for digits in re.findall("[0-9]+", text)})
    if ids[0] < LOWEST_LINK or ids[-1] > HIGHEST_LINK:
        raise ValueError(text)
    return LinkUnitSelection(ids=tuple(ids))


LINK_UNITS: Setting[LinkUnitSelection] = Setting(
    "link_units",
    f"yes, no, or link ids from {LOWEST_LINK} to {HIGHEST_LINK}, separated by commas",
    _link_units,
    LinkUnitSelection(),
    "outlets of linked units are ports too: `2.7` is outlet 7 of link unit 2",
)
