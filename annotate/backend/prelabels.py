"""Pre-labels of the windows that tasks show, from finished layers."""

from collections.abc import Sequence

from annotate import regions, sheets
from annotate.convert import Window
from annotate.regions import Page, Region
from sts import layers, manifest
from sts.files import Location
from sts.types import Clip


class Prelabels:
    """Looks windows up in layers; the first that has the clip counts."""

    def __init__(self, directories: Sequence[Location]) -> None:
        """DataError for a directory that is not finished."""
        for directory in directories:
            manifest.read(directory)
        self._directories = tuple(directories)

    def regions(self, window: Window | None) -> list[Region]:
        """The text of a window; none where no layer has it, or its task shows no window."""
        clip = self._clip(window.clip_id) if window else None
        if window is None or clip is None:
            return []
        frames = clip.frames[window.first : window.last + 1]
        pages = [
            Page(item=item, frame=frame.index, height=clip.height, width=clip.width)
            for item, frame in enumerate(frames)
        ]
        texts = [regions.write(sheets.joined(frame.instances), page) for frame, page in zip(frames, pages, strict=True)]
        return [region for some in texts for region in some]

    def _clip(self, clip_id: str) -> Clip | None:
        found = (layers.labels(directory, clip_id) for directory in self._directories)
        return next((clip for clip in found if clip is not None), None)
