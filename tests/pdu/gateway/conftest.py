from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.pdu.monitoring.halls import HASTY

from .running import BUSY_CLIENTS, Gateway, Site, gateway, site


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two simulated PDUs and the gateway's files, for the tests of a module."""
    with site(tmp_path_factory.mktemp("gateway"), clients=BUSY_CLIENTS) as made:
        yield made


@pytest.fixture(scope="module")
def running(here: Site) -> Iterator[Gateway]:
    """A gateway over plain HTTP, where pdudaemon's paths switch."""
    with gateway(here.folder, "--switch-by-get", program=HASTY) as made:
        yield made
