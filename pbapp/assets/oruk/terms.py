"""The vocabularies of the feed, and the terms that an entry is marked with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pbapp.assets.models import Asset, AssetKind, JoinBy, Vocabulary
from pbapp.assets.oruk.values import Thing, made_id, said
from pbapp.assets.vocabulary import TERMS
from pbapp.boards.models import Board
from pbapp.plans.models import Priority, PriorityVersion

Wording = Mapping[int, PriorityVersion]  # priority id to what today's plan says of it

KINDS = {
    AssetKind.ASSOCIATION: ("Associations", "Groups and clubs: people who do something together."),
    AssetKind.INSTITUTION: ("Institutions", "Organisations and services, public or not."),
    AssetKind.PLACE: ("Places", "Halls, parks, paths and rooms that people can use."),
    AssetKind.EXCHANGE: ("Exchange", "Trading, swapping and sharing in the local economy."),
    AssetKind.CULTURE: ("Culture", "Culture, heritage and stories."),
}
WAYS_IN = {
    JoinBy.DROP_IN: "Just come along",
    JoinBy.BOOKING: "Book first",
    JoinBy.REFERRAL: "Somebody has to refer you",
}
# What an entry is marked with, and how that tie is called.
TIES = {Vocabulary.ACCESS: "access", Vocabulary.AUDIENCE: "audience", Vocabulary.THEME: "theme"}
TAXONOMIES = {
    "kinds": ("Kinds of community asset", "The kinds of asset-based community development."),
    "access": ("Access features", "What makes it easier to get in, to stay and to take part."),
    "audience": ("Audiences", "Whom something is for, where it is not for everybody."),
    "theme": ("Place Standard themes", "The themes of the Place Standard tool for Scotland."),
    "join": ("Ways to join", "How people come to take part."),
    "sources": ("Sources", "The lists that entries came from, and their licences."),
}


def taxonomy(slug: str) -> Thing:
    name, description = TAXONOMIES[slug]
    return {"id": made_id("taxonomy", slug), "name": name, "description": description}


def priority_taxonomy(board: Board) -> Thing:
    """The priorities of one board's plan."""
    return {
        "id": made_id("taxonomy", "priorities", board_id(board)),
        "name": f"Priorities of {board.place_name}",
        "description": f"The priorities of the Local Outcome Improvement Plan (LOIP) of "
        f"{board.name}.",
    }


def board_id(board: Board) -> str:
    return made_id("board", board.council.area.gss_code, board.slug)


def kind_term(kind: AssetKind) -> Thing:
    name, description = KINDS[kind]
    return _term(made_id("kind", kind.value), name, description, taxonomy("kinds"))


def marked_term(vocabulary: Vocabulary, slug: str) -> Thing:
    """A term of one of our own lists; its slug where the list has lost it."""
    name, within = TERMS[vocabulary].get(slug, slug), taxonomy(vocabulary.value)
    return _term(made_id(vocabulary.value, slug), name, f"{within['name']}: {name}", within)


def join_term(way: JoinBy) -> Thing:
    name, within = WAYS_IN[way], taxonomy("join")
    return _term(made_id("join", way.value), name, f"{within['name']}: {name}", within)


def priority_term(priority: Priority, board: Board, wording: Wording) -> Thing:
    version = wording.get(priority.id)
    return _term(
        made_id("priority", board_id(board), priority.slug),
        priority.name,
        said(version.summary if version else "", priority.name),
        priority_taxonomy(board),
    )


def source_term(source: str, licence: str) -> Thing:
    description = f"From {source}. Licence: {licence}" if licence else f"From {source}."
    return _term(made_id("source", source, licence), source, description, taxonomy("sources"))


def _term(id: str, name: str, description: str, within: Thing) -> Thing:
    return {
        "id": id,
        "name": name,
        "description": description,
        "taxonomy": within["name"],
        "taxonomy_id": within["id"],
    }


def attributes(asset: Asset, wording: Wording) -> list[Thing]:
    """Every term of an entry, tied to it."""
    return [_attribute(asset, term, how) for term, how in _terms(asset, wording)]


def _terms(asset: Asset, wording: Wording) -> Iterable[tuple[Thing, str]]:
    yield kind_term(asset.kind), "kind"
    links = sorted(asset.priorities, key=lambda link: (not link.is_main, link.priority.name))
    for link in links:
        how = "main priority" if link.is_main else "supported priority"
        yield priority_term(link.priority, asset.board, wording), how
    for term in asset.terms:
        yield marked_term(term.vocabulary, term.slug), TIES[term.vocabulary]
    if asset.join_by:
        yield join_term(asset.join_by), "join"
    if asset.source.strip():
        yield source_term(asset.source, asset.licence), "source"


def _attribute(asset: Asset, term: Thing, how: str) -> Thing:
    return {
        "id": made_id("attribute", asset.id, term["id"]),
        "link_id": str(asset.id),
        "taxonomy_term_id": term["id"],
        "link_type": how,
        "taxonomy_term": term,
    }
