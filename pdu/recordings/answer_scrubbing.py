"""Puts stand-ins into the answers of a unit over HTTP. Pure.

**What is not needed to read the unit again is replaced**: in JSON the texts and names of members,
in other texts what stands between tags and quotes. Numbers and common words stay, unless their name
or place says that they are a secret. Where a group is read, its parts are tried: the texts of a
member, the numbers and words of a run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Callable, NamedTuple

from handlers.shared.errors import printable

from .generic_words import has_only_generic_words, is_generic_name
from .named_values import NamedValue, named_secrets, private_values, with_values_replaced
from .scrub import SECRETS, Scrubber, is_product, is_telling, kind_of, unread_groups
from .text_answers import NUMBER_OR_WORD, RUN, WORD, TextAnswer

#: JSON or a TextAnswer by request
Answers = Mapping[str, Any]

# kinds of groups: all texts of the members of a name, such a name, one text of such a member;
# a value of a text that is private by its name; parts of a text
_MEMBER, _NAME, _TEXT, _PRIVATE = "member", "name", "text", "private"
_PARTS = {"run": RUN, "number": NUMBER_OR_WORD, "word": WORD}
_MOST_SHOWN = 20


class Group(NamedTuple):
    """What is replaced together."""

    kind: str
    text: str
    #: of a _TEXT, the name of its member; of a _PRIVATE, its own name
    name: str = ""


class ScrubbedAnswers(NamedTuple):
    """Answers with stand-ins."""

    answers: dict[str, Any]
    #: texts that stay because the reading depends on them, and may say something of the owner
    kept: Sequence[str]


def scrub_answers(
    answers: Answers, scrubber: Scrubber, read: Callable[[Answers], object]
) -> ScrubbedAnswers:
    """The answers with all replaced on which `read` does not depend."""
    # what looks private is sought once, in the texts that may stay
    kept_answers = {key: _kept(answer, scrubber) for key, answer in answers.items()}

    def scrub(replaced: Collection[Group]) -> dict[str, Any]:
        return {key: _scrubbed(answer, scrubber, replaced) for key, answer in kept_answers.items()}

    replaced: set[Group] = set()
    for groups in _stages(kept_answers):
        replaced = unread_groups(_new(groups, replaced), replaced, scrub, read)
    clean_answers = scrub(replaced)
    return ScrubbedAnswers(clean_answers, _kept_texts(clean_answers, scrubber))


def secrets_in(answers: Answers) -> list[str]:
    """The values in answers that are secrets by their names, if they are no common words or short
    numbers: they are sought and replaced everywhere.
    """
    secrets: list[str] = []
    for answer in answers.values():
        if isinstance(answer, TextAnswer):
            secrets += named_secrets(answer)
    for name, value in members(answers.values()):
        is_value = isinstance(value, (str, int)) and not isinstance(value, bool)
        if is_value and kind_of(name) == SECRETS and is_telling(str(value)):
            secrets.append(str(value))
    return list(dict.fromkeys(secrets))


def kept_notes(kept: Sequence[str]) -> Sequence[str]:
    """For the owner, what stays because the handler's reading depends on it."""
    if not kept:
        return []
    shown = ", ".join(printable(text, 40) for text in kept[:_MOST_SHOWN])
    more = len(kept) - _MOST_SHOWN
    if more > 0:
        shown += f" and {more} more, at the head of the file"
    return [f"The handler's reading needs these, so they stay: {shown}."]


# ---- groups --------------------------------------------------------------------------------------


def _stages(answers: Answers) -> Iterator[list[Group]]:
    """The groups from the largest to the smallest."""
    named_members = list(members(answers.values()))
    texts = [answer for answer in answers.values() if isinstance(answer, TextAnswer)]
    groups = [_group_of(value) for text in texts for value in private_values(text)]
    for name, _ in named_members:
        groups += [Group(_NAME, name), Group(_MEMBER, name)]
    yield groups
    yield [Group(_TEXT, value, name) for name, value in named_members if isinstance(value, str)]
    for kind, pattern in _PARTS.items():
        yield [Group(kind, part) for text in texts for part in text.parts(pattern)]


def _group_of(value: NamedValue) -> Group:
    return Group(_PRIVATE, value.value, value.name)


def _new(groups: Sequence[Group], replaced: Collection[Group]) -> list[Group]:
    """The groups, each once, without the parts of what is replaced already."""
    new_groups: list[Group] = []
    for group in dict.fromkeys(groups):
        is_replaced = group.kind == _TEXT and Group(_MEMBER, group.name) in replaced
        is_generic = group.kind in _PARTS and has_only_generic_words(group.text)
        if not is_replaced and not is_generic:
            new_groups.append(group)
    return new_groups


def members(documents: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """The names and values of all members of JSON; the elements of a list have its name."""
    waiting: list[tuple[str, Any]] = [("", document) for document in documents]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, Mapping):
            for member_name, member in value.items():
                yield member_name, member
                waiting.append((member_name, member))
        elif isinstance(value, list):
            for element in value:
                yield name, element
                waiting.append((name, element))


# ---- stand-ins -----------------------------------------------------------------------------------


def _kept(answer: Any, scrubber: Scrubber) -> Any:
    """An answer that stays, without secrets and what looks private."""
    if isinstance(answer, TextAnswer):
        return TextAnswer(scrubber.scrub_kept_text(answer))

    def is_kept(name: str, value: object) -> bool:
        return kind_of(name) != SECRETS or not is_telling(str(value))

    return scrubber.scrub_json(answer, is_kept, scrubber.scrub_known_values)


def _scrubbed(answer: Any, scrubber: Scrubber, replaced: Collection[Group], name: str = "") -> Any:
    """An answer, or a value below it in the member of this name, in which these groups are
    replaced.
    """
    if isinstance(answer, TextAnswer):
        return _scrubbed_text(answer, scrubber, replaced)
    if isinstance(answer, Mapping):
        new_members: dict[str, Any] = {}
        for member_name, value in answer.items():
            new_name = member_name
            if Group(_NAME, member_name) in replaced and not is_generic_name(member_name):
                new_name = scrubber.scrub_free_text(member_name)
            new_members[new_name] = _scrubbed(value, scrubber, replaced, member_name)
        return new_members
    if isinstance(answer, list):
        return [_scrubbed(element, scrubber, replaced, name) for element in answer]
    is_replaced = Group(_MEMBER, name) in replaced
    if isinstance(answer, str):
        is_replaced = is_replaced or Group(_TEXT, answer, name) in replaced
        is_stand_in = scrubber.is_stand_in(answer)
        if not is_replaced or is_product(name) or is_stand_in:
            return answer
        return scrubber.scrub_free_text(answer, kind_of(name))
    return scrubber.scrub_number(answer, name) if is_replaced else answer


def _scrubbed_text(text: TextAnswer, scrubber: Scrubber, replaced: Collection[Group]) -> TextAnswer:
    def replacement(value: NamedValue) -> str:
        if _group_of(value) not in replaced:
            return value.value
        return scrubber.scrub_free_text(value.value, value.kind)

    text = TextAnswer(with_values_replaced(text, private_values(text), replacement))
    for kind, pattern in _PARTS.items():

        def scrub_part(part: str, kind: str = kind) -> str:
            is_replaced = Group(kind, part) in replaced and not scrubber.is_stand_in(part)
            return scrubber.scrub_free_text(part) if is_replaced else part

        text = text.changed(pattern, scrub_part)
    return text


def _kept_texts(answers: Answers, scrubber: Scrubber) -> list[str]:
    """The texts that stay and are no common words or numbers, each once: values, then names."""
    texts: list[str] = []
    names: list[str] = []
    for answer in answers.values():
        if isinstance(answer, TextAnswer):
            texts += answer.parts(NUMBER_OR_WORD)
    for name, value in members(answers.values()):
        names.append(name)
        if isinstance(value, str):
            texts.append(value)
    kept = [text for text in texts if not has_only_generic_words(text)]
    kept += [name for name in names if not is_generic_name(name)]
    return [text for text in dict.fromkeys(kept) if not scrubber.is_stand_in(text)]
