"""Sentences for the log that name several outlets: doubts about their states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def doubt_sentences(doubts: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A sentence for each doubt, by pairs of an outlet's identity and a doubt; "" is none."""
    identities_by_doubt: dict[str, list[str]] = {}
    for identity, doubt in doubts:
        if doubt:
            identities_by_doubt.setdefault(doubt, []).append(identity)
    for doubt, identities in identities_by_doubt.items():
        noun = "outlet" if len(identities) == 1 else "outlets"
        yield f"{noun} {some(identities)}: {doubt}"


def some(words: Sequence[str]) -> str:
    """The first five of `words`, and how many more there are."""
    first_words = ", ".join(words[:5])
    more = len(words) - 5
    return f"{first_words} and {more} more" if more > 0 else first_words
