"""What a surface looks like in key-frame coordinates, and where its points are in another frame."""

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64, UInt8

from synth.surfaces.direct.register import Samples, Soft, pick, soften
from synth.surfaces.models import Matrix, Points, apply

CENTRE = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
"""OpenCV's pixels, whose centres are whole numbers, to ours"""
WINDOW, LEVELS = (15, 15), 3
LK_AREA = 120_000
"""px; a wider support is made smaller before points are looked for"""
LOCAL, MOST_GAIN = 41, 12.0
"""px of the neighbourhood that counts as surroundings; how much faint texture is lifted"""
N_POINTS, N_OWN, N_SAMPLES = 120, 40, 8000
RETURN_PX = 0.3
"""A point must come back this near when it is followed there and back"""

Grey = UInt8[np.ndarray, "h w"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Support:
    """The part of the key frame that is used to follow a quad: the quad and a wide margin around it."""

    quad: Float64[np.ndarray, "4 2"]
    left: int
    top: int
    width: int
    height: int

    @property
    def corners(self) -> Points:
        """Key px."""
        right, bottom = self.left + self.width, self.top + self.height
        return np.array([[self.left, self.top], [right, self.top], [right, bottom], [self.left, bottom]], np.float64)

    @property
    def unit(self) -> Matrix:
        """Key px to coordinates in which the quad is about -1..1."""
        centre, half = self.quad.mean(axis=0), float(np.ptp(self.quad, axis=0).max()) / 2
        return np.array([[1 / half, 0, -centre[0] / half], [0, 1 / half, -centre[1] / half], [0, 0, 1]])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Template:
    """A picture of the support with the points and pixels worth following."""

    support: Support
    frame: int
    """Frame number the picture was taken from"""
    small: Grey
    """Levelled by `gain`; see `level`"""
    gain: float
    to_key: Matrix
    """Pixels of `small` to key px, both with centres at +0.5"""
    points: Points
    """Key px"""
    samples: Samples
    neighbour: Int64[np.ndarray, " m"]
    """For each sample the point nearest to it"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """The template's points that were found in a frame."""

    index: Int64[np.ndarray, " n"]
    """Which of the template's points"""
    key: Points
    frame: Points
    shown: int
    """How many points should be there: inside the frame and not masked"""
    own: int
    """How many of these in the quad"""
    inside: Bool[np.ndarray, " n"]
    """Whether the point lies in the quad"""


def support_of(quad: Float64[np.ndarray, "4 2"], shape: tuple[int, ...]) -> Support:
    """The quad and three times its height around it, within the frame."""
    low, high = quad.min(axis=0), quad.max(axis=0)
    margin = float(np.clip(3 * min(high - low), 96, 320))
    left, top = np.clip(np.floor(low - margin), 0, [shape[1], shape[0]]).astype(int)
    right, bottom = np.clip(np.ceil(high + margin), 0, [shape[1], shape[0]]).astype(int)
    return Support(quad=quad, left=int(left), top=int(top), width=int(right - left), height=int(bottom - top))


def make(frame: Grey, number: int, to_frame: Matrix, support: Support, mask: Grey | None) -> Template:
    """See the support in a frame, whose pose is known, in key coordinates."""
    place = np.array([[1.0, 0.0, support.left], [0.0, 1.0, support.top], [0.0, 0.0, 1.0]])
    size = support.width, support.height
    picture, free = rectify(frame, to_frame @ place, size), np.ones(size[::-1], np.uint8)
    if mask is not None:
        free = (rectify(mask, to_frame @ place, size) == 0).astype(np.uint8)
    share = min(1.0, float(np.sqrt(LK_AREA / (size[0] * size[1]))))
    less = max(1, round(size[0] * share)), max(1, round(size[1] * share))
    to_key = place @ np.diag([size[0] / less[0], size[1] / less[1], 1.0])
    small, clear = rectify(frame, to_frame @ to_key, less), cv2.resize(free, less, interpolation=cv2.INTER_NEAREST)
    contrast = float(np.std(small - np.asarray(cv2.blur(small.astype(np.float32), (LOCAL, LOCAL)))))
    gain = 40 / max(contrast, 40 / MOST_GAIN)
    small = level(small, gain)
    points = _features(small, clear, to_key, support.quad)
    soft = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1.0)
    near = _nearness(support) * cv2.erode(free, np.ones((5, 5), np.uint8))
    samples = pick(soft, place, support.unit, near, N_SAMPLES)
    return Template(
        support=support,
        frame=number,
        small=small,
        gain=gain,
        to_key=to_key,
        points=points,
        samples=samples,
        neighbour=_nearest(points, samples.points),
    )


def match(template: Template, frame: Grey, guess: Matrix, mask: Grey | None) -> Pairs:
    """Look for the template's points near where `guess` (key px to frame px) has them: Lucas-Kanade, there and back."""
    height, width = frame.shape
    there = apply(guess, template.points)
    shown = (there > 4).all(axis=1) & (there < [width - 4, height - 4]).all(axis=1)
    if mask is not None:
        shown &= ~covered(mask, there)
    key = template.points[shown]
    if len(key) == 0:
        return Pairs(index=np.zeros(0, np.int64), key=key, frame=key, shown=0, own=0, inside=np.zeros(0, bool))
    view = level(rectify(frame, guess @ template.to_key, template.small.shape[::-1]), template.gain)
    start = (apply(np.linalg.inv(template.to_key), key) - 0.5).astype(np.float32)
    moved, ok = _lucas_kanade(template.small, view, start)
    home, back = _lucas_kanade(view, template.small, moved)
    good = ok & back & (np.linalg.norm(home - start, axis=1) * template.to_key[0, 0] < RETURN_PX)
    landed = apply(guess, apply(template.to_key, moved[good].astype(np.float64) + 0.5))
    return Pairs(
        index=np.flatnonzero(shown)[good],
        key=key[good],
        frame=landed,
        shown=len(key),
        own=int(inside(key, template.support.quad).sum()),
        inside=inside(key[good], template.support.quad),
    )


def soft_cut(template: Template, frame: Grey, to_frame: Matrix) -> Soft:
    """The part of a frame where the support lies, softened."""
    return soften(frame, apply(to_frame, template.support.corners))


def rectify(frame: Grey, to_frame: Matrix, size: tuple[int, int]) -> UInt8[np.ndarray, "rows columns"]:
    """A frame seen in other coordinates, which `to_frame` sends to frame px."""
    matrix = np.linalg.inv(CENTRE) @ to_frame @ CENTRE
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    view = cv2.warpPerspective(frame, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return cast(UInt8[np.ndarray, "rows columns"], view)


def level(picture: Grey, gain: float) -> Grey:
    """Contrast against the surroundings, in 128 +- gain: what light does slowly is gone."""
    sharp = picture.astype(np.float32)
    around = cv2.blur(sharp, (LOCAL, LOCAL))
    return cast(Grey, cv2.addWeighted(sharp, gain, around, -gain, 128, dtype=cv2.CV_8U))


def covered(mask: Grey, points: Points) -> Bool[np.ndarray, " n"]:
    """Which points lie on masked pixels; points outside the frame do not."""
    height, width = mask.shape
    x, y = np.floor(points[:, 0]), np.floor(points[:, 1])
    known = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    column, row = np.where(known, x, 0).astype(int), np.where(known, y, 0).astype(int)
    return cast(Bool[np.ndarray, " n"], known & (mask[row, column] > 0))


def inside(points: Points, quad: Float64[np.ndarray, "4 2"]) -> Bool[np.ndarray, " n"]:
    """Which points lie in a convex quad."""
    edge = np.roll(quad, -1, axis=0) - quad
    gap = points[:, None] - quad[None]
    side = edge[None, :, 0] * gap[:, :, 1] - edge[None, :, 1] * gap[:, :, 0]
    return cast(Bool[np.ndarray, " n"], (side >= 0).all(axis=1) | (side <= 0).all(axis=1))


def _features(small: Grey, clear: Grey, to_key: Matrix, quad: Float64[np.ndarray, "4 2"]) -> Points:
    """Corners all over the support, and more of them in the quad; key px."""
    own = np.zeros_like(small)
    cv2.fillConvexPoly(own, np.rint(apply(np.linalg.inv(to_key), quad) - 0.5).astype(np.int32), 1)
    points = []
    for number, mask in ((N_POINTS, clear), (N_OWN, cv2.bitwise_and(clear, own))):
        apart = 0.6 * float(np.sqrt(max(cv2.countNonZero(mask), 1) / number))
        corners = cv2.goodFeaturesToTrack(small, number, 0.001, apart, mask=mask, blockSize=5)
        found = cast(Float32[np.ndarray, "n 1 2"] | None, corners)
        if found is not None:
            points.append(apply(to_key, found.reshape(-1, 2).astype(np.float64) + 0.5))
    return np.concatenate(points) if points else np.zeros((0, 2))


def _lucas_kanade(
    first: Grey, second: Grey, points: Float32[np.ndarray, "n 2"]
) -> tuple[Float32[np.ndarray, "n 2"], Bool[np.ndarray, " n"]]:
    stop = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 12, 0.01)
    start = points.reshape(-1, 1, 2)
    moved, ok, _ = cv2.calcOpticalFlowPyrLK(
        first, second, start, np.empty_like(start), winSize=WINDOW, maxLevel=LEVELS, criteria=stop, minEigThreshold=1e-7
    )
    return moved.reshape(-1, 2), ok.reshape(-1) > 0


def _nearest(points: Points, places: Float64[np.ndarray, "m 2"]) -> Int64[np.ndarray, " m"]:
    """For each place the number of the nearest point."""
    if len(points) == 0:
        return np.zeros(len(places), np.int64)
    gaps = (points**2).sum(axis=1)[None] - 2 * places @ points.T
    return cast(Int64[np.ndarray, " m"], gaps.argmin(axis=1))


def _nearness(support: Support) -> Float64[np.ndarray, "h w"]:
    """1 in the quad, falling to 1/2 at a quad's height from it."""
    outside = np.ones((support.height, support.width), np.uint8)
    corners = np.rint(support.quad - [support.left, support.top]).astype(np.int32)
    cv2.fillConvexPoly(outside, corners, 0)
    far = cv2.distanceTransform(outside, cv2.DIST_L2, 3) / float(np.ptp(support.quad, axis=0).min())
    return 1 / (1 + far.astype(np.float64) ** 2)
