"""Slow clients and the exporter as a program; tests of the web server try each kind of them."""

from __future__ import annotations

import resource
from urllib.parse import urlsplit

import pytest

from tests.pdu.monitoring.web.slow_clients import slow_clients

from .exporter_process import exporter
from .halls import Hall


@pytest.mark.sample(1)
@pytest.mark.parametrize("files", [1024, 60], ids=["the usual limit", "few descriptors"])
def test_slow_clients_do_not_keep_the_exporter_from_answering(small: Hall, files: int) -> None:
    """More than it lets in, and more than it may have files open."""
    with exporter("--list", small.one("nut"), "--auth", small.logins) as running:
        _, hard = resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE, (files, hard))
        with slow_clients(int(urlsplit(running.url).port or 0)):
            for _ in range(3):
                assert running.get("healthz")[:2] == (200, "ok\n")
                assert running.probe(target="nut")["pdu_up"] == {(): 1.0}
