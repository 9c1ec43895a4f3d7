"""How other systems name outlets, and which outlet of the living PDU is meant. Pure.

An outlet is joined by its name on the PDU, then by the printed number, which may be the other
system's name or label, or the number at the end of it: the community's library of device types has
"Power Outlet 1", "Outlet1", "01", "C13-1". Never by resemblance or by order: one rule must join all
outlets of a PDU.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Optional

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


def _text_matches(
    text: Callable[[ImportedOutlet], str],
    of: Callable[[Label], str],
    outlets: Sequence[ImportedOutlet],
    _all_outlets: Sequence[ImportedOutlet],
    labels: Sequence[Label],
) -> Joint:
    """By one text of an outlet, which is the same as one of the PDU's."""
    by = _unique((of(label).strip().casefold(), label.identity) for label in labels)
    return _all({outlet.name: by.get(text(outlet).strip().casefold()) for outlet in outlets})


def _trailing_number_matches(
    text: Callable[[ImportedOutlet], str],
    outlets: Sequence[ImportedOutlet],
    all_outlets: Sequence[ImportedOutlet],
    labels: Sequence[Label],
) -> Joint:
    """By the number at the end, if each occurs once and the words before it are plain, or the
    numbers are exactly those of the PDU ("Bank 2 Outlet 13"). `C13-1` says nothing beside `C19-1`.
    """
    by = _unique((_plain_number(_number(label)), label.identity) for label in labels)
    matches = {
        outlet.name: _NUMBERED.fullmatch(text(outlet).strip().casefold())
        for outlet in (*all_outlets, *outlets)
    }
    match_by_name = {name: match for name, match in matches.items() if match is not None}
    number_by_name = {name: str(int(match[2])) for name, match in match_by_name.items()}
    numbers = set(number_by_name.values())
    if len(numbers) < len(number_by_name):
        return None
    is_exact = len(by) == len(labels) and numbers == set(by)
    words = {" ".join(match[1].split()) for match in match_by_name.values()}
    if not is_exact and (len(match_by_name) < len(matches) or not words <= _PLAIN):
        return None
    return _all({outlet.name: by.get(number_by_name.get(outlet.name, "")) for outlet in outlets})


def _all(identity_by_name: Mapping[str, Optional[str]]) -> Joint:
    """All of these, if each has an identity of its own."""
    identities = {name: text for name, text in identity_by_name.items() if text is not None}
    are_all = len(set(identities.values())) == len(identities) == len(identity_by_name)
    return identities if are_all else None


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
_BY_NAME: Sequence[Rule] = (
    partial(_text_matches, _NAME, _NAME),
    partial(_text_matches, _NAME, _number),
    partial(_trailing_number_matches, _NAME),
)
_BY_LABEL: Sequence[Rule] = (
    partial(_text_matches, _LABEL, _number),
    partial(_text_matches, _LABEL, _NAME),
    partial(_trailing_number_matches, _LABEL),
)
