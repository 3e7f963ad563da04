"""Checks shapes and types in every test, keeps each process to one thread, and can shuffle the tests."""

import random
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
from jaxtyping import install_import_hook

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("sts", "synth", "realv", "annotate", "model", "benchmarks", "pipelines")


def checked_modules() -> Iterator[str]:
    """Every module of ours but the compiled kernels, whose decorators the hook would break.

    Modules, not packages: the hook takes a name for everything below it.
    """
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.name not in ("__init__.py", "__main__.py", "_kernels.py"):
                yield ".".join(path.relative_to(ROOT).with_suffix("").parts)


install_import_hook(list(checked_modules()), "beartype.beartype")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--shuffle SEED`."""
    parser.addoption(
        "--shuffle", type=int, metavar="SEED", help="run files, and tests in a file, in the order of a seed"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Another order for every seed; a file's tests stay together, so that they share what it sets up."""
    seed = config.getoption("shuffle")
    if seed is None:
        return
    draw = random.Random(seed)
    files = [list(tests) for _, tests in groupby(items, key=lambda item: item.path)]
    draw.shuffle(files)
    for tests in files:
        draw.shuffle(tests)
    items[:] = [test for tests in files for test in tests]


def pytest_configure() -> None:
    """OpenCV does not read the environment."""
    import cv2

    cv2.setNumThreads(1)
