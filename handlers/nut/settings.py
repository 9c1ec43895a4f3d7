"""The handler settings of a NUT server."""

from __future__ import annotations

from typing import Optional

from ..shared.errors import NamedSetting, SettingsError
from ..shared.labels import ENCODING
from ..shared.settings import (
    HOST,
    TIMEOUT,
    UNKNOWN_FIGURES,
    Setting,
    Settings,
    port as port_number,
    yes_no,
)
from ..shared.tls import CA_PEM, FINGERPRINT, VERIFY, Trust
from .connection import DEFAULT_PORT
from .quoting import MAX_WORD, is_name, word as protocol_word

_CARRIED = f"without line breaks, tabs or other control characters, at most {MAX_WORD} bytes"


def _name(text: str) -> str:
    """The text, for a setting that names a device. Raises ValueError."""
    if not is_name(text):
        raise ValueError(text)
    return text


def _word(text: str) -> str:
    """The text, for a setting that is sent as one word of NUT's protocol. Raises ValueError.

    >>> _word("dcimanager")
    'dcimanager'
    """
    try:
        protocol_word(text, "word")
    except SettingsError:
        raise ValueError from None
    return text


PORT: Setting[Optional[int]] = Setting(
    "port",
    "1 to 65535",
    port_number,
    None,
    f"the NUT server's port; without it the one in the address, else {DEFAULT_PORT}",
)
USERNAME: Setting[str] = Setting(
    "username",
    f"a user name from upsd.users, {_CARRIED}",
    _word,
    "",
    "needed to switch; reading sends it only to a server that demands a login",
)
PASSWORD: Setting[str] = Setting(
    "password",
    f"the user's password, {_CARRIED}",
    _word,
    "",
    "needed and sent together with username",
    secret=True,
)
DEVICE: Setting[str] = Setting(
    "device",
    "a name from ups.conf, without its square brackets",
    _name,
    "",
    "the device on the NUT server; without it all devices of the server are one PDU",
)
TLS: Setting[bool] = Setting(
    "tls", "yes or no", yes_no, False, "yes: everything except STARTTLS itself is sent over TLS"
)
WHOLE_LOAD: Setting[bool] = Setting(
    "whole_load",
    "yes or no",
    yes_no,
    False,
    "yes: a UPS that can switch its whole load gets one more port, `load`",
)
SETTINGS: tuple[Setting[object], ...] = (
    HOST,
    PORT,
    USERNAME,
    PASSWORD,
    DEVICE,
    TLS,
    VERIFY,
    CA_PEM,
    FINGERPRINT,
    TIMEOUT,
    WHOLE_LOAD,
    UNKNOWN_FIGURES,
    ENCODING,
)


def tls_of(settings: Settings) -> Optional[Trust]:
    """How to check the server's certificate; None without TLS. Raises SettingsError.

    >>> tls_of(Settings({"tls": "yes"}, SETTINGS)).verify
    True
    >>> tls_of(Settings({}, SETTINGS)) is None
    True
    """
    if settings[TLS] or settings[CA_PEM] or settings[FINGERPRINT]:
        return Trust.from_settings(
            settings, over_tls=settings[TLS], tls_setting=NamedSetting("tls", "yes")
        )
    return None
