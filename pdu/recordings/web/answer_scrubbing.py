"""Puts stand-ins into the answers of a PDU over HTTP. Pure.

**What is not needed to read the PDU again is replaced**: in JSON the texts and names of members, in
other texts what stands between tags and quotes. Numbers and common words stay, unless their name
says that they are a secret. Where a group is read, its parts are tried: the texts of a member, the
numbers and words of a run.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional

from handlers.shared.errors import printable

from ..generic_words import has_only_generic_words, is_generic_name
from ..scrub import SECRETS, Scrubber, is_product, is_telling, kind_of, unread_groups
from .named_values import NamedValue, named_secrets, private_values, with_new_values
from .text_answers import NUMBER_OR_WORD, RUN, WORD, TextAnswer

#: JSON or a TextAnswer by request
Answers = Mapping[str, Any]

# kinds of groups
_MEMBER = "member"  # in JSON, all values of the members of one name
_NAME = "name"  # such a name
_TEXT = "text"  # one text of such members
_PRIVATE = "private"  # in another text, a value that is private by its name
_PARTS = {"run": RUN, "number": NUMBER_OR_WORD, "word": WORD}  # in another text, its parts
_MOST_SHOWN = 20


class Group(NamedTuple):
    """What is replaced together: `Group("member", "owner")` are all texts of the members of this
    name, `Group("text", "Schmidt", "owner")` is one text of them, `Group("word", "Schmidt")` a word
    of pages.
    """

    kind: str
    text: str
    #: of a _TEXT, the name of its member; of a _PRIVATE, its own name
    name: str = ""


class ScrubbedAnswers(NamedTuple):
    """Answers with stand-ins.

    >>> ScrubbedAnswers({"GET /": {"owner": "name-1", "state": "Live"}}, ["Live"]).kept_texts
    ['Live']
    """

    answers: dict[str, Any]
    #: texts that stay because the reading depends on them, and may say something of the owner
    kept_texts: Sequence[str]


def scrub_answers(
    answers: Answers,
    scrubber: Scrubber,
    read_values: Callable[[Answers], object],
    links: Optional[Collection[str]] = None,
) -> ScrubbedAnswers:
    """The answers with all replaced on which the result of `read_values` does not depend. `links`:
    of a documented interface, the members whose texts stay, as the names of all members.

    >>> answers = {"GET /": {"owner": "Schmidt", "state": "Live"}}
    >>> def read_values(answers):
    ...     return answers["GET /"].get("state")
    >>> scrub_answers(answers, Scrubber(), read_values)
    ScrubbedAnswers(answers={'GET /': {'name-1': 'name-2', 'state': 'Live'}}, kept_texts=['Live'])
    """
    # what looks private is sought once, in the texts that may stay
    public_answers = {key: without_private(answer, scrubber) for key, answer in answers.items()}

    def scrub(groups: Collection[Group]) -> dict[str, Any]:
        answers = public_answers.items()
        return {key: _with_stand_ins(answer, scrubber, groups) for key, answer in answers}

    unread: set[Group] = set()

    def try_groups(groups: Sequence[Group]) -> None:
        unread.update(unread_groups(_groups_to_try(groups, unread), unread, scrub, read_values))

    for groups in _stages_of_values(public_answers, links):
        try_groups(groups)
    for kind, pattern in _PARTS.items():
        # what a stand-in left of a longer part is a part, too
        texts = [answer for answer in scrub(unread).values() if isinstance(answer, TextAnswer)]
        parts = itertools.chain.from_iterable(text.parts(pattern) for text in texts)
        try_groups([Group(kind, part) for part in parts])
    clean_answers = scrub(unread)
    kept_texts = _kept_texts(clean_answers, scrubber, links)
    return ScrubbedAnswers(clean_answers, kept_texts)


def secrets_in(answers: Answers) -> list[str]:
    """The values in answers that are secrets by their names, if they are no common words or short
    numbers: they are sought and replaced everywhere.

    >>> secrets_in({"GET /": {"token": "7f3a91", "pin": 4}, "GET /a": TextAnswer("sid=9c2e17")})
    ['9c2e17', '7f3a91']
    """
    secrets: list[str] = []
    for answer in answers.values():
        if isinstance(answer, TextAnswer):
            secrets += named_secrets(answer)
    for name, value in members(answers.values()):
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            continue
        if kind_of(name) == SECRETS and is_telling(str(value)):
            secrets.append(str(value))
    return list(dict.fromkeys(secrets))


def kept_notes(kept_texts: Sequence[str]) -> Sequence[str]:
    """A sentence for the owner with the texts that stay because the reading depends on them; []
    without such texts.

    >>> kept_notes(["Live", "relay"])
    ["The handler's reading needs these, so they stay: Live, relay."]
    """
    if not kept_texts:
        return []
    first_texts = ", ".join(printable(text, 40) for text in kept_texts[:_MOST_SHOWN])
    further_count = len(kept_texts) - _MOST_SHOWN
    if further_count > 0:
        first_texts += f" and {further_count} more, at the head of the file"
    return [f"The handler's reading needs these, so they stay: {first_texts}."]


# ---- groups --------------------------------------------------------------------------------------


def _stages_of_values(answers: Answers, links: Optional[Collection[str]]) -> Iterator[list[Group]]:
    """The groups of answers from the largest to the smallest: first members, names and private
    values, then the texts of members.

    >>> for groups in _stages_of_values({"GET /": {"owner": "Schmidt"}}, links=None):
    ...     print([group.kind for group in groups])
    ['name', 'member']
    ['text']
    """
    named_members = list(members(answers.values()))
    texts = [answer for answer in answers.values() if isinstance(answer, TextAnswer)]
    groups: list[Group] = []
    for text in texts:
        groups += [_private_group(value) for value in private_values(text)]
    for name, _ in named_members:
        if links is None:
            groups.append(Group(_NAME, name))
        if name not in (links or ()):
            groups.append(Group(_MEMBER, name))
    yield groups
    tried_members = {group.text for group in groups if group.kind == _MEMBER}
    yield [
        Group(_TEXT, value, name)
        for name, value in named_members
        if isinstance(value, str) and name in tried_members
    ]


def _private_group(value: NamedValue) -> Group:
    return Group(_PRIVATE, value.value, value.name)


def _groups_to_try(groups: Sequence[Group], unread: Collection[Group]) -> list[Group]:
    """The groups, each once, without the texts of a member that is `unread` as a whole, and without
    parts of common words, which stay in any case.

    >>> groups = [Group("text", "Schmidt", "owner"), Group("word", "outlet"), Group("word", "Nord")]
    >>> _groups_to_try(groups, [Group("member", "owner")])
    [Group(kind='word', text='Nord', name='')]
    """
    new_groups: list[Group] = []
    for group in dict.fromkeys(groups):
        is_of_unread_member = group.kind == _TEXT and Group(_MEMBER, group.name) in unread
        is_generic_part = group.kind in _PARTS and has_only_generic_words(group.text)
        if not is_of_unread_member and not is_generic_part:
            new_groups.append(group)
    return new_groups


def members(documents: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """The names and values of all members of JSON; the elements of a list have its name.

    >>> list(members([{"relays": [1, {"on": 0}]}]))
    [('relays', [1, {'on': 0}]), ('relays', 1), ('relays', {'on': 0}), ('on', 0)]
    """
    stack: list[tuple[str, Any]] = [("", document) for document in documents]
    while stack:
        name, value = stack.pop()
        values: list[tuple[str, Any]] = []
        if isinstance(value, Mapping):
            values = list(value.items())
        elif isinstance(value, list):
            values = [(name, element) for element in value]
        yield from values
        stack += values


# ---- stand-ins -----------------------------------------------------------------------------------


def without_private(answer: Any, scrubber: Scrubber) -> Any:
    """An answer with stand-ins for secrets and for what looks private, even if the reading needs
    it.

    >>> without_private({"token": "7f3a91", "on": True, "ntp": "10.77.5.9"}, Scrubber())
    {'token': 'secret-1', 'on': True, 'ntp': '192.0.2.1'}
    """
    if isinstance(answer, TextAnswer):
        return TextAnswer(scrubber.scrub_kept_text(answer))

    def is_kept(name: str, value: object) -> bool:
        return kind_of(name) != SECRETS or not is_telling(str(value))

    return scrubber.scrub_json(answer, is_kept, scrubber.scrub_known_values)


def _with_stand_ins(
    answer: Any, scrubber: Scrubber, groups: Collection[Group], name: str = ""
) -> Any:
    """An answer, or a value below it in the member of this name; these groups have stand-ins.

    >>> answer = {"owner": "Schmidt", "state": "Live"}
    >>> _with_stand_ins(answer, Scrubber(), [Group("member", "owner")])
    {'owner': 'name-1', 'state': 'Live'}
    """
    if isinstance(answer, TextAnswer):
        return _text_with_stand_ins(answer, scrubber, groups)
    if isinstance(answer, Mapping):
        new_members: dict[str, Any] = {}
        for member_name, value in answer.items():
            new_name = member_name
            if Group(_NAME, member_name) in groups and not is_generic_name(member_name):
                new_name = scrubber.scrub_free_text(member_name)
            new_members[new_name] = _with_stand_ins(value, scrubber, groups, member_name)
        return new_members
    if isinstance(answer, list):
        return [_with_stand_ins(element, scrubber, groups, name) for element in answer]
    is_of_member = Group(_MEMBER, name) in groups
    if not isinstance(answer, str):
        return scrubber.scrub_number(answer, name) if is_of_member else answer
    if not is_of_member and Group(_TEXT, answer, name) not in groups:
        return answer
    if is_product(name) or scrubber.is_stand_in(answer):
        return answer
    return scrubber.scrub_free_text(answer, kind_of(name))


def _text_with_stand_ins(
    text: TextAnswer, scrubber: Scrubber, groups: Collection[Group]
) -> TextAnswer:
    """A text with stand-ins for the private values and the parts that are among these groups.

    >>> page = TextAnswer("<td>Schmidt</td><td>on</td>")
    >>> str(_text_with_stand_ins(page, Scrubber(), [Group("run", "Schmidt")]))
    '<td>name-1</td><td>on</td>'
    """

    def new_value(value: NamedValue) -> str:
        if _private_group(value) not in groups:
            return value.value
        return scrubber.scrub_free_text(value.value, value.kind)

    text = TextAnswer(with_new_values(text, private_values(text), new_value))
    for kind, pattern in _PARTS.items():

        def new_part(part: str, kind: str = kind) -> str:
            if Group(kind, part) not in groups or scrubber.is_stand_in(part):
                return part
            return scrubber.scrub_free_text(part)

        text = text.changed(pattern, new_part)
    return text


def _kept_texts(
    answers: Answers, scrubber: Scrubber, links: Optional[Collection[str]]
) -> list[str]:
    """The texts that stay and are no common words, numbers or stand-ins, each once: values, then
    names.

    >>> _kept_texts({"GET /": {"zustand": "Ein", "on": 1}}, Scrubber(), None)
    ['Ein', 'zustand']
    """
    texts: list[str] = []
    names: list[str] = []
    for answer in answers.values():
        if isinstance(answer, TextAnswer):
            texts += answer.parts(NUMBER_OR_WORD)
    for name, value in members(answers.values()):
        names.append(name)
        if isinstance(value, str) and name not in (links or ()):
            texts.append(value)
    telling_texts = [text for text in texts if not has_only_generic_words(text)]
    if links is None:
        telling_texts += [name for name in names if not is_generic_name(name)]
    return [text for text in dict.fromkeys(telling_texts) if not scrubber.is_stand_in(text)]
