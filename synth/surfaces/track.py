"""Follow a flat piece of a video: where each pixel of the key frame's text box goes in every other frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from jaxtyping import Float64, UInt8

from sts.errors import RenderError
from synth.surfaces import agreement
from synth.surfaces.direct.register import refine
from synth.surfaces.models import Matrix, Points, apply, climb, consensus, through
from synth.surfaces.smooth import smooth
from synth.surfaces.still import near, stands, whole
from synth.surfaces.template import Pairs, Template, covered, make, match, soft_cut, support_of

Quad = Float64[np.ndarray, "4 2"]
Frames = UInt8[np.ndarray, "t h w"]

GRID = 256
"""Corners are rounded to this part of a px, so that another processor's last bits do not show"""
REKEY_SHARE, REKEY_AFTER = 0.4, 4
"""With this share of its usual agreement a template of so many frames ago is taken anew from the last frame"""
WEAK, WEAK_PX, STRONG_PX = 24, 6.0, 40.0
"""With fewer points than WEAK a corner may leave its predicted place by WEAK_PX, else by STRONG_PX"""
FIT_PX = 1.6
"""A point agrees within this"""
SOUND_AGREE, SOUND_SPREAD = 0.75, 0.3
OWN_POINTS = 16
"""So many points of the quad itself, if they are most of it, outvote its surroundings"""
MOST_LOST = 3
"""Frames in a row that may be bridged by prediction"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Track:
    """A text box followed from its key frame, with the figures by which it is accepted or refused."""

    to_frame: Float64[np.ndarray, "t 3 3"]
    """Key-frame px to px of each frame; the identity at the key, and everywhere if the scene stands still"""
    inliers: Float64[np.ndarray, " t"]
    """Share of the points, of those inside the frame and not masked, that agree with to_frame; 1 at the key"""
    spread: Float64[np.ndarray, " t"]
    """Share of the quad inside the hull of those points; 1 if the scene stands still"""
    agree: Float64[np.ndarray, " t"]
    """Share of the textured pixels of the quad that look as they mostly look; see agreement.agree"""
    scale: Float64[np.ndarray, " t"]
    """Linear size of the quad against the key frame"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pose:
    """Where the key frame's pixels are in one frame."""

    matrix: Matrix
    inliers: float
    spread: float


def follow(frames: Frames, key: int, quad: Quad, *, masks: Frames | None = None) -> Track:
    """Follow `quad` (key-frame px) through grey frames; pixels where `masks` is not 0 are left out.

    What moves with the quad is looked for around it and, if that does not hold, in the whole frame. RenderError if
    neither can be followed to both ends. A track that is returned may still be poor: look at its figures.
    """
    mask = None if masks is None else masks[key]
    around = make(frames[key], key, np.eye(3), support_of(quad, frames.shape[1:]), mask)
    if stands(around, frames, masks):
        return _standing(around, frames, masks)
    best: Track | None = None
    reason = ""
    for attempt in (_around, _everywhere_still, _everywhere):
        try:
            track = attempt(around, frames, masks)
        except RenderError as error:
            reason = str(error)
            continue
        best = track if best is None or _soundness(track) > _soundness(best) else best
        if _soundness(best) >= 2:
            break
    if best is None:
        raise RenderError(reason)
    return best


def _around(template: Template, frames: Frames, masks: Frames | None) -> Track:
    poses = _walk(template, frames, masks)
    calm = _calm(np.stack([pose.matrix for pose in poses]), template.frame, template.support.quad)
    return _track(calm, poses, frames, template.support.quad, masks)


def _everywhere(template: Template, frames: Frames, masks: Frames | None) -> Track:
    key = template.frame
    return _around(whole(template, frames[key], None if masks is None else masks[key]), frames, masks)


def _everywhere_still(template: Template, frames: Frames, masks: Frames | None) -> Track:
    key = template.frame
    wide = whole(template, frames[key], None if masks is None else masks[key])
    if not stands(wide, frames, masks):
        raise RenderError("the frame does not stand still")
    return _standing(wide, frames, masks)


def _standing(template: Template, frames: Frames, masks: Frames | None) -> Track:
    """All frames are where the key frame is; nothing is extrapolated, so the spread is 1."""
    poses = []
    for t, frame in enumerate(frames):
        pairs = match(template, frame, np.eye(3), None if masks is None else masks[t])
        poses.append(Pose(matrix=np.eye(3), inliers=float(near(pairs).sum()) / max(pairs.shown, 1), spread=1.0))
    return _track(np.stack([pose.matrix for pose in poses]), poses, frames, template.support.quad, masks)


def _track(
    to_frame: Float64[np.ndarray, "t 3 3"], poses: Sequence[Pose], frames: Frames, quad: Quad, masks: Frames | None
) -> Track:
    return Track(
        to_frame=to_frame,
        inliers=np.array([pose.inliers for pose in poses]),
        spread=np.array([pose.spread for pose in poses]),
        agree=agreement.agree(frames, to_frame, quad, masks),
        scale=np.array([agreement.scale(matrix, quad) for matrix in to_frame]),
    )


def _soundness(track: Track) -> float:
    """2 for a track whose worst frame passes both gates, less for a worse one."""
    return float(min(track.agree.min() / SOUND_AGREE, 1) + min(track.spread.min() / SOUND_SPREAD, 1))


def _walk(first: Template, frames: Frames, masks: Frames | None) -> list[Pose]:
    """Poses from the key outwards, forwards and then backwards."""
    key, quad = first.frame, first.support.quad
    if len(first.points) < 4 or len(first.samples.points) < 200:
        raise RenderError(f"frame {key} shows nothing to follow at {quad.round().tolist()}: choose another place")
    poses = {key: _pose(np.eye(3), _all(first), first.points, first)}
    for step in (1, -1):
        template, before, lost, usual = first, np.eye(3), 0, 0.0
        for t in range(key + step, len(frames) if step > 0 else -1, step):
            mask, last = None if masks is None else masks[t], poses[t - step].matrix
            guess = _predict(before, last, quad)
            pose = _locate(template, frames[t], guess, mask)
            stale = abs(t - template.frame) >= REKEY_AFTER and not lost
            if stale and (pose is None or pose.inliers < REKEY_SHARE * usual):
                old = None if masks is None else masks[t - step]
                newer = make(frames[t - step], t - step, last, template.support, old)
                again = _locate(newer, frames[t], guess, mask)
                if again is not None and (pose is None or again.inliers > 1.2 * pose.inliers):
                    template, pose, usual = newer, again, 0.0
            usual = max(usual, pose.inliers if pose else 0.0)
            lost = 0 if pose is not None else lost + 1
            if lost > MOST_LOST:
                raise RenderError(f"the surface at {quad.round().tolist()} of frame {key} is lost at frame {t}")
            before, poses[t] = last, pose or Pose(matrix=guess, inliers=0.0, spread=0.0)
    return [poses[t] for t in range(len(frames))]


def _locate(
    template: Template, frame: UInt8[np.ndarray, "h w"], guess: Matrix, mask: UInt8[np.ndarray, "h w"] | None
) -> Pose | None:
    """Points first, which tell layers apart, then grey values, which are precise; None if the frame is not believed."""
    quad = template.support.quad
    pairs = match(template, frame, guess, mask)
    chosen = _agreeing(pairs)
    if chosen.sum() < 4:
        return None
    model, rough = climb(pairs.key[chosen], pairs.frame[chosen])
    reach = WEAK_PX if chosen.sum() < WEAK else STRONG_PX
    if np.linalg.norm(apply(rough, quad) - apply(guess, quad), axis=1).max() > reach:
        return None
    hidden = _doubtful(template, pairs, rough)
    if mask is not None:
        hidden |= covered(mask, apply(rough, template.samples.points))
    fine = refine(template.samples, soft_cut(template, frame, rough), rough, model, hidden=hidden)
    shift = np.linalg.norm(apply(fine.matrix, quad) - apply(rough, quad), axis=1).max()
    matrix = fine.matrix if fine.used and shift < (WEAK_PX if chosen.sum() < WEAK else 1.5) else rough
    return _pose(matrix, pairs, pairs.key[_fits(pairs, matrix)], template)


def _doubtful(template: Template, pairs: Pairs, matrix: Matrix) -> np.ndarray:
    """Samples whose nearest point is lost or goes another way: something stands there."""
    fits = _fits(pairs, matrix)
    if fits.sum() < WEAK:
        return np.zeros(len(template.neighbour), bool)
    trusted = np.zeros(len(template.points), bool)
    trusted[pairs.index[fits]] = True
    return ~trusted[template.neighbour]


def _fits(pairs: Pairs, matrix: Matrix) -> np.ndarray:
    return np.linalg.norm(apply(matrix, pairs.key) - pairs.frame, axis=1) < FIT_PX


def _agreeing(pairs: Pairs) -> np.ndarray:
    """Consensus of all points, unless the quad's own points are on another layer."""
    chosen = consensus(pairs.key, pairs.frame)
    own = pairs.inside
    if own.sum() >= OWN_POINTS and chosen[own].mean() < 0.75:
        mine = np.zeros(len(own), bool)
        mine[own] = consensus(pairs.key[own], pairs.frame[own])
        if mine.sum() >= max(OWN_POINTS, 0.6 * pairs.own, 1.4 * chosen[own].sum()):
            return mine
    return chosen


def _pose(matrix: Matrix, pairs: Pairs, agreeing: Points, template: Template) -> Pose:
    spread = agreement.spread(agreeing, template.support.quad)
    return Pose(matrix=matrix, inliers=len(agreeing) / max(pairs.shown, 1), spread=spread)


def _all(template: Template) -> Pairs:
    n = len(template.points)
    return Pairs(
        index=np.arange(n), key=template.points, frame=template.points, shown=n, own=n, inside=np.ones(n, bool)
    )


def _predict(before: Matrix, last: Matrix, quad: Quad) -> Matrix:
    """The next pose if the corners keep their velocity."""
    return through(quad, 2 * apply(last, quad) - apply(before, quad))


def _calm(to_frame: Float64[np.ndarray, "t 3 3"], key: int, quad: Quad) -> Float64[np.ndarray, "t 3 3"]:
    """Smooth and round the corners' paths; the key frame stays the identity."""
    path = smooth(np.stack([apply(matrix, quad) for matrix in to_frame]))
    path = np.rint((path - path[key] + quad) * GRID) / GRID
    calm = np.stack([through(quad, corners) for corners in path])
    calm[key] = np.eye(3)
    return cast(Float64[np.ndarray, "t 3 3"], calm)
