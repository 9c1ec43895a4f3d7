"""The command `firmware`."""

from __future__ import annotations

from handlers.raritan.rpc import firmware as fw
from handlers.shared.errors import Denied, PduHandlerError, Refused, SettingsError, Unreachable

from ..core.cli.error_output import reason
from ..core.cli.exit_codes import DONE, NOT_SEEN
from ..core.cli.groups import Commands, HostCommand
from ..core.cli.options import Argument, one_of, option
from ..core.cli.output import Result, tabulate, text
from ..core.cli.prompts import NotConfirmed
from .context import WAIT, Context, action_name, facts_result, plain, send_once

_PROGRESS = "/cgi-bin/fwupdate_progress.cgi"
_ACTIONS = "show, upload FILE, image, update [FILE], discard, reboot"
_NO_IMAGE = "the file is not a firmware image, or it is damaged"
_LOOK_S = 1.0
_UPDATE_S = 1800.0  # an update takes many minutes
# after an earlier failed update, this many FAILs in a row mean that this one failed too
_OLD_FAIL_LOOKS = 30


def firmware(context: Context) -> Result:
    """Run one action. The docstring of its function names its round trips."""
    name = action_name(context, _DO, _ACTIONS)
    if context.options.file and name not in ("upload", "update"):
        raise SettingsError(f"firmware {name} takes no file")
    # `update` would install the image that is already on the unit
    if context.options.file == "":
        raise SettingsError(f"firmware {name}: the file's name is empty")
    return _DO[name](context, context.proxy(fw.Firmware, "/firmware"))


def _show(context: Context, proxy: fw.Firmware) -> Result:
    """Show the version and the history of updates: 2 round trips."""
    version, history = proxy.getVersion(), proxy.getUpdateHistory()
    rows = [
        [entry.timestamp, entry.oldVersion, entry.imageVersion, entry.status] for entry in history
    ]
    return Result(
        {"version": version, "history": plain(history)},
        [f"version {text(version)}", *tabulate(("when (UTC)", "from", "to", "result"), rows)],
    )


def _upload(context: Context, proxy: fw.Firmware) -> Result:
    """Upload an image and check it: 4 round trips and the file."""
    if not context.options.file:
        raise SettingsError("firmware upload needs a file")
    _send(context)
    if not _complete(context, proxy).valid:
        raise Refused(_NO_IMAGE)
    return _image(context, proxy)


def _send(context: Context) -> None:
    agent = context.files
    try:
        with open(context.options.file, "rb") as file:
            fw.upload(agent, file, progress=context.progress)
    except OSError as error:
        raise SettingsError(f"{context.options.file} cannot be read ({error.strerror})") from None


def _image(context: Context, proxy: fw.Firmware) -> Result:
    """Show the uploaded image: 2 round trips."""
    status = proxy.getImageStatus()
    present, info = proxy.getImageInfo()
    data = {
        "state": status.state.name,
        "present": present,
        "image": plain(info) if present else None,
    }
    if not present:
        return Result(
            data,
            [
                f"no image ({text(status.state)}{': ' if status.error_message else ''}"
                f"{text(status.error_message)})"
            ],
        )
    return facts_result(
        {
            "version": info.version,
            "product": info.product,
            "valid": info.valid,
            "compatible": info.compatible,
            "signed": info.signature_present,
            "signature good": info.signature_good,
        },
        data,
    )


def _update(context: Context, proxy: fw.Firmware) -> Result:
    """Upload the file if there is one, check the image, ask, start the update, and follow it.

    6 round trips, 1 more for the file, then 1 to 3 for each look.
    """
    context.askable("a firmware update")
    if context.options.file:
        _send(context)
    info = _complete(context, proxy)
    flags = _flags(context, info)
    progress = context.proxy(fw.FirmwareUpdateStatus, _PROGRESS)
    old, history_before = proxy.getVersion(), proxy.getUpdateHistory()
    old_fails = _OLD_FAIL_LOOKS if progress.getStatus().state == "FAIL" else 0
    question = (
        f"update the firmware from {text(old)} to {text(info.version)} (outlets keep their state,"
        " the unit restarts)"
    )
    try:
        context.confirm(question)
    except NotConfirmed as error:
        raise NotConfirmed(
            "the update was not started; the image stays on the unit: firmware discard removes it",
            error.host,
        ) from None
    send_once(
        "the update may or may not have started", "firmware", lambda: proxy.startUpdate(flags)
    )
    return _follow(context, proxy, progress, info.version, history_before, old_fails)


def _complete(context: Context, proxy: fw.Firmware) -> fw.ImageInfo:
    """The image on the unit: 2 round trips. Raises Refused if it is missing or not complete."""
    status = proxy.getImageStatus()
    present, info = proxy.getImageInfo()
    if not present or status.state != fw.ImageState.COMPLETE:
        remedy = (
            "check the file, and upload it again" if context.options.file else "upload one first"
        )
        sentence = (
            f" ({context.agent.login.quoted(status.error_message)})" if status.error_message else ""
        )
        raise Refused(
            f"there is no complete image on the unit{sentence}: {remedy}", status.state.name
        )
    return info


def _flags(context: Context, info: fw.ImageInfo) -> list[fw.UpdateFlags]:
    """The flags for --cross and --allow-untrusted.

    Raises Refused if the image is bad or needs a flag that is not set.
    """
    cross, allow_untrusted = context.options.cross, context.options.allow_untrusted
    if not info.valid:
        raise Refused(_NO_IMAGE)
    if not info.compatible and not cross:
        raise Refused(
            f"the image {text(info.version)} is for another product; --cross would install it"
            " anyway"
        )
    if not info.signature_good and not allow_untrusted:
        raise Refused(
            f"the image {text(info.version)} has no good signature; --allow-untrusted would"
            " install it"
        )
    return [
        flag
        for flag, is_set in (
            (fw.UpdateFlags.CROSS_HW, cross),
            (fw.UpdateFlags.CROSS_OEM, cross),
            (fw.UpdateFlags.ALLOW_UNTRUSTED, allow_untrusted),
        )
        if is_set
    ]


def _follow(
    context: Context,
    proxy: fw.Firmware,
    progress: fw.FirmwareUpdateStatus,
    version_wanted: str,
    history_before: list[fw.UpdateHistoryEntry],
    old_fails: int,
) -> Result:
    """Read the progress page, the only one that answers during an update, until the history has a
    new entry.

    The exit code is NOT_SEEN without such an entry, or if the entry does not report success with
    `version_wanted`. Raises Refused if the page reports FAIL. At the beginning, fewer than
    `old_fails` FAILs in a row are ignored: they may be from an earlier update.
    """
    last = ""
    why = ""
    note = ""
    for _ in context.looks(_LOOK_S):
        try:
            status = progress.getStatus()
            last, why = status.state, status.error_message
            context.tell(f"update: {text(last)}")
            old_fails = max(0, old_fails - 1) if last == "FAIL" else 0
            history = proxy.getUpdateHistory() if old_fails or last in ("NONE", "SUCCESS") else []
            # a full history drops its oldest entry
            fresh = [entry for entry in history if entry not in history_before]
            if fresh:
                return _outcome(proxy.getVersion(), fresh[-1], version_wanted)
        except Denied as error:
            # the new firmware may demand a new password; trying again may block the account
            note = f"not-seen: {context.host}: {reason(error)}"
            break
        except PduHandlerError:
            # no answer, or an answer from another service: try again
            context.tell("update: the unit restarts")
        if last == "FAIL" and not old_fails:
            raise Refused(
                "the update failed:"
                f" {context.agent.login.quoted(why) or 'the device gives no reason'}",
                last,
            )
    return Result(
        {"last": last},
        [
            f"the end of the update was not seen; its last state was {text(last) or 'not known'}:"
            " look at the unit before you try again"
        ],
        NOT_SEEN,
        note=note,
    )


def _outcome(version: str, last: fw.UpdateHistoryEntry, version_wanted: str) -> Result:
    is_installed = (
        last.status == fw.UpdateHistoryStatus.SUCCESSFUL and last.imageVersion == version_wanted
    )
    return facts_result(
        {"version": version, "image": last.imageVersion, "result": last.status},
        {"version": version, "last": last},
        DONE if is_installed else NOT_SEEN,
    )


def _discard(context: Context, proxy: fw.Firmware) -> Result:
    """Discard the uploaded image: 1 round trip."""
    send_once("the image may or may not have been discarded", "firmware image", proxy.discardImage)
    return Result({"discarded": True}, ["the image is discarded"])


def _reboot(context: Context, proxy: fw.Firmware) -> Result:
    """Restart the unit: 2 round trips.

    The first one shows that it answers; no answer to the second may mean that it restarts.
    """
    context.askable("a restart")
    proxy.getVersion()
    context.confirm("restart the unit (outlets keep their state)")
    has_answered = True
    try:
        send_once("the unit may or may not restart", "firmware", proxy.reboot)
    except Unreachable:
        has_answered = False
    return Result(
        {"rebooting": has_answered or None, "answered": has_answered},
        [
            (
                "the unit restarts"
                if has_answered
                else "the unit did not confirm the restart; it may be restarting"
            )
        ],
        DONE if has_answered else NOT_SEEN,
    )


_DO = {
    "show": _show,
    "upload": _upload,
    "image": _image,
    "update": _update,
    "discard": _discard,
    "reboot": _reboot,
}
_UPDATE = [one_of("action", "update")]
COMMANDS: Commands = {
    "firmware": HostCommand(
        firmware,
        [
            Argument("ACTION?", _ACTIONS),
            Argument("FILE?", "an image"),
            *option("--cross", "accept an image for another product", requires=_UPDATE),
            *option(
                "--allow-untrusted", "accept an image without a good signature", requires=_UPDATE
            ),
            *WAIT(default=_UPDATE_S, show_default=True, requires=_UPDATE),
        ],
        examples=("firmware", "firmware update px3.bin --wait 3600"),
    )
}
