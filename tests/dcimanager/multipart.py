"""Decodes multipart/form-data (RFC 7578) by python-multipart; content is not decoded to text."""

from __future__ import annotations

import io

from python_multipart import parse_form
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File


def fields(content_type: str, body: bytes) -> dict[str, bytes]:
    """Field name → content; a form that is cut short has no last field.

    Raises ValueError, for example for another type or a part without a name.
    """
    content: dict[str, bytes] = {}

    def on_field(field: Field) -> None:
        content[(field.field_name or b"").decode("utf-8", "replace")] = field.value or b""

    def on_file(file: File) -> None:
        file.file_object.seek(0)
        content[(file.field_name or b"").decode("utf-8", "replace")] = file.file_object.read()

    if not content_type.startswith("multipart/form-data"):
        raise ValueError("a form of the type multipart/form-data is expected")
    headers = {"Content-Type": content_type.encode(), "Content-Length": b"%d" % len(body)}
    try:
        parse_form(headers, io.BytesIO(body), on_field, on_file)
    except FormParserError as error:
        raise ValueError(f"the form is malformed: {error}") from None
    return content
