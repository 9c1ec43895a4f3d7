"""The stand-in's HTTPS calls: valid requests and refusals."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pdu.loading.handler_archives import Archive
from tests.needs import program
from tests.waiting import PATIENCE_S

from .client import HANDLERS, TOKEN, Client
from .manager import DciManager


@pytest.fixture(scope="module")
def shared() -> Iterator[DciManager]:
    with DciManager() as manager:
        yield manager


@pytest.fixture
def manager(shared: DciManager) -> Iterator[DciManager]:
    """One stand-in for the file, which each test leaves without PDUs and handlers."""
    yield shared
    for pdu in shared.pdus():
        shared.remove_pdu(pdu)
    for handler in shared.handlers():
        shared.runtime.remove(handler.id)


def test_a_login_that_is_nested_too_deeply_is_refused(client: Client) -> None:
    reply = client.request("POST", TOKEN, b"[" * 200_000)
    assert (reply.status, reply.body["error"]["code"]) == (400, 1001)


def test_an_upload_that_cannot_be_unpacked_leaves_the_version_before_and_the_next_one_works(
    client: Client, manager: DciManager, small: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = client.install(small)
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")

    def full(archive: Archive, folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Archive, "unpack", full)
        reply = client.upload(number, small, "pdu_small.handler")
        assert reply.status == 400
        assert "No space left" in reply.body["error"]["msg"]
        manager.poll()
        assert pdu.calls[-1].ok
    assert client.upload(number, small, "pdu_small.handler").status == 200
    manager.poll()
    assert pdu.calls[-1].ok
    assert manager.handlers()[0].uploads == 2


def test_a_call_during_an_upload_runs_the_old_version_or_the_new_one(
    client: Client, manager: DciManager, small: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = client.install(small)
    pdu = manager.add_pdu("rack", "pdu_small", "127.0.0.1")
    unpack, kinds = Archive.unpack, []

    def slow(archive: Archive, folder: Path) -> None:
        kinds.append(manager.runtime.call(pdu, "status").kind)
        unpack(archive, folder)
        manager.runtime.pool.end(pdu.id)  # a new process imports the handler
        kinds.append(manager.runtime.call(pdu, "status").kind)

    monkeypatch.setattr(Archive, "unpack", slow)
    assert client.upload(number, small, "pdu_small.handler").status == 200
    kinds.append(manager.runtime.call(pdu, "status").kind)
    assert kinds == ["", "", ""]


@pytest.mark.against("curl")
@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_large_body_is_refused_before_the_login(manager: DciManager, is_chunked: bool) -> None:
    chunked = ["-H", "Transfer-Encoding: chunked"] if is_chunked else []
    words = ["-s", "-o", os.devnull, "-w", "%{http_code}", "-H", "Expect:", *chunked]
    url, before = f"{manager.url}/api/auth/v4/public/token", len(manager.requests)
    process = subprocess.run(
        [program("curl"), *words, "--cacert", str(manager.ca_file), "--data-binary", "@-", url],
        input=b"x" * 1_000_000,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    assert process.stdout == b"413"
    assert len(manager.requests) == before


def test_a_silent_connection_delays_no_other(client: Client, manager: DciManager) -> None:
    host, port = manager.url[len("https://") :].split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_S):
        assert client.request("GET", HANDLERS).status == 200
