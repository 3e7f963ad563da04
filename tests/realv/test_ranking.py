from typing import Any

from realv import figures, ranking
from tests.realv.test_figures import sign
from tests.sts.films import Picture, scene


def fact(name: str, pictures: list[Picture], text: float = 0.0, sharpness: float = 0.1) -> dict[str, Any]:
    looks = [figures.look(picture) for picture in pictures]
    return {
        "clip_id": name,
        "text": text,
        "sharpness": [sharpness] * 3,
        "hashes": [f"{one.hash:016x}" for one in looks],
        "thumbnails": [one.thumbnail.tobytes().hex() for one in looks],
    }


def test_text_comes_before_sharpness_and_repeated_clips_last() -> None:
    shots = [[scene(seed)] * 3 for seed in (1, 2, 3)]
    facts = [
        fact("plain", shots[0], text=0, sharpness=0.9),
        fact("blurred text", shots[1], text=2, sharpness=0.1),
        fact("sharp text", shots[2], text=2, sharpness=0.5),
        fact("again", shots[2], text=9, sharpness=0.9),
    ]
    rows = ranking.ranked(facts)
    assert [row["clip_id"] for row in rows] == ["sharp text", "blurred text", "plain", "again"]
    assert [row["duplicate_of"] for row in rows] == [None, None, None, "sharp text"]


def test_the_same_shot_with_another_caption_is_no_duplicate() -> None:
    facts = [fact(words, [sign(words)] * 3) for words in ("ONE", "ONE", "TWO")]
    assert ranking.duplicates(facts) == [None, "ONE", None]


def test_a_chain_of_copies_leads_to_the_first() -> None:
    assert ranking.duplicates([fact(name, [scene(4)] * 3) for name in "abc"]) == [None, "a", "a"]


def test_no_clips_are_no_rows() -> None:
    assert ranking.ranked([]) == []
