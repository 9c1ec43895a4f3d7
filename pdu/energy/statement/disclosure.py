"""What of an outlet's day is shown in a proof, and the hash that it has there. Pure.

Each text of a day has a leaf, which holds its last register beside the hash of the whole text; the
list of leaves is the outlet's block, whose hash is in the tree of the day. A text that is hidden
stands as its leaf; one of which only the last register is shown, as that and the hash beside it.
Salts come from a seed for each outlet and day: a whole day is shown with its seed, a part with the
salts of what it shows. A whole day has `quarters` without their times, which a proof has once for
all outlets of a PDU, or `texts` with them.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple, Optional

from . import merkle
from .leaf_rows import BAR, HIDDEN, DayTexts, is_head, is_hidden, is_register, last_register

#: the key of a seed in a proof: all salts of a day are one stream of SHAKE-128 (FIPS 202)
STREAM = "stream"
#: a day begins so whose quarter hours are without times
QUARTERS = b'{"quarters":'
_SIZE = 16  # bytes of a salt
_PAIR = struct.Struct(f"{_SIZE}s{_SIZE}s")


class DaySalts(NamedTuple):
    """What makes the salts of an outlet's day."""

    seed: bytes

    def salts(self, count: int) -> Iterator[tuple[bytes, bytes]]:
        """Of so many texts: the salt of the leaf, and that of the whole text."""
        return _PAIR.iter_unpack(hashlib.shake_128(self.seed).digest(_PAIR.size * count))


class Disclosure(NamedTuple):
    """An outlet's day as a proof shows it."""

    #: each text; or the last register of a quarter hour, BAR, HIDDEN and the hash of its text; or
    #: HIDDEN and its leaf
    texts: Sequence[str]
    #: of a day that is whole
    secret: Optional[DaySalts]
    #: else the salts of each text that is shown: of its leaf, and of the text if all of it is shown
    salts: Sequence[Sequence[bytes]]

    def document(self) -> dict[str, Any]:
        """For JSON."""
        if self.secret is not None:
            return {"texts": [*self.texts], STREAM: self.secret.seed.hex()}
        return {
            "texts": [*self.texts],
            "salts": [[salt.hex() for salt in outlet_salts] for outlet_salts in self.salts],
        }


def parse_disclosure(document: dict[str, Any]) -> Disclosure:
    """What `document` made. Raises ValueError, TypeError or LookupError."""
    if STREAM in document:
        return Disclosure(document["texts"], DaySalts(merkle.digest(document[STREAM])), ())
    salts = [[_parse_salt(salt) for salt in outlet_salts] for outlet_salts in document["salts"]]
    return Disclosure(document["texts"], None, salts)


def _parse_salt(text: str) -> bytes:
    salt = bytes.fromhex(text)
    if len(salt) != _SIZE or salt.hex() != text:
        raise ValueError("no salt")
    return salt


def whole_day(texts: DayTexts, secret: DaySalts) -> bytes:
    """A whole day for JSON, its quarter hours without their times."""
    end = f',"{STREAM}":"{secret.seed.hex()}"}}'
    return QUARTERS + texts.as_json() + end.encode()


def leaves(texts: DayTexts, secret: DaySalts) -> Sequence[bytes]:
    """The leaf of each text, as `leaf` has it; two hashes for each of 3,000 quarter hours of a
    month: so without calls.
    """
    sha256, begin = hashlib.sha256, merkle.LEAF
    return [
        sha256(begin + salt + figures).digest()
        if register is None
        else sha256(begin + salt + register + sha256(text_salt + times + figures).digest()).digest()
        for (salt, text_salt), times, figures, register in zip(
            secret.salts(len(texts.figures)), *texts
        )
    ]


def leaf(text: str, salt: bytes, text_salt: bytes = b"") -> bytes:
    """The leaf of a text of which all or the last register is shown. Raises ValueError."""
    if is_head(text):
        return merkle.leaf(salt, text)
    if is_register(text):
        register, _, hash_digits = text.partition(BAR + HIDDEN)
        inner = merkle.digest(hash_digits)
    else:
        register, inner = last_register(text), merkle.sha256(text_salt + text.encode())
    return merkle.sha256(merkle.LEAF + salt + register.encode() + inner)


def part(
    texts: DayTexts,
    secret: DaySalts,
    leaf_hashes: Sequence[bytes],
    shown: Collection[int],
    registers: Collection[int],
) -> Disclosure:
    """All heads, the texts at the places `shown`, and the last registers of those at `registers`.

    `leaf_hashes`: the leaf of each text.
    """
    disclosed_texts, salts = list[str](), list[Sequence[bytes]]()
    quarters = zip(secret.salts(len(leaf_hashes)), *texts)
    for at, ((salt, text_salt), times, figures, register) in enumerate(quarters):
        if register is None:
            disclosed_texts.append(figures.decode())
            salts.append([salt])
        elif at in shown:
            disclosed_texts.append((times + figures).decode())
            salts.append([salt, text_salt])
        elif at in registers:
            inner = merkle.sha256(text_salt + times + figures)
            disclosed_texts.append(f"{register.decode()}{BAR}{HIDDEN}{inner.hex()}")
            salts.append([salt])
        else:
            disclosed_texts.append(f"{HIDDEN}{leaf_hashes[at].hex()}")
    return Disclosure(disclosed_texts, None, salts)


def hash_from_disclosure(disclosure: Disclosure) -> bytes:
    """The hash of an outlet's day by what is shown of it. Raises ValueError."""
    whole, hashes = disclosure.secret, list[bytes]()
    salts = iter(disclosure.salts if whole is None else whole.salts(len(disclosure.texts)))
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
