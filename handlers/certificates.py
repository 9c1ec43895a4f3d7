"""Certificates and fingerprints as owners paste them into a form."""
from __future__ import annotations

import re

LONGEST_PEM = 300_000           # characters; a bundle of all public authorities has some 230,000
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def fingerprint(text: str) -> str:
    """A SHA-256 fingerprint as 64 lower-case hex digits. Raises ValueError.

    Accepts colons, blanks, and `sha256:` or the prefix that openssl prints.
    """
    digits = re.sub(r"^sha-?256( fingerprint)?[:=]", "", text.strip().lower()).replace(":", "").replace(" ", "")
    if not re.fullmatch("[0-9a-f]{64}", digits):
        raise ValueError(text)
    return digits


def pem(text: str) -> str:
    """One or more PEM certificates. Raises ValueError.

    Restores line ends that a form's one-line field turned into blanks or into `\\n`.
    """
    out = []
    for block in text.replace("\\n", "\n").split(_BEGIN)[1:]:
        body, end, _ = block.partition(_END)
        body = re.sub(r"\s+", "", body)
        if not end or not re.fullmatch("[A-Za-z0-9+/]+={0,2}", body):
            raise ValueError("not base64, or without an end")
        lines = "\n".join(body[i:i + 64] for i in range(0, len(body), 64))
        out.append(f"{_BEGIN}\n{lines}\n{_END}\n")
    if not out:
        raise ValueError("no certificate")
    return "".join(out)
