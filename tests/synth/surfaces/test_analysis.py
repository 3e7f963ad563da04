"""A window becomes surfaces, or none, once; afterwards it is read from disk."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from sts import files, video
from sts.errors import DataError
from synth.setup import SurfaceConfig, open_networks
from synth.surfaces import analysis, pose, windows
from tests.synth import onnx_writer as onnx

SIZE = (512, 288)
SMALL = (256, 144)
FRAMES = 20


def ground(seed: int, size: tuple[int, int] = SIZE, strength: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    fine = cv2.GaussianBlur(rng.normal(0, 60, (size[1], size[0], 1)), (0, 0), 1.8)
    coarse = cv2.GaussianBlur(rng.normal(0, 300, (size[1], size[0], 1)), (0, 0), 12)
    return np.clip(130 + strength * (fine + coarse)[..., None] * np.array([1.0, 0.9, 0.8]), 0, 255).astype(np.uint8)


def car() -> np.ndarray:
    blocks = np.random.default_rng(9).integers(0, 255, (25, 11, 3))
    return np.kron(blocks, np.ones((10, 10, 1))).astype(np.uint8)


def driven(base: np.ndarray) -> list[np.ndarray]:
    """Something passes from the left to the right, nearly as high as the picture."""
    frames = []
    for time in range(FRAMES):
        frame, left = base.copy(), 30 * time - 120
        low, high = max(left, 0), min(left + 110, SIZE[0])
        if high > low:
            frame[20:270, low:high] = car()[:, low - left : high - left]
        frames.append(frame)
    return frames


def window(path: Path, frames: list[np.ndarray]) -> windows.Window:
    video.write(path, frames, Fraction(25), crf=12)
    return windows.Window(
        path=str(path),
        sha256=files.sha256(str(path)),
        start=0,
        frames=len(frames),
        fps=Fraction(25),
        license="CC0-1.0",
        credit="",
    )


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> windows.Window:
    return window(tmp_path_factory.mktemp("street") / "street.mp4", driven(ground(1)))


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> windows.Window:
    """A wall on a few small frames, for what does not depend on what is seen."""
    return window(tmp_path_factory.mktemp("brief") / "brief.mp4", [ground(1, SMALL)] * 6)


@pytest.fixture(scope="module")
def studied(street: windows.Window) -> analysis.Analysis:
    return analysis.study(street, SIZE)


def test_a_standing_camera_gives_surfaces_that_do_not_move_at_all(studied: analysis.Analysis) -> None:
    assert studied.static
    assert studied.surfaces
    for surface in studied.surfaces:
        assert np.ptp(surface.to_frame, axis=0).max() == 0
        assert surface.kind in ("static", "ground")


def test_what_drives_by_hides_the_surface_while_it_is_there(studied: analysis.Analysis) -> None:
    n_hidden = 0
    for surface in studied.surfaces:
        quad = surface.project(np.array([[0, 0], [surface.width, surface.height]], float), 10)
        for time, patch in enumerate(surface.occlusion):
            left = 30 * time - 120
            seen = np.zeros(SIZE[::-1], np.uint8)
            if patch is not None:
                height, width = patch.pixels.shape
                seen[patch.top : patch.top + height, patch.left : patch.left + width] = patch.pixels
            x0, y0, x1, y1 = [int(v) for v in (*np.ceil(quad[0]), *np.floor(quad[1]))]
            inside = np.zeros(SIZE[::-1], dtype=bool)
            inside[max(y0, 23) : min(y1, 267), max(x0, left + 3, 0) : max(min(x1, left + 107), 0)] = True
            n_hidden += int(inside.sum())
            assert (seen[inside] > 127).mean() > 0.97 if inside.any() else True
    assert n_hidden > 1000


def test_frames_are_kept_as_they_are(studied: analysis.Analysis) -> None:
    pictures = np.stack(list(studied.pictures()))
    assert pictures.shape == (FRAMES, SIZE[1], SIZE[0], 3)
    assert np.abs(pictures[0].astype(int) - ground(1)).mean() < 4
    assert studied.times_s == pytest.approx(np.arange(FRAMES) / 25)


def test_where_only_a_moving_object_can_be_followed_nothing_follows_it(tmp_path: Path) -> None:
    """Trap: text on featureless asphalt would ride on the passing car."""
    bare = np.full((SIZE[1], SIZE[0], 3), 110, np.uint8)
    found = analysis.study(window(tmp_path / "bare.mp4", driven(bare)), SIZE)
    for surface in found.surfaces:
        assert np.ptp(surface.to_frame, axis=0).max() == 0


def test_a_surface_goes_with_a_moving_camera(tmp_path: Path) -> None:
    wide = ground(3, (SIZE[0] + 80, SIZE[1] + 40))
    frames = [np.ascontiguousarray(wide[t : t + SIZE[1], 3 * t : 3 * t + SIZE[0]]) for t in range(FRAMES)]
    found = analysis.study(window(tmp_path / "pan.mp4", frames), SIZE)
    assert not found.static
    assert found.motion == pytest.approx(np.hypot(3, 1), rel=0.05)
    assert found.surfaces
    for surface in found.surfaces:
        corners = np.array([[0, 0], [surface.width, 0], [surface.width, surface.height]], float)
        at_key = surface.project(corners, 10)
        for time in range(FRAMES):
            true = at_key + np.array([3.0, 1.0]) * (10 - time)
            assert np.abs(surface.project(corners, time) - true).max() < 0.5


def past_a_wall(normal: np.ndarray) -> list[np.ndarray]:
    """The camera goes 0.4 of its distance along a plane with this normal, which fills the picture."""
    focal = pose.FOCAL * SIZE[0]
    lens = np.array([[focal, 0, SIZE[0] / 2], [0, focal, SIZE[1] / 2], [0, 0, 1]])
    shift = np.array([[1.0, 0.0, 300.0], [0.0, 1.0, 200.0], [0.0, 0.0, 1.0]])
    wide, frames = ground(4, (SIZE[0] + 600, SIZE[1] + 400)), []
    for time in range(FRAMES):
        way = np.array([0.02 * (time - FRAMES // 2), 0.0, 0.0])
        matrix = lens @ (np.eye(3) + np.outer(way, normal)) @ np.linalg.inv(lens) @ np.linalg.inv(shift)
        frames.append(cv2.warpPerspective(wide, matrix, SIZE))
    return frames


def test_the_motion_of_the_camera_lays_the_surface_on_its_plane(tmp_path: Path) -> None:
    normal = np.array([-0.6, 0.0, -0.8])
    found = analysis.study(window(tmp_path / "wall.mp4", past_a_wall(normal)), SIZE)
    assert found.surfaces
    for surface in found.surfaces:
        corners = np.array([[0, 0], [surface.width, 0], [surface.width, surface.height], [0, surface.height]], float)
        rays = np.c_[(surface.project(corners, FRAMES // 2) - np.array(SIZE) / 2) / (pose.FOCAL * SIZE[0]), np.ones(4)]
        points = -rays / (rays @ normal)[:, None]
        right, down = points[1] - points[0], points[3] - points[0]
        assert abs(right @ down) < 0.05 * np.linalg.norm(right) * np.linalg.norm(down)
        aspect = np.linalg.norm(right) / np.linalg.norm(down)
        assert aspect == pytest.approx(surface.width / surface.height, rel=0.1)


def test_on_a_lawn_before_a_wall_text_lies_down(tmp_path: Path) -> None:
    view = ground(5)
    view[:140] //= 3
    found = analysis.study(window(tmp_path / "lawn.mp4", [view] * FRAMES), SIZE)
    assert {surface.kind for surface in found.surfaces} == {"ground", "static"}
    for surface in found.surfaces:
        quad = surface.project(np.array([[0, 0], [surface.width, 0], [0, surface.height]], float), 0)
        assert (surface.kind == "ground") == (quad[0, 1] > 140)


def test_a_second_reading_needs_no_video(brief: windows.Window, tmp_path: Path) -> None:
    first = analysis.analyse(brief, SMALL, tmp_path)
    moved = replace(brief, path=str(tmp_path / "gone.mp4"))
    assert first.surfaces
    assert same(first, analysis.analyse(moved, SMALL, tmp_path))
    assert len(list(tmp_path.iterdir())) == 1


def test_a_network_has_an_entry_of_its_own_wherever_its_file_lies(brief: windows.Window, tmp_path: Path) -> None:
    zero = onnx.weights("zero", np.zeros((2, 3, 1, 1)))
    nodes = [onnx.node("Sub", ["a", "b"], "c"), onnx.node("Conv", ["c", "zero"], "y", kernel_shape=[1, 1])]
    ports = [onnx.port("a", 1, 3, 16, 16), onnx.port("b", 1, 3, 16, 16)], [onnx.port("y", 1, 2, 16, 16)]
    paths = [onnx.write(tmp_path / name, nodes, *ports, zero) for name in ("one.onnx", "two.onnx")]
    first, second = (open_networks(SurfaceConfig(flow=path)) for path in paths)
    found = analysis.analyse(brief, SMALL, tmp_path / "cache", first)
    gone = replace(brief, path=str(tmp_path / "gone.mp4"))
    assert same(analysis.analyse(gone, SMALL, tmp_path / "cache", second), found)
    with pytest.raises(DataError, match=r"gone.mp4"):
        analysis.analyse(gone, SMALL, tmp_path / "cache")


def test_a_damaged_entry_is_noticed_and_made_again(brief: windows.Window, tmp_path: Path) -> None:
    found = analysis.analyse(brief, SMALL, tmp_path)
    (entry,) = tmp_path.iterdir()
    whole = entry.read_bytes()
    for broken in (whole[: len(whole) // 2], whole[:9000] + bytes([whole[9000] ^ 64]) + whole[9001:]):
        entry.write_bytes(broken)
        assert same(analysis.analyse(brief, SMALL, tmp_path), found)
        assert entry.read_bytes() == whole


def test_the_answer_does_not_depend_on_threads(street: windows.Window, studied: analysis.Analysis) -> None:
    try:
        cv2.setNumThreads(3)
        assert same(analysis.study(street, SIZE), studied)
    finally:
        cv2.setNumThreads(1)


def same(one: analysis.Analysis, two: analysis.Analysis) -> bool:
    """Bytes of everything a renderer reads."""
    plain = [(a.jpegs, a.sharpness, a.grain, a.motion, a.static, len(a.surfaces)) for a in (one, two)]
    return plain[0] == plain[1] and all(
        np.array_equal(a.to_frame, b.to_frame)
        and all(np.array_equal(x.gain, y.gain) for x, y in zip(a.light, b.light, strict=True))
        and all(
            (x is None and y is None) or (x is not None and y is not None and np.array_equal(x.pixels, y.pixels))
            for x, y in zip(a.occlusion, b.occlusion, strict=True)
        )
        for a, b in zip(one.surfaces, two.surfaces, strict=True)
    )
