"""TextSeg: semantic PNGs read by PIL, words in JSON."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pipelines.exporters import content
from sts import masks
from sts.scored import ignore_region

FIRST, LATER = "synth-0-000001-00000", "synth-0-000001-00002"


@pytest.fixture
def out(export_of: Callable[..., Path], pairs: Any) -> Path:
    return export_of("textseg", pairs)


def test_strokes_are_100_effects_200_and_what_is_ignored_255(out: Path, pairs: Any) -> None:
    for clip, _ in pairs:
        for frame in (one for one in clip.frames if one.labelled):
            with Image.open(out / "semantic_label" / f"{content.image_name(clip, frame)}_maskfg.png") as image:
                assert image.mode == "L"
                found = np.array(image)
            text = masks.decode(masks.union([one.mask for one in frame.instances if one.mask and not one.ignore]))
            effects = [one.effect_mask for one in frame.instances if one.effect_mask]
            effect = masks.decode(masks.union(effects)) if effects else np.zeros_like(text)
            ignored = ignore_region(frame, clip.height, clip.width)
            ignored = np.zeros_like(text) if ignored is None else ignored
            assert ((found == 100) == text).all()
            assert ((found == 255) == (ignored & ~text)).all()
            assert ((found == 200) == (effect & ~text & ~ignored)).all()
            assert set(np.unique(found)) <= {0, 100, 200, 255}


def test_every_kind_of_pixel_occurs(out: Path) -> None:
    with Image.open(out / "semantic_label" / f"{FIRST}_maskfg.png") as image:
        assert set(np.unique(np.array(image))) == {0, 100, 200, 255}


def test_words_have_corners_transcript_and_characters(out: Path) -> None:
    words = json.loads((out / "annotation" / f"{FIRST}_anno.json").read_text(encoding="utf-8"))
    assert [one["text"] for one in words.values()] == ["Käse", "שלום", "tiny", "box & <only>"]
    assert words["0"]["bbox"] == [3.25, 3.5, 21.75, 3.5, 21.75, 15, 3.25, 15]
    assert words["0"]["char"] == {"0": {"text": "K", "bbox": [3.25, 3.5, 9, 3.5, 9, 15, 3.25, 15]}}
    assert words["1"]["char"] == {}


def test_a_curved_word_becomes_a_rectangle_around_it_in_reading_order(out: Path) -> None:
    words = json.loads((out / "annotation" / f"{LATER}_anno.json").read_text(encoding="utf-8"))
    corners = np.array(words["1"]["bbox"]).reshape(4, 2)
    assert corners.min(axis=0).tolist() == [40, 25]
    assert corners.max(axis=0).tolist() == [66, 37]
    assert corners.tolist() == [[40, 25], [66, 25], [66, 37], [40, 37]]


def test_the_split_names_every_labelled_picture(out: Path) -> None:
    split = json.loads((out / "split.json").read_text(encoding="utf-8"))
    assert split == {"train": [FIRST, LATER, "real%2F%C3%A9t%C3%A9%2Emp4%20%232-00000"], "val": [], "test": []}
    assert {path.stem for path in (out / "image").iterdir()} == set(split["train"])


def test_ids_lines_and_hidden_words_are_lost(out: Path) -> None:
    text = (out / "annotation" / f"{FIRST}_anno.json").read_text(encoding="utf-8")
    assert not [word for word in ("track_id", "hidden", "Latn", "legible") if word in text]
