"""Login and rights of a connection. Section numbers are those of RFC 9271."""
from __future__ import annotations

from ..answers import Request
from ..words import name, word
from .replies import ok


def username(text: str) -> Request[str]:
    """The first half of a login (4.2.13). upsd does not check the name here."""
    # > USERNAME admin
    # < OK
    return Request(f"USERNAME {word(text, 'user name')}", "USERNAME", ok)


def password(text: str) -> Request[str]:
    """The second half of a login (4.2.8). upsd answers OK to a wrong password too, and then denies what needs a right."""
    # > PASSWORD secret
    # < OK
    return Request(f"PASSWORD {word(text, 'password')}", "PASSWORD", ok)


def login(ups: str, verb: str = "LOGIN") -> Request[str]:
    """Register this connection as a client that the device powers. RFC 9271 calls it ATTACH (4.2.1)."""
    # > LOGIN ups1
    # < OK
    return _of_device(verb, ups)


def logout(verb: str = "LOGOUT") -> Request[str]:
    """End the session: the server answers and closes the connection. RFC 9271 calls it DETACH (4.2.2)."""
    # > LOGOUT
    # < OK Goodbye
    return Request(verb, verb, ok)


def primary(ups: str, verb: str = "PRIMARY") -> Request[str]:
    """Ask whether the user may act as the primary client (4.2.9). upsd changes nothing. Servers before 2.8 call it MASTER."""
    # > PRIMARY ups1
    # < OK PRIMARY-GRANTED
    return _of_device(verb, ups)


def fsd(ups: str) -> Request[str]:
    """Set the forced-shutdown flag of a device (4.2.3).

    It stays set until the server restarts, or until the device is removed from ups.conf and added again.
    """
    # > FSD ups1
    # < OK FSD-SET
    return _of_device("FSD", ups)


def _of_device(verb: str, ups: str) -> Request[str]:
    line = f"{verb} {name(ups, 'device')}"
    return Request(line, line, ok)
