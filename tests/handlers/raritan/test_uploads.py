"""Uploads to the device: forms, progress reports and errors."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable, Optional

import pytest
from hypothesis import given, settings, strategies as st

from handlers.http import connection
from handlers.http.multipart import MultipartForm
from handlers.raritan.rpc import Agent, HttpException, bulkcfg, cert, firmware as fw, rawcfg
from handlers.shared.errors import Denied, ProtocolError, Unreachable
from handlers.shared.tls import Trust
from tests.simulators.certificates import usual
from tests.simulators.clockwork import ManualClock
from tests.simulators.xerus import Fault, Model, XerusPdu, image
from tests.waiting import PATIENCE_S

from .conftest import MakeAgent, connected
from .peer import Peer, http

MEGABYTE = 1 << 20


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.binary(max_size=50), st.integers(0, 60)), max_size=3), st.integers(1, 70)
)
def test_a_form_read_in_pieces_has_exactly_its_announced_length(
    files: list[tuple[bytes, int]], size: int
) -> None:
    streams = [io.BytesIO(data) for data, _ in files]
    for file, (_, start) in zip(streams, files):
        file.seek(start)
    form = MultipartForm(
        [
            {"data": file, "filename": f"f{number}", "formname": "upfile"}
            for number, file in enumerate(streams)
        ]
    )
    whole = b"".join(iter(lambda: form.read(size), b""))
    assert len(whole) == len(form)
    boundary = form.content_type.rpartition("=")[2].encode()
    parts = whole.split(b"--" + boundary)
    assert parts[-1] == b"--\r\n"
    assert len(parts) == len(files) + 2
    for part, (data, start) in zip(parts[1:], files):
        assert part.partition(b"\r\n\r\n")[2] == data[start:] + b"\r\n"


def test_names_in_a_form_cannot_break_out_of_their_header() -> None:
    form = MultipartForm(
        [{"data": b"x", "filename": 'a"\r\nX-Evil: 1', "formname": 'b"\r\nX-Evil: 2'}]
    )
    head = form.read().partition(b"\r\n\r\n")[0]
    assert b"\r\nX-Evil" not in head
    assert b'filename="a\\"' in head
    assert b'; name="b\\"' in head


def test_a_file_is_sent_with_its_type_or_as_an_octet_stream() -> None:
    octets = b"application/octet-stream"
    for more, kind in (({}, octets), ({"mimetype": None}, octets), ({"mimetype": "a/b"}, b"a/b")):
        form = MultipartForm([{"data": b"x", "filename": "f", "formname": "upfile", **more}])
        assert b"\r\nContent-Type: " + kind + b"\r\n\r\n" in form.read()


def test_uploading_anything_but_bytes_or_a_binary_file_is_a_type_error() -> None:
    with tempfile.NamedTemporaryFile("w+") as file:
        for data in ("text", None, io.StringIO("text"), [1], file):
            with pytest.raises(TypeError, match="bytes or a file"):
                MultipartForm([{"data": data, "filename": "f", "formname": "upfile"}])


def test_an_open_file_is_sent_from_its_current_position_with_progress(
    agent: MakeAgent, tmp_path: Path
) -> None:
    path = tmp_path / "image.bin"
    path.write_bytes(b"junk" + image("4.4.1.5-53217", 300_000))
    progress: list[tuple[int, int]] = []
    with XerusPdu(Model(outlets=1)) as pdu, path.open("rb") as file:
        file.read(len(b"junk"))
        rpc_agent = connected(agent, pdu)
        fw.upload(rpc_agent, file, progress=lambda sent, size: progress.append((sent, size)))
        status = fw.Firmware("/firmware", rpc_agent).getImageStatus()
    assert status.size_done == 300_000
    assert progress[-1] == (300_000, 300_000)
    assert progress == sorted(progress)
    assert len(progress) > 3


def test_the_low_memory_switches_are_sent_as_digits(agent: MakeAgent) -> None:
    with Peer([[http()]]) as peer:
        fw.upload(
            agent("http", peer.address),
            b"x",
            {"lowMemoryUpload": True, "allowLowMemoryDowngrade": "1"},
        )
    switches = "lowMemoryUpload=1&allowLowMemoryDowngrade=1&allowLowMemoryUntrusted=0"
    assert peer.seen[0].start.split()[1] == f"/cgi-bin/fwupload.cgi?{switches}"


@pytest.mark.parametrize("proto", ["http", "https"])
def test_a_refusal_during_an_upload_is_reported(agent: MakeAgent, proto: str) -> None:
    tls = usual().context if proto == "https" else None
    with Peer([[http(b"<html>", "401 Unauthorized")]], tls=tls, hasty=True) as peer:
        with pytest.raises(HttpException) as error_info:
            fw.upload(agent(proto, peer.address, trust=Trust(verify=False)), b"x" * (8 * MEGABYTE))
        assert isinstance(error_info.value, Denied)
        assert len(peer.seen) == 1


@pytest.mark.parametrize(
    "upload, script, answer",
    [
        (cert.upload, "server_ssl_cert_upload", "0"),
        (rawcfg.upload, "raw_config_update", "<html>Sign in</html>"),
        (bulkcfg.upload, "bulk_config_restore", "<html>Sign in</html>"),
    ],
)
def test_an_answer_without_a_result_code_is_an_error_with_the_request(
    agent: MakeAgent, upload: Callable[[Agent, bytes], object], script: str, answer: str
) -> None:
    words = f"127.0.0.1:[0-9]+: POST /cgi-bin/{script}.cgi: .* without a result code"
    with Peer([[http(answer)]]) as peer, pytest.raises(ProtocolError, match=words):
        upload(agent("http", peer.address), b"x")


def test_the_time_to_send_a_file_does_not_count_towards_the_deadline(
    agent: MakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock()
    monkeypatch.setattr(connection, "time", SimpleNamespace(monotonic=clock))

    def slowly(sent: int, size: int) -> None:
        clock.now += 100 * PATIENCE_S  # the deadline of an upload is 60 * PATIENCE_S

    with Peer([[http()]]) as peer:
        fw.upload(agent("http", peer.address, timeout=PATIENCE_S), b"x" * 100, progress=slowly)
    assert clock.now > 0
    assert len(peer.seen) == 1


def test_an_upload_is_never_repeated(agent: MakeAgent) -> None:
    with XerusPdu(Model(outlets=1)) as pdu:
        to = connected(agent, pdu)
        fw.Firmware("/firmware", to).getVersion()
        pdu.faults.order(Fault.CLOSE_BEFORE)
        before = pdu.truth().requests
        with pytest.raises(Unreachable):
            fw.upload(to, image("4.4.1.5-1"))
        assert pdu.truth().requests - before <= 1
        assert not fw.Firmware("/firmware", to).getImageInfo()[0]


class Failing(io.BytesIO):
    """A file of 5000 bytes whose reading ends as `end` does."""

    def __init__(self, end: Callable[[Any], bytes]) -> None:
        super().__init__(b"x" * 5000)
        self._end = end

    def read(self, size: Optional[int] = -1, /) -> bytes:
        return self._end(super())


def broken(file: io.BytesIO) -> bytes:
    raise OSError(5, "Input/output error")


def closed(file: io.BytesIO) -> bytes:
    file.close()
    return file.read()


@pytest.mark.parametrize(
    "end, words",
    [
        (lambda file: b"", "became shorter"),
        (broken, "Input/output error"),
        (closed, "closed file"),
    ],
)
def test_a_local_failure_during_an_upload_is_not_reported_as_unreachable(
    agent: MakeAgent, end: Callable[[Any], bytes], words: str
) -> None:
    with Peer([[http()]]) as peer:
        with pytest.raises(HttpException, match=f"ended on this side: .*{words}") as error_info:
            fw.upload(agent("http", peer.address), Failing(end))
    assert not isinstance(error_info.value, Unreachable)


def test_an_upload_aborted_by_its_progress_callback_leaves_the_agent_usable(
    agent: MakeAgent,
) -> None:
    class GivenUp(Exception):
        pass

    def progress(sent: int, size: int) -> None:
        if sent > 100_000:
            raise GivenUp

    with XerusPdu(Model(outlets=1)) as pdu:
        to = connected(agent, pdu)
        with pytest.raises(GivenUp):
            fw.upload(to, image("4.4.1.5-1", MEGABYTE), progress=progress)
        assert not fw.Firmware("/firmware", to).getImageInfo()[0]


class Pieces(io.BytesIO):
    """A file that allows no reading of more than 64 KiB at once."""

    def read(self, size: Optional[int] = -1, /) -> bytes:
        assert size is not None
        assert 0 < size <= 1 << 16
        return super().read(size)


def test_a_large_file_is_read_in_pieces_while_it_is_sent() -> None:
    with XerusPdu(Model(outlets=1), http_port=0, enforce_https=False) as pdu:
        address = f"{pdu.host}:{pdu.http_port}"
        with Agent("http", address, pdu.user, pdu.password) as to:
            fw.upload(to, Pieces(image("4.4.1.5-53217", 4 * MEGABYTE)))
            assert fw.Firmware("/firmware", to).getImageStatus().size_done == 4 * MEGABYTE
