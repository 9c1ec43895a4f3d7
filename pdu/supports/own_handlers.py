"""Which PDUs DCImanager reads with handlers of its own, by its maker's pages. Pure.

An *own handler* is DCImanager's, not one of this pack. It has a name, such as APC, and reads PDUs
of one or two makes; that of transfer switches, ATS, is of no make that is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

_ATS = "ATS"
# the name of an own handler -> makers and products that it stands for, in small letters
_MAKERS: Mapping[str, Sequence[str]] = {
    "APC": ("apc",),
    "Aten": ("aten",),
    "RPCM": ("rpcm", "rcntec"),
    "C3 Solutions": ("c3 solutions",),
    _ATS: ("ats",),
}
_TRANSFER_SWITCH = re.compile(r".*-(ats|sts)[0-9]*")  # the keys of their families


def own_handlers(makers: Iterable[str], families: Iterable[str]) -> list[str]:
    """The names of DCImanager's own handlers for these makers or products (any case), and for these
    families of SNMP. Of families, only those of transfer switches count.

    >>> own_handlers(["APC", "Vertiv"], []), own_handlers([], ["apc-ats"])
    (['APC'], ['ATS'])
    """
    maker_names = {maker.strip().lower() for maker in makers}
    # DCImanager's page names no make of its handler "ATS": each family of transfer switches counts
    if any(map(_TRANSFER_SWITCH.fullmatch, families)):
        maker_names.update(_MAKERS[_ATS])
    return [name for name, words in _MAKERS.items() if not maker_names.isdisjoint(words)]


def own_handlers_sentence(names: Sequence[str], *, is_read_here: bool = False) -> str:
    """A sentence for people: whether DCImanager itself reads a PDU. `names`: of its own handlers
    for the make. `is_read_here`: whether a handler of this pack has just read the unit.

    >>> own_handlers_sentence([])
    "DCImanager's pages name no handler of its own for it"
    >>> own_handlers_sentence(["APC"])  # doctest: +ELLIPSIS
    'DCImanager has a handler of its own for APC: keep it where it switches your unit ...'
    """
    if not names:
        return "DCImanager's pages name no handler of its own for it"
    make = ", of a make that is not named" if names == [_ATS] else ""
    alternative = ", else go on with this one" if is_read_here else ""
    return (
        f"DCImanager has a handler of its own for {' and '.join(names)}{make}: keep it where it"
        f" switches your unit or shows its consumption{alternative} (docs/before.md)"
    )
