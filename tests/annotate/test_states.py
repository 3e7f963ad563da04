"""Frames go legal ways only, and what was written stays."""

from pathlib import Path
from typing import Any, get_args

import pytest

from annotate import states
from annotate.states import EDGES, Move, State
from sts.errors import DataError


def move(before: State | None, after: State, **changes: Any) -> Move:
    fields: dict[str, Any] = {
        "entity": "c:000000",
        "before": before,
        "after": after,
        "actor": "ann",
        "reason": "verdict",
        "evidence": "f" * 64,
        "at": "2026-01-01T00:00:00+00:00",
        "key": f"{before}-{after}",
    }
    return Move(**{**fields, **changes})


def walked(*path: State, reviewer: str = "bob") -> tuple[Move, ...]:
    """Moves along a path from the beginning."""
    steps = zip((None, *path[:-1]), path, strict=True)
    made = [move(a, b, key=f"{i}", actor=reviewer if b == "accepted" else "ann") for i, (a, b) in enumerate(steps)]
    return states.append((), made)


def test_a_frame_goes_all_the_way_to_a_release() -> None:
    way: tuple[State, ...] = ("ingested", "prelabelled", "queued", "in_review", "accepted", "released")
    assert states.current(walked(*way)) == {"c:000000": "released"}
    assert states.route(None, "released") == way


@pytest.mark.parametrize("before", get_args(State))
@pytest.mark.parametrize("after", get_args(State))
def test_only_listed_edges_are_legal(before: State, after: State) -> None:
    moves = walked(*states.route(None, before))
    step = move(before, after, key="new", actor="cat")
    if after in EDGES[before]:
        assert states.append(moves, [step])[-1] == step
    else:
        with pytest.raises(DataError, match=f"c:000000 cannot go from {before} to {after}: legal is"):
            states.append(moves, [step])


def test_a_new_frame_is_ingested_first() -> None:
    with pytest.raises(DataError, match="cannot go from new to queued: legal is ingested"):
        states.append((), [move(None, "queued")])


def test_accepted_work_may_be_doubted_and_done_again() -> None:
    assert states.route("accepted", "accepted") == ()
    assert states.route("accepted", "rejected") == ("needs_work", "queued", "in_review", "rejected")
    assert states.route("needs_work", "accepted") == ("queued", "in_review", "accepted")


def test_a_release_is_never_undone() -> None:
    with pytest.raises(DataError, match="a frame that is released never becomes queued: legal is nothing"):
        states.route("released", "queued")


def test_nobody_accepts_their_own_work() -> None:
    moves = walked("ingested", "prelabelled", "queued", "in_review")
    with pytest.raises(DataError, match="ann cannot accept their own work"):
        states.append(moves, [move("in_review", "accepted", key="new")])
    assert states.append(moves, [move("in_review", "accepted", key="new", actor="bob")])[-1].actor == "bob"


def test_a_move_that_somebody_overtook_is_refused() -> None:
    with pytest.raises(DataError, match="c:000000 is prelabelled, not queued"):
        states.append(walked("ingested", "prelabelled"), [move("queued", "in_review", key="new")])


def test_a_decision_is_kept_once() -> None:
    moves = walked("ingested", "prelabelled")
    assert states.append(moves, moves) == moves


def test_moves_are_appended_to_a_file_and_never_lost(tmp_path: Path) -> None:
    path, moves = tmp_path / "states.jsonl", walked("ingested", "prelabelled", "queued")
    assert states.read(path) == ()
    states.write(path, moves[:2])
    states.write(path, moves)
    assert states.read(path) == moves
    with pytest.raises(DataError, match=r"states\.jsonl has moves that this run does not know"):
        states.write(path, moves[:1])
    assert states.read(path) == moves


@pytest.mark.parametrize("line", ["{", '{"entity": "c"}', "[]"])
def test_a_damaged_line_is_named(line: str, tmp_path: Path) -> None:
    (tmp_path / "s").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="s line 1 is no move of a frame"):
        states.read(tmp_path / "s")
