"""What a member may send, and what becomes of it."""

from __future__ import annotations

import contextlib
import struct
import threading
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageFile

from leffa.errors import (
    PictureError,
    PictureTooLarge,
    PictureTooSmall,
    PictureTruncated,
    PictureUnreadable,
)
from leffa.pictures import Limits, decode, flatten
from tests.leffa.pictures.samples import chunk, encoded, exif, files, gradient, noise, png, srgb_profile

SMALL = Limits(shortest_side=1)
FILES = files()
FAITHFUL: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"lossless": True},
}


def difference(a: Image.Image, b: Image.Image) -> int:
    assert a.size == b.size
    return int(np.abs(np.asarray(a).astype(int) - np.asarray(b).astype(int)).max())


@pytest.mark.parametrize("name", FILES)
def test_every_accepted_format_decodes(name: str) -> None:
    picture = decode(FILES[name])
    assert picture.mode in ("RGB", "RGBA")
    assert sorted(picture.size) == [66, 72]


def test_a_path_decodes_like_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "photo.of.anything"
    path.write_bytes(FILES["png"])
    assert decode(path) == decode(FILES["png"])


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_comes_out_upright(name: str, orientation: int) -> None:
    upright = gradient(80, 96)
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = upright if undo is None else upright.transpose(undo)
    options = FAITHFUL.get(name, {})
    assert difference(decode(encoded(stored, name, exif=exif(orientation), **options)), upright) <= 6


def test_a_nonsense_orientation_is_ignored() -> None:
    assert decode(encoded(gradient(70, 90), "PNG", exif=exif(77))) == gradient(70, 90)


def test_metadata_does_not_leave_the_decoder() -> None:
    tags = exif(1)
    tags[0x010E] = "at home"
    photo = decode(encoded(gradient(70, 90), "JPEG", exif=tags, icc_profile=srgb_profile(), comment="me"))
    assert not photo.info
    assert b"at home" not in encoded(photo, "JPEG")


def test_cmyk_with_adobe_inversion_and_without_show_the_same_colours() -> None:
    photo = gradient(80, 80)
    adobe = encoded(photo.convert("CMYK"), "JPEG", quality=95, subsampling=0)
    assert b"Adobe" in adobe
    assert difference(decode(adobe), photo) <= 8
    tiff = encoded(photo.convert("CMYK"), "TIFF")
    assert difference(decode(tiff), photo) <= 1


@pytest.mark.parametrize("name", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled_not_wrapped(name: str) -> None:
    values = np.linspace(0, 65535, 80 * 64).reshape(64, 80).astype(np.uint16)
    grey = np.asarray(decode(encoded(Image.fromarray(values), name)))[..., 0]
    assert np.array_equal(grey, np.round(values / 257).astype(np.uint8))


def test_sixteen_bit_colour_is_scaled_not_wrapped() -> None:
    row = b"\0" + struct.pack(">HHH", 0xFFFF, 0x8000, 0x0100) * 64
    assert decode(png(64, 64, row * 64, bits=16)).getpixel((5, 5)) == (255, 128, 1)


def test_sixteen_bit_grey_with_a_transparent_value_is_clear_there_only() -> None:
    row = b"\0" + struct.pack(">HH", 0x1234, 0x1235) * 32
    picture = decode(png(64, 64, row * 64, bits=16, colour=0, extra=chunk(b"tRNS", b"\x12\x34")))
    assert picture.getpixel((0, 0)) == (18, 18, 18, 0)
    assert picture.getpixel((1, 0)) == (18, 18, 18, 255)


def test_palette_colours_and_palette_transparency_survive() -> None:
    picture = Image.new("P", (64, 64), 1)
    picture.putpalette([10, 20, 30, 200, 100, 50, 1, 2, 3])
    picture.paste(2, (0, 0, 32, 64))
    assert decode(encoded(picture, "PNG")).getpixel((40, 5)) == (200, 100, 50)
    for name in ("PNG", "GIF"):
        clear = decode(encoded(picture, name, transparency=2))
        assert clear.mode == "RGBA"
        assert clear.getpixel((40, 5)) == (200, 100, 50, 255)
        assert clear.getchannel("A").getpixel((0, 0)) == 0
        assert flatten(clear).getpixel((0, 0)) == (255, 255, 255)


def test_grey_with_alpha_keeps_its_alpha() -> None:
    picture = Image.new("LA", (64, 64), (100, 128))
    assert decode(encoded(picture, "PNG")).getpixel((1, 1)) == (100, 100, 100, 128)
    assert flatten(picture).getpixel((1, 1)) == (177, 177, 177)


def test_one_bit_is_black_and_white() -> None:
    picture = Image.new("1", (64, 64))
    picture.paste(1, (0, 0, 10, 10))
    decoded = decode(encoded(picture, "PNG"))
    assert (decoded.getpixel((0, 0)), decoded.getpixel((20, 20))) == ((255, 255, 255), (0, 0, 0))


def test_an_alpha_channel_that_hides_nothing_is_dropped() -> None:
    assert decode(encoded(gradient(64, 64).convert("RGBA"), "PNG")) == gradient(64, 64)


def test_colours_hidden_by_transparency_do_not_show_when_flattened() -> None:
    picture = Image.new("RGBA", (64, 64), (0, 200, 0, 0))
    assert flatten(picture).getcolors() == [(64 * 64, (255, 255, 255))]


@pytest.mark.parametrize("name", ["GIF", "WEBP"])
def test_an_animation_gives_its_first_frame(name: str) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ((250, 0, 0), (0, 250, 0), (0, 0, 250))]
    data = encoded(frames[0], name, save_all=True, append_images=frames[1:], lossless=True)
    assert decode(data).getpixel((9, 9)) == (250, 0, 0)


def test_an_embedded_profile_is_applied() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    picture = Image.new("LAB", (64, 64), (128, 128 + 60, 128))
    red = decode(encoded(picture, "TIFF", icc_profile=lab)).getpixel((3, 3))
    assert isinstance(red, tuple)
    assert red[0] > red[1] + 60


def test_a_broken_or_unfit_profile_is_ignored() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile in (b"no profile at all", srgb_profile()[:200], lab):
        assert decode(encoded(gradient(64, 64), "PNG", icc_profile=profile)) == gradient(64, 64)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.15, 0.45])
def test_a_cut_off_file_is_called_truncated(name: str, share: float) -> None:
    with pytest.raises(PictureTruncated):
        decode(FILES[name][: int(len(FILES[name]) * share)])


def test_a_gif_cut_off_after_its_first_frame_still_gives_that_frame() -> None:
    data = FILES["animated_gif"]
    assert decode(data[: len(data) * 9 // 10]) == decode(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"\0\0\0\x20ftypheic\0\0\0\0mif1heic",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        bytes(5000),
        b"P6 64 64 255\n" + bytes(64 * 64 * 3),
    ],
)
def test_what_is_no_accepted_picture_is_unreadable(data: bytes) -> None:
    with pytest.raises(PictureUnreadable):
        decode(data)


def test_a_damaged_picture_is_unreadable() -> None:
    data = bytearray(FILES["png"])
    data[60:400] = bytes(340)
    with pytest.raises(PictureError):
        decode(bytes(data))


def test_thirty_two_bit_samples_are_refused() -> None:
    with pytest.raises(PictureUnreadable, match="32-bit"):
        decode(encoded(Image.new("F", (64, 64), 0.5), "TIFF"))


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(PictureUnreadable, match=r"nothing\.png"):
        decode(tmp_path / "nothing.png")


def test_a_picture_below_the_least_side_is_too_small() -> None:
    with pytest.raises(PictureTooSmall):
        decode(encoded(gradient(400, 63), "PNG"))
    assert decode(encoded(gradient(400, 63), "PNG"), limits=SMALL).size == (400, 63)


def test_too_many_bytes_are_refused_from_memory_and_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(FILES["png"])
    for data in (FILES["png"], path):
        with pytest.raises(PictureTooLarge, match="bytes"):
            decode(data, limits=Limits(bytes=1000))


def _patched(data: bytes, marker: bytes, offset: int, value: bytes) -> bytes:
    at = data.index(marker) + offset
    return data[:at] + value + data[at + len(value) :]


def _bombs() -> dict[str, bytes]:
    zeros = zlib.compress(bytes(5_000_000), 9)
    black = bytes(64 * 193)
    plain = encoded(Image.new("RGB", (64, 64)), "PNG")
    animation = encoded(
        Image.new("RGBA", (64, 64), (1, 2, 3, 4)),
        "WEBP",
        save_all=True,
        append_images=[Image.new("RGBA", (64, 64))],
    )
    gif = encoded(Image.new("P", (64, 64)), "GIF")
    tiled = encoded(gradient(64, 64), "TIFF")
    photo = encoded(noise(64, 64), "JPEG", progressive=True)
    scan = photo[photo.rindex(b"\xff\xda") : -2]
    return {
        "png of 60000 x 60000": png(60_000, 60_000, b""),
        "png of 10000 x 10000": png(10_000, 10_000, b""),
        "png of one endless row": png(2**31 - 1, 64, b""),
        "png with a text that unpacks": png(64, 64, black, extra=chunk(b"zTXt", b"k\0\0" + zeros)),
        "png with a profile that unpacks": png(64, 64, black, extra=chunk(b"iCCP", b"k\0\0" + zeros)),
        "png with a late text that unpacks": plain[:-12] + chunk(b"zTXt", b"k\0\0" + zeros) + plain[-12:],
        "jpeg": _patched(encoded(gradient(64, 64), "JPEG"), b"\xff\xc0", 5, b"\xff\xdc\xff\xdc"),
        "jpeg of endless scans": photo[:-2] + scan * 200 + b"\xff\xd9",
        "gif": _patched(gif, b"GIF8", 6, b"\xff\xff\xff\xff"),
        "gif with a frame beyond the screen": _patched(gif, b",\0\0\0\0", 5, b"\xff\xff\xff\xff"),
        "bmp": _patched(encoded(gradient(64, 64), "BMP"), b"BM", 18, struct.pack("<ii", 60_000, 60_000)),
        "webp animation": _patched(animation, b"VP8X", 12, b"\xfe\x3f\0\xfe\x3f\0"),
        "tiff": _patched(tiled, struct.pack("<HHI", 256, 4, 1), 8, struct.pack("<I", 60_000_000)),
    }


BOMBS = _bombs()


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_is_decoded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if "late" not in name:  # this one lies behind the pixels, of which there are few

        def never(self: ImageFile.ImageFile) -> None:
            pytest.fail("pixels were decoded")

        monkeypatch.setattr(ImageFile.ImageFile, "load", never)
    with pytest.raises(PictureTooLarge):
        decode(BOMBS[name])


def test_pillows_own_settings_stay_as_they_were() -> None:
    def pillow() -> tuple[object, ...]:
        return Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, ImageFile.MAXBLOCK

    before = pillow()
    for data in (*FILES.values(), *BOMBS.values()):
        with contextlib.suppress(PictureError):
            decode(data)
    assert pillow() == before


def test_threads_do_not_disturb_each_other() -> None:
    expected = {name: decode(data) for name, data in FILES.items()}
    wrong: list[str] = []

    def work() -> None:
        for _ in range(5):
            wrong.extend(name for name, data in FILES.items() if decode(data) != expected[name])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_mutated_bytes_give_a_picture_or_a_picture_error(data: st.DataObject) -> None:
    content = bytearray(FILES[data.draw(st.sampled_from(sorted(FILES)))])
    for _ in range(data.draw(st.integers(1, 4))):
        last = data.draw(st.sampled_from([64, 512, len(content)]))
        at = data.draw(st.integers(0, min(last, len(content)) - 1))
        content[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    cut = data.draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))
    outcome: Image.Image | PictureError
    try:
        outcome = decode(bytes(content[:cut]))
    except PictureError as error:
        outcome = error
    if isinstance(outcome, Image.Image):
        assert outcome.mode in ("RGB", "RGBA")
    else:
        assert len(str(outcome).splitlines()) == 1
