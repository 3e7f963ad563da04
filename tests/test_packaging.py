"""What is declared, shipped and licensed."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path
from sys import stdlib_module_names

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = tuple(PROJECT["tool"]["importlinter"]["root_packages"])
CORE = PROJECT["project"]["dependencies"]
EXTRAS = PROJECT["project"]["optional-dependencies"]
BY_HAND = {"realv": {"rapidocr-onnxruntime"}}
"""Optional, and not to be declared: it wants an OpenCV of its own beside ours, so users install it with --no-deps"""
ASSETS = ROOT / "synth" / "assets"
FONT_SUFFIXES = (".otf", ".ttc", ".ttf", ".woff", ".woff2")
MACHINE = re.compile(
    r"(?<![\w.~}])/(?:work|farm|root|home|opt)/[\w.]|(?<![\w.~}])/tmp/[a-z]|\b(?:pypi\.org|pythonhosted|npmjs)\b"
)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_import_is_declared_in_the_core_or_the_extra_of_its_package(package: str) -> None:
    extras = (
        [line for extra in EXTRAS.values() for line in extra] if package == "pipelines" else EXTRAS.get(package, [])
    )
    declared = names(CORE + extras) | BY_HAND.get(package, set())
    providers = packages_distributions()
    undeclared = {module for module in imports(package) if not declared & names(providers.get(module, [module]))}
    assert undeclared == set()


def test_every_dependency_of_the_core_and_of_synth_is_imported_somewhere() -> None:
    providers = packages_distributions()
    used = {name for package in PACKAGES for module in imports(package) for name in names(providers.get(module, []))}
    assert names(CORE + EXTRAS["synth"]) - used == set()


def test_there_is_one_extra_a_package_and_one_for_development() -> None:
    assert set(EXTRAS) == set(PACKAGES) - {"sts"} | {"dev"}


def test_every_declared_dependency_is_pinned() -> None:
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = names(line for line in constraints if "==" in line)
    assert names(CORE + [line for extra in EXTRAS.values() for line in extra]) <= pinned


def test_text_files_name_no_machine_path_and_no_registry() -> None:
    leaks = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content and path != Path(__file__):
            leaks += [f"{path.relative_to(ROOT)}: {found}" for found in MACHINE.findall(content.decode())]
    assert leaks == []


def test_every_shipped_font_has_its_licence_beside_it_and_is_named_in_the_notice() -> None:
    fonts = sorted(path for path in (ASSETS / "fonts").rglob("*") if path.suffix in FONT_SUFFIXES)
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert fonts
    assert [font.name for font in fonts if not list(font.parent.glob(f"{font.stem}*LICENSE*"))] == []
    assert [font.name for font in fonts if font.stem not in notice] == []


def test_every_background_clip_stands_in_the_notice_of_its_folder() -> None:
    clips = sorted(path.name for path in (ASSETS / "backgrounds").glob("*.mp4"))
    assert clips == re.findall(
        r"^\| `(\w+\.mp4)`", (ASSETS / "backgrounds" / "NOTICE.md").read_text(encoding="utf-8"), re.M
    )
    assert all(clip in (ROOT / "NOTICE").read_text(encoding="utf-8") for clip in clips)


def test_every_asset_is_shipped_as_package_data() -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["synth"]
    shipped = {path for pattern in patterns for path in (ROOT / "synth").glob(pattern) if path.is_file()}
    assert {path for path in ASSETS.rglob("*") if path.is_file()} == shipped


def names(requirements: Iterable[str]) -> set[str]:
    """Distribution names in their normal form."""
    return {re.sub(r"[-_.]+", "-", re.split(r"[<>=\[; ]", line)[0]).lower() for line in requirements}


def imports(package: str) -> set[str]:
    """Top-level modules of others that the files of a package import, wherever in the file."""
    found = set()
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            if isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found - set(stdlib_module_names) - set(PACKAGES)


def tracked() -> list[Path]:
    """Files that git has: what a user keeps beside them is not the project's."""
    command = ["git", "ls-files", "-z", "--cached"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for line in run.stdout.split("\0") if line and (path := ROOT / line).is_file()]
