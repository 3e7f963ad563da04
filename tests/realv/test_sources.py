"""What a folder holds, what is left out and why, and how it is divided."""

import shutil
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from realv import sources
from realv.sources import Plan, Source
from sts.errors import ConfigError, DataError
from tests.sts.films import cut_off, film, numbered, scene

PLAN = Plan(fps=10.0, sequence_fps=25.0, largest=100_000, frames_per_shard=8)


def picture(path: Path, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(scene(seed)).save(path)
    return path


def found(folder: Path, n: int | None = None) -> dict[str, str]:
    """Name to kind, or why it is left out."""
    return {one.name: one.fault or one.kind for one in sources.survey(folder, PLAN, n)}


def test_videos_pictures_and_numbered_pictures_are_found_in_order(tmp_path: Path) -> None:
    film(tmp_path / "b.mp4", numbered(3))
    for i, name in enumerate(("IMG_10.jpg", "IMG_9.jpg", "walk/0008.png", "walk/0009.png", "walk/0010.png", "x/7.jpg")):
        picture(tmp_path / name, i)
    assert list(found(tmp_path).items()) == [
        ("IMG_9.jpg", "picture"),
        ("IMG_10.jpg", "picture"),
        ("b.mp4", "video"),
        ("walk", "sequence"),
        ("x/7.jpg", "picture"),
    ]
    walk = next(one for one in sources.survey(tmp_path, PLAN, None) if one.name == "walk")
    assert (walk.frames, walk.fps, walk.files[0]) == (3, Fraction(25), "walk/0008.png")


def test_only_the_first_n_are_looked_at(tmp_path: Path) -> None:
    for i in range(3):
        picture(tmp_path / f"p{i}.jpg", i)
    assert list(found(tmp_path, 2)) == ["p0.jpg", "p1.jpg"]


def test_what_cannot_be_used_is_said_and_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    film(tmp_path / "good.mp4", numbered(3))
    shutil.copy(tmp_path / "good.mp4", tmp_path / "same.mp4")
    (tmp_path / "fake.mp4").write_text("this is no video\n")
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "half.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    (tmp_path / ".hidden.mp4").write_text("not seen")
    Image.new("RGB", (400, 300)).save(tmp_path / "huge.png")
    (tmp_path / "gone.mp4").symlink_to(tmp_path / "nowhere.mp4")
    assert found(tmp_path) == {
        "empty.mp4": "it cannot be read",
        "fake.mp4": "it cannot be read",
        "gone.mp4": "it cannot be read",
        "good.mp4": "video",
        "half.jpg": "it cannot be read",
        "huge.png": "too large",
        "notes.txt": "neither video nor picture by its name",
        "same.mp4": "the same file as another",
    }
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 7
    assert all("\n" not in line for line in lines)


def test_a_film_without_a_frame_is_left_out(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mkv", numbered(1))
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"\x1f\x43\xb6\x75")])  # the header ends where the first cluster begins
    assert found(tmp_path) == {"a.mkv": "it cannot be read"}


def test_a_file_that_cannot_be_opened_is_left_out(tmp_path: Path) -> None:
    """A link that goes round and round: unlike a file without rights, root cannot open it either."""
    (tmp_path / "a.jpg").symlink_to("a.jpg")
    picture(tmp_path / "b.jpg")
    assert found(tmp_path) == {"a.jpg": "it cannot be read", "b.jpg": "picture"}


def test_the_ledger_refuses_and_explains(tmp_path: Path) -> None:
    for i, name in enumerate(("a", "b", "c", "d")):
        picture(tmp_path / f"{name}.jpg", i)
    (tmp_path / "sources.toml").write_text(
        '["*"]\nlicense = "CC0-1.0"\nurl = "https://example.org/x"\nconsent = "nobody shown"\n'
        '["b.jpg"]\nrefuse = "a child"\n["c.jpg"]\nredact = "faces"\n["d.jpg"]\nsha256 = "0123"\n'
    )
    assert found(tmp_path) == {
        "a.jpg": "picture",
        "b.jpg": "refused in the ledger",
        "c.jpg": "something in it must be hidden first",
        "d.jpg": "not the file that the ledger speaks of",
    }
    first = sources.survey(tmp_path, PLAN, 1)[0]
    assert (first.license, first.url, first.consent) == ("CC0-1.0", "https://example.org/x", "nobody shown")


def test_a_refused_picture_refuses_its_sequence(tmp_path: Path) -> None:
    for i in range(3):
        picture(tmp_path / f"{i}.png", i)
    (tmp_path / "sources.toml").write_text('["1.png"]\nrefuse = "a child"\n')
    assert list(found(tmp_path).values()) == ["refused in the ledger"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "sources.toml cannot be read"),
        ('["a.jpg"]\nlicence = "MIT"\n', "unknown key licence; did you mean license"),
        ('["b.jpg"]\nrefuse = "a child"\n', "names 'b.jpg'"),
    ],
)
def test_a_ledger_that_cannot_be_followed_is_one_error_before_any_file_is_read(
    tmp_path: Path, text: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "x.mp4").write_text("no video")
    picture(tmp_path / "trip" / "a.jpg")
    (tmp_path / "trip" / "sources.toml").write_text(text)
    with pytest.raises(ConfigError, match=said):
        found(tmp_path)
    assert not caplog.records


def test_a_picture_beyond_what_pillow_opens_is_too_large_like_any_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Image.new("1", (20_000, 10_000)).save(tmp_path / "huge.png")
    before = Image.MAX_IMAGE_PIXELS
    assert found(tmp_path) == {"huge.png": "too large"}
    assert "huge.png has 20000x10000 px; largest = 100000 px" in caplog.text
    assert before == Image.MAX_IMAGE_PIXELS


def test_what_to_do_is_said_only_where_it_is_still_to_do(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "a.HEIC").write_bytes(b"")
    with av.open(str(tmp_path / "b.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        sound.rate = 8000
        container.mux([*stream.encode(sound), *stream.encode(None)])
    assert found(tmp_path) == {"a.HEIC": "HEIC is not read: convert it to JPEG", "b.mp4": "it cannot be read"}
    assert [record.getMessage() for record in caplog.records] == [
        f"left out: {tmp_path}/a.HEIC: HEIC is not read: convert it to JPEG",
        f"left out: {tmp_path}/b.mp4 has no video stream",
    ]


def test_a_video_that_ends_early_is_used_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    film(tmp_path / "a.mkv", [scene(i) for i in range(50)])
    cut_off(tmp_path / "a.mkv", 0.5)
    (one,) = sources.survey(tmp_path, PLAN, None)
    assert (one.fault, one.promised_s) == ("", 2.0)
    assert caplog.messages == [f"{tmp_path}/a.mkv: ends at {(one.frames - 1) / 25:.1f} s of 2.0 s: cut off?"]


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_nothing_to_read_is_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="name their folder with --in"):
        sources.survey(tmp_path / name, PLAN, None)


def test_a_long_source_is_divided_and_short_ones_share_a_shard() -> None:
    long = Source(kind="video", name="a.mp4", files=("a.mp4",), fps=Fraction(30000, 1001), frames=50)
    short = Source(kind="video", name="b.mp4", files=("b.mp4",), fps=Fraction(8), frames=3)
    bad = Source(kind="video", name="c.mp4", files=("c.mp4",), fault="too large")
    made = sources.items([long, short, short, bad], PLAN)
    spans = [[(part.source.name, part.start, part.stop, part.step) for part in item] for item in made]
    assert spans == [
        [("a.mp4", 0, 24, 3)],
        [("a.mp4", 24, 48, 3)],
        [("a.mp4", 48, 50, 3), ("b.mp4", 0, 3, 1), ("b.mp4", 0, 3, 1), ("c.mp4", 0, 0, 1)],
    ]


def test_a_part_of_a_sequence_names_only_what_it_reads() -> None:
    names = tuple(f"walk/{i}.png" for i in range(30))
    walk = Source(kind="sequence", name="walk", files=names, fps=Fraction(20), frames=30)
    ((first,), (second,)) = sources.items([walk], PLAN)
    assert first.files == names[0:16:2]
    assert second.files == names[16:30:2]
    assert second.source.files == names[:1]
