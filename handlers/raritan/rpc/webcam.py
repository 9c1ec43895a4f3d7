"""Webcams, their channels and stored images."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple

from . import event
from .idl import declared, Enumeration, Event, Interface, method, Structure, value_object

__all__ = ["Channel", "Controls", "Format", "Image", "ImageMetaData", "Information", "Location", "PixelFormat",
           "PowerLineFrequency", "Priority", "Settings", "StorageManager", "Webcam", "WebcamAddedEvent", "WebcamEvent",
           "WebcamManager", "WebcamRemovedEvent"]


class PixelFormat(Enumeration):
    MJPEG = 0
    JPEG = 1
    RGB = 2
    YUV = 3


class PowerLineFrequency(Enumeration):
    NOT_SUPPORTED = 0
    HZ50 = 1
    HZ60 = 2
    DISABLED = 3


class Priority(Enumeration):
    VERY_LOW = 0
    LOW = 1
    NORMAL = 2
    HIGH = 3
    VERY_HIGH = 4


@dataclass(eq=False, repr=False)
class Format(Structure):
    width: int = 0
    height: int = 0
    pixelFormat: PixelFormat = field(default_factory=lambda: PixelFormat(0))


@dataclass(eq=False, repr=False)
class Controls(Structure):
    brightness: int = 0
    contrast: int = 0
    saturation: int = 0
    gain: int = 0
    gamma: int = 0
    powerLineFrequency: PowerLineFrequency = field(default_factory=lambda: PowerLineFrequency(0))


@dataclass(eq=False, repr=False)
class Location(Structure):
    name: str = ""
    x: str = ""
    y: str = ""
    z: str = ""


@dataclass(eq=False, repr=False)
class ImageMetaData(Structure):
    format: Format = field(default_factory=lambda: Format())
    timestamp: int = 0
    location: Location = field(default_factory=lambda: Location())


@dataclass(eq=False, repr=False)
class Image(Structure):
    meta: ImageMetaData = field(default_factory=lambda: ImageMetaData())
    data: str = ""


@dataclass(eq=False, repr=False)
class Settings(Structure):
    format: Format = field(default_factory=lambda: Format())
    controls: Controls = field(default_factory=lambda: Controls())
    name: str = ""
    location: Location = field(default_factory=lambda: Location())
    refreshInterval: int = 0


@dataclass(eq=False, repr=False)
class Information(Structure):
    id: str = ""
    model: str = ""
    supportedFormats: List[Format] = field(default_factory=list)


@value_object
class WebcamEvent(Event):
    idlType = "webcam.WebcamEvent:1.0.2"
    webcam: Optional[Webcam] = None
    information: Information = field(default_factory=lambda: Information())
    name: str = ""


@value_object
class WebcamAddedEvent(WebcamEvent):
    idlType = "webcam.WebcamAddedEvent:1.0.2"


@value_object
class WebcamRemovedEvent(WebcamEvent):
    idlType = "webcam.WebcamRemovedEvent:1.0.2"


class Webcam(Interface):
    """One webcam: settings and what it can do."""

    idlType = "webcam.Webcam:2.0.2"

    NO_ERROR = 0
    ERR_INVALID_PARAM = 1

    @value_object
    class SettingsChangedEvent(event.UserEvent):
        idlType = "webcam.Webcam_2_0_2.SettingsChangedEvent:1.0.0"
        oldSettings: Settings = field(default_factory=lambda: Settings())
        newSettings: Settings = field(default_factory=lambda: Settings())

    @method()
    def getInformation(self) -> Information: declared()

    @method()
    def getSettings(self) -> Settings: declared()

    @method()
    def setSettings(self, settings: Settings) -> int: declared()

    @method()
    def setControls(self, controls: Controls) -> int: declared()

    @method()
    def getControlDefaults(self) -> Controls: declared()


class StorageManager(Interface):
    """Where images are stored, at `/storage_mgr`."""

    idlType = "webcam.StorageManager:1.0.3"

    NO_ERROR = 0
    ERR_INVALID_PARAM = 1
    ERR_INIT_IN_PROGRESS = 2
    ERR_ALREADY_RUNNING = 3
    ERR_TOO_LARGE = 4
    ERR_OPERATION_NOT_SUPPORTED = 5

    class StorageType(Enumeration):
        LOCAL = 0
        FTP = 1
        CIFS = 2
        NFS = 3

    class Direction(Enumeration):
        ASCENDING = 0
        DESCENDING = 1

    class StorageStatus(Enumeration):
        INITIALIZING = 0
        READY = 1

    @dataclass(eq=False, repr=False)
    class WebcamStorageInfo(Structure):
        webcam: Optional[Webcam] = None
        newestIndex: int = 0
        oldestIndex: int = 0
        count: int = 0

    @dataclass(eq=False, repr=False)
    class StorageInformation(Structure):
        status: StorageManager.StorageStatus = field(default_factory=lambda: StorageManager.StorageStatus(0))
        capacity: int = 0
        used: int = 0
        webcamStorageInfo: List[StorageManager.WebcamStorageInfo] = field(default_factory=list)

    @dataclass(eq=False, repr=False)
    class StorageSettings(Structure):
        type: StorageManager.StorageType = field(default_factory=lambda: StorageManager.StorageType(0))
        capacity: int = 0
        server: str = ""
        username: str = ""
        password: str = ""

    @dataclass(eq=False, repr=False)
    class StorageMetaData(Structure):
        index: int = 0
        webcam: Optional[Webcam] = None

    @dataclass(eq=False, repr=False)
    class ImageStorageMetaData(Structure):
        imageMeta: ImageMetaData = field(default_factory=lambda: ImageMetaData())
        fileSize: int = 0
        storageMeta: StorageManager.StorageMetaData = field(default_factory=lambda: StorageManager.StorageMetaData())

    @dataclass(eq=False, repr=False)
    class StorageImage(Structure):
        image: Image = field(default_factory=lambda: Image())
        metaData: StorageManager.StorageMetaData = field(default_factory=lambda: StorageManager.StorageMetaData())

    @dataclass(eq=False, repr=False)
    class Activity(Structure):
        webcam: Optional[Webcam] = None
        interval: int = 0
        count: int = 0
        done: int = 0

    @value_object
    class ImageUploadStartedEvent(event.UserEvent):
        idlType = "webcam.StorageManager_1_0_3.ImageUploadStartedEvent:1.0.0"
        webcam: Optional[Webcam] = None
        folderUrl: str = ""

    @method()
    def getSupportedStorageTypes(self) -> List[StorageManager.StorageType]: declared()

    @method()
    def getInformation(self) -> StorageManager.StorageInformation: declared()

    @method()
    def getSettings(self) -> StorageManager.StorageSettings: declared()

    @method()
    def setSettings(self, settings: StorageManager.StorageSettings) -> int: declared()

    @method("_ret_", "index")
    def addImage(self, webcam: Optional[Webcam], image: Image) -> Tuple[int, int]: declared()

    @method()
    def removeImages(self, webcam: Optional[Webcam], start: int, count: int,
                     direction: StorageManager.Direction) -> int: declared()

    @method("_ret_", "meta")
    def getMetaData(self, webcam: Optional[Webcam], start: int, count: int,
                    direction: StorageManager.Direction) -> Tuple[int, List[StorageManager.ImageStorageMetaData]]: declared()

    @method("_ret_", "image")
    def getImages(self, webcam: Optional[Webcam], start: int, count: int,
                  direction: StorageManager.Direction) -> Tuple[int, List[StorageManager.StorageImage]]: declared()

    @method()
    def getActivities(self) -> List[StorageManager.Activity]: declared()

    @method()
    def startActivity(self, webcam: Optional[Webcam], count: int, interval: int) -> int: declared()

    @method()
    def startActivityWithFolder(self, webcam: Optional[Webcam], count: int, interval: int, folder: str) -> int: declared()

    @method()
    def stopActivity(self, webcam: Optional[Webcam]) -> int: declared()


class Channel(Interface):
    """A view of one webcam: its images."""

    idlType = "webcam.Channel:1.0.2"

    NO_ERROR = 0
    ERR_NOT_AVAILABLE = 2
    ERR_NO_SUCH_OBJECT = 3

    @method()
    def getClientType(self) -> str: declared()

    @method()
    def getWebcam(self) -> Optional[Webcam]: declared()

    @method()
    def isAvailable(self) -> bool: declared()

    @method()
    def release(self) -> None: declared()

    @method("_ret_", "image")
    def captureImage(self) -> Tuple[int, Image]: declared()

    @method("_ret_", "captureToken")
    def triggerCapture(self) -> Tuple[int, str]: declared()


class WebcamManager(Interface):
    """All webcams and who may watch, at `/webcam_mgr`."""

    idlType = "webcam.WebcamManager:2.0.2"

    NO_ERROR = 0
    ERR_INVALID_PARAM = 1

    @method()
    def getWebcams(self) -> List[Webcam]: declared()

    @method("_ret_", "channel")
    def getChannel(self, webcam: Optional[Webcam], clientType: str) -> Tuple[int, Optional[Channel]]: declared()

    @method()
    def getChannels(self) -> List[Channel]: declared()

    @method()
    def removeClientType(self, clientType: str) -> int: declared()

    @method()
    def getClientTypes(self) -> List[str]: declared()

    @method()
    def getClientTypePriorities(self) -> Dict[str, Priority]: declared()

    @method()
    def setClientTypePriorities(self, priorities: Dict[str, Priority]) -> int: declared()

    @method()
    def getWebcamPriorities(self) -> Dict[str, Priority]: declared()

    @method()
    def setWebcamPriorities(self, priorities: Dict[str, Priority]) -> int: declared()
