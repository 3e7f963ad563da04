"""What our own readers of foreign formats make of our exports: shards go out and come back."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.datasets import formats
from benchmarks.metrics.frames import ignore_region
from pipelines.exporters import content
from sts import masks
from sts.types import Clip, Frame, TextInstance

Back = Callable[[str], dict[str, tuple[Clip, tuple[bytes, ...]]]]


@pytest.fixture
def back(export_of: Callable[..., Path], pairs: Any) -> Back:
    """Clips by id, as the reader of the format makes them from the export."""

    def read(form: str) -> dict[str, tuple[Clip, tuple[bytes, ...]]]:
        out, reader = export_of(form, pairs), formats.find(form)
        loaded: list[Any] = [reader.clip(out, item) for item in reader.items(out)]
        return {clip.clip_id: (clip, stored) for clip, stored in loaded}

    return read


def labelled(clip: Clip) -> list[Frame]:
    return [frame for frame in clip.frames if frame.labelled]


def seen(frame: Frame) -> list[TextInstance]:
    return [one for one in frame.instances if one.mask is not None and masks.area(one.mask)]


def union(frame: Frame) -> Any:
    found = [one.mask for one in seen(frame) if one.mask and not one.ignore]
    return masks.decode(masks.union(found)) if found else np.zeros((40, 72), bool)


def region(frame: Frame) -> Any:
    """What scores leave out; where nothing is ignored, no pixel."""
    found = ignore_region(frame, 40, 72)
    return np.zeros((40, 72), bool) if found is None else found


def test_huggingface_brings_back_everything(back: Back, pairs: Any) -> None:
    assert back("huggingface") == {clip.clip_id: (clip, stored) for clip, stored in pairs}


def test_coco_brings_back_all_but_characters_hidden_words_and_what_has_no_key(back: Back, pairs: Any) -> None:
    found = back("coco")
    for clip, stored in pairs:
        again, pictures = found[clip.clip_id]
        assert pictures == tuple(stored[frame.index] for frame in labelled(clip))
        for frame, other in zip(labelled(clip), again.frames, strict=True):
            assert (frame.index, frame.time_s) == (other.index, other.time_s)
            kept = (*content.words(frame), *content.regions(frame))
            wanted = {one.track_id: replace(one, effect_mask=None, amodal_mask=None, font=None) for one in kept}
            assert {one.track_id: one for one in other.instances} == wanted


def test_youtubevis_brings_back_tracks_with_masks_and_transcripts(back: Back, pairs: Any) -> None:
    found = back("youtubevis")
    for clip, _ in pairs:
        again = found[clip.clip_id][0]
        assert again.fps == clip.fps
        for frame, other in zip(labelled(clip), again.frames, strict=True):
            keys = ("track_id", "level", "mask", "text", "legible", "ignore")
            assert said(other.instances, keys) == said(seen(frame), keys)


def test_youtubevos_brings_back_tracks_with_masks_also_ignored_ones(back: Back, pairs: Any) -> None:
    found = back("youtubevos")
    for clip, stored in pairs:
        again, pictures = found[clip.clip_id]
        assert pictures == tuple(stored[frame.index] for frame in labelled(clip))
        for frame, other in zip(labelled(clip), again.frames, strict=True):
            keys = ("track_id", "level", "mask", "text", "ignore")
            assert frame.index == other.index
            assert said(other.instances, keys) == said(seen(frame), keys)


def test_davis_brings_back_what_is_scored_and_what_is_not(back: Back, pairs: Any) -> None:
    found = back("davis")
    for clip, _ in pairs:
        for frame, other in zip(labelled(clip), found[clip.clip_id][0].frames, strict=True):
            keys = ("track_id", "level", "mask", "text")
            scored = [one for one in seen(frame) if not one.ignore]
            assert said([one for one in other.instances if not one.ignore], keys) == said(scored, keys)
            assert (region(other) == region(frame)).all()


def test_hiertext_brings_back_the_tree_transcripts_and_the_union_of_strokes(back: Back, pairs: Any) -> None:
    found = back("hiertext")
    assert len(found) == 3
    for clip, stored in pairs:
        for frame in labelled(clip):
            name = f"hiertext-train-{content.image_name(clip, frame)}"
            again, pictures = found[name]
            assert pictures == (stored[frame.index],)
            assert (union(again.frames[0]) == union(frame)).all()
            wanted = [
                one.text for one in content.words(frame) if one.level == "word" and one.legible and not one.ignore
            ]
            texts = [one.text for one in again.frames[0].instances if one.level == "word" and one.text]
            assert sorted(texts) == sorted(text for text in wanted if text)
            parents = {one.track_id: one.level for one in again.frames[0].instances}
            words = [one for one in again.frames[0].instances if one.level == "word" and one.parent_id]
            assert {parents[one.parent_id] for one in words if one.parent_id} <= {"line"}


def test_textseg_brings_back_strokes_effects_ignored_pixels_and_transcripts(back: Back, pairs: Any) -> None:
    found = back("textseg")
    for clip, stored in pairs:
        for frame in labelled(clip):
            again, pictures = found[f"textseg-{content.image_name(clip, frame)}"]
            other = again.frames[0]
            assert pictures == (stored[frame.index],)
            assert (union(other) == union(frame)).all()
            assert (region(other) == (region(frame) & ~union(frame))).all()
            texts = [one.text for one in other.instances if one.level == "word" and one.text]
            assert texts == [one.text for one in content.words(frame) if one.level == "word" and one.text]
            assert effects(other) == effects(frame, without=union(frame) | region(frame))


def effects(frame: Frame, without: Any = False) -> int:
    found = [one.effect_mask for one in frame.instances if one.effect_mask]
    return int((masks.decode(masks.union(found)) & ~np.asarray(without)).sum()) if found else 0


def said(instances: Any, keys: tuple[str, ...]) -> dict[int, tuple[Any, ...]]:
    """Fields by track."""
    return {one.track_id: tuple(getattr(one, key) for key in keys) for one in instances}
