"""Puts stand-ins into the answers of a PDU over HTTP. Pure.

**What is not needed to read the PDU again is replaced**: in JSON the texts and names of members, in
other texts what stands between tags and quotes. Numbers and common words stay, unless their name
says that they are a secret.

stand-in      a text such as name-3 or secret-1, which a Scrubber gives; equal texts get equal ones
group         values that get stand-ins together, such as all texts of members called "owner"
replaceable   of a group: with stand-ins for its values, the handler reads the same as without
part          a run (what stands between tags or quotes), a number or a word of a page

If a group is not replaceable, smaller ones of it are tried: single texts of a member, then runs,
numbers and words of a page.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional

from handlers.shared.errors import printable

from ..generic_words import has_only_generic_words, is_generic_name
from ..scrub import SECRETS, Scrubber, is_distinctive, is_product, kind_of, replaceable_groups
from .named_values import NamedValue, named_secrets, private_values, with_new_values
from .text_answers import NUMBER_OR_WORD, RUN, WORD, TextAnswer

#: JSON or a TextAnswer by request
Answers = Mapping[str, Any]

# kinds of groups
_MEMBER = "member"  # in JSON, all values of the members of one name
_NAME = "name"  # such a name
_TEXT = "text"  # one text of such members
_PRIVATE = "private"  # in another text, a value that is private by its name
_PART_PATTERNS = {"run": RUN, "number": NUMBER_OR_WORD, "word": WORD}  # parts of another text
_MOST_SHOWN = 20


class Group(NamedTuple):
    """Values that get stand-ins together: `Group("member", "owner")` are all texts of the JSON
    members of this name, `Group("text", "Schmidt", "owner")` is one text of them, `Group("name",
    "owner")` is such a name, `Group("word", "Schmidt")` is a word of pages.
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
    """The answers with stand-ins for all on which the result of `read_values`, that is what the
    handler reads, does not depend. `links`: None, or for a documented interface such as Redfish the
    members whose texts stay; then the names of all members stay too.

    >>> answers = {"GET /": {"owner": "Schmidt", "state": "Live"}}
    >>> def read_values(answers):
    ...     return answers["GET /"].get("state")
    >>> scrub_answers(answers, Scrubber(), read_values)
    ScrubbedAnswers(answers={'GET /': {'name-1': 'name-2', 'state': 'Live'}}, kept_texts=['Live'])
    """
    # what looks private is sought once, in the texts that may stay
    public_answers = {key: without_private(answer, scrubber) for key, answer in answers.items()}
    replaceable: set[Group] = set()

    def scrub(groups: Collection[Group]) -> dict[str, Any]:
        answers = public_answers.items()
        return {key: _with_stand_ins(answer, scrubber, groups) for key, answer in answers}

    def try_groups(groups: Sequence[Group]) -> None:
        """Add those of the groups that are replaceable to `replaceable`."""
        open_groups = _undecided_groups(groups, replaceable)
        replaceable.update(replaceable_groups(open_groups, replaceable, scrub, read_values))

    for groups in _stages_of_values(public_answers, links):
        try_groups(groups)
    for kind, pattern in _PART_PATTERNS.items():
        # parts of the clean answers: runs without stand-ins fall into words
        texts = [text for text in scrub(replaceable).values() if isinstance(text, TextAnswer)]
        parts = itertools.chain.from_iterable(text.parts(pattern) for text in texts)
        try_groups([Group(kind, part) for part in parts])
    clean_answers = scrub(replaceable)
    kept_texts = _kept_texts(clean_answers, scrubber, links)
    return ScrubbedAnswers(clean_answers, kept_texts)


def secrets_in(answers: Answers) -> list[str]:
    """The values in answers that are secrets by their names, each once, in order to replace them
    everywhere. Common words and short numbers, which may be states or figures, are left out.

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
        if kind_of(name) == SECRETS and is_distinctive(str(value)):
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
    """The groups of the values in answers, in two lists: first whole members, their names, and the
    private values of pages; then single texts of members, to be tried where the member is not
    replaceable. `links`: as of `scrub_answers`; None if names are replaced too.

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
    member_names = {group.text for group in groups if group.kind == _MEMBER}
    yield [
        Group(_TEXT, value, name)
        for name, value in named_members
        if isinstance(value, str) and name in member_names
    ]


def _private_group(value: NamedValue) -> Group:
    return Group(_PRIVATE, value.value, value.name)


def _undecided_groups(groups: Sequence[Group], replaceable: Collection[Group]) -> list[Group]:
    """The groups, each once, of which it must be tried whether they are replaceable. It is known of
    a text of a member that is replaceable whole, and of a part of common words, which always stays.

    >>> groups = [Group("text", "Schmidt", "owner"), Group("word", "outlet"), Group("word", "Nord")]
    >>> _undecided_groups(groups, replaceable=[Group("member", "owner")])
    [Group(kind='word', text='Nord', name='')]
    """
    undecided_groups: list[Group] = []
    for group in dict.fromkeys(groups):
        is_in_member = group.kind == _TEXT and Group(_MEMBER, group.name) in replaceable
        is_generic_part = group.kind in _PART_PATTERNS and has_only_generic_words(group.text)
        if not is_in_member and not is_generic_part:
            undecided_groups.append(group)
    return undecided_groups


def members(documents: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """The names and values of all members in JSON documents; each element of a list has the name of
    the list. A text that is no JSON has none.

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
    """A copy of an answer with stand-ins for secrets, addresses and serial numbers, which must not
    stay even if the handler reads them.

    >>> without_private({"token": "7f3a91", "on": True, "ntp": "10.77.5.9"}, Scrubber())
    {'token': 'secret-1', 'on': True, 'ntp': '192.0.2.1'}
    """
    if isinstance(answer, TextAnswer):
        return TextAnswer(scrubber.scrub_kept_text(answer))

    def is_kept(name: str, value: object) -> bool:
        return kind_of(name) != SECRETS or not is_distinctive(str(value))

    return scrubber.scrub_json(answer, is_kept, scrubber.scrub_known_values)


def _with_stand_ins(
    answer: Any, scrubber: Scrubber, groups: Collection[Group], name: str = ""
) -> Any:
    """A copy of an answer with stand-ins for these groups. `name`: "" for a whole answer, else the
    member in which the value `answer` is.

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
    """A page with stand-ins for its values that are among these groups: first private ones, whose
    names say that they are secrets, places or contacts (`private_values`), then runs, numbers and
    words.

    >>> page = TextAnswer("<td>Schmidt</td><td>on</td>")
    >>> str(_text_with_stand_ins(page, Scrubber(), [Group("run", "Schmidt")]))
    '<td>name-1</td><td>on</td>'
    """

    def new_value(value: NamedValue) -> str:
        """The stand-in of a private value, or the value if its group is not among these."""
        if _private_group(value) not in groups:
            return value.value
        return scrubber.scrub_free_text(value.value, value.kind)

    text = TextAnswer(with_new_values(text, private_values(text), new_value))
    for kind, pattern in _PART_PATTERNS.items():

        def new_part(part: str, kind: str = kind) -> str:
            """The stand-in of a part, or the part if its group is not among these."""
            if Group(kind, part) not in groups or scrubber.is_stand_in(part):
                return part
            return scrubber.scrub_free_text(part)

        text = text.changed(pattern, new_part)
    return text


def _kept_texts(
    answers: Answers, scrubber: Scrubber, links: Optional[Collection[str]]
) -> list[str]:
    """The texts in clean answers that may say something of the owner, each once: values, then names
    of members, without common words, numbers and stand-ins. The owner is told of them.

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
    special_texts = [text for text in texts if not has_only_generic_words(text)]
    if links is None:
        special_texts += [name for name in names if not is_generic_name(name)]
    return [text for text in dict.fromkeys(special_texts) if not scrubber.is_stand_in(text)]
