"""Doubts about the states of outlets: what denies an "off", and sentences for the log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .meter_figures import MeterFigures, measured

# What the meter of an open relay may show. Behind a welded one were 85.2 W
# (notDIRK/shelly-cloud-diy-ha, pull request 34).
_NOISE_W = 5.0
_NOISE_A = 0.05


def denial_of_off(figures: MeterFigures) -> str:
    """Why an outlet that is reported as off is not: what its own meter shows now, in the same
    answer. "" if nothing denies it.
    """
    power = measured(figures.power_w)
    current = measured(figures.current_a)
    if power is not None and power > _NOISE_W:
        return f"it is reported as off, but its meter shows {power:g} W"
    if current is not None and current > _NOISE_A:
        return f"it is reported as off, but its meter shows {current:g} A"
    return ""


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
