from __future__ import annotations

import pytest

from pdu.cli.known_secrets import forget_secrets
from tests.handlers.nut.conftest import real, real_tls

__all__ = ["real", "real_tls"]


@pytest.fixture(autouse=True)
def no_secret_of_another_test() -> None:
    """A run forgets the secrets of the one before; a test that calls no run begins as one."""
    forget_secrets()
