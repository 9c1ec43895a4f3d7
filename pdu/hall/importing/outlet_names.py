"""How other systems name outlets, and which outlet of the living PDU is meant. Pure.

An outlet is joined by its name on the PDU, then by the printed number, which may be the other
system's name or label, or the number at the end of it: the community's library of device types has
"Power Outlet 1", "Outlet1", "01", "C13-1". Never by resemblance or by order: one rule must join all
outlets of a PDU.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Callable, Optional

from handlers.shared.labels import Label

from .model import ImportedOutlet

# words before a number that say nothing but "outlet"
_PLAIN = frozenset(
    ("", "outlet", "power outlet", "poweroutlet", "output", "power output", "port", "power port")
    + ("power", "socket", "receptacle", "plug", "out", "o", "no", "nr", "ac outlet")
)
_NUMBERED = re.compile(r"(.*?)[\s_.:#-]*([0-9]{1,4})")

Rule = Callable[[Sequence[ImportedOutlet], Sequence[ImportedOutlet], Sequence[Label]], "Joint"]
Joint = Optional[Mapping[str, str]]


class Contradiction(Exception):
    """The name of an outlet means one outlet of the PDU, its label another."""

    def __init__(self, name: str, by_name: str, by_label: str) -> None:
        super().__init__(name)
        self.name, self.by_name, self.by_label = name, by_name, by_label


def identities(
    outlets: Sequence[ImportedOutlet],
    all_outlets: Sequence[ImportedOutlet],
    labels: Sequence[Label],
) -> Joint:
    """Name -> identity for all that are wanted; None if no rule joins them all. `all_outlets`: all
    outlets that the other system lists for the PDU, with those wanted. Raises Contradiction.
    """
    first = _first_joint(_BY_NAME, outlets, all_outlets, labels)
    labelled_outlets = [outlet for outlet in outlets if outlet.label]
    second = _first_joint(_BY_LABEL, labelled_outlets, all_outlets, labels)
    for name, identity in (second or {}).items():
        if first is not None and first[name] != identity:
            raise Contradiction(name, first[name], identity)
    if first is None and len(labelled_outlets) == len(outlets):
        return second
    return first


def _first_joint(
    rules: Iterable[Rule],
    outlets: Sequence[ImportedOutlet],
    all_outlets: Sequence[ImportedOutlet],
    labels: Sequence[Label],
) -> Joint:
    joints = (rule(outlets, all_outlets, labels) for rule in rules)
    return next((joint for joint in joints if joint is not None), None)


def _exact(text: Callable[[ImportedOutlet], str], of: Callable[[Label], str]) -> Rule:
    def rule(
        outlets: Sequence[ImportedOutlet],
        all_outlets: Sequence[ImportedOutlet],
        labels: Sequence[Label],
    ) -> Joint:
        by = _unique((of(label).strip().casefold(), label.identity) for label in labels)
        return _all(
            outlets, {outlet.name: by.get(text(outlet).strip().casefold()) for outlet in outlets}
        )

    return rule


def _trailing_number(text: Callable[[ImportedOutlet], str]) -> Rule:
    """By the number at the end, if each occurs once and the words before it are plain, or the
    numbers are exactly those of the PDU ("Bank 2 Outlet 13"). `C13-1` says nothing beside `C19-1`.
    """

    def rule(
        outlets: Sequence[ImportedOutlet],
        all_outlets: Sequence[ImportedOutlet],
        labels: Sequence[Label],
    ) -> Joint:
        by = _unique((_plain_number(_number(label)), label.identity) for label in labels)
        parts = {
            outlet.name: _NUMBERED.fullmatch(text(outlet).strip().casefold())
            for outlet in (*all_outlets, *outlets)
        }
        words = {" ".join(part[1].split()) for part in parts.values() if part is not None}
        numbers = [int(part[2]) for part in parts.values() if part is not None]
        if len(set(numbers)) < len(numbers):
            return None
        is_exact = len(by) == len(labels) and {str(number) for number in numbers} == set(by)
        if not is_exact and (None in parts.values() or not words <= _PLAIN):
            return None
        identity_by_name = {}
        for outlet in outlets:
            part = parts[outlet.name]
            identity_by_name[outlet.name] = by.get(str(int(part[2]))) if part is not None else None
        return _all(outlets, identity_by_name)

    return rule


def _all(outlets: Sequence[ImportedOutlet], identity_by_name: Mapping[str, Optional[str]]) -> Joint:
    known_identities = {
        name: identity for name, identity in identity_by_name.items() if identity is not None
    }
    names = {outlet.name for outlet in outlets}
    return (
        known_identities
        if len(known_identities) == len(names) == len(set(known_identities.values()))
        else None
    )


def _unique(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    pair_list = list(pairs)
    times = Counter(text for text, _ in pair_list)
    return {text: identity for text, identity in pair_list if text and times[text] == 1}


def _number(label: Label) -> str:
    return label.number or label.identity


def _plain_number(text: str) -> str:
    text = text.strip()
    return str(int(text)) if text.isascii() and text.isdigit() else text.casefold()


_NAME, _LABEL = attrgetter("name"), attrgetter("label")
_BY_NAME: Sequence[Rule] = (_exact(_NAME, _NAME), _exact(_NAME, _number), _trailing_number(_NAME))
_BY_LABEL: Sequence[Rule] = (
    _exact(_LABEL, _number), _exact(_LABEL, _NAME), _trailing_number(_LABEL),
)  # fmt: skip
