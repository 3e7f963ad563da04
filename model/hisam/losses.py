"""Losses of Hi-SAM: strokes at both scales, and what points say about words, lines and paragraphs.

Weights are those of its code: 20 focal + dice + squared error of the expected IoU for strokes; cross entropy + dice
for words, lines and paragraphs, with the error of the IoU for the latter two; paragraphs count half.
"""

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor
from torch.nn import functional

from model import losses
from model.hisam.decoders import Answer, Strokes
from model.hisam.targets import Marks
from model.losses import FocalConfig, Target

Logits = Float[Tensor, "n g g"]
Truth = UInt8[Tensor, "n s s"]
Each = Float[Tensor, " n"]
PARAGRAPH = 0.5
"""Weight of the paragraph's losses"""
OVERSAMPLE = 3
"""Points drawn for one that is kept"""
UNSURE = 0.75
"""Share of the kept points that are those nearest to logit 0 (PointRend, arXiv 1912.08193)"""


def of_strokes(found: Strokes, target: Target, config: FocalConfig) -> dict[str, Tensor]:
    """By name; both scales answer on the truth's grid. Dice and IoU are of the pictures with text."""
    made = {}
    for name, logits, iou in (("x1", found.coarse, found.coarse_iou), ("x4", found.fine, found.fine_iou)):
        wide = losses.enlarge(logits[:, 0], target)
        made[f"focal_{name}"] = config.weight * losses.focal(wide, target, config)
        made[f"dice_{name}"] = losses.dice(wide, target)
        true = ((target.truth >= 0.5) & target.counted).byte()
        error = _iou_error(iou[:, 0], torch.where(target.counted, wide, -1.0), true)
        made[f"iou_{name}"] = _mean(error, target.has_text)
    return made


def of_layout(answer: Answer, marks: Marks) -> dict[str, Tensor]:
    """By name; a point of a picture whose layout is not known counts nothing."""
    assert answer.words is not None
    words, line, paragraph = marks.truth.unbind(1)
    logits = answer.masks.unbind(1)
    each = {
        "word": _sampled(logits[0], words),
        "word_fine": _sampled(answer.words, words),
        "line": _sampled(logits[1], line) + _iou_error(answer.ious[:, 1], logits[1], line),
        "paragraph": PARAGRAPH * (_sampled(logits[2], paragraph) + _iou_error(answer.ious[:, 2], logits[2], paragraph)),
    }
    return {name: _mean(values, marks.counted) for name, values in each.items()}


def _sampled(logits: Logits, truth: Truth) -> Each:
    """Cross entropy and dice at points, most of them where the mask is unsure."""
    logits = logits.float()
    places = _places(logits)
    found, true = _at(logits, places), _at(truth.float(), places)
    entropy = functional.binary_cross_entropy_with_logits(found, true, reduction="none").mean(1)
    probability = found.sigmoid()
    both = (probability * true).sum(1)
    return entropy + 1 - (2 * both + 1) / (probability.sum(1) + true.sum(1) + 1)


@torch.no_grad()
def _places(logits: Logits) -> Float[Tensor, "n p 2"]:
    """x and y from -1 to 1: 128 x 128 of them for a mask of 256 x 256 px."""
    n, count = len(logits), (logits.shape[-1] // 2) ** 2
    drawn = 2 * torch.rand(n, OVERSAMPLE * count, 2, device=logits.device) - 1
    unsure = int(UNSURE * count)
    nearest = _at(logits, drawn).abs().topk(unsure, dim=1, largest=False).indices
    others = 2 * torch.rand(n, count - unsure, 2, device=logits.device) - 1
    return torch.cat([drawn.gather(1, nearest[..., None].expand(-1, -1, 2)), others], dim=1)


def _at(maps: Float[Tensor, "n h w"], places: Float[Tensor, "n p 2"]) -> Float[Tensor, "n p"]:
    sampled = functional.grid_sample(maps[:, None], places[:, :, None], mode="bilinear", align_corners=False)
    return sampled[:, 0, :, 0]


def _iou_error(expected: Each, logits: Logits, truth: Truth) -> Each:
    """(expected IoU - IoU)², the truth brought to the grid of the logits."""
    with torch.no_grad():
        grid = functional.interpolate(truth[:, None].float(), logits.shape[-2:], mode="bilinear")[:, 0]
        true, shown = grid > 0.5, logits > 0
        iou = (true & shown).sum((1, 2)) / ((true | shown).sum((1, 2)) + 1e-6)
    return (expected.float() - iou) ** 2


def _mean(values: Each, counted: Bool[Tensor, " n"]) -> Float[Tensor, ""]:
    return (values * counted).sum() / counted.sum().clamp(min=1)
