"""Secrets at rest: a PDU's form is encrypted (Fernet: AES-128-CBC, HMAC-SHA256). The key is in a
file beside the database, readable only by its owner."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Optional

from cryptography.fernet import Fernet, InvalidToken

Form = tuple[dict[str, str], dict[str, str]]  # SNMP parameters, handler settings


class Sealer:
    """`path` is the key's file, made when it is missing; None: a key for this process only."""

    def __init__(self, path: Optional[Path]) -> None:
        if path is None:
            key = Fernet.generate_key()
        elif path.exists():
            key = path.read_bytes()
        else:
            key = Fernet.generate_key()
            private(path, key)
        try:
            self._fernet = Fernet(key.strip())
        except ValueError:
            raise ValueError(
                f"{path} is not a key: restore it, or remove its folder and start again"
            ) from None

    def seal(self, form: Form) -> bytes:
        return self._fernet.encrypt(json.dumps(form).encode())

    def open(self, sealed: bytes) -> Form:
        """The form that `seal` encrypted.

        Raises ValueError if it is damaged or was encrypted with another key.
        """
        try:
            snmp, settings = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise ValueError(
                "the key beside the database cannot decrypt the form of a PDU: restore the key, or"
                " remove the folder that holds both"
            ) from None
        return snmp, settings


def private(path: Path, content: bytes) -> None:
    """Writes a file that only its owner can read. After a crash it is complete or unchanged."""
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


# shorter secrets are not masked, because they may match parts of words
_SHORTEST = 4
_SECRET_WORDS = ("pass", "secret", "token", "community", "key", "credential", "pin")


def looks_secret(key: str) -> bool:
    """Whether the field `key` of a form is likely to hold a secret."""
    return any(word in key.lower() for word in _SECRET_WORDS)


def masked(text: str, form: Form) -> str:
    """`text` with secrets of at least `_SHORTEST` characters masked, because a third-party handler
    may log them.
    """
    secrets: set[str] = set()
    for part in form:
        for key, value in part.items():
            if looks_secret(key):
                secrets.update((value, value.strip(), *value.splitlines()))
    # one secret may be a part of another
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, "•••")
    return text
