"""Answers "is this PDU supported?": the rows of the table in which all words of a question occur.

A *row* (`SupportEntry`) is a family of SNMP or a handler, with the *names* of models that it reads,
patterns such as AP89xx. A question is compared with each row as *compact words*: capitals without
hyphens, AP-8959 as AP8959. A *generic* word, such as SWITCHED, changes nothing.

A yes needs that every word is known for the same row, and that one of them is a model, a family, a
maker or a brand. With a word that is not known, the answer is "maybe" or "unknown", never a yes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple, Optional

from handlers.snmp.profile import ENTERPRISES

from .model_names import NAMES, Name
from .recognition import UPS_ADVICE, recognise
from .table import SupportEntry, entries
from .words import compact, fits, is_generic, model_names, needs_maker, parts_of, specificity

YES, NO, MAYBE, UNKNOWN = "yes", "no", "maybe", "unknown"
_OID = re.compile(
    r"(?:\.?(?:iso\.|1\.)3\.6\.1\.4\.1|(?:SNMPv2-SMI::)?enterprises)((?:\.\d+)+)\.?", re.IGNORECASE
)
_MOST_WORDS = 5  # of a name, such as "Web Power Switch Pro"
_LONGEST_TAIL = 4  # characters of a `*` in a name of several words, such as "AP8959 EU3"
# a capital behind a small letter, a hyphen, or a digit beside a letter: iBootBar, G-3, PX3
_MADE_UP_WORD = re.compile(r"[a-z][A-Z]|\w-\w|[A-Za-z][0-9]|[0-9][A-Za-z]")
_SHORTEST_NAME = 4  # characters of a name that needs no maker
_REFUSED_NAMES = tuple(name for name in NAMES if not name.key)


class Match(NamedTuple):
    """A row of the table that answers the question: for AP8959 the row of the family apc-rpdu2, and
    the pattern `AP89xx`.
    """

    entry: SupportEntry
    #: the pattern that fits the model; None if none does
    name: Optional[Name] = None

    @property
    def is_sure(self) -> bool:
        """Whether the model is surely read: no name fits it, or its name is not a "maybe"."""
        return self.name is None or self.name.sure


class SupportAnswer(NamedTuple):
    """Whether a PDU is supported, and what is known of it.

    AP8959         YES, matches [apc-rpdu2 with the pattern AP89xx]
    AP7551         NO, refused_name AP75xx*: a basic PDU has no network interface
    AP8959 foo     MAYBE, matches [apc-rpdu2], unknown_words ["FOO"]
    Acme           UNKNOWN, unknown_words ["ACME"]
    """

    question: str
    #: YES, NO (known not to be supported), MAYBE or UNKNOWN
    verdict: str
    #: what reads it, for YES; what may read it, for MAYBE
    matches: Sequence[Match] = ()
    #: why it is not supported, for NO
    refused_name: Optional[Name] = None
    #: the words that are not known beside the others
    unknown_words: Sequence[str] = ()
    #: sentences: why a MAYBE is no YES
    remarks: Sequence[str] = ()

    @property
    def families(self) -> Sequence[str]:
        """The keys of the SNMP families of the matches, such as ["apc-rpdu2"]; if there are
        several, the handler asks the unit which one it is.
        """
        return [match.entry.family for match in self.matches if match.entry.family]


class _Comparison(NamedTuple):
    """What one row of the table has of the words of a question. Of `AP8959 foo` and the row of
    apc-rpdu2, `known_count` is 1 and `unknown_words` is `["FOO"]`.
    """

    #: the row, with the name that a word of the question is
    match: Match
    #: the words that the row does not have
    unknown_words: Sequence[str]
    #: how many words it has
    known_count: int
    #: whether one of them is a model, the family, a maker or a brand of its own
    names_product: bool

    @property
    def has_all(self) -> bool:
        """Whether the row has all words, and one of them is no description, such as SWITCHED."""
        return self.names_product and not self.unknown_words


def answer(question: str) -> SupportAnswer:
    """The answer for a model, vendor, brand, family or sysObjectID, or for a mix of their words.

    >>> answer("ap-8959").verdict, answer("AP8959 foo").verdict, answer("AP7551").verdict
    ('yes', 'maybe', 'no')
    >>> answer("1.3.6.1.4.1.318.1.3.4.6").families
    ['apc-rpdu2']
    >>> answer("Acme").verdict
    'unknown'
    """
    for entry in entries():
        is_family_key = "-" in entry.key  # one without a hyphen, `netio`, is a maker's name, too
        if is_family_key and entry.key == question.strip():
            return SupportAnswer(question, YES, [Match(entry)])
    object_id = _OID.fullmatch(question.strip())
    if object_id:
        oid = ENTERPRISES.rstrip(".") + object_id[1]  # "enterprises.318" in full
        return _answer_for_object_id(question, oid)
    if "UPS" in parts_of(question):
        return SupportAnswer(question, MAYBE, remarks=[UPS_ADVICE])
    words = _question_words(question)
    comparisons = [_compare(entry, words) for entry in entries()]
    refused_name, other_words = _best_name(_REFUSED_NAMES, words)
    if refused_name is None or _is_named_better(comparisons, refused_name):
        return _answer_by_rows(question, comparisons, words)
    supported_names = [name for name in NAMES if name.key]
    supported_name, _ = _best_name(supported_names, other_words)
    if supported_name is not None:  # a supported model beside one that is not
        return SupportAnswer(question, MAYBE, remarks=["ask for one model at a time"])
    return SupportAnswer(question, NO, refused_name=refused_name)


def _answer_by_rows(
    question: str, comparisons: Sequence[_Comparison], words: Sequence[str]
) -> SupportAnswer:
    """The answer by the rows that have all words; where none has, by those that have the most.
    `comparisons`: of each row of the table with the compact `words` of the `question`.

    >>> words = ["APC", "AP8959"]
    >>> comparisons = [_compare(entry, words) for entry in entries()]
    >>> _answer_by_rows("APC AP8959", comparisons, words).families
    ['apc-rpdu2']
    """
    matches = [comparison.match for comparison in comparisons if comparison.has_all]
    # a model says more than the words of a description
    matches_by_model = [match for match in matches if match.name is not None]
    matches = matches_by_model or matches
    if any(match.is_sure for match in matches):
        return SupportAnswer(question, YES, matches)
    if matches:
        notes = [match.name.note for match in matches if match.name is not None]
        return SupportAnswer(question, MAYBE, matches, remarks=notes)
    model_matches = [Match(entry) for entry in entries() if _is_unmistakable_model(question, entry)]
    if model_matches:
        return SupportAnswer(question, YES, model_matches)
    return _answer_in_part(question, comparisons, words)


def _answer_for_object_id(question: str, oid: str) -> SupportAnswer:
    """The answer for a sysObjectID, `oid` in full: NO if it is of other devices alone, YES if it
    names a family, MAYBE if some families would be tried on such a device, else UNKNOWN.
    `question`: as it was typed, for the answer.

    >>> _answer_for_object_id("", "1.3.6.1.4.1.318.1.3.4.6").verdict
    'yes'
    >>> upses = _answer_for_object_id("", "1.3.6.1.4.1.534.2")
    >>> upses.verdict, upses.remarks[0].partition(";")[0]
    ('no', 'UPSs (eatonups) have this number')
    """
    recognition = recognise(oid)
    remarks = [recognition.sentence] if recognition.sentence else []
    if recognition.is_other:
        return SupportAnswer(question, NO, remarks=remarks)
    match_by_family = {entry.family: Match(entry) for entry in entries()}
    if recognition.families:
        matches = [match_by_family[family.key] for family in recognition.families]
        return SupportAnswer(question, YES, matches, remarks=remarks)
    candidates = [match_by_family[family.key] for family in recognition.candidates]
    verdict = MAYBE if candidates else UNKNOWN
    return SupportAnswer(question, verdict, candidates, unknown_words=[oid], remarks=remarks)


def _answer_in_part(
    question: str, comparisons: Sequence[_Comparison], words: Sequence[str]
) -> SupportAnswer:
    """The answer where no row has all words: MAYBE, by the rows that have the most of them.
    `comparisons`: of each row of the table with the compact words of the question.

        AP8959 foo    MAYBE, [apc-rpdu2], unknown_words ["FOO"]
        Acme          UNKNOWN, unknown_words ["ACME"]
        I-03          MAYBE, [geist-v5], remark: another maker's PDU may have this name: ...
    """
    most_known = max(comparison.known_count for comparison in comparisons)
    unknown_words = [word for word in words if not is_generic(word)]
    if not most_known:
        return SupportAnswer(question, UNKNOWN, unknown_words=unknown_words)
    nearest = [comparison for comparison in comparisons if comparison.known_count == most_known]
    common_unknown_words: list[str] = []
    for word in unknown_words:
        if all(word in comparison.unknown_words for comparison in nearest):
            common_unknown_words.append(word)
    remarks = []
    if not common_unknown_words:
        remarks.append("another maker's PDU may have this name: give its maker, too")
    return SupportAnswer(
        question,
        MAYBE,
        [comparison.match for comparison in nearest],
        unknown_words=common_unknown_words,
        remarks=remarks,
    )


# ---- the words of a question ---------------------------------------------------------------------


def _question_words(question: str) -> list[str]:
    """The compact words of a question; a maker's name of several words is one. A word with a hyphen
    that no row knows is taken apart.

    >>> _question_words("AP-8959 (Server Technology)")
    ['AP8959', 'SERVERTECHNOLOGY']
    >>> _question_words("over-foo")
    ['OVER', 'FOO']
    """
    words: list[str] = []
    for text in re.sub(r"[()\[\]{},]", " ", question).split():
        word = compact(text)
        words += [word] if _is_known(word) else parts_of(text)
    for count in (3, 2):
        for begin in range(len(words) - count + 1):
            whole_name = "".join(words[begin : begin + count])
            if whole_name in _maker_names():
                words[begin : begin + count] = [whole_name]
    return words


@cache
def _maker_names() -> frozenset[str]:
    """The compact names of all vendors and brands, such as SERVERTECHNOLOGY."""
    return frozenset().union(*[entry.makers for entry in entries()])


@cache
def _is_known(word: str) -> bool:
    """Whether a compact word is in a row, or the pattern of a model fits it.

    >>> _is_known("AP8959"), _is_known("FOO")
    (True, False)
    """
    if any(word in entry.words or word in entry.makers for entry in entries()):
        return True
    return any(fits(name, word) for name in NAMES)


def _is_unmistakable_model(question: str, entry: SupportEntry) -> bool:
    """Whether the question is the name of a model of the row, and is written as only a model is: at
    least four characters, with a capital behind a small letter, a hyphen, or a digit beside a
    letter. `I-03` and `ATS 16` could be anybody's.

    >>> ibootbar = answer("dataprobe-ibootbar").matches[0].entry
    >>> _is_unmistakable_model("iBootBar", ibootbar), _is_unmistakable_model("IBOOTBAR", ibootbar)
    (True, False)
    """
    model = compact(question)
    is_unmistakable = _MADE_UP_WORD.search(question) is not None and len(model) >= _SHORTEST_NAME
    models_of_row = map(compact, model_names(entry.models))
    return is_unmistakable and model in models_of_row


# ---- one row -------------------------------------------------------------------------------------


def _compare(entry: SupportEntry, words: Sequence[str]) -> _Comparison:
    """What a row has of the compact words of a question.

    `names_product` of the result: whether the words name a product of the row. A name of models
    does, but a pattern such as 5xxx, which has no fixed letter and could be a model of anybody,
    needs another word of the row beside it (`needs_maker`). Without a name, it is the family, or
    one of `own_makers`: makers and brands that are on no PDU of another maker, unlike some of
    `makers`.

    >>> apc = answer("apc-rpdu2").matches[0].entry
    >>> comparison = _compare(apc, ["AP8959", "FOO"])
    >>> comparison.match.name.pattern, comparison.known_count, comparison.unknown_words
    ('AP89xx', 1, ['FOO'])
    """
    name, other_words = _best_name(entry.names, words)
    specific_words = [word for word in other_words if not is_generic(word)]
    words_of_row = entry.words | entry.makers
    unknown_words = [word for word in specific_words if word not in words_of_row]
    known_count = len(specific_words) - len(unknown_words)
    names_maker = any(word in entry.own_makers for word in other_words)
    if name is None:
        names_product = names_maker or compact(entry.key) in words
    else:
        names_product = known_count > 0 or not needs_maker(name)
        known_count += 1
    return _Comparison(
        match=Match(entry, name),
        unknown_words=unknown_words,
        known_count=known_count,
        names_product=names_product,
    )


def _is_named_better(comparisons: Iterable[_Comparison], refused_name: Name) -> bool:
    """Whether a row is found by a name that is as specific as `refused_name`, the pattern of models
    that are not supported, or more.

    >>> apc = answer("apc-rpdu2").matches[0].entry
    >>> refused_name = Name("AP*", "", "")
    >>> _is_named_better([_compare(apc, ["AP8959"])], refused_name)
    True
    >>> _is_named_better([_compare(apc, ["APC"])], refused_name)
    False
    """
    for comparison in comparisons:
        name = comparison.match.name
        if name is not None and specificity(name) >= specificity(refused_name):
            return True
    return False


def _best_name(names: Iterable[Name], words: Sequence[str]) -> tuple[Optional[Name], Sequence[str]]:
    """The most specific of these names that some of the words are, and the other words; None and
    all words if they are none.

    >>> names = [Name("AP8*", "", ""), Name("AP89xx", "", "")]
    >>> name, other_words = _best_name(names, ["APC", "AP8959"])
    >>> name.pattern, other_words
    ('AP89xx', ['APC'])
    """
    best_name, other_words, best_specificity = None, words, 0
    for name in names:
        for begin, end in _runs(len(words)):
            if _is_name(name, words[begin:end]) and specificity(name) > best_specificity:
                best_name, best_specificity = name, specificity(name)
                other_words = [*words[:begin], *words[end:]]
    return best_name, other_words


def _runs(count: int) -> Iterator[tuple[int, int]]:
    """Begin and end of each run of neighbours among so many words, the longest first; a name has at
    most five words.

    >>> list(_runs(2))
    [(0, 2), (0, 1), (1, 2)]
    """
    for length in range(min(_MOST_WORDS, count), 0, -1):
        for begin in range(count - length + 1):
            yield begin, begin + length


def _is_name(name: Name, words: Sequence[str]) -> bool:
    """Whether these words together are a name. If they are several, the `*` of its pattern stands
    for at most four characters with a digit, such as EU3, and for no word such as BASIC.

    >>> name = Name("AP89xx*", "", "")
    >>> _is_name(name, ["AP8959", "EU3"]), _is_name(name, ["AP8959", "BASIC"])
    (True, False)
    """
    longest_tail: Optional[int] = None
    if len(words) > 1:
        ends_with_digits = re.search("[0-9]", words[-1]) is not None
        longest_tail = _LONGEST_TAIL if ends_with_digits else 0
    return fits(name, "".join(words), longest_tail)
