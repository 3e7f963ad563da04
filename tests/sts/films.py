"""Small files as cameras and old software write them, made by PyAV."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from jaxtyping import UInt8

Picture = UInt8[np.ndarray, "h w 3"]

HEIGHT, WIDTH = 96, 128


def scene(seed: int, height: int = HEIGHT, width: int = WIDTH) -> Picture:
    """Smooth blots in colours of their own."""
    rng = np.random.default_rng(seed)
    tint = rng.integers(0, 200, 3)
    blots = rng.integers(0, 90, (6, 8, 3)) + tint
    grown = cv2.resize(blots.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(grown, 0, 255).astype(np.uint8)


def film(
    path: Path,
    pictures: Iterable[Picture],
    codec: str = "libx264",
    pixels: str = "yuv420p",
    options: Mapping[str, str] | None = None,
    times: Iterable[int] | None = None,
) -> Path:
    """A video of 25 frames a second, or with frames at times in ms; the container by the name."""
    every = list(pictures)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=25, options=dict(options or {"g": "10"}))
        stream.height, stream.width = every[0].shape[:2]
        stream.pix_fmt = pixels
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        for picture, time in zip(every, times or range(0, 40 * len(every), 40), strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=pixels)
            frame.pts, frame.time_base = time if times is not None else time // 40, Fraction(1, 1000 if times else 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def numbered(n: int) -> list[Picture]:
    """Frame i has a bright bar i + 1 cells wide, so that it can be told from the others; `number` reads it."""
    pictures = []
    for i in range(n):
        picture = np.full((HEIGHT, WIDTH, 3), 40, np.uint8)
        picture[:, : 4 * (i + 1)] = 220
        pictures.append(picture)
    return pictures


def number(picture: Picture) -> int:
    """Which of the pictures of `numbered` it is."""
    return round(int((picture[HEIGHT // 2, :, 0] > 130).sum()) / 4) - 1


def damage(path: Path, share: float, n: int) -> None:
    """Write noise over n bytes from a place in the file."""
    data = bytearray(path.read_bytes())
    start = int(len(data) * share)
    data[start : start + n] = np.random.default_rng(0).integers(0, 256, n).astype(np.uint8).tobytes()
    path.write_bytes(data)


def cut_off(path: Path, share: float) -> None:
    """Leave the first bytes of a file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
