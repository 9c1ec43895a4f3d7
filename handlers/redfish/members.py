"""The members of a collection (a list of outlets, say) over all its pages. An entry of the list is
a link, {"@odata.id": ".../Outlets/A1"}, or the whole resource, {"Id": "A1", ...}. A Member is the
resource behind an entry, or the error of reading it.

A list that is shorter than its own count is an error. A member that cannot be read is the member's
failure: it has an error in its place, and the others are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Union

from common.logger import get_logger

from ..shared.errors import PduHandlerError, ProtocolError
from .resources import text
from .responses import Json
from .service import RedfishService

LOGGER = get_logger(__name__)
MOST_MEMBERS, _MOST_PAGES = 5000, 500

Member = Union[Json, PduHandlerError]


# HPE G2 lists outlets and branches under these names (Cray-HPE's hms-smd and hms-hmcollector)
_NAMES_OF_HPE = ("Outlets", "Branch")


def read_list(service: RedfishService, target: object) -> Json:
    """The collection behind a link, with its members included if the service offers $expand: 1
    round trip. 1 more if an included member has neither Id nor link: without $expand, a member has
    at least its link.

        > GET .../RackPDUs/1/Outlets?$expand=.($levels=1)
        < {"Members": [{"Id": "A1", "PowerState": "On"}], "Members@odata.count": 1}
    """
    collection = service.get_expanded(target)
    for entry in _page_entries(collection):
        if "Id" not in entry and "@odata.id" not in entry:
            return service.get(target)
    return collection


def members(service: RedfishService, collection: Json) -> list[Json]:
    """The members of a collection. Raises the error of the first one that cannot be read.

    < {"Members": [{"@odata.id": ".../Outlets/A1"}]}
    > GET .../Outlets/A1
    < {"Id": "A1", "PowerState": "On"}          [{"Id": "A1", "PowerState": "On"}]
    """
    results = each_member(service, collection)
    errors = errors_of(results)
    if errors:
        raise errors[0]
    return readable(results)


def each_member(service: RedfishService, collection: Json) -> list[Member]:
    """The members of `collection`, in order, with the error in place of one that cannot be read: 1
    round trip for each further page, and for each member that is only a link.

    Raises ProtocolError for a list that is not whole, and errors that concern the whole service: a
    refused login, 429, no answer.

        < {"Members": [{"Id": "A1", "PowerState": "On"}, {"@odata.id": ".../Outlets/A2"}]}
        > GET .../Outlets/A2
        < 404                               [{"Id": "A1", "PowerState": "On"}, HttpRefused(...)]
    """
    results: list[Member] = []
    path_by_number: dict[int, str] = {}
    for number, entry in enumerate(entries_of(service, collection)):
        results.append(entry)
        if not is_full_resource(entry):
            try:
                path_by_number[number] = service.path(entry.get("@odata.id"))
            except ProtocolError as error:
                results[number] = error
    linked_members = service.all(list(path_by_number.values()))
    for number, member in zip(path_by_number, linked_members):
        results[number] = member
    for failure in errors_of(results):
        LOGGER.info(f"a member of a list cannot be read: {failure}")
    return results


def errors_of(members: Sequence[Member]) -> list[PduHandlerError]:
    """The errors in place of members that cannot be read; [] if all were read."""
    return [member for member in members if isinstance(member, PduHandlerError)]


def readable(members: Sequence[Member]) -> list[Json]:
    """The members that were read."""
    return [member for member in members if not isinstance(member, PduHandlerError)]


def entries_of(service: RedfishService, collection: Json) -> list[Json]:
    """The entries of the collection over all its pages, links or whole resources, {} for one that
    is neither: 1 round trip for each further page. Raises the errors of a page that cannot be read,
    and ProtocolError for a list that may not be whole: it has fewer members than a page counts, a
    page without a list, a page twice, more than 5000 members or 500 pages.

        {"Members": [{"@odata.id": ".../A1"}], "Members@odata.count": 2,
         "Members@odata.nextLink": ".../Outlets?$skip=1"}
        > GET .../Outlets?$skip=1
        < {"Members": [{"@odata.id": ".../A2"}]}        both links
    """
    entries: list[Json] = []
    counts: list[int] = []
    for page in _pages(service, collection):
        counts += _member_counts(page)
        page_list = _list_of_members(page)
        # some services leave out an empty list
        is_left_out = page_list is None and bool(counts) and max(counts) == 0
        if not isinstance(page_list, list) and not is_left_out:
            raise ProtocolError("a collection of the device has no list of members")
        entries += _page_entries(page)
        if len(entries) > MOST_MEMBERS:
            raise ProtocolError(
                f"the device lists more than {MOST_MEMBERS} members of one collection"
            )
    count = max(counts, default=0)
    if len(entries) < count:
        raise ProtocolError(
            f"the device lists fewer members of a collection ({len(entries)}) than it counts"
            f" ({count})"
        )
    return entries


def _pages(service: RedfishService, collection: Json) -> Iterator[Json]:
    """The pages of a collection, of which it is the first. Each further one is read when the caller
    comes to it: 1 round trip. Raises ProtocolError for a page twice, an empty one before another,
    and more than 500.

        < {"Members": [...], "Members@odata.nextLink": ".../Outlets?$skip=50"}
        > GET .../Outlets?$skip=50
        < {"Members": [...]}
    """
    page = collection
    paths: set[str] = set()
    yield page
    while page.get("Members@odata.nextLink") is not None:
        if not _list_of_members(page):
            raise ProtocolError("a page of the device's list has no members, though more follow")
        path = service.path(page["Members@odata.nextLink"])
        if path in paths or len(paths) >= _MOST_PAGES:
            raise ProtocolError("the device's list repeats a page or has too many pages")
        paths.add(path)
        # a page may have the @odata.id of the collection
        page = service.get(path, text(collection, "@odata.id"))
        yield page


def _member_counts(page: Json) -> list[int]:
    """How many members the whole collection has, by this page; empty if it does not say.

    >>> _member_counts({"Members@odata.count": 8}), _member_counts({})
    ([8], [])
    """
    if "Members@odata.count" not in page:
        return []
    count = page["Members@odata.count"]
    if type(count) is not int:
        raise ProtocolError(f"the device counts the members of a collection as {count!r:.40}")
    return [count]


def _page_entries(page: Json) -> list[Json]:
    """The entries of one page; {} in the place of a malformed one.

    >>> _page_entries({"Members": [{"Id": "A1"}, None]})
    [{'Id': 'A1'}, {}]
    """
    entries = _list_of_members(page)
    if not isinstance(entries, list):
        return []
    return [entry if isinstance(entry, dict) else {} for entry in entries]


def _list_of_members(page: Json) -> object:
    """The list under `Members`; without that, the list under one of the names that HPE's units have
    in its place (_NAMES_OF_HPE). None for neither, and for lists under two of these names.

    >>> _list_of_members({"Members": [{"Id": "A1"}], "Name": "Outlets"})
    [{'Id': 'A1'}]
    """
    if "Members" in page:
        return page["Members"]
    names_of_lists = [name for name in _NAMES_OF_HPE if isinstance(page.get(name), list)]
    if len(names_of_lists) != 1:
        return None
    return page[names_of_lists[0]]


def is_full_resource(entry: Json) -> bool:
    """Whether an entry is a resource and not only a link to one: each resource has an Id (DSP0266,
    "Common properties").

    >>> is_full_resource({"Id": "A1", "PowerState": "On"})
    True
    >>> is_full_resource({"@odata.id": "/redfish/v1/RackPDUs/1/Outlets/A1"})
    False
    """
    return isinstance(entry.get("Id"), str)
