"""Strokes with and without prompts, whole and by windows; words of a clip under numbers that last."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from jaxtyping import Float

from model import checkpoints, nets
from model.hisam.decoders import Answer, Features
from model.hisam.labeler import LayoutLabeler
from model.hisam.net import HiSam
from model.hisam.segmenter import HiSamSegmenter
from sts import checks, masks
from sts.errors import ConfigError, DataError
from sts.protocols import Labeler, Prompt, Segmenter
from sts.types import Clip, Frame, Origin

HEIGHT, WIDTH = 60, 120


class Knowing(HiSam):
    """Every point is in a line of two words."""

    def ask(self, features: Features, points: Float[torch.Tensor, "n 2"], *, words: bool) -> Answer:
        n, fine = len(points), torch.full((len(points), 48, 48), -5.0)
        fine[:, 6:18, 4:20] = fine[:, 6:18, 28:44] = 5.0
        masks, ious = torch.full((n, 3, 32, 32), 5.0), torch.full((n, 3), 0.9)
        return Answer(masks=masks, ious=ious, words=fine if words else None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Weights of a net with layout, of one without, and of SAM2Text with layout; none has learned anything."""
    out = tmp_path_factory.mktemp("weights")
    nets_: dict[str, dict[str, object]] = {
        "hisam": {"class": "model.hisam.net:HiSam", "size": "micro"},
        "knowing": {"class": "tests.model.hisam.test_segmenter:Knowing", "size": "micro"},
        "strokes": {"class": "model.hisam.net:HiSam", "size": "micro", "layout": {"on": False}},
        "video": {"class": "model.hisam.video:LayoutSAM2Text", "size": "micro"},
        "plain": {"class": "model.sam2text.net:SAM2Text", "size": "micro"},
    }
    for name, table in nets_.items():
        torch.manual_seed(0)
        net = nets.build(table)
        module = nets.module(net)
        for part in ("hi_decoder.iou_prediction_head", "sam_mask_decoder.pred_obj_score_head"):
            if part.partition(".")[0] in dict(module.named_children()):
                torch.nn.init.constant_([*module.get_submodule(part).parameters()][-1], 9.0)
        checkpoints.save(f"{out}/{name}.safetensors", net, 0)
    return str(out)


def hisam(folder: str, name: str = "hisam", **options: Any) -> HiSamSegmenter:
    return HiSamSegmenter(weights=f"{folder}/{name}.safetensors", device="cpu", **options)


def clip(n: int = 2) -> Clip:
    rng = np.random.default_rng(0)
    return Clip(
        clip_id="clip",
        fps=Fraction(25),
        height=HEIGHT,
        width=WIDTH,
        frames=tuple(Frame(index=i, time_s=i / 25, labelled=False) for i in range(n)),
        origin=Origin(kind="synth", uri="test", license="CC0-1.0"),
        video=rng.integers(0, 255, (n, HEIGHT, WIDTH, 3), dtype=np.uint8),
    )


def test_it_is_a_segmenter_and_a_labeler(folder: str) -> None:
    for one in hisam(folder), LayoutLabeler(weights=f"{folder}/video.safetensors", device="cpu"):
        assert isinstance(one, Segmenter)
        assert isinstance(one, Labeler)


def test_a_box_a_mask_and_a_click_are_answered_with_the_strokes_inside(folder: str) -> None:
    segmenter, video = hisam(folder, "knowing", threshold=1e-6), clip().video
    assert video is not None
    box = Prompt(track_id=1, frame=0, box=(10.0, 5.0, 30.0, 15.0))
    square = np.zeros((HEIGHT, WIDTH), np.bool_)
    square[40:50, 60:100] = True
    mask = Prompt(track_id=2, frame=1, mask=masks.encode(square))
    click = Prompt(track_id=3, frame=0, points=((25.0, 30.0), (100.0, 55.0)), positive=(True, False))
    first, second = segmenter.segment(video, (click, mask, box))
    assert [one.track_id for one in first] == [1, 3]
    assert [one.track_id for one in second] == [1, 2, 3]
    assert masks.area(first[0].mask) == 20 * 10
    found = masks.box(first[1].mask)
    assert found is not None
    assert found[0] < 25 < found[2] < 70
    assert found[1] < 30 < found[3]


def test_windows_see_every_part_of_a_frame(folder: str) -> None:
    segmenter, video = hisam(folder, window=50, threshold=1e-6), clip(1).video
    assert video is not None
    whole = Prompt(track_id=1, frame=0, box=(0.0, 0.0, float(WIDTH), float(HEIGHT)))
    ((segment,),) = segmenter.segment(video, (whole,))
    assert masks.area(segment.mask) == HEIGHT * WIDTH


def test_a_clip_gets_words_lines_and_a_paragraph_that_keep_the_rules(folder: str) -> None:
    segmenter = hisam(folder, "knowing", threshold=1e-6)
    torch.nn.init.constant_([*segmenter._net.mask_decoder.output_hypernetworks_mlps_hr.parameters()][-1], 1.0)
    given = clip(3)
    found = segmenter.label(given)
    for frame in found.frames:
        assert frame.labelled
        levels = sorted(one.level for one in frame.instances)
        assert levels == ["line", "paragraph", "word", "word"]
    assert [one for one in checks.findings(found) if one.severe] == []
    assert found.video is given.video


def test_sam2text_with_layout_labels_a_clip(folder: str) -> None:
    found = LayoutLabeler(weights=f"{folder}/video.safetensors", device="cpu").label(clip())
    assert all(frame.labelled for frame in found.frames)
    assert [one for one in checks.findings(found) if one.severe] == []
    assert len({one.track_id for one in found.frames[0].instances}) == len(found.frames[0].instances)


def test_a_net_of_strokes_says_that_it_knows_no_words(folder: str) -> None:
    video = clip().video
    assert video is not None
    with pytest.raises(ConfigError, match="words are asked for, which this net does not know"):
        hisam(folder, "strokes").label(clip())
    click = Prompt(track_id=1, frame=0, points=((3.0, 3.0),), positive=(True,))
    with pytest.raises(ConfigError, match="a point asks for a word"):
        next(hisam(folder, "strokes").segment(video, (click,)))
    with pytest.raises(ConfigError, match="knows strokes only"):
        LayoutLabeler(weights=f"{folder}/plain.safetensors", device="cpu").label(clip())


def test_prompts_and_weights_that_cannot_be_used_are_one_line(folder: str) -> None:
    video = clip().video
    assert video is not None
    for prompt, said in (
        (Prompt(track_id=1, frame=7, box=(0.0, 0.0, 9.0, 9.0)), "on frame 7: the video has 2"),
        (Prompt(track_id=1, frame=0, points=((1.0, 1.0),), positive=(False,)), "no box, mask or positive point"),
    ):
        with pytest.raises(DataError, match=said):
            next(hisam(folder).segment(video, (prompt,)))
    with pytest.raises(ConfigError, match="name the segmenter of that net"):
        hisam(folder, "plain")
    with pytest.raises(ConfigError, match="threshold = 2"):
        hisam(folder, threshold=2.0)
