"""Reading many resources by several clients: the results, and errors of one of them."""

from __future__ import annotations

from typing import NoReturn, cast

import pytest

from handlers.http.client import HttpClient
from handlers.http.errors import HttpUnreachable
from handlers.redfish.parallel import read_in_parallel
from handlers.shared.errors import ProtocolError

PATHS = [f"/redfish/v1/Outlets/{number}" for number in range(1, 21)]
#: `read` alone uses them
CLIENTS = cast("list[HttpClient]", ["first", "second", "third"])


def not_alone(path: str) -> NoReturn:
    raise AssertionError(f"{path} is read alone")


def test_the_results_have_the_order_of_the_paths_and_each_path_is_read_once() -> None:
    read_paths: list[str] = []
    paths = [*PATHS, PATHS[0]]

    def read(path: str, _: HttpClient) -> str:
        read_paths.append(path)
        return path.upper()

    assert read_in_parallel(paths, CLIENTS, read, not_alone) == [path.upper() for path in paths]
    assert sorted(read_paths) == sorted(PATHS)


def test_a_path_at_which_a_client_stops_is_read_by_another_and_at_last_alone() -> None:
    """Two clients stop at their first path, the third at the fifth."""
    counts = dict.fromkeys(CLIENTS, 0)
    most = dict(zip(CLIENTS, (0, 0, 4)))

    def read(path: str, client: HttpClient) -> str:
        counts[client] += 1
        if counts[client] > most[client]:
            raise HttpUnreachable("429")
        return f"{client}: {path}"

    results = read_in_parallel(PATHS, CLIENTS, read, lambda path: f"alone: {path}")
    readers, paths = zip(*(result.split(": ") for result in results))
    assert list(paths) == PATHS
    assert (readers.count("third"), readers.count("alone")) == (4, len(PATHS) - 4)


def test_another_error_is_raised_when_all_clients_have_stopped() -> None:
    read_paths: list[str] = []

    def read(path: str, client: HttpClient) -> str:
        read_paths.append(path)
        raise ProtocolError(f"{path}: no JSON")

    with pytest.raises(ProtocolError, match="no JSON"):
        read_in_parallel(PATHS, CLIENTS, read, not_alone)
    assert len(read_paths) <= len(CLIENTS)  # the paths that wait are not read
