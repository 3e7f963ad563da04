"""Which directory of a project was made from which: by the SHA-256 that each notes of its inputs, and by the recipe."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from pipelines.holdings import Holding
from pipelines.recipe_run import Ended

Kind = Literal["made", "changed", "said"]
"""As its SHA-256 says; of a directory that has changed since; as only the recipe says"""


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """One directory was made from another; both are named as seen from the project."""

    source: str
    target: str
    kind: Kind = "made"


def edges(holdings: Sequence[Holding], steps: Iterable[Ended] = ()) -> list[Edge]:
    """All that is known, without what a longer way already says and without what would close a circle."""
    found = {(edge.source, edge.target): edge for edge in _said(holdings, steps)}
    found |= {(edge.source, edge.target): edge for edge in _noted(holdings)}
    kept: dict[tuple[str, str], Edge] = {}
    for edge in sorted(found.values(), key=lambda one: (one.kind == "said", one)):
        if edge.source != edge.target and not _reaches(kept, edge.target, edge.source):
            kept[edge.source, edge.target] = edge
    return sorted(edge for pair, edge in kept.items() if not _reaches(kept.keys() - {pair}, *pair))


def outside(holdings: Sequence[Holding], found: Iterable[Edge]) -> list[str]:
    """Ends of edges that lie outside the project, or are there no more."""
    inside = {one.name for one in holdings}
    return sorted({name for edge in found for name in (edge.source, edge.target)} - inside)


def _noted(holdings: Sequence[Holding]) -> Iterator[Edge]:
    by_sha = {sha: one.name for one in holdings for sha in one.known_by}
    names = {one.name for one in holdings}
    for one in holdings:
        for folder, sha in one.inputs.items():
            if sha in by_sha:
                yield Edge(by_sha[sha], one.name)
            else:
                yield Edge(folder, one.name, "changed" if folder in names else "made")
        yield from (Edge(by_sha[sha], one.name) for sha in one.names & by_sha.keys())


def _said(holdings: Sequence[Holding], steps: Iterable[Ended]) -> Iterator[Edge]:
    names = [one.name for one in holdings]
    for step in steps:
        sources = [name for path in step.inputs for name in _at(path, names)]
        yield from (Edge(source, target, "said") for source in sources for target in _at(step.out, names))


def _at(path: str, names: Sequence[str]) -> list[str]:
    """The directory at a path, else those below it, else the one that it lies in."""
    place = PurePosixPath(path)
    if path in names or path == ".":
        return [path] if path in names else []
    below = [name for name in names if PurePosixPath(name).is_relative_to(place)]
    above = [name for name in names if place.is_relative_to(name)]
    return below or sorted(above, key=len)[-1:]


def _reaches(pairs: Iterable[tuple[str, str]], start: str, goal: str) -> bool:
    """Whether edges lead from one directory to another."""
    seen, ahead, ways = set[str](), [start], list(pairs)
    while ahead:
        here = ahead.pop()
        if here == goal:
            return True
        seen.add(here)
        ahead += [target for source, target in ways if source == here and target not in seen]
    return False
