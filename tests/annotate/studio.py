"""The Label Studio of tests marked `server`."""

from pathlib import Path

from benchmarks.label_studio import RunningStudio, free_port

__all__ = ["ROOT", "RunningStudio", "free_port"]
ROOT = Path(__file__).resolve().parents[2]
