"""Which polygons, words or tracks belong together: overlap and one-to-one assignment."""

from collections.abc import Sequence

import numpy as np
import shapely
from jaxtyping import Float64
from scipy.optimize import linear_sum_assignment

from sts.geometry import Polygon

Table = Float64[np.ndarray, "n m"]


def ious(rows: Sequence[Polygon], columns: Sequence[Polygon]) -> Table:
    """IoU of each polygon with each other one; 0 for one without area."""
    if not (rows and columns):
        return np.zeros((len(rows), len(columns)))
    one, two = (np.array([_shape(polygon) for polygon in polygons]) for polygons in (rows, columns))
    common = shapely.area(shapely.intersection(one[:, None], two[None, :]))
    whole = shapely.area(one)[:, None] + shapely.area(two)[None, :] - common
    return np.divide(common, whole, out=np.zeros_like(common), where=whole > 0)


def assigned(likeness: Table, least: float) -> dict[int, int]:
    """Row to column: the one-to-one pairs of at least this likeness with the largest sum."""
    rows, columns = linear_sum_assignment(np.where(likeness >= least, likeness, 0), maximize=True)
    return {int(i): int(j) for i, j in zip(rows, columns, strict=True) if likeness[i, j] >= max(least, 1e-9)}


def _shape(polygon: Polygon) -> shapely.Geometry:
    return shapely.make_valid(shapely.polygons(np.asarray(polygon))) if len(polygon) > 2 else shapely.Polygon()
