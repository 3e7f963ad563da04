"""Makes clips of the frames of a source: which belong together, where the clip comes from, what it is worth."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from realv import cuts, figures
from realv.cuts import View
from realv.figures import Look
from realv.reader import Still
from realv.sources import Part
from sts import config
from sts.stage import Notes
from sts.types import Clip, Frame, Origin, SourceFile


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame on its way into a clip, without its pixels."""

    index: int
    time_s: float
    size: tuple[int, int]
    """Height and width, px"""
    jpeg: bytes
    kept: bool
    after_loss: bool
    look: Look


def runs(stills: Iterable[Still], longest: int, least: float, notes: Notes) -> Iterator[list[Seen]]:
    """Frames of one shot (those of two differ by `least`) and size, none lost between them, `longest` at most."""
    open_run: list[Seen] = []
    for one, cut in cuts.parted(map(_seen, stills), least):
        if cut:
            notes.counts["cuts"] += 1
        broken = cut or one.after_loss or (open_run and open_run[0].size != one.size)
        if open_run and (broken or len(open_run) == longest):
            yield open_run
            open_run = []
        open_run.append(one)
    if open_run:
        yield open_run


def clip_id(part: Part, first: Seen) -> str:
    """The same wherever the file lies and whatever it is called."""
    return f"real-{part.source.sha256[:12]}-{first.index:06d}"


def clip_of(part: Part, frames: Sequence[Seen]) -> Clip:
    """Without its video."""
    source, first = part.source, frames[0]
    window = f"{source.sha256[:16]}@{first.index}+{len(frames)}" + (f"/{part.step}" if part.step > 1 else "")
    kind = "video" if source.kind == "sequence" else source.kind
    spec = {
        "file": source.name,
        "start": first.index,
        "step": part.step,
        "start_s": first.time_s,
        "interlaced": source.interlaced,
        "transfer": source.transfer,
    }
    return Clip(
        clip_id=clip_id(part, first),
        fps=source.fps / part.step if source.kind != "picture" else Fraction(1),
        height=first.size[0],
        width=first.size[1],
        frames=tuple(Frame(index=i, time_s=one.time_s - first.time_s, labelled=False) for i, one in enumerate(frames)),
        origin=Origin(
            kind="real",
            uri=source.url or source.name,
            license=source.license,
            sources=(SourceFile(kind=kind, id=window, sha256=source.sha256, license=source.license),),
            spec=config.to_json(spec),
        ),
    )


def facts_of(part: Part, clip: Clip, frames: Sequence[Seen], text: float) -> dict[str, Any]:
    """A row of clips.parquet, and what tells duplicates."""
    looks = [one.look for one in frames]
    shown = [looks[0], looks[len(looks) // 2], looks[-1]]
    return {
        "clip_id": clip.clip_id,
        "file": part.source.name,
        "start_s": frames[0].time_s,
        "end_s": frames[-1].time_s,
        "frames": len(frames),
        "width": clip.width,
        "height": clip.height,
        "changed": ", ".join(
            ["deinterlaced"] * part.source.interlaced
            + [f"{part.source.transfer} to BT.709"] * bool(part.source.transfer)
        ),
        "license": clip.origin.license,
        "credit": part.source.credit,
        "consent": part.source.consent,
        "text": text,
        "sharpness": [one.sharpness for one in looks],
        "repeated": figures.repeated(looks),
        "hashes": [f"{one.hash:016x}" for one in shown],
        "thumbnails": [one.thumbnail.tobytes().hex() for one in shown],
    }


def _seen(still: Still) -> tuple[Seen, View]:
    height, width = still.picture.shape[:2]
    seen = Seen(
        index=still.index,
        time_s=still.time_s,
        size=(height, width),
        jpeg=still.jpeg,
        kept=still.kept,
        after_loss=still.after_loss,
        look=figures.look(still.picture),
    )
    return seen, cuts.view(still.picture)
