"""Commands on firmware: versions and history, upload, update with its progress, reboot."""
from __future__ import annotations

import time
from typing import Dict, List, Optional

from ...errors import PduHandlerError, Refused, Unreachable
from .. import rpc
from ..rpc.firmware import Firmware, FirmwareUpdateStatus, ImageInfo, ImageState, UpdateFlags, UpdateHistoryEntry, \
    UpdateHistoryStatus
from .commands import Command, Commands, all_of, option, words
from .job import NOT_SEEN, SEEN, Job, Result, columns, facts, once, plain, text, wrong

_PROGRESS = "/cgi-bin/fwupdate_progress.cgi"
_ACTIONS = "show, upload FILE, image, update [FILE], discard, reboot"
_NO_IMAGE = "the file is no firmware image, or a damaged one"
_LOOK_S = 1.0
_UPDATE_S = 1800.0          # a real unit takes many minutes, with all its controllers


def firmware(job: Job) -> Result:
    """One action; what it costs stands with each."""
    action: str = job.options.action or "show"
    if action not in _DO:
        wrong(f"{action[:20]!r} is no action; give {_ACTIONS}")
    if job.options.file and action not in ("upload", "update"):
        wrong(f"firmware {action} takes no file")
    return _DO[action](job, job.proxy(Firmware, "/firmware"))


def _show(job: Job, proxy: Firmware) -> Result:
    """2 round trips."""
    version, history = proxy.getVersion(), proxy.getUpdateHistory()
    rows = [[entry.timestamp, entry.oldVersion, entry.imageVersion, entry.status] for entry in history]
    return Result({"version": version, "history": plain(history)},
                  [f"version {text(version)}", *columns(("when (UTC)", "from", "to", "result"), rows)])


def _upload(job: Job, proxy: Firmware) -> Result:
    """3 round trips and the file."""
    if not job.options.file:
        wrong("firmware upload takes a file")
    _send(job)
    if not proxy.getImageInfo()[1].valid:
        raise Refused(_NO_IMAGE, "image")
    return _image(job, proxy)


def _send(job: Job) -> None:
    agent = job.files
    try:
        with open(job.options.file, "rb") as file:
            rpc.firmware.upload(agent, file, progress=job.progress("upload"))
    except OSError as error:
        wrong(f"{job.options.file} cannot be read ({error.strerror})")


def _image(job: Job, proxy: Firmware) -> Result:
    """2 round trips."""
    status = proxy.getImageStatus()
    there, info = proxy.getImageInfo()
    data = {"state": status.state.name, "present": there, "image": plain(info) if there else None}
    if not there:
        return Result(data, [f"no image ({text(status.state)}{': ' if status.error_message else ''}"
                             f"{text(status.error_message)})"])
    return Result(data, facts({"version": info.version, "product": info.product, "valid": info.valid, "compatible": info.compatible,
                               "signed": info.signature_present, "signature good": info.signature_good}))


def _update(job: Job, proxy: Firmware) -> Result:
    """Upload where a file is given, check, ask, start, and follow until the unit is back."""
    job.askable("a firmware update")
    if job.options.file:
        _send(job)
    state = proxy.getImageStatus().state
    there, info = proxy.getImageInfo()
    if not there or state != ImageState.COMPLETE:
        raise Refused("there is no complete image on the unit: upload one first", state.name)
    flags = _flags(job, info)
    old, before = proxy.getVersion(), proxy.getUpdateHistory()
    job.confirm(f"update the firmware from {text(old)} to {text(info.version)} (outlets keep their state, the unit restarts)")
    once("the update may or may not be under way", "firmware", lambda: proxy.startUpdate(flags))
    return _follow(job, proxy, info.version, before)


def _flags(job: Job, info: ImageInfo) -> List[UpdateFlags]:
    """Refuses an image that does not fit, unless that was asked for."""
    if not info.valid:
        raise Refused(_NO_IMAGE, "image")
    if not info.compatible and not job.options.cross:
        raise Refused(f"the image {text(info.version)} is for another product; --cross would install it all the same", "image")
    if not info.signature_good and not job.options.allow_untrusted:
        raise Refused(f"the image {text(info.version)} has no good signature; --allow-untrusted would install it", "image")
    return [flag for flag, asked in ((UpdateFlags.CROSS_HW, job.options.cross), (UpdateFlags.CROSS_OEM, job.options.cross),
                                     (UpdateFlags.ALLOW_UNTRUSTED, job.options.allow_untrusted)) if asked]


def _follow(job: Job, proxy: Firmware, wanted: str, before: List[UpdateHistoryEntry]) -> Result:
    """The progress page is all that answers during an update; after the restart the history has a new entry."""
    progress = job.proxy(FirmwareUpdateStatus, _PROGRESS)
    end = time.monotonic() + job.wait(_UPDATE_S)
    last, why = "", ""
    while time.monotonic() < end and last != "FAIL":
        try:
            status = progress.getStatus()
            last, why = status.state, status.error_message
            job.tell(f"update: {text(last)}")
            history = proxy.getUpdateHistory() if last in ("NONE", "SUCCESS") else []
            fresh = [entry for entry in history if entry not in before]     # a unit keeps only so many
            if fresh:
                return _outcome(proxy.getVersion(), fresh[-1], wanted)
        except PduHandlerError:
            job.tell("update: the unit restarts")   # no answer, or one of another service: both pass
        time.sleep(_LOOK_S)
    if last == "FAIL":
        raise Refused(f"the update failed: {text(why) or 'the device gives no reason'}", last)
    return Result({"last": last}, [f"the update was last seen at {text(last) or 'its start'}: look at the unit before you "
                                   f"try again"], NOT_SEEN)


def _outcome(version: str, last: UpdateHistoryEntry, wanted: str) -> Result:
    done = last.status == UpdateHistoryStatus.SUCCESSFUL and last.imageVersion == wanted
    shown: Dict[str, object] = {"version": version, "image": last.imageVersion, "result": last.status}
    return Result({"version": version, "last": plain(last)}, facts(shown), SEEN if done else NOT_SEEN)


def _discard(job: Job, proxy: Firmware) -> Result:
    """1 round trip."""
    proxy.discardImage()
    return Result({"discarded": True}, ["the image is discarded"])


def _reboot(job: Job, proxy: Firmware) -> Result:
    """1 round trip."""
    job.confirm("restart the unit (outlets keep their state)")
    lost: Optional[Unreachable] = None
    try:
        proxy.reboot()
    except Unreachable as error:        # the restart may be quicker than its answer
        lost = error
    return Result({"rebooting": True, "answered": lost is None}, ["the unit restarts"], SEEN if lost is None else NOT_SEEN)


_DO = {"show": _show, "upload": _upload, "image": _image, "update": _update, "discard": _discard, "reboot": _reboot}
COMMANDS: Commands = {"firmware": Command(
    f"{_ACTIONS}; update and reboot ask", firmware,
    all_of(words(("ACTION?", _ACTIONS), ("FILE?", "an image")),
           option("--cross", "also an image for another product"),
           option("--allow-untrusted", "also an image without a good signature")))}
