"""Gets the readings of the hall's PDUs: from a saved file, or by reading all PDUs of a list."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Collection
from typing import NamedTuple, Optional

from handlers.shared.errors import SettingsError

from ...core.cli.error_output import Usage
from ...core.cli.options import Parameters, option, secret_files
from ...core.cli.output import progress
from ...core.cli.shared_options import AUTH, LIST
from ...core.files.whole_files import read_file
from ...pdus import reader_pool
from ...pdus.polling import poll_full
from ...pdus.reading import Reading
from ...pdus.saved_readings import HallReadings, hall_readings, parse_readings
from ...site.owner_files import OwnerFiles


class SourceOptions(NamedTuple):
    """The options that say where readings come from."""

    owner_files: OwnerFiles
    #: the file with saved readings, if they are not read now
    readings: Optional[str] = None


def options() -> Parameters:
    """--list and --auth with --secret-file, or --readings."""
    return [
        *LIST(),
        *AUTH(),
        *secret_files(),
        *option(
            "--readings",
            "use saved readings in place of the PDUs: JSON of pdu check, or of its --save",
            "FILE",
        ),
    ]


def gather(source: SourceOptions, names: Collection[str]) -> HallReadings:
    """The readings of the wanted PDUs. Raises SettingsError, also for a wanted PDU that the list
    lacks.
    """
    if source.readings is not None:
        if source.owner_files.list is not None:
            raise Usage("give LIST with the hall's PDUs, or --readings with a saved file")
        return read_saved(source.readings)
    return read_list(source.owner_files.add_known_list(), names)


def read_saved(path: str) -> HallReadings:
    """Saved readings. Without a time in the file, they are as old as the file."""
    try:
        document = json.loads(read_file(path))
    except (ValueError, RecursionError):
        raise SettingsError(
            f"{path} is not JSON; make it with `pdu check LIST --json`, or with its --save"
        ) from None
    readings = parse_readings(document, path)
    return (
        readings if readings.taken is not None else readings._replace(taken=os.path.getmtime(path))
    )


def read_list(owner_files: OwnerFiles, names: Collection[str]) -> HallReadings:
    """Read the wanted PDUs of the list now."""
    targets = owner_files.pdus(names)
    reading_by_place = [Reading()] * len(targets)
    progress_bar = progress(len(targets), "reading", show_pos=True)
    readings = reader_pool.read_all(targets, reader_pool.PARALLEL, read_target=poll_full)
    with contextlib.closing(readings), progress_bar as bar:
        for place, reading in readings:
            reading_by_place[place] = reading
            if bar is not None:
                bar.update(1)
    return hall_readings([target.device for target in targets], reading_by_place, time.time())
