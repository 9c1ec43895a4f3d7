"""Sentences for the log about outlets whose state is in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def doubt_sentences(doubts: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A sentence for each doubt, by pairs of an outlet's identity and a doubt; "" is none."""
    identities: dict[str, list[str]] = {}
    for identity, doubt in doubts:
        if doubt:
            identities.setdefault(doubt, []).append(identity)
    for doubt, of_doubt in identities.items():
        noun = "outlet" if len(of_doubt) == 1 else "outlets"
        yield f"{noun} {some(of_doubt)}: {doubt}"


def some(words: Sequence[str]) -> str:
    """The first five of `words`, and how many more there are."""
    return ", ".join(words[:5]) + (f" and {len(words) - 5} more" if len(words) > 5 else "")
