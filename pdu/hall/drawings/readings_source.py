"""Gets the readings of the hall's PDUs: from a saved file, or by reading all PDUs of a list."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Collection
from typing import Optional

from handlers.shared.errors import SettingsError

from ...core.cli.error_output import Usage
from ...core.cli.options import SharedOption
from ...core.cli.output import progress
from ...core.files.whole_files import read_file
from ...pdus import reader_pool
from ...pdus.polling import poll_full
from ...pdus.reading import Reading
from ...pdus.saved_readings import HallReadings, hall_readings, parse_readings
from ...site.owner_files import OwnerFiles

READINGS = SharedOption(
    "--readings",
    "use saved readings in place of the PDUs: JSON of pdu check, or of its --save",
    "FILE",
)


def gather(
    owner_files: OwnerFiles, saved_path: Optional[str], names: Collection[str]
) -> HallReadings:
    """The readings of the wanted PDUs, or of a saved file. Raises SettingsError, also for a wanted
    PDU that the list lacks.
    """
    if saved_path is not None:
        if owner_files.list is not None:
            raise Usage("give LIST with the hall's PDUs, or --readings with a saved file")
        return read_saved(saved_path)
    return read_list(owner_files.add_known_list(), names)


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
