"""Logins by name: tables `[auth.hall]` in a TOML file. A list of PDUs names the login of each PDU.

A key is a handler setting or an SNMP field (`username`, `snmp_version`, ...). A secret is a
*reference*, `password_file = "FILE"` or `password_env = "VARIABLE"`. Only a file of logins, which
others cannot read, may hold an *inline* secret, the text itself: `password = "..."`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from handlers.shared.errors import SettingsError, printable

from ..cli.options import SECRETS
from ..files import secret_files, toml

ENVIRONMENT = "the environment"  # the name of the login from the environment


class DeviceLogin(NamedTuple):
    """One login. Its repr shows only the name, because the rest may be secret."""

    name: str
    #: key -> text, such as username -> reader
    settings: Mapping[str, str]
    #: key -> secret, such as password -> its text
    secrets: Mapping[str, str]

    @property
    def description(self) -> str:
        """How errors name the login.

        >>> DeviceLogin("hall", {}, {}).description
        "the login 'hall'"
        """
        if self.name != ENVIRONMENT:
            return f"the login {self.name!r}"
        return "the environment (the list names no login)"

    def __repr__(self) -> str:
        return f"<DeviceLogin {self.name!r}>"


def read_logins(path: str) -> dict[str, DeviceLogin]:
    """The logins of a TOML file, by name. Raises SettingsError for a file that is no such one, and
    for one that other users can read or change.
    """
    if path.lower().endswith(".csv"):
        raise SettingsError(
            f"{path} is no file of logins, which is TOML with [auth.NAME] tables: give that one as"
            " --auth, and the list of PDUs as the argument or as --list"
        )
    return parse_login_file(secret_files.read_secret(path, secret_files.SECRET), path)


def parse_login_file(text: str, path: str) -> dict[str, DeviceLogin]:
    r"""The logins in the text of a file, by name. `path` names it in errors. Raises SettingsError
    for what is no file of logins, and for a reference to nothing.

    >>> text = '[auth.hall]\nusername = "reader"\npassword_env = "PATH"\n'
    >>> parse_login_file(text, "logins.toml")["hall"].settings
    {'username': 'reader'}
    >>> list(parse_login_file(text, "logins.toml")["hall"].secrets)
    ['password']
    """
    document = toml.loads(text, path)
    fault = f"{path}: [auth.NAME] tables are expected"
    other_keys = sorted(key for key in document if key != "auth")
    if other_keys:
        raise SettingsError(f"{fault}, not {printable(other_keys[0], 60)!r}")
    if "auth" not in document:
        raise SettingsError(fault)
    return parse_logins(document["auth"], path, inline=True)


def parse_logins(tables: Any, path: str, *, inline: bool) -> dict[str, DeviceLogin]:
    """The logins of the tables in `[auth]`, by name. `path` names their file in errors. Without
    `inline`, a secret must be a reference.

    >>> tables = {"hall": {"username": "reader", "password": "word"}}
    >>> parse_logins(tables, "logins.toml", inline=True)["hall"].settings
    {'username': 'reader'}
    >>> parse_logins(tables, "pdus.toml", inline=False)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: pdus.toml: [auth.hall]: password is a secret, which ...
    """
    fault = f"{path}: 'auth' must contain only [auth.NAME] tables"
    if not isinstance(tables, dict):
        raise SettingsError(fault)
    for table in tables.values():
        if not isinstance(table, dict):
            raise SettingsError(fault)
    return {name: _login(name, table, path, inline=inline) for name, table in tables.items()}


def environment_login(files: Mapping[str, str]) -> DeviceLogin:
    """The login of PDUs for which the list names none: the user of PDU_USERNAME, and each secret
    from `files` (of --secret-file, by key), else from its variable, such as PDU_PASSWORD.

    >>> from unittest import mock
    >>> with mock.patch.dict(os.environ, {"PDU_USERNAME": "reader", "PDU_PASSWORD": "word"}):
    ...     login = environment_login({})
    >>> login.settings, login.secrets["password"]
    ({'username': 'reader'}, 'word')

    Raises SettingsError for a file that cannot be read or has no secret.
    """
    settings: dict[str, str] = {}
    username = os.environ.get("PDU_USERNAME", "")
    if username:
        settings["username"] = username
    secrets: dict[str, str] = {}
    for key in SECRETS:
        secret = os.environ.get(f"PDU_{key.upper()}", "")
        if secret:
            secrets[key] = secret
    for key, path in files.items():
        secrets[key] = secret_files.secret_in(path)
    return DeviceLogin(ENVIRONMENT, settings, secrets)


def setting_value(key: str, text: str, folder: str) -> str:
    """The value of a setting that a file in this folder contains: its text, but a path in `ca_pem`
    is relative to the folder.

    >>> setting_value("ca_pem", "hall.pem", "/etc/pdu"), setting_value("port", "80", "/etc/pdu")
    ('/etc/pdu/hall.pem', '80')
    """
    if key == "ca_pem" and text and "BEGIN CERTIFICATE" not in text:
        return os.path.join(folder, text)
    return text


def _login(name: str, table: Mapping[str, Any], path: str, *, inline: bool) -> DeviceLogin:
    """The login of the table [auth.NAME] in a file. `path` names the file in errors; a reference to
    a file is relative to its folder. `inline`: whether a secret may be its text itself.

    >>> table = {"Username": "reader", "port": 8443, "password": "word"}
    >>> login = _login("hall", table, "logins.toml", inline=True)
    >>> login.settings, login.secrets
    ({'username': 'reader', 'port': '8443'}, {'password': 'word'})

    Raises SettingsError for a key that is given twice, and for a value that is none.
    """
    where = f"{path}: [auth.{printable(name, 60)}]"
    folder = os.path.dirname(path)
    settings: dict[str, str] = {}
    secrets: dict[str, str] = {}
    for word, value in table.items():
        key = word.lower()
        secret, ending = _reference(key)
        try:
            text = _text(key, value, is_secret=secret != "")
        except ValueError as error:
            raise SettingsError(f"{where}: {error}") from None
        if secret in secrets or key in settings:
            raise SettingsError(f"{where}: {printable(secret or key, 60)} is given twice")
        if not secret:
            settings[key] = setting_value(key, text, folder)
            continue
        if ending == "" and not inline:
            raise SettingsError(
                f"{where}: {secret} is a secret, which a list must not contain: give {secret}_file"
                f" or {secret}_env, or move the table into a separate file (--auth)"
            )
        secrets[secret] = _secret_value(where, secret, ending, text, folder)
    return DeviceLogin(name, settings, secrets)


def _text(key: str, value: Any, *, is_secret: bool) -> str:
    """The text of a value of TOML, such as the port 8443. A secret must be a text, because a number
    may have lost its zeros. Raises ValueError, without the value of a secret, for another type.

    >>> _text("port", 8443, is_secret=False), _text("password", " 1.10", is_secret=True)
    ('8443', ' 1.10')
    """
    shown_key = printable(key, 60)
    if not is_secret:
        return toml.setting_text(shown_key, value)
    text = toml.text_only(shown_key, value)
    if not text:
        raise ValueError(f"{shown_key} is empty: leave it out, or give it a value")
    return text


def _reference(key: str) -> tuple[str, str]:
    """The secret that a key sets, such as "password", and how the key ends: "_file" and "_env" for
    a reference, "" for the text itself. ("", "") for a key that sets no secret.

    >>> _reference("password_env"), _reference("community"), _reference("username")
    (('password', '_env'), ('community', ''), ('', ''))
    """
    for ending in ("", "_file", "_env"):
        secret = key.removesuffix(ending)
        if secret in SECRETS:
            return secret, ending
    return "", ""


def _secret_value(where: str, secret: str, ending: str, text: str, folder: str) -> str:
    """The value of a secret, by the ending of its key: `text` names a variable ("_env") or a file
    in `folder` ("_file"), or is the value (""). `where` begins errors: "logins.toml: [auth.hall]".

    password = "..."                     the text itself
    password_env = "HALL_PASSWORD"       the value of this variable
    password_file = "hall.txt"           the content of FOLDER/hall.txt, without its last line end

    Raises SettingsError for a variable that is not set, and a file that cannot be read.
    """
    if ending == "":
        return text
    if ending == "_env":
        value = os.environ.get(text, "")
        if not value:
            raise SettingsError(
                f"{where}: {secret}_env names a variable that is not set or is empty"
            )
        return value
    try:
        return secret_files.secret_in(os.path.join(folder, text))
    except SettingsError as error:
        raise SettingsError(f"{where}: {secret}_file: {error}") from None


def names(login_by_name: Mapping[str, DeviceLogin]) -> str:
    """The names of at most ten logins, for an error.

    >>> names({"hall": DeviceLogin("hall", {}, {}), "a": DeviceLogin("a", {}, {})}), names({})
    ('a, hall', 'none')
    """
    login_names: list[str] = sorted(login_by_name)
    if len(login_names) > 10:
        login_names[10:] = ["..."]
    return ", ".join(login_names) or "none"
