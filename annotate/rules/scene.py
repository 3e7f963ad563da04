"""One labelled frame as the rules see it."""

from dataclasses import dataclass

from sts import geometry
from sts.types import Clip, Frame, Mask, TextInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The instances of a frame, sorted by what rules ask for."""

    height: int
    """px"""
    width: int
    words: tuple[TextInstance, ...]
    """With a polygon that is one"""
    drawn: tuple[tuple[TextInstance, Mask], ...]
    """All that have a mask, with it"""

    @property
    def scored(self) -> tuple[TextInstance, ...]:
        """Legible words that metrics do not skip."""
        return tuple(one for one in self.words if one.legible and not one.ignore)


def scene(clip: Clip, frame: Frame) -> Scene:
    """The scene of one frame of a clip."""
    words = (one for one in frame.instances if one.level == "word" and geometry.signed_area(one.polygon) > 0)
    drawn = ((one, one.mask) for one in frame.instances if one.mask is not None)
    return Scene(height=clip.height, width=clip.width, words=tuple(words), drawn=tuple(drawn))
