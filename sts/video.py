"""Videos in and out: true times, upright, whole frames, colours as the file declares them. The home of PyAV.

Interlaced frames are deinterlaced (bwdif); high dynamic range and BT.2020 colours are brought to BT.709 (`sts.hdr`).
What is damaged is left out, up to the next frame that stands alone. A file without timestamps runs at its nominal rate.
"""

import io
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from jaxtyping import UInt8

from sts import decoding, files
from sts.decoding import Clock, Found
from sts.errors import DataError
from sts.hdr import Transfer

Picture = UInt8[np.ndarray, "h w 3"]
Video = UInt8[np.ndarray, "t h w 3"]

BT709 = 1
STEADY = "no-mbtree=1"
"""Of x264: its rate control by macroblock tree gives other bytes from run to run where it uses AVX-512"""
MISSING = (1.0, 0.05)
"""s, and share of what the header says, that a file which was cut off lacks at least"""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoInfo:
    """What a file holds."""

    height: int
    """px, after rotation"""
    width: int
    fps: Fraction
    """Average; the truth is times_s"""
    times_s: tuple[float, ...]
    """Seconds from the first frame, one a frame, in order of display"""
    interlaced: bool = False
    """By the first frame; such frames are deinterlaced"""
    transfer: Transfer | None = None
    """What colours are brought to BT.709 from"""
    promised_s: float = 0.0
    """How long the header says that it lasts, where the end is missing: at least MISSING; else 0"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A frame of a file."""

    index: int
    """In order of display, from 0; place in VideoInfo.times_s"""
    time_s: float
    """Seconds from the first frame of the file"""
    picture: Picture
    jpeg: bytes | None
    """The bytes in the file, where they are a JPEG that shows the picture"""
    after_loss: bool
    """Frames before it are damaged and left out"""


def probe(path: Path) -> VideoInfo:
    """Reads every packet but decodes one frame. DataError for a file that is no video or has no frame."""
    with decoding.opened(path) as (container, stream):
        clock, rate = decoding.clock_of(container, stream), stream.average_rate
        promised = decoding.promised_s(container, stream)
    with decoding.opened(path) as (container, stream):
        first = next((frame for frame, _, _ in decoding.undamaged(container, stream)), None)
        transfer = decoding.transfer_of(stream)
    if first is None or not clock.stamps:
        raise DataError(f"{path} has no video frame", "leave it out")
    times = tuple(clock.seconds(index) for index in range(len(clock.stamps)))
    average = Fraction((len(times) - 1) / times[-1]).limit_denominator(1001) if times[-1] > 0 else Fraction(1)
    turned = decoding.quarters(first) % 2 == 1
    return VideoInfo(
        height=first.width if turned else first.height,
        width=first.height if turned else first.width,
        fps=Fraction(rate) if rate else average,
        times_s=times,
        interlaced=bool(first.interlaced_frame),
        transfer=transfer,
        promised_s=promised if _lacking(promised, times[-1]) and _lacking(promised, _lasting_s(path)) else 0.0,
    )


def _lasting_s(path: Path) -> float:
    with decoding.opened(path) as (container, stream):
        return decoding.lasting_s(container, stream)


def _lacking(promised_s: float, there_s: float) -> bool:
    return promised_s - there_s >= max(MISSING[0], MISSING[1] * promised_s)


def frames(path: Path, start: int = 0, stop: int | None = None) -> Iterator[tuple[float, Picture]]:
    """Frames start..stop-1 in order of display, with seconds from the first frame of the file, one at a time.

    DataError if not all of them are there and whole.
    """
    with decoding.opened(path) as (container, stream):
        total = len(decoding.clock_of(container, stream).stamps)
    n_wanted, n_found = len(range(total)[start:stop]), 0
    if not n_wanted or (stop is not None and stop > total):
        raise DataError(f"{path} has {total} frames; {start} to {stop} are not all there")
    for one in decoded(path, start, start + n_wanted):
        n_found += 1
        yield one.time_s, one.picture
    if n_found < n_wanted:
        raise DataError(f"{path} is damaged: {n_found} of {n_wanted} frames from {start} can be decoded")


def decoded(path: Path, start: int, stop: int, step: int = 1) -> Iterator[Decoded]:
    """The frames start, start + step, ... before `stop` that are whole, one at a time."""
    with decoding.opened(path) as (container, stream):
        clock = decoding.clock_of(container, stream)
    for early in decoding.EARLY:
        with decoding.opened(path) as (container, stream):
            found = decoding.near(container, stream, clock, start, early)
            if found is not None:
                yield from _chosen(found, clock, range(start, stop, step), decoding.transfer_of(stream))
                return


def _chosen(found: Iterable[Found], clock: Clock, wanted: range, transfer: Transfer | None) -> Iterator[Decoded]:
    convert, lost, past = VideoReformatter(), False, wanted.start - 1
    for number, (frame, data, after_loss) in enumerate(found):
        lost |= after_loss
        index = clock.place(frame) if clock.stamped else number
        if index is not None and index >= wanted.stop:
            break
        if index is None or index <= past or index not in wanted:
            continue
        yield Decoded(
            index=index,
            time_s=clock.seconds(index),
            picture=decoding.rgb(convert, frame, transfer),
            jpeg=decoding.kept(frame, data),
            after_loss=lost,
        )
        lost, past = False, index


def write(path: Path, pictures: Iterable[Picture], fps: Fraction, crf: int = 18) -> None:
    """H.264 in MP4 (yuv420p, BT.709) that any player shows; the same bytes each time. Odd sizes gain a line."""
    film = io.BytesIO()
    _encode(film, "mp4", pictures, fps, crf)
    with files.replacing(path) as file:
        file.write(film.getvalue())


def recompressed(video: Video, fps: Fraction, crf: int) -> Video:
    """The video after a round of H.264."""
    file = io.BytesIO()
    _encode(file, "matroska", video, fps, crf)
    file.seek(0)
    done = np.empty_like(video)
    with av.open(file, "r") as container:
        stream = container.streams.video[0]
        stream.thread_count = 1
        convert = VideoReformatter()
        for i, frame in enumerate(container.decode(stream)):
            done[i] = decoding.rgb(convert, frame)[: video.shape[1], : video.shape[2]]
    return done


def _encode(file: Any, container_format: str, pictures: Iterable[Picture], fps: Fraction, crf: int) -> None:
    waiting = iter(pictures)
    first = next(waiting, None)
    if first is None:
        raise DataError("a video needs at least one frame")
    height, width = first.shape[0] + first.shape[0] % 2, first.shape[1] + first.shape[1] % 2
    with av.open(file, "w", format=container_format, options={"fflags": "+bitexact"}) as container:
        options = {"crf": str(crf), "preset": "veryfast", "x264-params": STEADY}
        stream = container.add_stream("libx264", rate=fps, options=options)
        stream.height, stream.width, stream.pix_fmt, stream.thread_count = height, width, "yuv420p", 1
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = decoding.LIMITED_RANGE
        convert = VideoReformatter()
        for picture in itertools.chain([first], waiting):
            rows, columns = height - picture.shape[0], width - picture.shape[1]
            even = np.pad(picture, ((0, rows), (0, columns), (0, 0)), mode="edge")
            frame = av.VideoFrame.from_ndarray(even, format="rgb24")
            container.mux(stream.encode(_yuv(convert, frame)))
        container.mux(stream.encode(None))


def _yuv(convert: VideoReformatter, frame: av.VideoFrame) -> av.VideoFrame:
    return convert.reformat(
        frame,
        format="yuv420p",
        src_color_range=ColorRange.JPEG,
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
        interpolation=decoding.EXACT,
        threads=1,
    )
