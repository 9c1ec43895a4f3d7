"""multipart/form-data (RFC 7578), read as a stream."""

from __future__ import annotations

import contextlib
import email.message
import email.parser
import tempfile
from typing import IO, NamedTuple

from .server import Body

_PIECE = 64 * 1024
_IN_MEMORY = 1024 * 1024
_LONGEST_HEADERS = 16 * 1024


class BadForm(Exception):
    """`parse` cannot read the form. The message says why."""


class Part(NamedTuple):
    size: int
    file: IO[bytes]  # at position 0


def boundary_of(content_type: str) -> bytes:
    message = email.message.Message()
    message["Content-Type"] = content_type
    boundary = message.get_param("boundary")
    if (
        message.get_content_type() != "multipart/form-data"
        or not isinstance(boundary, str)
        or not boundary
        or (not boundary.isascii())
    ):
        raise BadForm("not multipart/form-data")
    return boundary.encode("ascii")


class _Reader:
    def __init__(self, body: Body, boundary: bytes) -> None:
        self._body = body
        self._mark = b"\r\n--" + boundary
        # a form may begin with its boundary, without a line break, so one is added
        self._held = b"\r\n"

    def _fill(self) -> bool:
        piece = self._body.read(_PIECE)
        self._held += piece
        return bool(piece)

    def part_follows(self) -> bool:
        """Whether the boundary that `copy` skipped begins a part.

        False: it ends the form. Raises BadForm.
        """
        while len(self._held) < 2:
            if not self._fill():
                raise BadForm("the form ends right after a boundary")
        if not self._held.startswith((b"--", b"\r\n")):
            raise BadForm("a boundary is not at the end of its line")
        return self._held.startswith(b"\r\n")

    def headers(self) -> email.message.Message:
        """The headers of a part. Reading starts at the line break after the boundary."""
        while b"\r\n\r\n" not in self._held:
            if len(self._held) > _LONGEST_HEADERS or not self._fill():
                raise BadForm("the headers of a part are too long or incomplete")
        head, _, self._held = self._held.partition(b"\r\n\r\n")
        if len(head) > _LONGEST_HEADERS:
            raise BadForm("the headers of a part are too long")
        return email.parser.Parser().parsestr(head[2:].decode("utf-8", "replace"))

    def copy(self, target: IO[bytes]) -> int:
        """Copies the bytes up to the next boundary, and skips the boundary; returns the number of
        copied bytes.
        """
        size = 0
        while True:
            at = self._held.find(self._mark)
            if at >= 0:
                target.write(self._held[:at])
                self._held = self._held[at + len(self._mark) :]
                return size + at
            safe = max(0, len(self._held) - len(self._mark))
            target.write(self._held[:safe])
            self._held = self._held[safe:]
            size += safe
            if not self._fill():
                raise BadForm("no closing boundary")


def parse(body: Body, content_type: str) -> dict[str, Part]:
    """The parts by form name. The caller closes their files. Raises BadForm."""
    reader = _Reader(body, boundary_of(content_type))
    with tempfile.TemporaryFile() as preamble:
        reader.copy(preamble)
    parts: dict[str, Part] = {}
    with contextlib.ExitStack() as files:  # closes the files after an error
        while reader.part_follows():
            headers = reader.headers()
            name = headers.get_param("name", header="Content-Disposition")
            if not isinstance(name, str):
                raise BadForm("a part has no plain name")
            if name in parts:
                raise BadForm("two parts have the same name")
            file = files.enter_context(tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))
            size = reader.copy(file)
            file.seek(0)
            parts[name] = Part(size, file)
        files.pop_all()
    return parts
