"""Who logs in."""
from __future__ import annotations

import base64
from typing import Dict, List, NamedTuple, Optional

from ..errors import SettingsError

_BEGINNING = 2                  # characters of a password


class Login(NamedTuple):
    """User and password, or the token of a session, which wins and is sent in `token_header`. All None: no login."""

    user: Optional[str] = None
    password: Optional[str] = None
    token: Optional[str] = None
    token_header: str = "X-SessionToken"        # noqa: S105 (a header's name)

    def __repr__(self) -> str:
        return "Login(...)"

    def headers(self) -> Dict[str, str]:
        """The header that logs in. SettingsError for what no header can hold."""
        if self.token is not None:
            return {self.token_header: sendable(self.token)}
        if self.user is not None and self.password is not None:
            return {"Authorization": basic(self.user, self.password)}
        return {}

    @property
    def padded(self) -> bool:
        """Whether the password begins or ends with a blank, which few people want."""
        return self.token is None and self.password is not None and self.password != self.password.strip()

    def quoted(self, text: str) -> str:
        """A device's text as an error may show it: printable, cut, and not at all where it holds password or token."""
        from .echo import quoted
        return quoted(text, self.secrets)

    def payload(self, body: bytes) -> bytes:
        """The beginning of a device's answer as an error may keep it: nothing of it where it holds password or token."""
        from .echo import payload
        return payload(body, self.secrets)

    @property
    def secrets(self) -> List[str]:
        """What must not be shown. User and password as the header has them, of the password the beginning alone: a device may
        cut what it sends back."""
        found = [secret for secret in (self.password, self.token) if secret]
        return [*found, f"{self.user}:{self.password[:_BEGINNING]}"] if self.user and self.password else found


def basic(user: str, password: str) -> str:
    """The value of an Authorization header (RFC 7617). SettingsError for what is no text, without showing it."""
    try:
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    except UnicodeError:
        pass                                # raised below, outside: Python's own error would hold the password
    raise SettingsError("user name or password holds bytes that are no UTF-8 text: type them anew")


def sendable(token: str) -> str:
    """The token. SettingsError where it is not one line of ASCII."""
    if not token or not token.isascii() or not token.isprintable():
        raise SettingsError("a token is one line of letters and digits, as the device handed it out")
    return token
