"""multipart/form-data (RFC 7578), read from its files while it is sent, so that a large file need
not fit in memory.
"""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional, Protocol

from .errors import HttpException

# called with two byte counts of a file: sent so far, and in total
Progress = Callable[[int, int], None]


class BinaryFile(Protocol):
    """An open binary file whose size can be found by seeking: what `open(path, "rb")` and
    io.BytesIO return.
    """

    def read(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...


class _Piece(NamedTuple):
    """A part of the body: `size` bytes of a file from its current position.

    the piece of a file of 4 bytes that stands at the 1st     _Piece(file, 3, None)
    """

    source: BinaryFile
    size: int
    #: called with the size that was sent
    progress: Optional[Progress]


class MultipartForm:
    r"""The body of one upload, which is read while it is sent. `_pieces` are left to send, of the
    first of which `_sent` bytes have been sent.

    Each of `files` has data, filename and formname, and may have mimetype and progress. Its data
    are bytes, or a file open in binary mode, which is sent from its current position. Raises
    TypeError for other data, OSError for a file that cannot seek.

    >>> upload = MultipartForm([{"formname": "file", "filename": "px3.bin", "data": b"\x00"}])
    >>> body = upload.read()
    >>> len(body) == len(upload), body.splitlines()[1]
    (True, b'Content-Disposition: form-data; name="file"; filename="px3.bin"')
    """

    def __init__(self, files: Sequence[Mapping[str, Any]]) -> None:
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._pieces: list[_Piece] = []
        for file in files:
            self._pieces.append(_text_piece(_part_head(boundary, file)))
            self._pieces.append(_file_piece(_open_part(file["data"]), file.get("progress")))
            self._pieces.append(_text_piece("\r\n"))
        self._pieces.append(_text_piece(f"--{boundary}--\r\n"))
        self._size = sum(piece.size for piece in self._pieces)
        self._sent = 0

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1) -> bytes:
        r"""Up to `size` bytes, all that is left for a negative `size`, b"" at the end.

        Raises HttpException for a file that cannot be read, is closed or became shorter.

        >>> upload = MultipartForm([{"formname": "file", "filename": "px3.bin", "data": b"0" * 9}])
        >>> len(upload.read(100)), upload.read(-1)[-4:], upload.read(100)
        (100, b'--\r\n', b'')
        """
        try:
            return self._read_pieces(size)
        except (OSError, ValueError) as error:  # an OSError would look like a network error
            raise HttpException(
                f"the upload ended on this side: {getattr(error, 'strerror', None) or error}"
            ) from None

    def _read_pieces(self, size: int) -> bytes:
        """Up to `size` bytes of what is left, all of it for a negative `size`; b"" at the end.
        Raises the errors of the files, and OSError for one that became shorter.

            pieces of 100, 9 and 2 bytes, size 105     the first, and 5 bytes of the second
        """
        out = b""
        while self._pieces:
            if 0 <= size <= len(out):
                break
            piece = self._pieces[0]
            octets_left = piece.size - self._sent
            if octets_left:
                count = octets_left if size < 0 else min(octets_left, size - len(out))
                octets = piece.source.read(count)
                if not octets:
                    raise OSError("the file became shorter while it was sent")
                out += octets
                self._sent += len(octets)
                if piece.progress is not None:
                    piece.progress(self._sent, piece.size)
            if self._sent >= piece.size:
                self._pieces.pop(0)
                self._sent = 0
        return out


class Headers(Mapping[str, str]):
    """The header fields of an upload's reply.

    Look-ups ignore case; `fields` has lower-case names.

    >>> Headers({"content-type": "text/html"})["Content-Type"]
    'text/html'
    """

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = dict(fields)

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def _text_piece(text: str) -> _Piece:
    """A piece of the body with this text as UTF-8."""
    octets = text.encode()
    return _Piece(io.BytesIO(octets), size=len(octets), progress=None)


def _file_piece(source: BinaryFile, progress: Optional[Progress]) -> _Piece:
    """The file from its current position to its end.

    >>> file = io.BytesIO(b"abcd")
    >>> _ = file.seek(1)
    >>> _file_piece(file, None).size
    3
    """
    start = source.tell()
    end = source.seek(0, os.SEEK_END)
    source.seek(start)
    return _Piece(source, size=max(0, end - start), progress=progress)


def _part_head(boundary: str, file: Mapping[str, Any]) -> str:
    """The lines before the data of a file.

    >>> _part_head("b0", {"formname": "file", "filename": "px3.bin"}).splitlines()[1]
    'Content-Disposition: form-data; name="file"; filename="px3.bin"'
    """
    form_name = _quoted(file["formname"])
    file_name = _quoted(file["filename"])
    content_type = _quoted(file.get("mimetype") or "application/octet-stream")
    lines = (
        f"--{boundary}",
        f'Content-Disposition: form-data; name="{form_name}"; filename="{file_name}"',
        f"Content-Type: {content_type}",
        "",
        "",
    )
    return "\r\n".join(lines)


def _open_part(data: Any) -> BinaryFile:
    """The data of a file as an open binary file. Raises TypeError for other data.

    >>> _open_part(b"abcd").read()
    b'abcd'
    >>> _open_part("abcd")
    Traceback (most recent call last):
    TypeError: data must be bytes or a file open in binary mode, not str
    """
    if isinstance(data, (bytes, bytearray, memoryview)):
        return io.BytesIO(data)
    is_text_file = hasattr(data, "encoding")
    if is_text_file or not hasattr(data, "read") or not hasattr(data, "seek"):
        raise TypeError(
            f"data must be bytes or a file open in binary mode, not {type(data).__name__}"
        )
    file: BinaryFile = data
    return file


def _quoted(value: object) -> str:
    """The text of a value for a header field, between double quotes and on one line."""
    escaped_text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return escaped_text.replace("\r", " ").replace("\n", " ")
