"""Runs in SynthTIGER's own environment: makes word crops by its published horizontal recipe and times them.

The package ships the parts but not the recipe, so the recipe is written anew here from the published settings.
"""

import importlib
import io
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

WARM_UP = 3
"""Words made before the clock starts"""
PATIENCE = 50
"""Words without any visible blending, one after the other, before it gives up"""
BLENDS = (
    "normal", "multiply", "screen", "overlay", "hard_light", "soft_light",
    "dodge", "divide", "addition", "difference", "darken_only", "lighten_only",
)  # fmt: skip
TRANSFORMS = (
    ("Perspective", {"percents": [[0.5, 1], [1, 1]], "aligns": [[0, 0], [0, 0]]}, 1),
    ("Perspective", {"percents": [[1, 1], [0.5, 1]], "aligns": [[0, 0], [0, 0]]}, 1),
    ("Trapezoidate", {"weights": [1, 0, 1, 0], "percent": [0.75, 1], "align": [-1, 1]}, 1),
    ("Trapezoidate", {"weights": [0, 1, 0, 1], "percent": [0.5, 1], "align": [-1, 1]}, 1),
    ("Skew", {"weights": [1, 0], "angle": [0, 30], "ccw": 0.5}, 1),
    ("Skew", {"weights": [0, 1], "angle": [0, 10], "ccw": 0.5}, 1),
    ("Rotate", {"angle": [0, 10], "ccw": 0.5}, 2),
)
STYLES = (
    ("TextBorder", {"size": [1, 12], "alpha": [1, 1], "grayscale": 0}, 1),
    ("TextShadow", {"distance": [1, 6], "angle": [0, 360], "alpha": [0.3, 0.7], "grayscale": 0}, 2),
    ("TextExtrusion", {"length": [1, 12], "angle": [0, 360], "alpha": [1, 1], "grayscale": 0}, 2),
)
LAYOUTS = (
    ("FlowLayout", {"space": [-2, 5], "line_align": ["middle"]}, 4),
    ("CurveLayout", {"curve": [20, 40], "space": [-2, 5], "convex": 0.5, "upward": 0.5}, 1),
)
SHAPES = (
    ("ElasticDistortion", {"alpha": [15, 30], "sigma": [4, 12]}, 1),
    ("ElasticDistortion", {"alpha": [0, 2], "sigma": [0, 0.6]}, 1),
)
DAMAGE = (
    ("AdditiveGaussianNoise", {"scale": [4, 8], "per_channel": 0}, 1.0),
    ("GaussianBlur", {"sigma": [0, 2]}, 0.9),
    ("Resample", {"size": [0.4, 0.4]}, 0.1),
    ("MedianBlur", {"k": [1, 1]}, 1.0),
)


class InvisibleError(Exception):
    """No way of blending shows the text."""


class Words:
    """One word crop with its mask a call."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.library = importlib.import_module("synthtiger")
        parts = self.parts = importlib.import_module("synthtiger.components")
        self.rng = np.random.default_rng(settings["seed"])
        self.checked = settings["visibility_check"]
        files = {"weights": [1]}
        self.corpus = parts.LengthAugmentableCorpus(
            paths=[settings["words"]],
            min_length=1,
            max_length=25,
            textcase=["lower", "upper", "capitalize"],
            augmentation=0.1,
            augmentation_length=[1, 25],
            **files,
        )
        self.font = parts.BaseFont(paths=[settings["fonts"]], size=[40, 80], bold=0.5, **files)
        picture = {"paths": [settings["pictures"]], "alpha": [0, 1], "grayscale": 0, "crop": 1, **files}
        self.texture = parts.Switch(parts.BaseTexture(), prob=0.5, args=picture)
        self.colours = {
            k: parts.GrayMap(paths=[settings["colours"]], k=k, alpha=[1, 1], colorize=1, **files) for k in (2, 3)
        }
        self.gray = parts.Gray(gray=[0, 255], alpha=[1, 1], colorize=1)
        self.shape = self._one_of(SHAPES)
        self.layout = self._one_of(LAYOUTS)
        self.style = parts.Switch(self._one_of(STYLES), prob=0.25)
        self.transform = self._one_of(TRANSFORMS)
        self.offset = parts.Translate(percents=[[-0.5, 0.5], [-0.5, 0.5]])
        self.fit, self.pad = parts.Fit(), parts.Pad(pxs=[[0, 10]] * 4)
        self.damage = parts.Iterator(
            [parts.Switch(getattr(parts, name)(**given), prob=chance) for name, given, chance in DAMAGE]
        )

    def make(self) -> tuple[Any, Any]:
        """Image and mask as float RGBA; InvisibleError when no way of blending shows the text."""
        layers, style = self.library.layers, self.style.sample()
        if style["state"]:
            ink, ground, edge = self.colours[3].sample()
            style["meta"]["meta"]["rgb"] = edge["rgb"]
        else:
            ink, ground = self.colours[2].sample()
        text, chars = self._letters()
        mask, move = text.copy(), self.transform.sample()
        self.gray.apply([text], ink)
        self.texture.apply([text])
        for group in ([text], chars):
            self.style.apply(group, style)
        for group in ([text], [mask], chars):
            self.transform.apply(group, move)
        self.fit.apply([text])
        self.fit.apply(chars)
        self.pad.apply([text])
        front, strokes = text.output(), mask.output(bbox=text.bbox)
        back = layers.RectLayer(front.shape[1::-1])
        self.gray.apply([back], ground)
        self.texture.apply([back])
        behind = back.output()
        if self.rng.random() < 0.25:
            behind = self._blend(self._other_word(front), behind)
        both = [layers.Layer(self._blend(front, behind)), layers.Layer(strokes)]
        self.damage.apply(both)
        return both[0].output(), both[1].output()

    def _letters(self) -> tuple[Any, list[Any]]:
        """A word as one layer and as a layer for each letter."""
        label = self.corpus.data(self.corpus.sample())
        letters = self.library.utils.split_text(label, reorder=True)
        font = self.font.sample({"text": "".join(letters), "vertical": False})
        chars = [self.library.layers.TextLayer(letter, **font) for letter in letters]
        self.shape.apply(chars)
        self.layout.apply(chars, {"meta": {"vertical": False}})
        return self.library.layers.Group(chars).merge(), chars

    def _other_word(self, front: Any) -> Any:
        """A second word behind the first, cut out where the first one stands."""
        text, _ = self._letters()
        self.gray.apply([text])
        self.texture.apply([text])
        self.style.apply([text])
        self.transform.apply([text])
        self.fit.apply([text])
        self.pad.apply([text])
        hull = np.zeros_like(front)
        contours, _ = cv2.findContours(front[..., 3].astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        area = np.zeros(front.shape[:2], np.uint8)
        for contour in contours:
            cv2.fillConvexPoly(area, cv2.convexHull(contour), 255)
        hull[..., 3] = cv2.dilate(area, np.ones((11, 11), np.uint8))
        layers = self.library.layers
        mask, other = layers.Layer(hull), layers.Layer(text.output())
        other.bbox = mask.bbox
        self.offset.apply([other])
        return other.erase(mask).output(bbox=mask.bbox)

    def _blend(self, front: Any, behind: Any) -> Any:
        """The first way of blending, in random order, that leaves the text visible."""
        for mode in self.rng.permutation(BLENDS).tolist():
            done = self.library.utils.blend_image(front, behind, mode=mode)
            if not self.checked or visible(self.library.utils.to_gray(done[..., :3]), front[..., 3]):
                return done
        raise InvisibleError(f"none of {len(BLENDS)} ways of blending shows the text")

    def _one_of(self, choices: tuple[tuple[str, dict[str, Any], int], ...]) -> Any:
        made = [getattr(self.parts, name)(**given) for name, given, _ in choices]
        return self.parts.Selector(made, weights=[weight for _, _, weight in choices])


def visible(gray: Any, alpha: Any) -> bool:
    """Whether flooding from every core pixel, 16 levels at most, reaches at most a tenth of the text's edge."""
    picture, inside = gray.astype(np.uint8), (alpha > 0).astype(np.uint8)
    grown = cv2.dilate(inside, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)))
    reached = np.pad(1 - grown, 1, constant_values=1)
    how = 4 | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY
    for y, x in np.argwhere(alpha > 127).tolist():
        cv2.floodFill(picture, reached, (x, y), 1, 16, 16, how)
    edge = (grown > 0) & (inside == 0)
    return bool(edge.any()) and int((reached[1:-1, 1:-1] & edge).sum()) <= 0.1 * int(edge.sum())


def saved(image: Any, mask: Any, quality: int) -> int:
    """Bytes of the JPEG and the mask's PNG, kept in memory."""
    from PIL import Image

    jpeg, png = io.BytesIO(), io.BytesIO()
    Image.fromarray(image[..., :3].astype(np.uint8)).save(jpeg, "JPEG", quality=quality)
    Image.fromarray(mask[..., 3].astype(np.uint8)).save(png, "PNG")
    return jpeg.tell() + png.tell()


def main() -> None:
    """Settings as a JSON file in, one line of JSON out: CPU seconds of every word."""
    settings = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    cv2.setNumThreads(1)
    random.seed(settings["seed"])
    np.random.seed(settings["seed"])  # noqa: NPY002 - the package draws from the global generators
    words = Words(settings)
    seconds: list[float] = []
    sizes: list[tuple[int, int]] = []
    for _ in range(WARM_UP + settings["n"]):
        start = time.process_time()
        image, mask = first_visible(words)
        saved(image, mask, int(words.rng.integers(50, 96)))
        seconds.append(time.process_time() - start)
        sizes.append(image.shape[1::-1])
    width, height = np.mean(sizes[WARM_UP:], axis=0).tolist()
    print(json.dumps({"seconds": seconds[WARM_UP:], "width": width, "height": height}))  # noqa: T201


def first_visible(words: Words) -> tuple[Any, Any]:
    """A word whose text can be seen, as the package retries."""
    for _ in range(PATIENCE):
        try:
            return words.make()
        except InvisibleError:
            continue
    raise InvisibleError(f"{PATIENCE} words in a row cannot be seen")


if __name__ == "__main__":
    main()
