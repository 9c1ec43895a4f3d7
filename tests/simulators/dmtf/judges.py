"""DMTF's validators in a process of their own, which takes orders until it is stopped (tests/servers/sdk.py, Worker).

A line of JSON in: ["service", folder of schemas, address, user, password, "Basic" or "Session"] or ["interop", file of a
profile, the same]. A line out: {"result": [passed, [[resource, property, message] of each failure]]}.
"""
from __future__ import annotations

import contextlib
import importlib
import io
from pathlib import Path
from typing import Any, Dict, List

from tests.servers import orders

_loaded: List[str] = []                 # schemas and profiles are read once


def service(schemas: str, *account: str) -> List[Any]:
    if schemas not in _loaded:
        importlib.import_module("redfish_service_validator.metadata").parse_schema_files(schemas)
        _loaded.append(schemas)
    return _judged("redfish_service_validator", *account)


def interop(profile: str, *account: str) -> List[Any]:
    if profile not in _loaded:
        path = Path(profile)
        importlib.import_module("redfish_interop_validator.profile").load_profile(str(path.parent), path.name)
        _loaded.append(profile)
    return _judged("redfish_interop_validator", *account)


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
