"""The device's CGI scripts: code that the upload and download functions of several modules share.

Source: "Python JSON-RPC Client Binding" in the documentation of the vendor's Xerus JSON-RPC SDK.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Optional, TypeVar, Union
from urllib.parse import quote, urlencode

from ....http.multipart import BinaryFile, Progress
from .enumerations import unlisted
from .errors import JsonRpcSyntaxException

if TYPE_CHECKING:
    from .agent import Agent

# bytes at the start of a file that tell a web page from it
_HEAD = 1000
_WEB_PAGE = (b"<html", b"<!doctype html")
C = TypeVar("C", bound="ResultCode")
# the file's content, or a file open in binary mode, which is streamed
Data = Union[bytes, BinaryFile]


class ResultCode(enum.IntEnum):
    """The result of a script: its number and its text.

    0 is success. An undocumented number is `INTERNAL_ERROR_<n>`.
    """

    @property
    def text(self) -> str:
        """The meaning in words."""
        return self.name.replace("_", " ").lower()

    @classmethod
    def _missing_(cls, value: object) -> Optional[ResultCode]:
        return unlisted(cls, value, "INTERNAL_ERROR")

    def __str__(self) -> str:
        return str(int(self))


def target(script: str, parameters: Mapping[str, Optional[str]]) -> str:
    """The path of a script, with the parameters that have a value.

    A space becomes %20: some scripts might not decode `+`.
    """
    path = f"/cgi-bin/{script}"
    values = {name: value for name, value in parameters.items() if value}
    if not values:
        return path
    return f"{path}?{urlencode(values, safe=',', quote_via=quote)}"


def upload(
    agent: Agent,
    path: str,
    formname: str,
    filename: str,
    data: Data,
    progress: Optional[Progress] = None,
) -> Mapping[str, Any]:
    """Send one file: one round trip.

    Returns what `form_data_file` returns; some scripts put a result code into the header
    X-Response-Code. `progress` is called with (bytes sent, size).
    """
    return agent.form_data_file(
        path, [{"data": data, "filename": filename, "formname": formname, "progress": progress}]
    )


def download(agent: Agent, path: str) -> bytes:
    """The file that a script sends: one round trip.

    Raises JsonRpcSyntaxException for a web page, which some firmware sends with status 200 in place
    of a file, for example to ask for a login.
    """
    data = agent.get(path)
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    is_page = head.startswith(b"<") and any(mark in head for mark in _WEB_PAGE)
    if is_page:
        error = JsonRpcSyntaxException("the device sent a web page in place of the file")
        raise error.at(agent.netloc, f"GET {_without_query(path)}")
    return data


def switch(name: str, value: object) -> bool:
    """A truth value of an argument. Raises TypeError for other values, such as "no"."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} is {value!r}; give True or False")
    return value


def words(name: str, value: object) -> str:
    """The text of an argument, "" for None. Raises TypeError, without the value, which may be a
    password.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(f"{name} is of the type {type(value).__name__}; give a str")
    return value


def code(kind: type[C], digits: str, agent: Agent, path: str) -> C:
    """Parse a result code of one to nine digits. Raises JsonRpcSyntaxException for other text."""
    number = digits.strip()
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        error = JsonRpcSyntaxException("the device answered the upload without a result code")
        raise error.at(agent.netloc, f"POST {_without_query(path)}")
    return kind(int(number))


def _without_query(path: str) -> str:
    """Without the query."""
    return path.partition("?")[0]
