"""The settings that every handler over HTTP has."""

from __future__ import annotations

from ..shared.errors import NamedSetting, SettingsError
from ..shared.settings import Setting, one_line, one_of
from .message import PORTS

SCHEME: Setting[str] = Setting(
    "scheme",
    "https or http",
    one_of(*PORTS),
    "https",
    "http only where the PDU does not enforce HTTPS: the password is then sent unencrypted",
)
USERNAME: Setting[str] = Setting(
    "username",
    "a user name",
    str,
    "",
    "an account that may read, and switch outlets if DCImanager is to switch",
)
PASSWORD: Setting[str] = Setting(
    "password",
    "the user's password, on one line without tabs",
    one_line,
    "",
    "needed together with username",
    secret=True,
)


def both_logins() -> SettingsError:
    """The error of an owner who gave user and password, and a token.

    >>> both_logins().reason
    "give the handler settings 'username' and 'password', or 'token', not both"
    """
    return SettingsError(
        (
            "give ",
            NamedSetting("username", noun="the handler settings "),
            " and ",
            NamedSetting("password"),
            ", or ",
            NamedSetting("token"),
            ", not both",
        )
    )
