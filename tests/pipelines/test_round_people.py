"""Which frames people changed."""

from dataclasses import replace
from pathlib import Path

from pipelines import round_people
from sts.types import Clip, Frame, TextInstance
from tests.model import small_set


def instance(track_id: int) -> TextInstance:
    one = small_set.clip().frames[0].instances[0]
    return replace(one, track_id=track_id, source="human", effort="kept")


def labelled(*frames: tuple[TextInstance, ...]) -> Clip:
    """A clip with these instances; the last frame was not annotated."""
    base = small_set.clip(n_frames=len(frames) + 1)
    made = [Frame(index=i, time_s=i / 25, instances=ones) for i, ones in enumerate(frames)]
    return replace(base, frames=(*made, replace(base.frames[-1], labelled=False, instances=())), video=None)


def test_a_frame_is_touched_where_something_was_changed_drawn_or_deleted(tmp_path: Path) -> None:
    two = (instance(1), instance(2))
    shown = labelled(two, two, two, two)
    prelabels = small_set.write(tmp_path / "prelabels", [replace(shown, video=small_set.clip(n_frames=5).video)])
    done = labelled(
        two,
        (instance(1), replace(instance(2), effort="changed")),
        (*two, replace(instance(3), effort="drawn")),
        (instance(1),),
    )
    people = [small_set.write(tmp_path / name, [one]) for name, one in (("a", done), ("b", shown))]
    assert round_people.touched(prelabels, people[:1]) == (4, 3)
    assert round_people.touched(prelabels, people) == (8, 3)
