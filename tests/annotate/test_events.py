"""What counts as a label, and files that are no pull."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotate import events
from sts.errors import DataError
from tests.annotate.scenes import event


def test_drafts_and_skipped_annotations_are_no_labels() -> None:
    rows = [event("ann", 1, is_draft=True), event("bob", 2, was_cancelled=True), event("cat", 3)]
    assert [one.annotator for one in events.labels(rows)] == ["cat"]


def test_the_newest_state_of_an_annotation_decides() -> None:
    earlier, later = event("ann", 1), event("ann", 1, updated_at=event("ann", 9).updated_at, was_cancelled=True)
    assert events.labels([later, earlier]) == ()
    assert events.labels([earlier]) == (earlier,)


def test_an_annotator_has_one_label_a_window_the_newest_that_counts() -> None:
    old, new, draft = event("ann", 1), event("ann", 2, quality="reject"), event("ann", 3, is_draft=True)
    other = event("ann", 4, uid="c:000002-000003", first=2, last=3)
    assert events.labels([new, draft, other, old]) == (new, other)


def test_events_are_read_as_they_were_written(tmp_path: Path) -> None:
    rows = (event("ann", 1, issues=("occlusion",), sha="f" * 64), event("bob", 2, lead_time_s=None, quality=None))
    events.write(tmp_path, rows)
    assert events.read(tmp_path) == rows


def test_a_pull_without_events_or_with_others_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"has no events\.parquet: give the --out of `python -m annotate\.pull`"):
        events.read(tmp_path)
    pq.write_table(pa.table({"uid": ["c"]}), tmp_path / events.NAME)
    with pytest.raises(DataError, match=r"events\.parquet holds no annotations .*clip_id.*: pull again"):
        events.read(tmp_path)
    (tmp_path / events.NAME).write_bytes(b"PAR1 no parquet")
    with pytest.raises(DataError, match=r"holds no annotations"):
        events.read(tmp_path)


def test_a_row_that_cannot_be_is_named(tmp_path: Path) -> None:
    events.write(tmp_path, [event("ann", 7, first=5, last=4)])
    with pytest.raises(DataError, match="annotation 7 has frames 5 to 4"):
        events.read(tmp_path)
