"""Follow a flat piece of a video: where each pixel of the key frame's text box goes in every other frame."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float64, UInt8

from sts.errors import RenderError
from synth.surfaces.direct.register import Samples, pick, refine, soften
from synth.surfaces.models import Matrix, Model, Points, apply, climb, consensus

LK = {"winSize": (15, 15), "maxLevel": 3}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Track:
    """A text box followed from its key frame."""

    to_frame: Float64[np.ndarray, "t 3 3"]
    inliers: Float64[np.ndarray, " t"]
    spread: Float64[np.ndarray, " t"]
    agree: Float64[np.ndarray, " t"]
    scale: Float64[np.ndarray, " t"]
    sure: Float64[np.ndarray, " t"]
    model: list


class Template:
    def __init__(self, frame, quad, grow=3.0, n=12000, sigma=1.0):
        low, high = quad.min(0), quad.max(0)
        c = (low + high) / 2
        half = np.maximum((high - low) / 2 * [1.6, 1], 0) 
        reach = np.array([(high-low)[0]/2 + (grow-1)*(high-low)[1], (high-low)[1]/2*(1+2*(grow-1))])
        a = np.clip(np.floor(c - reach), 0, None).astype(int); b = np.minimum(np.ceil(c + reach), frame.shape[::-1]).astype(int)
        self.a = a
        self.picture = np.ascontiguousarray(frame[a[1]:b[1], a[0]:b[0]])
        self.size = tuple(int(v) for v in (b - a))
        self.to_key = np.array([[1, 0, a[0]], [0, 1, a[1]], [0, 0, 1.0]])
        L = np.linalg.norm(quad[1] - quad[0]) / 2
        self.unit = np.array([[1 / L, 0, -c[0] / L], [0, 1 / L, -c[1] / L], [0, 0, 1.0]])
        s = soften(frame, np.array([a, b], float), sigma)
        y0, x0 = int(a[1] - s.top), int(a[0] - s.left)
        soft = s.picture[y0:y0 + self.size[1], x0:x0 + self.size[0]]
        self.samples = pick(soft, self.to_key, self.unit, np.ones(soft.shape), n)
        pts = cv2.goodFeaturesToTrack(self.picture, 220, 0.005, 9, blockSize=5)
        self.points = pts
        x, y = self.size
        self.corners = np.array([[0., 0], [x, 0], [x, y], [0, y]]) + a

    def match(self, frame, H):
        Tm = np.array([[1, 0, .5], [0, 1, .5], [0, 0, 1.]])
        M = np.linalg.inv(Tm) @ H @ self.to_key @ Tm
        rect = cv2.warpPerspective(frame, M, self.size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
        there, ok, _ = cv2.calcOpticalFlowPyrLK(self.picture, rect, self.points, None, minEigThreshold=1e-7, **LK)
        back, ok2, _ = cv2.calcOpticalFlowPyrLK(rect, self.picture, there, None, minEigThreshold=1e-7, **LK)
        fb = np.linalg.norm((back - self.points).reshape(-1, 2), axis=1)
        good = (ok.ravel() > 0) & (ok2.ravel() > 0) & (fb < .3)
        a = self.points.reshape(-1, 2)[good].astype(float) + .5 + self.a
        b = there.reshape(-1, 2)[good].astype(float) + .5 + self.a
        return a, apply(H, b), good


def follow(frames, key, quad, *, masks=None, grow=3.0, dense=True, n=12000, force=None, verbose=False, sigma=1.0):
    t = len(frames)
    tpl = Template(frames[key], quad, grow, n, sigma)
    out = np.tile(np.eye(3), (t, 1, 1)); inl = np.ones(t); sure = np.zeros(t); mods = [''] * t
    for step in (1, -1):
        prev = [np.eye(3)]
        i = key + step
        while 0 <= i < t:
            if len(prev) > 1:
                c = 2 * apply(prev[-1], quad) - apply(prev[-2], quad)
                H = cv2.getPerspectiveTransform(quad.astype(np.float32), c.astype(np.float32)).astype(float)
            else:
                H = prev[-1]
            a, b, good = tpl.match(frames[i], H)
            ins = consensus(a, b)
            model, H0 = climb(a[ins], b[ins])
            if force: model = force
            r = None
            H1 = H0
            if dense:
                r = refine(tpl.samples, soften(frames[i], apply(H0, tpl.corners), sigma), H0, model)
                H1 = r.matrix
            if verbose:
                print(i, len(tpl.points), good.sum(), ins.sum(), model, r and (round(r.noise, 2), round(r.sure, 3), round(r.used, 2)), np.abs(apply(H0, quad) - apply(H1, quad)).max().round(3))
            prev.append(H1); out[i] = H1; sure[i] = r.sure if r else 0; mods[i] = model
            inl[i] = ins.sum() / len(tpl.points)
            i += step
    return Track(to_frame=out, inliers=inl, spread=inl, agree=inl, scale=inl, sure=sure, model=mods)
