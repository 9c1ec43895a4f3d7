"""What is said of a port that cannot be used."""

from __future__ import annotations

import errno
import os
import socket

import pytest

from handlers.shared.errors import SettingsError
from pdu.network.listening import bound_socket, port_advice


def test_a_port_that_is_used_or_forbidden_is_told_with_the_next_step() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        where = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(SettingsError, match="another program uses this port; give another"):
            bound_socket(where, "--listen", "127.0.0.1:9000")
    assert "ports below 1024 need rights" in port_advice(errno.EACCES)


def test_an_ipv6_address_on_a_kernel_without_ipv6_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))

    monkeypatch.setattr(socket, "socket", refuse)
    with pytest.raises(SettingsError, match=r"--listen \[::1\]:9000: Address family not supported"):
        bound_socket("[::1]:9000", "--listen", "127.0.0.1:9000")
