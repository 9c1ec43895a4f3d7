"""Random changes to inputs. PIECES are difficult for parsers."""

from __future__ import annotations

import random
from collections.abc import Sequence

PIECES: Sequence[bytes] = (
    *rb"""0 - -1 " \ ' { } [ ] , : ; = # | 0x 1e999 nan NaN Infinity null true \ud800 \u0000 ../ %00
    %2f $(id) `id` <script> =1+1""".split(),
    *(b"\0", b"\n", b"\r\n", b"\r\n\r\n", b"\xff\xfe", b"\xed\xa0\x80", b"\x1b[31m"),
    *(b"9" * 400, b"[" * 600, b'{"a":' * 600, b"\x30\x82\xff\xff", b"\x02\x82\x08\x00"),
    *("\u202e".encode(), "é".encode(), b"ERR ", b"OK "),
    b"Content-Length: 99999999999\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"BEGIN LIST VAR pdu\n",
    b"END LIST VAR pdu\n",
)


def mutated(chance: random.Random, data: bytes) -> bytes:
    """The input with one to five changes; one in fifty is random bytes instead."""
    if chance.random() < 0.02:
        return bytes(chance.randrange(256) for _ in range(chance.randint(0, 60)))
    for _ in range(chance.randint(1, 5)):
        data = _changed(chance, data)
    return data


def _changed(chance: random.Random, data: bytes) -> bytes:
    """The input with one change at a random place."""
    start = chance.randint(0, len(data))
    end = min(len(data), start + chance.choice((1, 1, 2, 4, 8, 16, 64)))
    lines = data.split(b"\n")
    chance.shuffle(lines)
    piece = chance.choice(PIECES)
    octet = bytes([chance.randrange(256)])
    return chance.choice(
        (
            data[:start] + piece + data[start:],  # a piece more
            data[:start] + piece + data[end:],  # a part replaced
            data[:start] + data[end:],  # a part less
            data[:start] + octet + data[start + 1 :],  # another octet
            data[:start],  # cut off
            data[:end] + data[start:],  # a part twice
            b"\n".join(lines),  # lines in another order
        )
    )
