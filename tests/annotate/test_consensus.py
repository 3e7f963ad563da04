"""Several people's labels become one layer: by majority, by agreement, or by somebody else."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from annotate import consensus, merging, outlines, tracks
from annotate.tracks import vote
from sts import checks, layers, manifest, masks, scored, stage
from sts.errors import DataError
from sts.types import Clip, Mask, TextInstance
from tests.annotate import scenes
from tests.annotate.scenes import bar, box, clip, comb, event, word


def taller(mask: Mask) -> Mask:
    """One row more at the bottom."""
    pixels = masks.decode(mask)
    return masks.encode(pixels | np.roll(pixels, 1, axis=0))


def other(track: int, **changes: Any) -> TextInstance:
    """A word below the usual one."""
    return word(track, mask=bar(22, 46, 10, 8), polygon=box(20, 44, 30, 14), **{"text": "ab", **changes})


def strokes(merged: Clip) -> np.ndarray:
    return masks.decode(scored.strokes(merged.frames[0], merged.height, merged.width))


def test_one_person_is_taken_at_their_word() -> None:
    alone = clip([word(), other(2)], [])
    assert consensus.merge([alone]) == (alone, [])


def test_what_two_people_agree_on_is_kept() -> None:
    merged, disputed = consensus.merge([clip([word()]), clip([word()])])
    assert (merged, disputed) == (clip([word()]), [])


def test_a_band_of_a_pixel_between_two_people_is_ignored() -> None:
    merged, disputed = consensus.merge([clip([word()]), clip([word(mask=taller(comb()))])])
    band = masks.decode(taller(comb())) & ~masks.decode(comb())
    assert disputed == []
    assert merged.frames[0].instances[0].mask == comb()
    region = scored.ignore_region(merged.frames[0], merged.height, merged.width)
    assert region is not None and np.array_equal(region, band)
    assert len({one.track_id for one in merged.frames[0].instances}) == len(merged.frames[0].instances)
    assert [one.rule for one in checks.findings(merged)] == []


def test_a_larger_difference_of_two_people_is_for_a_third() -> None:
    wide = masks.union((comb(), bar(50, 24, 8, 12)))
    merged, disputed = consensus.merge([clip([word()]), clip([word(mask=wide)])])
    ((index, n, why),) = disputed
    assert (index, n) == (0, 2)
    assert why.startswith("track 1: strokes differ by more than 1 px on ")
    assert (merged.frames[0].labelled, merged.frames[0].instances) == (False, ())


def test_a_word_that_one_of_two_people_drew_is_for_a_third() -> None:
    _, disputed = consensus.merge([clip([word()]), clip([word(), other(2)])])
    assert disputed == [(0, 2, "track 2: 1 of 2 people drew it")]


def test_two_people_who_differ_on_ignoring_are_for_a_third() -> None:
    _, disputed = consensus.merge([clip([word()]), clip([word(ignore=True, legible=False)])])
    assert disputed == [(0, 2, "track 1: 1 of 2 people ignore it")]


def test_of_three_people_the_majority_decides_on_every_pixel() -> None:
    left, middle, right = (comb(shift=x) for x in (0, 1, 2))
    merged, disputed = consensus.merge([clip([word(mask=mask)]) for mask in (left, middle, right)])
    assert disputed == []
    assert np.array_equal(strokes(merged), masks.decode(middle))


def test_of_three_people_the_majority_decides_on_words() -> None:
    with_other = clip([word(), other(2)])
    merged, disputed = consensus.merge([clip([word()]), with_other, with_other])
    assert ([one.track_id for one in merged.frames[0].instances], disputed) == ([1, 2], [])
    merged, disputed = consensus.merge([clip([word()]), clip([word()]), with_other])
    assert ([one.track_id for one in merged.frames[0].instances], disputed) == ([1], [])


def test_equal_votes_of_four_people_are_for_a_fifth() -> None:
    few, many = clip([word()]), clip([word(), other(2)])
    assert consensus.merge([few, few, many, many])[1] == [(0, 4, "track 2: 2 of 4 people drew it")]


def test_transcripts_are_voted_on_once_a_track() -> None:
    people = [clip([word(text=a)], [word(text=b)]) for a, b in (("Käse", "Käse"), ("Kase", "Kase"), ("Käse", "Kose"))]
    merged, _ = consensus.merge(people)
    assert [frame.instances[0].text for frame in merged.frames] == ["Käse", "Käse"]
    merged, _ = consensus.merge(people[:2])
    assert [frame.instances[0].text for frame in merged.frames] == [None, None]


@pytest.mark.parametrize(
    ("values", "said"),
    [(["a", "a", "b"], "a"), (["a", "b"], None), (["a", None], "a"), ([None, None], None), (["a", "b", "c"], None)],
)
def test_more_than_half_of_those_who_say_something_decide(values: list[str | None], said: str | None) -> None:
    assert vote(values) == said


def test_words_are_matched_by_place_and_not_by_number() -> None:
    swapped = clip([replace(word(), track_id=2), replace(other(1), parent_id=2)])
    merged, disputed = consensus.merge([clip([word(), other(2)]), swapped])
    assert disputed == []
    assert [(one.track_id, one.text) for one in merged.frames[0].instances] == [(1, "Käse"), (2, "ab")]
    assert tracks.unified([clip([word(), other(2)]), swapped])[1].frames[0].instances[1].parent_id == 1


def test_words_are_matched_so_that_all_fit_best() -> None:
    """The nearest to the first is the second's own: greedy matching would leave the other alone."""
    ours = clip([word(1, polygon=box(20, 20, 40, 20)), word(2, polygon=box(30, 20, 40, 20))])
    theirs = clip([word(8, polygon=box(28, 20, 40, 20)), word(9, polygon=box(36, 20, 40, 20))])
    assert [one.track_id for one in tracks.unified([ours, theirs])[1].frames[0].instances] == [1, 2]


def test_new_words_of_two_people_with_one_number_stay_apart() -> None:
    first = clip([word(), other(9, effort="drawn")], [])
    second = clip([word()], [word(9, mask=bar(70, 5, 10, 8), polygon=box(68, 3, 20, 12), effort="drawn")])
    ids = [one.track_id for frame in tracks.unified([first, second])[1].frames for one in frame.instances]
    assert ids == [1, 10]


def test_a_pre_labelled_track_goes_on_in_a_window_of_somebody_else() -> None:
    blank = clip([], [])
    first = replace(clip([word(5)], []), frames=(clip([word(5)]).frames[0], replace(blank.frames[1], labelled=False)))
    second = replace(
        clip([], [word(5)]), frames=(replace(blank.frames[0], labelled=False), clip([], [word(5)]).frames[1])
    )
    merged, disputed = consensus.merge([first, second])
    assert ([[one.track_id for one in frame.instances] for frame in merged.frames], disputed) == ([[5], [5]], [])


def test_a_parent_that_is_not_kept_is_no_parent() -> None:
    line = word(7, level="line", mask=None, polygon=box(18, 18, 44, 24))
    child = clip([word(parent_id=7)])
    merged, _ = consensus.merge([clip([word(parent_id=7), line]), child, child])
    assert [(one.track_id, one.parent_id) for one in merged.frames[0].instances] == [(1, None)]


def test_pieces_of_disagreement_smaller_than_a_speck_go_to_nobody() -> None:
    three, four = (masks.union((comb(), bar(70, 50, n, 1))) for n in (3, 4))
    assert consensus.merge([clip([word()]), clip([word(mask=three)])])[1] == []
    assert len(consensus.merge([clip([word()]), clip([word(mask=four)])])[1]) == 1
    assert merging.SPECK == 4


def test_outlines_filled_are_the_region() -> None:
    page = cv2.putText(np.zeros((64, 96), np.uint8), "O8.", (5, 50), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 1, 3)
    page[2, 2] = page[5, 80:90] = 1
    page[60:63, 3:6] = np.eye(3, dtype=np.uint8)
    region, filled = page > 0, page > 1
    found = outlines.parts(region)
    for polygon, mask in found:
        alone = np.zeros_like(page)
        cv2.fillPoly(alone, [np.round(np.array(polygon) - 0.5).astype(np.int32)], 1)
        assert np.array_equal(alone > 0, masks.decode(mask))
        filled = filled | (alone > 0)
    assert np.array_equal(filled, region)
    assert [
        one.rule for one in checks.findings(clip([word(i, polygon=p, mask=m) for i, (p, m) in enumerate(found)]))
    ] == []


def test_the_layer_has_lineage_and_its_inputs_stay(tmp_path: Path) -> None:
    people = {"ann": [clip([word()], [word()])], "bob": [clip([word()], [word(mask=bar(22, 24, 36, 12))])]}
    rows = [event("ann", 1), event("bob", 2)]
    pull = scenes.pull(tmp_path, people, rows)
    before = {path: path.read_bytes() for path in sorted(pull.rglob("*.*"))}
    out = consensus.write(pull, rows, "1")
    assert {path: path.read_bytes() for path in before} == before
    assert sorted(manifest.read(out).inputs) == ["../../by/ann/manifest.json", "../../by/bob/manifest.json"]
    (merged,) = layers.read(out)
    assert merged.video is not None and [frame.labelled for frame in merged.frames] == [True, False]
    assert manifest.read(out).dropped == {"needs another annotator": 1}
    assert [(fact["clip_id"], fact["frame"], fact["people"]) for fact in stage.notes(out).facts] == [("c", 1, 2)]
    assert consensus.write(pull, rows, "1") == out


def test_other_labels_make_another_layer(tmp_path: Path) -> None:
    pull = scenes.pull(tmp_path, {"ann": [clip([word()], [word()])]}, [])
    first = consensus.write(pull, [event("ann", 1)], "1")
    second = consensus.write(pull, [event("ann", 1, updated_at=event("ann", 2).updated_at)], "1")
    assert first != second and [Path(one).is_dir() for one in (first, second)] == [True, True]


@pytest.mark.parametrize("changes", [{"honeypot": True}, {"quality": "reject"}, {"quality": "needs_work"}])
def test_honeypots_and_unfinished_work_never_enter(changes: dict[str, Any], tmp_path: Path) -> None:
    pull = scenes.pull(tmp_path, {"ann": [clip([word()], [word()], [word()])]}, [])
    kept = event("ann", 1, last=0, uid="c:000000-000000")
    left = event("ann", 2, first=1, last=2, uid="c:000001-000002", **changes)
    (merged,) = layers.read(consensus.write(pull, [kept, left], "1"), pictures=False)
    assert [frame.labelled for frame in merged.frames] == [True, False, False]
    with pytest.raises(DataError, match="has no label to merge: 1 labels"):
        consensus.write(pull, [left], "1")


def test_a_layer_without_the_clip_of_a_label_is_one_line(tmp_path: Path) -> None:
    pull = scenes.pull(tmp_path, {"ann": [clip([word()], [word()])]}, [])
    with pytest.raises(DataError, match=r"by/ann has no clip d, which events\.parquet names: pull again"):
        consensus.write(pull, [event("ann", 1, clip_id="d")], "1")
