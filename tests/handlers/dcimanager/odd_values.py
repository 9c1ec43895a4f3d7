"""Values and exceptions of a platform whose own methods raise, or hide their text."""

from __future__ import annotations

import enum
import logging
from collections.abc import Mapping
from types import SimpleNamespace
from typing import NamedTuple, cast

SECRET = "hunter2-secret"


class Raising(Exception):
    def __str__(self) -> str:
        raise ValueError(SECRET)

    __repr__ = __str__


class Textless(Exception):
    def __str__(self) -> str:
        return cast(str, None)

    __repr__ = __str__


class Word(str, enum.Enum):
    ON, ADMIN, SECRET = "1", "admin", "31415926"


class Number(enum.IntEnum):
    ON = 1


class Plain(enum.Enum):
    ADMIN = "admin"


class SecretStr:
    """As pydantic's."""

    def __init__(self, secret: object) -> None:
        self._secret = secret

    def get_secret_value(self) -> object:
        return self._secret

    def __str__(self) -> str:
        return "**********"

    __repr__ = __str__


class Lazy:
    """A text that is made when it is needed, as of a translation."""

    def __str__(self) -> str:
        return "admin"


class Starred(str):
    def __str__(self) -> str:
        return "*****"

    __format__ = object.__format__


class Login(NamedTuple):
    community: str = "31415926"


class SlottedLogin:
    """As a class of attrs or a dataclass with slots: without `__dict__`."""

    __slots__ = ("port", "community")

    def __init__(self) -> None:
        self.community = "31415926"


def knows_itself() -> object:
    """Parameters that refer to themselves, and by a logger to half of the program."""
    params = SimpleNamespace(port="1161", logger=logging.getLogger("pdu"), community="31415926")
    params.owner = params
    return params


#: SNMP fields of a form that are no JSON
PARAMETERS: Mapping[str, object] = {
    "octets": {"community": b"31415926"},
    "octets in Latin-1": {"community": b"31415926\xe9"},
    "octets that change": {"community": bytearray(b"31415926")},
    "a set": {"communities": {"31415926"}},
    "a hidden text": {"community": SecretStr("31415926")},
    "an Enum": {"community": Word.SECRET},
    "a nested hidden text": {"auth": {"password": SecretStr("31415926")}},
    "an object that knows itself": knows_itself(),
    "a tuple with names": Login(),
    "an object with slots": SlottedLogin(),
    "a nested object with slots": {"v3": SlottedLogin()},
    "nested objects": SimpleNamespace(v3=SimpleNamespace(auth_password="31415926")),
    "a tuple": ("2", "31415926"),
}
