"""A drawing from what another system says, with the outlets of the PDUs that are read for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from handlers.shared.errors import SettingsError

from ...core.cli.options import CA_PEM, Parameters, RunOptions, option, plain_option
from ...pdus.saved_readings import HallReadings
from ...site.owner_files import OwnerFiles
from ..importing import rest
from ..importing.choosing import Filters
from ..importing.dcim import import_objects
from ..importing.joining import NotJoined, joined
from ..importing.model import Imported
from . import readings_source


class DcimOptions(NamedTuple):
    """Where a DCIM is, and what of it is drawn."""

    url: Optional[str]
    token_file: Optional[str]
    ca_pem: Optional[str]
    filters: Filters


_FILTERS = {
    "site": "of this site, with all that they hang on",
    "location": "of this location",
    "rack": "of this rack",
    "tag": "with this tag",
    "role": "of this role",
}


class DcimOptionGroup:
    """The options of a living NetBox or Nautobot, and the filters, also for answers of the option
    `saved`: one value of a command's class of options (cli/option_classes).
    """

    def __init__(self, *saved: str) -> None:
        token = "a file with its API token, not readable by other users"  # noqa: S105
        self.parameters: Parameters = [
            *option("--url", "a living NetBox or Nautobot", "URL", requires=["--token-file"]),
            *option("--token-file", token, "FILE", requires=["--url"]),
            *plain_option(CA_PEM, requires=["--url"]),
        ]
        about: dict[str, Any] = {"multiple": True, "requires": [("--url", *saved)]}
        for name, words in _FILTERS.items():
            self.parameters += option(f"--{name}", f"only machines {words}", "NAME", **about)

    def take(self, values: Mapping[str, Any], _: RunOptions) -> DcimOptions:
        """The value of these options."""
        filters = Filters(*(values[name] for name in _FILTERS))
        return DcimOptions(values["url"], values["token_file"], values["ca_pem"], filters)


def fetch(options: DcimOptions) -> Imported:
    """What the living system says."""
    assert options.url is not None and options.token_file is not None
    needs_places = options.filters.needs_places
    objects = rest.fetch(options.url, options.token_file, options.ca_pem or "", needs_places)
    return import_objects(objects, options.filters)


def join_outlets(
    imported_hall: Imported,
    owner_files: OwnerFiles,
    saved_path: Optional[str],
    json: bool,
    is_strict: bool = True,
) -> tuple[Imported, HallReadings]:
    """With the identities of outlets, and the readings of the PDUs for them. If an outlet does not
    join, both lists are printed, unless `json`. `is_strict`: as for `joined`.
    """
    names = _names_to_read(imported_hall, owner_files)
    readings = readings_source.gather(owner_files, saved_path, names)
    try:
        return joined(imported_hall, readings, is_strict), readings
    except NotJoined as error:
        if not json:
            print("\n".join(error.lists))
        raise


def _names_to_read(imported_hall: Imported, owner_files: OwnerFiles) -> list[str]:
    """The PDUs to read: those with cords. A DCIM may know more than the fleet list."""
    if not imported_hall.cords:
        raise SettingsError("the import has no cord from a machine to an outlet")
    names = dict.fromkeys(row.pdu for row in (*imported_hall.cords, *imported_hall.pdu_cords))
    if imported_hall.is_dcim:
        names.update((row.machine, None) for row in imported_hall.pdu_cords)
        names.update((row.pdu, None) for row in imported_hall.lines)
    if owner_files.list is not None:
        listed_names = {row.name for row in owner_files.files().devices}
        return [name for name in names if name in listed_names]
    return list(names)
