"""A transport that notes every call that goes through it."""
from __future__ import annotations

import contextlib
import json
from typing import Any, Dict

from ....http.message import Endpoint, Reply, Request, Transport
from ..kinds import Recorder
from .calls import Key, Outcome, taken


class Tape:
    """Carries by `transport`. Reading calls only: a lost one is sent again for as long as the recorder has patience."""

    def __init__(self, transport: Transport, recorder: Recorder) -> None:
        self._transport, self._recorder = transport, recorder
        self.calls: Dict[Key, Outcome] = {}

    def exchange(self, where: Endpoint, request: Request) -> Reply:
        def send() -> Reply:
            return self._transport.exchange(where, request)
        reply = self._recorder.again(send) if self.calls else send()        # a host that never answered is not waited for
        with contextlib.suppress(ValueError):
            asked: Any = json.loads(request.body) if isinstance(request.body, bytes) else None
            said: Any = json.loads(reply.body) if reply.body else None
            self.calls.update(taken(request.target, asked, reply.status, said))
        self._recorder.tell(f"{len(self.calls)} calls")
        return reply

    def close(self) -> None:
        self._transport.close()
