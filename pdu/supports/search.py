"""Answers "is this PDU supported?" from the table. Pure.

A yes needs that every word of the question is known for the same entry. A word that is not known,
such as another model of a known vendor, makes the answer "not named", never a yes; beside words
that are known it never makes less of it than a "maybe".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple, Optional

from handlers.shared.errors import printable
from handlers.shared.similar_names import similar_names

from . import oids, query
from .model_names import NAMES, Name
from .model_patterns import continues, fits, literals, needs_company, sample
from .normalization import GENERIC, Word, latin_letters, squeezed, word
from .query import LONGEST
from .table import SupportEntry, entries

YES, NO, MAYBE, UNKNOWN = "yes", "no", "maybe", "unknown"
_LONGEST_TAIL = 4  # characters of a `*` in a name of several words, such as "AP8959 EU3"
_LONGEST_VARIANT = 6  # characters behind a known name
_NEAREST = 5
_LEAST_BEGINNING = 3  # characters with which a model begins, to be named as the nearest


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
    #: the models of the question and the answer to each, if it names several
    each: tuple[tuple[str, SupportAnswer], ...] = ()


class _NameMatch(NamedTuple):
    """Words that are the name of a model, and the patterns that fit, the most specific first."""

    text: str
    names: tuple[Name, ...]
    #: why the patterns only probably fit
    doubt: str = ""


def answer(question: str) -> SupportAnswer:
    """The answer for a model, vendor, brand, family or sysObjectID, or for a mix of their words."""
    latin = latin_letters(question, _phrases())
    if latin != question:
        latin_words = ", ".join(
            printable(latin_word)
            for latin_word, typed_word in zip(latin.split(), question.split())
            if latin_word != typed_word
        )
        doubt = f"typed with Cyrillic letters, read as with the Latin ones alike: {latin_words}"
        of_latin = answer(latin)
        verdict = MAYBE if of_latin.verdict == YES else of_latin.verdict
        return of_latin._replace(verdict=verdict, doubts=(doubt, *of_latin.doubts))
    oid = oids.parse_oid(question)
    if oid:
        families = oids.match_families(oid)
        hits = tuple(Match(entry, None) for entry in families.matches)
        verdict = YES if hits else MAYBE if families.candidates else UNKNOWN
        doubts = (
            (f"{families.other_devices} have this number too",) if families.other_devices else ()
        )
        return SupportAnswer(verdict, hits, near=families.candidates, oid=oid, doubts=doubts)
    model_query = query.parse_query(question, _phrases(), _is_name)
    spans, left = _spans(model_query.words)
    company = [query_word for query_word in left if not query_word.is_generic]
    if model_query.ups and not spans:
        return _answer_ups(company)
    if not spans and not company:
        return SupportAnswer(UNKNOWN, alike=_alike(question, ()))
    found_all = _answer_names(spans, company)
    if (
        found_all.verdict in (YES, NO)
        or found_all.hits
        or not any(query_word.text in model_query.aside for query_word in company)
    ):
        return _doubted(found_all, model_query.doubts)
    # a second look without the unknown words in brackets
    plain = [query_word for query_word in company if query_word.text not in model_query.aside]
    aside = ", ".join(
        printable(query_word.text) for query_word in company if query_word.text in model_query.aside
    )
    if not spans and not plain:
        return found_all
    return _doubted(
        _answer_names(spans, plain), (f"nothing is known of {aside}", *model_query.doubts)
    )


def _answer_names(spans: Sequence[_NameMatch], company: Sequence[Word]) -> SupportAnswer:
    return _answer_models(spans, company) if spans else _answer_words(company)


def _doubted(result: SupportAnswer, doubts: Sequence[str]) -> SupportAnswer:
    """The answer, a yes as MAYBE if there are doubts."""
    if result.verdict not in (YES, MAYBE) or not doubts:
        return result
    return result._replace(verdict=MAYBE, doubts=(*result.doubts, *doubts))


@cache
def _phrases() -> frozenset[str]:
    """The squeezed names of vendors and brands."""
    return squeezed(
        text
        for entry in entries()
        for text in (*entry.vendors, *entry.brands, *entry.others, entry.key)
    )


def _is_name(query_word: Word) -> bool:
    return bool(_fitting([query_word]))


def _answer_ups(company: Sequence[Word]) -> SupportAnswer:
    """A UPS is no PDU: families that say that they read some, and NUT."""
    keys = {entry.key for entry in _entries_of_makers(company)}
    near = tuple(
        entry
        for entry in entries()
        if entry.key == "nut" or entry.key in keys and _reads_ups(entry)
    )
    return SupportAnswer(
        MAYBE, near=near, doubts=("a UPS is read by the handler nut if a driver of NUT reads it",)
    )


def _reads_ups(entry: SupportEntry) -> bool:
    return any({"UPS", "UPSS"} & set(word(text).parts) for text in entry.models)


def _spans(words: Sequence[Word]) -> tuple[list[_NameMatch], list[Word]]:
    """The names of models among the words, the longest first, and the words that are left."""
    spans: list[_NameMatch] = []
    left: list[Optional[Word]] = list(words)
    for length in range(min(LONGEST, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            span_words = left[start : start + length]
            if None in span_words:
                continue
            text = " ".join(query_word.text for query_word in words[start : start + length])
            names = _fitting(words[start : start + length])
            if names:
                spans.append(_NameMatch(text, names))
                left[start : start + length] = [None] * length
    for at, query_word in enumerate(left):
        variant = _variant(query_word) if query_word else None
        if variant:
            spans.append(variant)
            left[at] = None
    return spans, [query_word for query_word in left if query_word is not None]


def _variant(query_word: Word) -> Optional[_NameMatch]:
    """A known name with an unknown one before its hyphen, or with letters behind it."""
    if query_word.squeezed in _phrases() or query_word.is_generic:
        return None
    for cut in re.finditer("-", query_word.text):
        known_part = query_word.text[cut.end() :]
        names = _fitting([word(known_part)]) if re.search(r"\d", known_part) else ()
        if names and _is_sure(names):
            return _NameMatch(
                known_part,
                names,
                f"{printable(known_part)} is known, {printable(query_word.text)} is not",
            )
    name = query_word.squeezed
    for end in range(len(name) - 1, max(len(name) - 1 - _LONGEST_VARIANT, 3), -1):
        if not name[end].isalpha() or not re.search(r"\d", name[:end]):
            continue
        names = _fitting([word(name[:end])])
        if names and _is_sure(names) and not needs_company(names[0].pattern):
            doubt = f"{printable(name[:end])} is known, {printable(query_word.text)} is not"
            return _NameMatch(query_word.text, names, doubt)
    return None


def _is_sure(names: Sequence[Name]) -> bool:
    return all(name.key and name.sure for name in names)


def _fitting(words: Sequence[Word]) -> tuple[Name, ...]:
    """The patterns that fit these words as one name, the most specific first.

    A `*` must not take in a word that says something else, such as `basic` or another model: words
    after the first are then short, have a digit, and are no name themselves.
    """
    name = "".join(query_word.squeezed for query_word in words)
    if not name:
        return ()
    tail = None
    if len(words) > 1:
        odd = any(
            not re.search(r"\d", query_word.squeezed) or _fitting([query_word])
            for query_word in words[1:]
        )
        tail = 0 if odd else _LONGEST_TAIL
    patterns = [candidate for candidate in NAMES if fits(candidate.pattern, name, tail)]
    return tuple(sorted(patterns, key=lambda candidate: -literals(candidate.pattern)))


def _answer_models(spans: Sequence[_NameMatch], company: Sequence[Word]) -> SupportAnswer:
    refusals: list[Name] = []
    hits: list[Match] = []
    unread: list[_NameMatch] = []
    doubts: list[str] = []
    shared_names: list[Shared] = []
    of_models: set[Word] = set()  # words that say more of at least one of the models
    for span in spans:
        readable_names = [name for name in span.names if name.key]
        if span.names[0].key == "" and not (readable_names and _is_wide(span)):
            refusals.append(span.names[0])
            of_models.update(company)
            continue
        first: dict[str, Name] = {}
        for name in readable_names:
            first.setdefault(name.key, name)
        rows = [
            (entry, first[entry.key], _known_words(entry, company, with_shared_brands=True))
            for entry in entries()
            if entry.key in first
        ]
        if len(spans) == 1:
            rows = [row for row in rows if len(row[2]) == len(company)]
        rows = [row for row in rows if row[2] or not needs_company(row[1].pattern)]
        hits += [Match(entry, name) for entry, name, _ in rows]
        families = tuple(entry.family for entry, _, _ in rows if entry.family)
        if len(families) > 1 and not _is_wide(span):
            shared_names.append(Shared(span.text, families))
        of_models.update(*(known_words for _, _, known_words in rows))
        if span.doubt:
            doubts.append(span.doubt)
        if rows and not any(name.sure for _, name, _ in rows):
            doubts += [name.note for _, name, _ in rows]
        if not rows:
            unread.append(span)
    strange = [query_word.text for query_word in company if query_word not in of_models]
    each = _answer_each(spans, company) if len(spans) > 1 and not strange else ()
    if refusals and not unread:
        return SupportAnswer(
            NO, tuple(hits), tuple(refusals), shared=tuple(shared_names), each=each
        )
    if hits and not unread and not strange:
        return _doubted(
            SupportAnswer(YES, tuple(hits), shared=tuple(shared_names), each=each), doubts
        )
    near = _entries_of_makers(company)
    if near:  # a vendor that does not have the model, such as "Raritan AP8959"
        vendors = [
            query_word
            for query_word in company
            if any(query_word.squeezed in entry.makers for entry in near)
        ]
        foreign = [span for span in spans if not _is_of(span, vendors)]
        strange = [text for text in strange if text not in [each.text for each in vendors]]
        strange += [span.text for span in foreign]
        doubts += [
            f"{printable(span.text)} is a name of {_makers_of(span)}"
            for span in foreign
            if _makers_of(span)
        ]
    if not near:
        keys = {name.key for span in spans if re.search(r"\d", span.text) for name in span.names}
        near = tuple(entry for entry in entries() if entry.key in keys)
        if not company:
            strange = [span.text for span in unread]
            doubts = [f"{printable(text)} is no name without its vendor" for text in strange]
    return _not_named(near, strange or [span.text for span in unread], doubts, refusals)


def _answer_each(
    spans: Sequence[_NameMatch], company: Sequence[Word]
) -> tuple[tuple[str, SupportAnswer], ...]:
    """Each model with the answer to it, beside those of the other words that its entries know."""
    answers = []
    for span in spans:
        keys = {name.key for name in span.names}
        own_words = [
            query_word
            for query_word in company
            if any(
                entry.key in keys and _known_words(entry, [query_word], with_shared_brands=True)
                for entry in entries()
            )
        ]
        answers.append((span.text, _answer_models([span], own_words)))
    return tuple(answers)


def _is_of(span: _NameMatch, vendors: Sequence[Word]) -> bool:
    """Whether one of these vendors has a model with this name."""
    keys = {name.key for name in span.names}
    return any(
        entry.key in keys and vendor.squeezed in entry.makers
        for entry in entries()
        for vendor in vendors
    )


def _makers_of(span: _NameMatch) -> str:
    """The vendors that have a model with this name."""
    keys = {name.key for name in span.names}
    vendors = [vendor for entry in entries() if entry.key in keys for vendor in entry.vendors]
    return ", ".join(dict.fromkeys(vendors))


def _answer_words(company: Sequence[Word]) -> SupportAnswer:
    knowing = _entries_knowing(company)
    if knowing:
        return SupportAnswer(YES, tuple(Match(entry, None) for entry in knowing))
    known_words = set().union(
        *(_known_words(entry, company, with_shared_brands=True) for entry in entries())
    )
    strange = [query_word.text for query_word in company if query_word not in known_words]
    brand_by_name = {word(brand).squeezed: brand for entry in entries() for brand in entry.others}
    brand_names = [
        brand_by_name[query_word.squeezed]
        for query_word in company
        if query_word.squeezed in brand_by_name
    ]
    if brand_names and not strange:
        doubts = [
            f"{brand} stands on PDUs of several makers, and some are read" for brand in brand_names
        ]
        return _not_named(_entries_of_makers(map(word, brand_names)), (), doubts)
    return _not_named(
        _entries_of_makers(company)
        or _entries_knowing(query_word for query_word in company if query_word.text not in strange),
        strange or [query_word.text for query_word in company],
    )


def _entries_knowing(words: Iterable[Word]) -> tuple[SupportEntry, ...]:
    """The entries that know all the words, if a word names one alone."""
    known_words = list(words)
    matches = tuple(
        entry
        for entry in entries()
        if known_words and len(_known_words(entry, known_words)) == len(known_words)
    )
    return (
        matches
        if any(_names_alone(entry, query_word) for entry in matches for query_word in known_words)
        else ()
    )


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


def _known_words(
    entry: SupportEntry, company: Iterable[Word], with_shared_brands: bool = False
) -> list[Word]:
    """Those of the words that the entry's names and descriptions contain.

    `with_shared_brands`: also the brands that other makers' PDUs have too.
    """
    return [
        query_word
        for query_word in company
        if (with_shared_brands and query_word.squeezed in entry.shared) or _knows(entry, query_word)
    ]


def _knows(entry: SupportEntry, query_word: Word) -> bool:
    if query_word.squeezed in entry.telling:
        return True
    return len(query_word.parts) > 1 and entry.telling.issuperset(set(query_word.parts) - GENERIC)


def _names_alone(entry: SupportEntry, query_word: Word) -> bool:
    """Whether the word names the entry without others: G3 does not, HP does."""
    return len(query_word.squeezed) > 2 or query_word.squeezed in entry.makers


def _is_wide(span: _NameMatch) -> bool:
    """Whether the span has places for digits, and so names several models."""
    return "XX" in word(span.text).squeezed


def _entries_of_makers(words: Iterable[Word]) -> tuple[SupportEntry, ...]:
    """The entries whose vendor or brand is among the words."""
    squeezed_words = {query_word.squeezed for query_word in words}
    return tuple(entry for entry in entries() if squeezed_words & entry.makers)


def _alike(question: str, near: Sequence[SupportEntry]) -> tuple[str, ...]:
    """Names that resemble the question or one of its words: models of the vendors that it names,
    else vendors, brands and families. Then models that begin with such a word.
    """
    text_by_name: dict[str, str] = {}
    for entry in near or entries():
        patterns = [name.pattern.rstrip("*") for name in entry.names] if near else []
        for text in (*entry.vendors, *entry.brands, entry.key, *patterns):
            text_by_name.setdefault(word(sample(text) if text in patterns else text).squeezed, text)
    names: list[str] = []
    for query_word in map(word, (question, *question.split())):
        if not query_word.is_generic:
            names += similar_names(query_word.squeezed, text_by_name, _NEAREST)
    texts = [text_by_name[name] for name in names]
    for query_word in map(word, question.split()):
        if len(query_word.squeezed) >= _LEAST_BEGINNING and not query_word.is_generic:
            texts += [
                name.pattern.rstrip("*")
                for entry in near or entries()
                for name in entry.names
                if continues(name.pattern, query_word.squeezed)
            ]
    return tuple(dict.fromkeys(texts))[:_NEAREST]
