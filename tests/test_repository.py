"""Rules for the source of the whole repository: sizes, direction of imports, no work on import."""

import ast
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = tuple(PROJECT["tool"]["importlinter"]["root_packages"])
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
QUIET = (
    ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.ClassDef
    | ast.Import
    | ast.ImportFrom
    | ast.Assign
    | ast.AnnAssign
    | ast.If
)
"""Statements that may stand at the top of a module"""
WORK = (
    "open read_text read_bytes load loads run Popen connect urlopen glob iterdir getenv mkdir seed default_rng imread "
    "VideoCapture Client basicConfig setNumThreads sleep"
)
"""Calls that no constant is made with"""
IMPORT_EVERYTHING = """
import importlib, sys
seen = []
def watch(event, args):
    if event in ("subprocess.Popen", "os.system", "socket.connect"):
        seen.append(f"{event} {args[0]}")
    if event == "open" and str(args[0]).startswith(ROOT) and not any(part in str(args[0]) for part in KEEP):
        seen.append(f"open {args[0]}")
sys.addaudithook(watch)
for module in MODULES:
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as missing:
        if missing.name.partition(".")[0] in PACKAGES:
            raise
print("\\n".join(seen))
"""


@pytest.mark.parametrize("path", SOURCES + TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_longer_than_300_lines(path: Path) -> None:
    assert len(lines(path)) <= 300


def test_no_function_is_longer_than_60_lines() -> None:
    assert {where: n for where, n in functions() if n > 60} == {}


def test_most_files_and_functions_are_short() -> None:
    files = [len(lines(path)) for path in SOURCES if path.name != "__init__.py"]
    lengths = sorted(n for _, n in functions())
    assert statistics.median(files) <= 120
    assert statistics.median(lengths) <= 10
    assert lengths[len(lengths) * 9 // 10] <= 30


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_holds_definitions_and_constants_only(path: Path) -> None:
    """No bare call, loop or context at the top; `if` is for TYPE_CHECKING and for a file run as a script."""
    assert list(work(tree(path))) == []


def test_importing_every_module_opens_no_file_process_or_connection() -> None:
    given = {
        "MODULES": modules(),
        "PACKAGES": PACKAGES,
        "ROOT": str(ROOT),
        "KEEP": ("/.venv/", ".py", ".pyc", "egg-info", "__pycache__"),
    }
    assert child("\n".join(f"{key} = {value!r}" for key, value in given.items()) + IMPORT_EVERYTHING) == ""


def test_importing_the_core_loads_no_heavy_library() -> None:
    heavy = ("av", "cv2", "dask", "distributed", "numba", "pyarrow", "torch")
    assert child(f"import sys, sts; print([name for name in {heavy} if name in sys.modules])") == "[]"


def test_no_module_but_those_of_model_loads_torch_or_dask_when_imported() -> None:
    light = [module for module in modules() if module.partition(".")[0] != "model"]
    code = f"import importlib, sys\nfor module in {light}: importlib.import_module(module)\n"
    assert child(code + "print([name for name in ('torch', 'dask', 'distributed') if name in sys.modules])") == "[]"


def test_every_package_is_listed_wherever_packages_are_listed() -> None:
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    include = PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
    assert found == set(PACKAGES)
    assert found == set(PROJECT["tool"]["mypy"]["files"]) - {"tests"}
    assert set(include) == found | {f"{package}.*" for package in found}
    layers = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    assert {package for layer in layers for package in layer.split(" | ")} == found


def test_every_folder_with_source_is_a_package() -> None:
    assert {
        str(path.parent.relative_to(ROOT)) for path in SOURCES if not (path.parent / "__init__.py").exists()
    } == set()


def test_import_contracts_hold() -> None:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[run.stdout.find("Broken contracts") :] + run.stderr


def modules() -> list[str]:
    """Import paths of everything that can be imported."""
    paths = [
        path.parent if path.stem == "__init__" else path.with_suffix("") for path in SOURCES if path.stem != "__main__"
    ]
    return [".".join(path.relative_to(ROOT).parts) for path in paths]


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions() -> Iterator[tuple[str, int]]:
    """Place and number of lines, without decorators."""
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def work(module: ast.Module) -> Iterator[str]:
    """What a module does when it is imported, besides defining things."""
    for node in module.body:
        if isinstance(node, ast.If) and ast.unparse(node.test) not in ("TYPE_CHECKING", "__name__ == '__main__'"):
            yield f"line {node.lineno}: if {ast.unparse(node.test)}"
        if not isinstance(node, QUIET) and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            yield f"line {node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.Assign | ast.AnnAssign):
            calls = [call.func for call in ast.walk(node) if isinstance(call, ast.Call)]
            names = {func.attr if isinstance(func, ast.Attribute) else ast.unparse(func) for func in calls}
            yield from (f"line {node.lineno}: {name}()" for name in sorted(names & set(WORK.split())))


def child(code: str) -> str:
    """What a fresh interpreter prints."""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()
