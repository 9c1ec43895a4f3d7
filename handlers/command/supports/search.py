"""Answers "is this PDU supported?" from the table. Pure.

A yes needs that every word of the question is known for the same entry. A word that is not known,
such as another model of a known vendor, makes the answer "not named", never a yes.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Optional

from . import oids
from .names import NAMES, Name
from .spelling import GENERIC, fits, literals, needs_company, parts, sample, squeezed
from .table import SupportEntry, entries

YES, NO, UNKNOWN = "yes", "no", "unknown"
_LONGEST = 5  # words of a model's name, such as "Web Power Switch Pro"
_LONGEST_TAIL = 4  # characters of a `*` in a name of several words, such as "AP8959 EU3"
_NEAREST = 5
_ALIKE = 0.6


class Hit(NamedTuple):
    """An entry that answers the question."""

    entry: SupportEntry
    #: the pattern that fits the model; None if none does
    name: Optional[Name]


class SupportAnswer(NamedTuple):
    """Whether a PDU is supported, and what is known of it."""

    #: YES, NO (known not to be supported) or UNKNOWN (nobody named it)
    verdict: str
    #: what reads it, for YES; for NO, what reads the other models of the question
    hits: tuple[Hit, ...] = ()
    #: the names that say why not, for NO
    refused: tuple[Name, ...] = ()
    #: for UNKNOWN, what is known of the vendor or of the sysObjectID
    near: tuple[SupportEntry, ...] = ()
    #: the words that are not known
    strange: tuple[str, ...] = ()
    #: names that resemble the question
    alike: tuple[str, ...] = ()
    #: the sysObjectID, dotted, if the question is one
    oid: str = ""


class _Span(NamedTuple):
    """Words that are the name of a model, and the patterns that fit, the most specific first."""

    text: str
    names: tuple[Name, ...]


def answer(question: str) -> SupportAnswer:
    """The answer for a model, vendor, brand, family or sysObjectID, or for a mix of their words."""
    oid = oids.read(question)
    if oid:
        found = oids.look(oid)
        hits = tuple(Hit(entry, None) for entry in found.sure)
        return SupportAnswer(YES if hits else UNKNOWN, hits, near=found.tried, oid=oid)
    words = _merged(question.replace(",", " ").split())
    spans, rest = _spans(words)
    company = [word for word in rest if not _is_generic(word)]
    if not spans and not company:
        return SupportAnswer(UNKNOWN, alike=_alike(question))
    return _by_models(spans, company, question) if spans else _by_words(company, question)


def _merged(words: Sequence[str]) -> list[str]:
    """The words, with each vendor's name of several words as one: `ServerTechnology`."""
    phrases = {
        squeezed(text)
        for entry in entries()
        for text in (*entry.vendors, *entry.brands)
        if len(parts(text)) > 1
    }
    merged: list[str] = []
    while words:
        length = next(
            (n for n in range(_LONGEST, 0, -1) if squeezed("".join(words[:n])) in phrases), 0
        )
        merged.append(squeezed("".join(words[:length])) if length else words[0])
        length = max(length, 1)
        words = words[length:]
    return merged


def _spans(words: Sequence[str]) -> tuple[list[_Span], list[str]]:
    """The names of models among the words, the longest first, and the words that are left."""
    spans: list[_Span] = []
    left: list[Optional[str]] = list(words)
    for length in range(min(_LONGEST, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            held = left[start : start + length]
            if None in held:
                continue
            text = " ".join(words[start : start + length])
            names = _fitting(words[start : start + length])
            if names:
                spans.append(_Span(text, names))
                left[start : start + length] = [None] * length
    return spans, [word for word in left if word is not None]


def _fitting(words: Sequence[str]) -> tuple[Name, ...]:
    """The patterns that fit these words as one name, the most specific first.

    A `*` must not take in a word that says something else, such as `basic` or another model: words
    after the first are then short, have a digit, and are no name themselves.
    """
    name = squeezed("".join(words))
    if not name:
        return ()
    tail = None
    if len(words) > 1:
        added = [squeezed(word) for word in words[1:]]
        odd = any(not re.search(r"\d", word) or _fitting([word]) for word in added)
        tail = 0 if odd else _LONGEST_TAIL
    found = [one for one in NAMES if fits(one.pattern, name, tail)]
    return tuple(sorted(found, key=lambda one: -literals(one.pattern)))


def _by_models(spans: Sequence[_Span], company: Sequence[str], question: str) -> SupportAnswer:
    refused: list[Name] = []
    hits: list[Hit] = []
    unread: list[str] = []
    of_models: set[str] = set()  # words that say more of at least one of the models
    for span in spans:
        reading = [one for one in span.names if one.of]
        if span.names[0].of == "" and not (reading and _is_wide(span)):
            refused.append(span.names[0])
            of_models.update(company)
            continue
        first: dict[str, Name] = {}
        for name in reading:
            first.setdefault(name.of, name)
        kept = [
            (entry, first[entry.key], _known(entry, company))
            for entry in entries()
            if entry.key in first
        ]
        if len(spans) == 1:
            kept = [row for row in kept if len(row[2]) == len(company)]
        kept = [row for row in kept if row[2] or not needs_company(row[1].pattern)]
        hits += [Hit(entry, one) for entry, one, _ in kept]
        of_models.update(*(known for _, _, known in kept))
        if not kept:
            unread.append(span.text)
    strange = [word for word in company if word not in of_models]
    if refused and not unread:
        return SupportAnswer(NO, tuple(hits), tuple(refused))
    if hits and not unread and not strange:
        return SupportAnswer(YES, tuple(hits))
    of_names = {one.of for span in spans for one in span.names}
    near = _near(company) or tuple(entry for entry in entries() if entry.key in of_names)
    return SupportAnswer(
        UNKNOWN,
        near=near,
        strange=tuple(strange or unread),
        alike=_alike(" ".join(strange or unread)),
        refused=tuple(refused),
    )


def _by_words(company: Sequence[str], question: str) -> SupportAnswer:
    hits = tuple(
        Hit(entry, None) for entry in entries() if len(_known(entry, company)) == len(company)
    )
    if hits and any(_names_alone(hit.entry, word) for hit in hits for word in company):
        return SupportAnswer(YES, hits)
    known = set().union(*(_known(entry, company) for entry in entries()))
    strange = tuple(word for word in company if word not in known) or tuple(company)
    return SupportAnswer(
        UNKNOWN, near=_near(company), strange=strange, alike=_alike(" ".join(strange))
    )


def _known(entry: SupportEntry, words: Iterable[str]) -> list[str]:
    """Those of the words that the entry's names and descriptions contain."""
    return [word for word in words if _knows(entry, word)]


def _knows(entry: SupportEntry, word: str) -> bool:
    if squeezed(word).lower() in entry.telling:
        return True
    pieces = [piece for piece in parts(word) if piece not in GENERIC]
    return len(parts(word)) > 1 and all(piece in entry.telling for piece in pieces)


def _names_alone(entry: SupportEntry, word: str) -> bool:
    """Whether the word names the entry without others: G3 does not, HP does."""
    return len(squeezed(word)) > 2 or squeezed(word).lower() in _vendor_words(entry)


def _is_generic(word: str) -> bool:
    return all(piece in GENERIC for piece in parts(word))


def _is_wide(span: _Span) -> bool:
    """Whether the span has places for digits, and so names several models."""
    return "XX" in squeezed(span.text)


def _near(words: Sequence[str]) -> tuple[SupportEntry, ...]:
    """The entries whose vendor or brand is among the words."""
    asked = {squeezed(word).lower() for word in words}
    return tuple(entry for entry in entries() if asked & _vendor_words(entry))


def _vendor_words(entry: SupportEntry) -> set[str]:
    texts = (*entry.vendors, *entry.brands)
    return {word for text in texts for word in (*parts(text), squeezed(text).lower())} - GENERIC


def _alike(question: str) -> tuple[str, ...]:
    """Names that resemble the question or one of its words."""
    shown: dict[str, str] = {}
    for entry in entries():
        for text in (*entry.vendors, *entry.brands, entry.key):
            shown.setdefault(squeezed(text), text)
    for name in NAMES:
        if name.of:
            shown.setdefault(squeezed(sample(name.pattern)), name.pattern.rstrip("*"))
    found: list[str] = []
    for text in (question, *question.split()):
        if not _is_generic(text):
            found += difflib.get_close_matches(squeezed(text), shown, _NEAREST, _ALIKE)
    return tuple(dict.fromkeys(shown[one] for one in found))[:_NEAREST]
