"""Reads the resources of a service that describe its PDUs, and scrubs them."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Sequence
from typing import Any

from handlers.redfish import settings
from handlers.redfish.resources import link, text
from handlers.redfish.service import ROOT, RedfishService
from handlers.shared.errors import Denied, PduHandlerError, ProtocolError, Refused

from ..recording_formats import RecordingOptions
from ..scrub import Scrubber, is_product
from .tree import Json, links, strip_trailing_slash

_LONGEST_CRAWL = 900.0  # limit for a recording, in seconds
MOST_RESOURCES = 10_000
MOST_BYTES = 256 << 20  # limit for all answers together
# Accounts, logs, schemas, other equipment and so on: no reading needs them, and some identify the
# owner.
_LEFT_OUT = re.compile(
    r"/(?:AccountService|SessionService|Managers|EventService|TaskService|UpdateService|CertificateService"
    r"|Systems|Facilities|Registries|JsonSchemas|TelemetryService|LogServices|Certificates"
    r"|NetworkAdapters)(?:/|$)"
)
# members whose texts and numbers the handler reads: links, types, states and figures
_READ = frozenset(
    """
    @odata.id @odata.type @odata.nextLink Members@odata.nextLink @Redfish.ActionInfo target
    DataSourceUri Id RedfishVersion EquipmentType PhaseWiringType ReadingUnits PowerState
    PowerStateInTransition State Health AllowableValues PowerState@Redfish.AllowableValues
    OutletStatus StartupState Reading ApparentkVAh ReactivekVARh
    """.split()
)
# types whose Ids are kept: they number outlets and circuits
_NUMBERED = ("#Outlet.", "#Circuit.")


class _Crawl(RedfishService):
    """The service in a recording, which reads many resources."""

    @property
    def may_read_on(self) -> bool:
        """Whether it is logged in, if that is needed, and has read at most `most_bytes`."""
        return not self.has_no_session and self._bytes <= self.most_bytes


def read_resources(data: object, recorder: RecordingOptions) -> dict[str, Json]:
    """The service root and the resources of the PDUs, by path; {} for one that cannot be read.

    Follows no further links once it has more than MOST_RESOURCES. Raises the errors of
    handlers/shared/errors.py.
    """
    resource_by_path: dict[str, Json] = {}
    service = _Crawl(settings.read_settings(data), seconds=_LONGEST_CRAWL)
    service.most_bytes = MOST_BYTES
    with service:
        root = dict(recorder.retry(service.root))
        resource_by_path[strip_trailing_slash(ROOT)] = root
        starts = (link(root, "PowerEquipment"), link(root, "PowerDistribution"))
        targets = [target for target in starts if target is not None]
        while targets and len(resource_by_path) <= MOST_RESOURCES:
            paths = _new_paths(service, targets, resource_by_path)
            resources = _read_all(service, recorder, paths, list(resource_by_path.values()))
            targets = []
            for path, resource in zip(paths, resources):
                resource_by_path[strip_trailing_slash(path)] = resource
                targets += links(resource)
            recorder.tell(f"{len(resource_by_path)} resources")
    return resource_by_path


def _read_all(
    service: _Crawl,
    recorder: RecordingOptions,
    paths: Sequence[str],
    earlier_resources: Sequence[Json],
) -> list[Json]:
    """The resources at these paths, at once; if that fails, one by one, with {} for one that cannot
    be read. Raises the error if the login is refused, or if no resource but the root was ever read.
    """
    try:
        return [_members(answer) for answer in recorder.retry(lambda: service.all(paths))]
    except (Denied, Refused, ProtocolError) as error:
        if _is_login_refused(error) or not service.may_read_on:
            raise  # a further try may block the account
        resources: list[Json] = []
        for path in paths:
            read_path = functools.partial(_read_allowed, service, path)
            resources.append(recorder.retry(read_path))
        readable = [resource for resource in (*earlier_resources, *resources) if resource]
        is_root_alone = len(readable) == 1  # which needs no rights
        if is_root_alone or not service.may_read_on:
            raise
        return resources


def _members(answer: object) -> Json:
    """The members of a resource; none of an answer that is no JSON object, or an error."""
    return dict(answer) if isinstance(answer, dict) else {}


def _is_login_refused(error: PduHandlerError) -> bool:
    """Whether the login is refused, not only the right to read a resource."""
    return isinstance(error, Denied) and "HTTP Error 403" not in error.reason


def _read_allowed(service: RedfishService, path: str) -> Json:
    """A resource; {} if it cannot be read, for example for a 403, a 404 or a redirect to another
    host.
    """
    try:
        if service.reply(path).status == 403:
            return {}
        (resource,) = service.all([path])
    except (Refused, ProtocolError):
        return {}
    return _members(resource)


def _new_paths(
    service: RedfishService, targets: Sequence[Any], known_paths: Collection[str]
) -> list[str]:
    """The paths of links within this service that are neither known nor in _LEFT_OUT, each once, as
    the service writes them.
    """
    path_by_plain_path: dict[str, str] = {}
    for target in targets:
        try:
            path = service.path(target)
        except PduHandlerError:
            continue
        plain_path = strip_trailing_slash(path)
        if plain_path not in known_paths and not _LEFT_OUT.search(path):
            path_by_plain_path[plain_path] = path
    return list(path_by_plain_path.values())


def scrubbed(resource_by_path: dict[str, Json], scrubber: Scrubber) -> dict[str, Json]:
    """The resources that could be read, scrubbed. Ids of outlets and circuits stay."""
    ids: set[str] = set()
    for resource in resource_by_path.values():
        if text(resource, "@odata.type").startswith(_NUMBERED):
            ids.add(text(resource, "Id"))

    def is_kept(name: str, value: Any) -> bool:
        return name in _READ or value in ids or is_product(name)

    def scrub_name(name: str) -> str:
        if re.search(r"@(odata|Redfish|Message)\.", name):  # else it would be a mail address
            return scrubber.scrub_known_values(name)
        return scrubber.scrub_kept_text(name)

    clean_resources: dict[str, Json] = {}
    for path, resource in resource_by_path.items():
        if resource:
            clean_path = scrubber.scrub_kept_text(path)
            clean_resources[clean_path] = scrubber.scrub_json(resource, is_kept, scrub_name)
    return clean_resources
