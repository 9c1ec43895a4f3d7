"""Reads the resources of a service that describe its PDUs, and scrubs them."""

from __future__ import annotations

import functools
import re
from itertools import chain
from typing import Any

from handlers.redfish import settings
from handlers.redfish.resources import link, text
from handlers.redfish.service import ROOT, RedfishService
from handlers.shared.errors import Denied, PduHandlerError, ProtocolError, Refused

from ..recording_formats import RecordingOptions
from ..scrub import Scrubber
from .tree import Json, links, strip_trailing_slash

_LONGEST_CRAWL = 900.0  # limit for a recording, in seconds
MOST_RESOURCES = 10_000
# Accounts, logs, schemas, other equipment and so on: no reading needs them, and some identify the
# owner.
_LEFT_OUT = re.compile(
    r"/(?:AccountService|SessionService|Managers|EventService|TaskService|UpdateService|CertificateService"
    r"|Systems|Facilities|Registries|JsonSchemas|TelemetryService|LogServices|Certificates"
    r"|NetworkAdapters)(?:/|$)"
)
# types whose Ids are kept: they number outlets and circuits
_NUMBERED = ("#Outlet.", "#Circuit.")


class _Crawl(RedfishService):
    most_bytes = 256 << 20

    @property
    def may_go_on(self) -> bool:
        """Whether it is logged in, if that is needed, and has read at most `most_bytes`."""
        return not self.has_no_session and self._bytes <= self.most_bytes


def resources(data: object, recorder: RecordingOptions) -> dict[str, Json]:
    """The service root and the resources of the PDUs, by path; {} for one that cannot be read.

    Follows no further links once it has more than MOST_RESOURCES. Raises the errors of
    handlers/shared/errors.py.
    """
    found: dict[str, Json] = {}
    service = _Crawl(settings.read_settings(data), seconds=_LONGEST_CRAWL)
    with service:
        root = dict(recorder.again(service.root))
        found[strip_trailing_slash(ROOT)] = root
        waiting = [
            one
            for one in (link(root, "PowerEquipment"), link(root, "PowerDistribution"))
            if one is not None
        ]
        while waiting and len(found) <= MOST_RESOURCES:
            paths = _new(service, waiting, found)
            try:
                read = recorder.again(functools.partial(service.all, paths))
                found.update(
                    (strip_trailing_slash(path), dict(one))
                    for path, one in zip(paths, read)
                    if isinstance(one, dict)
                )
            except (Denied, Refused, ProtocolError) as error:
                is_login_refused = (
                    isinstance(error, Denied) and "HTTP Error 403" not in error.reason
                )
                if is_login_refused or not service.may_go_on:
                    # a further try may block the account
                    raise
                found.update(
                    (
                        strip_trailing_slash(path),
                        recorder.again(functools.partial(_allowed, service, path)),
                    )
                    for path in paths
                )
                # only the root, which needs no rights
                if not service.may_go_on or sum(map(bool, found.values())) == 1:
                    raise
            recorder.tell(f"{len(found)} resources")
            waiting = list(
                chain.from_iterable(links(found.get(strip_trailing_slash(path))) for path in paths)
            )
    return found


def _allowed(service: RedfishService, path: str) -> Json:
    """A resource; {} if it cannot be read, for example for a 403, a 404 or a redirect to another
    host.
    """
    try:
        if service.reply(path).status == 403:
            return {}
        found = service.all([path])[0]
    except (Refused, ProtocolError):
        return {}
    return dict(found) if isinstance(found, dict) else {}


def _new(service: RedfishService, targets: list[Any], known: dict[str, Json]) -> list[str]:
    """The paths within this service that are neither known nor left out. Adds them to `known`."""
    paths: dict[str, str] = {}  # plain path -> path as the service writes it
    for target in targets:
        try:
            path = service.path(target)
        except PduHandlerError:
            continue
        if strip_trailing_slash(path) not in known and not _LEFT_OUT.search(path):
            paths[strip_trailing_slash(path)] = path
    known.update((path, {}) for path in paths)
    return list(paths.values())


def scrubbed(found: dict[str, Json], scrubber: Scrubber) -> dict[str, Json]:
    """The resources that could be read, scrubbed. Ids of outlets and circuits stay."""
    ids = {
        text(one, "Id") for one in found.values() if text(one, "@odata.type").startswith(_NUMBERED)
    }

    def stays(name: str, value: Any) -> bool:
        return name == "@odata.type" or value in ids

    return scrubber.twice(
        lambda: {
            scrubber.text(path): scrubber.json(resource, "", stays)
            for path, resource in found.items()
            if resource
        }
    )
