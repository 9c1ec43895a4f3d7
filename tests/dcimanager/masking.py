"""Secrets of a PDU's form: which fields hold one, and their masking in a handler's text."""

from __future__ import annotations

from collections.abc import Mapping

# shorter secrets are not masked, because they may match parts of words
_SHORTEST = 4
_SECRET_WORDS = ("pass", "secret", "token", "community", "key", "credential", "pin")


def looks_secret(key: str) -> bool:
    """Whether the field `key` of a form is likely to hold a secret."""
    return any(word in key.lower() for word in _SECRET_WORDS)


def masked(text: str, *forms: Mapping[str, str]) -> str:
    """`text` with the secrets of the forms masked, because a third-party handler may log them."""
    secrets: set[str] = set()
    for form in forms:
        for key, value in form.items():
            if looks_secret(key):
                secrets.update((value, value.strip(), *value.splitlines()))
    # one secret may be a part of another
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, "•••")
    return text
