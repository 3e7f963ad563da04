"""The formats by name; any other reader is named by its import path."""

import difflib

from benchmarks.datasets.reader import Dataset
from sts import plugins
from sts.errors import ConfigError

FORMATS = {
    "totaltext": "benchmarks.datasets.totaltext:TotalText",
    "textseg": "benchmarks.datasets.textseg:TextSeg",
    "bts": "benchmarks.datasets.textseg:Bts",
    "hiertext": "benchmarks.datasets.hiertext:HierText",
    "icdar13seg": "benchmarks.datasets.icdar13:Icdar13Segmentation",
    "icdar15": "benchmarks.datasets.icdar15:Icdar15",
    "icdar": "benchmarks.datasets.icdarvideo:IcdarVideo",
    "scutenstext": "benchmarks.datasets.icdar15:ScutEnsText",
    "cocots": "benchmarks.datasets.pairs:CocoTs",
    "mlts": "benchmarks.datasets.pairs:MltS",
    "davis": "benchmarks.datasets.videos:Davis",
    "youtubevos": "benchmarks.datasets.videos:YoutubeVos",
    "sav": "benchmarks.datasets.videos:SaV",
    "coco": "benchmarks.datasets.coco:Coco",
    "youtubevis": "benchmarks.datasets.coco:YoutubeVis",
    "huggingface": "benchmarks.datasets.huggingface:HuggingFace",
    "webdataset": "benchmarks.datasets.webdataset:WebDataset",
    "folder": "benchmarks.datasets.folder:Folder",
}


def find(name: str) -> Dataset:
    """The reader of a format, or of `package.module:Class`. ConfigError names the nearest format."""
    if name not in FORMATS and ":" not in name:
        near = difflib.get_close_matches(name.lower(), FORMATS, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]}?" if near else f"give one of {', '.join(FORMATS)}, or package.module:Class"
        raise ConfigError(f"there is no format {name!r}; {hint}")
    return plugins.load(FORMATS.get(name, name), Dataset)
