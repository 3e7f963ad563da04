"""Documents that can be relied on: links lead somewhere, commands exist, examples run."""

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TARGETS = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```", re.M | re.S)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)$", re.M)


def documents() -> list[Path]:
    """Markdown files that git has."""
    command = ["git", "ls-files", "-z", "--cached", "*.md"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted({ROOT / line for line in run.stdout.split("\0") if line and (ROOT / line).is_file()})


def fences(language: str, word: str = "") -> list[tuple[str, str]]:
    """Place and text of the fenced blocks of one language whose opening line has a word."""
    return [
        (f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, block.start()) + 1}", block.group(3))
        for path in documents()
        for text in [path.read_text(encoding="utf-8")]
        for block in FENCE.finditer(text)
        if block.group(1) == language and word in block.group(2)
    ]


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_file_and_a_heading(path: Path) -> None:
    dead = []
    for link in LINK.findall(FENCE.sub("", path.read_text(encoding="utf-8"))):
        target, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        file = path if not target else path.parent / target
        if not file.exists() or (anchor and anchor not in anchors(file)):
            dead.append(link)
    assert dead == []


def test_commands_in_the_documents_name_verbs_and_targets_that_exist() -> None:
    commands = [(place, line) for place, text in fences("bash") for line in joined(text)]
    assert commands
    assert [f"{place}: {line}" for place, line in commands if not exists(line)] == []


def test_the_readme_shows_the_two_commands() -> None:
    commands = [line for place, text in fences("bash") for line in joined(text) if place.startswith("README.md")]
    assert {"make demo", "make test"} <= set(commands)


def test_the_readme_maps_every_package() -> None:
    mapped = re.findall(r"^\| `(\w+)/?`", (ROOT / "README.md").read_text(encoding="utf-8"), re.M)
    assert set(mapped) >= {path.parent.name for path in ROOT.glob("*/__init__.py")}


def test_decisions_are_numbered_without_gap_and_have_three_parts() -> None:
    files = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [path.name[:4] for path in files] == [f"{number:04d}" for number in range(1, len(files) + 1)]
    for path in files:
        headings = HEADING.findall(path.read_text(encoding="utf-8"))
        assert headings[1:] == ["Context", "Decision", "Consequence"], path.name


@pytest.mark.parametrize(
    ("place", "code"), fences("python", "runnable"), ids=lambda value: value if ":" in value[:60] else ""
)
def test_a_runnable_example_runs(place: str, code: str, tmp_path: Path) -> None:
    """In a folder of its own, with the repository on the path."""
    script = tmp_path / "example.py"
    script.write_text(f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}", encoding="utf-8")
    run = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=250
    )
    assert run.returncode == 0, f"{place}\n{run.stderr}"


def joined(text: str) -> list[str]:
    """Command lines without prompts, comments and continuations."""
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [line.removeprefix("$ ").partition(" #")[0].strip() for line in lines if line.strip() and line[0] != "#"]


def exists(line: str) -> bool:
    """Whether a line that starts with make, python -m or sts names something of ours; other lines pass."""
    words = [word for word in shlex.split(line) if "=" not in word or word.startswith("-")]
    if words[:1] == ["make"]:
        return all(word in TARGETS for word in words[1:] if not word.startswith("-"))
    if len(words) > 2 and Path(words[0]).name == "python" and words[1] == "-m":
        return words[2] in ("venv", "pip", "pytest") or importlib.util.find_spec(words[2]) is not None
    if words[:1] == ["sts"]:
        from pipelines.cli import verbs

        return words[1] in verbs()
    return True


def anchors(path: Path) -> set[str]:
    """What GitHub makes of the headings."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in HEADING.findall(text)}


@pytest.fixture(scope="module")
def small_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a rendered set in data/synth."""
    folder = tmp_path_factory.mktemp("documents")
    settings = 'width = 320\nheight = 180\nframes = 4\nengine = "synth.engines.planes:Planes"\n'
    (folder / "small.toml").write_text(settings, encoding="utf-8")
    command = [sys.executable, "-m", "synth.render", "--n", "2", "--config", "small.toml", "--out", "data/synth"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment)
    return folder


@pytest.mark.parametrize(
    ("place", "code"), fences("python", "example=data/synth"), ids=lambda value: value if ":" in value[:60] else ""
)
def test_an_example_reads_a_set_without_this_toolkit(place: str, code: str, small_set: Path) -> None:
    script = small_set / "reader.py"
    script.write_text(code, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-P", str(script)], cwd=small_set, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, f"{place}\n{run.stderr}"
    assert run.stdout.strip()
    assert not re.search(r"^\s*(?:import|from) +(sts|synth)\b", code, re.M)
