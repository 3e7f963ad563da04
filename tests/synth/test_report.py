"""The data card: what is counted is said, and it is what the shards hold."""

from collections import Counter
from collections.abc import Callable

from sts.types import Clip, Manifest, Origin, ShardInfo
from synth import report, tally
from synth.scene import Drawing, render
from synth.specs import BlockSpec, Degrade
from synth.tally import Tally

Draw = Callable[..., Drawing]
Block = Callable[..., BlockSpec]

DONE = Manifest(
    command="synth.render",
    config={"width": 320, "height": 180, "seed": 0},
    shards=(ShardInfo(path="shard-00000.parquet", clips=4, frames=20, sha256=""),),
)


def section(figures: Tally, name: str) -> list[str]:
    """The lines of the card below the heading of a figure."""
    lines = report.card(DONE, figures, (), ()).splitlines()
    start = lines.index(f"### {name}") + 1
    return lines[start : next(i for i in range(start, len(lines)) if lines[i].startswith("#"))]


def clip(draw: Draw, *blocks: BlockSpec) -> Clip:
    return render(draw(*blocks), Degrade(), "clip", Origin(kind="synth", uri="test", license="CC0-1.0"))


def test_what_was_left_out_is_counted_without_a_share_of_itself() -> None:
    lines = section({"backgrounds left out": Counter({"unreadable": 1})}, "Backgrounds left out")
    assert "| unreadable | 1 |" in lines and not any("%" in line for line in lines)
    assert any("Whole files" in line and "windows" in line for line in lines)


def test_shares_of_a_figure_add_up_and_damage_is_a_share_of_the_clips() -> None:
    figures = {"legible": Counter(yes=3, no=1), "clips with damage": Counter(noise=1)}
    assert {"| yes | 3 | 75.0 % |", "| no | 1 | 25.0 % |"} <= set(section(figures, "Legible"))
    assert "| noise | 1 | 25.0 % |" in section(figures, "Clips with damage")


def test_every_explanation_belongs_to_a_figure(draw: Draw, make_block: Block) -> None:
    from_elsewhere = {tally.LEFT_OUT, "rejected attempts"}
    assert set(tally.COUNTED) <= set(tally.count(clip(draw, make_block()))) | from_elsewhere


def test_legible_counts_each_word_in_each_frame_and_what_is_not_is_ignored(draw: Draw, make_block: Block) -> None:
    made = clip(draw, make_block("Open now"), make_block("far", x=500.0))
    words = [one for frame in made.frames for one in frame.instances if one.level == "word"]
    ignored = sum(one.ignore for one in words)
    assert tally.count(made)["legible"] == {"yes": len(words) - ignored, "no": ignored}
    assert ignored == len(made.frames) and tally.count(made)["words by script"] == {"Latn": 3}
