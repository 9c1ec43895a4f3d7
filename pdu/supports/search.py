"""Answers "is this PDU supported?" from the table: a model by its exact name or by a pattern, a
vendor or brand, a sysObjectID; else the nearest names, by difflib. Pure.

A yes needs that every word of the question is known for the same entry. A word that is not known,
such as another model of a known vendor, makes the answer a "maybe" or "unknown", never a yes;
beside words that are known it never makes less of it than a "maybe".
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple, Optional

from handlers.shared.errors import printable
from handlers.shared.similar_names import similar_names
from handlers.snmp.profile import ENTERPRISES

from ..cli.spelling import confusion, likely_spellings
from ..families.model_names import NAMES, Claim, Name
from ..families.recognition import UPS_ADVICE, recognise
from .model_patterns import (
    continues,
    fits,
    is_class,
    is_of_class,
    needs_vendor,
    sample,
    specificity,
)
from .normalization import GENERIC, Word, compact_names, normalized
from .table import READ, SupportEntry, entries

YES, NO, MAYBE, UNKNOWN = "yes", "no", "maybe", "unknown"
_OID = re.compile(
    r"(?:\.?(?:iso\.|1\.)3\.6\.1\.4\.1|(?:SNMPv2-SMI::)?enterprises)((?:\.\d+)+)\.?", re.IGNORECASE
)
_LETTERS = string.ascii_uppercase + "*"
_SIGNS = "-_/:"  # between a vendor and a model that are written as one word
_LONGEST = 5  # words of a name, such as "Web Power Switch Pro"
_LONGEST_TAIL = 4  # characters of a `*` in a name of several words, such as "AP8959 EU3"
_NEAREST = 5
_LEAST_BEGINNING = 3  # characters with which a model begins, to be named as the nearest


class Match(NamedTuple):
    """An entry that answers the question."""

    entry: SupportEntry
    #: the pattern that fits the model; None if none does
    name: Optional[Name] = None

    @property
    def is_sure(self) -> bool:
        """Whether the entry surely reads the model; an entry without a model always does."""
        return self.name is None or self.name.sure

    @property
    def is_unswitched(self) -> bool:
        """Whether the model has no switched outlets, whatever else the entry reads."""
        return self.name is not None and self.name.switched is Claim.NO

    @property
    def states(self) -> str:
        """Whether states of outlets are read: "no" for models without switched outlets."""
        if self.is_unswitched and self.entry.states == READ:
            return "no"
        return self.entry.states

    @property
    def outlet(self) -> Mapping[str, str]:
        """The figures of an outlet: none for models that do not meter outlets."""
        if self.name is not None and self.name.outlets is Claim.NO:
            return {}
        return self.entry.outlet

    @property
    def switching(self) -> str:
        """Whether outlets are switched: "no" for models that do not."""
        return "no" if self.is_unswitched else self.entry.switching

    @property
    def evidence(self) -> Mapping[str, str]:
        """Capability -> its basis, of what the model can do: without switched outlets it has no
        states and no commands.
        """
        evidence = dict(self.entry.evidence)
        if self.states == "no":
            evidence.pop("state", None)
            evidence.pop("switching", None)
        return evidence


class SupportAnswer(NamedTuple):
    """Whether a PDU is supported, and what is known of it."""

    question: str
    #: YES, NO (known not to be supported), MAYBE (the vendor or a similar name is known) or
    #: UNKNOWN (nobody named it)
    verdict: str
    #: what reads it, for YES; what may read it, for MAYBE
    matches: tuple[Match, ...] = ()
    #: the names that say why not: of NO, and of a MAYBE for a class of which some are not supported
    unsupported_names: tuple[Name, ...] = ()
    #: for MAYBE without `matches`, what is known of the vendor, the model or the sysObjectID
    near_entries: tuple[SupportEntry, ...] = ()
    #: the words that are not known
    unknown_words: tuple[str, ...] = ()
    #: names that resemble the strange words
    similar_names: tuple[str, ...] = ()
    #: sentences: why a MAYBE is no YES
    doubts: tuple[str, ...] = ()
    #: the SNMP families that have the same name, if several do; the handler asks the unit
    either_of: tuple[str, ...] = ()


class _LeadingName(NamedTuple):
    """The words with which others begin, as far as they are one name."""

    length: int
    word: Word
    #: the patterns of models that fit, the most specific first; none for another name
    names: tuple[Name, ...]


class _Model(NamedTuple):
    """Words that are the name of a model, and the patterns that fit, the most specific first."""

    text: str
    names: tuple[Name, ...]

    @property
    def is_class(self) -> bool:
        """Whether it has places for digits, and so names several models."""
        return is_class(normalized(self.text).compact)


def answer(question: str) -> SupportAnswer:
    """The answer for a model, vendor, brand, family or sysObjectID, or for a mix of their words.

    A name that is known only in another spelling is UNKNOWN, with that spelling as a hint.
    """
    typed_answer = _answer_as_typed(question)
    if typed_answer.verdict != UNKNOWN:
        return typed_answer
    for spelling in likely_spellings(question):
        if _answer_as_typed(spelling).verdict != UNKNOWN:
            doubt = f"{confusion(question)}: did you mean {printable(spelling, 60)}?"
            return typed_answer._replace(doubts=(doubt,), similar_names=(spelling,))
    return typed_answer


def _answer_as_typed(question: str) -> SupportAnswer:
    """The answer by what the words are: a family's key, a sysObjectID, one or several models, or
    names of makers.
    """
    question_text = question.strip()
    for entry in entries():
        # a family's key, whatever its words say beside each other
        if entry.key == question_text and "-" in question_text:
            return SupportAnswer(question, YES, (Match(entry),))
    number = _OID.fullmatch(question_text)
    if number:
        return _answer_oid(question, ENTERPRISES.rstrip(".") + number[1])
    models, words = _parse(question)
    if not models:
        return _answer_words(question, words)
    is_any_read = any(model.names[0].key for model in models)
    if len(models) > 1 and is_any_read:
        texts = tuple(model.text for model in models)
        doubt = "ask for one model at a time"
        return SupportAnswer(question, MAYBE, similar_names=texts, doubts=(doubt,))
    return _answer_model(question, models[0], words)  # of several that are not read, the first


@cache
def _maker_names() -> frozenset[str]:
    """The compact names of vendors, brands and families. Without a family whose key is a vendor
    and one of its models, such as raritan-px2: others may read this model too."""
    texts: list[str] = []
    for entry in entries():
        texts += [*entry.vendors, *entry.brands, *entry.shared_brands]
        model = normalized(entry.key.partition("-")[2])
        ends_with_model = bool(_names_that_fit([model]))
        if not ends_with_model:
            texts.append(entry.key)
    return compact_names(texts)


def _answer_oid(question: str, oid: str) -> SupportAnswer:
    """The answer for a sysObjectID: no if it is of other devices alone, yes if it names a family,
    maybe if some families would be tried on such a device, else unknown.
    """
    recognition = recognise(oid)
    sentence = recognition.sentence
    doubts = (sentence,) if sentence else ()
    if recognition.is_other:
        return SupportAnswer(question, NO, doubts=doubts)
    entry_by_family = {entry.family: entry for entry in entries()}
    matches = tuple(Match(entry_by_family[family.key]) for family in recognition.families)
    near_entries = tuple(entry_by_family[family.key] for family in recognition.candidates)
    if matches:
        return SupportAnswer(question, YES, matches, near_entries=near_entries, doubts=doubts)
    return SupportAnswer(
        question,
        MAYBE if near_entries else UNKNOWN,
        near_entries=near_entries,
        unknown_words=(oid,),
        doubts=doubts,
    )


# ---- the words of a question ---------------------------------------------------------------------


def _parse(question: str) -> tuple[list[_Model], list[Word]]:
    """The models of a question, and its other words that may name a product. A vendor's name of
    several words is one word.
    """
    words: list[Word] = []
    for text in re.sub(r"[()\[\]{},]", " ", question).split():
        words += _split_maker(text)
    models: list[_Model] = []
    further_words: list[Word] = []
    while words:
        leading = _leading_name(words)
        if leading.names:
            models.append(_Model(leading.word.text, leading.names))
        elif not leading.word.is_generic:
            further_words.append(leading.word)
        words = words[leading.length :]
    return models, further_words


def _leading_name(words: Sequence[Word]) -> _LeadingName:
    """The longest name of a model or a maker with which the words begin, else the first word."""
    for length in range(min(_LONGEST, len(words)), 0, -1):
        first_words = words[:length]
        whole_word = normalized(" ".join(word.text for word in first_words))
        names = _names_that_fit(first_words)
        if names:
            return _LeadingName(length, whole_word, names)
        if len(whole_word.parts) > 1 and whole_word.compact in _maker_names():
            # a maker counts as a whole: its parts may be generic words
            maker = whole_word._replace(parts=(whole_word.compact,))
            return _LeadingName(length, maker, ())
    return _LeadingName(1, words[0], ())


def _split_maker(text: str) -> list[Word]:
    """The word; if it begins with a maker, as `Raritan-PX3-5145`, the maker and the rest."""
    whole_word = normalized(text)
    if whole_word.compact in _maker_names() or _names_that_fit([whole_word]):
        return [whole_word]
    ends = range(len(text) - 1, 0, -1)
    sign_ends = [end for end in ends if text[end] in _SIGNS]
    other_ends = [end for end in ends if text[end] not in _SIGNS]
    for end in (*sign_ends, *other_ends):
        maker = normalized(text[:end])
        model = normalized(text[end:].lstrip(_SIGNS))
        if maker.compact not in _maker_names() or not model.compact:
            continue
        if end in sign_ends or text[end].isdigit() or _names_that_fit([model]):
            return [maker, model]
    return [whole_word]


def _names_that_fit(words: Sequence[Word]) -> tuple[Name, ...]:
    """The names whose patterns fit these words together, the most specific first.

    A `*` must not take in a word that says something else, such as `basic` or another model: words
    after the first are then short, have a digit, and are no name themselves.
    """
    text = "".join(word.compact for word in words)
    if len(words) == 1:
        return _names_of(text, None)
    for word in words[1:]:
        has_digit = re.search(r"\d", word.compact)
        if not has_digit or _names_that_fit([word]):
            return _names_of(text, 0)
    return _names_of(text, _LONGEST_TAIL)


@lru_cache(maxsize=4096)  # a question asks for the same words several times
def _names_of(text: str, longest_tail: Optional[int]) -> tuple[Name, ...]:
    """The names whose patterns fit a compact text, the most specific first; `*` in a pattern stands
    for up to `longest_tail` characters."""
    if not text:
        return ()
    names = [name for name in NAMES if fits(name.pattern, text, longest_tail)]
    names.sort(key=lambda name: -specificity(name.pattern))
    return tuple(names)


# ---- models --------------------------------------------------------------------------------------


def _is_known_for(model: _Model, word: Word) -> bool:
    """Whether the word is known of an entry that has a name of the model."""
    keys = {name.key for name in model.names}
    for entry in entries():
        if entry.key in keys and _knows(entry, word):
            return True
    return False


def _answer_model(question: str, model: _Model, words: Sequence[Word]) -> SupportAnswer:
    """The answer for one model, beside the other words of the question."""
    unsupported_names: Sequence[Name] = ()
    if model.is_class:
        name_by_key, unsupported_names = _names_of_class(model)
    else:
        name_by_key = _supported_names(model)
    if not name_by_key:
        return SupportAnswer(question, NO, unsupported_names=(model.names[0],))
    candidates = [entry for entry in entries() if entry.key in name_by_key]
    matches: list[Match] = []
    for entry in candidates:
        name = name_by_key[entry.key]
        if not words and (needs_vendor(name.pattern) or _has_no_letter(model)):
            continue  # without its vendor, it could be anybody's
        if all(_knows(entry, word) for word in words):
            matches.append(Match(entry, name))
    if not matches:
        return _answer_without_match(question, model, candidates, words)
    return _answer_of_matches(question, model, matches, unsupported_names)


def _has_no_letter(model: _Model) -> bool:
    """Whether a class has places for digits alone: xxxx."""
    return model.is_class and needs_vendor(normalized(model.text).compact.replace("X", "x"))


def _supported_names(model: _Model) -> dict[str, Name]:
    """The most specific name of the model for each entry, by its key; {} if the most specific of
    all says that the model is not supported.
    """
    if not model.names[0].key:
        return {}
    name_by_key: dict[str, Name] = {}
    for name in model.names:
        name_by_key.setdefault(name.key, name)
    return name_by_key


def _names_of_class(model: _Model) -> tuple[dict[str, Name], Sequence[Name]]:
    """The names of a class such as AP8xxx: for each entry, by its key, one that says what is true
    of all of them, and the names that are not supported.
    """
    class_name = normalized(model.text).compact
    names_by_key: dict[str, list[Name]] = {}
    for name in NAMES:
        if name in model.names or is_of_class(name.pattern, class_name):
            names_by_key.setdefault(name.key, []).append(name)
    unsupported_names = names_by_key.pop("", [])
    name_by_key = {key: _common_name(names) for key, names in names_by_key.items()}
    return name_by_key, unsupported_names


def _common_name(names: Sequence[Name]) -> Name:
    """What is true of each of these names; of the sure ones alone, if there are some."""
    names = [name for name in names if name.sure] or names
    notes = list(dict.fromkeys(name.note for name in names))
    # the note of a name that is not sure says why
    is_note_of_all = len(notes) == 1 or not names[0].sure
    return names[0]._replace(
        pattern=_joined(name.pattern for name in names),
        source=_joined(name.source for name in names),
        switched=_common_claim(name.switched for name in names),
        outlets=_common_claim(name.outlets for name in names),
        note="; ".join(notes) if is_note_of_all else "",
    )


def _common_claim(claims: Iterable[Claim]) -> Claim:
    """What all of these claims say; NOT_SAID if they differ."""
    first_claim, *other_claims = set(claims)
    return Claim.NOT_SAID if other_claims else first_claim


def _joined(texts: Iterable[str]) -> str:
    """The different texts, in their order."""
    return ", ".join(dict.fromkeys(texts))


def _answer_of_matches(
    question: str, model: _Model, matches: Sequence[Match], unsupported_names: Sequence[Name]
) -> SupportAnswer:
    """The answer for a model that entries read: yes if one of them surely does, and all models of
    its class are supported.
    """
    has_sure = any(match.is_sure for match in matches)
    doubts: list[str] = []
    if not has_sure:
        doubts = [match.name.note for match in matches if match.name]
    doubts += [f"not {name.pattern}: {name.why}" for name in unsupported_names]
    families = [match.entry.family for match in matches if match.entry.family]
    has_several_families = len(families) > 1 and not model.is_class
    return SupportAnswer(
        question=question,
        verdict=YES if has_sure and not unsupported_names else MAYBE,
        matches=tuple(matches),
        doubts=tuple(doubts),
        either_of=tuple(families) if has_several_families else (),
    )


def _answer_without_match(
    question: str, model: _Model, candidates: Sequence[SupportEntry], words: Sequence[Word]
) -> SupportAnswer:
    """The answer for a model that no entry reads beside these words. `candidates`: the entries with
    its name.
    """
    maker_entries = _entries_of_makers(words)
    unknown_words: list[str] = []
    for word in words:
        if not _is_known_for(model, word) and not _entries_of_makers([word]):
            unknown_words.append(word.text)
    is_of_other_maker = not any(entry in maker_entries for entry in candidates)
    if maker_entries and is_of_other_maker:  # such as "Raritan AP8959"
        doubts = _doubts_of_makers(model, candidates)
        return _answer_unknown(question, maker_entries, [*unknown_words, model.text], doubts)
    doubts = [] if words else [f"{printable(model.text)} is no name without its vendor"]
    near_entries = maker_entries
    if not near_entries and re.search(r"\d", model.text):
        near_entries = tuple(candidates)
    result = _answer_unknown(question, near_entries, unknown_words or [model.text], doubts)
    if unknown_words and candidates:
        return result._replace(similar_names=(model.text, *result.similar_names))
    return result


def _doubts_of_makers(model: _Model, candidates: Sequence[SupportEntry]) -> Sequence[str]:
    """Which vendors have the model, for one that stands beside the name of another vendor."""
    vendors: list[str] = []
    for entry in candidates:
        vendors += entry.vendors
    return [f"{printable(model.text)} is a name of {_joined(vendors)}"] if vendors else []


# ---- vendors and brands --------------------------------------------------------------------------


def _answer_words(question: str, words: Sequence[Word]) -> SupportAnswer:
    """The answer for words that name no model: yes if entries know all of them and a word names one
    of these entries, as "G3" alone does not; else similar entries, and the words that none knows.
    """
    if not words:
        return _answer_unknown(question, (), ())
    if any("UPS" in normalized(word.text).parts for word in words):
        return _answer_ups(question, words)
    matching_entries = _entries_with_whole(words) or _entries_that_know(words)
    if _names_a_product(matching_entries, words):
        return SupportAnswer(question, YES, tuple(map(Match, matching_entries)))
    known_words: list[Word] = []
    unknown_words: list[str] = []
    for word in words:
        if any(_knows(entry, word) for entry in entries()):
            known_words.append(word)
        else:
            unknown_words.append(word.text)
    near_entries = _entries_of_makers(words) or _entries_that_know(known_words)
    if not _names_a_product(near_entries, known_words):
        near_entries = ()
    if unknown_words:
        return _answer_unknown(question, near_entries, unknown_words)
    # each word is known, and no entry knows all of them
    doubts = _shared_brand_sentences(words)
    texts = [] if doubts else [word.text for word in words]
    return _answer_unknown(question, near_entries, texts, doubts)


def _answer_ups(question: str, words: Sequence[Word]) -> SupportAnswer:
    """The answer for a UPS: what reads its outlets, and the handler nut."""
    single_words = [*words]
    for word in words:
        single_words += map(normalized, word.text.split())
    maker_entries = _entries_of_makers(single_words)
    near_entries: list[SupportEntry] = []
    for entry in entries():
        is_of_maker = "UPS" in entry.words and entry in maker_entries
        if entry.key == "nut" or is_of_maker:
            near_entries.append(entry)
    return SupportAnswer(question, MAYBE, near_entries=tuple(near_entries), doubts=(UPS_ADVICE,))


def _shared_brand_sentences(words: Sequence[Word]) -> Sequence[str]:
    """A sentence for each word that is a brand on PDUs of several makers."""
    brand_by_word: dict[str, str] = {}
    for entry in entries():
        for brand in entry.shared_brands:
            brand_by_word[normalized(brand).compact] = brand
    brands = [brand_by_word[word.compact] for word in words if word.compact in brand_by_word]
    return [f"{brand} stands on PDUs of several makers, and some are read" for brand in brands]


def _answer_unknown(
    question: str,
    near_entries: tuple[SupportEntry, ...],
    unknown_words: Sequence[str],
    doubts: Sequence[str] = (),
) -> SupportAnswer:
    """The answer without a match: "maybe" if entries are near, else "unknown"."""
    return SupportAnswer(
        question,
        MAYBE if near_entries else UNKNOWN,
        near_entries=near_entries,
        unknown_words=tuple(unknown_words),
        similar_names=_nearest_names(unknown_words, near_entries),
        doubts=tuple(doubts),
    )


def _knows(entry: SupportEntry, word: Word, *, with_shared: bool = True) -> bool:
    """Whether the word is in the entry's names and descriptions; `with_shared` also whether it is
    one of the entry's brands that other makers use too.
    """
    if word.compact in entry.words:
        return True
    if with_shared and word.compact in compact_names(entry.shared_brands):
        return True
    if len(word.parts) == 1:
        return False
    # such as "Eaton-ePDU": every part but those that name no product, such as "PDU"
    return set(word.parts) - GENERIC <= entry.words


def _entries_with_whole(words: Sequence[Word]) -> tuple[SupportEntry, ...]:
    """The entries that have each of the words as a whole."""
    names = {word.compact for word in words}
    return tuple(entry for entry in entries() if names <= entry.words)


def _entries_that_know(words: Sequence[Word]) -> tuple[SupportEntry, ...]:
    """The entries that know all of the words, be it by their parts; none if there are no words.
    Brands that other makers use too do not count.
    """
    if not words:
        return ()
    known_entries: list[SupportEntry] = []
    for entry in entries():
        if all(_knows(entry, word, with_shared=False) for word in words):
            known_entries.append(entry)
    return tuple(known_entries)


def _names_a_product(candidates: Iterable[SupportEntry], words: Sequence[Word]) -> bool:
    """Whether a word is the full name of one of the entries, of its maker or of a series: HP and
    MPDU are. G3 and NET are not: they are only parts of the names of many products."""
    for entry in candidates:
        for word in words:
            has_digit = re.search(r"\d", word.compact) is not None
            is_series = has_digit and len(word.compact) > 2
            if is_series or word.compact in entry.full_names | entry.makers:
                return True
    return False


def _entries_of_makers(words: Iterable[Word]) -> tuple[SupportEntry, ...]:
    """The entries whose vendor or brand is among the words."""
    names = {word.compact for word in words}
    return tuple(entry for entry in entries() if names & entry.makers)


def _nearest_names(
    unknown_words: Sequence[str], near_entries: Sequence[SupportEntry]
) -> tuple[str, ...]:
    """Names that resemble the unknown words, together or one by one; then models that begin with
    one of these words. The names are those of the near entries, with their models; without such
    entries, all vendors, brands and families.
    """
    candidates = near_entries or entries()
    text_by_name = _names_to_compare(candidates, with_models=bool(near_entries))
    question = " ".join(unknown_words)
    words = [normalized(text) for text in question.split()]
    texts: list[str] = []
    for word in (normalized(question), *words):
        if not word.is_generic:
            similar = similar_names(word.compact, text_by_name, _NEAREST)
            texts += [text_by_name[name] for name in similar]
    for word in words:
        is_long = len(word.compact) >= _LEAST_BEGINNING
        if is_long and not word.is_generic:
            texts += _models_that_begin(word.compact, candidates)
    return tuple(dict.fromkeys(texts))[:_NEAREST]


def _names_to_compare(
    candidates: Sequence[SupportEntry], *, with_models: bool
) -> Mapping[str, str]:
    """The compact names of the entries, each with its text."""
    text_by_name: dict[str, str] = {}
    for entry in candidates:
        for text in (*entry.vendors, *entry.brands, entry.key):
            text_by_name.setdefault(normalized(text).compact, text)
        if with_models:
            for name in entry.names:
                text_by_name.setdefault(sample(name.pattern), name.pattern.rstrip("*"))
    return text_by_name


def _models_that_begin(text: str, candidates: Sequence[SupportEntry]) -> list[str]:
    """The candidates' models that begin with a text, or whose number it is: 8959 of AP8959."""
    texts: list[str] = []
    for entry in candidates:
        for name in entry.names:
            number = name.pattern.lstrip(_LETTERS)
            if continues(name.pattern, text) or fits(number, text):
                texts.append(name.pattern.rstrip("*"))
    return texts
