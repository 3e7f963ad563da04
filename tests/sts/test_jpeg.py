"""What may stand in a shard as the source's own bytes."""

import io

import numpy as np
import pytest
from PIL import Image

from sts import jpeg
from tests.sts.films import HEIGHT, WIDTH, scene


def photo(mode: str = "RGB", orientation: int = 1, **options: bool) -> bytes:
    """As a phone stores it, with a maker and a place."""
    exif = Image.Exif()
    exif[jpeg.ORIENTATION], exif[0x010F], exif[0x9286] = orientation, "PhoneMaker", "at home"
    file = io.BytesIO()
    Image.fromarray(scene(1)).convert(mode).save(file, "JPEG", quality=80, exif=exif, comment="secret", **options)
    return file.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_plain_jpeg_is_kept_without_what_the_camera_tells(mode: str) -> None:
    data = photo(mode)
    kept = jpeg.stored(data, HEIGHT, WIDTH)
    assert kept is not None
    assert b"PhoneMaker" in data and b"secret" in data
    assert b"PhoneMaker" not in kept and b"secret" not in kept
    scan = data.index(b"\xff\xda")
    assert kept.endswith(data[scan:])
    assert np.array_equal(jpeg.decode(kept, "kept"), jpeg.decode(data, "data"))


@pytest.mark.parametrize(
    "data",
    [photo(orientation=6), photo(progressive=True), photo("CMYK"), b"hello", b"", photo()[:100]],
    ids=["turned", "progressive", "cmyk", "text", "nothing", "head"],
)
def test_any_other_picture_is_not_kept(data: bytes) -> None:
    assert jpeg.stored(data, HEIGHT, WIDTH) is None


def test_a_picture_of_another_size_than_its_frame_is_not_kept() -> None:
    assert jpeg.stored(photo(), HEIGHT // 2, WIDTH) is None
