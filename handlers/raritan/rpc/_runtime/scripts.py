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
    """The result of a script: its number and its text. Base of the codes of each script.

    >>> class UploadCode(ResultCode):
    ...     SUCCESS = 0
    ...     FILE_TOO_LARGE = 4
    >>> str(UploadCode(4)), UploadCode(4).text, UploadCode(77).name  # 77 is documented nowhere
    ('4', 'file too large', 'INTERNAL_ERROR_77')
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

    >>> target("bulk_config_save.cgi", {"link_ids": "1,2", "mode": "", "filter_profile": "my one"})
    '/cgi-bin/bulk_config_save.cgi?link_ids=1,2&filter_profile=my%20one'

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
    """Send one file to the script at `path`: one round trip. `data`: its bytes, or a file open in
    binary mode. `formname`: the name of its field in the form; `filename`: how the form calls it.
    Returns the headers of the answer, and its body as text.

        > POST /cgi-bin/raw_config_update.cgi, multipart: config_file, filename config.txt
        < 200, X-Response-Code: 0
        returned   {"headers": {"x-response-code": "0", ...}, "body": "..."}

    Some scripts put a result code into the header X-Response-Code. `progress` is called with (bytes
    sent, size).
    """
    return agent.form_data_file(
        path, [{"data": data, "filename": filename, "formname": formname, "progress": progress}]
    )


def download(agent: Agent, path: str) -> bytes:
    """The file that a script sends: one round trip.

        > GET /cgi-bin/diag-data.cgi
        < 200, and the file

    Raises JsonRpcSyntaxException for a web page, which some firmware sends with status 200 in place
    of a file, for example to ask for a login.
    """
    data = agent.get(path)
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    is_page = head.startswith(b"<") and any(tag in head for tag in _WEB_PAGE)
    if is_page:
        error = JsonRpcSyntaxException("the device sent a web page in place of the file")
        raise error.at(agent.netloc, f"GET {_without_query(path)}")
    return data


def switch(name: str, value: object) -> bool:
    """The truth value of the argument `name`. Raises TypeError for other values.

    >>> switch("backup", "no")
    Traceback (most recent call last):
    TypeError: backup is 'no'; give True or False
    """
    if not isinstance(value, bool):
        raise TypeError(f"{name} is {value!r}; give True or False")
    return value


def words(name: str, value: object) -> str:
    """The text of the argument `name`, "" for None. The TypeError for another type does not show
    the value, which may be a password.

    >>> words("password", None)
    ''
    >>> words("password", 1234)
    Traceback (most recent call last):
    TypeError: password is of the type int; give a str
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(f"{name} is of the type {type(value).__name__}; give a str")
    return value


def code(kind: type[C], digits: str, agent: Agent, path: str) -> C:
    """The result code, of the class `kind`, that a script answered to an upload to `path`. Raises
    JsonRpcSyntaxException unless `digits`, its header X-Response-Code, are one to nine digits.

    < X-Response-Code: 4     code(UploadCode, "4", ...) is UploadCode.FILE_TOO_LARGE
    < X-Response-Code: 77    a UploadCode named INTERNAL_ERROR_77: it is documented nowhere
    < no such header         code(UploadCode, "", ...) raises
    """
    number = digits.strip()
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        error = JsonRpcSyntaxException("the device answered the upload without a result code")
        raise error.at(agent.netloc, f"POST {_without_query(path)}")
    return kind(int(number))


def _without_query(path: str) -> str:
    """The path without its query, for an error.

    >>> _without_query("/cgi-bin/bulk_config_save.cgi?link_ids=1")
    '/cgi-bin/bulk_config_save.cgi'
    """
    return path.partition("?")[0]
