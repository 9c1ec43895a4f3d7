"""Values and exceptions of a platform whose own methods raise, or hide their text."""

from __future__ import annotations

import enum
from typing import cast

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
