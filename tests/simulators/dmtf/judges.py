"""DMTF's validator in a separate process, which carries out orders (tests/processes/worker.py).

An order is a line of JSON: [folder of schemas, URL, user, password, "Basic" or "Session"]. The
result is [number of passed checks, failures], with a list [resource, property, message] for each
failure.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
from typing import Any

from tests.processes import orders

_loaded: list[str] = []  # schemas that the validator has read


def service(schemas: str, *account: str) -> list[Any]:
    if schemas not in _loaded:
        metadata = importlib.import_module("redfish_service_validator.metadata")
        metadata.parse_schema_files(schemas)
        _remember(metadata)
        _loaded.append(schemas)
    return _judged(*account)


def _remember(metadata: Any) -> None:
    """Makes the validator remember the objects and types that it looked up. Repeated look-ups would
    take most of its time.

    The validator changes no definition that it looked up, except those of registries, which no
    simulated unit has.
    """
    metadata.get_object_definition = functools.cache(metadata.get_object_definition)
    metadata.get_type_definition = functools.cache(metadata.get_type_definition)


def _judged(url: str, user: str, password: str, login: str) -> list[Any]:
    validator = importlib.import_module("redfish_service_validator.system_under_test")
    under_test = validator.SystemUnderTest(
        url, user, password, 60, login, None, None, None, [], False
    )
    try:
        under_test.validate(None, "/redfish/v1/", "/redfish/v1/")
        failures: list[list[str]] = []
        for uri, resource in under_test._resources.items():
            failures += _failures(uri, resource["Results"])
        assert len(failures) == under_test.fail_count, (
            f"{len(failures)} failures listed, {under_test.fail_count} counted"
        )
        return [under_test.pass_count, failures]
    finally:
        under_test.logout()


def _failures(uri: str, results: dict[str, dict[str, Any]]) -> list[list[str]]:
    return [[uri, name, entry["Message"]] for name, entry in results.items() if _failed(entry)]


def _failed(entry: dict[str, Any]) -> bool:
    return str(getattr(entry["Result"], "name", entry["Result"])) == "FAIL"


def judge(*order: str) -> list[Any]:
    with contextlib.redirect_stdout(io.StringIO()):
        return service(*order)


if __name__ == "__main__":
    orders.take(judge)
