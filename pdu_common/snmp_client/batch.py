"""Reads many objects of one agent with few requests (`table_reads`), for tools that know what they
will ask next. The platform has nothing of this.

What is not proven is left out, and the caller reads it alone: which rows and which error it gets
does not depend on this module.

A unit that refuses such requests, leaves them without an answer, or answers something else is asked
for one object at a time for an hour.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Optional

from . import reads, udp_client
from .agent_limits import AgentLimits
from .calls import WALK_DEADLINE_S
from .credentials import Credentials
from .errors import SnmpError, SnmpPortClosed, SnmpTimeout
from .read_plans import PLANS, PlannedRead
from .reads import Arcs, Read, Rows, TypedValue, Value, parse_oid
from .table_reads import MOST_ROWS, columns, objects

_LOGGER = logging.getLogger(__name__)
_ALONE_S = 3600.0
_SILENCES = 2
_MOST_UNITS = 50_000

Peer = tuple[str, int]


class _Alone:
    """The units that are asked for one object at a time, and for how long."""

    def __init__(self) -> None:
        self._until: dict[Peer, float] = {}
        self._silences: dict[Peer, int] = {}

    def is_alone(self, peer: Peer) -> bool:
        until = self._until.get(peer)
        return until is not None and time.monotonic() < until

    def note_answer(self, peer: Peer) -> None:
        self._silences.pop(peer, None)

    def silent(self, peer: Peer) -> bool:
        """Notes a request without an answer, which may be a lost datagram; whether the unit is
        asked alone from now on."""
        self._bound(self._silences)
        self._silences[peer] = self._silences.get(peer, 0) + 1
        if self._silences[peer] < _SILENCES:
            return False
        self.note_refusal(peer)
        return True

    def note_refusal(self, peer: Peer) -> None:
        self._bound(self._until)
        self._silences.pop(peer, None)
        self._until[peer] = time.monotonic() + _ALONE_S

    def forget(self) -> None:
        self._until.clear()
        self._silences.clear()

    @staticmethod
    def _bound(by_peer: dict[Peer, Any]) -> None:
        if len(by_peer) >= _MOST_UNITS:
            by_peer.clear()


ALONE = _Alone()


def read_batch(
    credentials: Credentials,
    walks: Sequence[str],
    gets: Sequence[str],
    counts: Collection[str] = (),
    lead: str = "",
) -> tuple[Mapping[str, Mapping[str, Value]], Mapping[str, Value]]:
    """As many of the objects as the agent tells in few requests. Raises nothing: what is missing
    is to be read alone.

    `walks`: tables and columns, dotted; `gets`: objects with their instances; `counts`: those of
    `gets` whose sum is the number of rows of most of the `walks`; `lead`: the one of `walks`
    without which the others are not needed, "" for none. Returns, by OID, whole columns (index ->
    value, as the elements of `walk` have them), and values, as the elements of `get` have them.

    Nothing is sent over SNMPv1, whose agents answer a GET with one unknown object with an error,
    and have no GETBULK.
    """
    peer = credentials.peer
    if credentials.version == 1 or ALONE.is_alone(peer):
        return {}, {}
    rows_by_column: dict[Arcs, Rows] = {}
    value_by_object: dict[Arcs, TypedValue] = {}
    limits = credentials.learned
    unit = peer, (tuple(walks), tuple(gets), tuple(counts), (lead,))
    plan = None if limits.bulk.is_less else PLANS.take(unit)
    planned_read = PlannedRead(
        plan, lambda: _both(walks, gets, counts, lead, rows_by_column, value_by_object, limits)
    )
    try:
        udp_client.run(credentials, planned_read.read, WALK_DEADLINE_S)
        ALONE.note_answer(peer)
        if plan is not None and planned_read.is_planned:
            PLANS.bring_back(unit, plan)
            return plan.results(planned_read.answers)
        steps = planned_read.steps()
        if steps is not None and rows_by_column.keys() == set(map(parse_oid, walks)):
            PLANS.learn(unit, steps, rows_by_column)
    except SnmpPortClosed as error:
        _LOGGER.debug("%s is not read: %s", credentials.name, error)
    except SnmpTimeout as error:
        if ALONE.silent(peer):
            _LOGGER.debug(
                "%s is read one object at a time from now on: %s", credentials.name, error
            )
        else:
            _LOGGER.debug("%s is read one object at a time: %s", credentials.name, error)
    except SnmpError as error:
        ALONE.note_refusal(peer)
        _LOGGER.debug("%s is read one object at a time from now on: %s", credentials.name, error)
    columns_read = {}
    for oid in walks:
        root = parse_oid(oid)
        if root in rows_by_column:
            columns_read[oid] = reads.values(rows_by_column[root], root)
    objects_read = {}
    for oid in gets:
        arcs = parse_oid(oid)
        if arcs in value_by_object:
            objects_read[oid] = reads.plain(value_by_object[arcs])
    return columns_read, objects_read


def _both(
    walks: Sequence[str],
    gets: Sequence[str],
    counts: Collection[str],
    lead: str,
    rows_by_column: dict[Arcs, Rows],
    value_by_object: dict[Arcs, TypedValue],
    limits: AgentLimits,
) -> Read[None]:
    yield from objects([parse_oid(oid) for oid in gets], value_by_object)
    if limits.bulk.is_less:
        return
    rows = _count_rows([value_by_object.get(parse_oid(oid)) for oid in counts])
    lead_arcs = parse_oid(lead) if lead else None
    yield from columns([parse_oid(oid) for oid in walks], rows_by_column, rows, lead_arcs, limits)


def _count_rows(counts: Sequence[Optional[TypedValue]]) -> int:
    """The number of rows that the unit counts, 0 if it does not say."""
    numbers = [
        typed_value.value
        for typed_value in counts
        if typed_value and isinstance(typed_value.value, int)
    ]
    total = sum(numbers)
    return total if len(numbers) == len(counts) and 0 < total <= MOST_ROWS else 0
