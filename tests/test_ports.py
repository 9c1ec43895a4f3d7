"""A port that another program takes is no failed test."""

from __future__ import annotations

import socket

import pytest

from tests import ports
from tests.ports import at_reserved_port, reserved


def test_a_server_starts_at_another_port_if_a_program_took_the_reserved_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    free_port = reserved()
    with socket.create_server(("127.0.0.1", 0)) as program:
        numbers = iter([program.getsockname()[1], free_port])
        monkeypatch.setattr(ports, "reserved", lambda: next(numbers))
        with at_reserved_port(lambda port: socket.create_server(("127.0.0.1", port))) as server:
            assert server.getsockname()[1] == free_port


def test_another_error_of_a_start_is_not_tried_again() -> None:
    started_ports: list[int] = []

    def refused(port: int) -> None:
        started_ports.append(port)
        raise PermissionError(13, "Permission denied")

    with pytest.raises(PermissionError):
        at_reserved_port(refused)
    assert len(started_ports) == 1
