"""Who the client is, and what the connection becomes."""
from __future__ import annotations

from ..answers import Request
from ..words import name, word
from .replies import ok


def username(text: str) -> Request[str]:
    """The first half of a login. Every name is answered with OK: that proves nothing."""
    # > USERNAME admin
    # < OK
    return Request(f"USERNAME {word(text, 'user name')}", "USERNAME", ok)


def password(text: str) -> Request[str]:
    """The second half. A wrong password is also OK, and shows at the first request that needs it."""
    # > PASSWORD secret
    # < OK
    return Request(f"PASSWORD {word(text, 'password')}", "PASSWORD", ok)


def starttls() -> Request[str]:
    """TLS from here on. Nothing may be sent behind it before its answer."""
    # > STARTTLS
    # < OK STARTTLS
    return Request("STARTTLS", "STARTTLS", ok)


def login(ups: str) -> Request[str]:
    """Count this connection as a client that the device feeds. RFC 9271 calls it ATTACH."""
    # > LOGIN ups1
    # < OK
    return Request(f"LOGIN {name(ups, 'device')}", f"LOGIN {ups}", ok)


def logout() -> Request[str]:
    """End the session; the server closes the connection behind its answer. RFC 9271 calls it DETACH."""
    # > LOGOUT
    # < OK Goodbye
    return Request("LOGOUT", "LOGOUT", ok)


def primary(ups: str) -> Request[str]:
    """Ask for the rights of the primary client. Servers before 2.8 call it MASTER."""
    # > PRIMARY ups1
    # < OK PRIMARY-GRANTED
    return Request(f"PRIMARY {name(ups, 'device')}", f"PRIMARY {ups}", ok)


def master(ups: str) -> Request[str]:
    """`primary` under its name before 2.8."""
    # > MASTER ups1
    # < OK MASTER-GRANTED
    return Request(f"MASTER {name(ups, 'device')}", f"MASTER {ups}", ok)


def fsd(ups: str) -> Request[str]:
    """Set the forced-shutdown flag of a device. The flag stays until the server restarts."""
    # > FSD ups1
    # < OK FSD-SET
    return Request(f"FSD {name(ups, 'device')}", f"FSD {ups}", ok)
