"""A picture that somebody sent, written anew so that nothing but its pixels is kept.

A picture is recognised by its content, never by its name. How large it is stands in its header,
which is read before anything is decoded; then it is decoded whole, turned as it is looked at, and
encoded again, so that neither metadata (where it was taken) nor anything hidden behind it, inside
it or in its comments survives.

Source: OWASP ASVS 5.0, 5.2.2 and 5.2.6 (content checked against what is expected, pixels limited
before the picture is processed). Needs Pillow, which the extra ``payments`` brings.
"""

from __future__ import annotations

import hashlib
import threading
import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Final, Literal

import attrs

from logistics_core.errors import ImageRefused
from shared_kernel import ExtraMissing, FaultKind

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["MOST_BYTES", "MOST_PIXELS", "CleanImage", "clean_image"]

MOST_BYTES: Final = 5_000_000
MOST_PIXELS: Final = 40_000_000
MOST_SCANS: Final = 100
"""A progressive JPEG comes in about ten scans; each one goes over every pixel again."""

TOO_LARGE = FaultKind(
    "image.too_large", "the picture has {given} bytes, which is too many: send at most {most}"
)
NOT_A_PICTURE = FaultKind(
    "image.not_a_picture", "this is not a JPG or PNG picture, whatever its name: send one"
)
TOO_MANY_PIXELS = FaultKind(
    "image.too_many_pixels", "the picture has too many pixels: send one of at most {most} pixels"
)
DAMAGED = FaultKind(
    "image.damaged", "the picture is damaged or was cut short: take it again, and send it again"
)

_FORMATS: Final[tuple[tuple[bytes, Literal["jpeg", "png"]], ...]] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
)
_ORIENTATION: Final = 0x0112
_QUALITIES: Final = (85, 60, 30)
"""Of a JPEG, the first that is small enough; a receipt can still be read in the last one."""
# A picture of forty million pixels takes some 300 MB while it is worked on: one at a time, so that
# several senders together cannot take all the memory there is.
_one_at_a_time = threading.Lock()


@attrs.frozen(kw_only=True)
class CleanImage:
    """A picture written anew.

    Args:
        data: the file.
        format: what it is.
        width: in pixels, once turned as it is looked at.
        height: in pixels, likewise.
        sha256: of `data`, in hexadecimal: the same picture sent twice has the same.
    """

    data: bytes = attrs.field(repr=False)
    format: Literal["jpeg", "png"]
    width: int
    height: int
    sha256: str

    @property
    def media_type(self) -> str:
        """What it is served as."""
        return f"image/{self.format}"


def clean_image(
    data: bytes, *, most_bytes: int = MOST_BYTES, most_pixels: int = MOST_PIXELS
) -> CleanImage:
    """Gives the picture of a file, written anew; of an animation, its first frame.

    A JPEG is written as a JPEG, and a PNG as a PNG; as a JPEG where the PNG would be larger than
    `most_bytes`, which nothing that is written exceeds either.

    Args:
        data: the file as it was sent.
        most_bytes: the largest file accepted.
        most_pixels: the most pixels accepted: its width by its height.

    Raises:
        ImageRefused: the file is too large as it was sent or as it would be written, is no JPG or
            PNG, has too many pixels, or is damaged.
        ExtraMissing: Pillow is not installed.
    """
    if len(data) > most_bytes:
        raise ImageRefused.of(TOO_LARGE, given=len(data), most=most_bytes)
    kind = next((kind for magic, kind in _FORMATS if data.startswith(magic)), None)
    if kind is None:
        raise ImageRefused.of(NOT_A_PICTURE)
    # Inside the picture itself these two bytes cannot follow one another but before a scan.
    if kind == "jpeg" and data.count(b"\xff\xda") > MOST_SCANS:
        raise ImageRefused.of(DAMAGED)
    with _one_at_a_time, warnings.catch_warnings():
        # Pillow warns of what it finds in hostile files, at their sender's pleasure.
        warnings.simplefilter("ignore")
        image = _decoded(data, kind, most_pixels)
        clean, kind = _encoded(image, kind, most_bytes)
        width, height = image.size
        image.close()
    digest = hashlib.sha256(clean).hexdigest()
    return CleanImage(data=clean, format=kind, width=width, height=height, sha256=digest)


def _decoded(data: bytes, kind: Literal["jpeg", "png"], most_pixels: int) -> Image:
    try:
        from PIL import Image
    except ModuleNotFoundError as error:
        raise ExtraMissing("comptoir-logistics", "payments") from error
    try:
        # Reads the header alone.
        image: Image.Image = Image.open(BytesIO(data), formats=(kind.upper(),))
        width, height = image.size
        if width * height > most_pixels:
            raise ImageRefused.of(TOO_MANY_PIXELS, most=most_pixels)
        turn = _TURNS.get(_orientation(image))
        image.load()
        if image.mode.startswith("I"):  # grey in sixteen bits, of which eight are seen
            image = image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
        image = image.convert(_mode(image, kind))
        if turn is not None:
            image = image.transpose(Image.Transpose[turn])
    except ImageRefused:
        raise
    except Image.DecompressionBombError:
        # Pillow stops at the header by itself where there are far more pixels than it takes for
        # sane, 179 million.
        raise ImageRefused.of(TOO_MANY_PIXELS, most=most_pixels) from None
    except Exception as error:  # on hostile data its decoders raise anything at all
        raise ImageRefused.of(DAMAGED) from error
    image.info.clear()  # what is written there would go into the file
    return image


def _encoded(
    image: Image, kind: Literal["jpeg", "png"], most_bytes: int
) -> tuple[bytes, Literal["jpeg", "png"]]:
    """The picture as a file no larger than those accepted: few colours can be many bytes.

    Without this, what came as a PNG of 5 MB could be kept as one of 20.
    """
    written = BytesIO()
    if kind == "png":
        # Half the time of the usual level, and about as small.
        image.save(written, "PNG", compress_level=3)
        if written.tell() <= most_bytes:
            return written.getvalue(), "png"
        image = _on_white(image)
    for quality in _QUALITIES:
        written = BytesIO()
        image.save(written, "JPEG", quality=quality)
        if written.tell() <= most_bytes:
            return written.getvalue(), "jpeg"
    raise ImageRefused.of(TOO_LARGE, given=written.tell(), most=most_bytes)


def _on_white(image: Image) -> Image:
    """The picture without transparency, which a JPEG has not."""
    if image.mode != "RGBA":
        return image
    from PIL import Image

    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image)
    return white


def _mode(image: Image, kind: str) -> str:
    """What the pixels are written as: grey where they are, else colours, transparent where told."""
    if image.mode in {"1", "L"} and "transparency" not in image.info:
        return "L"
    transparent = kind == "png" and image.has_transparency_data
    return "RGBA" if transparent else "RGB"


_TURNS: Final = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
"""What makes a picture stand as it is looked at, by its EXIF orientation (EXIF 2.32, 4.6.4 A)."""


def _orientation(image: Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001  # metadata that cannot be read says nothing, and is dropped
        return 1
