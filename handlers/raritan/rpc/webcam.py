"""Webcams, their channels and stored images.

Source: Webcam.idl, WebcamManager.idl, StorageManager.idl, WebcamChannel.idl.
"""

from __future__ import annotations

from typing import Optional

from . import event, idl
from ._runtime import ZERO, Enumeration, Interface, Structure, method


class PixelFormat(Enumeration):
    MJPEG, JPEG, RGB, YUV = range(4)


class PowerLineFrequency(Enumeration):
    NOT_SUPPORTED, HZ50, HZ60, DISABLED = range(4)


class Priority(Enumeration):
    VERY_LOW, LOW, NORMAL, HIGH, VERY_HIGH = range(5)


class Format(Structure):
    width: int = 0
    height: int = 0
    pixelFormat: PixelFormat = ZERO


class Controls(Structure):
    brightness: int = 0
    contrast: int = 0
    saturation: int = 0
    gain: int = 0
    gamma: int = 0
    powerLineFrequency: PowerLineFrequency = ZERO


class Location(Structure):
    name: str = ""
    x: str = ""
    y: str = ""
    z: str = ""


class ImageMetaData(Structure):
    format: Format = ZERO
    timestamp: int = 0
    location: Location = ZERO


class Image(Structure):
    meta: ImageMetaData = ZERO
    data: str = ""


class Settings(Structure):
    format: Format = ZERO
    controls: Controls = ZERO
    name: str = ""
    location: Location = ZERO
    refreshInterval: int = 0


class Information(Structure):
    id: str = ""
    model: str = ""
    supportedFormats: list[Format] = ZERO


class WebcamEvent(idl.Event, version="1.0.2"):
    webcam: Optional[Webcam] = None
    information: Information = ZERO
    name: str = ""


class WebcamAddedEvent(WebcamEvent, version="1.0.2"):
    pass


class WebcamRemovedEvent(WebcamEvent, version="1.0.2"):
    pass


class Webcam(Interface, version="2.0.2"):
    NO_ERROR, ERR_INVALID_PARAM = range(2)

    class SettingsChangedEvent(event.UserEvent):
        oldSettings: Settings = ZERO
        newSettings: Settings = ZERO

    def getInformation(self) -> Information: ...
    def getSettings(self) -> Settings: ...
    def setSettings(self, settings: Settings) -> int: ...
    def setControls(self, controls: Controls) -> int: ...
    def getControlDefaults(self) -> Controls: ...


class StorageManager(Interface, version="1.0.3"):
    """Storage of images, at `/storage_mgr`."""

    NO_ERROR = 0
    ERR_INVALID_PARAM = 1
    ERR_INIT_IN_PROGRESS = 2
    ERR_ALREADY_RUNNING = 3
    ERR_TOO_LARGE = 4
    ERR_OPERATION_NOT_SUPPORTED = 5

    class StorageType(Enumeration):
        LOCAL, FTP, CIFS, NFS = range(4)

    class Direction(Enumeration):
        ASCENDING, DESCENDING = range(2)

    class StorageStatus(Enumeration):
        INITIALIZING, READY = range(2)

    class WebcamStorageInfo(Structure):
        webcam: Optional[Webcam] = None
        newestIndex: int = 0
        oldestIndex: int = 0
        count: int = 0

    class StorageInformation(Structure):
        status: StorageManager.StorageStatus = ZERO
        capacity: int = 0
        used: int = 0
        webcamStorageInfo: list[StorageManager.WebcamStorageInfo] = ZERO

    class StorageSettings(Structure):
        type: StorageManager.StorageType = ZERO
        capacity: int = 0
        server: str = ""
        username: str = ""
        password: str = ""

    class StorageMetaData(Structure):
        index: int = 0
        webcam: Optional[Webcam] = None

    class ImageStorageMetaData(Structure):
        imageMeta: ImageMetaData = ZERO
        fileSize: int = 0
        storageMeta: StorageManager.StorageMetaData = ZERO

    class StorageImage(Structure):
        image: Image = ZERO
        metaData: StorageManager.StorageMetaData = ZERO

    class Activity(Structure):
        webcam: Optional[Webcam] = None
        interval: int = 0
        count: int = 0
        done: int = 0

    class ImageUploadStartedEvent(event.UserEvent):
        webcam: Optional[Webcam] = None
        folderUrl: str = ""

    def getSupportedStorageTypes(self) -> list[StorageManager.StorageType]: ...
    def getInformation(self) -> StorageManager.StorageInformation: ...
    def getSettings(self) -> StorageManager.StorageSettings: ...
    def setSettings(self, settings: StorageManager.StorageSettings) -> int: ...
    @method("_ret_", "index")
    def addImage(self, webcam: Optional[Webcam], image: Image) -> tuple[int, int]: ...
    def removeImages(
        self, webcam: Optional[Webcam], start: int, count: int, direction: StorageManager.Direction
    ) -> int: ...
    @method("_ret_", "meta")
    def getMetaData(
        self, webcam: Optional[Webcam], start: int, count: int, direction: StorageManager.Direction
    ) -> tuple[int, list[StorageManager.ImageStorageMetaData]]: ...
    @method("_ret_", "image")
    def getImages(
        self, webcam: Optional[Webcam], start: int, count: int, direction: StorageManager.Direction
    ) -> tuple[int, list[StorageManager.StorageImage]]: ...
    def getActivities(self) -> list[StorageManager.Activity]: ...
    def startActivity(self, webcam: Optional[Webcam], count: int, interval: int) -> int: ...
    def startActivityWithFolder(
        self, webcam: Optional[Webcam], count: int, interval: int, folder: str
    ) -> int: ...
    def stopActivity(self, webcam: Optional[Webcam]) -> int: ...


class Channel(Interface, version="1.0.2"):
    """The images of one webcam, for one type of client."""

    NO_ERROR = 0
    ERR_NOT_AVAILABLE = 2
    ERR_NO_SUCH_OBJECT = 3

    def getClientType(self) -> str: ...
    def getWebcam(self) -> Optional[Webcam]: ...
    def isAvailable(self) -> bool: ...
    def release(self) -> None: ...
    @method("_ret_", "image")
    def captureImage(self) -> tuple[int, Image]: ...
    @method("_ret_", "captureToken")
    def triggerCapture(self) -> tuple[int, str]: ...


class WebcamManager(Interface, version="2.0.2"):
    """All webcams, the known types of clients, and the priorities of both, at `/webcam_mgr`."""

    NO_ERROR, ERR_INVALID_PARAM = range(2)

    def getWebcams(self) -> list[Webcam]: ...
    @method("_ret_", "channel")
    def getChannel(
        self, webcam: Optional[Webcam], clientType: str
    ) -> tuple[int, Optional[Channel]]: ...
    def getChannels(self) -> list[Channel]: ...
    def removeClientType(self, clientType: str) -> int: ...
    def getClientTypes(self) -> list[str]: ...
    def getClientTypePriorities(self) -> dict[str, Priority]: ...
    def setClientTypePriorities(self, priorities: dict[str, Priority]) -> int: ...
    def getWebcamPriorities(self) -> dict[str, Priority]: ...
    def setWebcamPriorities(self, priorities: dict[str, Priority]) -> int: ...
