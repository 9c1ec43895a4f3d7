"""A transport that keeps every call with its outcome."""
from __future__ import annotations

import contextlib
import json
from typing import Any, Dict

from ....http.message import Endpoint, Reply, Request, Transport
from ..kinds import Recorder
from .calls import Key, Outcome, taken


class Tape:
    """Sends requests by `transport`, and repeats lost ones until the recorder's patience is over. Only for calls that read."""

    def __init__(self, transport: Transport, recorder: Recorder) -> None:
        self._transport, self._recorder = transport, recorder
        self.calls: Dict[Key, Outcome] = {}

    def exchange(self, where: Endpoint, request: Request) -> Reply:
        reply = self._recorder.again(lambda: self._transport.exchange(where, request))
        with contextlib.suppress(ValueError):
            question: Any = json.loads(request.body) if isinstance(request.body, bytes) else None
            answer: Any = json.loads(reply.body) if reply.body else None
            self.calls.update(taken(request.target, question, reply.status, answer))
        self._recorder.tell(f"{len(self.calls)} calls")
        return reply

    def close(self) -> None:
        self._transport.close()
