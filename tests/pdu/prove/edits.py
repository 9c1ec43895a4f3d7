"""Edits files of proofs at random, and looks whether `make proofs` would take them.

python -m tests.pdu.prove.edits [--number N]

An edit is a character of the text, or a value of the content with a hash that is right again: a
forgery. What nothing in the file can contradict is told and listed: docs/dev/proofs.md names it.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from pdu.prove import acceptance
from pdu.prove.document import UNIT, digest, parsed, written
from tests.pdu.prove.rig import RIGS, plant, proven

#: content that nothing in a file contradicts, so that only its hash guards it
FREE = (
    "made",
    "owner",
    "settings",
    "readings",
    "commands",
    "recording",
)


class Edited(NamedTuple):
    """What came of one edit."""

    #: where it was: "text", or the first names of the content
    place: str
    #: whether the file would be taken
    is_taken: bool
    #: whether a verdict, or what a table shows of a proof, is another one than before
    says_more: bool


def made(handler: str) -> str:
    """The file of a proof, as of a real unit."""
    with RIGS[handler](plant()) as rig:
        proof = proven(rig, look=True)
    return written(dataclasses.replace(proof, basis=UNIT))


def in_text(text: str, chance: random.Random) -> Edited:
    """One character is changed, left out or added; the hash is that of before."""
    at = chance.randrange(len(text))
    new = chance.choice('0123456789abcdef"{}[],: on')
    end = text[at + chance.choice((0, 1)) :]
    edited = text[:at] + chance.choice(("", new)) + end
    is_same = _content(edited) == _content(text)  # a blank between values, or no change
    taken = not is_same and not acceptance.problems(edited, date.today())
    return Edited("text", taken, taken)


def forged(text: str, chance: random.Random) -> Edited:
    """One value is changed, and the hash is right again."""
    whole = json.loads(text)
    content = whole["content"]
    holder, name, place = chance.choice([*_leaves(content, ())])
    holder[name] = _other(holder[name], chance)
    whole["sha256"] = digest(content)
    edited = json.dumps(whole)
    taken = not acceptance.problems(edited, date.today())
    return Edited(place, taken, taken and _told(edited) != _told(text))


def _content(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _told(text: str) -> Any:
    """What tables, pages and evidence take from a file."""
    proof: Any = parsed(text)
    return (
        proof.basis, proof.handler, proof.family, proof.manufacturer, proof.model, proof.firmware,
        {one.promise: one.verdict for one in proof.verdicts},
    )  # fmt: skip


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[Any, Any, str]]:
    """Each value that is no container, its holder and place."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for name, one in list(pairs):
        here = (*path, name) if isinstance(name, str) else path
        if isinstance(one, (dict, list)) and one:
            yield from _leaves(one, here)
        else:
            yield value, name, ".".join(here[:2]) or "content"


def _other(value: Any, chance: random.Random) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return chance.choice((value + 1, value * 10, -value, value / 2 + 0.5))
    if isinstance(value, str) and "\n" in value:  # the recording
        lines = value.split("\n")
        at = chance.randrange(len(lines))
        digits = re.sub("[0-9]", lambda found: str((int(found[0]) + 1) % 10), lines[at])
        lines[at] = chance.choice(("", digits, lines[at].replace("on", "off"), lines[at] + "1"))
        return "\n".join(lines)
    if isinstance(value, str):
        words = {"kept": "broken", "broken": "kept", "not tried": "kept", "on": "off", "off": "on"}
        return words.get(value, chance.choice((value + "9", value[1:], "kept", "PX3-5190R")))
    return chance.choice((1, "x", None, [], {}))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=200, help="edits of each kind (200)")
    number = parser.parse_args().number
    chance = random.Random(1)
    texts = [made(handler) for handler in RIGS]
    found = [in_text(chance.choice(texts), chance) for _ in range(number)]
    found += [forged(chance.choice(texts), chance) for _ in range(number)]
    places = Counter(one.place for one in found if one.is_taken)
    told = [one.place for one in found if one.says_more]
    print(f"{len(found)} edits, {sum(places.values())} taken, {len(told)} of them say more")
    for place, times in places.most_common():
        print(f"    {times}  {place}{'  SAYS MORE' if place in told else ''}")
    return 1 if told or any(place.partition(".")[0] not in FREE for place in places) else 0


if __name__ == "__main__":
    sys.exit(main())
