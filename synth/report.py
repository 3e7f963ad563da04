"""What a finished set says of itself: the data card, its figures, and pictures to look at."""

import json
from collections.abc import Mapping, Sequence

from sts import files, preview, stage
from sts.files import Location
from sts.types import Manifest
from sts.wording import counted, settings
from synth import tally
from synth.surfaces import footage
from synth.surfaces.windows import Window
from synth.tally import Tally

POLICY = """\
- A word's `mask` is its visible fill: the pixels where the coverage that made the picture (mean over the shutter,
  defocus included, times what is not hidden) is at least 128/255. Outline, extrusion, shadow and glow are `effect_mask`
  and never text; boards under text are scene.
- `amodal_mask` is the fill as if nothing hid it, within the frame. Visible fraction = area(mask) / area(amodal_mask).
- Polygons (2 x 7 points for words and lines) cover the whole text, also where it is hidden or out of the frame.
- A word is `legible` from 8 px height, half inside the frame, 30 % visible, with 80 % of its core clearly different
  (CIE76 of 8) from what lies under it, and strokes so thick that the mask keeps 70 % of their area. What is not legible
  is `ignore`, never missing. An id belongs to the same text in every frame of its clip.
- Noise, gamma, vignetting, sharpening and codecs come after and change no mask and no flag, so that they may spoil what
  is `legible`. Frames are JPEG, quality 95, 4:2:0."""


def write(
    out: Location, done: Manifest, windows: Sequence[Window], counts: Mapping[str, int], unavailable: Sequence[str]
) -> None:
    """CARD.md, stats.json and preview/ from the shards, and `counts` of what came before them."""
    figures = tally.nested({**stage.notes(out).counts, **counts})
    n_clips = sum(shard.clips for shard in done.shards)
    texts = {
        "stats.json": json.dumps({"clips": n_clips, "figures": figures}, indent=2, ensure_ascii=False) + "\n",
        "CARD.md": card(done, figures, windows, unavailable),
    }
    for name, text in texts.items():
        with files.replacing(files.join(out, name)) as file:
            file.write(text.encode())
    preview.write(out)


def card(done: Manifest, figures: Tally, windows: Sequence[Window], unavailable: Sequence[str]) -> str:
    """The text of CARD.md."""
    n_clips, frames = sum(shard.clips for shard in done.shards), sum(shard.frames for shard in done.shards)
    width, height, seed = (done.config[name] for name in ("width", "height", "seed"))
    lines = [
        "# Data card",
        "",
        f"{counted(n_clips, 'synthetic clip')}, {counted(frames, 'frame')} of {width}x{height} px,"
        f" made by `{done.command}` with seed {seed}.",
        "",
        "## What the labels mean",
        "",
        POLICY,
        "",
        "## Backgrounds",
        "",
        *_backgrounds(windows),
        "",
        f"Scripts without a font, left out: {', '.join(unavailable) or 'none'}.",
        "",
        "## Figures",
        "",
        *(
            line
            for name, counter in figures.items()
            if counter
            for line in _table(name, counter, _total(name, figures, n_clips))
        ),
        *settings(done.config),
    ]
    return "\n".join(lines)


def _backgrounds(windows: Sequence[Window]) -> list[str]:
    if not windows:
        return ["None: every clip is a computed world (CC0-1.0)."]
    videos = sorted({(footage.name(window.path), window.license, window.credit, window.sha256) for window in windows})
    rows = [f"| {name} | {licence} | {credit} | {sha256[:12]} |" for name, licence, credit, sha256 in videos]
    return ["| video | licence | credit | SHA-256 |", "|---|---|---|---|", *rows]


def _total(name: str, figures: Tally, n_clips: int) -> int | None:
    """What a figure's shares are shares of; None if it has none."""
    if name == tally.LEFT_OUT:
        return None
    if name.startswith("clips with"):
        return n_clips
    return sum(figures["blocks on" if name == "blocks with" else name].values())


def _table(name: str, counter: Mapping[str, int], total: int | None) -> list[str]:
    head = ["| | count |", "|---|---|"] if total is None else ["| | count | share |", "|---|---|---|"]
    rows = [
        f"| {value} | {count} |" + (f" {100 * count / total:.1f} % |" if total else "")
        for value, count in counter.items()
    ]
    said = [tally.COUNTED[name], ""] if name in tally.COUNTED else []
    return [f"### {name[0].upper()}{name[1:]}", "", *said, *head, *rows, ""]
