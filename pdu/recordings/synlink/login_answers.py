"""What a replayed SynLink answers to a login, which no recording holds."""

from __future__ import annotations

from collections.abc import Mapping

from ..replay_server import Response

ANSWERS: Mapping[str, Response] = {
    "POST /login": (200, {}, {"Set-Cookie": "SPID=replayed; path=/"}),
}
