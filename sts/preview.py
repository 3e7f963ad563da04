"""Pictures to look at: a contact sheet and films with the labels drawn in."""

import colorsys
import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Bool, UInt8
from PIL import Image, ImageDraw, ImageFont

from sts import files, jpeg, layers, manifest, masks, shards, video
from sts.files import Location
from sts.types import Clip, Frame, Mask, TextInstance
from sts.wording import counted

Picture = UInt8[np.ndarray, "h w 3"]
Colour = tuple[int, int, int]

TILE = 640
"""px, width of one picture in sheets and films"""
CAPTION = 24
"""px, height of the strip of words under a picture"""
GREY: Colour = (150, 150, 150)
PAPER: Colour = (24, 24, 28)
INK: Colour = (225, 225, 225)
WHITE: Colour = (255, 255, 255)
LINE: Colour = (110, 165, 215)
PARAGRAPH: Colour = (205, 160, 90)
FILL, EFFECT = 0.9, 0.6
"""Opacity of the tint on strokes and on effects"""
DIM = 0.4
"""Brightness of the picture under the labels"""


def write(directory: Location, out: Location | None = None, *, n_films: int = 3, n_tiles: int = 24) -> None:
    """sheet.jpg with one frame a clip of a finished directory, and films of the first of these clips.

    They go to `out`, by default `preview/` of the directory. DataError for a clip whose pictures are nowhere.
    """
    folder = files.join(directory, "preview") if out is None else out
    tiles: list[Picture] = []
    for n, clip in enumerate(itertools.islice(_spread(directory, n_tiles), n_tiles)):
        tiles.append(side_by_side(clip, len(clip.frames) // 2))
        if n < n_films and len(clip.frames) > 1 and not files.remote(folder):
            film(clip, Path(folder, f"{clip.clip_id}.mp4"))
    if tiles:
        page = sheet(tiles)
        with files.replacing(files.join(folder, "sheet.jpg")) as file:
            file.write(jpeg.encode(np.concatenate([page, legend(page.shape[1])])))


def film(clip: Clip, path: Path) -> None:
    """The clip beside the clip with its labels drawn in, above the legend, as H.264."""
    pages = (side_by_side(clip, i) for i in range(len(clip.frames)))
    video.write(path, (np.concatenate([page, legend(page.shape[1])]) for page in pages), clip.fps)


@functools.lru_cache(maxsize=4)
def legend(width: int) -> Picture:
    """A strip `width` px wide that says what the colours of `overlay` mean."""
    page = Image.fromarray(np.full((CAPTION, width, 3), PAPER, np.uint8))
    draw, font, left = ImageDraw.Draw(page), ImageFont.load_default(12), 8.0
    for colours, filled, words in _legend():
        for colour in colours:
            place = (left, 7, left + 9, 16)
            draw.rectangle(place, fill=colour if filled else None, outline=colour)
            left += 13
        draw.text((left, 4), words, INK, font)
        left += draw.textlength(words, font) + 16
    return np.asarray(page)


def sheet(tiles: Sequence[UInt8[np.ndarray, "_ width 3"]], columns: int = 2) -> UInt8[np.ndarray, "rows columns 3"]:
    """Pictures of one width in a grid."""
    rows = [tiles[i : i + columns] for i in range(0, len(tiles), columns)]
    height = [max(len(tile) for tile in row) for row in rows]
    page = np.full((sum(height), columns * tiles[0].shape[1], 3), PAPER, np.uint8)
    for row, top in zip(rows, itertools.accumulate([0, *height[:-1]]), strict=True):
        for left, tile in enumerate(row):
            page[top : top + len(tile), left * tile.shape[1] : (left + 1) * tile.shape[1]] = tile
    return page


def side_by_side(clip: Clip, index: int) -> Picture:
    """One frame, plain and with its labels, above a line that names it. The clip has its video."""
    assert clip.video is not None
    frame, picture = clip.frames[index], clip.video[index]
    pair = np.concatenate([_resized(picture, TILE), overlay(picture, frame, TILE)], axis=1)
    n_words = sum(item.level == "word" for item in frame.instances)
    words = (
        f"{clip.clip_id}   frame {frame.index}   {frame.time_s:.2f} s   {counted(n_words, 'word')}   {clip.origin.uri}"
    )
    return captioned(pair, words)


def captioned(picture: Picture, words: str) -> UInt8[np.ndarray, "rows w 3"]:
    """The picture above a line of words."""
    page = Image.fromarray(np.concatenate([picture, np.full((CAPTION, picture.shape[1], 3), PAPER, np.uint8)]))
    ImageDraw.Draw(page).text((8, len(picture) + 4), words, INK, ImageFont.load_default(13))
    return np.asarray(page)


def overlay(picture: Picture, frame: Frame, width: int) -> UInt8[np.ndarray, "rows columns 3"]:
    """The dimmed picture, `width` px wide, with its labels: a colour a track, effects in its opposite, ignored grey.

    Outlines are the polygons of words and text, in their colour, and of lines and paragraphs; those of characters are
    left out.
    """
    tinted = cv2.convertScaleAbs(picture, alpha=DIM)
    for item in frame.instances:
        _tint(tinted, item.effect_mask, _opposite(_colour(item)), EFFECT)
        _tint(tinted, item.mask, _colour(item), FILL)
    small, scale = _resized(tinted, width), width / picture.shape[1]
    for item in frame.instances:
        _outline_hidden(small, item, scale)
    drawn = [item for item in frame.instances if len(item.polygon) > 1]
    for level, colour in (("paragraph", PARAGRAPH), ("line", LINE)):
        _outline(small, [item for item in drawn if item.level == level], scale, colour)
    shown = [item for item in drawn if item.level in ("word", "text")]
    _outline(small, shown, scale)
    return _numbered(small, shown, scale)


def _spread(directory: Location, n: int) -> Iterator[Clip]:
    """At most n clips, evenly from the whole directory."""
    places = [(shard, i) for shard in manifest.read(directory).shards for i in range(shard.clips)]
    for shard, i in places[:: max(-(-len(places) // n), 1)]:
        clip = shards.read_clip(files.join(directory, shard.path), i, pictures=False)
        yield layers.with_video(directory, clip)


def _legend() -> list[tuple[list[Colour], bool, str]]:
    """Colours, whether they fill, and what they stand for."""
    tracks = [_hue(number) for number in (1, 2, 3)]
    return [
        (tracks, True, "strokes, a colour a track"),
        ([_opposite(colour) for colour in tracks], True, "its effect (outline, shadow, glow)"),
        (tracks, False, "polygon of a word or text, with its number"),
        ([LINE], False, "line"),
        ([PARAGRAPH], False, "paragraph"),
        ([WHITE], False, "hidden strokes"),
        ([GREY], True, "to be ignored"),
    ]


def _colour(item: TextInstance) -> Colour:
    return GREY if item.ignore else _hue(item.track_id)


def _hue(track_id: int) -> Colour:
    """Hues that are far apart for ids that are near."""
    red, green, blue = colorsys.hsv_to_rgb(track_id * 0.618034 % 1, 0.85, 1.0)
    return round(red * 255), round(green * 255), round(blue * 255)


def _opposite(colour: Colour) -> Colour:
    red, green, blue = colour
    return 255 - red, 255 - green, 255 - blue


def _tint(picture: Picture, mask: Mask | None, colour: Colour, opacity: float) -> None:
    if mask is not None:
        pixels = masks.decode(mask)
        picture[pixels] = np.round(picture[pixels] * (1 - opacity) + np.asarray(colour) * opacity)


def _outline(picture: Picture, items: Iterable[TextInstance], scale: float, colour: Colour | None = None) -> None:
    """Polygons in one colour, or each in that of its track."""
    for item in items:
        corners = np.round(np.asarray(item.polygon) * scale * 16).astype(np.int32)
        cv2.polylines(picture, [corners], True, colour or _colour(item), 1, cv2.LINE_AA, 4)


def _outline_hidden(picture: Picture, item: TextInstance, scale: float) -> None:
    """A thin white line round the strokes that something hides."""
    if item.amodal_mask is None or item.mask is None or masks.area(item.amodal_mask) == masks.area(item.mask):
        return
    hidden: Bool[np.ndarray, "h w"] = masks.decode(item.amodal_mask) & ~masks.decode(item.mask)
    contours, _ = cv2.findContours(hidden.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    lines = [np.round(np.asarray(contour) * scale * 16).astype(np.int32) for contour in contours]
    cv2.polylines(picture, lines, True, WHITE, 1, cv2.LINE_AA, 4)


def _resized(picture: Picture, width: int) -> UInt8[np.ndarray, "rows columns 3"]:
    height = round(picture.shape[0] * width / picture.shape[1] / 2) * 2
    how = cv2.INTER_AREA if width < picture.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (width, height), interpolation=how), np.uint8)


def _numbered(picture: Picture, items: Iterable[TextInstance], scale: float) -> Picture:
    """The number of each track at the top-left corner of its polygon, small, so that no stroke is hidden."""
    page = Image.fromarray(picture)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(9)
    for item in items:
        left, top = (value * scale for value in item.polygon[0])
        draw.text((left - 2, top - 10), str(item.track_id), _colour(item), font, stroke_width=1, stroke_fill="black")
    return np.asarray(page)
