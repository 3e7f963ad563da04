"""The command: whole runs on a few small clips."""

import hashlib
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sts import manifest, shards, video

ROOT = Path(__file__).parents[2]
BACKGROUNDS = ROOT / "synth" / "assets" / "backgrounds"
SETTINGS = """
width = 320
height = 180
frames = 4
clips_per_shard = 2
windows_per_video = 1
"""
PLANES = SETTINGS + 'engine = "synth.engines.planes:Planes"\n'

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def runs_in(folder: Path) -> Run:
    def run(verb: str, *arguments: str, settings: str = PLANES) -> "subprocess.CompletedProcess[str]":
        (folder / "settings.toml").write_text(settings, encoding="utf-8")
        command = [sys.executable, "-m", verb, *arguments]
        if verb == "synth.render":
            command += ["--config", str(folder / "settings.toml")]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment(folder))

    return run


@pytest.fixture
def sts(tmp_path: Path) -> Run:
    """sts("synth.render", "--n", "2", settings=...): the command in a folder of its own, with its own cache."""
    return runs_in(tmp_path)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three clips in two shards; tests that write work on a copy."""
    folder = tmp_path_factory.mktemp("made")
    done = runs_in(folder)("synth.render", "--n", "3", "--out", str(folder / "out"))
    assert done.returncode == 0, done.stderr
    return folder / "out"


def environment(tmp_path: Path) -> dict[str, str]:
    import os

    return {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONHASHSEED": "random"}


def tree(folder: Path) -> dict[str, str]:
    """SHA-256 of every file."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_run_leaves_shards_card_figures_and_preview(made: Path, sts: Run, tmp_path: Path) -> None:
    assert {"CARD.md", "manifest.json", "stats.json", "preview", "shard-00000.parquet"} <= {
        p.name for p in made.iterdir()
    }
    assert [shard.clips for shard in manifest.read(str(made)).shards] == [2, 1]
    assert json.loads((made / "stats.json").read_text())["clips"] == 3
    assert "3 synthetic clips, 12 frames" in (made / "CARD.md").read_text()
    assert (made / "preview" / "sheet.jpg").exists() and list((made / "preview").glob("*.mp4"))
    checked = sts("synth.verify", "--in", str(made), "--out", str(tmp_path / "report"), "--n", "2")
    assert checked.returncode == 0, checked.stderr
    written = tmp_path / "report" / "report.txt"
    assert str(written) in checked.stderr and written.read_text(encoding="utf-8") == f"{made}: no rule is broken\n"


@pytest.mark.slow
def test_more_clips_extend_a_run_and_a_lost_shard_is_made_again(sts: Run, tmp_path: Path) -> None:
    grown, whole = tmp_path / "grown", tmp_path / "whole"
    assert sts("synth.render", "--n", "1", "--out", str(grown)).returncode == 0
    assert sts("synth.render", "--n", "4", "--out", str(grown)).returncode == 0
    (grown / "shard-00001.parquet").unlink()
    assert sts("synth.render", "--n", "4", "--out", str(grown)).returncode == 0
    assert sts("synth.render", "--n", "4", "--out", str(whole)).returncode == 0
    assert tree(grown) == tree(whole)


@pytest.mark.slow
def test_the_number_of_workers_changes_no_byte(sts: Run, tmp_path: Path) -> None:
    for workers in ("1", "2", "4"):
        done = sts(
            "synth.render", "--n", "5", "--out", str(tmp_path / workers), "--workers", workers, settings=SETTINGS
        )
        assert done.returncode == 0, done.stderr
    assert tree(tmp_path / "1") == tree(tmp_path / "2") == tree(tmp_path / "4")


@pytest.mark.slow
def test_a_run_killed_at_random_times_ends_in_the_same_bytes(sts: Run, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(PLANES, encoding="utf-8")
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert sts("synth.render", "--n", "6", "--out", str(whole)).returncode == 0
    rng = np.random.default_rng(0)
    command = [sys.executable, "-m", "synth.render", "--n", "6", "--out", str(killed)]
    command += ["--config", str(tmp_path / "settings.toml")]
    for _ in range(4):
        child = subprocess.Popen(command, cwd=ROOT, env=environment(tmp_path), stderr=subprocess.DEVNULL)
        time.sleep(float(rng.uniform(2, 9)))
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert sts("synth.render", "--n", "6", "--out", str(killed)).returncode == 0
    assert tree(killed) == tree(whole)


def test_other_settings_on_the_same_directory_are_refused(made: Path, sts: Run, tmp_path: Path) -> None:
    out = shutil.copytree(made, tmp_path / "out")
    done = sts("synth.render", "--n", "3", "--out", str(out), settings=PLANES.replace("frames = 4", "frames = 5"))
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("error: ") and "frames was 4 and is now 5" in done.stderr


def last_line(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    return done.stderr.strip().splitlines()[-1]


def test_an_unknown_setting_is_named(sts: Run, tmp_path: Path) -> None:
    line = last_line(sts("synth.render", "--n", "1", "--out", str(tmp_path / "out"), settings="framse = 3\n"))
    assert "framse" in line and "settings.toml" in line and "frames" in line


def test_a_folder_without_fonts_is_named(sts: Run, tmp_path: Path) -> None:
    (tmp_path / "no fonts").mkdir()
    settings = PLANES + f'[text]\nfonts = ["{tmp_path / "no fonts"}"]\n'
    line = last_line(sts("synth.render", "--n", "1", "--out", str(tmp_path / "out"), settings=settings))
    assert "no fonts" in line and ".ttf" in line


def test_bad_videos_are_named_counted_and_left_out(sts: Run, tmp_path: Path) -> None:
    folder = tmp_path / "videos"
    folder.mkdir()
    shutil.copy(BACKGROUNDS / "bottles.mp4", folder / "good.mp4")
    (folder / "text.mp4").write_text("this is no video\n")
    (folder / "corrupt.mp4").write_bytes((BACKGROUNDS / "bottles.mp4").read_bytes()[:20_000])
    video.write(folder / "tiny.mp4", np.zeros((9, 16, 16, 3), np.uint8), video.probe(folder / "good.mp4").fps)
    out = tmp_path / "out"
    done = sts("synth.render", "--n", "2", "--out", str(out), "--in", str(folder), settings=SETTINGS)
    assert done.returncode == 0, done.stderr
    for name in ("text.mp4", "corrupt.mp4"):
        assert sum(name in line for line in done.stderr.splitlines()) == 1
    assert "too small" in done.stderr
    assert sum(1 for shard in out.glob("shard-*") for _ in shards.read(str(shard), pictures=False)) == 2
    card = (out / "CARD.md").read_text()
    assert (
        "good.mp4" in card
        and "| unreadable | 1 |" in card
        and "a background video is damaged" in card
        and "| video too small | 1 |" in card
    )


def test_verify_names_the_clip_and_the_rule(made: Path, sts: Run, tmp_path: Path) -> None:
    out = shutil.copytree(made, tmp_path / "out")
    path = out / "shard-00000.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    done = sts("synth.verify", "--in", str(out), "--out", str(tmp_path / "report"))
    line, report = last_line(done), tmp_path / "report" / "report.txt"
    assert "shard-00000.parquet" in line and str(report) in line
    assert "shard-00000.parquet" in report.read_text(encoding="utf-8")
