"""Pictures sent as proofs: only their pixels are kept, and nothing hostile is decoded."""

from __future__ import annotations

import hashlib
import random
import struct
import sys
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFile, ImageStat, PngImagePlugin

from logistics_core.errors import ImageRefused
from logistics_core.payments import clean_image
from logistics_core.payments.pictures import MOST_BYTES, MOST_PIXELS
from shared_kernel import ExtraMissing

SCRIPT = b"<script>alert(document.cookie)</script>"
_DOWN = Image.linear_gradient("L").resize((320, 240))
_ACROSS = Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90).resize((320, 240))
_ROUND = Image.radial_gradient("L").resize((320, 240))
RECEIPT = Image.merge("RGB", (_DOWN, _ACROSS, _ROUND))
"""Another picture whichever way it is turned."""


def file(kind: str, image: Image.Image = RECEIPT, **options: Any) -> bytes:  # Pillow's own
    """A picture as a file."""
    written = BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def opened(data: bytes) -> Image.Image:
    """A file as a picture."""
    image = Image.open(BytesIO(data))
    image.load()
    return image


def alike(one: Image.Image, other: Image.Image) -> bool:
    """Whether two pictures look the same, as far as a JPEG keeps it."""
    apart = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    return one.size == other.size and max(ImageStat.Stat(apart).mean) < 6


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG file."""
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png_of(width: int, height: int, pixels: bytes = b"") -> bytes:
    """A PNG that declares a size, whatever it holds."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG whose header declares a size that is not its own."""
    data = bytearray(file("JPEG"))
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def test_a_picture_is_recognised_by_its_content() -> None:
    """A photo and a screenshot come out as what they are, looking the same."""
    for kind, name in (("JPEG", "jpeg"), ("PNG", "png")):
        clean = clean_image(file(kind))
        assert (clean.format, clean.media_type) == (name, f"image/{name}")
        assert (clean.width, clean.height) == RECEIPT.size
        assert clean.sha256 == hashlib.sha256(clean.data).hexdigest()
        assert alike(opened(clean.data), RECEIPT)
        assert clean_image(file(kind)) == clean
        assert repr(clean.data[:8]) not in repr(clean)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF",
        b"%PDF-1.7\n" + file("JPEG"),
        b"GIF89a" + file("JPEG"),
        file("GIF"),
        file("BMP"),
        file("WEBP"),
        file("TIFF"),
        SCRIPT,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b" " + file("PNG"),
    ],
    ids=range(11),
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    """A PDF that is called receipt.jpg, a page, another kind of picture, a PDF before a picture."""
    with pytest.raises(ImageRefused) as refused:
        clean_image(data)
    assert [fault.code for fault in refused.value.faults] == ["image.not_a_picture"]


def with_comment() -> bytes:
    """A JPEG with a script in its comment."""
    data = file("JPEG")
    return data[:2] + b"\xff\xfe" + struct.pack(">H", len(SCRIPT) + 2) + SCRIPT + data[2:]


def with_text() -> bytes:
    """A PNG with a script in three of its texts."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SCRIPT.decode())
    info.add_itxt("XML:com.adobe.xmp", SCRIPT.decode())
    return file("PNG", pnginfo=info, icc_profile=SCRIPT)


def with_own_chunk() -> bytes:
    """A PNG with a script in a chunk that nobody knows."""
    data = file("PNG")
    return data[:33] + chunk(b"scRp", SCRIPT) + data[33:]


@pytest.mark.parametrize(
    "make",
    [
        lambda: file("JPEG") + SCRIPT,
        lambda: file("PNG") + SCRIPT,
        lambda: file("JPEG") + b"%PDF-1.7" + SCRIPT,
        lambda: file("JPEG", icc_profile=SCRIPT),
        lambda: file("JPEG", comment=SCRIPT),
        with_comment,
        with_text,
        with_own_chunk,
    ],
    ids=range(8),
)
def test_a_polyglot_loses_its_other_half(make: Callable[[], bytes]) -> None:
    """A script behind a picture, in its comment, its profile or a chunk of its own is not kept."""
    data = make()
    assert SCRIPT in data
    clean = clean_image(data)
    for trace in (b"script", b"cookie", b"%PDF", b"iTXt", b"tEXt", b"ICC_PROFILE", b"iCCP"):
        assert trace not in clean.data
    assert opened(clean.data).info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert alike(opened(clean.data), RECEIPT)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", range(10))
def test_metadata_is_dropped_and_the_picture_stands_upright(kind: str, orientation: int) -> None:
    """Where it was taken is gone; how the phone was held is obeyed first, then gone as well."""
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    # As a phone writes it: the pixels turned one way, the tag that says how to turn them back.
    held = RECEIPT.transpose(turns[orientation]) if orientation in turns else RECEIPT
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "A telephone"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (9.0, 30.0, 33.0)
    data = file(kind, held, exif=exif)
    assert opened(data).getexif()[0x010F] == "A telephone"
    clean = clean_image(data)
    seen = opened(clean.data)
    assert not dict(seen.getexif())
    assert b"A telephone" not in clean.data
    assert (clean.width, clean.height) == seen.size == RECEIPT.size
    assert alike(seen, RECEIPT)


def test_metadata_that_cannot_be_read_is_dropped() -> None:
    """Nonsense where the orientation should be: the picture is taken as it stands."""
    clean = clean_image(file("JPEG", exif=b"Exif\x00\x00MM\x00*\x00\x00\xff\xff nonsense"))
    assert alike(opened(clean.data), RECEIPT)


def bomb(width: int, height: int) -> list[bytes]:
    """Small files of a declared size: a PNG and a JPEG."""
    return [png_of(width, height, b"\0" * 1_000), jpeg_of(min(width, 65_500), min(height, 65_500))]


@pytest.mark.parametrize(
    "data",
    [
        *bomb(60_000, 60_000),
        *bomb(13_000, 10_000),  # where Pillow alone would only warn
        *bomb(8_000, 5_001),
        png_of(MOST_PIXELS + 1, 1),
        png_of(2**31 - 1, 2**31 - 1),
    ],
    ids=range(8),
)
def test_a_bomb_is_refused_before_it_is_decoded(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few hundred bytes declare forty million pixels and more: no memory is made for them."""

    def decode(self: ImageFile.ImageFile) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", decode)
    with pytest.raises(ImageRefused) as refused:
        clean_image(data)
    assert [fault.code for fault in refused.value.faults] == ["image.too_many_pixels"]


@pytest.mark.parametrize("clear", [b"\0", b""], ids=["transparent", "opaque"])
def test_no_picture_is_kept_larger_than_any_that_is_accepted(clear: bytes) -> None:
    """One byte of a palette becomes four: such a PNG is kept as a JPEG, on white.

    What cannot be seen of it stays unseen. Pure noise, which is larger even then, is refused.
    """
    drawn = random.Random(1)
    shown = Image.frombytes("P", (64, 64), drawn.randbytes(4096))
    shown.putpalette([0] * 3 + [drawn.randint(200, 255) for _ in range(765)])
    sent = file("PNG", shown, **({"transparency": clear} if clear else {}))
    kept = clean_image(sent, most_bytes=len(sent))
    assert (kept.format, kept.width, kept.height) == ("jpeg", 64, 64)
    assert len(kept.data) <= len(sent)
    darkest = min(opened(kept.data).convert("L").tobytes())
    assert (darkest < 100) is not bool(clear)  # the black is the colour that was made transparent
    noise = file("PNG", Image.frombytes("1", (64, 64), drawn.randbytes(512)))
    with pytest.raises(ImageRefused) as refused:
        clean_image(noise, most_bytes=len(noise))
    assert [fault.code for fault in refused.value.faults] == ["image.too_large"]


def test_the_limits_are_exact() -> None:
    """The last byte and the last pixel are taken, one more is not."""
    with pytest.raises(ImageRefused) as refused:
        clean_image(file("JPEG").ljust(MOST_BYTES + 1, b"\0"))
    assert [fault.code for fault in refused.value.faults] == ["image.too_large"]
    assert clean_image(file("JPEG").ljust(MOST_BYTES, b"\0")).format == "jpeg"
    grey = Image.new("L", (25, 16), 7)
    for kind in ("JPEG", "PNG"):
        assert clean_image(file(kind, grey), most_pixels=400).width == 25
        with pytest.raises(ImageRefused, match="at most 399 pixels"):
            clean_image(file(kind, grey), most_pixels=399)
    assert (MOST_BYTES, MOST_PIXELS) == (5_000_000, 40_000_000)


def test_a_damaged_picture_is_refused() -> None:
    """Cut short anywhere, or with its inside overwritten: a refusal, never another error."""
    for kind in ("JPEG", "PNG"):
        data = file(kind)
        for length in (4, 9, 20, 40, 200, len(data) // 2, len(data) * 9 // 10):
            with pytest.raises(ImageRefused):
                clean_image(data[:length])


def test_a_picture_of_endless_scans_is_refused() -> None:
    """A progressive JPEG is taken; one whose every byte is another pass over it is not decoded."""
    data = file("JPEG", progressive=True)
    assert clean_image(data).format == "jpeg"
    scan = data[data.rindex(b"\xff\xda") : -2]
    with pytest.raises(ImageRefused, match="damaged"):
        clean_image(data[:-2] + scan * 200 + b"\xff\xd9")


@settings(max_examples=150)
@given(st.sampled_from(["JPEG", "PNG"]), st.data())
def test_a_hostile_file_is_cleaned_or_refused(kind: str, data: st.DataObject) -> None:
    """Whatever bytes are overwritten, there is a safe picture or a refusal, and nothing else."""
    bytes_ = bytearray(file(kind, RECEIPT.resize((32, 24))))
    for _ in range(data.draw(st.integers(1, 6))):
        bytes_[data.draw(st.integers(0, len(bytes_) - 1))] = data.draw(st.integers(0, 255))
    try:
        clean = clean_image(bytes(bytes_), most_pixels=10_000)
    except ImageRefused:
        return
    assert opened(clean.data).size == (clean.width, clean.height)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
def test_every_kind_of_colour_is_taken(mode: str) -> None:
    """Black and white, grey, palettes, transparency, sixteen bits, printers' colours."""
    kind = "JPEG" if mode == "CMYK" else "PNG"
    image = RECEIPT.convert("I").point(lambda grey: grey * 257).convert("I;16")
    image = image if mode == "I;16" else RECEIPT.convert(mode)
    clean = clean_image(file(kind, image))
    seen = opened(clean.data)
    assert seen.mode in {"L", "RGB", "RGBA"}
    assert (seen.mode == "RGBA") == (mode in {"LA", "RGBA"})
    assert alike(seen, RECEIPT.convert("L") if mode == "I;16" else image)


def test_transparency_of_a_palette_is_kept_once() -> None:
    """A palette with a transparent colour becomes plain transparency, and no metadata."""
    image = RECEIPT.convert("P")
    seen = opened(clean_image(file("PNG", image, transparency=0)).data)
    assert (seen.mode, seen.info) == ("RGBA", {})


def test_of_an_animation_the_first_frame_is_kept() -> None:
    """One picture of a receipt is enough."""
    second = ImageChops.invert(RECEIPT)
    data = file("PNG", save_all=True, append_images=[second, second])
    assert getattr(opened(data), "n_frames", 1) == 3
    seen = opened(clean_image(data).data)
    assert getattr(seen, "n_frames", 1) == 1
    assert alike(seen, RECEIPT)


def test_without_pillow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library works without pictures, and says what brings them."""
    data = file("PNG")
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ExtraMissing, match=r"comptoir-logistics\[payments\]"):
        clean_image(data)
