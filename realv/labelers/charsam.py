"""Char-SAM: words become characters, characters become points, and a segmenter makes strokes of them. Nothing trains.

E. Xie, J. Lin et al., "Char-SAM: turning Segment Anything Model into scene text segmentation annotator with
character-level visual prompts", arXiv 2412.19917.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from realv.labelers import asking, glyphs, hints, holding
from realv.labelers.asking import Ask
from realv.labelers.script import script
from realv.words import Picture, RegionMap, Word, WordFinder
from sts import masks, plugins
from sts.errors import ConfigError, DataError
from sts.protocols import Segmenter
from sts.types import Clip, Frame, TextInstance

Plugin = dict[str, Any] | Literal[""]
"""Import path and options of a plug-in; "" for none"""

UNREAD = 0.3
"""Of a finder's confidence that a word keeps which nobody could read: no glyphs vouch for its strokes"""


@dataclass(kw_only=True)
class CharSam:
    """Labeler: words with strokes, texts and scores in every frame, not yet followed from frame to frame."""

    words: Plugin = field(default_factory=lambda: {"class": "realv.ocr:RapidOcr"})
    """A WordFinder; "" takes the words that the clip has"""
    regions: Plugin = ""
    """A RegionMap that shows where characters are; "" takes the finder if it is one, else parts words equally"""
    segmenter: Plugin = field(default_factory=lambda: {"class": "realv.labelers.stroke:Stroke"})
    """A Segmenter"""
    ask: Ask = "word"
    """One prompt a word with its place as mask and the points of all its characters; one a character with its box,
    points and glyph as mask, for SAM; or one a word with its box and nothing else"""
    fonts: str = ""
    """Folder of fonts for the glyphs; "" for those that ship with `synth`"""

    def __post_init__(self) -> None:
        """Loads the plug-ins. PluginError or ConfigError for what cannot be used."""
        if self.segmenter == "":
            raise ConfigError('segmenter = "": name one, such as {class = "realv.labelers.stroke:Stroke"}')
        glyphs.fonts(self.fonts)
        self._finder = plugins.from_table(self.words, WordFinder) if self.words else None
        finder: object = self._finder
        own = finder if isinstance(finder, RegionMap) else None
        self._regions = plugins.from_table(self.regions, RegionMap) if self.regions else own
        self._segmenter = plugins.from_table(self.segmenter, Segmenter)

    def label(self, clip: Clip) -> Clip:
        """The clip with the text of its frames; words of the clip keep their numbers. DataError without video."""
        if clip.video is None:
            raise DataError(f"clip {clip.clip_id} has no pictures: words cannot be looked for")
        frames, number = [], 0
        for frame, picture in zip(clip.frames, clip.video, strict=True):
            given = self._given(frame, picture, number)
            number += len(given)
            frames.append(self._labelled(frame, picture, given))
        return replace(clip, frames=tuple(frames))

    def _given(self, frame: Frame, picture: Picture, number: int) -> tuple[TextInstance, ...]:
        """The words of a frame, without strokes; those that are found count on from a number."""
        if self._finder is None:
            return tuple(one for one in frame.instances if one.level == "word")
        found = enumerate(self._finder.find(picture), number + 1)
        return tuple(_instance(track, word) for track, word in found)

    def _labelled(self, frame: Frame, picture: Picture, words: Sequence[TextInstance]) -> Frame:
        """The frame with strokes on its words; what a clip has of larger parts of text stays."""
        if self._finder is None and not frame.labelled:
            return frame
        regions = self._regions.regions(picture) if self._regions and words else None
        found = [hints.hint(word.polygon, word.text, picture, regions, self.fonts) for word in words]
        answers = asking.strokes(self._segmenter, picture, found, self.ask)
        given = self._finder is None
        done = tuple(_with_strokes(word, answer, given=given) for word, answer in zip(words, answers, strict=True))
        others = tuple(one for one in frame.instances if self._finder is None and one.level in ("line", "paragraph"))
        return replace(frame, labelled=True, instances=(*done, *others))


def _instance(track_id: int, word: Word) -> TextInstance:
    return TextInstance(
        track_id=track_id,
        level="word",
        polygon=word.polygon,
        source="predicted",
        text=word.text,
        script=script(word.text) if word.text else None,
        score=word.score,
    )


def _with_strokes(word: TextInstance, answer: asking.Answer, *, given: bool) -> TextInstance:
    """The word with its strokes, without any where none were found; the polygon of one that was given stays."""
    score = answer.sure * (UNREAD * (word.score or 1.0) if answer.alike is None else answer.alike)
    mask = answer.mask if masks.area(answer.mask) else None
    found = replace(word, mask=mask, effect_mask=None, amodal_mask=None, source="predicted", score=score)
    return found if given else holding.held(found)
