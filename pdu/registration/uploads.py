"""An upload to DCImanager: a handler's archive, and the other fields of the request.

The *internal name* of a handler, such as pdu_snmp, is the name of the one directory in its archive;
DCImanager knows the handler by it. The *import path*, such as pdu_snmp.handler, is its module.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from handlers import registry
from handlers.shared.errors import SettingsError

from ..loading.handler_archives import Archive, BadArchive, content_name
from ..loading.handler_renaming import renamed_archive
from ..loading.handler_source import read_handler, require_own_name

# DCImanager does not say which characters an internal name may have
_INTERNAL_NAME = re.compile("[a-z][a-z0-9_]{0,60}")
_LONGEST_NAME = 200  # characters


class Upload(NamedTuple):
    """An archive with the other fields of its upload."""

    #: of the file, folder or archive
    path: str
    #: the internal name: that of the archive's directory
    handler: str
    #: such as `handler_dir.my_handler`
    import_path: str
    #: `snmp` or `custom`
    protocol: str
    #: its name in DCImanager's interface
    display_name: str
    #: the bytes of the archive
    data: bytes
    #: its version and hash, for people
    content: str
    #: whether `path` is a file with these very bytes
    is_file: bool

    def description(self) -> dict[str, object]:
        """The body of the call that registers it, with the five keys of the vendor's page.

        >>> upload = Upload(
        ...     path="pdu_snmp-5.0.0.tar.gz", handler="pdu_snmp", import_path="pdu_snmp.handler",
        ...     protocol="snmp", display_name="SNMP PDU", data=b"", content="5.0.0", is_file=True,
        ... )
        >>> upload.description()["handler"], upload.description()["protocol"]
        ('pdu_snmp', ['snmp'])
        """
        return {
            "device_type": "pdu",
            "handler": self.handler,
            "name": self.display_name,
            "protocol": [self.protocol],
            "features": [],
        }


def is_name_in_pack(internal_name: str) -> bool:
    """Whether it is the internal name of a handler of this pack; anybody may have the others.

    >>> is_name_in_pack("pdu_snmp"), is_name_in_pack("pdu_mine"), is_name_in_pack("snmp")
    (True, False, False)
    """
    return internal_name.startswith("pdu_") and registry.is_handler(internal_name[4:])


def read_upload(word: str, *, internal_name: str = "", protocol: str = "") -> Upload:
    """The upload of the handler at `word`, `PATH` or `PATH:IMPORT.PATH`, checked.

    `internal_name` and `protocol` replace what the handler says, "" for neither; under another
    internal name, it is a second handler beside that of its own name.

    dist/pdu_snmp-5.0.0.tar.gz        handler pdu_snmp, import_path pdu_snmp.handler
    the same, as pdu_snmp_try         handler and display_name pdu_snmp_try, its directory renamed

    Raises SettingsError for what is no handler, and for a name that DCImanager may not take or that
    is another handler's.
    """
    if internal_name and not _INTERNAL_NAME.fullmatch(internal_name):
        raise SettingsError(
            "--name must be an internal name, of at most 61 lower-case letters, digits and _, such"
            " as pdu_snmp_try"
        )
    source = read_handler(word)
    top = source.archive.top
    if not top.startswith("pdu_"):
        require_own_name(source)
    if not _INTERNAL_NAME.fullmatch(top):
        raise SettingsError(
            f"{source.path}: its directory {top!r} becomes the handler's internal name: give it one"
            " of at most 61 lower-case letters, digits and _"
        )
    path = Path(source.path)
    name = source.display_name or top
    if not name.isprintable() or len(name) > _LONGEST_NAME:
        raise SettingsError(
            f"{source.path}: its name in DCImanager must be one line of at most {_LONGEST_NAME}"
            " characters"
        )
    upload = Upload(
        path=source.path,
        handler=top,
        import_path=source.import_path,
        protocol=protocol or source.protocol,
        display_name=name,
        data=source.data,
        content=content_name(source.data),
        is_file=path.is_file() and path.read_bytes() == source.data,
    )
    if internal_name in ("", top):
        return upload
    if internal_name.removeprefix("pdu_") in registry.names():
        raise SettingsError(
            f"--name {internal_name} is another handler, whose archive would be replaced by that of"
            f" {top}"
        )
    return _renamed_upload(upload, source.archive, internal_name)


def _renamed_upload(upload: Upload, archive: Archive, name: str) -> Upload:
    """The upload under another internal name, which the directory in its archive gets. Raises
    SettingsError if its code imports from the directory by its own name.

    upload    handler pdu_snmp, import_path pdu_snmp.handler
    result    handler pdu_snmp_try, import_path pdu_snmp_try.handler, display_name pdu_snmp_try
    """
    try:
        data = renamed_archive(archive, name)
    except BadArchive as error:
        raise SettingsError(f"{upload.path}: --name cannot rename it: {error}") from None
    import_path = upload.import_path.removeprefix(archive.top)
    return upload._replace(
        handler=name,
        import_path=f"{name}{import_path}",
        display_name=name,
        data=data,
        is_file=False,
    )
