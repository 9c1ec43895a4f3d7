"""What of an outlet's day is shown in a proof, and the hash that it has there. Pure.

Each text of a day has a leaf; their list is the outlet's block, whose hash is in the tree of the
day. A leaf that is hidden stands as its hash. Salts come from a seed for each outlet and day: a
whole day is shown with its seed, a part with the salts of what it shows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Sequence
from typing import Any, NamedTuple, Optional

from . import merkle
from .leaf_rows import BAR, HEAD, HIDDEN, is_head

_SALT, _FLOW_SALT = b"\0", b"\1"
_PLACE = 4  # bytes


class DaySalts(NamedTuple):
    """The salts of an outlet's day."""

    seed: bytes

    def salt(self, place: int) -> bytes:
        """Of the leaf at a place."""
        return merkle.sha256(self.seed + _SALT + place.to_bytes(_PLACE, "big"))

    def flow_salt(self, place: int) -> bytes:
        """Of what flowed in the row at a place."""
        return merkle.sha256(self.seed + _FLOW_SALT + place.to_bytes(_PLACE, "big"))


class Disclosure(NamedTuple):
    """An outlet's day as a proof shows it."""

    #: each text, or HIDDEN and its leaf; a row may have HIDDEN and a hash in place of its flow
    texts: Sequence[str]
    #: of a day that is whole
    seed: Optional[bytes]
    #: else the salts of each text that is shown: of its leaf, and of its flow if that is shown
    salts: Sequence[Sequence[bytes]]

    def document(self) -> dict[str, Any]:
        """For JSON."""
        if self.seed is not None:
            return {"texts": [*self.texts], "seed": self.seed.hex()}
        return {
            "texts": [*self.texts],
            "salts": [[one.hex() for one in all_] for all_ in self.salts],
        }


def parse_disclosure(said: dict[str, Any]) -> Disclosure:
    """What `document` made. Raises ValueError, TypeError or LookupError."""
    if "seed" in said:
        return Disclosure(said["texts"], merkle.digest(said["seed"]), ())
    salts = [[merkle.digest(one) for one in all_] for all_ in said["salts"]]
    return Disclosure(said["texts"], None, salts)


def hash_day(texts: Sequence[str], seed: bytes) -> bytes:
    """The hash of an outlet's whole day."""
    return merkle.block(_leaves(texts, DaySalts(seed)))


def _leaves(texts: Sequence[str], secret: DaySalts) -> Sequence[bytes]:
    """As `_leaf` of each text, with the secret's salts; four hashes of a row, so without calls."""
    found = list[bytes]()
    sha256, salts, flow_salts = hashlib.sha256, secret.seed + _SALT, secret.seed + _FLOW_SALT
    for at, text in enumerate(texts):
        place = at.to_bytes(_PLACE, "big")
        if text.startswith(HEAD):
            said = text.encode()
        else:
            register, bar, flow = text.partition(BAR)
            if not bar or flow.startswith(HIDDEN):
                raise ValueError("no row that is shown")
            flow_salt = sha256(flow_salts + place).digest()
            inner = sha256(merkle.LEAF + flow_salt + flow.encode()).hexdigest()
            said = f"{register}{BAR}{inner}".encode()
        found.append(sha256(merkle.LEAF + sha256(salts + place).digest() + said).digest())
    return found


def _leaf(text: str, salt: bytes, flow_salt: Optional[bytes]) -> bytes:
    if is_head(text):
        return merkle.leaf(salt, text)
    register, bar, flow = text.partition(BAR)
    if not bar:
        raise ValueError("no row")
    if flow.startswith(HIDDEN):
        inner = merkle.digest(flow[len(HIDDEN) :])
    elif flow_salt is None:
        raise ValueError("a flow without a salt")
    else:
        inner = merkle.leaf(flow_salt, flow)
    return merkle.leaf(salt, f"{register}{BAR}{inner.hex()}")


def part(
    texts: Sequence[str], seed: bytes, first: int, after: int, whole: Container[int]
) -> Disclosure:
    """The texts from `first` to `after`, and all heads; only rows in `whole` show what flowed."""
    if all(at in whole or is_head(text) for at, text in enumerate(texts)):
        return Disclosure(texts, seed, ())
    secret = DaySalts(seed)
    kept, salts = list[str](), list[Sequence[bytes]]()
    for at, text in enumerate(texts):
        salt, flow_salt = secret.salt(at), secret.flow_salt(at)
        if is_head(text):
            kept.append(text)
            salts.append([salt])
        elif at in whole:
            kept.append(text)
            salts.append([salt, flow_salt])
        elif first <= at < after:
            register, _, flow = text.partition(BAR)
            kept.append(f"{register}{BAR}{HIDDEN}{merkle.leaf(flow_salt, flow).hex()}")
            salts.append([salt])
        else:
            kept.append(f"{HIDDEN}{_leaf(text, salt, flow_salt).hex()}")
    return Disclosure(kept, None, salts)


def hash_from_disclosure(shown: Disclosure) -> bytes:
    """The hash of an outlet's day by what is shown of it. Raises ValueError."""
    if shown.seed is not None:
        return merkle.block(_leaves(shown.texts, DaySalts(shown.seed)))
    salts, leaves = iter(shown.salts), []
    for text in shown.texts:
        if text.startswith(HIDDEN):
            leaves.append(merkle.digest(text[len(HIDDEN) :]))
            continue
        salt, *flow_salt = next(salts, ()) or (b"",)
        if len(flow_salt) > 1 or (flow_salt and (is_head(text) or f"{BAR}{HIDDEN}" in text)):
            raise ValueError("a salt too many")
        leaves.append(_leaf(text, salt, flow_salt[0] if flow_salt else None))
    if next(salts, None) is not None:
        raise ValueError("a salt too many")
    return merkle.block(leaves)
