"""What judges the shipped network shares no font, text or footage with what it learns from."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sts import config
from sts.errors import ConfigError
from sts.stage import Notes
from sts.types import Clip
from synth import stage
from synth.setup import open_kit
from synth.stage import RenderConfig
from synth.text.fonts import FontLibrary

ROOT = Path(__file__).parents[2]
BACKGROUNDS = str(ROOT / "synth" / "assets" / "backgrounds")
TRAIN, DENSE, WIDE, HELD_OUT = (
    config.load(RenderConfig, ROOT / "configs" / "synth" / f"{n}.toml")
    for n in ("train_nano", "train_nano_dense", "train_nano_wide", "heldout")
)
BOTH = (TRAIN, HELD_OUT)
PLANES = {"width": 320, "height": 180, "frames": 2, "engine": "synth.engines.planes:Planes", "videos": ()}


def test_each_font_that_ships_is_in_one_of_both() -> None:
    train, held_out = (set(open_kit(one.text).library.fonts) for one in BOTH)
    assert not train & held_out
    assert train | held_out == set(FontLibrary.open().fonts)


@pytest.mark.parametrize("settings", BOTH, ids=["train_nano", "heldout"])
def test_both_have_a_font_for_every_language(settings: RenderConfig) -> None:
    kit = open_kit(settings.text)
    scripts = {kit.corpus.languages[language].script for language, _ in kit.placement.languages}
    assert kit.library.unavailable(scripts) == ()


def test_no_text_is_in_both() -> None:
    rng = np.random.default_rng(0)
    train, held_out = ({text.casefold() for text in drawn(one, rng)} for one in BOTH)
    assert not train & held_out


def test_no_footage_is_in_both() -> None:
    train, held_out = (
        {window.sha256 for window in stage.job(replace(one, windows_per_video=1), (BACKGROUNDS,)).windows}
        for one in BOTH
    )
    assert (len(train), len(held_out), len(train & held_out)) == (2, 1, 0)


def test_rendered_clips_share_no_font_text_or_computed_world(tmp_path: Path) -> None:
    train, held_out = ([*clips(one, tmp_path)] for one in BOTH)
    for key in (fonts, texts, worlds):
        first, second = (set().union(*map(key, some)) for some in (train, held_out))
        assert first and second
        assert not first & second, key.__name__


@pytest.mark.parametrize("other", [DENSE, WIDE], ids=["dense", "wide"])
def test_the_denser_sets_are_made_of_the_same_as_the_first(other: RenderConfig) -> None:
    assert (other.videos, other.text.corpus_share, other.text.only_fonts) == (
        TRAIN.videos,
        TRAIN.text.corpus_share,
        TRAIN.text.only_fonts,
    )


def test_no_two_sets_have_one_seed() -> None:
    assert len({settings.seed for settings in (TRAIN, DENSE, WIDE, HELD_OUT)}) == 4


def test_a_video_that_is_not_there_is_one_line() -> None:
    with pytest.raises(ConfigError, match=r"videos names none\.mp4, which .*backgrounds does not hold"):
        stage.job(replace(TRAIN, videos=("bottles.mp4", "none.mp4")), (BACKGROUNDS,))


def test_an_empty_share_of_the_texts_is_one_line() -> None:
    with pytest.raises(ConfigError, match=r"corpus_share = 0\.5, 0\.5"):
        replace(TRAIN.text, corpus_share=(0.5, 0.5))


def drawn(settings: RenderConfig, rng: np.random.Generator) -> Iterator[str]:
    kit = open_kit(settings.text)
    for language, _ in kit.placement.languages:
        for _ in range(60):
            yield kit.corpus.choose(rng, (language,)).text


def clips(settings: RenderConfig, cache: Path) -> Iterator[Clip]:
    """A few small clips of computed worlds."""
    work = stage.job(config.from_dict(RenderConfig, {**config.to_dict(settings), **PLANES}), ())
    studio = stage.Studio(replace(work, cache=cache))
    for index in range(2):
        yield studio.clip(index, Notes())


def fonts(clip: Clip) -> set[str]:
    return {source.sha256 for source in clip.origin.sources if source.kind == "font"}


def texts(clip: Clip) -> set[str]:
    return {str(block["text"]["text"]).casefold() for block in choices(clip)["blocks"]}


def worlds(clip: Clip) -> set[str]:
    return {json.dumps(choices(clip)["world"], sort_keys=True)}


def choices(clip: Clip) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(clip.origin.spec or "")["choices"]
    return found
