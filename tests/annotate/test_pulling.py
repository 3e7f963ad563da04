import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from annotate import convert, events, people, proposals, pulling, record, windows
from annotate.convert import Prelabel
from annotate.events import Event
from annotate.journal import Annotation, Journal
from annotate.record import Record
from sts import layers, manifest
from sts.types import Clip
from tests.annotate.editor import ACCEPT, Region
from tests.annotate.looping import digest, kept, predicted
from tests.model import small_set

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
FIRST, SECOND = "clip-0:000000-000007", "clip-0:000008-000019"


def clip(number: int = 0, tag: str = "", n_frames: int = 20) -> Clip:
    return predicted(small_set.clip(number, n_frames=n_frames, size=(48, 160)), tag)


def unchanged(regions: list[Region]) -> list[Region]:
    return regions


class Desk:
    """Layers that were pushed, and people who work on them, as the journal has it."""

    def __init__(self, root: Path) -> None:
        self.root, self.push, self.out = root, root / "push", root / "human"
        self._numbers, self._layers = itertools.count(1), dict[str, Path]()

    def show(self, *clips: Clip) -> str:
        """Push a layer; its model version."""
        source = small_set.write(self.root / f"layer-{len(self._layers)}", clips)
        version = proposals.version(source)
        self._layers[version] = proposals.keep(source, self.push / proposals.PRELABELS / version)
        record.write(self.push, Record(project=1, url="http://x", title="abc", window=8, versions=(version,)))
        return version

    def hide(self, *clips: Clip) -> None:
        """Push honeypots with the last layer."""
        source = small_set.write(self.root / "hidden", clips)
        proposals.keep(source, self.push / proposals.HONEYPOTS / list(self._layers)[-1])

    def submit(self, uid: str, edit: Callable[[list[Region]], list[Region]] = unchanged, **fields: Any) -> Annotation:
        """Submit what the last layer shows of a window, edited; `fields` are of the annotation."""
        number, window, version = next(self._numbers), windows.of(uid), list(self._layers)[-1]
        shown = layers.labels(self._layers[version], window.clip_id)
        prelabels = [] if shown is None else [Prelabel(model_version=version, clip=shown)]
        predictions = convert.task(window, [], prelabels, "b")["predictions"]
        regions = [{**region, "origin": "prediction"} for one in predictions for region in one["result"]]
        result = json.dumps([*edit(regions), ACCEPT])
        made = Annotation(
            **{
                "annotation_id": number,
                "updated_at": NOON + timedelta(seconds=number),
                "sha": f"{number:064}",
                "uid": uid,
                "result": result,
                "annotator": "ann",
                "lead_time_s": 4.0,
                "was_cancelled": False,
                "model_version": version,
                **fields,
            }
        )
        with Journal(self.push) as journal:
            journal.pulled([made], made.updated_at)
        return made

    def pull(self) -> list[Event]:
        with Journal(self.push) as journal:
            known = list(journal.latest(results=False))
        return pulling.write(self.push, known, self.out, "1")

    def labels(self, annotator: str = "ann", folder: str = "by") -> dict[str, Clip]:
        return {one.clip_id: one for one in layers.read(self.out / folder / annotator, pictures=False)}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def texts(one: Clip, frame: int) -> set[str]:
    return {item.text for item in one.frames[frame].instances if item.text}


def tracks(one: Clip, first: int, end: int) -> set[int]:
    return {item.track_id for frame in one.frames[first:end] for item in frame.instances}


def test_frames_that_nobody_submitted_are_not_labelled(desk: Desk) -> None:
    version = desk.show(clip())
    desk.submit(SECOND)
    (row,) = desk.pull()
    frames = desk.labels()["clip-0"].frames
    assert [frame.labelled for frame in frames] == [False] * 8 + [True] * 12
    assert not any(frame.instances for frame in frames[:8])
    assert frames[8].instances == tuple(kept(one) for one in clip().frames[8].instances)
    assert (row.uid, row.quality, row.model_version, row.frames, row.honeypot) == (SECOND, "accept", version, 12, False)


def test_the_layer_of_a_person_finds_its_pictures_and_names_the_pre_labels(desk: Desk) -> None:
    version = desk.show(clip())
    desk.submit(FIRST)
    desk.pull()
    place = desk.out / "by" / "ann"
    assert next(layers.read(place)).video is not None
    assert list(manifest.read(place).inputs) == [f"../../../push/prelabels/{version}/manifest.json"]
    assert manifest.verify(place) == ()


def test_the_same_annotations_give_the_same_bytes(desk: Desk) -> None:
    desk.show(clip(0), clip(1))
    for uid in (FIRST, SECOND, "clip-1:000000-000007"):
        desk.submit(uid)
    desk.pull()
    before = digest(desk.out)
    desk.pull()
    assert digest(desk.out) == before
    desk.out.rename(desk.root / "old")
    desk.pull()
    assert digest(desk.out) == before


def test_a_new_annotation_makes_only_its_shard_anew(desk: Desk) -> None:
    desk.show(*(clip(i, n_frames=2) for i in range(18)))
    for i in range(17):
        desk.submit(f"clip-{17 - i}:000000-000001")
    desk.pull()
    place = desk.out / "by" / "ann"
    stamp = (place / "shard-00000.parquet").stat().st_mtime_ns
    assert [one.clips for one in manifest.read(place).shards] == [16, 1]
    desk.submit(FIRST.replace("000007", "000001"))
    desk.pull()
    assert [one.clips for one in manifest.read(place).shards] == [16, 2]
    assert (place / "shard-00000.parquet").stat().st_mtime_ns == stamp


def test_each_person_has_a_layer(desk: Desk) -> None:
    desk.show(clip())
    desk.submit(FIRST, annotator="ann@example.org")
    desk.submit(FIRST, lambda regions: regions[:1], annotator="bob@example.org")
    assert len(events.labels(desk.pull())) == 2
    drawn = [desk.labels(name)["clip-0"].frames[0].instances for name in ("ann@example.org", "bob@example.org")]
    assert [len([one for one in ones if one.level == "word"]) for ones in drawn] == [3, 1]


def test_the_newest_of_a_person_and_window_counts_and_what_was_skipped_never(desk: Desk) -> None:
    desk.show(clip())
    desk.submit(FIRST)
    desk.submit(FIRST, lambda regions: regions[:1])
    desk.submit(FIRST, was_cancelled=True)
    rows = desk.pull()
    assert len([one for one in desk.labels()["clip-0"].frames[0].instances if one.level == "word"]) == 1
    assert [row.annotation_id for row in events.labels(rows)] == [2]
    assert [row.was_cancelled for row in sorted(rows, key=lambda row: row.annotation_id)] == [False, False, True]


def test_the_time_of_work_that_was_opened_again_counts_once(desk: Desk) -> None:
    """The server adds the seconds of every edit to those before."""
    desk.show(clip())
    desk.submit(FIRST, lead_time_s=10.0)
    desk.submit(FIRST, annotation_id=1, lead_time_s=16.0)
    desk.submit(SECOND, lead_time_s=24.0)
    rows = desk.pull()
    assert [(row.annotation_id, row.lead_time_s) for row in rows] == [(1, 16.0), (3, 24.0)]
    assert people.person("ann", events.labels(rows), people.Tally(), [], [], people.Gates()).seconds == 2.0


def test_a_person_whose_annotations_are_all_gone_has_an_empty_layer(desk: Desk) -> None:
    desk.show(*(clip(i, n_frames=2) for i in range(17)))
    made = [desk.submit(f"clip-{i}:000000-000001") for i in range(17)]
    desk.pull()
    with Journal(desk.push) as journal:
        journal.gone(one.annotation_id for one in made)
    assert desk.pull() == []
    assert desk.labels() == {}
    assert manifest.verify(desk.out / "by" / "ann") == ()
    assert events.read(desk.out) == ()


def test_windows_made_from_other_pre_labels_keep_theirs_and_share_no_track(desk: Desk) -> None:
    desk.show(clip())
    desk.submit(FIRST)
    desk.pull()
    desk.show(clip(tag="!"))
    desk.submit(SECOND)
    desk.pull()
    done = desk.labels()["clip-0"]
    assert (texts(done, 0), texts(done, 8)) == ({"lll"}, {"lll!"})
    first, second = tracks(done, 0, 8), tracks(done, 8, 20)
    assert not first & second
    assert all(one.parent_id in second for one in done.frames[8].instances if one.parent_id is not None)
    assert len(manifest.read(desk.out / "by" / "ann").inputs) == 2


def test_new_tracks_of_a_clip_have_numbers_of_their_own(desk: Desk) -> None:
    desk.show(clip())

    def draw(regions: list[Region]) -> list[Region]:
        shape = {"points": [[1, 1], [9, 1], [9, 9], [1, 9]], "closed": True, "polygonlabels": ["word"]}
        return [{**regions[0], "id": "new", "origin": "manual", "value": shape}]

    desk.submit(FIRST, draw)
    desk.submit(SECOND, draw)
    desk.pull()
    frames = desk.labels()["clip-0"].frames
    assert [[one.track_id for one in frames[i].instances] for i in (0, 8)] == [[10], [11]]


def test_a_word_drawn_frame_by_frame_is_one_track_through_neighbouring_windows(desk: Desk) -> None:
    """Its transcript is given once."""
    desk.show(clip())
    shape = {"points": [[1, 70], [9, 70], [9, 95], [1, 95]], "closed": True}

    def draw(regions: list[Region]) -> list[Region]:
        pages = sorted({region["item_index"] for region in regions})
        place = {**regions[0], "origin": "manual"}
        words = [{**place, "id": f"w{i}", "item_index": i, "value": shape | {"polygonlabels": ["word"]}} for i in pages]
        told = {**words[0], "from_name": "transcript", "type": "textarea", "value": shape | {"text": ["EXIT"]}}
        return [*regions, *words, *([told] if len(pages) == 8 else [])]

    desk.submit(FIRST, draw)
    desk.submit(SECOND, draw)
    desk.pull()
    drawn = [[one for one in frame.instances if one.effort == "drawn"] for frame in desk.labels()["clip-0"].frames]
    assert [[(one.track_id, one.text) for one in ones] for ones in drawn] == [[(10, "EXIT")]] * 20


def test_an_annotation_that_cannot_be_used_is_named_and_left_out(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING")
    desk.show(clip())
    desk.submit(SECOND)
    desk.submit(FIRST)
    desk.submit(FIRST, lambda regions: [{**region, "image_rotation": 90} for region in regions])
    rows = desk.pull()
    assert [row.uid for row in rows] == [SECOND]
    assert [frame.labelled for frame in desk.labels()["clip-0"].frames] == [False] * 8 + [True] * 12
    assert manifest.read(desk.out / "by" / "ann").dropped == {"annotation that cannot be used": 1}
    (line,) = caplog.messages
    assert line.startswith(f"annotation 3 of ann is left out: window {FIRST}: region 't1f0p' was drawn on a picture")


def test_an_annotation_of_a_clip_that_was_not_pushed_is_left_out(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.show(clip())
    desk.submit(FIRST)
    desk.submit("clip-9:000000-000007")
    assert [row.uid for row in desk.pull()] == [FIRST]
    assert list(desk.labels()) == ["clip-0"]
    assert "has no clip clip-9, so it was not pushed from here" in caplog.text


@pytest.mark.parametrize("version", [None, "somebody else's"])
def test_what_began_with_no_pre_label_of_ours_is_read_all_the_same(desk: Desk, version: str | None) -> None:
    desk.show(clip())
    desk.submit(FIRST, model_version=version)
    desk.pull()
    assert desk.labels()["clip-0"].frames[0].labelled


def test_honeypots_are_in_layers_of_their_own(desk: Desk) -> None:
    desk.show(clip())
    desk.hide(clip(7, n_frames=8))
    desk.submit(FIRST)
    desk.submit("clip-7:000000-000007", lambda _: [])
    rows = desk.pull()
    assert {row.clip_id: row.honeypot for row in rows} == {"clip-0": False, "clip-7": True}
    assert list(desk.labels()) == ["clip-0"]
    assert list(desk.labels(folder="honeypots")) == ["clip-7"]


def test_labels_that_nobody_finished_writing_are_made_anew(desk: Desk) -> None:
    desk.show(clip(0), clip(1))
    desk.submit(FIRST)
    desk.pull()
    before = digest(desk.out)
    (desk.out / "by" / "ann" / "manifest.json").unlink()
    (desk.out / "by" / "ann" / "shard-00000.parquet").write_bytes(b"half")
    desk.pull()
    assert digest(desk.out) == before


def test_regions_of_controls_that_are_not_ours_are_said(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.show(clip())
    logo = {"id": "x", "from_name": "logo", "to_name": "frame", "type": "ellipselabels", "value": {}}
    desk.submit(FIRST, lambda regions: [*regions, logo])
    assert len(desk.pull()) == 1
    assert "ann: passed over 1 foreign regions of 'logo'" in caplog.text
