"""What area and time data are about, as descriptors say it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field, model_validator

from pipelines.registry.base import Bilingual, Descriptor, WebAddress

Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]


class Spatial(Descriptor):
    """An area (dct:Location). ``bbox`` is its bounding box in degrees (WGS 84): west, south, east, north."""

    uri: WebAddress
    title: Bilingual
    bbox: tuple[Longitude, Latitude, Longitude, Latitude]

    @model_validator(mode="after")
    def _south_is_below(self) -> Spatial:
        if self.bbox[1] > self.bbox[3]:
            raise ValueError("bbox is west, south, east, north")
        return self


class Temporal(Descriptor):
    """The days that data without reporting periods are about. ``end`` absent: until the newest version."""

    start: dt.date
    end: dt.date | None = None

    @model_validator(mode="after")
    def _ends_after_start(self) -> Temporal:
        if self.end is not None and self.end < self.start:
            raise ValueError("end lies before start")
        return self


class Coverage(Descriptor):
    """What a dataset is about where that is not the catalog's area, or not told by its periods."""

    spatial: Spatial | None = None
    temporal: Temporal | None = None
