"""What our own readers of foreign formats make of our exports: shards go out and come back."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import loading, scoring
from benchmarks.datasets import exported, formats
from benchmarks.datasets.reader import UnusableError
from benchmarks.scoring import METRICS, EvaluateConfig
from pipelines.exporters import content
from pipelines.exporters import formats as written
from sts import masks
from sts.errors import DataError
from sts.scored import ignore_region
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


def test_webdataset_brings_back_all_but_the_sources_and_the_spec(back: Back, pairs: Any) -> None:
    bare = [(replace(clip, origin=replace(clip.origin, sources=(), spec=None)), stored) for clip, stored in pairs]
    assert back("webdataset") == {clip.clip_id: (clip, stored) for clip, stored in bare}


def test_icdar_brings_back_words_with_ids_transcripts_and_corners(back: Back, pairs: Any) -> None:
    found = back("icdar")
    for clip, stored in pairs:
        again, pictures = found[clip.clip_id]
        assert pictures == tuple(stored[frame.index] for frame in labelled(clip))
        for frame, other in zip(labelled(clip), again.frames, strict=True):
            assert (frame.index, other.labelled) == (other.index, True)
            words = [one for one in content.words(frame) if one.level == "word"]
            wanted = [replace(one, text=None if one.ignore else one.text) for one in words]
            keys = ("text", "legible", "ignore")
            # `Quality` and the transcript are apart: an ignored word keeps whether it can be read.
            assert said(other.instances, keys) == said(wanted, keys)
            corners = {one.track_id: tuple((round(x), round(y)) for x, y in content.quad(one.polygon)) for one in words}
            assert {one.track_id: one.polygon for one in other.instances} == corners


@pytest.mark.parametrize("form", ["hiertext", "textseg"])
def test_pictures_of_a_clip_come_back_as_that_clip(form: str, back: Back, pairs: Any) -> None:
    found = back(form)
    assert list(found) == [clip.clip_id for clip, _ in pairs]
    for clip, stored in pairs:
        again, pictures = found[clip.clip_id]
        assert pictures == tuple(stored[frame.index] for frame in labelled(clip))
        assert (again.fps, again.origin) == (clip.fps, replace(clip.origin, sources=(), spec=None))
        wanted = [(frame.index, frame.time_s) for frame in labelled(clip)]
        assert [(frame.index, frame.time_s) for frame in again.frames] == wanted
        ids = [one.track_id for frame in again.frames for one in frame.instances]
        assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("form", sorted(written.FORMATS))
def test_as_many_frames_come_back_of_each_clip_also_where_nobody_found_text(
    form: str, export_of: Callable[..., Path], pairs: Any
) -> None:
    (first, stored), (second, picture) = pairs
    bare = tuple(replace(frame, instances=()) if frame.index == 2 else frame for frame in first.frames)
    nothing = replace(second, clip_id="nothing", frames=(replace(second.frames[0], instances=()),))
    given = ((replace(first, frames=bare), stored), (second, picture), (nothing, picture))
    out, reader = export_of(form, given), formats.find(form)
    loaded: list[Any] = [reader.clip(out, item) for item in reader.items(out)]
    counts = {clip.clip_id: len(labelled(clip)) for clip, _ in given}
    assert {clip.clip_id: len(labelled(clip)) for clip, _ in loaded} == counts


@pytest.mark.parametrize("form", ["coco", "hiertext", "textseg", "webdataset"])
def test_what_comes_back_is_scored_against_the_source(
    form: str, export_of: Callable[..., Path], pairs: Any, tmp_path: Path
) -> None:
    out = export_of(form, tuple(map(cut_into_words, pairs)))
    loading.run(loading.LoadConfig(format=form), out, tmp_path / "back", None, "1")
    settings = EvaluateConfig(draws=20, metrics=METRICS[:1])
    result = scoring.evaluate(settings, tmp_path / f"set-{form}", tmp_path / "back", "1")
    assert (result.scored.clips, result.extra) == (2, 0)
    assert result.scores["Pixels"]["fgiou"].value == 1.0


@pytest.mark.parametrize(("form", "prefix"), [("hiertext", "hiertext-train-"), ("textseg", "textseg-")])
def test_a_set_without_our_table_is_read_picture_by_picture(
    form: str, prefix: str, export_of: Callable[..., Path], pairs: Any
) -> None:
    out, reader = export_of(form, pairs), formats.find(form)
    names = {prefix + content.image_name(clip, frame) for clip, _ in pairs for frame in labelled(clip)}
    for text in (None, "image,label\na,b\n"):
        (out / exported.NAME).unlink()
        if text:
            (out / exported.NAME).write_text(text, encoding="utf-8")
        exported._places.cache_clear()
        loaded: list[Any] = [reader.clip(out, item) for item in reader.items(out)]
        assert {clip.clip_id for clip, _ in loaded} == names
        assert {len(clip.frames) for clip, _ in loaded} == {1}
        (out / exported.NAME).touch()


def test_a_clip_that_lacks_a_frame_is_left_out_and_a_foreign_picture_stays(
    export_of: Callable[..., Path], pairs: Any
) -> None:
    out, reader = export_of("textseg", pairs), formats.find("textseg")
    for folder, ending in (("image", ".jpg"), ("semantic_label", "_maskfg.png"), ("annotation", "_anno.json")):
        (out / folder / f"synth-0-000001-00002{ending}").rename(out / folder / f"other{ending}")
    items = {item.name: item for item in reader.items(out)}
    assert set(items) == {"other", "synth-0-000001", "real%2F%C3%A9t%C3%A9.mp4%20%232"}
    with pytest.raises(UnusableError, match=r"clip synth-0-000001 has 1 of the 2 frames of frames.csv"):
        reader.clip(out, items["synth-0-000001"])
    other: Any = reader.clip(out, items["other"])
    assert other[0].clip_id == "textseg-other"


@pytest.mark.parametrize("wrong", [(",2,0.07,", ",two,0.07,"), (",2,0.07,", ",2,nan,"), (",CC0-1.0", "")])
def test_a_damaged_table_of_frames_is_one_line(
    wrong: tuple[str, str], export_of: Callable[..., Path], pairs: Any
) -> None:
    out = export_of("textseg", pairs)
    text = (out / exported.NAME).read_text(encoding="utf-8")
    (out / exported.NAME).write_text(text.replace(*wrong), encoding="utf-8")
    with pytest.raises(DataError, match=r"frames.csv is damaged .*: export the set again, or delete it") as caught:
        list(formats.find("textseg").items(out))
    assert "\n" not in str(caught.value)


def test_hiertext_brings_back_the_tree_transcripts_and_the_union_of_strokes(back: Back, pairs: Any) -> None:
    found = back("hiertext")
    for clip, _ in pairs:
        for frame, other in zip(labelled(clip), found[clip.clip_id][0].frames, strict=True):
            assert (union(other) == union(frame)).all()
            wanted = [
                one.text for one in content.words(frame) if one.level == "word" and one.legible and not one.ignore
            ]
            texts = [one.text for one in other.instances if one.level == "word" and one.text]
            assert sorted(texts) == sorted(text for text in wanted if text)
            parents = {one.track_id: one.level for one in other.instances}
            words = [one for one in other.instances if one.level == "word" and one.parent_id]
            assert {parents[one.parent_id] for one in words if one.parent_id} <= {"line"}


def test_textseg_brings_back_strokes_effects_ignored_pixels_and_transcripts(back: Back, pairs: Any) -> None:
    found = back("textseg")
    for clip, _ in pairs:
        for frame, other in zip(labelled(clip), found[clip.clip_id][0].frames, strict=True):
            assert (union(other) == union(frame)).all()
            assert (region(other) == (region(frame) & ~union(frame))).all()
            texts = [one.text for one in other.instances if one.level == "word" and one.text]
            assert texts == [one.text for one in content.words(frame) if one.level == "word" and one.text]
            assert effects(other) == effects(frame, without=union(frame) | region(frame))


def cut_into_words(pair: tuple[Clip, tuple[bytes, ...]]) -> tuple[Clip, tuple[bytes, ...]]:
    """Without `text` beside words: HierText and TextSeg give its strokes back as strokes of a word, so they count."""
    clip, stored = pair
    kept = [tuple(one for one in frame.instances if one.level != "text") for frame in clip.frames]
    frames = tuple(replace(frame, instances=some) for frame, some in zip(clip.frames, kept, strict=True))
    return replace(clip, frames=frames), stored


def effects(frame: Frame, without: Any = False) -> int:
    found = [one.effect_mask for one in frame.instances if one.effect_mask]
    return int((masks.decode(masks.union(found)) & ~np.asarray(without)).sum()) if found else 0


def said(instances: Any, keys: tuple[str, ...]) -> dict[int, tuple[Any, ...]]:
    """Fields by track."""
    return {one.track_id: tuple(getattr(one, key) for key in keys) for one in instances}
