"""What units of owners have proven. Made by `make devices` from tests/proofs; do not edit."""

from __future__ import annotations

from typing import NamedTuple


class ProvenBy(NamedTuple):
    """What is proven of a family, or of a handler without families."""

    #: the family, or the handler where there is none
    key: str
    #: such as "switching: 2 units, firmware 6.9.6, 7.0.6"
    sentence: str


# proven-code:begin
PROVEN: tuple[ProvenBy, ...] = ()
# proven-code:end


def read_owner_proofs(key: str) -> list[str]:
    """The sentences about a family, or a handler without families."""
    return [proof.sentence for proof in PROVEN if proof.key == key]
