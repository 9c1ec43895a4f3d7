"""The unit's pages for files: uploads and downloads under /cgi-bin."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Callable, Optional
from urllib.parse import parse_qs, urlsplit

from .jsonrpc import Caller
from .multipart import BadForm, Part, parse
from .server import Answer, Request

if TYPE_CHECKING:
    from .device import XerusPdu

_FOLDER = "/cgi-bin/"
_RAW_FROM = 1  # generation 3.6
_MAINS = ("voltage", "current", "activePower", "activeEnergy")
_LOW_MEMORY = {"lowMemoryUpload", "allowLowMemoryDowngrade", "allowLowMemoryUntrusted"}
Query = Mapping[str, str]
Upload = Callable[[Mapping[str, Part], Query], Answer]
Download = Callable[[Query], Answer]


def _code(number: int) -> Answer:
    return Answer(200, headers=(("X-Response-Code", str(number)),))


def _text(data: bytes, kind: str = "text/plain; charset=UTF-8") -> Answer:
    return Answer(200, data, kind)


def _data(parts: Mapping[str, Part], name: str) -> Optional[bytes]:
    return parts[name].file.read() if name in parts else None


def _links(query: Query) -> list[int]:
    return [int(one) for one in query.get("link_ids", "1").split(",") if one.isdecimal()]


class Files:
    def __init__(self, device: XerusPdu) -> None:
        self._device = device
        self.pmc_config: dict[str, str] = {}
        self._uploads: dict[str, Upload] = {
            "fwupload.cgi": self._firmware,
            "server_ssl_cert_upload.cgi": self._certificate,
            "bulk_config_restore.cgi": self._bulk,
            "raw_config_update.cgi": self._raw,
            "upload_pmc_config.cgi": self._pmc,
        }
        self._downloads: dict[str, Download] = {
            "server_ssl_cert_download.cgi": self._get_certificate,
            "bulk_config_save.cgi": self._get_bulk,
            "raw_config_download.cgi": self._get_raw,
            "diag-data.cgi": self._get_diag,
            "eto_desc.cgi": self._get_eto,
            "export_pmc.cgi": self._get_pmc,
        }

    def answer(self, request: Request, caller: Caller) -> Optional[Answer]:
        """The answer of a page; None if this unit does not have the page, or not for this HTTP
        method.
        """
        parts = urlsplit(request.target)
        page = parts.path[len(_FOLDER) :]
        is_newer = page.startswith("raw_") and self._device.site.firmware.index < _RAW_FROM
        if is_newer or not parts.path.startswith(_FOLDER):
            return None
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if request.method == "POST" and page in self._uploads:
            return (
                self._receive(request, self._uploads[page], query)
                if caller.may_write
                else Answer(403)
            )
        if request.method == "GET" and page in self._downloads:
            with self._device.lock:
                self._device.clockwork.settle()
                return self._downloads[page](query)
        return None

    def _receive(self, request: Request, upload: Upload, query: Query) -> Answer:
        try:
            parts = parse(request.body, request.headers.get("Content-Type", ""))
        except BadForm as error:
            return Answer(400, str(error).encode())
        try:
            with self._device.lock:
                self._device.clockwork.settle()
                self._device.note_upload(request.target, parts)
                return upload(parts, query)
        finally:
            for part in parts.values():
                part.file.close()

    # -- uploads

    def _firmware(self, parts: Mapping[str, Part], query: Query) -> Answer:
        if "upfile" in parts and set(query) <= _LOW_MEMORY:
            self._device.firmware.receive(parts["upfile"].file, parts["upfile"].size)
        else:
            self._device.firmware.upload_failed("no file named upfile")
        return _text(b"")

    def _certificate(self, parts: Mapping[str, Part], query: Query) -> Answer:
        code = self._device.certificate.upload(
            _data(parts, "cert_file") or b"", _data(parts, "key_file")
        )
        return _text(f"return_code={code}".encode())

    def _raw(self, parts: Mapping[str, Part], query: Query) -> Answer:
        return _code(self._device.raw_configuration.upload(_data(parts, "config_file")))

    def _bulk(self, parts: Mapping[str, Part], query: Query) -> Answer:
        skip = [one for one in query.get("skip_checks", "").split(",") if one]
        return _code(
            self._device.bulk_configuration.upload(
                _data(parts, "bulk_config_file"),
                _links(query),
                query.get("mode") == "backup",
                query.get("user_password", ""),
                skip,
            )
        )

    def _pmc(self, parts: Mapping[str, Part], query: Query) -> Answer:
        try:
            given = json.loads(_data(parts, "config_file") or b"")
        except (ValueError, RecursionError):
            given = None
        if not isinstance(given, dict):
            return _text(b"ERROR: the configuration is not a JSON object")
        self.pmc_config = {str(key): str(value) for key, value in given.items()}
        return _text(b"OK")

    # -- downloads

    def _get_certificate(self, query: Query) -> Answer:
        pem = self._device.certificate.download(query.get("tag", "active_cert"))
        return Answer(404) if pem is None else _text(pem, "application/x-pem-file")

    def _get_raw(self, query: Query) -> Answer:
        return _text(self._device.raw_configuration.download())

    def _get_bulk(self, query: Query) -> Answer:
        data = self._device.bulk_configuration.download(
            _links(query),
            query.get("mode") == "backup",
            query.get("bulk_config_password", ""),
            query.get("config_format") == "cleartext",
            query.get("filter_profile", ""),
        )
        return Answer(404) if data is None else _text(data)

    def _get_diag(self, query: Query) -> Answer:
        files = {
            "version.txt": self._device.firmware.version,
            "outlets.json": json.dumps(self._device.books().states),
        }
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            for name, text in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(text.encode())
                archive.addfile(entry, io.BytesIO(text.encode()))
        return _text(packed.getvalue(), "application/x-gzip")

    def _get_eto(self, query: Query) -> Answer:
        model = self._device.units[0].model
        return _text(
            json.dumps(
                {"model": model.product, "serial": model.serial, "outlets": model.outlets}
            ).encode(),
            "application/octet-stream",
        )

    def _get_pmc(self, query: Query) -> Answer:
        """A CSV of the primary unit's inlets, as mains.

        With `panelid`, 1 to 8, its outlets follow as the panel's circuits.
        """
        panel = query.get("panelid")
        if panel is not None and panel not in {str(number) for number in range(1, 9)}:
            return Answer(404)
        pdu = self._device.units[0]
        rows = ["device,name," + ",".join(_MAINS)]
        circuits = pdu.outlets if panel is not None else []
        for device in (*pdu.inlets, *circuits):
            readings = (device.sensors.fitted.get(name) for name in _MAINS)
            figures = [
                (
                    str(reading.getReading()["value"])
                    if reading is not None and hasattr(reading, "getReading")
                    else ""
                )
                for reading in readings
            ]
            rows.append(",".join([device.name, self.pmc_config.get(device.name, ""), *figures]))
        return _text("\n".join(rows).encode() + b"\n", "text/csv")
