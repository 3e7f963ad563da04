"""A review to read: a page with pictures, JSON, and a table in the terminal."""

import base64
import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from rich.console import Console
from rich.table import Column, Table

from annotate import agreement, consensus
from annotate.looking import Found
from annotate.people import Person
from annotate.reviewing import LEDGER, Review, Row
from sts import files, jpeg, layers, preview
from sts.errors import DataError
from sts.files import Location
from sts.wording import counted

PAGE, DATA = "review.html", "review.json"
WIDE = 480
"""px, of a picture on the page"""
LISTED = 12
"""Findings of a window on the page; the JSON has them all"""
SHOWN = 20
"""Windows in the terminal"""
WIDTH = 160
"""Columns of the tables in the terminal at least"""
SCORES = {
    "fgiou": "fgIoU",
    "fgiou_tolerant_1px": "fgIoU within 1 px",
    "nsd_1px": "NSD at 1 px",
    "boundary_f_1px": "boundary F at 1 px",
    "boundary_iou_2px": "boundary IoU, 2 px deep",
    "kappa": "kappa near strokes",
}
NOTHING = "–"
PEOPLE = (
    *("annotator", "windows", "frames", "s a frame", "kept", "changed", "drawn", "unchanged"),
    *("honeypots", "agreement", "alarms"),
)
WINDOWS = ("window", "state", "annotators", "findings", "agreement", "priority", "reason")


def show(found: Review) -> None:
    """Print annotators, and the windows to look at first; what is long is folded, never cut."""
    console = Console()
    console.width = max(console.width, WIDTH)
    for names, rows in ((PEOPLE, _people(found)), (WINDOWS, [_window(row) for row in found.rows[:SHOWN]])):
        table = Table(*(Column(name, overflow="fold") for name in names))
        for row in rows:
            table.add_row(*row)
        console.print(table)
    console.print(_summary(found))


def write(out: Location, found: Review, pictures: int) -> str:
    """Write `review.json` and `review.html` with so many windows in pictures; where the page lies."""
    shown = [_shown(found.pull, row) for row in found.rows[:pictures]]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.get_template("review.html.j2").render(
        pull=found.pull,
        summary=_summary(found),
        consensus=found.consensus,
        ledger=LEDGER,
        people=(PEOPLE, _people(found)),
        windows=(WINDOWS, [_window(row) for row in found.rows]),
        pairs=[(" and ".join(two), _by_width(scores)) for two, scores in found.pairs.items()],
        groups=[(f"{n} people", _by_width(scores)) for n, scores in found.groups.items()],
        places=agreement.PLACES,
        shown=shown,
    )
    place = files.join(out, PAGE)
    for name, text in ((PAGE, page), (DATA, json.dumps(plain(found), indent=1, ensure_ascii=False) + "\n")):
        with files.replacing(files.join(out, name)) as file:
            file.write(text.encode())
    return place


def plain(found: Review) -> dict[str, Any]:
    """JSON values of everything."""
    return {
        "pull": found.pull,
        "consensus": found.consensus,
        "disputed_frames": found.disputed,
        "annotators": [dataclasses.asdict(person) for person in found.people],
        "pairs": [{"annotators": list(two), "scores": dict(scores)} for two, scores in found.pairs.items()],
        "groups": [{"annotators": n, "scores": dict(scores)} for n, scores in found.groups.items()],
        "windows": [_plain(row) for row in found.rows],
    }


def _plain(row: Row) -> dict[str, Any]:
    window = row.window
    return {
        "uid": row.uid,
        "clip_id": row.clip_id,
        "first": row.first,
        "last": row.last,
        "honeypot": row.honeypot,
        "annotators": list(row.annotators),
        "state": row.verdict.state,
        "reason": row.verdict.reason,
        "priority": row.priority,
        "findings": [{"annotator": one.annotator, **dataclasses.asdict(one.finding)} for one in _findings(row)],
        "agreement": [{"annotators": list(two), "tolerant": s} for two, s in window.alike.items()] if window else [],
        "honeypots": [dataclasses.asdict(trial) for trial in window.trials] if window else [],
    }


def _summary(found: Review) -> str:
    states = [row.verdict.state for row in found.rows if not row.honeypot]
    told = ", ".join(f"{states.count(state)} {state.replace('_', ' ')}" for state in sorted(set(states)))
    windows = f"{counted(len(found.rows), 'window')} of {counted(len(found.people), 'annotator')}"
    return f"{windows}: {told or 'honeypots only'}; {counted(found.disputed, 'frame')} for another annotator"


def _people(found: Review) -> list[tuple[str, ...]]:
    return [_person(person) for person in found.people]


def _person(one: Person) -> tuple[str, ...]:
    pots = one.honeypots
    unchanged = one.tally.unchanged / one.tally.frames if one.tally.frames else None
    return (
        *(one.name, str(one.windows), str(one.frames), NOTHING if one.seconds is None else f"{one.seconds:.1f}"),
        *(_percent(one.share(effort)) for effort in ("kept", "changed", "drawn")),
        _percent(unchanged),
        f"{pots.passed} of {pots.windows}, {_percent(pots.score)}" if pots else NOTHING,
        _percent(one.agreement),
        "; ".join(one.alarms),
    )


def _window(row: Row) -> tuple[str, ...]:
    found, alike = _findings(row), list(row.window.alike.values()) if row.window else []
    severe = sum(one.finding.severe for one in found)
    return (
        *(row.uid, "honeypot" if row.honeypot else row.verdict.state.replace("_", " "), ", ".join(row.annotators)),
        f"{severe} to mend, {len(found) - severe} doubts" if found else NOTHING,
        _percent(min(alike, default=None)),
        *(f"{row.priority:.2f}", row.verdict.reason),
    )


def _findings(row: Row) -> Sequence[Found]:
    """Those to mend first."""
    return sorted(row.window.found, key=lambda one: not one.finding.severe) if row.window else ()


def _by_width(scores: Mapping[str, float]) -> list[tuple[str, list[str]]]:
    names = [name for name in SCORES if any(key.startswith(f"{name}/") for key in scores)]
    return [(SCORES[name], [_percent(scores.get(f"{name}/{place}")) for place in agreement.PLACES]) for name in names]


def _shown(pull: str, row: Row) -> dict[str, Any]:
    """A window with its findings, and a picture of the frame with the first."""
    found = _findings(row)
    said = [(one.annotator, one.finding.rule, str(one.finding), one.finding.severe) for one in found[:LISTED]]
    frame = next((one.finding.frame for one in found if one.finding.frame is not None), (row.first + row.last) // 2)
    name = found[0].annotator if found else row.annotators[0]
    return {
        "title": row.uid,
        "state": _window(row)[1],
        "reason": row.verdict.reason,
        "found": said,
        "more": len(found) - len(said),
        "picture": _picture(pull, row, name, frame) if row.window else "",
        "caption": f"frame {frame}, as {name} left it",
    }


def _picture(pull: str, row: Row, annotator: str, index: int) -> str:
    """Data URL of a frame with one person's labels; "" where its picture cannot be found."""
    clip = consensus.labels_of(pull, annotator, row.clip_id, honeypot=row.honeypot)
    try:
        stored = layers.jpegs(consensus.layer(pull, annotator, honeypot=row.honeypot), row.clip_id)
        picture = jpeg.decode(stored[index], f"clip {row.clip_id} frame {index}")
    except (DataError, IndexError):
        return ""
    drawn = preview.overlay(picture, clip.frames[index], WIDE)
    return "data:image/jpeg;base64," + base64.b64encode(jpeg.encode(drawn)).decode()


def _percent(value: float | None) -> str:
    return NOTHING if value is None else f"{100 * value:.1f}"
