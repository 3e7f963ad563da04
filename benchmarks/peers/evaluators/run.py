"""Runs one evaluator in a process of its own: `python -m benchmarks.peers.evaluators.run NAME FOLDER CASES OUT`."""

import importlib
import json
import pickle
import sys
from pathlib import Path


def main(name: str, folder: str, cases: str, out: str) -> None:
    """Scores of each pickled set of cases by the evaluator called `name`, as JSON; `folder` holds its code."""
    evaluator = importlib.import_module(f"benchmarks.peers.evaluators.{name}")
    sets = pickle.loads(Path(cases).read_bytes())
    found = [evaluator.scores(Path(folder), cases) for cases in sets]
    Path(out).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
