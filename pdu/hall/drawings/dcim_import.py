"""A drawing from what another system says, with the outlets of the PDUs that are read for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Optional

from handlers.shared.errors import SettingsError

from ...core.cli.error_output import Usage
from ...core.cli.options import CA_PEM, Parameters, option, without_setting
from ...core.drawing import drawing_file
from ...core.drawing.drawing import Drawing
from ...core.inventory.saved_readings import HallReadings
from ..importing import rest
from ..importing.choosing import Filters
from ..importing.dcim import imported
from ..importing.joining import joined
from ..importing.model import Imported
from . import readings_source, writing


class DcimOptions(NamedTuple):
    """Where a DCIM is, and what of it is drawn."""

    url: Optional[str]
    token_file: Optional[str]
    ca_file: Optional[str]
    filters: Filters


def options() -> Parameters:
    """The options of a living NetBox or Nautobot, and the filters."""
    return [
        *option("--url", "a living NetBox or Nautobot", "URL"),
        *option("--token-file", "a file with its API token, not readable by other users", "FILE"),
        *without_setting(CA_PEM),
        *option(
            "--site",
            "only machines of this site, with all that they hang on",
            "NAME",
            multiple=True,
        ),
        *option("--location", "only machines of this location", "NAME", multiple=True),
        *option("--rack", "only machines of this rack", "NAME", multiple=True),
        *option("--tag", "only machines with this tag", "NAME", multiple=True),
        *option("--role", "only machines of this role", "NAME", multiple=True),
    ]


def take_dcim_options(given: dict[str, Any]) -> DcimOptions:
    """These options, which are taken out of all that was given. Raises Usage."""
    url, token, ca_file = (given.pop(key) for key in ("url", "token_file", "ca_pem"))
    filters = Filters(*(given.pop(key) for key in Filters._fields))
    if url and not token:
        raise Usage("--url needs --token-file FILE with the API token")
    return DcimOptions(url, token, ca_file, filters)


def fetched(wanted: DcimOptions) -> Imported:
    """What the living system says."""
    assert wanted.url is not None and wanted.token_file is not None
    needs_places = wanted.filters.needs_places
    objects = rest.fetch(wanted.url, wanted.token_file, wanted.ca_file or "", needs_places)
    return imported(objects, wanted.filters)


def join_outlets(found: Imported, source: readings_source.SourceOptions) -> Imported:
    """With the identities of outlets: reads the PDUs for them."""
    return joined(found, readings_source.gather(source, _named(found, source)))


def import_for_rehearsal(
    found: Imported, source: readings_source.SourceOptions, name: str
) -> tuple[Drawing, HallReadings, Sequence[str]]:
    """A drawing that no file holds, the readings of its PDUs, and what was left out of it. A PDU
    that does not answer is drawn without readings.
    """
    readings = readings_source.gather(source, _named(found, source))
    made = joined(found, readings, is_strict=False)
    text = writing.written(writing.tables(made))
    return drawing_file.parsed(text, name), readings, made.notes


def _named(found: Imported, source: readings_source.SourceOptions) -> list[str]:
    """The PDUs to read: those with cords. A DCIM may know more than the fleet list."""
    if not found.cords:
        raise SettingsError("the import has no cord from a machine to an outlet")
    named = dict.fromkeys(one.pdu for one in (*found.cords, *found.fed))
    if found.is_dcim:
        named.update((one.machine, None) for one in found.fed)
        named.update((one.pdu, None) for one in found.lines)
    if source.site.list is not None:
        known = {one.name for one in source.site.files().devices}
        return [name for name in named if name in known]
    return list(named)
