from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from pipelines import merge
from pipelines.merge import Version
from sts.errors import DataError
from sts.types import Clip, Frame, SourceFile, TextInstance

ClipOf = Callable[..., Clip]
WordOf = Callable[..., TextInstance]


def version(clip: Clip, labels: Mapping[int, tuple[TextInstance, ...]], *, empty: int = 1) -> Version:
    """The clip with other labels on some frames; it has no other frames."""
    there = [frame for frame in clip.frames if frame.index in labels]
    frames = tuple(replace(frame, labelled=True, instances=labels[frame.index]) for frame in there)
    return Version(layer="layer", clip=replace(clip, frames=frames, video=None), empty=empty)


def unlabelled(clip: Clip) -> Clip:
    return replace(clip, frames=tuple(replace(frame, labelled=False, instances=()) for frame in clip.frames))


def shown(clip: Clip | None) -> list[list[tuple[int, str, str | None]]]:
    """Track, source and text of every instance, by frame."""
    assert clip is not None
    return [[(one.track_id, one.source, one.text) for one in frame.instances] for frame in clip.frames]


@pytest.fixture
def pixels(clip_of: ClipOf) -> Clip:
    return unlabelled(clip_of())


@pytest.fixture
def everywhere(word_of: WordOf) -> Callable[..., dict[int, tuple[TextInstance, ...]]]:
    """One word on every frame, with these changes."""

    def make(*places: int, **changes: Any) -> dict[int, tuple[TextInstance, ...]]:
        return {i: (word_of(i, parent_id=None, **changes),) for i in places or range(4)}

    return make


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_best_source_wins_whatever_the_order(
    order: tuple[int, int], pixels: Clip, everywhere: Callable[..., Any]
) -> None:
    both = [version(pixels, everywhere(source="human")), version(pixels, everywhere(source="rendered"))]
    found = merge.merged(pixels, [Version(layer="pixels", clip=pixels, empty=1), *(both[i] for i in order)])
    assert shown(found) == [[(1, "human", "Käse")]] * 4


def test_of_equal_sources_the_later_layer_wins(pixels: Clip, everywhere: Callable[..., Any]) -> None:
    layers = [version(pixels, everywhere(source="predicted", text=text)) for text in ("old", "new")]
    assert shown(merge.merged(pixels, layers)) == [[(1, "predicted", "new")]] * 4


def test_an_empty_human_frame_wins_over_a_prediction(pixels: Clip, everywhere: Callable[..., Any]) -> None:
    human = version(pixels, {**everywhere(0, source="human"), 1: ()})
    found = merge.merged(pixels, [human, version(pixels, everywhere(source="predicted"))])
    assert [len(frame) for frame in shown(found)] == [1, 0, 1, 1]


def test_an_empty_clip_of_a_human_layer_wins_over_a_prediction(pixels: Clip, everywhere: Callable[..., Any]) -> None:
    predicted = version(pixels, everywhere(source="predicted"))
    empty = version(pixels, dict.fromkeys(range(4), ()), empty=merge.RANKS["human"])
    assert shown(merge.merged(pixels, [empty, predicted])) == [[]] * 4
    assert shown(merge.merged(pixels, [replace(empty, empty=1), predicted])) == [[(1, "predicted", "Käse")]] * 4


def test_a_frame_that_nobody_labelled_stays_so_and_a_clip_of_them_is_left_out(
    pixels: Clip, everywhere: Callable[..., Any]
) -> None:
    found = merge.merged(pixels, [version(pixels, everywhere(2))])
    assert found is not None
    assert [frame.labelled for frame in found.frames] == [False, False, True, False]
    assert merge.merged(pixels, [Version(layer="pixels", clip=pixels, empty=1)]) is None


def test_times_and_origin_are_those_of_the_pictures(pixels: Clip, everywhere: Callable[..., Any]) -> None:
    layer = version(pixels, everywhere())
    late = tuple(replace(frame, time_s=frame.time_s + 1) for frame in layer.clip.frames)
    found = merge.merged(pixels, [replace(layer, clip=replace(layer.clip, frames=late))])
    assert found is not None
    assert [frame.time_s for frame in found.frames] == [frame.time_s for frame in pixels.frames]


def test_ids_of_two_layers_are_joined_where_the_text_lies_in_one_place(
    pixels: Clip, everywhere: Callable[..., Any]
) -> None:
    """The layers number the same word 5 and 9; a word that only the prediction has must not become a 5."""
    far = ((0.0, 50.0), (10.0, 50.0), (10.0, 60.0), (0.0, 60.0))
    human = version(pixels, everywhere(0, 1, source="human", track_id=5))
    predicted = {i: (*one, replace(one[0], track_id=5, polygon=far)) for i, one in _nines(everywhere).items()}
    found = merge.merged(pixels, [human, version(pixels, predicted)])
    assert [[track for track, _, _ in frame] for frame in shown(found)] == [[5], [5], [5, 11], [5, 11]]


def _nines(everywhere: Callable[..., Any]) -> dict[int, tuple[TextInstance, ...]]:
    made: dict[int, tuple[TextInstance, ...]] = everywhere(source="predicted", track_id=9)
    return made


def test_ids_of_layers_without_a_common_frame_are_kept_apart(pixels: Clip, everywhere: Callable[..., Any]) -> None:
    layers = [version(pixels, everywhere(*at, source="human")) for at in ((0, 1), (2, 3))]
    found = shown(merge.merged(pixels, layers))
    assert {frame[0][0] for frame in found[:2]}.isdisjoint({frame[0][0] for frame in found[2:]})


def test_parents_follow_the_new_ids(pixels: Clip, word_of: WordOf) -> None:
    pair = {i: (word_of(i), word_of(i, track_id=2, parent_id=None, level="line", mask=None)) for i in (2, 3)}
    layers = [version(pixels, {0: (word_of(0, parent_id=None),)}), version(pixels, pair)]
    found = merge.merged(pixels, layers)
    assert found is not None
    word, line = found.frames[2].instances
    assert (word.parent_id, word.level, line.level) == (line.track_id, "word", "line")


def test_a_corrected_text_goes_to_all_frames_of_its_track(pixels: Clip, everywhere: Callable[..., Any]) -> None:
    human = version(pixels, everywhere(0, source="human", text="Käse"))
    predicted = version(pixels, everywhere(source="predicted", text="Kase", script=None))
    found = merge.merged(pixels, [human, predicted])
    assert shown(found) == [[(1, "human", "Käse")]] + [[(1, "predicted", "Käse")]] * 3
    assert found is not None
    assert found.frames[3].instances[0].script == "Latn"


def test_labels_of_another_size_are_refused_with_both_sizes(pixels: Clip, everywhere: Callable[..., Any]) -> None:
    layer = version(pixels, everywhere())
    with pytest.raises(DataError, match=r"clip clip-000 has labels of 50x64 px in layer, its pictures have 96x64"):
        merge.merged(pixels, [replace(layer, clip=replace(layer.clip, width=50))])


def test_labels_of_a_frame_without_picture_are_refused(pixels: Clip, everywhere: Callable[..., Any]) -> None:
    layer = version(pixels, everywhere())
    longer = (*layer.clip.frames, Frame(index=7, time_s=1.0))
    with pytest.raises(DataError, match="frame 7"):
        merge.merged(pixels, [replace(layer, clip=replace(layer.clip, frames=longer))])


def test_the_sources_of_every_layer_that_shows_stay_with_the_clip(pixels: Clip, everywhere: Callable[..., Any]) -> None:
    """A licence that a layer came with must not be lost."""
    model = SourceFile(kind="model", id="net", sha256="a" * 64, license="CC-BY-NC-4.0")
    shown_layer = version(pixels, everywhere(source="predicted"))
    sources = (*pixels.origin.sources, model)
    with_model = replace(shown_layer, clip=replace(shown_layer.clip, origin=replace(pixels.origin, sources=sources)))
    found = merge.merged(pixels, [with_model])
    assert found is not None
    assert found.origin.sources == sources
    found = merge.merged(pixels, [with_model, version(pixels, everywhere(source="human"))])
    assert found is not None
    assert found.origin.sources == pixels.origin.sources


def test_a_parent_that_is_not_there_is_not_mended_in_silence(pixels: Clip, everywhere: Callable[..., Any]) -> None:
    orphan = {i: (replace(one, parent_id=40),) for i, (one,) in everywhere().items()}
    found = merge.merged(pixels, [version(pixels, orphan)])
    assert found is not None
    assert found.frames[0].instances[0].parent_id == 40
