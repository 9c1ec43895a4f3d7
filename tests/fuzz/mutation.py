"""Random changes to inputs. PIECES are difficult for parsers."""

from __future__ import annotations

import random
from collections.abc import Sequence

PIECES: Sequence[bytes] = (
    b"\0",
    b"\n",
    b"\r\n",
    b"\r\n\r\n",
    b'"',
    b"\\",
    b"'",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b";",
    b"=",
    b"#",
    b"|",
    b"-",
    b"-1",
    b"0",
    b"1e999",
    b"nan",
    b"NaN",
    b"Infinity",
    b"null",
    b"true",
    b"9" * 400,
    b"0x",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\\ud800",
    b"\\u0000",
    b"\x1b[31m",
    b"../",
    b"%00",
    b"%2f",
    b"$(id)",
    b"`id`",
    b"<script>",
    b"=1+1",
    "\u202e".encode(),
    "é".encode(),
    b"[" * 600,
    b'{"a":' * 600,
    b"\x30\x82\xff\xff",
    b"\x02\x82\x08\x00",
    b"Content-Length: 99999999999\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"ERR ",
    b"OK ",
    b"BEGIN LIST VAR pdu\n",
    b"END LIST VAR pdu\n",
)


def mutated(chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """A seed with one to five changes.

    One in ten is first crossed with a second seed; one in fifty is random bytes instead.
    """
    data = chance.choice(seeds)
    if chance.random() < 0.1:
        data = (
            data[: chance.randint(0, len(data))]
            + chance.choice(seeds)[chance.randint(0, len(data)) :]
        )
    for _ in range(chance.randint(1, 5)):
        data = _changed(chance, data)
    return (
        data
        if chance.random() > 0.02
        else bytes(chance.randrange(256) for _ in range(chance.randint(0, 60)))
    )


def _changed(chance: random.Random, data: bytes) -> bytes:
    at = chance.randint(0, len(data))
    end = min(len(data), at + chance.choice((1, 1, 2, 4, 8, 16, 64)))
    how = chance.randrange(7)
    if how == 0:
        return data[:at] + chance.choice(PIECES) + data[at:]
    if how == 1:
        return data[:at] + chance.choice(PIECES) + data[end:]
    if how == 2:
        return data[:at] + data[end:]
    if how == 3:
        return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
    if how == 4:
        return data[:at]
    if how == 5:
        return data[:end] + data[at:]
    lines: list[bytes] = data.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines)
