"""Hashes of texts that are shown to some and hidden from others: salted leaves, blocks and trees.

All hashes are SHA-256. What is hashed begins with one byte that says what it is, so that no leaf
can be taken for a node: 0 and a salt for a leaf, 1 for a node of two hashes, 2 for a block of
leaves. A node without a neighbour is its own parent. Pure.

Ours, because pymerkle is under the GPL, and has no salts, which keep what is hidden from guesses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

#: bytes of a hash, and of a salt
SIZE = 32
LEAF, _NODE, _BLOCK = b"\0", b"\1", b"\2"
_LEFT, _RIGHT = "l", "r"


def sha256(data: bytes) -> bytes:
    """The hash of bytes."""
    return hashlib.sha256(data).digest()


def leaf(salt: bytes, text: str) -> bytes:
    """The hash of a text; without the salt (SIZE bytes), nobody can try texts against it."""
    return sha256(LEAF + salt + text.encode())


def block(leaves: Iterable[bytes]) -> bytes:
    """The hash of leaves that are listed together."""
    return sha256(_BLOCK + b"".join(leaves))


class Tree:
    """A tree over hashes in the order of their bytes: a place in it says nothing of the others."""

    def __init__(self, hashes: Iterable[bytes]) -> None:
        level = sorted(hashes)
        # each level is packed: 1,000 PDUs have 24,000 outlets on each day of a month
        self._levels = [b"".join(level)]
        while len(level) > 1:
            above = [_node(*pair) for pair in zip(level[::2], level[1::2])]
            level = above + level[len(above) * 2 :]
            self._levels.append(b"".join(level))

    @property
    def root(self) -> bytes:
        """Of no hash at all: the hash of nothing."""
        return self._levels[-1] or sha256(b"")

    def path(self, leaf: bytes) -> Sequence[str]:
        """The neighbours from a hash up to the root, each as `l` or `r`, its side, and 64 digits.

        Raises KeyError for a hash that is not in the tree.
        """
        place, steps = self._place(leaf), []
        for level in self._levels[:-1]:
            neighbour = place ^ 1
            if neighbour < len(level) // SIZE:
                side = _LEFT if neighbour < place else _RIGHT
                steps.append(side + _hash_at(level, neighbour).hex())
            place //= 2
        return steps

    def _place(self, leaf: bytes) -> int:
        leaves = self._levels[0]
        low, high = 0, len(leaves) // SIZE
        while low < high:
            middle = (low + high) // 2
            if _hash_at(leaves, middle) < leaf:
                low = middle + 1
            else:
                high = middle
        if _hash_at(leaves, low) != leaf:
            raise KeyError(leaf.hex())
        return low


def _hash_at(octets: bytes, place: int) -> bytes:
    return octets[place * SIZE : (place + 1) * SIZE]


def unpack(octets: bytes) -> Iterator[bytes]:
    """The hashes that were put together."""
    return (_hash_at(octets, place) for place in range(len(octets) // SIZE))


def root_from_path(node_hash: bytes, path: Iterable[str]) -> bytes:
    """The root above a hash. Raises ValueError for a path that is none."""
    for step in path:
        neighbour = digest(step[1:])
        if step[:1] == _LEFT:
            node_hash = _node(neighbour, node_hash)
        elif step[:1] == _RIGHT:
            node_hash = _node(node_hash, neighbour)
        else:
            raise ValueError("no side")
    return node_hash


def digest(text: str) -> bytes:
    """A hash or salt of 64 small hexadecimal digits. Raises ValueError for anything else."""
    hash_bytes = bytes.fromhex(text)
    if len(hash_bytes) != SIZE or hash_bytes.hex() != text:
        raise ValueError("no hash")
    return hash_bytes


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(_NODE + left + right)
