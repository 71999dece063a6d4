"""Colours of charts: told from the ground and from each other, with every kind of colour vision."""

from __future__ import annotations

import re
from importlib import resources
from itertools import combinations

import numpy as np
import pytest

CSS = resources.files("pipelines.portal").joinpath("static/charts.css").read_text(encoding="utf-8")
SERIES = ("1", "2", "3", "4", "5", "other")
#: Ground, text and quiet text: the portal's, which charts fall back to.
BLOCKS = {
    "light": r":root \{(.*?)\}",
    "system dark": r'@media \(prefers-color-scheme: dark\) \{\s*:root:not\(\[data-theme="light"\]\) \{(.*?)\}',
    "chosen dark": r'\n:root\[data-theme="dark"\] \{(.*?)\}',
    "print": r"@media print \{\s*:root, :root\[data-theme\] \{(.*?)\}",
}
#: Full lack of one kind of cones, in linear RGB: G. M. Machado et al., A Physiologically-based Model for Simulation of
#: Color Vision Deficiency, IEEE TVCG 15 (6), 2009, severity 1.0.
VISIONS = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]
    ),
}
#: XYZ of linear sRGB (IEC 61966-2-1), white D65.
_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]])
_WHITE = np.array([0.95047, 1, 1.08883])


def colours(block: str) -> dict[str, str]:
    """The colours of a block of the style sheet, by property."""
    (found,) = re.findall(BLOCKS[block], CSS, re.DOTALL)
    return dict(re.findall(r"--chart-([\w-]+): (?:var\(--\w+, )?(#[0-9a-f]{6})", found))


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 defines it."""
    low, high = sorted(float(_XYZ[1] @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(light: np.ndarray) -> np.ndarray:
    """CIELAB of linear sRGB."""
    xyz = _XYZ @ np.clip(light, 0, 1) / _WHITE
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


@pytest.mark.parametrize("block", BLOCKS)
def test_marks_and_texts_stand_out(block: str) -> None:
    found = colours(block)
    for name in (*SERIES, "axis"):
        assert contrast(found[name], found["ground"]) >= 3, name
    for name in ("text", "quiet"):
        assert contrast(found[name], found["ground"]) >= 4.5, name
    for name in SERIES:
        assert contrast(found[f"on-{name}"], found[name]) >= 4.5, name


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("block", BLOCKS)
def test_series_are_told_apart(block: str, vision: str) -> None:
    found = colours(block)
    for one, other in combinations(SERIES, 2):
        seen = [lab(VISIONS[vision] @ linear(found[name])) for name in (one, other)]
        assert np.linalg.norm(seen[0] - seen[1]) >= 20, (one, other)


def test_every_class_that_is_drawn_has_a_rule() -> None:
    drawn = {f"c-{name}" for name in SERIES} | {f"on-c-{name}" for name in SERIES}
    drawn |= {"c-bar", "c-depth-1", "c-part", "c-line", "c-dot", "c-grid", "c-zero", "c-tick",
              "c-amount", "c-middle", "c-end", "c-number", "c-plot"}  # fmt: skip
    assert drawn <= set(re.findall(r"\.([a-z0-9-]+)", CSS))
    assert "forced-colors: active" in CSS
