"""The made-up landmarks, read in as an operator's file would be."""

from __future__ import annotations

from pbapp.assets.finding.landmark_file import replace_landmarks
from pbapp.demo.people import Cast
from pbapp.demo.reading import read


def load_landmarks(cast: Cast) -> int:
    facts = read("landmarks")
    marks = [(mark["name"], mark["lat"], mark["lon"]) for mark in facts["landmarks"]]
    return replace_landmarks(board=cast.boards["coatbridge"], marks=marks, source=facts["source"])
