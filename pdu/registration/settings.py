"""Where DCImanager is, and with which login: from options, the environment and the terminal."""

from __future__ import annotations

import os
import re
import ssl
import sys
import urllib.parse
from typing import NamedTuple, Union

from handlers.http.message import PORTS, Endpoint
from handlers.shared.errors import SettingsError

from ..cli.prompts import ask_line, ask_secret
from ..files.secret_files import secret_in

_ADDRESS = re.compile(r"(?i:https)://[A-Za-z0-9\[][A-Za-z0-9.:_~%\[\]-]*/*")
_QUESTIONS = {
    "DCI_URL": "URL of DCImanager (https://...):",
    "DCI_EMAIL": "E-mail of an administrator:",
}
_YES, _NO = ("1", "yes"), ("", "0", "no")


class Password(NamedTuple):
    """The password, and where it came from, the end of a sentence in errors: `source` is "is from
    DCI_PASSWORD" or "was typed". The repr does not show the password.
    """

    text: str
    source: str

    def __repr__(self) -> str:
        """Password(was typed)"""
        return f"Password({self.source})"


def server_url(address: str) -> str:
    """The URL of the server at an address `https://NAME`, in one spelling: with a port if it is not
    the usual one. Raises SettingsError for another address, also for `https://user:password@...`,
    because the address is shown.

    >>> server_url("HTTPS://dci.example.com:443/")
    'https://dci.example.com'
    """
    if not address.lower().startswith("https://"):
        raise SettingsError(
            "DCI_URL must begin with https:// and name a server: the password is sent there"
        )
    if not _ADDRESS.fullmatch(address):
        raise SettingsError(
            "DCI_URL is no address of a server alone, such as https://dci.example.com: give it"
            " without a path, a user and a password"
        )
    try:
        parts = urllib.parse.urlsplit(address)
        host, port = parts.hostname, parts.port or PORTS["https"]
    except ValueError:
        host, port = None, 0
    if not host:
        raise SettingsError("DCI_URL has no valid name or port of a server")
    return Endpoint("https", host, port).url


def needed_text(name: str) -> str:
    """The text of the variable DCI_URL or DCI_EMAIL, or in its place what a person types on the
    terminal. Raises SettingsError if both are nothing.

    URL of DCImanager (https://...): https://dci.example.com
    """
    text = _variable(name)
    if not text and sys.stdin.isatty():
        text = ask_line(_QUESTIONS[name]) or ""
    if not text:
        raise SettingsError(f"{name} is not set, and nothing was typed on a terminal")
    return text


def take_password(email: str) -> Password:
    """The password of DCI_PASSWORD, of the first line of the file DCI_PASSWORD_FILE, or of the
    terminal, which asks for that of `email`. The variable is taken out of the environment: no
    program that is started gets it. Raises SettingsError if there is none.

    >>> from unittest import mock
    >>> with mock.patch.dict(os.environ, {"DCI_PASSWORD": "word"}):
    ...     password = take_password("admin@example.com")
    ...     password.text, password.source, "DCI_PASSWORD" in os.environ
    ('word', 'is from DCI_PASSWORD', False)
    """
    text = os.environ.pop("DCI_PASSWORD", "")
    if text:
        return Password(text, "is from DCI_PASSWORD")
    path = os.environ.get("DCI_PASSWORD_FILE", "")
    if path:
        first_line = secret_in(path).partition("\n")[0].rstrip("\r")
        if not first_line:
            raise SettingsError(f"the first line of DCI_PASSWORD_FILE ({path}) is empty")
        return Password(first_line, f"is from DCI_PASSWORD_FILE ({path})")
    text = ask_secret("password", f"Password of {email}")
    if not text:
        raise SettingsError(
            "DCI_PASSWORD (or DCI_PASSWORD_FILE) is not set, and nothing was typed on a terminal"
        )
    return Password(text, "was typed")


def verify() -> Union[bool, str]:
    """How the server's certificate is checked, the parameter `verify` of requests: False, not at
    all, with DCI_INSECURE=1; else the path of a file or folder of authorities, that of
    CURL_CA_BUNDLE, of REQUESTS_CA_BUNDLE or of the system. Raises SettingsError for a file without
    a certificate.

    >>> from unittest import mock
    >>> with mock.patch.dict(os.environ, {"DCI_INSECURE": "1"}):
    ...     verify()
    False
    """
    insecure = _variable("DCI_INSECURE").lower()
    if insecure not in (*_YES, *_NO):
        raise SettingsError("DCI_INSECURE must be 1 or 0")
    if insecure in _YES:
        return False
    for name in ("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        path = _variable(name)
        if path:
            _check_authorities(name, path)
            return path
    # those of the system, also by SSL_CERT_FILE; requests alone would take those that it brings
    system_paths = ssl.get_default_verify_paths()
    return system_paths.cafile or system_paths.capath or True


def _check_authorities(name: str, path: str) -> None:
    """Raises SettingsError for a file or folder of authorities that OpenSSL cannot read. `name`: of
    the variable that has this path.
    """
    place = "capath" if os.path.isdir(path) else "cafile"
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(**{place: path})
    except OSError as error:
        raise SettingsError(f"{name}: {path} cannot be read ({error.strerror})") from None


def pause() -> float:
    """The unit of the pauses before another try of a call, in seconds, from DCI_PAUSE; 1 if that is
    not set. Raises SettingsError for another text than 0 to 999.

    >>> from unittest import mock
    >>> with mock.patch.dict(os.environ, {"DCI_PAUSE": "3"}):
    ...     pause()
    3.0
    """
    text = _variable("DCI_PAUSE") or "1"
    if not re.fullmatch("[0-9]{1,3}", text):
        raise SettingsError("DCI_PAUSE must be a whole number of seconds from 0 to 999")
    return float(text)


def _variable(name: str) -> str:
    """A variable of the environment without blanks around it, "" if it is not set."""
    return os.environ.get(name, "").strip()
