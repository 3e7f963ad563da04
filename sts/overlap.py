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
    common, one, two = _areas(rows, columns)
    return _quotient(common, one + two - common)


def shares(rows: Sequence[Polygon], columns: Sequence[Polygon]) -> Table:
    """Share of each polygon of `rows` that lies in each one of `columns`; 0 for one without area."""
    common, one, _ = _areas(rows, columns)
    return _quotient(common, one)


def assigned(likeness: Table, least: float) -> dict[int, int]:
    """Row to column: the one-to-one pairs of at least this likeness with the largest sum."""
    rows, columns = linear_sum_assignment(np.where(likeness >= least, likeness, 0), maximize=True)
    return {int(i): int(j) for i, j in zip(rows, columns, strict=True) if likeness[i, j] >= max(least, 1e-9)}


def _areas(rows: Sequence[Polygon], columns: Sequence[Polygon]) -> tuple[Table, Table, Table]:
    """Of what they have in common, of the row, and of the column."""
    if not (rows and columns):
        none = np.zeros((len(rows), len(columns)))
        return none, none, none
    one, two = (np.array([_shape(polygon) for polygon in polygons]) for polygons in (rows, columns))
    common = shapely.area(shapely.intersection(one[:, None], two[None, :]))
    whole, other = np.broadcast_arrays(shapely.area(one)[:, None], shapely.area(two)[None, :])
    return common, whole, other


def _quotient(part: Table, whole: Table) -> Table:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _shape(polygon: Polygon) -> shapely.Geometry:
    return shapely.make_valid(shapely.polygons(np.asarray(polygon))) if len(polygon) > 2 else shapely.Polygon()
