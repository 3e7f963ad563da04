from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from sts import layers, masks, preview, stage, video
from sts.stage import Notes, Stage
from sts.types import Clip


def test_strokes_are_tinted_and_the_rest_of_the_picture_is_only_dimmed(clip_of: Callable[..., Clip]) -> None:
    clip = clip_of()
    assert clip.video is not None
    drawn = preview.overlay(clip.video[0], clip.frames[0], clip.width)
    word = clip.frames[0].instances[0]
    assert word.mask is not None
    changed = np.abs(drawn - preview.DIM * clip.video[0]).max(axis=2) > 20
    assert changed[masks.decode(word.mask)].mean() > 0.8
    assert not changed[30:, 40:].any()


def test_a_directory_gets_a_sheet_and_films(clip_of: Callable[..., Clip], tmp_path: Path) -> None:
    def make(item: tuple[int, int], _notes: Notes) -> Iterator[Clip]:
        yield from (clip_of(number) for number in range(*item))

    stage.make(Stage(command="toy", config={}, out=tmp_path), make, stage.batches(5, 2))
    preview.write(tmp_path, n_films=1, n_tiles=3)
    sheet = cv2.imread(str(tmp_path / "preview" / "sheet.jpg"))
    tile = 480 + preview.CAPTION
    assert sheet is not None and sheet.shape == (2 * tile + preview.CAPTION, 4 * preview.TILE, 3)
    films = sorted((tmp_path / "preview").glob("*.mp4"))
    assert [film.stem for film in films] == [next(layers.read(tmp_path)).clip_id]
    assert len(video.probe(films[0]).times_s) == 3


def test_text_without_a_polygon_is_drawn_by_its_strokes(clip_of: Callable[..., Clip]) -> None:
    clip = clip_of()
    assert clip.video is not None
    bare = tuple(replace(one, polygon=()) for one in clip.frames[0].instances)
    drawn = preview.overlay(clip.video[0], replace(clip.frames[0], instances=bare), clip.width)
    assert bare[0].mask is not None
    assert np.abs(drawn - preview.DIM * clip.video[0]).max(axis=2)[masks.decode(bare[0].mask)].mean() > 20


def test_the_legend_shows_the_colours_of_the_overlay() -> None:
    page = preview.legend(2 * preview.TILE)
    assert page.shape == (preview.CAPTION, 2 * preview.TILE, 3)
    colours = {tuple(colour) for colour in page.reshape(-1, 3).tolist()}
    assert {preview.LINE, preview.PARAGRAPH, preview.WHITE, preview.GREY} <= colours
    assert (page[:, -40:] == preview.PAPER).all(), "the words do not fit"


def test_lines_and_words_are_outlined_in_colours_of_their_own(clip_of: Callable[..., Clip]) -> None:
    clip = clip_of()
    assert clip.video is not None
    word = clip.frames[0].instances[0]
    far = tuple((x, y + 20) for x, y in word.polygon)
    line = replace(word, level="line", polygon=far, mask=None, effect_mask=None, amodal_mask=None)
    black = np.zeros_like(clip.video[0])
    drawn = preview.overlay(black, replace(clip.frames[0], instances=(line,)), clip.width)
    assert np.abs(drawn.astype(int) - preview.LINE).max(axis=2).min() < 60
