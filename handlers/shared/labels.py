"""The labels of outlets and branch circuits: a number and a name for each identity."""

from __future__ import annotations

from typing import NamedTuple, Union

from .errors import printable
from .settings import Setting


def _encoding(text: str) -> str:
    """The name of an encoding of texts that has ASCII. Raises ValueError.

    >>> _encoding("cp1251")
    'cp1251'
    """
    try:
        b"x".decode(text)
    except LookupError:  # also for a codec that makes no text, such as hex
        raise ValueError(text) from None
    return text


ENCODING: Setting[str] = Setting(
    "encoding",
    "an encoding, such as cp1251, koi8-r or cp866",
    _encoding,
    "",
    "the encoding of outlet names that are not UTF-8; without it, `pdu` shows their octets",
)


def name_text(octets: bytes, encoding: str) -> str:
    r"""A name as a device sends it: UTF-8, else in `encoding`, else with its octets escaped. No
    encoding is guessed.

    >>> name_text(b"\xc1\xc4-1", "koi8-r")
    'ад-1'
    >>> name_text(b"\xc1\xc4-1", ""), name_text(b"\xc1\xc4-1", "ascii")
    ('\\xc1\\xc4-1', '\\xc1\\xc4-1')
    """
    for name in filter(None, ("utf-8", encoding)):
        try:
            return octets.decode(name)
        except UnicodeDecodeError:
            continue
    return octets.decode("utf-8", "backslashreplace")


class Label(NamedTuple):
    """One outlet or branch circuit, for people and tools. DCImanager gets only the identity.

    >>> Label(identity="1.7", number="7", name="web-1").name
    'web-1'
    """

    #: as `status` lists it
    identity: str
    #: as printed on the unit, as far as the handler knows; '' if it does not
    number: str
    #: set by a user, or by the device; '' if there is none
    name: str


def label(
    identity: str, number: Union[str, bytes], name: Union[str, bytes], encoding: str = ""
) -> Label:
    r"""A label, its number and name decoded, escaped and cut.

    >>> label("1.7", "7", b"web\x1b[0m")
    Label(identity='1.7', number='7', name='web\\x1b[0m')
    """
    number, name = (
        printable(text if isinstance(text, str) else name_text(text, encoding))
        for text in (number, name)
    )
    return Label(identity, number, name)
