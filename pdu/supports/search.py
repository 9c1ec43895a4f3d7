"""Answers "is this PDU supported?" from the table: a model by a pattern, a vendor or brand, a
sysObjectID. Pure.

A yes needs that every word of the question is known for the same entry. A word that is not known,
such as another model of a known vendor, makes the answer a "maybe" or "unknown", never a yes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple, Optional

from handlers.snmp.profile import ENTERPRISES

from ..families.model_names import NAMES, Claim, Name
from ..families.recognition import UPS_ADVICE, recognise
from .model_patterns import fits, needs_vendor, specificity
from .normalization import GENERIC, Word, compact_names, normalized
from .table import READ, SupportEntry, entries

YES, NO, MAYBE, UNKNOWN = "yes", "no", "maybe", "unknown"
_OID = re.compile(
    r"(?:\.?(?:iso\.|1\.)3\.6\.1\.4\.1|(?:SNMPv2-SMI::)?enterprises)((?:\.\d+)+)\.?", re.IGNORECASE
)
_LEAST = 4  # characters of a name that needs no vendor
_LONGEST = 5  # words of a name, such as "Web Power Switch Pro"
_LONGEST_TAIL = 4  # characters of a `*` in a name of several words, such as "AP8959 EU3"


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
    def outlet_figures(self) -> Mapping[str, str]:
        """The figures of an outlet: none for models that do not meter outlets."""
        if self.name is not None and self.name.outlets is Claim.NO:
            return {}
        return self.entry.outlet_figures

    @property
    def switching(self) -> str:
        """Whether outlets are switched: "no" for models that do not."""
        return "no" if self.is_unswitched else self.entry.switching

    @property
    def evidence(self) -> Mapping[str, str]:
        """Capability -> its basis, of what the model can do: without switched outlets it has no
        states and no commands.
        """
        basis_by_capability = dict(self.entry.evidence)
        if self.states == "no":
            basis_by_capability.pop("state", None)
            basis_by_capability.pop("switching", None)
        return basis_by_capability


class SupportAnswer(NamedTuple):
    """Whether a PDU is supported, and what is known of it."""

    question: str
    #: YES, NO (known not to be supported), MAYBE (the vendor or the model is known) or UNKNOWN
    verdict: str
    #: what reads it, for YES; what may read it, for MAYBE
    matches: tuple[Match, ...] = ()
    #: the name that says why not, for NO
    unsupported_names: tuple[Name, ...] = ()
    #: for MAYBE without `matches`, what is known of the vendor, the model or the sysObjectID
    near_entries: tuple[SupportEntry, ...] = ()
    #: the words that are not known
    unknown_words: tuple[str, ...] = ()
    #: sentences: why a MAYBE is no YES
    remarks: tuple[str, ...] = ()
    #: the SNMP families that have the same name, if several do; the handler asks the unit
    either_of: tuple[str, ...] = ()


def answer(question: str) -> SupportAnswer:
    """The answer for a model, vendor, brand, family or sysObjectID, or for a mix of their words."""
    question_text = question.strip()
    for entry in entries():
        if entry.key == question_text and "-" in question_text:
            return SupportAnswer(question, YES, (Match(entry),))
    number = _OID.fullmatch(question_text)
    if number:
        return _answer_oid(question, ENTERPRISES.rstrip(".") + number[1])
    models, words = _parse(question)
    if not models:
        return _answer_words(question, words)
    if len(models) > 1 and any(names[0].key for names in models):
        return SupportAnswer(question, MAYBE, remarks=("ask for one model at a time",))
    return _answer_model(question, models[0], words)  # of several that are not read, the first


def _answer_oid(question: str, oid: str) -> SupportAnswer:
    """The answer for a sysObjectID: no if it is of other devices alone, yes if it names a family,
    maybe if some families would be tried on such a device, else unknown.
    """
    recognition = recognise(oid)
    sentence = recognition.sentence
    remarks = (sentence,) if sentence else ()
    if recognition.is_other:
        return SupportAnswer(question, NO, remarks=remarks)
    entry_by_family = {entry.family: entry for entry in entries()}
    matches = tuple(Match(entry_by_family[family.key]) for family in recognition.families)
    near_entries = tuple(entry_by_family[family.key] for family in recognition.candidates)
    if matches:
        return SupportAnswer(question, YES, matches, near_entries=near_entries, remarks=remarks)
    return SupportAnswer(
        question,
        MAYBE if near_entries else UNKNOWN,
        near_entries=near_entries,
        unknown_words=(oid,),
        remarks=remarks,
    )


# ---- the words of a question ---------------------------------------------------------------------


@cache
def _maker_names() -> frozenset[str]:
    """The compact names of vendors and brands."""
    texts: list[str] = []
    for entry in entries():
        texts += [*entry.vendors, *entry.brands, *entry.shared_brands]
    return compact_names(texts)


def _parse(question: str) -> tuple[list[Sequence[Name]], list[Word]]:
    """The models of a question, each as the names whose patterns fit, the most specific first; and
    its other words that may name a product. A maker's name of several words is one of these.
    """
    question_words = [normalized(text) for text in re.sub(r"[()\[\]{},]", " ", question).split()]
    models: list[Sequence[Name]] = []
    words: list[Word] = []
    begin = 0
    while begin < len(question_words):
        for end in range(min(begin + _LONGEST, len(question_words)), begin, -1):
            part = question_words[begin:end]
            whole_word = normalized(" ".join(word.text for word in part))
            names = _names_that_fit(part)
            is_maker = whole_word.compact in _maker_names()
            if names or is_maker or len(part) == 1:
                break
        if names:
            models.append(names)
        elif is_maker:
            words.append(whole_word._replace(parts=(whole_word.compact,)))
        elif not whole_word.is_generic:
            words.append(whole_word)
        begin = end
    return models, words


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


# ---- models and makers ---------------------------------------------------------------------------


def _answer_model(question: str, names: Sequence[Name], words: Sequence[Word]) -> SupportAnswer:
    """The answer for one model, beside the other words of the question: yes if an entry surely
    reads it.
    """
    if not names[0].key:
        return SupportAnswer(question, NO, unsupported_names=(names[0],))
    name_by_key: dict[str, Name] = {}
    for name in names:
        name_by_key.setdefault(name.key, name)
    candidates = tuple(entry for entry in entries() if entry.key in name_by_key)
    matches: list[Match] = []
    for entry in candidates:
        name = name_by_key[entry.key]
        # without its vendor, a number could be anybody's
        is_name = bool(words) or not needs_vendor(name.pattern)
        brands = compact_names(entry.shared_brands)
        if is_name and all(word.compact in brands or _knows(entry, word) for word in words):
            matches.append(Match(entry, name))
    if not matches:
        unknown_words = tuple(
            word.text for word in words if not any(_knows(e, word) for e in candidates)
        )
        remarks = () if words else (f"{names[0].pattern} is no name without its vendor",)
        return SupportAnswer(
            question, MAYBE, near_entries=candidates, unknown_words=unknown_words, remarks=remarks
        )
    has_sure = any(match.is_sure for match in matches)
    families = tuple(match.entry.family for match in matches if match.entry.family)
    return SupportAnswer(
        question=question,
        verdict=YES if has_sure else MAYBE,
        matches=tuple(matches),
        remarks=() if has_sure else tuple(match.name.note for match in matches if match.name),
        either_of=families if len(families) > 1 else (),
    )


def _answer_words(question: str, words: Sequence[Word]) -> SupportAnswer:
    """The answer for words that name no model: yes if entries know all of them and a word names one
    of these entries, as "G3" alone does not.
    """
    entries_of_model = _entries_of_model(words)
    is_of_ups = any("UPS" in word.parts for word in words)
    if words and not is_of_ups:
        candidates = _entries_that_know(words)
        if _names_a_product(candidates, words):
            return SupportAnswer(question, YES, tuple(map(Match, candidates)))
        if entries_of_model and _is_coined(words):
            return SupportAnswer(question, YES, tuple(map(Match, entries_of_model)))
    known_words = [word for word in words if any(_knows(entry, word) for entry in entries())]
    names = {word.compact for word in words}
    entries_of_maker = tuple(entry for entry in entries() if names & entry.makers)
    entries_of_product = tuple(entry for entry in entries() if names & entry.product_names)
    near_entries = entries_of_maker or entries_of_model or entries_of_product
    if not near_entries and known_words:
        candidates = _entries_that_know(known_words)
        if len(known_words) == len(words) or _names_a_product(candidates, known_words):
            near_entries = candidates
    return SupportAnswer(
        question,
        MAYBE if near_entries or is_of_ups else UNKNOWN,
        near_entries=near_entries,
        unknown_words=tuple(word.text for word in words if word not in known_words),
        remarks=(UPS_ADVICE,) if is_of_ups else (),
    )


def _entries_of_model(words: Sequence[Word]) -> tuple[SupportEntry, ...]:
    """The entries of which the words together, without the maker, are the name of a model."""
    matching_entries: list[SupportEntry] = []
    for entry in entries():
        name = "".join(word.compact for word in words if word.compact not in entry.makers)
        if name in entry.product_names:
            matching_entries.append(entry)
    return tuple(matching_entries)


def _is_coined(words: Sequence[Word]) -> bool:
    """Whether the words are no abbreviation and no word of the language: several, or one with a
    hyphen or a capital behind a small letter, as in NPM-V and iBootBar. I-03 could be anybody's.
    """
    if len(words) > 1:
        return True
    word = words[0]
    return len(word.compact) >= _LEAST and re.search("[a-z][A-Z]|.-.", word.text) is not None


def _entries_that_know(words: Sequence[Word]) -> tuple[SupportEntry, ...]:
    """The entries that have each of the words as a whole; if none has, that know their parts."""
    names = {word.compact for word in words}
    entries_with_all = tuple(entry for entry in entries() if names <= entry.words)
    return entries_with_all or tuple(e for e in entries() if all(_knows(e, word) for word in words))


def _knows(entry: SupportEntry, word: Word) -> bool:
    """Whether the word is in the entry's names and descriptions."""
    # such as "Eaton-ePDU": every part but those that name no product, such as "PDU"
    parts = set(word.parts) - GENERIC
    return word.compact in entry.words or (len(word.parts) > 1 and parts <= entry.words)


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
