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
from ..families.recognition import UPS_ADVICE, recognise
from .model_names import NAMES, Name
from .model_patterns import continues, fits, is_wide, needs_vendor, sample, specificity
from .normalization import GENERIC, Word, squeezed, word
from .table import READ, SupportEntry, entries

YES, NO, MAYBE, UNKNOWN = "yes", "no", "maybe", "unknown"
_OID = re.compile(
    r"(?:\.?(?:iso\.|1\.)3\.6\.1\.4\.1|(?:SNMPv2-SMI::)?enterprises)((?:\.\d+)+)\.?", re.IGNORECASE
)
_LETTERS = string.ascii_uppercase + "*"
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
    def states(self) -> str:
        """Whether states of outlets are read: "no" for models without switched outlets."""
        has_none = self.name is not None and self.name.switched is False
        return "no" if has_none and self.entry.states == READ else self.entry.states

    @property
    def outlet(self) -> Mapping[str, str]:
        """The figures of an outlet: none for models that do not meter outlets."""
        is_unmetered = self.name is not None and self.name.outlets is False
        return {} if is_unmetered else self.entry.outlet

    @property
    def switching(self) -> str:
        """Whether outlets are switched: "no" for models that do not."""
        has_none = self.name is not None and self.name.switched is False
        return "no" if has_none else self.entry.switching

    @property
    def evidence(self) -> Mapping[str, str]:
        """For what the model can do: without switched outlets no states and commands."""
        lacking = ("state", "switching") if self.states == "no" else ()
        return {name: basis for name, basis in self.entry.evidence.items() if name not in lacking}


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
    plain = _answer_as_typed(question)
    if plain.verdict != UNKNOWN:
        return plain
    for spelling in likely_spellings(question):
        if _answer_as_typed(spelling).verdict != UNKNOWN:
            doubt = f"{confusion(question)}: did you mean {printable(spelling, 60)}?"
            return plain._replace(doubts=(doubt,), alike=(spelling,))
    return plain


def _answer_as_typed(question: str) -> SupportAnswer:
    # a family's key, whatever its words say beside each other
    family = [entry for entry in entries() if "-" in entry.key and entry.key == question.strip()]
    if family:
        return SupportAnswer(question, YES, (Match(family[0]),))
    oid = _OID.fullmatch(question.strip())
    if oid:
        return _answer_oid(question, ENTERPRISES.rstrip(".") + oid[1])
    models, words = _parse(question)
    if len(models) > 1 and any(model.names[0].key for model in models):
        texts = tuple(model.text for model in models)
        return SupportAnswer(question, MAYBE, alike=texts, doubts=("ask for one model at a time",))
    return _answer_model(question, models[0], words) if models else _answer_words(question, words)


@cache
def _maker_names() -> frozenset[str]:
    """The squeezed names of vendors, brands and families."""
    return squeezed(
        text
        for entry in entries()
        for text in (*entry.vendors, *entry.brands, *entry.shared_brands, entry.key)
    )


def _answer_oid(question: str, oid: str) -> SupportAnswer:
    """The answer for a sysObjectID: yes if it names a family, no if it is of other devices alone,
    maybe if some families are tried at it.
    """
    entry_by_family = {entry.family: entry for entry in entries()}
    recognition = recognise(oid)
    matches = tuple(Match(entry_by_family[family.key]) for family in recognition.families)
    near = tuple(entry_by_family[family.key] for family in recognition.candidates)
    verdict = NO if recognition.is_other else MAYBE if near else UNKNOWN
    return SupportAnswer(
        question,
        YES if matches else verdict,
        matches,
        near=() if recognition.is_other else near,
        strange=() if matches or recognition.is_other else (oid,),
        doubts=(recognition.sentence,) if recognition.sentence else (),
    )


# ---- the words of a question ---------------------------------------------------------------------


def _parse(question: str) -> tuple[list[_Model], list[Word]]:
    """The models of a question, and its other words that may name a product, of which a vendor's
    name of several words is one.
    """
    texts = re.sub(r"[()\[\]{},]", " ", question).split()
    words = [piece for text in texts for piece in _split(text)]
    models: list[_Model] = []
    further_words: list[Word] = []
    while words:
        for length in range(min(_LONGEST, len(words)), 0, -1):
            name = word(" ".join(piece.text for piece in words[:length]))
            names = _fitting(words[:length])
            if names:
                models.append(_Model(name.text, names))
                break
            if len(name.parts) > 1 and name.squeezed in _maker_names():
                further_words.append(Word(name.text, name.squeezed, (name.squeezed,)))
                break
        else:
            further_words += [words[0]] if not words[0].is_generic else []
        words = words[length:]
    return models, further_words


def _split(text: str) -> list[Word]:
    """The word, or vendor and the rest if it begins with a vendor: `Raritan-PX3-5145`."""
    if not _fitting([word(text)]) and word(text).squeezed not in _maker_names():
        ends = range(len(text) - 1, 0, -1)
        for end in sorted(ends, key=lambda end: text[end] not in "-_/:"):
            maker, rest = word(text[:end]), word(text[end:].lstrip("-_/:"))
            is_cut = text[end] in "-_/:" or text[end].isdigit() or _fitting([rest])
            if maker.squeezed in _maker_names() and rest.squeezed and is_cut:
                return [maker, rest]
    return [word(text)]


def _fitting(run: Sequence[Word]) -> tuple[Name, ...]:
    """The patterns that fit these words as one name, the most specific first.

    A `*` must not take in a word that says something else, such as `basic` or another model: words
    after the first are then short, have a digit, and are no name themselves.
    """
    tail = None
    if len(run) > 1:
        tail = _LONGEST_TAIL
        if any(not re.search(r"\d", piece.squeezed) or _fitting([piece]) for piece in run[1:]):
            tail = 0
    return _names_of("".join(piece.squeezed for piece in run), tail)


@lru_cache(maxsize=4096)  # a question asks for the same words several times
def _names_of(name: str, tail: Optional[int]) -> tuple[Name, ...]:
    names = [pattern for pattern in NAMES if name and fits(pattern.pattern, name, tail)]
    return tuple(sorted(names, key=lambda candidate: -specificity(candidate.pattern)))


# ---- models --------------------------------------------------------------------------------------


def _is_known_for(model: _Model, piece: Word) -> bool:
    keys = {name.key for name in model.names}
    return any(_knows(entry, piece) for entry in entries() if entry.key in keys)


def _answer_model(question: str, model: _Model, words: Sequence[Word]) -> SupportAnswer:
    """The answer for one model, beside the other words of the question."""
    name_by_key = {name.key: name for name in reversed(model.names)}  # the most specific of each
    if not model.names[0].key and not (model.is_wide and len(name_by_key) > 1):
        return SupportAnswer(question, NO, refused=(model.names[0],))
    candidates = [
        Match(entry, name_by_key[entry.key]) for entry in entries() if entry.key in name_by_key
    ]
    matches = tuple(
        match
        for match in candidates
        if all(_knows(match.entry, piece) for piece in words)
        and (words or not needs_vendor(name_by_key[match.entry.key].pattern))
    )
    if not matches:
        return _answer_unread(question, model, [match.entry for match in candidates], words)
    families = tuple(match.entry.family for match in matches if match.entry.family)
    is_sure = any(match.is_sure for match in matches)
    return SupportAnswer(
        question,
        YES if is_sure else MAYBE,
        matches,
        doubts=() if is_sure else tuple(match.name.note for match in matches if match.name),
        either_of=families if len(families) > 1 and not model.is_wide else (),
    )


def _answer_unread(
    question: str, model: _Model, candidates: Sequence[SupportEntry], words: Sequence[Word]
) -> SupportAnswer:
    """A model that no entry reads beside these words. `candidates`: the entries with its name."""
    near = _entries_of_makers(words)
    strange_words = [
        piece.text
        for piece in words
        if not _is_known_for(model, piece) and not _entries_of_makers([piece])
    ]
    doubts = []
    if near and not any(entry in near for entry in candidates):  # such as "Raritan AP8959"
        vendors = dict.fromkeys(vendor for entry in candidates for vendor in entry.vendors)
        strange_words.append(model.text)
        if vendors:
            doubts.append(f"{printable(model.text)} is a name of {', '.join(vendors)}")
    elif not words:
        doubts.append(f"{printable(model.text)} is no name without its vendor")
    if not near and re.search(r"\d", model.text):
        near = tuple(candidates)
    result = _answer_strange(question, near, strange_words or [model.text], doubts)
    if strange_words and candidates and not doubts:
        return result._replace(alike=(model.text, *result.alike))
    return result


# ---- vendors and brands --------------------------------------------------------------------------


def _answer_words(question: str, words: Sequence[Word]) -> SupportAnswer:
    """The answer for words that name no model: yes if an entry knows all of them, else what is
    near, with the words that are strange.
    """
    if not words:
        return _answer_strange(question, (), ())
    if any("UPS" in word(piece.text).parts for piece in words):
        makers = _entries_of_makers(
            part for piece in words for part in (piece, *map(word, piece.text.split()))
        )
        ups = (entry for entry in entries() if entry.key == "nut" or "UPS" in entry.words)
        near = tuple(entry for entry in ups if entry.key == "nut" or entry in makers)
        return SupportAnswer(question, MAYBE, near=near, doubts=(UPS_ADVICE,))
    matches = tuple(
        Match(entry)
        for entry in entries()
        if all(_knows(entry, piece, with_shared=False) for piece in words)
    )
    if any(_names_alone(match.entry, piece) for match in matches for piece in words):
        return SupportAnswer(question, YES, matches)
    strange_words = [
        piece.text for piece in words if not any(_knows(entry, piece) for entry in entries())
    ]
    shared = {word(brand).squeezed: brand for entry in entries() for brand in entry.shared_brands}
    doubts = [
        f"{shared[piece.squeezed]} stands on PDUs of several makers, and some are read"
        for piece in words
        if piece.squeezed in shared and not strange_words
    ]
    known_words = [piece for piece in words if piece.text not in strange_words]
    near = _entries_of_makers(words) or tuple(
        entry
        for entry in entries()
        if known_words and all(_knows(entry, piece, with_shared=False) for piece in known_words)
    )
    if not any(_names_alone(entry, piece) for entry in near for piece in known_words):
        near = ()
    unknown = strange_words or ([] if doubts else [piece.text for piece in words])
    return _answer_strange(question, near, unknown, doubts)


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


def _knows(entry: SupportEntry, piece: Word, *, with_shared: bool = True) -> bool:
    """Whether the entry's names and descriptions have the word.

    `with_shared`: or its brands that other makers' PDUs have too.
    """
    if piece.squeezed in entry.words:
        return True
    if with_shared and any(word(brand).squeezed == piece.squeezed for brand in entry.shared_brands):
        return True
    # such as "Eaton-ePDU": every part but those that name no product, such as "PDU"
    parts = set(piece.parts) - GENERIC
    return len(piece.parts) > 1 and parts <= entry.words


def _names_alone(entry: SupportEntry, piece: Word) -> bool:
    """Whether the word names the entry without others: G3 does not, HP does."""
    return len(piece.squeezed) > 2 or piece.squeezed in entry.makers


def _entries_of_makers(words: Iterable[Word]) -> tuple[SupportEntry, ...]:
    """The entries whose vendor or brand is among the words."""
    names = {piece.squeezed for piece in words}
    return tuple(entry for entry in entries() if names & entry.makers)


def _alike(strange: str, near: Sequence[SupportEntry]) -> tuple[str, ...]:
    """Names that resemble the strange words together or one of them: models of the vendors that are
    near, else vendors, brands and families. Then models that begin with such a word.
    """
    text_by_name: dict[str, str] = {}
    for entry in near or entries():
        for text in (*entry.vendors, *entry.brands, entry.key):
            text_by_name.setdefault(word(text).squeezed, text)
        for name in entry.names if near else ():
            text_by_name.setdefault(sample(name.pattern), name.pattern.rstrip("*"))
    texts: list[str] = []
    for piece in map(word, (strange, *strange.split())):
        if not piece.is_generic:
            similar = similar_names(piece.squeezed, text_by_name, _NEAREST)
            texts += [text_by_name[name] for name in similar]
    names = [name for entry in near or entries() for name in entry.names]
    for piece in map(word, strange.split()):
        if len(piece.squeezed) >= _LEAST_BEGINNING and not piece.is_generic:
            texts += [
                name.pattern.rstrip("*")
                for name in names
                if continues(name.pattern, piece.squeezed)
                # a number without its letters, such as 8959 of APC
                or fits(name.pattern.lstrip(_LETTERS), piece.squeezed)
            ]
    return tuple(dict.fromkeys(texts))[:_NEAREST]
