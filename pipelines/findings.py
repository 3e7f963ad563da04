"""What an audit found, as a table, a page and JSON."""

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from pipelines import sheet
from pipelines.duplicates import Pair
from pipelines.integrity import Place
from sts import files, jpeg
from sts.files import Location
from sts.wording import counted

PAGE = "AUDIT.md"
DATA = "audit.json"
PAIRS = "pairs.jpg"
"""The nearest clips of different splits"""
MOST = 200
"""Lines of severe findings on the page; the JSON has them all"""
DOUBTS = 3
"""Lines a rule of findings that are only worth a look"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """All that was found in one set."""

    clips: dict[str, int]
    """Directory to number of clips that could be read"""
    places: tuple[Place, ...]
    nearest: tuple[Pair, ...]
    """The most alike pairs of clips of different splits"""
    licences: dict[str, int]
    """Licence to number of clips that are, or are made from what is, under it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is said of one rule."""

    rule: str
    severe: bool
    places: tuple[Place, ...]

    @property
    def clips(self) -> int:
        """How many break it."""
        return len({place.clip for place in self.places if place.clip})


def rows(found: Sequence[Audit]) -> list[Row]:
    """One a broken rule, those that must be mended first, the most frequent first."""
    places = [place for one in found for place in one.places]
    kinds = sorted({(place.finding.rule, place.finding.severe) for place in places})
    made = [
        Row(
            rule=rule,
            severe=severe,
            places=tuple(p for p in places if (p.finding.rule, p.finding.severe) == (rule, severe)),
        )
        for rule, severe in kinds
    ]
    return sorted(made, key=lambda row: (not row.severe, -len(row.places), row.rule))


def show(found: Sequence[Audit]) -> None:
    """Print a line a rule, and one for all."""
    console, table = Console(), Table()
    for name in ("rule", "", "findings", "clips", "the first"):
        table.add_column(name, justify="right" if name in ("findings", "clips") else "left", overflow="fold")
    for row in rows(found):
        table.add_row(row.rule, _verdict(row), str(len(row.places)), str(row.clips), str(row.places[0]))
    if table.row_count:
        console.print(table)
    console.print(_summary(found))


def write(out: Location, found: Sequence[Audit]) -> None:
    """`audit.json` with everything, `AUDIT.md` to read, `pairs.jpg` to look at where a set has splits."""
    plain = json.dumps([dataclasses.asdict(one) for one in found], indent=1, ensure_ascii=False) + "\n"
    written = {DATA: plain.encode(), PAGE: page(found).encode()}
    picture = sheet.pairs((pair, one.clips) for one in found for pair in one.nearest)
    if picture is not None:
        written[PAIRS] = jpeg.encode(picture)
    for name, data in written.items():
        with files.replacing(files.join(out, name)) as file:
            file.write(data)


def page(found: Sequence[Audit]) -> str:
    """The text of AUDIT.md."""
    table = rows(found)
    severe = [place for row in table if row.severe for place in row.places]
    doubts = [place for row in table if not row.severe for place in row.places[:DOUBTS]]
    lines = [
        *("# Audit", "", f"{_summary(found)}.", ""),
        *_table(("directory", "clips"), ((name, n) for one in found for name, n in one.clips.items())),
        *("## Rules", ""),
        *_table(("rule", "", "findings", "clips"), ((r.rule, _verdict(r), len(r.places), r.clips) for r in table)),
        *_listed("To mend", severe[:MOST], len(severe)),
        *_listed("Worth a look", doubts, sum(len(row.places) for row in table if not row.severe)),
        *("## Nearest clips of different splits", ""),
        *([f"![Their middle frames]({PAIRS})", ""] if any(one.nearest for one in found) else []),
        *_table(
            ("clip", "clip", "frames alike", "bits of 64"),
            ((pair.a, pair.b, f"{pair.share:.0%}", pair.bits) for one in found for pair in one.nearest),
        ),
        *("## Licences", ""),
        *_table(("licence", "clips"), (item for one in found for item in one.licences.items())),
    ]
    return "\n".join(lines)


def _summary(found: Sequence[Audit]) -> str:
    clips = sum(n for one in found for n in one.clips.values())
    severe = sum(place.finding.severe for one in found for place in one.places)
    doubts = sum(len(one.places) for one in found) - severe
    return f"{counted(clips, 'clip')} audited, {counted(severe, 'finding')} to mend, {doubts} worth a look"


def _verdict(row: Row) -> str:
    return "mend" if row.severe else "look"


def _listed(title: str, places: Sequence[Place], n: int) -> list[str]:
    if not n:
        return []
    told = [f"- {place}" + (f" ({place.times} frames)" if place.times > 1 else "") for place in places]
    rest = [f"- and {n - len(places)} more, see {DATA}"] if n > len(places) else []
    return [f"## {title}", "", *told, *rest, ""]


def _table(head: Sequence[str], body: Iterable[Sequence[object]]) -> list[str]:
    lines = [[str(value).replace("|", "\\|").replace("\n", " ") for value in row] for row in body]
    if not lines:
        return ["None.", ""]
    return [f"| {' | '.join(row)} |" for row in (list(head), ["---"] * len(head), *lines)] + [""]
