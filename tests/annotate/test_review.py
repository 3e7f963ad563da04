"""The command on pulls of a few people."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from annotate import consensus, events, page, review, states
from annotate.events import Event
from sts import layers
from sts.types import Clip
from tests.annotate import scenes
from tests.annotate.scenes import bar, clip, comb, event, word

DEEP = bar(22, 24, 36, 12)
"""Strokes that are a block"""


def three(clip_id: str = "c") -> list[Event]:
    """Windows of ann and bob, each of two frames: both did the first, ann the second, ann's third is a honeypot."""
    spans = ((0, 1), (2, 3), (4, 5))
    uids = [f"{clip_id}:{a:06d}-{b:06d}" for a, b in spans]
    rows = [event("ann", i + 1, uid=uids[i], first=a, last=b, clip_id=clip_id) for i, (a, b) in enumerate(spans)]
    rows[2] = event("ann", 3, uid=uids[2], first=4, last=5, clip_id=clip_id, honeypot=True)
    return [*rows, event("bob", 4, uid=uids[0], clip_id=clip_id)]


def people(second: Sequence[Any] = (word(),)) -> dict[str, list[Clip]]:
    good = [word()]
    return {"ann": [clip(good, good, good, second, good, good)], "bob": [clip(good, good, good, good, good, good)]}


def run(pull: Path, out: Path, *options: str) -> Result:
    return CliRunner().invoke(review.main, ["--in", str(pull), "--out", str(out), *options])


def told(out: Path) -> Any:
    return json.loads((out / "review.json").read_text(encoding="utf-8"))


def test_good_work_is_accepted_merged_and_shown(tmp_path: Path) -> None:
    pull, out = scenes.pull(tmp_path, people(), three()), tmp_path / "out"
    truth = scenes.layer(tmp_path / "truth", [clip(*[[word()]] * 6)])
    result = run(pull, out, "--truth", str(truth))
    assert result.exit_code == 0, result.output
    assert "3 windows of 2 annotators: 2 accepted; 0 frames for another annotator" in " ".join(result.output.split())
    found = told(out)
    ann, bob = found["annotators"]
    assert (ann["name"], ann["windows"], ann["frames"], ann["seconds"]) == ("ann", 3, 6, 10.0)
    assert (ann["honeypots"], ann["agreement"]) == ({"windows": 1, "passed": 1, "score": 1.0}, 1.0)
    assert (bob["honeypots"], bob["tally"]["kept"]) == (None, 2)
    (merged,) = layers.read(found["consensus"], pictures=False)
    assert [frame.labelled for frame in merged.frames] == [True] * 4 + [False] * 2
    html = (out / "review.html").read_text(encoding="utf-8")
    assert html.count("data:image/jpeg;base64,") == 3
    assert "<td>ann</td>" in html and "Agreement by stroke width" in html
    assert "not scored" not in result.output


def test_findings_and_disagreement_send_windows_back(tmp_path: Path) -> None:
    rows = [*three(), event("bob", 5, uid="c:000002-000003", first=2, last=3)]
    pull, out = scenes.pull(tmp_path, people([word(mask=DEEP, text=None)]), rows), tmp_path / "out"
    assert run(pull, out).exit_code == 0
    by_uid = {row["uid"]: row for row in told(out)["windows"]}
    assert by_uid["c:000000-000001"]["state"] == "accepted"
    bad = by_uid["c:000002-000003"]
    assert (bad["state"], bad["reason"].partition(":")[0]) == ("needs_work", "1 finding to mend, the first")
    assert {(one["rule"], one["frame"], one["annotator"]) for one in bad["findings"]} >= {
        ("no-transcription", 3, "ann")
    }
    assert bad["agreement"][0]["tolerant"] < 0.93
    assert told(out)["windows"][0]["uid"] == "c:000002-000003"
    assert told(out)["disputed_frames"] == 1


def test_states_of_frames_only_grow(tmp_path: Path) -> None:
    pull, out = scenes.pull(tmp_path, people(), three()), tmp_path / "out"
    assert run(pull, out).exit_code == 0
    first = states.read(out / "states.jsonl")
    assert states.current(first) == {f"c:{i:06d}": "accepted" for i in range(4)}
    assert run(pull, out).exit_code == 0
    assert states.read(out / "states.jsonl") == first
    events.write(pull, [*three(), event("ann", 9, uid="c:000002-000003", first=2, last=3, quality="reject")])
    assert run(pull, out).exit_code == 0
    later = states.read(out / "states.jsonl")
    assert later[: len(first)] == first
    assert Counter(states.current(later).values()) == {"accepted": 2, "rejected": 2}


def test_who_fails_a_honeypot_has_all_work_doubted(tmp_path: Path) -> None:
    pull, out = scenes.pull(tmp_path, people(), three()), tmp_path / "out"
    truth = scenes.layer(tmp_path / "truth", [clip(*[[word(mask=comb(shift=4))]] * 6)])
    assert run(pull, out, "--truth", str(truth)).exit_code == 0
    found = told(out)
    assert found["annotators"][0]["alarms"] == ["passed 0 of 1 honeypots"]
    assert {row["state"] for row in found["windows"]} == {"needs_work"}
    assert not any(row["honeypot"] and row["uid"] != "c:000004-000005" for row in found["windows"])


def test_honeypots_without_their_truth_are_a_warning(tmp_path: Path) -> None:
    pull, out = scenes.pull(tmp_path, people(), three()), tmp_path / "out"
    warning = "WARNING not scored: 1 honeypot window; give --truth, the directory with their truth\n"
    assert run(pull, out).output.count(warning) == 1
    events.write(pull, [row for row in three() if not row.honeypot])
    assert "not scored" not in run(pull, out).output


def test_drafts_and_skipped_windows_are_no_labels(tmp_path: Path) -> None:
    rows = [event("ann", 1, is_draft=True), event("bob", 2, uid="c:000002-000003", first=2, last=3, was_cancelled=True)]
    pull, out = scenes.pull(tmp_path, people(), rows), tmp_path / "out"
    assert run(pull, out).exit_code == 0
    found = told(out)
    assert (found["annotators"], found["consensus"]) == ([], "")
    assert [row["state"] for row in found["windows"]] == ["in_review", "queued"]
    assert not (pull / consensus.FOLDER).exists()


def test_three_people_have_a_kappa_together(tmp_path: Path) -> None:
    crowd = {**people(), "cat": people()["bob"]}
    pull, out = scenes.pull(tmp_path, crowd, [*three(), event("cat", 5)]), tmp_path / "out"
    assert run(pull, out).exit_code == 0
    found = told(out)
    assert found["groups"] == [{"annotators": 3, "scores": {"kappa/all": 1.0, "kappa/4-8": 1.0}}]
    assert [pair["annotators"] for pair in found["pairs"]] == [["ann", "bob"], ["ann", "cat"], ["bob", "cat"]]


def test_a_review_goes_without_pictures(tmp_path: Path) -> None:
    pull, out = tmp_path / "pull", tmp_path / "out"
    scenes.layer(pull / "by" / "ann", people()["ann"])
    events.write(pull, [event("ann", 1)])
    result = run(pull, out)
    assert result.exit_code == 0, result.output
    assert "<img" not in (out / "review.html").read_text(encoding="utf-8")


def test_tables_in_a_narrow_terminal_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    name = f"{'ann' * 60}@example.org"
    pull = scenes.pull(tmp_path, {name: people()["ann"]}, [event(name, 1)])
    shown = run(pull, tmp_path / "out").output
    assert "\N{HORIZONTAL ELLIPSIS}" not in shown
    for head in (*page.PEOPLE[1:], *page.WINDOWS):
        assert f" {head} " in shown


def test_names_and_texts_are_no_html(tmp_path: Path) -> None:
    name = "<b>ann"
    crowd = {name: [clip([word(text="<script>")], [word(text="P\N{CYRILLIC SMALL LETTER A}<i>")])]}
    pull, out = scenes.pull(tmp_path, crowd, [event(name, 1)]), tmp_path / "out"
    assert run(pull, out).exit_code == 0
    html = (out / "review.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;ann" in html and "<b>" not in html and "<i>" not in html


def test_workers_change_nothing(tmp_path: Path) -> None:
    pull = scenes.pull(tmp_path, people([word(mask=DEEP)]), three())
    for out, workers in (("one", "1"), ("two", "2")):
        assert run(pull, tmp_path / out, "--workers", workers).exit_code == 0
    assert told(tmp_path / "one") == told(tmp_path / "two")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--in", "b"], "--in is given 2 times"),
        (["--seed", "1"], "unknown key seed"),
    ],
)
def test_options_without_sense_are_one_line(options: list[str], says: str, tmp_path: Path) -> None:
    pull = scenes.pull(tmp_path, people(), three())
    result = run(pull, tmp_path / "out", *options)
    assert result.exit_code == 1 and says in result.output


def test_nothing_is_written_among_the_labels(tmp_path: Path) -> None:
    pull = scenes.pull(tmp_path, people(), three())
    before = sorted(pull.rglob("*"))
    result = run(pull, pull / "by" / "..")
    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert "is --in, which holds the labels: choose another --out" in result.output
    assert sorted(pull.rglob("*")) == before


def test_a_directory_that_is_no_pull_is_one_line(tmp_path: Path) -> None:
    result = run(tmp_path, tmp_path / "out")
    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert result.output == f"error: {tmp_path} has no events.parquet: give the --out of `python -m annotate.pull`\n"
    pull = scenes.pull(tmp_path, people(), [])
    assert "has no annotation: nobody has submitted one yet" in run(pull, tmp_path / "out").output
