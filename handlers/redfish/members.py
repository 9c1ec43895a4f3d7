"""The members of a collection over all its pages.

A list that is shorter than its own count is an error.
"""

from __future__ import annotations

from typing import Union

from ..shared.errors import PduHandlerError, ProtocolError
from .resources import text
from .responses import Json
from .service import RedfishService

MOST_MEMBERS, _MOST_PAGES = 5000, 500


def members(service: RedfishService, collection: Json) -> list[Json]:
    """As `each_member`, but raises the error of a member that cannot be read."""
    return [_readable(one) for one in each_member(service, collection)]


def each_member(service: RedfishService, collection: Json) -> list[Union[Json, PduHandlerError]]:
    """The members of `collection`, with an error in place of one that cannot be read: 1 round trip
    for each further page, and for each member that is not included in full.

    Raises the errors of `links_of`, and those that `RedfishService.all` raises.
    """
    found: list[Union[Json, PduHandlerError]] = []
    missing: dict[int, str] = {}
    for number, one in enumerate(links_of(service, collection)):
        found.append(one)
        if not is_full_resource(one):
            try:
                missing[number] = service.path(one.get("@odata.id"))
            except ProtocolError as error:
                found[number] = error
    for number, read in zip(missing, service.all(list(missing.values()))):
        found[number] = read
    return found


def links_of(service: RedfishService, collection: Json) -> list[Json]:
    """The members as the collection lists them, links or whole resources: 1 round trip for each
    further page.

    Raises the errors of `service.get`. Raises ProtocolError for fewer members than the collection
    counts, for more than MOST_MEMBERS, for a page without a list of members, for a repeated page,
    and after _MOST_PAGES further pages.
    """
    found: list[Json] = []
    seen: set[str] = set()
    page, counted = collection, collection.get("Members@odata.count")
    while True:
        listed = page.get("Members")
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise ProtocolError("a collection of the device has no list of members")
        found += listed
        if len(found) > MOST_MEMBERS:
            raise ProtocolError(
                f"the device lists more than {MOST_MEMBERS} members of one collection"
            )
        more = page.get("Members@odata.nextLink")
        if more is None:
            break
        following = service.path(more)
        if following in seen or len(seen) >= _MOST_PAGES:
            raise ProtocolError("the device's list repeats a page or has too many pages")
        seen.add(following)
        # a page may have the @odata.id of the collection
        page = service.get(following, text(collection, "@odata.id"))
    if type(counted) is int and len(found) < counted:
        raise ProtocolError(
            f"the device lists fewer members of a collection ({len(found)}) than it counts"
            f" ({counted})"
        )
    return found


def is_full_resource(entry: Json) -> bool:
    """Whether an entry is a resource and not only a link to one: each resource has an Id (DSP0266,
    "Common properties").
    """
    return isinstance(entry.get("Id"), str)


def _readable(found: Union[Json, PduHandlerError]) -> Json:
    if isinstance(found, PduHandlerError):
        raise found
    return found
