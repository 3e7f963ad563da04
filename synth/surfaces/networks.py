"""The networks that the study of a window may ask, named by path; without any it is classical."""

from dataclasses import dataclass
from pathlib import Path

from sts.ledger import UNSTATED
from sts.types import SourceFile
from synth.surfaces.depth import OnnxDepth
from synth.surfaces.flow import Dis, FlowModel, OnnxFlow
from synth.surfaces.onnxfile import OnnxFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Networks:
    """Plain data: a process reads a file when it first asks it."""

    flow: OnnxFlow | None = None
    depth: OnnxDepth | None = None

    @property
    def flow_model(self) -> FlowModel:
        """The network, or DIS without one."""
        return self.flow or Dis()

    @property
    def hashes(self) -> dict[str, str]:
        """Task to SHA-256 of the file."""
        return {task: file.sha256 for task, file in self._files().items()}

    @property
    def sources(self) -> tuple[SourceFile, ...]:
        """For the origin of a clip that they helped to make."""
        return tuple(
            SourceFile(kind="model", id=Path(file.path).name, sha256=file.sha256, license=UNSTATED)
            for file in self._files().values()
        )

    @property
    def fingerprint(self) -> tuple[tuple[object, ...], ...]:
        """All that changes an answer, as plain values."""
        return tuple((task, file.sha256, file.mean, file.std) for task, file in self._files().items())

    def _files(self) -> dict[str, OnnxFile]:
        named = {"flow": self.flow, "depth": self.depth}
        return {task: model.network for task, model in named.items() if model is not None}
