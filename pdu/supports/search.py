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
from ..families.model_names import NAMES, Name
from ..families.recognition import UPS_ADVICE, recognise
from .model_patterns import (
    continues,
    fits,
    is_of_class,
    is_wide,
    needs_vendor,
    sample,
    specificity,
)
from .normalization import GENERIC, Word, squeezed, word
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
        return self.name is None or self.name.sure

    @property
    def is_unswitched(self) -> bool:
        """Whether the model has no switched outlets, whatever else the entry reads."""
        return self.name is not None and self.name.switched is False

    @property
    def states(self) -> str:
        """Whether states of outlets are read: "no" for models without switched outlets."""
        if self.is_unswitched and self.entry.states == READ:
            return "no"
        return self.entry.states

    @property
    def outlet(self) -> Mapping[str, str]:
        """The figures of an outlet: none for models that do not meter outlets."""
        if self.name is not None and self.name.outlets is False:
            return {}
        return self.entry.outlet

    @property
    def switching(self) -> str:
        """Whether outlets are switched: "no" for models that do not."""
        return "no" if self.is_unswitched else self.entry.switching

    @property
    def evidence(self) -> Mapping[str, str]:
        """For what the model can do: without switched outlets no states and commands."""
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
    #: the name that says why not, for NO
    refused: tuple[Name, ...] = ()
    #: for MAYBE without `matches`, what is known of the vendor, the model or the sysObjectID
    near: tuple[SupportEntry, ...] = ()
    #: the words that are not known
    strange: tuple[str, ...] = ()
    #: names that resemble the strange words
    alike: tuple[str, ...] = ()
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
    def is_wide(self) -> bool:
        """Whether it has places for digits, and so names several models."""
        return is_wide(word(self.text).squeezed)


def answer(question: str) -> SupportAnswer:
    """The answer for a model, vendor, brand, family or sysObjectID, or for a mix of their words.

    What is known only in another spelling is told, and is no yes.
    """
    as_typed = _answer_as_typed(question)
    if as_typed.verdict != UNKNOWN:
        return as_typed
    for spelling in likely_spellings(question):
        as_meant = _answer_as_typed(spelling)
        if as_meant.verdict != UNKNOWN:
            doubt = f"{confusion(question)}: did you mean {printable(spelling, 60)}?"
            return as_typed._replace(doubts=(doubt,), alike=(spelling,))
    return as_typed


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
    is_one_read = any(model.names[0].key for model in models)
    if len(models) == 1 or not is_one_read:  # of those that are not read, why the first is not
        return _answer_model(question, models[0], words)
    texts = tuple(model.text for model in models)
    doubt = "ask for one model at a time"
    return SupportAnswer(question, MAYBE, alike=texts, doubts=(doubt,))


@cache
def _maker_names() -> frozenset[str]:
    """The squeezed names of vendors, brands and families. Without a family whose key is a vendor
    and one of its models, such as raritan-px2: others may read this model too."""
    texts: list[str] = []
    for entry in entries():
        texts += [*entry.vendors, *entry.brands, *entry.shared_brands]
        model = word(entry.key.partition("-")[2])
        if not _patterns_that_fit([model]):
            texts.append(entry.key)
    return squeezed(texts)


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
    matches: list[Match] = []
    for family in recognition.families:
        entry = entry_by_family[family.key]
        matches.append(Match(entry))
    near = tuple(entry_by_family[family.key] for family in recognition.candidates)
    if matches:
        return SupportAnswer(question, YES, tuple(matches), near=near, doubts=doubts)
    verdict = MAYBE if near else UNKNOWN
    return SupportAnswer(question, verdict, near=near, strange=(oid,), doubts=doubts)


# ---- the words of a question ---------------------------------------------------------------------


def _parse(question: str) -> tuple[list[_Model], list[Word]]:
    """The models of a question, and its other words that may name a product. A vendor's name of
    several words is one word.
    """
    words: list[Word] = []
    for text in re.sub(r"[()\[\]{},]", " ", question).split():
        words += _split(text)
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
        run = words[:length]
        name = _one_name(run)
        names = _patterns_that_fit(run)
        if names:
            return _LeadingName(length, name, names)
        if len(name.parts) > 1 and name.squeezed in _maker_names():
            # a maker counts as a whole: its parts may be generic words
            maker = Word(name.text, name.squeezed, parts=(name.squeezed,))
            return _LeadingName(length, maker, ())
    return _LeadingName(1, words[0], ())


def _one_name(run: Sequence[Word]) -> Word:
    """Words that stand beside each other, as one name."""
    return word(" ".join(piece.text for piece in run))


def _split(text: str) -> list[Word]:
    """The word, or vendor and the rest if it begins with a vendor: `Raritan-PX3-5145`."""
    whole_word = word(text)
    if whole_word.squeezed in _maker_names() or _patterns_that_fit([whole_word]):
        return [whole_word]
    ends = range(len(text) - 1, 0, -1)
    sign_ends = [end for end in ends if text[end] in _SIGNS]
    other_ends = [end for end in ends if text[end] not in _SIGNS]
    for end in (*sign_ends, *other_ends):
        maker = word(text[:end])
        if maker.squeezed not in _maker_names():
            continue
        model = word(text[end:].lstrip(_SIGNS))
        if not model.squeezed:
            continue
        if end in sign_ends or text[end].isdigit() or _patterns_that_fit([model]):
            return [maker, model]
    return [whole_word]


def _patterns_that_fit(run: Sequence[Word]) -> tuple[Name, ...]:
    """The patterns that fit these words as one name, the most specific first.

    A `*` must not take in a word that says something else, such as `basic` or another model: words
    after the first are then short, have a digit, and are no name themselves.
    """
    name = "".join(piece.squeezed for piece in run)
    if len(run) == 1:
        return _names_of(name, None)
    for piece in run[1:]:
        has_digit = re.search(r"\d", piece.squeezed)
        if not has_digit or _patterns_that_fit([piece]):
            return _names_of(name, 0)
    return _names_of(name, _LONGEST_TAIL)


@lru_cache(maxsize=4096)  # a question asks for the same words several times
def _names_of(name: str, tail: Optional[int]) -> tuple[Name, ...]:
    if not name:
        return ()
    names = [known_name for known_name in NAMES if fits(known_name.pattern, name, tail)]
    names.sort(key=lambda known_name: -specificity(known_name.pattern))
    return tuple(names)


# ---- models --------------------------------------------------------------------------------------


def _is_known_for(model: _Model, piece: Word) -> bool:
    keys = {name.key for name in model.names}
    for entry in entries():
        if entry.key in keys and _knows(entry, piece):
            return True
    return False


def _answer_model(question: str, model: _Model, words: Sequence[Word]) -> SupportAnswer:
    """The answer for one model, beside the other words of the question."""
    closest = model.names[0]
    refused: Sequence[Name] = ()
    if model.is_wide:
        name_by_key, refused = _of_class(model)
        is_refused = not name_by_key
    else:
        name_by_key = {}
        for name in model.names:
            name_by_key.setdefault(name.key, name)  # the most specific of each
        is_refused = not closest.key
    if is_refused:
        return SupportAnswer(question, NO, refused=(closest,))
    candidates = [entry for entry in entries() if entry.key in name_by_key]
    matches: list[Match] = []
    for entry in candidates:
        name = name_by_key[entry.key]
        is_nameless = needs_vendor(name.pattern) or _has_no_letter(model)
        is_vendor_missing = not words and is_nameless
        if not is_vendor_missing and _knows_all(entry, words):
            matches.append(Match(entry, name))
    if not matches:
        return _answer_unread(question, model, candidates, words)
    return _answer_read(question, model, matches, refused)


def _has_no_letter(model: _Model) -> bool:
    """Whether a class has places for digits alone: xxxx."""
    return model.is_wide and needs_vendor(word(model.text).squeezed.replace("X", "x"))


def _of_class(model: _Model) -> tuple[dict[str, Name], Sequence[Name]]:
    """The names of a class such as AP8xxx: for each entry one that says what is true of all of
    them, and the names that are not supported.
    """
    class_name = word(model.text).squeezed
    names_by_key: dict[str, list[Name]] = {}
    for name in NAMES:
        if name in model.names or is_of_class(name.pattern, class_name):
            names_by_key.setdefault(name.key, []).append(name)
    refused = names_by_key.pop("", [])
    return {key: _common_name(names) for key, names in names_by_key.items()}, refused


def _common_name(names: Sequence[Name]) -> Name:
    """What is true of each of these names; of the sure ones alone, if there are some."""
    names = [name for name in names if name.sure] or names
    switched = {name.switched for name in names}
    outlets = {name.outlets for name in names}
    notes = dict.fromkeys(name.note for name in names)
    # the note of a name that is not sure says why
    is_note_of_all = len(notes) == 1 or not names[0].sure
    return names[0]._replace(
        pattern=_listed(name.pattern for name in names),
        source=_listed(name.source for name in names),
        switched=switched.pop() if len(switched) == 1 else None,
        outlets=outlets.pop() if len(outlets) == 1 else None,
        note="; ".join(notes) if is_note_of_all else "",
    )


def _listed(texts: Iterable[str]) -> str:
    """The different texts, in their order."""
    return ", ".join(dict.fromkeys(texts))


def _answer_read(
    question: str, model: _Model, matches: Sequence[Match], refused: Sequence[Name]
) -> SupportAnswer:
    """The answer for a model that entries read: yes if one of them surely does, and no model of its
    class is `refused`.
    """
    has_sure = any(match.is_sure for match in matches)
    doubts: list[str] = []
    if not has_sure:
        doubts = [match.name.note for match in matches if match.name]
    doubts += [f"not {name.pattern}: {name.why}" for name in refused]
    families = [match.entry.family for match in matches if match.entry.family]
    is_of_several = len(families) > 1 and not model.is_wide
    return SupportAnswer(
        question=question,
        verdict=YES if has_sure and not refused else MAYBE,
        matches=tuple(matches),
        doubts=tuple(doubts),
        either_of=tuple(families) if is_of_several else (),
    )


def _answer_unread(
    question: str, model: _Model, candidates: Sequence[SupportEntry], words: Sequence[Word]
) -> SupportAnswer:
    """A model that no entry reads beside these words. `candidates`: the entries with its name."""
    near = _entries_of_makers(words)
    strange_words: list[str] = []
    for piece in words:
        if not _is_known_for(model, piece) and not _entries_of_makers([piece]):
            strange_words.append(piece.text)
    if near and not any(entry in near for entry in candidates):  # such as "Raritan AP8959"
        strange_words.append(model.text)
        return _answer_strange(question, near, strange_words, _doubts_of_makers(model, candidates))
    doubts = []
    if not words:
        doubts.append(f"{printable(model.text)} is no name without its vendor")
    if not near and re.search(r"\d", model.text):
        near = tuple(candidates)
    result = _answer_strange(question, near, strange_words or [model.text], doubts)
    if strange_words and candidates:
        return result._replace(alike=(model.text, *result.alike))
    return result


def _doubts_of_makers(model: _Model, candidates: Sequence[SupportEntry]) -> Sequence[str]:
    """Which vendors have the model, for one that stands beside the name of another vendor."""
    vendors: dict[str, None] = {}
    for entry in candidates:
        vendors.update(dict.fromkeys(entry.vendors))
    return [f"{printable(model.text)} is a name of {', '.join(vendors)}"] if vendors else ()


# ---- vendors and brands --------------------------------------------------------------------------


def _answer_words(question: str, words: Sequence[Word]) -> SupportAnswer:
    """The answer for words that name no model: yes if an entry knows all of them, else what is
    near, with the words that are strange.
    """
    if not words:
        return _answer_strange(question, (), ())
    if any("UPS" in word(piece.text).parts for piece in words):
        return _answer_ups(question, words)
    matches = _entries_with(words, whole=True) or _entries_with(words)
    if _is_one_named(matches, words):
        return SupportAnswer(question, YES, tuple(map(Match, matches)))
    known_words: list[Word] = []
    strange_words: list[str] = []
    for piece in words:
        if any(_knows(entry, piece) for entry in entries()):
            known_words.append(piece)
        else:
            strange_words.append(piece.text)
    near = _entries_of_makers(words) or _entries_with(known_words)
    if not _is_one_named(near, known_words):
        near = ()
    if strange_words:
        return _answer_strange(question, near, strange_words)
    doubts = _shared_brands_of(words)
    unknown_words = [] if doubts else [piece.text for piece in words]
    return _answer_strange(question, near, unknown_words, doubts)


def _answer_ups(question: str, words: Sequence[Word]) -> SupportAnswer:
    """The answer for a UPS: what reads its outlets, and the handler nut."""
    pieces = list(words)
    for piece in words:
        pieces += map(word, piece.text.split())
    makers = _entries_of_makers(pieces)
    near: list[SupportEntry] = []
    for entry in entries():
        is_of_maker = "UPS" in entry.words and entry in makers
        if entry.key == "nut" or is_of_maker:
            near.append(entry)
    return SupportAnswer(question, MAYBE, near=tuple(near), doubts=(UPS_ADVICE,))


def _shared_brands_of(words: Sequence[Word]) -> Sequence[str]:
    """A sentence for each word that is a brand on PDUs of several makers."""
    brand_by_word: dict[str, str] = {}
    for entry in entries():
        for brand in entry.shared_brands:
            brand_by_word[word(brand).squeezed] = brand
    sentences = []
    for piece in words:
        if piece.squeezed in brand_by_word:
            brand = brand_by_word[piece.squeezed]
            sentences.append(f"{brand} stands on PDUs of several makers, and some are read")
    return sentences


def _answer_strange(
    question: str,
    near: tuple[SupportEntry, ...],
    strange: Sequence[str],
    doubts: Sequence[str] = (),
) -> SupportAnswer:
    """The answer without a match: "maybe" if entries are near, else "unknown"."""
    return SupportAnswer(
        question,
        MAYBE if near else UNKNOWN,
        near=near,
        strange=tuple(strange),
        alike=_alike(" ".join(strange), near),
        doubts=tuple(doubts),
    )


def _knows_all(entry: SupportEntry, words: Iterable[Word], *, with_shared: bool = True) -> bool:
    """See `_knows`."""
    return all(_knows(entry, piece, with_shared=with_shared) for piece in words)


def _knows(entry: SupportEntry, piece: Word, *, with_shared: bool = True) -> bool:
    """Whether the word is in the entry's names and descriptions; `with_shared` also whether it is
    one of the entry's brands that other makers use too.
    """
    if piece.squeezed in entry.words:
        return True
    if with_shared and piece.squeezed in squeezed(entry.shared_brands):
        return True
    if len(piece.parts) == 1:
        return False
    # such as "Eaton-ePDU": every part but those that name no product, such as "PDU"
    telling_parts = set(piece.parts) - GENERIC
    return telling_parts <= entry.words


def _entries_with(words: Sequence[Word], *, whole: bool = False) -> tuple[SupportEntry, ...]:
    """The entries that know all of the words, if there are some. `whole`: by more than the parts of
    a word."""
    if not words:
        return ()
    names = {piece.squeezed for piece in words}
    known_entries: list[SupportEntry] = []
    for entry in entries():
        if whole:
            is_known = names <= entry.words
        else:
            is_known = _knows_all(entry, words, with_shared=False)
        if is_known:
            known_entries.append(entry)
    return tuple(known_entries)


def _is_one_named(candidates: Iterable[SupportEntry], words: Sequence[Word]) -> bool:
    """Whether a word names one of the entries without others: G3 does not, HP does."""
    for entry in candidates:
        for piece in words:
            if len(piece.squeezed) > 2 or piece.squeezed in entry.makers:
                return True
    return False


def _entries_of_makers(words: Iterable[Word]) -> tuple[SupportEntry, ...]:
    """The entries whose vendor or brand is among the words."""
    names = {piece.squeezed for piece in words}
    return tuple(entry for entry in entries() if names & entry.makers)


def _alike(strange: str, near: Sequence[SupportEntry]) -> tuple[str, ...]:
    """Names that resemble the strange words, together or one by one; then models that begin with
    one of these words. The names are those of the entries in `near`, with their models; without
    such entries, all vendors, brands and families.
    """
    candidates = near or entries()
    text_by_name = _names_to_compare(candidates, with_models=bool(near))
    texts: list[str] = []
    pieces = [word(text) for text in strange.split()]
    for piece in (word(strange), *pieces):
        if not piece.is_generic:
            similar = similar_names(piece.squeezed, text_by_name, _NEAREST)
            texts += [text_by_name[name] for name in similar]
    for piece in pieces:
        is_long = len(piece.squeezed) >= _LEAST_BEGINNING
        if is_long and not piece.is_generic:
            texts += _names_begun(piece.squeezed, candidates)
    return tuple(dict.fromkeys(texts))[:_NEAREST]


def _names_to_compare(
    candidates: Sequence[SupportEntry], *, with_models: bool
) -> Mapping[str, str]:
    """The squeezed names of the entries, each with its text."""
    text_by_name: dict[str, str] = {}
    for entry in candidates:
        for text in (*entry.vendors, *entry.brands, entry.key):
            text_by_name.setdefault(word(text).squeezed, text)
        if with_models:
            for name in entry.names:
                text_by_name.setdefault(sample(name.pattern), name.pattern.rstrip("*"))
    return text_by_name


def _names_begun(text: str, candidates: Sequence[SupportEntry]) -> list[str]:
    """The candidates' models that begin with a text, or are a number with other letters before it,
    such as 8959 of APC.
    """
    texts: list[str] = []
    for entry in candidates:
        for name in entry.names:
            number = name.pattern.lstrip(_LETTERS)
            if continues(name.pattern, text) or fits(number, text):
                texts.append(name.pattern.rstrip("*"))
    return texts
