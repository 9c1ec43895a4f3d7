"""A sweep: each answer of a device is spoilt in each way, alone or two together, and what a handler
then shows is compared with what it shows of the sound device.

A figure or state that is not known is right, and so is an error of the whole call. Anything else
that differs is a falsehood: an outlet that is no longer there, a figure that is "not metered" or
another one, another state. A handler's test brings the device, the ways and its exceptions, each
with the reason why nothing can show it.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Callable, NamedTuple, Union

from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import Figure, NotKnown
from pdu_common.helper import EnumPowerStatus

#: what a handler shows, by name: "load", "7 kWh", "7" for its state
Shown = Mapping[str, Union[Figure, EnumPowerStatus]]


class Spoilt(NamedTuple):
    """One answer and what is wrong with it."""

    #: the call, variable, document or leaf, as the handler's test names it
    answer: str
    #: "null", "empty", "code 5"
    way: str


Case = tuple[Spoilt, ...]


def single_cases(answers: Iterable[str], ways: Sequence[str]) -> list[Case]:
    """One case for each answer and each way to spoil it."""
    return [(Spoilt(answer, way),) for answer in answers for way in ways]


def random_pairs(answers: Iterable[str], ways: Sequence[str], count: int, seed: int) -> list[Case]:
    """Up to `count` cases of two different answers, the same for each seed."""
    chance = random.Random(seed)
    pairs = list(itertools.combinations(dict.fromkeys(answers), 2))
    return [
        (Spoilt(first, chance.choice(ways)), Spoilt(second, chance.choice(ways)))
        for first, second in chance.sample(pairs, min(count, len(pairs)))
    ]


def falsehoods(true_values: Shown, values: Shown) -> list[str]:
    """What is false in `values`, if `true_values` is what the sound device shows."""
    sentences: list[str] = []
    for name, value in true_values.items():
        if name not in values:
            sentences.append(f"{name} is gone")
        elif not (values[name] == value or is_unknown(values[name])):
            sentences.append(f"{name}: {value} became {values[name]}")
    sentences += [f"{name} is new" for name in values if name not in true_values]
    return sentences


def is_unknown(value: Union[Figure, EnumPowerStatus]) -> bool:
    """Whether a handler says that it does not know this figure or state."""
    return isinstance(value, NotKnown) or value is EnumPowerStatus.UNKNOWN


def swept(
    read: Callable[[Case], Shown], cases: Iterable[Case], why_excepted: Callable[[Spoilt], str]
) -> list[str]:
    """The falsehoods of all cases, as text. `read` reads the device with the answers of a case
    spoilt.

    `why_excepted`: the reason why nothing can show this spoilt answer, "" for any other. A case
    with an excepted answer is left out.
    """
    true_values = read(())
    sentences: list[str] = []
    for case in cases:
        if any(why_excepted(spoilt) for spoilt in case):
            continue
        try:
            values = read(case)
        except PduHandlerError:
            continue
        sentences += [
            f"{_named(case)}: {falsehood}" for falsehood in falsehoods(true_values, values)
        ]
    return sentences


def _named(case: Case) -> str:
    return " and ".join(f"{answer} {way}" for answer, way in case)
