"""The owner's files: his list of PDUs, his logins, and the drawing of his hall. The one reader of
these files, for every product, with one set of errors.

Each file is an argument or an option of a command: `OwnerFileOptions` declares them.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

import click

from handlers.shared.errors import SettingsError, printable
from handlers.shared.similar_names import similar_names

from ..core.cli.error_output import Usage
from ..core.cli.options import Parameters, RunOptions, SharedOption, path_completion
from ..core.cli.output import report
from ..pdus import device_list, names
from ..pdus.auth import DeviceLogin, environment_login, read_logins
from ..pdus.device_list import DeviceList
from ..pdus.listed_pdu import ListedPdu
from ..pdus.newest_archives import use_newest_archives
from ..pdus.polling import Target, targets

if TYPE_CHECKING:
    from .drawing.drawing import Drawing, Machine

LIST, DRAWING = "list", "drawing"
#: what each file is, for errors
_WHAT = {LIST: "the list of PDUs", DRAWING: "the hall's drawing"}
_SHOWN = 8
_SHOWN_PDUS = 5


def file_arguments(*names: str) -> Parameters:
    """Arguments for these files, in this order: LIST, DRAWING."""
    return [
        click.Argument(
            [f"{name}_word"],
            metavar=f"[{name.upper()}]",
            required=False,
            shell_complete=path_completion("FILE"),
        )
        for name in names
    ]


class OwnerFileOptions:
    """The owner's files as one value of a command's class of options (cli/option_classes).

    `arguments`: files that may be arguments too, in this order. `options`: those with an option.
    `needs`: as `OwnerFiles.of` takes it. `no_drawing`: the name of an option beside which no
    argument is a drawing.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *options: SharedOption,
        needs: Sequence[str] = (),
        no_drawing: str = "",
    ) -> None:
        shared = (parameter for option in options for parameter in option())
        self.parameters: Parameters = [*file_arguments(*arguments), *shared]
        self._needs, self._no_drawing = needs, no_drawing

    def take(self, values: Mapping[str, Any], run_options: RunOptions) -> OwnerFiles:
        """Raises Usage."""
        but = [DRAWING] if values.get(self._no_drawing) else []
        return OwnerFiles.of(values, run_options, self._needs, but)


class OwnerFiles(NamedTuple):
    """The paths of an owner's files; None for one that is not given."""

    list: Optional[str] = None
    #: the file with logins
    auth: Optional[str] = None
    drawing: Optional[str] = None
    #: the folder whose archives replace the handlers
    archives: Optional[str] = None
    #: the paths of --secret-file, by key
    secret_files: Mapping[str, str] = {}

    @classmethod
    def of(
        cls,
        values: Mapping[str, Any],
        run_options: RunOptions,
        needs: Sequence[str] = (),
        but: Sequence[str] = (),
    ) -> OwnerFiles:
        """Those among the values of a command's parameters. An argument is the first file that no
        option gives, `but` is of none of these. Raises Usage for one too many, and for a missing
        file that it `needs`.
        """
        paths = {name: values.get(name) for name in (LIST, "auth", DRAWING, "archives")}
        files = [key.removesuffix("_word") for key in values if key.endswith("_word")]
        texts = [text for name in files if (text := values[f"{name}_word"]) is not None]
        free = [name for name in files if not paths[name] and name not in but]
        if len(texts) > len(free):
            raise Usage(
                f"{printable(texts[-1], 60)!r} is one argument too many: give each file once, as an"
                " argument or by its option"
            )
        paths.update(zip(free, texts))
        drawing = paths[DRAWING] or ""
        if drawing.lower().endswith(".csv"):
            raise Usage(
                f"{printable(drawing, 60)} is no drawing, which is TOML: the drawing comes"
                " before the list, or give --drawing FILE and --list FILE"
            )
        owner_files = cls(**paths, secret_files=run_options.secret_files)
        for name in needs:
            owner_files.require_path(name)
        return owner_files.add_known_list() if LIST in needs else owner_files

    def add_known_list(self) -> OwnerFiles:
        """These files; without a list, with the one that is known without an option, and with its
        logins. A line on standard error says which. Raises Usage if none is known.
        """
        if self.list:
            return self
        path = self.require_path(LIST)
        files = self._replace(list=path, auth=self.auth or names.usual_logins(path) or None)
        logins = f", with the logins of {files.auth}" if files.auth and not self.auth else ""
        _warn(f"note: the list of PDUs is {path}{logins}")
        return files

    def require_path(self, name: str) -> str:
        """The path of a file; of a list that is not given, of the one that is known. Raises Usage
        if there is none.
        """
        path: Optional[str] = getattr(self, name)
        if not path and name == LIST:
            path = names.usual_list()
        if not path:
            how = names.how() if name == LIST else f"--{name} FILE"
            raise Usage(f"give {_WHAT[name]}: {how}")
        return path

    def words(self) -> Sequence[str]:
        """The options of the files that are given, for a command line that is shown."""
        path_by_option = {"drawing": self.drawing, "list": self.list, "auth": self.auth}
        return [word for key, path in path_by_option.items() if path for word in (f"--{key}", path)]

    def files(self, lenient: bool = False) -> DeviceList:
        """The PDUs of the list, none without one, and the logins of both files. If the list names
        others, those of the file that is known without an option. `lenient`: unknown columns of a
        CSV list are ignored. Raises SettingsError.
        """
        fleet = (
            device_list.read_device_list(self.list, lenient)
            if self.list is not None
            else DeviceList((), {})
        )
        for warning in fleet.warnings:
            _warn(warning)
        is_complete = all(not device.auth or device.auth in fleet.auths for device in fleet.devices)
        usual = names.usual_logins(self.list) if self.list and not is_complete else ""
        auth = self.auth or usual
        return fleet._replace(auths={**fleet.auths, **read_logins(auth)}) if auth else fleet

    def login(self) -> DeviceLogin:
        """The login of PDUs that name none. Raises SettingsError."""
        return environment_login(self.secret_files)

    def pdus(self, pdu_names: Optional[Collection[str]] = None) -> Sequence[Target]:
        """The PDUs of the list, in its order and as it names them: `pdu_names`, or all if None.

        Raises SettingsError, also for a wanted PDU that the list lacks.
        """
        self.require_path(LIST)
        return self.targets(self.files(), pdu_names)

    def targets(
        self, fleet: DeviceList, pdu_names: Optional[Collection[str]] = None
    ) -> Sequence[Target]:
        """As `pdus`, of files that were read. None without a list."""
        devices = fleet.devices if pdu_names is None else self._select(fleet.devices, pdu_names)
        listed_targets = targets(
            use_newest_archives(devices, self.archives), fleet.auths, self.login()
        )
        return [target._replace(device=device) for target, device in zip(listed_targets, devices)]

    def _select(
        self, devices: Sequence[ListedPdu], pdu_names: Collection[str]
    ) -> Sequence[ListedPdu]:
        selection = [device for device in devices if device.name in pdu_names]
        missing = sorted(set(pdu_names) - {device.name for device in selection})
        if missing:
            examples = ", ".join(repr(printable(name, 60)) for name in missing[:_SHOWN_PDUS])
            remainder = (
                f" and {len(missing) - _SHOWN_PDUS} more" if len(missing) > _SHOWN_PDUS else ""
            )
            raise SettingsError(
                f"{self.list} has no PDU {examples}{remainder}, which is needed here; give it the"
                " same name in all files"
            )
        return selection

    def read_drawing(self) -> Drawing:
        """The drawing. Raises SettingsError, and Usage if there is none."""
        from .drawing import drawing_file  # imported late: 9 ms, for those that have a drawing

        return drawing_file.read_drawing(self.require_path(DRAWING))


@functools.lru_cache(maxsize=1000)  # a command may read its list more than once
def _warn(text: str) -> None:
    report(printable(text, 1000))


# ---- what a drawing says of machines -------------------------------------------------------------


def machine(drawing: Drawing, name: str) -> Machine:
    """The machine of this name. Raises SettingsError."""
    drawn_machine = drawing.machines.get(name)
    if drawn_machine is None:
        raise SettingsError(
            f"{drawing.path} has no machine {printable(name, 60)!r}; {_nearest_name(drawing, name)}"
        )
    return drawn_machine


def require_unprotected(machine: Machine) -> Machine:
    """The machine. Raises SettingsError if the drawing protects it."""
    if machine.protected:
        raise SettingsError(
            f"machine {printable(machine.name, 60)!r} is protected in the drawing: it is never"
            " switched"
        )
    return machine


def match_machines(drawing: Drawing, pattern: str) -> list[str]:
    """The names of the machines that a name or a pattern (`row3/*`) means."""
    if pattern in drawing.machines:
        return [pattern]
    return [name for name in drawing.machines if fnmatchcase(name, pattern)]


def split_patterns(drawing: Drawing, text: str) -> list[str]:
    """The names and patterns of a value of --machines: a name, or several with commas between."""
    if text in drawing.machines:
        return [text]
    return [part for part in map(str.strip, text.split(",")) if part]


def select_machines(drawing: Drawing, values: Iterable[str]) -> list[Machine]:
    """The machines that --machines names, in the drawing's order. Raises Usage for what fits
    none.
    """
    names: set[str] = set()
    for value in values:
        for pattern in split_patterns(drawing, value):
            matches = match_machines(drawing, pattern)
            if not matches:
                raise Usage(
                    f"--machines {printable(pattern, 60)!r}: no machine has such a name;"
                    f" {_nearest_name(drawing, pattern)}"
                )
            names.update(matches)
    return [
        drawn_machine for drawn_machine in drawing.machines.values() if drawn_machine.name in names
    ]


def _nearest_name(drawing: Drawing, name: str) -> str:
    """The machine that was probably meant, else some that the drawing has."""
    near = similar_names(name, drawing.machines)
    return f"did you mean {printable(near[0], 60)}?" if near else f"it has {_some(drawing)}"


def _some(drawing: Drawing) -> str:
    machines = list(drawing.machines)
    return ", ".join([printable(name, 60) for name in machines[:_SHOWN]]) + (
        ", ..." if len(machines) > _SHOWN else ""
    )
