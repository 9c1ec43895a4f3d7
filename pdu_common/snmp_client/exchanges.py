"""Pairs requests with answers, without a socket: which datagram to send, and whether one that came
is the answer. What does not fit is ignored, whoever sent it.
"""

from __future__ import annotations

import os
from typing import Optional, Protocol, Union

from . import pdus
from .ber import Malformed
from .pdus import RESPONSE, Pdu
from .reads import SnmpAnswer, SnmpRequest, status_name

# What a datagram is: the answer, a reason to send another datagram, or None for none of them.
Taken = Union[SnmpAnswer, bytes, None]


class Exchange(Protocol):
    """The requests to one agent, one at a time."""

    #: whether a datagram came that is no valid message
    has_invalid: bool

    def start(self, request: SnmpRequest) -> bytes:
        """The datagram to send. A repeated request keeps its identifier, so that the answer to any
        try counts."""

    def take(self, datagram: bytes) -> Taken:
        """The answer in a datagram from the agent, or what to send after it; None for another one.
        Raises SnmpReport for a report that no new datagram helps."""

    def is_reply(self, datagram: bytes) -> bool:
        """Whether a datagram names the present request, whoever sent it. Nothing is learned from
        it."""


def identifier() -> int:
    """A new identifier below 2**31 for a request; unpredictable, so that answers are hard to
    forge."""
    return int.from_bytes(os.urandom(4), "big") >> 1


class CommunityExchange:
    """A dialogue over v1 or v2c; `version` is that of SNMP, 1 or 2."""

    def __init__(self, version: int, community: bytes) -> None:
        self._version, self._community = version - 1, community
        self._request: Optional[SnmpRequest] = None
        self._number = 0
        self.has_invalid = False

    def start(self, request: SnmpRequest) -> bytes:
        """The datagram of a request. A repeated request keeps its request id."""
        if request != self._request:
            self._request, self._number = request, identifier()
        return pdus.message(self._version, self._community, pdus.encode(request, self._number))

    def take(self, datagram: bytes) -> Taken:
        """The answer in a datagram, None if it is not that of the present request."""
        try:
            message = pdus.decode_message(datagram)
        except Malformed:
            self.has_invalid = True
            return None
        # some agents answer with an empty or another community: the number tells the answer
        if message.version != self._version:
            return None
        return match_answer(message.pdu, self._number)

    def is_reply(self, datagram: bytes) -> bool:
        """Whether a datagram is a response with the request id."""
        try:
            message = pdus.decode_message(datagram)
        except Malformed:
            return False
        return match_answer(message.pdu, self._number) is not None


def match_answer(pdu: Pdu, number: int) -> Optional[SnmpAnswer]:
    """The answer to the request `number`, None for another PDU."""
    if pdu.kind != RESPONSE or pdu.request_id != number:
        return None
    return SnmpAnswer(status_name(pdu.status), pdu.rows)
