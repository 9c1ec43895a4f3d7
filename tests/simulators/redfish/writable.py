"""PATCH: the properties that a client may set.

Source: DSP0266, "PATCH (update)"; OData.Permissions of the schemas.
"""

from __future__ import annotations

from typing import Any

from .errors import Refusal

Json = dict[str, Any]
_PLACE = {
    "Location": {
        "Placement": {"Rack": str, "Row": str, "RackOffset": int, "RackOffsetUnits": str},
        "Contacts": list,
    }
}
# By the type of a resource: its writable properties, with the types of their values.
_MAY: dict[str, Json] = {
    "PowerDistribution": {"AssetTag": str, "UserLabel": str, **_PLACE},
    "Chassis": {"AssetTag": str, **_PLACE},
    "Circuit": {"UserLabel": str, "ElectricalSourceName": str, "ElectricalSourceManagerURI": str},
    "Outlet": {"UserLabel": str, "ElectricalConsumerNames": list},
}


def of(body: Json) -> Json:
    """The writable properties of a resource; empty if there are none."""
    return _MAY.get(str(body.get("@odata.type", "")).partition(".")[0].lstrip("#"), {})


def check(given: Json, may: Json) -> None:
    """Checks that all given properties are writable and have the right types. Raises Refusal."""
    for name, value in given.items():
        kind = may.get(name)
        if kind is None:
            raise Refusal(400, "PropertyNotWritable", name)
        if isinstance(kind, dict) and isinstance(value, dict):
            check(value, kind)
        elif isinstance(kind, dict) or not isinstance(value, kind) or isinstance(value, bool):
            # True is an int in Python
            raise Refusal(400, "PropertyValueTypeError", str(value), name)


def merged(body: Json, given: Json) -> Json:
    """The body with the given properties."""
    return {
        **body,
        **{
            name: merged(body.get(name, {}), value) if isinstance(value, dict) else value
            for name, value in given.items()
        },
    }
