"""Data, where the reference program has them."""

from ._native import Data, Metadata, Record
from ._reference import Sensml

__all__ = ["Data", "Metadata", "Record", "Sensml"]
