"""Answers "is this PDU supported?" from the table. Pure.

A yes needs that every word of the question is known for the same entry. A word that is not known,
such as another model of a known vendor, makes the answer "not named", never a yes; beside words
that are known it never makes less of it than a "maybe".
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple, Optional

from handlers.shared.errors import printable

from . import oids, query
from .model_names import NAMES, Name
from .model_patterns import fits, literals, needs_company, sample
from .normalization import GENERIC, Word, squeezed, word
from .query import LONGEST
from .table import SupportEntry, entries

YES, NO, MAYBE, UNKNOWN = "yes", "no", "maybe", "unknown"
_LONGEST_TAIL = 4  # characters of a `*` in a name of several words, such as "AP8959 EU3"
_LONGEST_VARIANT = 6  # characters behind a known name
_NEAREST = 5
_ALIKE = 0.6


class Match(NamedTuple):
    """An entry that answers the question."""

    entry: SupportEntry
    #: the pattern that fits the model; None if none does
    name: Optional[Name]


class Shared(NamedTuple):
    """A name that several families have."""

    name: str
    families: tuple[str, ...]


class SupportAnswer(NamedTuple):
    """Whether a PDU is supported, and what is known of it."""

    #: YES, NO (known not to be supported), MAYBE (the vendor or a similar name is known) or
    #: UNKNOWN (nobody named it)
    verdict: str
    #: what reads it, for YES; what probably reads it, for MAYBE; for NO, what reads the other
    #: models of the question
    hits: tuple[Match, ...] = ()
    #: the names that say why not, for NO
    refused: tuple[Name, ...] = ()
    #: for MAYBE without `hits`, what is known of the vendor or of the sysObjectID
    near: tuple[SupportEntry, ...] = ()
    #: the words that are not known
    strange: tuple[str, ...] = ()
    #: names that resemble the question
    alike: tuple[str, ...] = ()
    #: the sysObjectID, dotted, if the question is one
    oid: str = ""
    #: sentences: why a MAYBE is no YES
    doubts: tuple[str, ...] = ()
    #: the names that several SNMP families have; the handler asks the unit which one it is
    shared: tuple[Shared, ...] = ()


class _Span(NamedTuple):
    """Words that are the name of a model, and the patterns that fit, the most specific first."""

    text: str
    names: tuple[Name, ...]
    #: why the patterns only probably fit
    doubt: str = ""


def answer(question: str) -> SupportAnswer:
    """The answer for a model, vendor, brand, family or sysObjectID, or for a mix of their words."""
    oid = oids.read(question)
    if oid:
        found = oids.look(oid)
        hits = tuple(Match(entry, None) for entry in found.sure)
        verdict = YES if hits else MAYBE if found.tried else UNKNOWN
        return SupportAnswer(verdict, hits, near=found.tried, oid=oid)
    asked = query.read(question, _phrases(), _is_name)
    spans, rest = _spans(asked.words)
    company = [one for one in rest if not one.is_generic]
    if asked.ups and not spans:
        return _of_ups(company)
    if not spans and not company:
        return SupportAnswer(UNKNOWN, alike=_alike(question, ()))
    found_all = _looked(spans, company)
    if (
        found_all.verdict in (YES, NO)
        or found_all.hits
        or not any(one.text in asked.aside for one in company)
    ):
        return _doubted(found_all, asked.doubts)
    # a second look without the unknown words in brackets
    plain = [one for one in company if one.text not in asked.aside]
    aside = ", ".join(printable(one.text) for one in company if one.text in asked.aside)
    if not spans and not plain:
        return found_all
    return _doubted(_looked(spans, plain), (f"nothing is known of {aside}", *asked.doubts))


def _looked(spans: Sequence[_Span], company: Sequence[Word]) -> SupportAnswer:
    return _by_models(spans, company) if spans else _by_words(company)


def _doubted(found: SupportAnswer, doubts: Sequence[str]) -> SupportAnswer:
    """The answer, a yes as MAYBE if there are doubts."""
    if found.verdict not in (YES, MAYBE) or not doubts:
        return found
    return found._replace(verdict=MAYBE, doubts=(*found.doubts, *doubts))


@cache
def _phrases() -> frozenset[str]:
    """The squeezed names of vendors and brands."""
    return squeezed(
        text
        for entry in entries()
        for text in (*entry.vendors, *entry.brands, *entry.others, entry.key)
    )


def _is_name(one: Word) -> bool:
    return bool(_fitting([one]))


def _of_ups(company: Sequence[Word]) -> SupportAnswer:
    """A UPS is no PDU: families that say that they read some, and NUT."""
    asked = {entry.key for entry in _near(company)}
    near = tuple(
        entry
        for entry in entries()
        if entry.key == "nut" or entry.key in asked and _reads_ups(entry)
    )
    return SupportAnswer(
        MAYBE, near=near, doubts=("a UPS is read by the handler nut if a driver of NUT reads it",)
    )


def _reads_ups(entry: SupportEntry) -> bool:
    return any({"UPS", "UPSS"} & set(word(text).parts) for text in entry.models)


def _spans(words: Sequence[Word]) -> tuple[list[_Span], list[Word]]:
    """The names of models among the words, the longest first, and the words that are left."""
    spans: list[_Span] = []
    left: list[Optional[Word]] = list(words)
    for length in range(min(LONGEST, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            held = left[start : start + length]
            if None in held:
                continue
            text = " ".join(one.text for one in words[start : start + length])
            names = _fitting(words[start : start + length])
            if names:
                spans.append(_Span(text, names))
                left[start : start + length] = [None] * length
    for at, one in enumerate(left):
        variant = _variant(one) if one else None
        if variant:
            spans.append(variant)
            left[at] = None
    return spans, [one for one in left if one is not None]


def _variant(one: Word) -> Optional[_Span]:
    """A known name with an unknown one before its hyphen, or with letters behind it."""
    if one.squeezed in _phrases() or one.is_generic:
        return None
    for cut in re.finditer("-", one.text):
        known = one.text[cut.end() :]
        names = _fitting([word(known)]) if re.search(r"\d", known) else ()
        if names and _is_sure(names):
            return _Span(known, names, f"{printable(known)} is known, {printable(one.text)} is not")
    name = one.squeezed
    for end in range(len(name) - 1, max(len(name) - 1 - _LONGEST_VARIANT, 3), -1):
        if not name[end].isalpha() or not re.search(r"\d", name[:end]):
            continue
        names = _fitting([word(name[:end])])
        if names and _is_sure(names) and not needs_company(names[0].pattern):
            doubt = f"{printable(name[:end])} is known, {printable(one.text)} is not"
            return _Span(one.text, names, doubt)
    return None


def _is_sure(names: Sequence[Name]) -> bool:
    return all(name.of and name.sure for name in names)


def _fitting(words: Sequence[Word]) -> tuple[Name, ...]:
    """The patterns that fit these words as one name, the most specific first.

    A `*` must not take in a word that says something else, such as `basic` or another model: words
    after the first are then short, have a digit, and are no name themselves.
    """
    name = "".join(one.squeezed for one in words)
    if not name:
        return ()
    tail = None
    if len(words) > 1:
        odd = any(not re.search(r"\d", one.squeezed) or _fitting([one]) for one in words[1:])
        tail = 0 if odd else _LONGEST_TAIL
    found = [one for one in NAMES if fits(one.pattern, name, tail)]
    return tuple(sorted(found, key=lambda one: -literals(one.pattern)))


def _by_models(spans: Sequence[_Span], company: Sequence[Word]) -> SupportAnswer:
    refused: list[Name] = []
    hits: list[Match] = []
    unread: list[_Span] = []
    doubts: list[str] = []
    shared: list[Shared] = []
    of_models: set[Word] = set()  # words that say more of at least one of the models
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
            (entry, first[entry.key], _known(entry, company, others=True))
            for entry in entries()
            if entry.key in first
        ]
        if len(spans) == 1:
            kept = [row for row in kept if len(row[2]) == len(company)]
        kept = [row for row in kept if row[2] or not needs_company(row[1].pattern)]
        hits += [Match(entry, one) for entry, one, _ in kept]
        families = tuple(entry.family for entry, _, _ in kept if entry.family)
        if len(families) > 1 and not _is_wide(span):
            shared.append(Shared(span.text, families))
        of_models.update(*(known for _, _, known in kept))
        if span.doubt:
            doubts.append(span.doubt)
        if kept and not any(one.sure for _, one, _ in kept):
            doubts += [one.note for _, one, _ in kept]
        if not kept:
            unread.append(span)
    strange = [one.text for one in company if one not in of_models]
    if refused and not unread:
        return SupportAnswer(NO, tuple(hits), tuple(refused), shared=tuple(shared))
    if hits and not unread and not strange:
        return _doubted(SupportAnswer(YES, tuple(hits), shared=tuple(shared)), doubts)
    near = _near(company)
    if not near:
        keys = {one.of for span in spans if re.search(r"\d", span.text) for one in span.names}
        near = tuple(entry for entry in entries() if entry.key in keys)
        if not company:
            strange = [span.text for span in unread]
            doubts = [f"{printable(text)} is no name without its vendor" for text in strange]
    return _not_named(near, strange or [span.text for span in unread], doubts, refused)


def _by_words(company: Sequence[Word]) -> SupportAnswer:
    knowing = _knowing(company)
    if knowing:
        return SupportAnswer(YES, tuple(Match(entry, None) for entry in knowing))
    known = set().union(*(_known(entry, company, others=True) for entry in entries()))
    strange = [one.text for one in company if one not in known]
    sold = {word(brand).squeezed: brand for entry in entries() for brand in entry.others}
    shared = [sold[one.squeezed] for one in company if one.squeezed in sold]
    if shared and not strange:
        doubts = [
            f"{brand} stands on PDUs of several makers, and some are read" for brand in shared
        ]
        return _not_named(_near(map(word, shared)), (), doubts)
    return _not_named(
        _near(company) or _knowing(one for one in company if one.text not in strange),
        strange or [one.text for one in company],
    )


def _knowing(words: Iterable[Word]) -> tuple[SupportEntry, ...]:
    """The entries that know all the words, if a word names one alone."""
    known = list(words)
    found = tuple(entry for entry in entries() if known and len(_known(entry, known)) == len(known))
    return found if any(_names_alone(entry, one) for entry in found for one in known) else ()


def _not_named(
    near: tuple[SupportEntry, ...],
    strange: Sequence[str],
    doubts: Sequence[str] = (),
    refused: Sequence[Name] = (),
) -> SupportAnswer:
    return SupportAnswer(
        MAYBE if near else UNKNOWN,
        near=near,
        strange=tuple(strange),
        alike=_alike(" ".join(strange), near),
        refused=tuple(refused),
        doubts=tuple(doubts),
    )


def _known(entry: SupportEntry, company: Iterable[Word], others: bool = False) -> list[Word]:
    """Those of the words that the entry's names and descriptions contain.

    `others`: also the brands that other makers' PDUs have too.
    """
    return [
        one for one in company if (others and one.squeezed in entry.shared) or _knows(entry, one)
    ]


def _knows(entry: SupportEntry, one: Word) -> bool:
    if one.squeezed in entry.telling:
        return True
    return len(one.parts) > 1 and entry.telling.issuperset(set(one.parts) - GENERIC)


def _names_alone(entry: SupportEntry, one: Word) -> bool:
    """Whether the word names the entry without others: G3 does not, HP does."""
    return len(one.squeezed) > 2 or one.squeezed in entry.makers


def _is_wide(span: _Span) -> bool:
    """Whether the span has places for digits, and so names several models."""
    return "XX" in word(span.text).squeezed


def _near(words: Iterable[Word]) -> tuple[SupportEntry, ...]:
    """The entries whose vendor or brand is among the words."""
    asked = {one.squeezed for one in words}
    return tuple(entry for entry in entries() if asked & entry.makers)


def _alike(question: str, near: Sequence[SupportEntry]) -> tuple[str, ...]:
    """Names that resemble the question or one of its words: models of the vendors that it names,
    else vendors, brands and families.
    """
    shown: dict[str, str] = {}
    for entry in near or entries():
        named = [name.pattern.rstrip("*") for name in entry.names] if near else []
        for text in (*entry.vendors, *entry.brands, entry.key, *named):
            shown.setdefault(word(sample(text) if text in named else text).squeezed, text)
    found: list[str] = []
    for one in map(word, (question, *question.split())):
        if not one.is_generic:
            found += difflib.get_close_matches(one.squeezed, shown, _NEAREST, _ALIKE)
    return tuple(dict.fromkeys(shown[one] for one in found))[:_NEAREST]
