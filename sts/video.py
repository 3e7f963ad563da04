"""Videos in and out: true times, rotation applied, colours as the file declares them. The home of PyAV."""

import contextlib
import io
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from jaxtyping import UInt8

from sts import files
from sts.errors import DataError

Picture = UInt8[np.ndarray, "h w 3"]
Video = UInt8[np.ndarray, "t h w 3"]

FAST = Interpolation.BICUBIC
"""Within 2 levels for limited range, at 1 ms a frame of 720p; EXACT takes 12 ms"""
EXACT = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
HD = 720
"""Rows from which a video without a colour tag is taken as BT.709, else BT.601, as players do"""
BT709 = 1
LIMITED_RANGE = 1
FULL_RANGE = 2


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


def probe(path: Path) -> VideoInfo:
    """Reads every packet but decodes one frame. DataError for a file that is no video or has no frame."""
    with _opened(path) as (container, stream):
        stamps = _stamps(container, stream)
        base, rate = stream.time_base, stream.average_rate
    with _opened(path) as (container, stream):
        first = next(container.decode(stream), None)
    if first is None or not stamps:
        raise DataError(f"{path} has no video frame: leave it out")
    times = tuple(float((stamp - stamps[0]) * base) for stamp in stamps)
    average = Fraction((len(times) - 1) / times[-1]).limit_denominator(1001) if times[-1] > 0 else Fraction(1)
    turned = _quarters(first) % 2 == 1
    return VideoInfo(
        height=first.width if turned else first.height,
        width=first.height if turned else first.width,
        fps=Fraction(rate) if rate else average,
        times_s=times,
    )


def frames(path: Path, start: int = 0, stop: int | None = None) -> Iterator[tuple[float, Picture]]:
    """Frames start..stop-1 in order of display, with seconds from the first frame of the file, one at a time."""
    with _opened(path) as (container, stream):
        stamps = _stamps(container, stream)
    wanted = stamps[start:stop]
    if not wanted or (stop is not None and stop > len(stamps)):
        raise DataError(f"{path} has {len(stamps)} frames; {start} to {stop} are not all there")
    n_found = 0
    with _opened(path) as (container, stream):
        if start:
            container.seek(wanted[0], stream=stream)
        convert = VideoReformatter()
        for frame in container.decode(stream):
            if frame.pts is None or frame.pts < wanted[0]:
                continue
            if n_found == len(wanted):
                break
            n_found += 1
            yield float((frame.pts - stamps[0]) * stream.time_base), _rgb(convert, frame)
    if n_found < len(wanted):
        raise DataError(f"{path} is damaged: {n_found} of {len(wanted)} frames from {start} can be decoded")


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
            done[i] = _rgb(convert, frame)[: video.shape[1], : video.shape[2]]
    return done


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """The container and its first video stream."""
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise DataError(f"{path} has no video stream: leave it out")
            stream = container.streams.video[0]
            stream.thread_count = 1
            yield container, stream
    except av.FFmpegError as error:
        raise DataError(f"cannot read the video {path}: {error.strerror}; it is damaged or no video") from error


def _stamps(container: Any, stream: Any) -> list[int]:
    """Display times of all frames in units of the stream, in order."""
    packets = [(packet.pts, packet.dts) for packet in container.demux(stream) if packet.size and not packet.is_discard]
    return sorted(dts if pts is None else pts for pts, dts in packets if (pts, dts) != (None, None))


def _rgb(convert: VideoReformatter, frame: av.VideoFrame) -> Picture:
    spaces = {1: Colorspace.ITU709, 4: Colorspace.FCC, 5: Colorspace.ITU601, 6: Colorspace.ITU601}
    spaces |= {7: Colorspace.SMPTE240M, 9: Colorspace.BT2020, 10: Colorspace.BT2020}
    untagged = Colorspace.ITU709 if frame.height >= HD else Colorspace.ITU601
    full_range = frame.color_range == FULL_RANGE or frame.format.name.startswith("yuvj")
    done = convert.reformat(
        frame,
        format="rgb24",
        src_colorspace=spaces.get(int(frame.colorspace), untagged),
        src_color_range=ColorRange.JPEG if full_range else ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=EXACT if full_range else FAST,
        threads=1,
    )
    return np.ascontiguousarray(np.rot90(done.to_ndarray(), _quarters(frame)))


def _quarters(frame: av.VideoFrame) -> int:
    """Quarter turns to the left that make the picture upright."""
    return round(frame.rotation / 90) % 4


def _encode(file: Any, container_format: str, pictures: Iterable[Picture], fps: Fraction, crf: int) -> None:
    waiting = iter(pictures)
    first = next(waiting, None)
    if first is None:
        raise DataError("a video needs at least one frame")
    height, width = first.shape[0] + first.shape[0] % 2, first.shape[1] + first.shape[1] % 2
    with av.open(file, "w", format=container_format, options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libx264", rate=fps, options={"crf": str(crf), "preset": "veryfast"})
        stream.height, stream.width, stream.pix_fmt, stream.thread_count = height, width, "yuv420p", 1
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = LIMITED_RANGE
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
        interpolation=EXACT,
        threads=1,
    )
