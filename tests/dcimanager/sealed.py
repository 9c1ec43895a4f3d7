"""Secrets at rest: what a PDU's form holds is encrypted (Fernet: AES-128-CBC, HMAC-SHA256) with a key in a file beside
the database, readable by its owner alone. A copy of the database without the key shows no password."""
from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Dict, Optional, Tuple

from cryptography.fernet import Fernet, InvalidToken

Form = Tuple[Dict[str, str], Dict[str, str]]        # SNMP parameters, handler settings


class Sealer:
    """`path` is the key's file, made when it is missing; None: a key for this process alone."""

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
            raise ValueError(f"{path} holds no key: restore it, or remove the folder and begin anew") from None

    def seal(self, form: Form) -> bytes:
        return self._fernet.encrypt(json.dumps(form).encode())

    def open(self, sealed: bytes) -> Form:
        """Raises ValueError where the key is another one."""
        try:
            snmp, settings = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise ValueError("the key beside the database is not the one that it was written with") from None
        return snmp, settings


def private(path: Path, content: bytes) -> None:
    """A file that only its owner can read, there as a whole or not at all."""
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


_SHORTEST = 4                   # shorter texts occur in every sentence
_SECRET_WORDS = ("pass", "secret", "token", "community", "key", "credential", "pin")


def looks_secret(key: str) -> bool:
    """Whether a key of a form is likely to hold a secret, for handlers that do not say."""
    return any(word in key.lower() for word in _SECRET_WORDS)


def masked(text: str, form: Form) -> str:
    """`text` without the secrets of a form: a handler of somebody else may log what it was given."""
    for part in form:
        for key, value in part.items():
            for secret in (value, value.strip()) if looks_secret(key) else ():
                if len(secret) >= _SHORTEST:
                    text = text.replace(secret, "•••")
    return text
