"""What of an outlet's day is shown in a proof, and the hash that it has there. Pure.

Each text of a day has a leaf; their list is the outlet's block, whose hash is in the tree of the
day. A leaf that is hidden stands as its hash. Salts come from a seed for each outlet and day: a
whole day is shown with its seed, a part with the salts of what it shows. A whole day has `rows`
without their times, which a proof has once for all outlets of a PDU, or `texts` with them.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Container, Iterator, Sequence
from typing import Any, NamedTuple, Optional

from . import merkle
from .leaf_rows import BAR, HIDDEN, DayTexts, is_head, is_hidden, is_register

#: the name of a seed, which makes all salts of a day as one stream of SHAKE-128 (FIPS 202)
STREAM = "stream"
#: a day begins so whose rows are without times
ROWS = b'{"rows":'
_SIZE = 16  # bytes of a salt
_PAIR = struct.Struct(f"{_SIZE}s{_SIZE}s")


def day_salts(seed: bytes, count: int) -> Iterator[tuple[bytes, bytes]]:
    """Of so many texts of an outlet's day: the salt of the leaf, and that of what flowed."""
    return _PAIR.iter_unpack(hashlib.shake_128(seed).digest(_PAIR.size * count))


class Disclosure(NamedTuple):
    """An outlet's day as a proof shows it."""

    #: each text, or HIDDEN and its leaf; a row may have HIDDEN and a hash in place of its flow
    texts: Sequence[str]
    #: of a day that is whole, what makes its salts
    seed: Optional[bytes]
    #: else the salts of each text that is shown: of its leaf, and of its flow if that is shown
    salts: Sequence[Sequence[bytes]]

    def document(self) -> dict[str, Any]:
        """For JSON."""
        if self.seed is not None:
            return {"texts": [*self.texts], STREAM: self.seed.hex()}
        return {
            "texts": [*self.texts],
            "salts": [[salt.hex() for salt in outlet_salts] for outlet_salts in self.salts],
        }


def parse_disclosure(document: dict[str, Any]) -> Disclosure:
    """What `document` made. Raises ValueError, TypeError or LookupError."""
    if STREAM in document:
        return Disclosure(document["texts"], merkle.digest(document[STREAM]), ())
    salts = [[_parse_salt(salt) for salt in outlet_salts] for outlet_salts in document["salts"]]
    return Disclosure(document["texts"], None, salts)


def _parse_salt(text: str) -> bytes:
    salt = bytes.fromhex(text)
    if len(salt) != _SIZE or salt.hex() != text:
        raise ValueError("no salt")
    return salt


def whole_day(texts: DayTexts, seed: bytes) -> bytes:
    """A whole day for JSON, its rows without their times."""
    end = f',"{STREAM}":"{seed.hex()}"}}'
    return ROWS + texts.as_json() + end.encode()


def leaves(texts: DayTexts, seed: bytes) -> Sequence[bytes]:
    """The leaf of each text, as `leaf` has it. Two hashes of a row, and some 9,000 rows of a month:
    so without calls.
    """
    sha256, begin = hashlib.sha256, merkle.LEAF
    return [
        sha256(begin + salt + register).digest()
        if flow is None
        else sha256(begin + salt + times + register + sha256(flow_salt + flow).digest()).digest()
        for (salt, flow_salt), times, register, flow in zip(
            day_salts(seed, len(texts.flows)), *texts
        )
    ]


def leaf(text: str, salt: bytes, flow_salt: bytes = b"") -> bytes:
    """The leaf of a text, of which what flowed may be hidden. Raises ValueError."""
    if is_head(text):
        return merkle.leaf(salt, text)
    register, bar, flow = text.partition(BAR)
    if not bar:
        raise ValueError("no row")
    if flow.startswith(HIDDEN):
        inner = merkle.digest(flow[len(HIDDEN) :])
    elif not flow_salt:
        raise ValueError("a flow without its salt")
    else:
        inner = _inner(flow_salt, flow.encode())
    return merkle.sha256(merkle.LEAF + salt + (register + bar).encode() + inner)


def _inner(flow_salt: bytes, flow: bytes) -> bytes:
    """What stands for a flow in the leaf of its row."""
    return merkle.sha256(flow_salt + flow)


def part(
    texts: DayTexts,
    seed: bytes,
    leaf_hashes: Sequence[bytes],
    here: range,
    own_places: Container[int],
) -> Disclosure:
    """All heads, and the texts at the places `here`; only rows at `own_places` show what flowed.

    `leaf_hashes`: the leaf of each text.
    """
    disclosed_texts, salts = list[str](), list[Sequence[bytes]]()
    rows = zip(day_salts(seed, len(leaf_hashes)), *texts)
    for at, ((salt, flow_salt), times, register, flow) in enumerate(rows):
        if flow is None:
            disclosed_texts.append(register.decode())
            salts.append([salt])
        elif at in own_places:
            disclosed_texts.append((times + register + flow).decode())
            salts.append([salt, flow_salt])
        elif at in here:
            inner = _inner(flow_salt, flow)
            disclosed_texts.append(f"{(times + register).decode()}{HIDDEN}{inner.hex()}")
            salts.append([salt])
        else:
            disclosed_texts.append(f"{HIDDEN}{leaf_hashes[at].hex()}")
    return Disclosure(disclosed_texts, None, salts)


def hash_from_disclosure(disclosure: Disclosure) -> bytes:
    """The hash of an outlet's day by what is shown of it. Raises ValueError."""
    whole, hashes = disclosure.seed, list[bytes]()
    salts = iter(disclosure.salts if whole is None else day_salts(whole, len(disclosure.texts)))
    for text in disclosure.texts:
        if whole is not None and (is_hidden(text) or is_register(text)):
            raise ValueError("a whole day that hides some of it")
        if is_hidden(text):
            hashes.append(merkle.digest(text[len(HIDDEN) :]))
            continue
        text_salts = next(salts, ())
        if whole is None and len(text_salts) != 2 - (is_head(text) or is_register(text)):
            raise ValueError("a salt too many, or too few")
        hashes.append(leaf(text, *text_salts))
    if next(salts, None) is not None:
        raise ValueError("a salt too many")
    return merkle.block(hashes)
