"""Where a frame stands on its way into a release: legal moves, kept for ever, one row each."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Literal, get_args

from sts import files
from sts.errors import DataError
from sts.files import Location

State = Literal[
    "ingested",
    "skipped_dup",
    "prelabelled",
    "queued",
    "in_review",
    "accepted",
    "needs_work",
    "rejected",
    "released",
]
EDGES: dict[State, tuple[State, ...]] = {
    "ingested": ("skipped_dup", "prelabelled"),
    "skipped_dup": ("prelabelled",),
    "prelabelled": ("queued",),
    "queued": ("in_review",),
    "in_review": ("queued", "accepted", "needs_work", "rejected"),
    "accepted": ("needs_work", "released"),
    "needs_work": ("queued",),
    "rejected": ("queued",),
    "released": (),
}
"""`in_review` goes back to `queued` where somebody skips; an annotator may think again of what was rejected"""
FIRST: State = "ingested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One step of one frame."""

    entity: str
    """`clip:000012`"""
    before: State | None
    """None for a frame that is new"""
    after: State
    actor: str
    """An annotator, or the command that decided by rule"""
    reason: str
    evidence: str | None
    """SHA-256 of the annotation"""
    at: str
    """ISO 8601, of the evidence"""
    key: str
    """The same decision on the same evidence has the same key and is kept once"""


def current(moves: Iterable[Move]) -> dict[str, State]:
    """State of each entity after all moves."""
    return {move.entity: move.after for move in moves}


def append(moves: Sequence[Move], new: Iterable[Move]) -> tuple[Move, ...]:
    """All moves; those whose key is there already are left out. DataError for a move that is not legal."""
    kept, states, known = list(moves), current(moves), {move.key for move in moves}
    for move in new:
        if move.key in known:
            continue
        _check(move, states.get(move.entity), kept)
        kept.append(move)
        states[move.entity] = move.after
        known.add(move.key)
    return tuple(kept)


def route(before: State | None, after: State) -> tuple[State, ...]:
    """The states that lie between and `after`, by the fewest legal moves; () if it is there.

    DataError where there is no way.
    """
    if before == after:
        return ()
    paths: list[tuple[State, ...]] = [(FIRST,)] if before is None else [(state,) for state in EDGES[before]]
    seen = {path[-1] for path in paths}
    while paths:
        path = paths.pop(0)
        if path[-1] == after:
            return path
        further = [state for state in EDGES[path[-1]] if state not in seen]
        seen.update(further)
        paths += [(*path, state) for state in further]
    raise DataError(f"a frame that is {before} never becomes {after}: legal is {_legal(before)}")


def read(path: Location) -> tuple[Move, ...]:
    """Moves of a file of JSON lines; none where there is no file. DataError for a line that is none."""
    if not files.exists(path):
        return ()
    with files.reading(path) as file:
        lines = file.read().decode(errors="replace").splitlines()
    return tuple(_move(line, f"{path} line {number}") for number, line in enumerate(lines, 1))


def write(path: Location, moves: Sequence[Move]) -> None:
    """All moves; what lies there stays as the beginning. DataError where it is not."""
    before = read(path)
    if before != tuple(moves[: len(before)]):
        raise DataError(f"{path} has moves that this run does not know: somebody else wrote it, run again")
    with files.replacing(path) as file:
        file.write("".join(json.dumps(asdict(move), ensure_ascii=False) + "\n" for move in moves).encode())


def _check(move: Move, now: State | None, kept: Sequence[Move]) -> None:
    if move.before != now:
        raise DataError(f"{move.entity} is {now or 'new'}, not {move.before or 'new'}: run again")
    legal = (FIRST,) if now is None else EDGES[now]
    if move.after not in legal:
        raise DataError(f"{move.entity} cannot go from {now or 'new'} to {move.after}: legal is {_legal(now)}")
    if move.after == "accepted" and move.actor == _worker(move.entity, kept):
        raise DataError(f"{move.entity}: {move.actor} cannot accept their own work; somebody else must")


def _worker(entity: str, kept: Sequence[Move]) -> str | None:
    """Who worked on it last."""
    return next((m.actor for m in reversed(kept) if m.entity == entity and m.after == "in_review"), None)


def _legal(now: State | None) -> str:
    return ", ".join((FIRST,) if now is None else EDGES[now]) or "nothing"


def _move(line: str, where: str) -> Move:
    try:
        plain = json.loads(line)
        move = Move(**{field.name: plain[field.name] for field in fields(Move)})
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{where} is no move of a frame ({error}): restore the file from a copy") from error
    if move.after not in get_args(State):
        raise DataError(f"{where} has the state {move.after!r}; known are {', '.join(get_args(State))}")
    return move
