"""multipart/form-data (RFC 7578) to fields, byte for byte."""
from __future__ import annotations

from email.message import Message
from typing import Dict


def fields(content_type: str, body: bytes) -> Dict[str, bytes]:
    """Field name → content. Raises ValueError where the body is no complete form."""
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_param("boundary")
    if header.get_content_type() != "multipart/form-data" or not isinstance(boundary, str) or not boundary:
        raise ValueError("a form of the type multipart/form-data is expected")
    mark = b"--" + boundary.encode("ascii", "replace")
    pieces = (b"\r\n" + body).split(b"\r\n" + mark)
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise ValueError("the form is cut short")
    found: Dict[str, bytes] = {}
    for piece in pieces[1:-1]:
        head, blank, content = piece.partition(b"\r\n\r\n")
        part = Message()
        for line in head.decode("utf-8", "replace").split("\r\n"):
            key, colon, value = line.partition(":")
            if colon:
                part[key.strip()] = value.strip()
        name = part.get_param("name", header="content-disposition")
        if not blank or not isinstance(name, str):
            raise ValueError("a part of the form has no name")
        found[name] = content
    return found
