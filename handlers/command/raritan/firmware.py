"""Commands on firmware: versions and history, upload, update with its progress, reboot."""
from __future__ import annotations

import time
from typing import Dict, List, Optional

from ...errors import PduHandlerError, Refused, Unreachable
from ...raritan import rpc
from ...raritan.rpc.firmware import (
    Firmware,
    FirmwareUpdateStatus,
    ImageInfo,
    ImageState,
    UpdateFlags,
    UpdateHistoryEntry,
    UpdateHistoryStatus,
)
from ..exits import DONE, NOT_SEEN
from ..options import option, words
from ..output import Result, columns, facts, text
from .context import Command, Commands, Context, once, plain, wrong

_PROGRESS = "/cgi-bin/fwupdate_progress.cgi"
_ACTIONS = "show, upload FILE, image, update [FILE], discard, reboot"
_NO_IMAGE = "the file is no firmware image, or a damaged one"
_LOOK_S = 1.0
_UPDATE_S = 1800.0          # a real unit takes many minutes, with all its controllers


def firmware(context: Context) -> Result:
    """One action; each says how many round trips it takes."""
    action: str = context.options.action or "show"
    if action not in _DO:
        wrong(f"{action[:20]!r} is no action; give {_ACTIONS}")
    if context.options.file and action not in ("upload", "update"):
        wrong(f"firmware {action} takes no file")
    return _DO[action](context, context.proxy(Firmware, "/firmware"))


def _show(context: Context, proxy: Firmware) -> Result:
    """2 round trips."""
    version, history = proxy.getVersion(), proxy.getUpdateHistory()
    rows = [[entry.timestamp, entry.oldVersion, entry.imageVersion, entry.status] for entry in history]
    return Result({"version": version, "history": plain(history)},
                  [f"version {text(version)}", *columns(("when (UTC)", "from", "to", "result"), rows)])


def _upload(context: Context, proxy: Firmware) -> Result:
    """3 round trips and the file."""
    if not context.options.file:
        wrong("firmware upload takes a file")
    _send(context)
    if not proxy.getImageInfo()[1].valid:
        raise Refused(_NO_IMAGE, "image")
    return _image(context, proxy)


def _send(context: Context) -> None:
    agent = context.files
    try:
        with open(context.options.file, "rb") as file:
            rpc.firmware.upload(agent, file, progress=context.progress("upload"))
    except OSError as error:
        wrong(f"{context.options.file} cannot be read ({error.strerror})")


def _image(context: Context, proxy: Firmware) -> Result:
    """2 round trips."""
    status = proxy.getImageStatus()
    there, info = proxy.getImageInfo()
    data = {"state": status.state.name, "present": there, "image": plain(info) if there else None}
    if not there:
        return Result(data, [f"no image ({text(status.state)}{': ' if status.error_message else ''}"
                             f"{text(status.error_message)})"])
    return Result(data, facts({
        "version": info.version, "product": info.product, "valid": info.valid, "compatible": info.compatible,
        "signed": info.signature_present, "signature good": info.signature_good}))


def _update(context: Context, proxy: Firmware) -> Result:
    """Upload where a file is given, check, ask, start, and follow until the unit is back."""
    context.askable("a firmware update")
    if context.options.file:
        _send(context)
    state = proxy.getImageStatus().state
    there, info = proxy.getImageInfo()
    if not there or state != ImageState.COMPLETE:
        raise Refused("there is no complete image on the unit: upload one first", state.name)
    flags = _flags(context, info)
    old, before = proxy.getVersion(), proxy.getUpdateHistory()
    context.confirm(f"update the firmware from {text(old)} to {text(info.version)} (outlets keep their state, the unit restarts)")
    once("the update may or may not be under way", "firmware", lambda: proxy.startUpdate(flags))
    return _follow(context, proxy, info.version, before)


def _flags(context: Context, info: ImageInfo) -> List[UpdateFlags]:
    """Refuses an image that does not fit, unless that was asked for."""
    if not info.valid:
        raise Refused(_NO_IMAGE, "image")
    if not info.compatible and not context.options.cross:
        raise Refused(f"the image {text(info.version)} is for another product; --cross would install it all the same", "image")
    if not info.signature_good and not context.options.allow_untrusted:
        raise Refused(f"the image {text(info.version)} has no good signature; --allow-untrusted would install it", "image")
    cross, untrusted = context.options.cross, context.options.allow_untrusted
    return [flag for flag, asked in ((UpdateFlags.CROSS_HW, cross), (UpdateFlags.CROSS_OEM, cross),
                                     (UpdateFlags.ALLOW_UNTRUSTED, untrusted)) if asked]


def _follow(context: Context, proxy: Firmware, wanted: str, before: List[UpdateHistoryEntry]) -> Result:
    """The progress page is all that answers during an update; after the restart the history has a new entry."""
    progress = context.proxy(FirmwareUpdateStatus, _PROGRESS)
    end = time.monotonic() + context.wait(_UPDATE_S)
    last, why = "", ""
    while time.monotonic() < end and last != "FAIL":
        try:
            status = progress.getStatus()
            last, why = status.state, status.error_message
            context.tell(f"update: {text(last)}")
            history = proxy.getUpdateHistory() if last in ("NONE", "SUCCESS") else []
            fresh = [entry for entry in history if entry not in before]     # a unit keeps only so many
            if fresh:
                return _outcome(proxy.getVersion(), fresh[-1], wanted)
        except PduHandlerError:
            context.tell("update: the unit restarts")   # no answer, or one of another service: both pass
        time.sleep(_LOOK_S)
    if last == "FAIL":
        raise Refused(f"the update failed: {text(why) or 'the device gives no reason'}", last)
    return Result({"last": last}, [f"the update was last seen at {text(last) or 'its start'}: look at the unit before you "
                                   f"try again"], NOT_SEEN)


def _outcome(version: str, last: UpdateHistoryEntry, wanted: str) -> Result:
    done = last.status == UpdateHistoryStatus.SUCCESSFUL and last.imageVersion == wanted
    shown: Dict[str, object] = {"version": version, "image": last.imageVersion, "result": last.status}
    return Result({"version": version, "last": plain(last)}, facts(shown), DONE if done else NOT_SEEN)


def _discard(context: Context, proxy: Firmware) -> Result:
    """1 round trip."""
    proxy.discardImage()
    return Result({"discarded": True}, ["the image is discarded"])


def _reboot(context: Context, proxy: Firmware) -> Result:
    """1 round trip."""
    context.confirm("restart the unit (outlets keep their state)")
    lost: Optional[Unreachable] = None
    try:
        proxy.reboot()
    except Unreachable as error:        # the restart may be quicker than its answer
        lost = error
    return Result({"rebooting": True, "answered": lost is None}, ["the unit restarts"], DONE if lost is None else NOT_SEEN)


_DO = {"show": _show, "upload": _upload, "image": _image, "update": _update, "discard": _discard, "reboot": _reboot}
COMMANDS: Commands = {"firmware": Command(firmware, [
    *words(("ACTION?", _ACTIONS), ("FILE?", "an image")), *option("--cross", "also an image for another product"),
    *option("--allow-untrusted", "also an image without a good signature")])}
