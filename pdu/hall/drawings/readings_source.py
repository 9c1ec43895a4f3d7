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
from ...core.cli.shared_options import AUTH, LIST, PARALLEL, SAVE
from ...core.files.whole_files import read_file
from ...core.inventory import reader_pool
from ...core.inventory.polling import poll_full
from ...core.inventory.reading import Reading
from ...core.inventory.saved_readings import HallReadings, check_new, of_json, of_readings, save
from ...core.owner_files import OwnerFiles


class SourceOptions(NamedTuple):
    """The options that say where readings come from."""

    owner_files: OwnerFiles
    parallel: int
    readings: Optional[str] = None
    save: Optional[str] = None


def of_list() -> Parameters:
    """--list, --auth and --parallel, with --secret-file: for commands that read living PDUs."""
    return [
        *LIST(),
        *AUTH(),
        *PARALLEL(default=reader_pool.PARALLEL, show_default=True),
        *secret_files(),
    ]


def options() -> Parameters:
    """--readings and --save, with those of `of_list`."""
    return [
        *of_list(),
        *option(
            "--readings",
            "use saved readings in place of the PDUs: JSON of pdu check, or of --save",
            "FILE",
        ),
        *SAVE(),
    ]


def gather(source: SourceOptions, names: Collection[str]) -> HallReadings:
    """The readings of the wanted PDUs. Raises SettingsError, also for a wanted PDU that the list
    lacks.
    """
    if source.readings is not None:
        if source.owner_files.list is not None:
            raise Usage("give LIST with the hall's PDUs, or --readings with a saved file")
        return saved(source.readings)
    source = source._replace(owner_files=source.owner_files.with_known_list())
    if source.save is not None:
        check_new(source.save)
    readings = read_list(source, names)
    if source.save is not None:
        save(source.save, readings)
    return readings


def saved(path: str) -> HallReadings:
    """Saved readings. Without a time in the file, they are as old as the file."""
    try:
        document = json.loads(read_file(path))
    except (ValueError, RecursionError):
        raise SettingsError(
            f"{path} is not JSON; make it with `pdu check LIST --json`, or with --save"
        ) from None
    readings = of_json(document, path)
    return (
        readings if readings.taken is not None else readings._replace(taken=os.path.getmtime(path))
    )


def read_list(source: SourceOptions, names: Collection[str]) -> HallReadings:
    """Read the wanted PDUs of the list now."""
    polled = source.owner_files.pdus(names)
    devices = [one.device for one in polled]
    found: list[Optional[Reading]] = [None] * len(polled)
    shown_bar = progress(len(polled), "reading", show_pos=True)
    readings = reader_pool.read_all(polled, source.parallel, read_target=poll_full)
    with contextlib.closing(readings), shown_bar as bar:
        for place, reading in readings:
            found[place] = reading
            if bar is not None:
                bar.update(1)
    return of_readings(devices, [one or Reading() for one in found], time.time())
