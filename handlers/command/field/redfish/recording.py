"""The resources that tell of PDUs, read from a service and scrubbed."""
from __future__ import annotations

import functools
import re
from typing import Any, Dict, List, Tuple

from ....errors import PduHandlerError
from ....redfish import settings
from ....redfish.resources import link, text
from ....redfish.service import ROOT, RedfishService, opened
from ..kinds import Recorder
from ..scrub import SECRETS, Scrubber
from .tree import Json, links, plain

_LONGEST_CRAWL = 900.0          # seconds
_MOST_RESOURCES = 10_000
# Accounts, sessions, logs and other equipment: nothing here reads them, and they tell whose device it is.
_LEFT_OUT = re.compile(r"/(?:AccountService|SessionService|Managers|EventService|TaskService|UpdateService|CertificateService"
                       r"|Systems|Facilities|Registries|JsonSchemas|TelemetryService|LogServices|Certificates|NetworkAdapters)(?:/|$)")
_NUMBERED = ("#Outlet.", "#Circuit.")       # their Ids are identities: they stay


def resources(data: object, recorder: Recorder) -> Dict[str, Json]:
    """All resources of the PDUs by path. Raises the errors of handlers/errors.py."""
    found: Dict[str, Json] = {}
    with opened(settings.read(data), seconds=_LONGEST_CRAWL) as service:
        root = dict(service.root())
        found[plain(ROOT)] = root
        waiting = [one for one in (link(root, "PowerEquipment"), link(root, "PowerDistribution")) if one is not None]
        while waiting and len(found) < _MOST_RESOURCES:
            paths = _new(service, waiting, found)
            read = recorder.again(functools.partial(service.all, paths))
            found.update((plain(path), dict(one)) for path, one in zip(paths, read) if isinstance(one, dict))
            recorder.tell(f"{len(found)} resources")
            waiting = [one for path in paths for one in links(found.get(plain(path)))]
    return found


def _new(service: RedfishService, targets: List[Any], known: Dict[str, Json]) -> List[str]:
    """The paths of links that were not followed yet and stay on this service."""
    paths: Dict[str, None] = {}
    for target in targets:
        try:
            path = service.path(target)
        except PduHandlerError:
            continue
        if plain(path) not in known and not _LEFT_OUT.search(path):
            paths[plain(path)] = None
    for path in paths:
        known.setdefault(path, {})              # asked once, whatever comes
    return list(paths)


def scrubbed(found: Dict[str, Json], recorder: Recorder, secrets: Tuple[str, ...]) -> Dict[str, Json]:
    """The resources without names, addresses and serial numbers. Ids of outlets and circuits stay."""
    scrubber = Scrubber(recorder.keep)
    for secret in secrets:
        scrubber.learn(SECRETS, secret)
    ids = {text(one, "Id") for one in found.values() if text(one, "@odata.type").startswith(_NUMBERED)}

    def stays(name: str, value: Any) -> bool:
        return name == "@odata.type" or value in ids
    clean: Dict[str, Json] = {}
    for _ in range(2):                  # what the last resource teaches goes from the first one too
        clean = {scrubber.text(path): scrubber.json(resource, "", stays) for path, resource in found.items() if resource}
    return clean
