"""A project of its own on a real server, with pushes and pulls, and what a machine and a person say of its clips."""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from annotate import pulling, pushing
from annotate.client import Studio
from annotate.pulling import PullConfig, Pulled
from annotate.pushing import PushConfig, Pushed
from sts import layers
from sts.types import Clip, TextInstance
from tests.annotate.editor import Editor
from tests.annotate.studio import RunningStudio
from tests.model import small_set

ME = "admin@localhost"


@dataclass(frozen=True, slots=True)
class Loop:
    """A project of its own, with directories beside each other."""

    root: Path
    studio: RunningStudio
    server: Studio
    settings: PushConfig

    def push(self, *sources: Path, n: int | None = None, **changes: Any) -> Pushed:
        return pushing.push(replace(self.settings, **changes), sources, self.root / "push", n)

    def pull(self, **changes: Any) -> Pulled:
        return pulling.pull(PullConfig(**changes), self.root / "push", self.root / "human", "1")

    @property
    def editor(self) -> Editor:
        made = json.loads((self.root / "push" / "push.json").read_text())
        return Editor(url=self.studio.url, token=self.studio.token, project_id=made["project"])

    def layer(self, name: str, clips: list[Clip]) -> Path:
        """A layer of pictures and pre-labels."""
        return small_set.write(self.root / name, clips)

    def labels(self, clip_id: str, folder: str = "by") -> Clip:
        return next(clip for clip in layers.read(self.root / "human" / folder / ME) if clip.clip_id == clip_id)


def predicted(clip: Clip, tag: str = "") -> Clip:
    """The clip as a machine might see it; a tag is at the end of each transcript."""
    frames = []
    for frame in clip.frames:
        ones = (
            replace(one, source="predicted", score=0.5, text=one.text and one.text + tag) for one in frame.instances
        )
        frames.append(replace(frame, instances=tuple(ones)))
    return replace(clip, frames=tuple(frames))


def two(tag: str = "") -> list[Clip]:
    return [predicted(small_set.clip(i, n_frames=20, size=(48, 160)), tag) for i in range(2)]


def kept(one: TextInstance) -> TextInstance:
    """A pre-label that a person left as it was; the editor does not show characters."""
    return one if one.level == "char" else replace(one, source="human", effort="kept")


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
