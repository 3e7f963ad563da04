"""The report of a project: what its directories hold, what came from what, scores, people, seconds, pictures."""

import base64
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
from markupsafe import Markup
from rich.console import Console
from rich.table import Table

from pipelines import drawing, figures, holdings, lineage, recipe_run
from pipelines.drawing import Box
from pipelines.holdings import Holding
from pipelines.recipe_run import Ended
from sts import files, jpeg, layers, manifest, preview, shards
from sts.errors import DataError, StsError
from sts.files import Location
from sts.wording import counted

PAGE = "report.html"
WIDE = 420
"""px of a picture"""
WIDTH = 120
"""Columns of the table in the terminal at least"""
HEADS = ("directory", "command", "clips", "frames", "words", "instances", "made from")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What is known of a project."""

    folder: Path
    holdings: Sequence[Holding]
    steps: Sequence[Ended]
    """Of the recipe that ran there last, if one did"""
    edges: Sequence[lineage.Edge]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A frame with its labels."""

    name: str
    """Of the directory"""
    caption: str
    data: str
    """Data URI"""


def look(folder: Path, out: Location) -> Project:
    """Read everything but `out`. DataError for a directory without anything of ours, or a damaged `recipe.json`."""
    found = [one for one in holdings.survey(folder) if not files.same(folder / one.name, out)]
    steps = recipe_run.read(folder).steps
    if not found and not steps:
        raise DataError(f"{folder} holds nothing that a command of ours has finished: give --in another directory")
    return Project(folder=folder, holdings=found, steps=steps, edges=lineage.edges(found, steps))


def show(project: Project) -> None:
    """Print a row a directory."""
    table = Table(*HEADS)
    for one in project.holdings:
        table.add_row(*_row(project, one))
    console = Console()
    console.width = max(console.width, WIDTH)
    console.print(table)


def write(project: Project, out: Location, pictures: int) -> str:
    """Write `report.html` with so many pictures; its location."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.get_template("report.html.j2").render(
        name=project.folder.resolve().name,
        tiles=_tiles(project),
        graph=_graph(project),
        heads=HEADS,
        rows=[(*_row(project, one), one.fault) for one in project.holdings],
        dropped=[(one.name, one.dropped) for one in project.holdings if one.dropped],
        steps=project.steps,
        longest=max((step.seconds for step in project.steps), default=0.0) or 1.0,
        sections=figures.tables(project.folder, project.holdings),
        pictures=_pictures(project, pictures),
    )
    place = files.join(out, PAGE)
    with files.replacing(place) as file:
        file.write(page.encode())
    return place


def _row(project: Project, one: Holding) -> tuple[str, ...]:
    sources = [edge.source for edge in project.edges if edge.target == one.name]
    counts = (one.clips, one.frames, one.instances.get("word", 0), sum(one.instances.values()))
    return (one.name, one.command, *(str(n) if n else "" for n in counts), ", ".join(sources))


def _tiles(project: Project) -> list[tuple[str, str]]:
    tiles = [("directories", str(len(project.holdings)))]
    if project.steps:
        seconds = sum(step.seconds for step in project.steps)
        tiles += [("steps of the recipe", str(len(project.steps))), ("seconds, together", f"{seconds:.0f}")]
    return tiles


def _graph(project: Project) -> Markup:
    """Only what came from something, or led to something."""
    ends = {name for edge in project.edges for name in (edge.source, edge.target)}
    boxes = {one.name: Box(words=_words(one), kind=one.command.partition(".")[0]) for one in project.holdings}
    boxes |= {
        name: Box(words="not in this project", kind="outside")
        for name in lineage.outside(project.holdings, project.edges)
    }
    shown = {name: box for name, box in boxes.items() if name in ends}
    return drawing.draw(shown, [(edge.source, edge.target, edge.kind) for edge in project.edges]) if shown else Markup()


def _words(one: Holding) -> str:
    verb = one.command.partition(" ")[0]
    return f"{verb}, {counted(one.clips, 'clip')}" if one.clips else verb


def _pictures(project: Project, most: int) -> list[Picture]:
    """One a directory with labels, as far as possible of the clip that most of them show."""
    places: Counter[str] = Counter()
    found = [one for one in project.holdings if one.instances]
    ids = {one.name: _ids(project.folder / one.name) for one in found}
    places.update(clip_id for there in ids.values() for clip_id in there)
    made = (_picture(project.folder / one.name, one, max(ids[one.name], key=lambda i: (places[i], i))) for one in found)
    return [one for one in made if one is not None][:most]


def _ids(place: Path) -> list[str]:
    """Of all clips of a directory."""
    return [clip_id for shard in manifest.read(place).shards for clip_id in shards.clip_ids(place / shard.path)]


def _picture(place: Path, one: Holding, clip_id: str) -> Picture | None:
    """The frame in the middle of a clip; None where its picture cannot be found."""
    clip = layers.labels(place, clip_id)
    assert clip is not None
    frame = clip.frames[len(clip.frames) // 2]
    try:
        stored, where = layers.jpegs(place, clip_id), f"clip {clip_id} frame {frame.index}"
        drawn = preview.overlay(jpeg.decode(stored[len(clip.frames) // 2], where), frame, WIDE)
    except (StsError, IndexError):
        return None
    words = sum(item.level == "word" for item in frame.instances)
    data = "data:image/jpeg;base64," + base64.b64encode(jpeg.encode(drawn)).decode()
    return Picture(name=one.name, caption=f"{where}, {counted(words, 'word')}", data=data)
