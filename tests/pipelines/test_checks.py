"""Every rule finds the clip that breaks it; a good clip breaks none."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmarks.datasets.folder import Folder
from pipelines import checks
from pipelines.limits import AuditConfig, AuditLimits
from sts import jpeg, masks
from sts.shards import Jpegs
from sts.types import Clip, Mask, SourceFile, TextInstance
from synth.engines.planes import Planes
from synth.optics import DamageConfig
from synth.setup import Setup, TextConfig, open_kit
from synth.stage import streams

ClipOf = Callable[..., Clip]
ALLOWED = ("CC0-1.0", "OFL-1.1", "CC-BY-4.0")


@pytest.fixture
def good(clip_of: ClipOf) -> Clip:
    return clip_of()


def pictures(clip: Clip) -> Jpegs:
    assert clip.video is not None
    return tuple(jpeg.encode(frame) for frame in clip.video)


def rules(clip: Clip, stored: Jpegs | None = None, **labels: Any) -> set[tuple[str, bool]]:
    """Names of the broken rules and whether they must be mended; `labels` are limits."""
    settings = AuditConfig(licences=ALLOWED, labels=replace(AuditLimits(), **labels))
    found = checks.findings(clip, pictures(clip) if stored is None else stored, settings)
    return {(one.rule, one.severe) for one in found}


def changed(clip: Clip, **changes: Any) -> Clip:
    """The clip with its word changed on all frames."""

    def change(one: TextInstance) -> TextInstance:
        return replace(one, **changes) if one.level == "word" else one

    frames = tuple(replace(frame, instances=tuple(map(change, frame.instances))) for frame in clip.frames)
    return replace(clip, frames=frames)


def block(top: int, bottom: int, left: int, right: int) -> Mask:
    pixels = np.zeros((64, 96), np.bool_)
    pixels[top:bottom, left:right] = True
    return masks.encode(pixels)


def test_a_good_clip_breaks_nothing(good: Clip) -> None:
    assert rules(good) == set()


def test_strokes_may_lie_3_px_outside_their_word_and_no_farther(good: Clip) -> None:
    still = replace(good, frames=good.frames[:1], video=good.video[:1] if good.video is not None else None)
    near = changed(still, mask=block(17, 43, 20, 24))
    assert ("mask-in-word", True) not in rules(near)
    assert ("mask-in-word", True) in rules(changed(still, mask=block(15, 43, 20, 24)))


def test_half_a_percent_of_strokes_may_stray(good: Clip) -> None:
    pixels = np.zeros((64, 96), np.bool_)
    pixels[22:38, 24:60] = True
    pixels[2, 2:4] = True
    assert ("mask-in-word", True) not in rules(changed(good, mask=masks.encode(pixels)))
    pixels[2, 2:6] = True
    assert ("mask-in-word", True) in rules(changed(good, mask=masks.encode(pixels)))


@pytest.mark.parametrize("mask", [masks.empty(64, 96), block(20, 22, 24, 26), block(20, 40, 20, 63)])
def test_words_of_hardly_any_or_nothing_but_strokes_are_doubtful(mask: Mask, good: Clip) -> None:
    assert ("ink", False) in rules(changed(good, mask=mask))
    assert ("ink", False) not in rules(changed(good, mask=mask, legible=False, ignore=True))


def test_a_word_hidden_behind_something_has_ink_enough(good: Clip) -> None:
    hidden = changed(good, mask=masks.empty(64, 96), amodal_mask=good.frames[0].instances[1].mask)
    assert ("ink", False) not in rules(hidden)


def test_a_word_drawn_twice_is_doubtful(good: Clip) -> None:
    frames = tuple(
        replace(frame, instances=(*frame.instances, replace(frame.instances[1], track_id=5))) for frame in good.frames
    )
    assert rules(replace(good, frames=frames)) == {("word-twice", False)}


def test_a_crossed_polygon_is_doubtful(good: Clip) -> None:
    crossed = (
        (20.0, 20.0),
        (63.0, 20.0),
        (63.0, 40.0),
        (40.0, 40.0),
        (42.0, 19.0),
        (38.0, 19.0),
        (40.0, 40.0),
        (20.0, 40.0),
    )
    assert ("polygon-crossed", False) in rules(changed(good, polygon=crossed))


def test_a_legible_word_of_a_person_has_a_text(good: Clip) -> None:
    assert ("no-transcription", False) in rules(changed(good, source="human", text=None))
    assert ("no-transcription", False) not in rules(changed(good, source="predicted", text=None))


def test_a_clip_of_ignored_words_is_doubtful(good: Clip) -> None:
    assert ("much-ignored", False) in rules(changed(good, ignore=True))


@pytest.mark.parametrize("licence", ["", " ", "LicenseRef-unstated", "CC-BY-NC-4.0", "OFL-1.1 AND GPL-3.0-only"])
def test_a_clip_or_source_without_an_allowed_licence_is_named(licence: str, good: Clip) -> None:
    of_clip = replace(good, origin=replace(good.origin, license=licence))
    font = SourceFile(kind="font", id="lato", sha256="f" * 64, license=licence)
    of_font = replace(good, origin=replace(good.origin, sources=(font,)))
    for clip, what in ((of_clip, "the clip"), (of_font, "font lato")):
        (finding,) = checks.licences(clip, ALLOWED)
        assert (finding.rule, finding.severe) == ("licence", True)
        assert what in finding.what and licence.strip() in finding.what


def test_an_expression_is_met_by_all_of_and_and_any_of_or() -> None:
    assert checks.permitted("OFL-1.1 AND CC0-1.0", ALLOWED)
    assert checks.permitted("GPL-3.0-only OR CC0-1.0", ALLOWED)
    assert not checks.permitted("GPL-3.0-only OR MIT", ALLOWED)


def test_a_font_must_be_among_the_sources(good: Clip) -> None:
    assert ("font-source", True) in rules(replace(good, origin=replace(good.origin, sources=())))


def test_pictures_are_as_many_and_as_large_as_the_frames(good: Clip) -> None:
    stored = pictures(good)
    small = jpeg.encode(np.zeros((32, 96, 3), np.uint8))
    assert rules(good, stored[:-1]) == {("picture-count", True)}
    assert rules(good, (*stored[:-1], small)) == {("picture-size", True)}
    assert rules(good, (*stored[:-1], b"none")) == {("picture-decodes", True)}


def test_a_licence_that_is_not_allowed_is_told_with_the_place_of_the_setting(good: Clip) -> None:
    (finding,) = checks.licences(replace(good, origin=replace(good.origin, license="LicenseRef-x")), ALLOWED)
    assert finding.what == (
        "the clip is under LicenseRef-x; `licences` in the TOML file given with --config does not allow it"
    )


def test_specks_of_people_and_models_are_doubtful_and_a_renderers_are_not(good: Clip) -> None:
    pixels = masks.decode(block(22, 38, 24, 58))
    pixels[25:31, 30:50] = False
    pixels[27, 33:36] = pixels[29, 40] = True
    spotted = changed(good, mask=masks.encode(pixels), source="human")
    assert ("mask-speck", False) in rules(spotted)
    settings = AuditConfig(licences=ALLOWED)
    (finding,) = [one for one in checks.findings(spotted, pictures(spotted), settings) if one.rule == "mask-speck"][:1]
    assert str(finding) == "frame 0: track 1: 2 of 3 pieces of strokes have under 4 px"
    assert ("mask-speck", False) not in rules(spotted, speck_px=1)
    pixels[28, 33] = True
    pixels[29, 40] = False
    assert ("mask-speck", False) not in rules(changed(good, mask=masks.encode(pixels), source="human"))
    assert ("mask-speck", False) not in rules(changed(spotted, source="rendered"))


@pytest.mark.parametrize(("time_s", "found"), [(0.12, False), (0.139, False), (0.141, True), (0.099, True)])
def test_a_frame_more_than_half_an_interval_off_is_doubtful(time_s: float, found: bool, good: Clip) -> None:
    late = replace(good, frames=(*good.frames[:3], replace(good.frames[3], time_s=time_s)))
    assert (("frame-gap", False) in rules(late)) is found
    assert ("frame-gap", False) not in rules(late, frame_gap=2.0)


def test_a_copied_mask_is_found_beside_all_other_rules_and_not_looked_for_in_broken_pictures(good: Clip) -> None:
    assert good.video is not None
    still = changed(good, mask=good.frames[0].instances[1].mask)
    moving = replace(still, video=np.stack([np.roll(good.video[0], 3 * i, axis=1) for i in range(4)]))
    assert ("mask-copied", True) in rules(moving)
    assert ("mask-copied", True) not in rules(still)
    assert ("mask-copied", True) not in rules(moving, pictures(moving)[:-1])


def test_a_loaded_still_image_breaks_nothing(tmp_path: Path) -> None:
    for name, pixels in (
        ("images", np.full((64, 96, 3), 90, np.uint8)),
        ("masks", masks.decode(block(22, 38, 24, 58))),
    ):
        (tmp_path / name).mkdir()
        Image.fromarray(pixels).save(tmp_path / name / "a.png")
    reader = Folder()
    (item,) = reader.items(tmp_path)
    loaded = reader.clip(tmp_path, item)
    assert isinstance(loaded, tuple)
    clip, stored = loaded
    found = checks.findings(clip, stored, AuditConfig(licences=(clip.origin.license,)))
    assert list(found) == []


def test_a_rendered_clip_breaks_nothing(tmp_path: Path) -> None:
    setup = Setup(
        width=320,
        height=180,
        frames=4,
        kit=open_kit(TextConfig()),
        damage=DamageConfig(jpeg=0.0, h264=0.0),
        windows=(),
        camera=0.0,
        cache=tmp_path,
    )
    engine = Planes(setup)
    clip = engine.render(engine.sample(streams(1, 0, 0)), "clip")
    terms = {clip.origin.license, *(source.license for source in clip.origin.sources)}
    found = checks.findings(clip, pictures(clip), AuditConfig(licences=tuple(terms)))
    assert [str(one) for one in found if one.severe or one.rule.startswith(("mask", "frame"))] == []
