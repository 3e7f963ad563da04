"""The frames of a container's first video stream: when each is shown, which are whole, how one becomes RGB."""

import bisect
import contextlib
import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from jaxtyping import UInt8

from sts import hdr, jpeg
from sts.errors import DataError
from sts.hdr import Transfer

Picture = UInt8[np.ndarray, "h w 3"]

FAST = Interpolation.BICUBIC
"""Within 2 levels for limited range, at 1 ms a frame of 720p; EXACT takes 12 ms"""
EXACT = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
HD = 720
"""Rows from which a video without a colour tag is taken as BT.709, else BT.601, as players do"""
EARLY = (1.0, 10.0, None)
"""s before a frame that a seek to it aims at, one after the other: a frame may need others that are shown after it"""
RATE = 25
"""Frames a second where a file says nothing"""
TIMED = ("matroska,webm", "flv")
"""Formats whose header says how long the file lasts, and nothing of single streams"""
LIMITED_RANGE = 1
FULL_RANGE = 2
BT2020 = 9
TRANSFERS: dict[int, Transfer] = {16: "pq", 18: "hlg"}


@contextlib.contextmanager
def opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """The container and its first video stream."""
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise DataError(f"{path} has no video stream", "leave it out")
            stream = container.streams.video[0]
            stream.thread_count = 1
            yield container, stream
    except av.FFmpegError as error:
        raise DataError(f"cannot read the video {path}: {error.strerror}; it is damaged or no video") from error


@dataclass(frozen=True, slots=True)
class Clock:
    """When the frames of a stream are shown."""

    stamps: tuple[int, ...]
    """In units of `base`, ascending"""
    base: Fraction
    """s"""
    stamped: bool
    """Whether frames carry these stamps; else they are counted"""

    def seconds(self, index: int) -> float:
        """From the first frame."""
        return float((self.stamps[index] - self.stamps[0]) * self.base)

    def place(self, frame: av.VideoFrame) -> int | None:
        """Which frame it is; None for one without a time of its own."""
        if frame.pts is None:
            return None
        stamp = round(frame.pts * (frame.time_base or self.base) / self.base)
        index = bisect.bisect_left(self.stamps, stamp)
        return index if index < len(self.stamps) and stamp >= self.stamps[0] else None


def clock_of(container: Any, stream: Any) -> Clock:
    """Reads every packet and decodes none; what an edit list hides is not shown."""
    shown = (packet for packet in _packets(container, stream) if packet.size and not packet.is_discard)
    packets = [(packet.pts, packet.dts) for packet in shown]
    stamps = {dts if pts is None else pts for pts, dts in packets} - {None}
    if stamps:
        return Clock(stamps=tuple(sorted(stamps)), base=stream.time_base, stamped=True)
    return Clock(stamps=tuple(range(len(packets))), base=1 / Fraction(stream.average_rate or RATE), stamped=False)


def promised_s(container: Any, stream: Any) -> float:
    """How long the header says that it lasts, seconds; 0 where that would be a guess."""
    if stream.frames and stream.duration:
        return float(stream.duration * stream.time_base)
    return float(container.duration / av.time_base) if container.format.name in TIMED and container.duration else 0.0


def lasting_s(container: Any, stream: Any) -> float:
    """How long what is there lasts, seconds; with its sound where the header speaks of the whole file. Reads it all."""
    streams = [stream] if stream.frames else [*container.streams.video, *container.streams.audio]
    shown = ((one, one.dts if one.pts is None else one.pts) for one in _packets(container, streams) if one.size)
    spans = [(stamp * one.time_base, (one.duration or 0) * one.time_base) for one, stamp in shown if stamp is not None]
    first = min((start for start, _ in spans), default=0)
    return float(max((start + length for start, length in spans), default=0) - min(first, 0))


def _packets(container: Any, stream: Any) -> Iterator[Any]:
    """All of them, or what is left of a file that was cut short."""
    with contextlib.suppress(av.FFmpegError):
        yield from container.demux(stream)


Found = tuple[av.VideoFrame, bytes | None, bool]
"""A frame, the bytes of its packet where it has one of its own, and whether frames before it are lost"""


def whole(container: Any, stream: Any) -> Iterator[Found]:
    """The frames that are not damaged, in order of display; after a loss, from the next that stands alone."""
    return _deinterlaced(undamaged(container, stream), stream)


def near(container: Any, stream: Any, clock: Clock, start: int, early: float | None) -> Iterator[Found] | None:
    """The same from some place before frame `start`, reached by a seek to `early` s before it, None for no seek.

    None if the seek leads too far, as in files without an index it may.
    """
    found = whole(container, stream)
    if early is None:
        return found
    target = clock.stamps[start] - round(early / clock.base)
    if not clock.stamped or target <= clock.stamps[0]:
        return None
    container.seek(target, stream=stream)
    first = next(found, None)
    place = clock.place(first[0]) if first else None
    return itertools.chain([first], found) if first and place is not None and place <= start else None


def undamaged(container: Any, stream: Any) -> Iterator[Found]:
    """The same, interlaced as they are."""
    waiting = lost = False
    for packet in _packets(container, stream):
        try:
            found = packet.decode()
        except av.FFmpegError:
            waiting = lost = True
            continue
        for frame in found:
            waiting = frame.is_corrupt or (waiting and not frame.key_frame)
            lost |= waiting
            if not waiting:
                yield frame, bytes(packet) if stream.codec_context.name == "mjpeg" else None, lost
                lost = False


def _deinterlaced(found: Iterable[Found], stream: Any) -> Iterator[Found]:
    """One frame a frame. From the first interlaced one on they go through a filter, which is one frame late."""
    graph, losses = None, deque[bool]()
    for frame, data, lost in found:
        if graph is None and not frame.interlaced_frame:
            yield frame, data, lost
            continue
        graph = graph or _graph(stream)
        losses.append(lost)
        graph.push(frame)
        yield from ((done, None, losses.popleft()) for done in _pulled(graph))
    if graph is not None:
        graph.push(None)
        yield from ((done, None, losses.popleft()) for done in _pulled(graph))


def _graph(stream: Any) -> Any:
    graph = av.filter.Graph()
    graph.link_nodes(
        graph.add_buffer(template=stream),
        graph.add("bwdif", "mode=send_frame:deint=interlaced"),
        graph.add("buffersink"),
    ).configure()
    return graph


def _pulled(graph: Any) -> Iterator[av.VideoFrame]:
    with contextlib.suppress(av.BlockingIOError, av.EOFError):
        while True:
            yield graph.pull()


def kept(frame: av.VideoFrame, data: bytes | None) -> bytes | None:
    """The packet of a frame, if it is a JPEG that shows the same to everybody."""
    if data is None or quarters(frame) or frame.color_range == LIMITED_RANGE:
        return None
    return jpeg.stored(data, frame.height, frame.width)


def transfer_of(stream: Any) -> Transfer | None:
    """What its colours are to be brought to BT.709 from; None for those that are ordinary."""
    context = stream.codec_context
    return TRANSFERS.get(context.color_trc, "bt2020" if context.color_primaries == BT2020 else None)


def rgb(convert: VideoReformatter, frame: av.VideoFrame, transfer: Transfer | None = None) -> Picture:
    """The frame upright, in ordinary colours of full range."""
    spaces = {1: Colorspace.ITU709, 4: Colorspace.FCC, 5: Colorspace.ITU601, 6: Colorspace.ITU601}
    spaces |= {7: Colorspace.SMPTE240M, 9: Colorspace.BT2020, 10: Colorspace.BT2020}
    untagged = Colorspace.ITU709 if frame.height >= HD else Colorspace.ITU601
    full_range = frame.color_range == FULL_RANGE or frame.format.name.startswith("yuvj")
    done = convert.reformat(
        frame,
        format="rgb48le" if transfer else "rgb24",
        src_colorspace=spaces.get(int(frame.colorspace), untagged),
        src_color_range=ColorRange.JPEG if full_range else ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=EXACT if full_range else FAST,
        threads=1,
    ).to_ndarray()
    return np.ascontiguousarray(np.rot90(hdr.to_sdr(done, transfer) if transfer else done, quarters(frame)))


def quarters(frame: av.VideoFrame) -> int:
    """Quarter turns to the left that make the picture upright."""
    return round(frame.rotation / 90) % 4
