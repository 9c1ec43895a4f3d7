"""The lies that a simulated unit tells, and the promise that names each of them.

python -m tests.pdu.evidence.prove.lies

prints the matrix of lies and handlers, with what was left behind.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pdu.evidence.prove.contract import COMMANDS
from pdu.evidence.prove.document import BROKEN, KEPT, OwnerAnswers, UnitProof
from tests.pdu.evidence.prove.rig import OUTLETS, RIGS, Plant, Rig, plant, proven


class Lie(NamedTuple):
    """What a unit does, and what names it."""

    #: of the plant
    lies: Mapping[str, Any]
    #: promise -> words of its finding, one of which must be there
    named: Mapping[str, tuple[str, ...]]
    verdict: str = BROKEN
    #: further arguments of the proof
    more: Mapping[str, Any] = {}
    #: what is done with the rig before
    before: Callable[[Rig], object] = lambda rig: None


class Named(NamedTuple):
    """What came of a proof of a unit that lies."""

    #: the finding that names the lie; "" if none does
    by: str
    proof: UnitProof
    plant: Plant
    #: outlets that are off and were on, and the other way round, a minute later
    moved: tuple[str, ...]


_FRONT = OwnerAnswers(6, None, None, None)
_NOT_DONE = ("was not reported off",)
LIES: dict[str, Lie] = {
    "stuck relay": Lie({"stuck": True}, {"switches": _NOT_DONE}),
    "wrong neighbour": Lie(
        {"moves": {"2": "3"}}, {"neighbours": ("outlet 3 went off after the command off",)}
    ),
    "late": Lie({"late_s": 14.0}, {"switches": ("it is late",)}),
    "falls back after 0.2 s": Lie(
        {"falls_back_s": 0.2}, {"stays": ("it falls back",), "switches": _NOT_DONE}
    ),
    "falls back after 1 s": Lie({"falls_back_s": 1.0}, {"stays": ("it falls back",)}),
    "frozen meter": Lie({"frozen": True}, {"meter": ("its meter is frozen",)}),
    "factor 10": Lie({"factor": 10.0}, {"sums": ("a factor of 9.",)}),
    "factor 1,000": Lie(
        {"factor": 1000.0, "load_a": 0.05}, {"sums": ("a factor of", "outlets carry")}
    ),
    "echo": Lie({"echoes": True}, {"meter": ("the unit echoes the command",)}),
    "echo of state and figures": Lie(
        {"echoes": True, "figures_follow": True}, {"meter": ("its figures follow the command",)}
    ),
    "echo without a load, seen by the owner": Lie(
        {"echoes": True, "load_a": 0.0},
        {"dark": ("the unit echoes the command",)},
        more={"look": False},
    ),
    "renumbered chain": Lie(
        {"renumbers": True}, {"neighbours": ("went off after the command off",)}
    ),
    "renumbered between the readings": Lie(
        {"renumbers_after_s": 60.0}, {"twice": ("was off, and on", "was on, and off")}
    ),
    "lost last answer": Lie(
        {},
        {"answered": ("had no usable answer, and a reading showed",)},
        verdict=KEPT,
        before=lambda rig: rig.lose_answer(COMMANDS),
    ),
    "a count that lies, by the owner": Lie(
        {}, {"list": ("4 outlets listed, and the front has 6",)}, more={"owner": _FRONT}
    ),
    "a count that lies, by the unit": Lie(
        {"says_count": 6}, {"list": ("the unit's own answers give no list: protocol",)}
    ),
}


def told(handler: str, lie: Lie) -> Named:
    """A proof of a unit of this handler that tells the lie."""
    made, began = plant(**lie.lies), plant().contact
    with RIGS[handler](made) as rig:
        lie.before(rig)
        proof = proven(rig, records=False, **lie.more)
    by = ""
    for key, words in lie.named.items():
        found = proof.verdict(key)
        if found is not None and found.verdict == lie.verdict:
            by = by or (found.finding if any(one in found.finding for one in words) else "")
    made.clock.sleep(60.0)
    made.settle()
    moved = tuple(one for one in OUTLETS if made.contact[one] != began[one])
    return Named(by, proof, made, moved)


def main() -> int:
    named = tried = 0
    moved: list[str] = []
    most = 0
    print(f"{'':<40}", *(f"{one:<8}" for one in RIGS), sep="  ")
    for name, lie in LIES.items():
        row = []
        for handler in RIGS:
            found = told(handler, lie)
            tried += 1
            named += bool(found.by)
            moved += found.moved
            most = max(most, len(found.proof.commands))
            row.append("named" if found.by else "NOT")
        print(f"{name:<40}", *(f"{one:<8}" for one in row), sep="  ", flush=True)
    print(
        f"{named} of {tried} named; {len(moved)} outlets not as they began; at most {most} commands"
    )
    return 1 if named < tried or moved else 0


if __name__ == "__main__":
    sys.exit(main())
