"""The list of PDUs: search, order, totals, and the progress of "Poll all now"."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Optional

from ..records import Pdu
from .shown import counts, failing, is_old, where

_SHOWN_SECONDS = 20.0  # how long the progress stays after its end


def _load(pdu: Pdu) -> float:
    return -pdu.load_a if "load" in pdu.metered else 1.0


def _energy(pdu: Pdu) -> float:
    return -pdu.energy_kwh if "energy" in pdu.metered else 1.0


# Key of an order → its words, and the key to sort by. The highest figure comes first; equal PDUs
# stay in the order in which they were added.
ORDERS: Mapping[str, tuple[str, Callable[[Pdu], Any]]] = {
    "failures": ("failures first", lambda pdu: not failing(pdu)),
    "name": ("name", lambda pdu: pdu.name.casefold()),
    "address": ("address", where),
    "load": ("highest load", _load),
    "energy": ("highest energy", _energy),
    "poll": ("oldest poll", lambda pdu: pdu.polled_at),
}
FIRST = "failures"


def found(pdus: Sequence[Pdu], words: str, names: Mapping[str, str], order: str) -> list[Pdu]:
    """The PDUs that have `words` in their name, address, notes, handler, or in the name of an outlet,
    in an order of `ORDERS`. `names`: the words for each handler.
    """
    wanted = words.casefold().strip()

    def has(pdu: Pdu) -> bool:
        texts = [pdu.name, where(pdu), pdu.notes, pdu.handler, names.get(pdu.handler, "")]
        texts += [label.name for label in pdu.labels.values()]
        return any(wanted in text.casefold() for text in texts)

    return sorted((pdu for pdu in pdus if has(pdu)), key=ORDERS[order][1])


class Totals(NamedTuple):
    """Sums over PDUs; `loads` is how many of them are in the load: the metered ones whose last
    reading succeeded. Energy counters began at different times, so they have no sum.
    """

    pdus: int
    failing: int
    on: int
    off: int
    unknown: int
    stale: int
    load: float
    loads: int


def totals(pdus: Sequence[Pdu]) -> Totals:
    seen = [counts(pdu) for pdu in pdus]
    loads = [pdu.load_a for pdu in pdus if "load" in pdu.metered and not is_old(pdu)]
    return Totals(
        len(pdus),
        sum(failing(pdu) for pdu in pdus),
        sum(one["on"] for one in seen),
        sum(one["off"] for one in seen),
        sum(one["unknown"] for one in seen),
        sum(one["stale"] for one in seen),
        sum(loads),
        len(loads),
    )


@dataclass
class Round:
    """One "Poll all now". `began` and `ended` are in seconds since 1970; `ended` is 0.0 before."""

    began: float
    pdus: Sequence[int]
    ended: float = 0.0


class Progress(NamedTuple):
    of: int
    done: int
    failed: int


def progress(turn: Optional[Round], pdus: Sequence[Pdu]) -> Optional[Progress]:
    """How many PDUs of the round have been polled since it began; None without a round, or some
    seconds after its end. A PDU that was removed meanwhile does not count.
    """
    if turn is None or (turn.ended and time.time() - turn.ended > _SHOWN_SECONDS):
        return None
    known = [pdu for pdu in pdus if pdu.id in set(turn.pdus)]
    polls = [pdu.last_poll for pdu in known]
    done = [poll for poll in polls if poll is not None and poll.at >= turn.began]
    if len(done) == len(known) and not turn.ended:
        turn.ended = time.time()
    return Progress(len(known), len(done), sum(not poll.ok for poll in done))
