"""What the database refuses is said in the reader's language."""

from __future__ import annotations

from babel.messages.pofile import read_po

import pbapp.models  # noqa: F401 — every table has to be known
from pbapp.config import ROOT
from pbapp.db import Base


def test_every_refusal_of_the_database_can_be_translated() -> None:
    with (ROOT / "translations" / "messages.pot").open("rb") as file:
        known = {message.id for message in read_po(file)}
    said = {
        sentence
        for mapper in Base.registry.mappers
        for _field, sentence in mapper.class_.__refusals__.values()
    }
    assert said <= known, f"not marked with N_: {sorted(said - known)}"


def test_every_refusal_names_a_constraint_that_exists() -> None:
    names = {
        str(named.name)
        for table in Base.metadata.tables.values()
        for named in [*table.constraints, *table.indexes]
    }
    told = {name for mapper in Base.registry.mappers for name in mapper.class_.__refusals__}
    assert told <= names, sorted(told - names)
