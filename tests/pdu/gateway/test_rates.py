"""How much a client may ask for, and how long its sessions last. Without sockets."""

from __future__ import annotations

import pytest

from pdu.gateway.clients import Clients, GatewayClient
from pdu.gateway.metrics import GatewayCounts
from pdu.gateway.middleware import Middleware
from pdu.gateway.rate_limit import TokenBucket, limits_for
from pdu.gateway.routes import Router
from pdu.gateway.sessions import MOST, TIMEOUT_S, Sessions


def test_a_bucket_gives_its_size_at_once_and_then_its_rate() -> None:
    bucket = TokenBucket(3, 60.0)
    assert [bucket.wait(100.0) for _ in range(3)] == [0.0] * 3
    assert bucket.wait(100.0) == pytest.approx(20.0) and bucket.wait(110.0) == pytest.approx(10.0)
    assert bucket.wait(120.0) == 0.0 and bucket.wait(120.0) > 0
    assert bucket.wait(50.0) > 0  # a clock that goes back gives nothing
    assert [bucket.wait(1e6) for _ in range(4)][:3] == [0.0] * 3


CLIENT = GatewayClient("me", b"\0" * 32, ["*"], frozenset(("read", "switch")))


def test_a_client_has_a_rate_of_commands_and_of_requests_of_its_own() -> None:
    other = CLIENT._replace(name="you", digest=b"\1" * 32)
    limits = {one.name: limits_for(1, commands=2) for one in (CLIENT, other)}
    guard = Middleware(
        Router([]),
        Clients([CLIENT, other]),
        Sessions(),
        ["x"],
        limits,
        GatewayCounts(),
        lambda _: None,
    )
    for _ in range(2):
        guard.count_command(CLIENT)
    with pytest.raises(Exception, match="too many commands") as refused:
        guard.count_command(CLIENT)
    assert getattr(refused.value, "status") == 429 and getattr(refused.value, "retry_after_s") > 0
    guard.count_command(other)


def test_sessions_end_when_idle_and_are_few() -> None:
    sessions = Sessions()
    first, token = sessions.start(CLIENT, 0.0)
    assert sessions.touch(token, TIMEOUT_S - 1) == CLIENT
    assert sessions.touch(token, 2 * TIMEOUT_S - 2) == CLIENT
    assert sessions.touch(token, 4 * TIMEOUT_S) is None and sessions.touch("", 0.0) is None
    tokens = [sessions.start(CLIENT, 4 * TIMEOUT_S + n)[1] for n in range(MOST + 1)]
    assert sessions.touch(tokens[0], 4 * TIMEOUT_S + MOST) is None
    assert sessions.touch(tokens[1], 4 * TIMEOUT_S + MOST) == CLIENT
    assert len(sessions.list_of_client(CLIENT, 4 * TIMEOUT_S + MOST)) == MOST
    assert first.id not in {one.id for one in sessions.list_of_client(CLIENT, 4 * TIMEOUT_S + MOST)}


def test_a_client_may_send_what_its_machines_need_or_what_its_owner_says() -> None:
    assert limits_for(1) == (30, 1200, 100)
    assert limits_for(96).commands == 4 * 96 and limits_for(1000) == (4000, 24000, 2000)
    assert limits_for(96, commands=5, requests=6)[:2] == (5, 6)
    assert limits_for(1, commands=5000).requests == 5000


def test_a_session_follows_its_client_and_ends_with_its_token() -> None:
    sessions = Sessions()
    _, token = sessions.start(CLIENT, 0.0)
    fewer = CLIENT._replace(may=frozenset(("read",)))
    sessions.renew([fewer])
    assert sessions.touch(token, 1.0) == fewer
    sessions.renew([CLIENT._replace(digest=b"\1" * 32)])
    assert sessions.touch(token, 2.0) is None
