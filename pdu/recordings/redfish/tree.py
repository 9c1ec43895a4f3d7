"""Recorded resources by their path. Pure.

{"recording": "redfish resources 1", "resources": {
 "/redfish/v1": {...},
 "/redfish/v1/PowerEquipment": {...}}}
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from handlers.redfish.outlet_actions import ACTION
from handlers.redfish.resources import child, text as text_of
from handlers.shared.errors import SettingsError

Json = dict[str, Any]
# members that are a link
_LINKS = ("@odata.id", "@Redfish.ActionInfo", "Members@odata.nextLink", "DataSourceUri")


def tree_text(resources: Mapping[str, Json]) -> str:
    """The text of a recording, one resource per line."""
    lines: list[str] = []
    for path, resource in resources.items():
        lines.append(f"{json.dumps(path)}: {json.dumps(resource, ensure_ascii=False)}")
    return '{"recording": "redfish resources 1", "resources": {\n' + ",\n".join(lines) + "\n}}\n"


def parse(text: str) -> dict[str, Json]:
    """The resources of a recording. Raises SettingsError."""
    try:
        resource_by_path = json.loads(text)["resources"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SettingsError(
            f"the recording has no Redfish resources ({type(error).__name__}: {str(error)[:80]})"
        ) from None
    if not _are_resources(resource_by_path):
        raise SettingsError(
            "the recording has no Redfish resources, or one that is not a JSON object"
        )
    return {strip_trailing_slash(path): resource for path, resource in resource_by_path.items()}


def _are_resources(value: Any) -> bool:
    """Whether JSON is an object of objects, and not empty."""
    if not isinstance(value, dict) or not value:
        return False
    return all(isinstance(resource, dict) for resource in value.values())


def strip_trailing_slash(path: str) -> str:
    """A path without slashes at its end, except for "/" itself."""
    return path.rstrip("/") or "/"


def links(value: Any) -> Iterator[str]:
    """The links inside a resource, as far as `pdu record` follows them."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            if name in _LINKS and isinstance(member, str):
                yield member
            else:
                yield from links(member)
    elif isinstance(value, list):
        for member in value:
            yield from links(member)


def action_targets(resources: Mapping[str, Json]) -> dict[str, str]:
    """Target of an outlet's action -> path of the outlet."""
    outlet_by_target: dict[str, str] = {}
    for path, resource in resources.items():
        action = child(child(resource, "Actions"), ACTION)
        target = text_of(action, "target")
        if target:
            outlet_by_target[strip_trailing_slash(target)] = path
    return outlet_by_target


def with_power_state(value: Any, outlet: str, state: str) -> Any:
    """`value` with this PowerState in the copies of the outlet at this path.

    A collection may include its members in full.
    """
    if isinstance(value, list):
        return [with_power_state(member, outlet, state) for member in value]
    if not isinstance(value, Mapping):
        return value
    new_value = {name: with_power_state(member, outlet, state) for name, member in value.items()}
    is_outlet = strip_trailing_slash(text_of(value, "@odata.id")) == outlet
    if is_outlet and "PowerState" in value:
        new_value["PowerState"] = state
    return new_value


def expanded(resources: Mapping[str, Json], resource: Mapping[str, Any], levels: int) -> Json:
    """A resource with its links replaced by recorded resources, `levels` deep, except those in
    Links.

    Source: DSP0266, `$expand=.`.
    """
    members: Json = {}
    for name, value in resource.items():
        members[name] = value if name == "Links" else _expanded_value(resources, value, levels)
    return members


def _expanded_value(resources: Mapping[str, Json], value: Any, levels: int) -> Any:
    """A value below a resource, as in `expanded`: an object with one member may be a link."""
    if isinstance(value, list):
        return [_expanded_value(resources, element, levels) for element in value]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1 and levels:
        target = resources.get(strip_trailing_slash(str(value.get("@odata.id"))))
        if target is not None:
            return expanded(resources, target, levels - 1)
    return expanded(resources, value, levels)


def asked_levels(query: str) -> tuple[bool, int]:
    """Whether a query is `$expand=.` or `$expand=*`, which are answered alike, and how many levels
    to expand (0 if neither).
    """
    match = re.fullmatch(r"\$expand=[.*](?:\(\$levels=([1-9])\))?", query)
    if match is None:
        return False, 0
    return True, int(match[1] or 1)
