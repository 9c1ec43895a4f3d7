"""Readings over several connections to a unit that serves few at a time."""

from __future__ import annotations

import threading
from typing import Any, cast

import pytest

from handlers.http.client import HttpClient
from handlers.http.errors import HttpUnreachable
from handlers.redfish.parallel import read_in_parallel
from tests.waiting import PATIENCE_S

FIRST, SPARE = cast(HttpClient, "first"), cast(HttpClient, "spare")


def test_the_first_client_goes_on_alone_after_all_clients_have_failed() -> None:
    served, refused = threading.Event(), threading.Event()

    def fetch(path: str, client: HttpClient, alone: bool) -> str:
        if client is SPARE:
            served.set()
            assert refused.wait(PATIENCE_S)
            raise HttpUnreachable("closed")
        if not refused.is_set():
            assert served.wait(PATIENCE_S)
            refused.set()
            raise HttpUnreachable("one connection at a time")
        return path

    assert read_in_parallel(["a", "b", "c"], [FIRST, SPARE], fetch) == ["a", "b", "c"]


def test_the_error_is_raised_if_the_first_client_fails_alone_too() -> None:
    def fetch(path: str, client: HttpClient, alone: bool) -> Any:
        raise HttpUnreachable("dead")

    with pytest.raises(HttpUnreachable, match="dead"):
        read_in_parallel(["a", "b"], [FIRST, SPARE], fetch)
