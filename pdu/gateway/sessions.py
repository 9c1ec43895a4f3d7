"""Sessions of Redfish clients: a token for a while in place of the client's own. Pure: the time is
an argument.

They live in memory: after a restart clients log in anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Optional

from .clients import GatewayClient, digest_of

#: a session that is not used for this long ends, in seconds
TIMEOUT_S = 1800
#: of one client; the one that was not used for the longest time ends for a new one
MOST = 16


@dataclass
class ClientSession:
    """One session. Its token is not kept, only the SHA-256 of it."""

    id: str
    client: GatewayClient
    used_at: float


class Sessions:
    """All sessions of the gateway."""

    def __init__(self) -> None:
        # Looked up by the hash of a random token: how long that takes says nothing of a token.
        self._by_digest: dict[bytes, ClientSession] = {}

    def start(self, client: GatewayClient, now: float) -> tuple[ClientSession, str]:
        """A new session and its token."""
        self._end_idle(now)
        sessions = sorted(self.list_of_client(client, now), key=lambda session: session.used_at)
        for oldest in sessions[: max(0, len(sessions) + 1 - MOST)]:
            self.end(oldest.id, client)
        token = secrets.token_urlsafe(32)
        session = ClientSession(secrets.token_hex(8), client, now)
        self._by_digest[digest_of(token)] = session
        return session, token

    def touch(self, token: str, now: float) -> Optional[GatewayClient]:
        """The client of a session, which is thereby used."""
        self._end_idle(now)
        session = self._by_digest.get(digest_of(token))
        if session is None:
            return None
        session.used_at = now
        return session.client

    def list_of_client(self, client: GatewayClient, now: float) -> Sequence[ClientSession]:
        """The sessions of a client."""
        self._end_idle(now)
        return [
            session for session in self._by_digest.values() if session.client.name == client.name
        ]

    def end(self, id: str, client: GatewayClient) -> bool:
        """End a client's own session. Returns whether there was one."""
        for digest, session in list(self._by_digest.items()):
            if session.id == id and session.client.name == client.name:
                del self._by_digest[digest]
                return True
        return False

    def renew(self, clients: Iterable[GatewayClient]) -> None:
        """Keep the sessions of clients that still have the same name and token, with the rights
        that they have now; end all others."""
        client_by_name = {(client.name, client.digest): client for client in clients}
        for digest, session in list(self._by_digest.items()):
            client = client_by_name.get((session.client.name, session.client.digest))
            if client is None:
                del self._by_digest[digest]
            else:
                session.client = client

    def _end_idle(self, now: float) -> None:
        for digest, session in list(self._by_digest.items()):
            if now - session.used_at > TIMEOUT_S:
                del self._by_digest[digest]
