"""DMTF's validators in a separate process, which carries out orders until it is stopped (tests/servers/worker.py).

An order is a line of JSON: ["service", folder of schemas, address, user, password, "Basic" or "Session"], or ["interop", file
of a profile, address, user, password, "Basic" or "Session"]. The result is [number of passed checks, failures], with a list
[resource, property, message] for each failure.
"""
from __future__ import annotations

import contextlib
import functools
import importlib
import io
import multiprocessing
from pathlib import Path
from typing import Any, Dict, FrozenSet, List, Tuple

from tests.servers import orders

_loaded: List[str] = []                 # schemas and profiles that the validators have read
_END_SECONDS = 30.0


def service(schemas: str, *account: str) -> List[Any]:
    if schemas not in _loaded:
        metadata = importlib.import_module("redfish_service_validator.metadata")
        metadata.parse_schema_files(schemas)
        _index(metadata.Metadata)
        _loaded.append(schemas)
    return _judged("redfish_service_validator", *account)


def interop(profile: str, *account: str) -> List[Any]:
    if profile not in _loaded:
        path = Path(profile)
        importlib.import_module("redfish_interop_validator.profile").load_profile(str(path.parent), path.name)
        _loaded.append(profile)
    importlib.import_module("redfish_interop_validator.system_under_test")
    # Each service is validated in a new process, because the validator adds up the faults of all services.
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    judging = context.Process(target=lambda: theirs.send(_judged("redfish_interop_validator", *account)))
    judging.start()
    theirs.close()
    try:
        found: List[Any] = ours.recv()
        return found
    finally:
        judging.join(_END_SECONDS)


def _index(metadata: Any) -> None:
    """Makes the search for an object skip the schemas that have no object of that name.

    Without this, the validator spends nine tenths of its time comparing, for each property, the names of all objects.
    """
    find = metadata.find_object

    @functools.cache
    def names(schema: Any) -> FrozenSet[Tuple[str, str]]:
        return frozenset((name.split(".")[0], name.split(".")[-1]) for name in schema._objects)

    def found(schema: Any, name: str, highest: Any, exact: bool = False) -> Any:
        if exact or (name.split(".")[0], name.split(".")[-1]) in names(schema):
            return find(schema, name, highest, exact)
        return None
    metadata.find_object = found


def _judged(package: str, address: str, user: str, password: str, login: str) -> List[Any]:
    under_test = importlib.import_module(f"{package}.system_under_test").SystemUnderTest(
        address, user, password, 60, login, None, None, None, [], False)
    try:
        under_test.validate(None, "/redfish/v1/", "/redfish/v1/")
        if hasattr(under_test, "apply_global_checks"):
            under_test.apply_global_checks()
        found = [[uri, name, entry["Message"]] for uri, resource in under_test._resources.items()
                 for name, entry in resource["Results"].items() if _failed(entry)]
        found += [["", name, entry["Message"]] for name, entry in
                  getattr(under_test, "_service_resource_results", {}).get("Results", {}).items() if _failed(entry)]
        assert len(found) == under_test.fail_count, f"{len(found)} failures found, {under_test.fail_count} counted"
        return [under_test.pass_count, found]
    finally:
        under_test.logout()


def _failed(entry: Dict[str, Any]) -> bool:
    return str(getattr(entry["Result"], "name", entry["Result"])) == "FAIL"


def judge(what: str, *rest: str) -> List[Any]:
    with contextlib.redirect_stdout(io.StringIO()):
        return {"service": service, "interop": interop}[what](*rest)


if __name__ == "__main__":
    orders.take(judge)
