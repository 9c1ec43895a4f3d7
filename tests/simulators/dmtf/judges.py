"""DMTF's validators in a separate process, which carries out orders (tests/servers/worker.py).

An order is a line of JSON: ["service", folder of schemas, URL, user, password, "Basic" or
"Session"], or ["interop", file of a profile, URL, user, password, "Basic" or "Session"]. The result
is [number of passed checks, failures], with a list [resource, property, message] for each failure.
If a required type of resource is missing, or a forbidden one is present, the list is ["", type,
message].
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import multiprocessing
from pathlib import Path
from typing import Any, Callable

from tests.servers import orders

_loaded: list[str] = []  # schemas and profiles that the validators have read
_END_SECONDS = 30.0


def service(schemas: str, *account: str) -> list[Any]:
    if schemas not in _loaded:
        metadata = importlib.import_module("redfish_service_validator.metadata")
        metadata.parse_schema_files(schemas)
        _remember(metadata)
        _loaded.append(schemas)
    return _judged("redfish_service_validator", *account)


def interop(profile: str, *account: str) -> list[Any]:
    if profile not in _loaded:
        path = Path(profile)
        importlib.import_module("redfish_interop_validator.profile").load_profile(
            str(path.parent), path.name
        )
        _loaded.append(profile)
    importlib.import_module("redfish_interop_validator.system_under_test")
    # Each service is validated in a new process: the loaded profile remembers the resources that it
    # found, and would hide that a later service lacks them.
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    judging = context.Process(
        target=lambda: theirs.send(_judged("redfish_interop_validator", *account))
    )
    judging.start()
    theirs.close()
    try:
        found: list[Any] = ours.recv()
        return found
    finally:
        judging.join(_END_SECONDS)


def _remember(metadata: Any) -> None:
    """Makes the validator remember the objects and types that it looked up. Repeated look-ups would
    take most of its time.

    The validator changes no definition that it looked up, except those of registries, which no
    simulated unit has.
    """
    metadata.get_object_definition = functools.cache(metadata.get_object_definition)
    metadata.get_type_definition = functools.cache(metadata.get_type_definition)


def _judged(package: str, url: str, user: str, password: str, login: str) -> list[Any]:
    under_test = importlib.import_module(f"{package}.system_under_test").SystemUnderTest(
        url, user, password, 60, login, None, None, None, [], False
    )
    try:
        under_test.validate(None, "/redfish/v1/", "/redfish/v1/")
        if hasattr(under_test, "apply_global_checks"):
            under_test.apply_global_checks()
        of_service = getattr(under_test, "_service_resource_results", {}).get("Results", {})
        found: list[list[str]] = []
        for uri, resource in under_test._resources.items():
            found += _failures(uri, resource["Results"])
        found += _failures("", of_service)
        assert len(found) == under_test.fail_count, (
            f"{len(found)} failures found, {under_test.fail_count} counted"
        )
        return [under_test.pass_count, found]
    finally:
        under_test.logout()


def _failures(uri: str, results: dict[str, dict[str, Any]]) -> list[list[str]]:
    return [[uri, name, entry["Message"]] for name, entry in results.items() if _failed(entry)]


def _failed(entry: dict[str, Any]) -> bool:
    return str(getattr(entry["Result"], "name", entry["Result"])) == "FAIL"


JUDGES: dict[str, Callable[..., list[Any]]] = {"service": service, "interop": interop}


def judge(what: str, *rest: str) -> list[Any]:
    with contextlib.redirect_stdout(io.StringIO()):
        return JUDGES[what](*rest)


if __name__ == "__main__":
    orders.take(judge)
