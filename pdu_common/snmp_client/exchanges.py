"""Pairs requests with answers, without a socket: which datagram to send, and whether one that came
is the answer. What does not fit is ignored, whoever sent it.

The *present request* is that of the last `start`. Its number, the request id, is in each try, so
that the answer to any try counts.
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
        """The datagram of a request, which becomes the present one. A repeated request keeps its
        request id."""

    def take(self, datagram: bytes) -> Taken:
        """The answer to the present request in a datagram from the agent, or the datagram to send
        after it, as after a report of SNMPv3; None for another datagram, which is ignored. Raises
        SnmpReport for a report after which no new datagram helps."""

    def is_reply(self, datagram: bytes) -> bool:
        """Whether a datagram has the number of the present request, whoever sent it. Changes
        nothing: it tells that an agent answers from another address."""


def identifier() -> int:
    """A new request id below 2**31; unpredictable, so that answers are hard to forge."""
    return int.from_bytes(os.urandom(4), "big") >> 1


class CommunityExchange:
    """The requests to one agent over v1 or v2c (`version` 1 or 2). `_request` is the present one,
    `_number` its request id.
    """

    def __init__(self, version: int, community: bytes) -> None:
        self._version, self._community = version - 1, community
        self._request: Optional[SnmpRequest] = None
        self._number = 0
        self.has_invalid = False

    def start(self, request: SnmpRequest) -> bytes:
        """The datagram of a request, which becomes the present one. A repeated request keeps its
        request id."""
        if request != self._request:
            self._request, self._number = request, identifier()
        return pdus.message(self._version, self._community, pdus.encode(request, self._number))

    def take(self, datagram: bytes) -> Taken:
        """The answer in a datagram, None if it is not that of the present request, or no message.

        > GET, request id 7
        < response, request id 7      SnmpAnswer(status="", rows=[...])
        < response, request id 6      None: to an earlier request
        """
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
        """Whether a datagram is a response with the request id of the present request."""
        try:
            message = pdus.decode_message(datagram)
        except Malformed:
            return False
        return match_answer(message.pdu, self._number) is not None


def match_answer(pdu: Pdu, number: int) -> Optional[SnmpAnswer]:
    """The answer in a decoded PDU, None if it is no response to the request id `number`.

    >>> match_answer(Pdu(RESPONSE, 7, 2, []), 7)
    SnmpAnswer(status='noSuchName', rows=[])
    >>> match_answer(Pdu(RESPONSE, 6, 0, []), 7) is None
    True
    """
    if pdu.kind != RESPONSE or pdu.request_id != number:
        return None
    return SnmpAnswer(status_name(pdu.status), pdu.rows)
