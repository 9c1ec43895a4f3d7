"""The clients of the gateway: who may read and switch which machines. Pure, but for the files.

A client is a table of a TOML file:

    [client.maas]
    token_file = "maas.token"       # or token_sha256 = "<64 hex digits>"
    machines = ["rack1-*"]          # names or patterns of the drawing's machines
    may = ["read", "switch"]
    commands_per_minute = 400       # optional, as requests_per_minute is
"""

from __future__ import annotations

import fnmatch
import hashlib
import hmac
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, NoReturn, Optional

from handlers.shared.errors import SettingsError, printable

from ..core.files import secret_files, toml

READ, SWITCH = "read", "switch"
_COMMANDS, _REQUESTS = "commands_per_minute", "requests_per_minute"
_KEYS = ("token_file", "token_sha256", "machines", "may", _COMMANDS, _REQUESTS)
_MOST_IN_A_MINUTE = 1_000_000
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Without spaces, so that it fits a header. A token of fewer characters could be guessed.
_TOKEN = re.compile(r"[\x21-\x7e]{20,256}")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_LONGEST_PATTERN = 200


class GatewayClient(NamedTuple):
    """One client."""

    name: str
    #: SHA-256 of its token, by `digest_of`
    digest: bytes
    #: patterns of fnmatch, in which case matters
    machines: Sequence[str]
    #: READ, SWITCH or both
    may: frozenset[str]
    #: commands and requests that it may send in a minute; None: as many as its machines need
    commands: Optional[int] = None
    requests: Optional[int] = None

    def sees(self, machine: str) -> bool:
        """Whether the machine is one of its own."""
        return any(fnmatch.fnmatchcase(machine, pattern) for pattern in self.machines)

    def __repr__(self) -> str:
        return f"<GatewayClient {self.name!r}>"


class Clients:
    """All clients of a file."""

    def __init__(self, clients: Sequence[GatewayClient]) -> None:
        self._clients = clients

    def __len__(self) -> int:
        return len(self._clients)

    def __iter__(self) -> Any:
        return iter(self._clients)

    def find_by_token(self, token: str) -> Optional[GatewayClient]:
        """The client with this token. Takes as long for a wrong token as for a right one."""
        digest = digest_of(token)
        match = None
        for client in self._clients:
            if hmac.compare_digest(client.digest, digest):
                match = client
        return match

    def find_by_login(self, name: str, token: str) -> Optional[GatewayClient]:
        """The client with this name and token, for protocols with user and password."""
        client = self.find_by_token(token)
        return client if client is not None and client.name == name else None


def read_clients(path: str) -> Clients:
    """The clients of a file.

    Raises SettingsError for a bad file, and for one whose permissions or owner are not safe.
    """
    document = toml.loads(secret_files.read_secret(path, secret_files.SECRET), path)
    unknown = sorted(set(document) - {"client"})
    tables = document.get("client")
    if unknown or not isinstance(tables, dict) or not tables:
        raise SettingsError(
            f"{path}: [client.NAME] tables are"
            f" expected{f', not {printable(unknown[0], 60)!r}' if unknown else ''}"
        )
    clients = [_client(name, table, path) for name, table in tables.items()]
    names: dict[bytes, str] = {}
    for client in clients:
        namesake = names.setdefault(client.digest, client.name)
        if namesake != client.name:
            raise SettingsError(
                f"{path}: the clients {namesake!r} and {client.name!r} have the same token;"
                " give each its own"
            )
    return Clients(clients)


def _client(name: str, table: Any, path: str) -> GatewayClient:
    where = f"{path}: [client.{printable(name, 60)}]"

    def fail(what: str) -> NoReturn:
        raise SettingsError(f"{where}: {what}")

    if not _NAME.fullmatch(name):
        fail("a name has 1 to 64 letters, digits, '.', '_' or '-'")
    if not isinstance(table, dict):
        fail("must be a table")
    unknown = sorted(set(table) - set(_KEYS))
    if unknown:
        fail(f"unknown key {printable(unknown[0], 60)!r}; known: {', '.join(_KEYS)}")
    machines, may = _texts(table, "machines"), _texts(table, "may")
    if not machines:
        fail('machines must be a list of names or patterns, such as ["rack1-*"]')
    if not may or set(may) - {READ, SWITCH}:
        fail('may must be ["read"], ["switch"] or ["read", "switch"]')
    try:
        digest = _given_digest(table, os.path.dirname(path))
    except SettingsError as error:
        fail(error.reason)
    rates = {}
    for key in (_COMMANDS, _REQUESTS):
        rates[key] = table.get(key)
        if key in table and not _is_rate(table[key]):
            fail(f"{key} must be a whole number from 1 to {_MOST_IN_A_MINUTE}")
    return GatewayClient(name, digest, machines, frozenset(may), rates[_COMMANDS], rates[_REQUESTS])


def _is_rate(value: Any) -> bool:
    return type(value) is int and 1 <= value <= _MOST_IN_A_MINUTE


def _texts(table: Mapping[str, Any], key: str) -> list[str]:
    """The texts of a list; [] for anything else."""
    values = table.get(key)
    is_list = isinstance(values, list) and all(
        isinstance(value, str) and 0 < len(value) <= _LONGEST_PATTERN for value in values
    )
    return list(values) if is_list and values is not None else []


def _given_digest(table: Mapping[str, Any], folder: str) -> bytes:
    sources = [key for key in ("token_file", "token_sha256") if key in table]
    value = table[sources[0]] if len(sources) == 1 else None
    if not isinstance(value, str):
        raise SettingsError("give token_file or token_sha256, and only one of them")
    if sources == ["token_sha256"]:
        if not _SHA256.fullmatch(value):
            raise SettingsError("token_sha256 must have 64 hexadecimal digits")
        return bytes.fromhex(value)
    path = os.path.join(folder, value)
    token = secret_files.read_secret(path, secret_files.SECRET).rstrip("\r\n")
    if not _TOKEN.fullmatch(token):
        raise SettingsError(
            f"{path}: a token is one line of 20 to 256 printable ASCII characters without spaces;"
            " make one with: openssl rand -hex 32"
        )
    return digest_of(token)


def digest_of(token: str) -> bytes:
    """The SHA-256 of a token, which is kept in its place. A token is random and long: a slow hash
    would add nothing.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
