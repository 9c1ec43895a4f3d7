"""The stand-in's HTTPS calls: valid requests and refusals."""

from __future__ import annotations

import errno
import io
import os
import socket
import subprocess
import tarfile
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


def packed(*entries: tuple[str, bytes]) -> bytes:
    """A tar.gz of these files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


GOOD = (("pdu_x/__init__.py", b""), ("pdu_x/handler.py", b""))


def test_registered_handler_is_listed_and_deleted(
    client: Client, manager: DciManager, small: bytes
) -> None:
    number = client.install(small)
    handlers = client.request("GET", HANDLERS).body["list"]
    assert handlers == [
        {
            "id": number,
            "device_type": "pdu",
            "handler": "pdu_small",
            "name": "pdu_small",
            "protocol": ["custom"],
            "features": [],
        }
    ]
    assert client.request("DELETE", f"{HANDLERS}/{number}").status == 200
    assert client.request("GET", HANDLERS).body["list"] == []
    assert manager.handlers() == []
    assert client.request("DELETE", f"{HANDLERS}/{number}").status == 404


@pytest.mark.parametrize(
    "headers, status, code",
    [
        ({}, 400, 1000),
        ({"isp-box-instance": "true"}, 403, 3005),
        ({"isp-box-instance": "true", "x-xsrf-token": "no"}, 403, 3005),
    ],
)
def test_documented_headers_are_required(
    client: Client, headers: dict[str, str], status: int, code: int
) -> None:
    for method, path in (
        ("GET", HANDLERS),
        ("POST", HANDLERS),
        ("POST", f"{HANDLERS}/1/content"),
        ("DELETE", f"{HANDLERS}/1"),
    ):
        reply = client.request(method, path, b"", headers)
        assert (reply.status, reply.body["error"]["code"]) == (status, code)
        assert set(reply.body["error"]) == {"code", "msg", "value"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"email": 1}',
        b'{"email": "admin@example.com", "password": "x"}',
        pytest.param(b"[" * 200_000, id="nested too deeply"),
    ],
)
def test_wrong_or_malformed_login_is_refused(client: Client, body: bytes) -> None:
    reply = client.request("POST", TOKEN, body)
    assert reply.status in (400, 401)
    assert reply.body["error"]["msg"]


def test_a_bad_archive_is_refused_and_leaves_nothing(client: Client, manager: DciManager) -> None:
    for data, words in (
        (b"", "empty"),
        (packed(*GOOD)[:-1], "complete"),
        (packed(*GOOD, ("pdu_x/zeros", bytes(60_000_000))), "more than 50 MB"),
        (packed(("pdu_x/__init__.py", b"")), "not a module"),
    ):
        number = client.create("pdu_x")
        reply = client.upload(number, data, "pdu_x.handler")
        assert reply.status == 400
        assert words in reply.body["error"]["msg"]
        assert [(handler.top, handler.uploads) for handler in manager.handlers()] == [("", 0)]
        assert list(manager.runtime._handlers.iterdir()) == []
        manager.runtime.remove(number)


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


def test_an_archive_with_the_directory_of_another_handler_is_refused(
    client: Client, small: bytes
) -> None:
    client.install(small)
    reply = client.upload(client.create("pdu_other"), small, "pdu_small.handler")
    assert reply.status == 400
    assert "in use" in reply.body["error"]["msg"]


@pytest.mark.parametrize(
    "import_path",
    ["", "pdu_small", "handler", "pdu_small.nothing", "../pdu_small.handler", "os.path"],
)
def test_import_path_must_be_a_module_of_the_archive(
    client: Client, small: bytes, import_path: str
) -> None:
    assert client.upload(client.create(), small, import_path).status == 400


FORM = "multipart/form-data; boundary=x"
FIELD = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n1\r\n--x--\r\n'


@pytest.mark.parametrize(
    "content_type, body, words",
    [
        ("application/json", "{}", ""),
        ("multipart/form-data", "", ""),
        (FORM, "", ""),
        (FORM, FIELD.format("data")[:-9], ""),
        (FORM, "--x\r\n\r\nno name\r\n--x--\r\n", ""),
        (FORM, FIELD.format("data"), "the field handler_import is missing"),
        (FORM, FIELD.format("handler_import"), "the field data is missing"),
    ],
)
def test_broken_form_is_refused(client: Client, content_type: str, body: str, words: str) -> None:
    headers = {**client.headers, "Content-Type": content_type}
    path = f"{HANDLERS}/{client.create()}/content"
    reply = client.request("POST", path, body.encode(), headers)
    assert reply.status == 400
    assert words in reply.body["error"]["msg"]


def test_a_silent_connection_delays_no_other(client: Client, manager: DciManager) -> None:
    host, port = manager.url[len("https://") :].split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_S):
        assert client.request("GET", HANDLERS).status == 200
