"""What each score says, in one line for people who read a report."""

from benchmarks.metrics.panoptic import LEVELS

_PIXELS = {
    "fgiou": "stroke pixels that truth and prediction share, of all that either has, over the whole set",
    "f_hisam": "F-score of mean precision and mean recall of stroke pixels, the form that papers print",
    "p_hisam": "share of the predicted stroke pixels that are true, mean over frames",
    "r_hisam": "share of the true stroke pixels that are found, mean over frames",
    "f_global": "F-score of the stroke pixels of all frames together",
    "p_global": "share of the predicted stroke pixels that are true, all frames together",
    "r_global": "share of the true stroke pixels that are found, all frames together",
    "fgiou_mean": "fgIoU of each frame, then the mean",
    "f_mean": "F-score of the stroke pixels of each frame, then the mean",
    "p_mean": "p_hisam, with a frame empty in both counted as right",
    "r_mean": "r_hisam, with a frame empty in both counted as right",
    "bg_iou": "IoU of what is no text",
    "miou": "mean of fgiou and bg_iou",
    "bg_iou_hisam": "bg_iou, with ignored pixels counted as right",
    "miou_hisam": "mean of fgiou and bg_iou_hisam",
}
_CONTOURS = {
    "boundary_f": "F-score of outline pixels that agree within 0.8 % of the diagonal (DAVIS); blind to small shifts",
    "boundary_f_1px": "F-score of outline pixels that agree within 1 px",
    "boundary_f_2px": "F-score of outline pixels that agree within 2 px",
    "nsd_1px": "surface Dice: share of the length of both outlines within 1 px of the other",
    "nsd_2px": "surface Dice: share of the length of both outlines within 2 px of the other",
    "fgiou_tolerant_1px": "fgIoU, with errors within 1 px of both outlines forgiven",
    "fgiou_tolerant_2px": "fgIoU, with errors within 2 px of both outlines forgiven",
    "boundary_iou_02": "IoU of the rims of the strokes, 2 % of the diagonal deep",
    "boundary_iou_005": "IoU of the rims of the strokes, 0.5 % of the diagonal deep",
    "hd95_px": "distance between the outlines that 95 % of their length does not exceed",
    "asd_truth_px": "mean distance from the true outline to the predicted one",
    "asd_prediction_px": "mean distance from the predicted outline to the true one",
}
_TRACKS = {
    "j": "IoU of each tracked text with the prediction of the same number, mean over its frames (SA-V)",
    "f": "the same with boundary_f in place of IoU",
    "jf": "mean of j, the IoU of each tracked text, and f, the same of its outline",
    "j_davis": "j over all frames of the clip (DAVIS)",
    "f_davis": "f over all frames of the clip (DAVIS)",
    "jf_davis": "mean of j_davis and f_davis",
    "hota": "finding each text and keeping its number through the clip, in one score",
    "deta": "the part of HOTA that says how well texts are found",
    "assa": "the part of HOTA that says how well they keep their number",
    "loca": "mean IoU of the texts that are found",
    "idf1": "share of texts in all frames that are found under one number",
    "mota": "1 - (missed + false + changes of number) / true texts",
}
_STEADINESS = {
    "tiou": "IoU of the predicted strokes with those of the next frame, moved along the optical flow",
    "e_warp": "share of pixels where the prediction differs from the next frame, moved along the optical flow",
    "area_cov": "how much the area of a predicted track varies, as a share of its mean",
    "vc_8": "pixels near text that stay as they are for 8 frames and are predicted so, right or wrong",
    "vc_16": "the same over 16 frames",
    "vc_8_strict": "text pixels of 8 frames that are found in all of them",
    "vc_16_strict": "text pixels of 16 frames that are found in all of them",
    "flicker_8": "pixels near text that stay as they are for 8 frames, yet are predicted to change twice or more",
    "flicker_16": "the same over 16 frames",
}
_READING = {
    "cer": "wrong, missing and extra characters in words that are found, per true character",
    "ned": "1 - edit distance over length, mean over the words that are found",
    "e2e_ned": "the same over all words; missed and false ones score 0",
    "e2e_pq": "word_pq, where a word counts only if it is read exactly",
    "e2e_f": "word_f, where a word counts only if it is read exactly",
    "e2e_p": "share of the predicted words that are found and read exactly",
    "e2e_r": "share of the true words that are found and read exactly",
    "e2e_t": "mean IoU of the words that are read exactly",
    "kappa": "agreement of people within 5 px of the text, beyond chance",
}
_BY_LEVEL = {
    "pq": "how many {}s are found, times how tightly: {}_f times {}_t (HierText)",
    "f": "F-score of {}s that are found at IoU 0.5",
    "p": "share of the predicted {}s that are true",
    "r": "share of the true {}s that are found",
    "t": "mean IoU of the {}s that are found",
    "ap": "average precision of {}s over IoU 0.50 to 0.95 (COCO)",
    "ap50": "average precision of {}s at IoU 0.5",
    "ap75": "average precision of {}s at IoU 0.75",
}
MEANINGS = {
    **(_PIXELS | _CONTOURS | _TRACKS | _STEADINESS | _READING),
    **{f"{level}_{name}": text.replace("{}", level) for level in LEVELS for name, text in _BY_LEVEL.items()},
}
"""By name, without a class of stroke width"""
_LOW = {"flicker_8", "flicker_16", "cer", *(name for name in _CONTOURS if name.endswith("_px"))}
_AS_TRUTH = {"tiou", "e_warp", "area_cov"}
_SPANS = {"mota": "below 0 to 100", "kappa": "-100 to 100", "cer": "from 0", "area_cov": "from 0"}


def explain(name: str) -> str:
    """What a score says, its range and which way is better; "" for a name of a metric that is not ours."""
    score = name.partition("/")[0]
    return f"{MEANINGS[score]}; {_span(score)}, {_better(score)}" if score in MEANINGS else ""


def _span(score: str) -> str:
    return "px from 0" if score.endswith("_px") else _SPANS.get(score, "0 to 100")


def _better(score: str) -> str:
    if score in _AS_TRUTH:
        return "best as in the truth, where text moves too"
    return "lower is better" if score in _LOW else "higher is better"
