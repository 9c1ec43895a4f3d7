"""Handler settings: free text from DCImanager's form, checked against a handler's table of keys.

Each handler declares a tuple of `Setting`. The tables in docs/settings.md are made from these
tuples.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Callable, Generic, Optional, TypeVar

from .address import Address, is_address
from .errors import NamedSetting, SettingsError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

LONGEST = 1000  # usual limit for a value, in characters
_YES, _NO = ("yes", "true", "1", "on"), ("no", "false", "0", "off")
_NOUN = "handler setting "
# what forms and libraries show in place of a secret: pydantic 10 stars, browsers and others dots
_MASKED = "[*\u2022\u25cf]{6,}"


class Setting(Generic[T_co]):
    """One key of the form, and how its text becomes a value.

    >>> TIMEOUT.value("2.5"), TIMEOUT.value(None)
    (2.5, 10.0)
    >>> TIMEOUT.value("90")
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: handler setting 'timeout': '90' is not allowed; give \
0.1 to 60 (seconds)
    """

    __slots__ = ("key", "allowed", "read", "default", "help", "secret", "longest")

    def __init__(
        self,
        key: str,
        allowed: str,
        read: Callable[[str], T_co],
        default: T_co,
        help: str,
        *,
        secret: bool = False,
        longest: int = LONGEST,
    ) -> None:
        #: its name on the form, in lower case
        self.key = key
        #: describes the accepted texts, in the table of settings and in errors
        self.allowed = allowed
        #: turns a text of at most `longest` characters into a value, or raises ValueError
        self.read = read
        #: the value if there is no text, or only blanks
        self.default = default
        #: what it does, in the table of settings
        self.help = help
        #: whether its text is neither trimmed nor shown
        self.secret = secret
        #: limit for the text, in characters
        self.longest = longest

    def value(self, text: Optional[str]) -> T_co:
        """The value of `text`, or the default for None and for blank text. Raises SettingsError.

        >>> TIMEOUT.value(" 2.5 "), TIMEOUT.value("")
        (2.5, 10.0)
        """
        if text is None or not text.strip():
            return self.default
        fault = self._fault_of(text)
        if not fault:
            try:
                return self.read(text if self.secret else text.strip())
            except ValueError:
                # raised below, outside `except`: the ValueError may hold a secret
                # a password may precede an @
                is_hidden = self.secret or "@" in text
                quoted_text = "" if is_hidden else f" {text.strip()[:60]!r} is not allowed;"
                fault = f"{quoted_text} give {self.allowed}"
        raise SettingsError((NamedSetting(self.key, noun=_NOUN), f":{fault}"))

    def _fault_of(self, text: str) -> str:
        """Why the text cannot be that of any setting, whatever `read` makes of it: it is too long,
        only stars, or no Unicode. "" if it can.

        >>> password = Setting("password", "a password", str, "", "", secret=True)
        >>> password._fault_of("x"), password._fault_of("********")[:27]
        ('', ' the value is only stars, a')
        """
        if len(text) > self.longest:
            return f" the value has more than {self.longest} characters; give {self.allowed}"
        if self.secret and re.fullmatch(_MASKED, text.strip()):
            # a login with it would fail, and some devices lock the account after a few
            return " the value is only stars, as a form shows a secret; type it again"
        if not _is_unicode(text):
            return " the value has a character that is not valid Unicode; type it again"
        return ""


class Settings(dict[Setting[Any], Any]):
    """The values of settings, each parsed once: `settings[PORT]` is the typed value of the setting
    PORT.

    Raises SettingsError for an unknown key, which is probably misspelt, and for the first bad
    value.

    >>> Settings({"timeout": "3"}, [TIMEOUT])[TIMEOUT]
    3.0
    """

    def __init__(self, texts: Mapping[str, str], settings: Sequence[Setting[object]]) -> None:
        """`texts`: those of the form, by key. `settings`: all that the handler has.

        >>> Settings({"time": "3"}, [TIMEOUT])
        Traceback (most recent call last):
        handlers.shared.errors.SettingsError: handler setting 'time' is unknown; allowed: timeout
        """
        keys = [setting.key for setting in settings]
        for key in texts:
            if key not in keys:
                raise SettingsError(
                    (
                        NamedSetting(key[:60], noun=_NOUN),
                        f" is unknown; allowed: {', '.join(keys) or 'none'}",
                    )
                )
        super().__init__((setting, setting.value(texts.get(setting.key))) for setting in settings)

    def __repr__(self) -> str:
        # no values: they may be secret
        return f"Settings({', '.join(setting.key for setting in self)})"

    if TYPE_CHECKING:

        def __getitem__(self, setting: Setting[T]) -> T: ...


def _is_unicode(text: str) -> bool:
    r"""Whether a text is without halves of surrogate pairs, which JSON can hold and UTF-8 cannot.

    >>> _is_unicode("ü"), _is_unicode("\ud83d")
    (True, False)
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def yes_no(text: str) -> bool:
    """`yes` or `no`, also true/false, 1/0 and on/off. Raises ValueError.

    >>> yes_no("Yes"), yes_no("0")
    (True, False)
    """
    word = text.lower()
    if word not in _YES + _NO:
        raise ValueError(text)
    return word in _YES


def port(text: str) -> int:
    """A TCP or UDP port, 1 to 65535. Raises ValueError.

    >>> port("161")
    161
    >>> port("0")
    Traceback (most recent call last):
    ValueError: 0
    """
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= 65535:
        raise ValueError(text)
    return number


def seconds(text: str) -> float:
    """A time-out of 0.1 to 60 seconds. Raises ValueError.

    >>> seconds("2.5")
    2.5
    >>> seconds("90")
    Traceback (most recent call last):
    ValueError: 90
    """
    number = float(text) if text.isascii() and "_" not in text else 0.0
    if not 0.1 <= number <= 60:
        raise ValueError(text)
    return number


def one_line(value: str) -> str:
    """A password or a token. Raises ValueError if it is blank or has a character below U+0020."""
    if not value.strip() or any(ord(c) < 32 for c in value):
        raise ValueError
    return value


def one_of(*words: str) -> Callable[[str], str]:
    """A function that reads one of these words in upper or lower case and returns it in lower case,
    or raises ValueError.

    >>> one_of("error", "unset")("Unset")
    'unset'
    """

    def parse_word(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(text)
        return text.lower()

    return parse_word


def host(value: str) -> Address:
    """A host name or an address, with or without a port. Raises ValueError."""
    if not is_address(value):
        raise ValueError(value)
    return Address(value)


HOST: Setting[Address] = Setting(
    "host",
    "a host name or an address",
    host,
    Address(""),
    "where to connect, if not to the address on the form",
)
TIMEOUT: Setting[float] = Setting(
    "timeout", "0.1 to 60 (seconds)", seconds, 10.0, "how long to wait for an answer, in seconds"
)
ERROR, UNSET = "error", "unset"
UNKNOWN_FIGURES: Setting[str] = Setting(
    "unknown_figures",
    "error or unset",
    one_of(ERROR, UNSET),
    ERROR,
    "for a unit with a meter that never answers. unset: a figure that cannot be read now is left"
    " unset, which DCImanager may show as 0. error: if it is a load or an energy of the unit, the"
    " call is an error",
)
