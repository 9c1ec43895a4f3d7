"""Answers "is this PDU supported?" from the table: a model by its exact name or by a pattern, a
vendor or brand, a sysObjectID; else the nearest names. Pure.

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

from ..recordings.families.recognition import recognise
from . import query
from .model_names import NAMES, Name
from .model_patterns import continues, fits, literals, needs_company, sample
from .normalization import GENERIC, Word, squeezed, word
from .query import LONGEST
from .table import SupportEntry, entries

YES, NO, MAYBE, UNKNOWN = "yes", "no", "maybe", "unknown"
_LONGEST_TAIL = 4  # characters of a `*` in a name of several words, such as "AP8959 EU3"
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
    #: what reads it, for YES; what may read it, for MAYBE; for NO, what reads the other
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


class _Model(NamedTuple):
    """Words that are the name of a model, and the patterns that fit, the most specific first."""

    text: str
    names: tuple[Name, ...]

    @property
    def is_wide(self) -> bool:
        """Whether it has places for digits, and so names several models."""
        return "XX" in word(self.text).squeezed

    @property
    def vendors(self) -> str:
        """The vendors that have a model with this name."""
        keys = {name.key for name in self.names}
        vendors = [vendor for entry in entries() if entry.key in keys for vendor in entry.vendors]
        return ", ".join(dict.fromkeys(vendors))


def answer(question: str) -> SupportAnswer:
    """The answer for a model, vendor, brand, family or sysObjectID, or for a mix of their words."""
    oid = query.parse_oid(question)
    if oid:
        return _answer_oid(oid)
    words = query.parse_words(question, _phrases(), lambda name: bool(_fitting([name])))
    models, other_words = _models(words)
    company = [query_word for query_word in other_words if not query_word.is_generic]
    if not models:
        if query.names_ups(words):
            return _answer_ups(company)
        return (
            _answer_words(company) if company else _not_named((), [question])._replace(strange=())
        )
    answers = [
        (model.text, _answer_model(model, company if len(models) == 1 else _own(model, company)))
        for model in models
    ]
    return answers[0][1] if len(answers) == 1 else _answer_all(answers, models, company)


def _answer_oid(oid: str) -> SupportAnswer:
    """The answer for a sysObjectID: yes if it names a family, maybe if some are tried at it."""
    entry_by_family = {entry.family: entry for entry in entries()}
    recognition = recognise(oid)
    hits = tuple(Match(entry_by_family[family.key], None) for family in recognition.families)
    near = tuple(entry_by_family[family.key] for family in recognition.candidates)
    others = recognition.other_devices
    return SupportAnswer(
        YES if hits else MAYBE if near else UNKNOWN,
        hits,
        near=near,
        oid=oid,
        doubts=(f"{others} have this number too",) if others else (),
    )


@cache
def _phrases() -> frozenset[str]:
    """The squeezed names of vendors and brands."""
    return squeezed(
        text
        for entry in entries()
        for text in (*entry.vendors, *entry.brands, *entry.others, entry.key)
    )


def _answer_ups(company: Sequence[Word]) -> SupportAnswer:
    """A UPS is no PDU: families that say that they read some, and NUT."""
    makers = {entry.key for entry in _entries_of_makers(company)}
    near = tuple(
        entry
        for entry in entries()
        if entry.key == "nut"
        or entry.key in makers
        and any({"UPS", "UPSS"} & set(word(text).parts) for text in entry.models)
    )
    doubt = "a UPS is read by the handler nut if a driver of NUT reads it"
    return SupportAnswer(MAYBE, near=near, doubts=(doubt,))


# ---- models --------------------------------------------------------------------------------------


def _models(words: Sequence[Word]) -> tuple[list[_Model], list[Word]]:
    """The models among the words, in their order, and the words that are left. Longer names are
    taken first.
    """
    models: dict[int, _Model] = {}
    left: list[Optional[Word]] = list(words)
    for length in range(min(LONGEST, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            names = (
                ()
                if None in left[start : start + length]
                else _fitting(words[start : start + length])
            )
            if names:
                text = " ".join(query_word.text for query_word in words[start : start + length])
                models[start] = _Model(text, names)
                left[start : start + length] = [None] * length
    in_order = [models[start] for start in sorted(models)]
    return in_order, [query_word for query_word in left if query_word is not None]


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


def _own(model: _Model, company: Sequence[Word]) -> list[Word]:
    """Those of the words that an entry of this model knows."""
    keys = {name.key for name in model.names}
    known_words = [
        _known_words(entry, company, with_shared_brands=True)
        for entry in entries()
        if entry.key in keys
    ]
    return [query_word for query_word in company if any(query_word in row for row in known_words)]


def _answer_model(model: _Model, company: Sequence[Word]) -> SupportAnswer:
    """The answer for one model, beside the other words of the question."""
    first: dict[str, Name] = {}
    for name in model.names:
        if name.key:
            first.setdefault(name.key, name)
    if not model.names[0].key and not (first and model.is_wide):
        return SupportAnswer(NO, refused=(model.names[0],))
    known_words = [
        (entry, _known_words(entry, company, with_shared_brands=True))
        for entry in entries()
        if entry.key in first
    ]
    hits = tuple(
        Match(entry, first[entry.key])
        for entry, own_words in known_words
        if len(own_words) == len(company)
        and (own_words or not needs_company(first[entry.key].pattern))
    )
    if hits:
        families = tuple(hit.entry.family for hit in hits if hit.entry.family)
        shared = (Shared(model.text, families),) if len(families) > 1 and not model.is_wide else ()
        is_sure = any(hit.name.sure for hit in hits if hit.name)
        doubts = () if is_sure else tuple(hit.name.note for hit in hits if hit.name)
        return SupportAnswer(YES if is_sure else MAYBE, hits, doubts=doubts, shared=shared)
    return _answer_unread(model, company)


def _answer_unread(model: _Model, company: Sequence[Word]) -> SupportAnswer:
    """A model that no entry reads beside these words."""
    near = _entries_of_makers(company)
    known_of = {query_word for entry in entries() for query_word in _maker_words(entry, company)}
    if near:  # a vendor that does not have the model, such as "Raritan AP8959"
        strange = [query_word.text for query_word in company if query_word not in known_of]
        keys = {name.key for name in model.names}
        if any(entry.key in keys for entry in near):
            return _not_named(near, strange or [model.text])
        doubt = f"{printable(model.text)} is a name of {model.vendors}"
        return _not_named(near, [*strange, model.text], [doubt] if model.vendors else [])
    keys = {name.key for name in model.names if re.search(r"\d", model.text)}
    near = tuple(entry for entry in entries() if entry.key in keys)
    if not company:
        doubt = f"{printable(model.text)} is no name without its vendor"
        return _not_named(near, [model.text], [doubt])
    unknown = [query_word for query_word in company if query_word not in _own(model, company)]
    return _not_named(near, [query_word.text for query_word in unknown] or [model.text])


def _maker_words(entry: SupportEntry, company: Iterable[Word]) -> list[Word]:
    return [query_word for query_word in company if query_word.squeezed in entry.makers]


def _answer_all(
    answers: Sequence[tuple[str, SupportAnswer]], models: Sequence[_Model], company: Sequence[Word]
) -> SupportAnswer:
    """The answer for several models, from the answer to each."""
    own_words = {query_word for model in models for query_word in _own(model, company)}
    strange = [query_word for query_word in company if query_word not in own_words]
    if strange:  # a vendor without these models, or a word that nobody knows
        near = _entries_of_makers(strange)
        doubts = [f"{printable(model.text)} is a name of {model.vendors}" for model in models]
        words = [query_word.text for query_word in strange] if not near else []
        return _not_named(near, words or [model.text for model in models], doubts if near else ())
    verdicts = {model_answer.verdict for _, model_answer in answers}
    verdict = next(word for word in (NO, MAYBE, UNKNOWN, YES) if word in verdicts)
    return SupportAnswer(
        verdict,
        tuple(hit for _, model_answer in answers for hit in model_answer.hits),
        tuple(name for _, model_answer in answers for name in model_answer.refused),
        each=tuple(answers),
    )


# ---- vendors and brands --------------------------------------------------------------------------


def _answer_words(company: Sequence[Word]) -> SupportAnswer:
    """The answer for words that name no model: yes if an entry knows all of them, else what is
    near, with the words that are strange.
    """
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
) -> SupportAnswer:
    return SupportAnswer(
        MAYBE if near else UNKNOWN,
        near=near,
        strange=tuple(strange),
        alike=_alike(" ".join(strange), near),
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
