"""What is said of a port that cannot be used."""

from __future__ import annotations

import errno
import socket

import pytest

from handlers.shared.errors import SettingsError
from pdu.core.network.listening import listening_at, port_advice


def test_a_port_that_is_used_or_forbidden_is_told_with_the_next_step() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        where = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(SettingsError, match="another program uses this port; give another"):
            listening_at(where, "--listen", "127.0.0.1:9000")
    assert "ports below 1024 need rights" in port_advice(errno.EACCES)
