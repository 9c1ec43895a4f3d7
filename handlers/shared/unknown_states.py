"""Reasons for unknown states, in sentences for the log that name several outlets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def reason_sentences(reasons: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A sentence for each reason, by pairs of an outlet's identity and a reason; "" is none.

    >>> list(reason_sentences([("1", "no answer"), ("2", ""), ("3", "no answer")]))
    ['outlets 1, 3: no answer']
    """
    identities_by_reason: dict[str, list[str]] = {}
    for identity, reason in reasons:
        if reason:
            identities_by_reason.setdefault(reason, []).append(identity)
    for reason, identities in identities_by_reason.items():
        noun = "outlet" if len(identities) == 1 else "outlets"
        yield f"{noun} {some(identities)}: {reason}"


def some(words: Sequence[str]) -> str:
    """The first five of `words`, and how many more there are.

    >>> some("12345"), some("123456")
    ('1, 2, 3, 4, 5', '1, 2, 3, 4, 5 and 1 more')
    """
    first_words = ", ".join(words[:5])
    more = len(words) - 5
    return f"{first_words} and {more} more" if more > 0 else first_words
