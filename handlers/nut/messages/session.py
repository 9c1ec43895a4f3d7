"""Who the client is, and what the connection becomes. Sections are those of RFC 9271."""
from __future__ import annotations

from ..answers import Request
from ..words import name, word
from .replies import ok


def username(text: str) -> Request[str]:
    """The first half of a login (4.2.13). Every name is answered with OK: that proves nothing."""
    # > USERNAME admin
    # < OK
    return Request(f"USERNAME {word(text, 'user name')}", "USERNAME", ok)


def password(text: str) -> Request[str]:
    """The second half (4.2.8). A wrong password is also OK, and shows at the first request that needs it."""
    # > PASSWORD secret
    # < OK
    return Request(f"PASSWORD {word(text, 'password')}", "PASSWORD", ok)


def starttls() -> Request[str]:
    """TLS from here on (4.2.12). Nothing may be sent behind it before its answer."""
    # > STARTTLS
    # < OK STARTTLS
    return Request("STARTTLS", "STARTTLS", ok)


def login(ups: str) -> Request[str]:
    """Count this connection as a client that the device feeds. NUT's own name of `attach`."""
    # > LOGIN ups1
    # < OK
    return Request(f"LOGIN {name(ups, 'device')}", f"LOGIN {ups}", ok)


def logout() -> Request[str]:
    """End the session; the server closes the connection behind its answer. NUT's own name of `detach`."""
    # > LOGOUT
    # < OK Goodbye
    return Request("LOGOUT", "LOGOUT", ok)


def attach(ups: str) -> Request[str]:
    """`login` under RFC 9271's name (4.2.1), which NUT plans to prefer."""
    # > ATTACH ups1
    # < OK
    return Request(f"ATTACH {name(ups, 'device')}", f"ATTACH {ups}", ok)


def detach() -> Request[str]:
    """`logout` under RFC 9271's name (4.2.2)."""
    # > DETACH
    # < OK Goodbye
    return Request("DETACH", "DETACH", ok)


def primary(ups: str) -> Request[str]:
    """Ask for the rights of the primary client (4.2.9). Servers before 2.8 call it MASTER."""
    # > PRIMARY ups1
    # < OK PRIMARY-GRANTED
    return Request(f"PRIMARY {name(ups, 'device')}", f"PRIMARY {ups}", ok)


def master(ups: str) -> Request[str]:
    """`primary` under its name before 2.8."""
    # > MASTER ups1
    # < OK MASTER-GRANTED
    return Request(f"MASTER {name(ups, 'device')}", f"MASTER {ups}", ok)


def fsd(ups: str) -> Request[str]:
    """Set the forced-shutdown flag of a device (4.2.3). The flag stays until the server restarts."""
    # > FSD ups1
    # < OK FSD-SET
    return Request(f"FSD {name(ups, 'device')}", f"FSD {ups}", ok)
