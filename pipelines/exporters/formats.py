"""The formats by name; any other exporter is named by its import path."""

import difflib

from sts import plugins
from sts.errors import ConfigError
from sts.protocols import Exporter

FORMATS = {
    "coco": "pipelines.exporters.coco:Coco",
    "youtubevis": "pipelines.exporters.youtubevis:YoutubeVis",
    "davis": "pipelines.exporters.vos:Davis",
    "youtubevos": "pipelines.exporters.vos:YoutubeVos",
    "hiertext": "pipelines.exporters.hiertext:HierText",
    "textseg": "pipelines.exporters.textseg:TextSeg",
    "icdar": "pipelines.exporters.icdar:Icdar",
    "huggingface": "pipelines.exporters.huggingface:HuggingFace",
    "webdataset": "pipelines.exporters.webdataset:WebDataset",
}


def find(name: str) -> Exporter:
    """The exporter of a format, or of `package.module:Class`. ConfigError names the nearest format."""
    if name not in FORMATS and ":" not in name:
        near = difflib.get_close_matches(name, FORMATS, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]}?" if near else f"give one of {', '.join(FORMATS)}, or package.module:Class"
        raise ConfigError(f"there is no format {name!r}; {hint}")
    return plugins.load(FORMATS.get(name, name), Exporter)
