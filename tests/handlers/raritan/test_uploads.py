"""Uploads to the device: forms, progress reports and errors."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Callable, Optional

import pytest

from handlers.http import connection
from handlers.raritan.rpc import Agent, HttpException, bulkcfg, cert, firmware as fw, rawcfg
from handlers.shared.errors import Denied, ProtocolError, Unreachable
from handlers.shared.tls import Trust
from tests.handlers.http.test_multipart import Failing, shorter
from tests.simulators.certificates import usual
from tests.simulators.clockwork import ManualClock
from tests.simulators.xerus import Fault, Model, XerusPdu, image
from tests.waiting import PATIENCE_S

from .conftest import MakeAgent, connected
from .peer import Peer, http

MEGABYTE = 1 << 20


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


def test_a_file_that_becomes_shorter_during_an_upload_is_not_reported_as_unreachable(
    agent: MakeAgent,
) -> None:
    with Peer([[http()]]) as peer:
        with pytest.raises(HttpException, match="ended on this side: .*became shorter") as error:
            fw.upload(agent("http", peer.address), Failing(shorter))
    assert not isinstance(error.value, Unreachable)


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
