"""Put what somebody said into an entry's row, and read it back in plain values for its history."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pbapp import clock
from pbapp.assets.entry import Contact, Entry, check_website, place
from pbapp.assets.gifts.bare import bare_gift
from pbapp.assets.models import (
    Asset,
    AssetArea,
    AssetContact,
    AssetKind,
    AssetPriority,
    AssetSession,
    AssetTerm,
    Confirmer,
    Precision,
    SessionUse,
    Vocabulary,
    Where,
)
from pbapp.assets.showing import shown
from pbapp.assets.times import DAYS, MIDNIGHT, Session, days_of, is_in_order
from pbapp.assets.times_typed import NOT_IN_ORDER
from pbapp.assets.vocabulary import TERMS
from pbapp.boards.models import Board
from pbapp.boards.queries import list_wards
from pbapp.db import db
from pbapp.places.models import Area
from pbapp.plans.models import Priority
from pbapp.refusal import N_, Refused
from pbapp.web.models import Upload

AS_TYPED = (
    *("kind", "name", "summary", "description", "opening", "access", "where_words", "is_home"),
    *("cost", "cost_words", "age_from", "age_to", "eligibility", "join_by", "story"),
    *("story_rights", "photo_id"),
)
MOST_SESSIONS = 21


def write(asset: Asset, entry: Entry, board: Board, as_a: Confirmer = Confirmer.SUBMITTER) -> None:
    """Check all of an entry, then put it into the row: a refusal leaves the row as it was."""
    if entry.kind is AssetKind.INDIVIDUAL:
        entry = bare_gift(entry)
    if not entry.name.strip():
        raise Refused(N_("Enter a name."), "name")
    if entry.age_from is not None and entry.age_to is not None and entry.age_from > entry.age_to:
        raise Refused(N_("The oldest age cannot be below the youngest."), "age_to")
    if entry.story and not entry.story_rights:
        raise Refused(N_("Say who tells this story and that it may be shown here."), "story_rights")
    website = check_website(entry.website)
    wanted = _priorities(entry, board)
    terms = _terms(entry)
    served = _served(entry, board)
    sessions = _sessions(entry)
    contact = _contact(entry.contact)
    spot = place(entry, board)
    for name in AS_TYPED:
        setattr(asset, name, getattr(entry, name))
    asset.website = website
    asset.where_kind = spot.where_kind
    asset.area_id = spot.area.id if spot.area else None
    seen = shown(entry, spot)
    asset.shown_as = seen.precision
    asset.lat, asset.lon, asset.postcode = seen.lat, seen.lon, seen.postcode
    if seen.precision is Precision.WARD:
        asset.where_words = ""  # words lead to a door as a pin does
    asset.exact_lat, asset.exact_lon, asset.exact_postcode = spot.lat, spot.lon, spot.postcode
    photo = db.session.get(Upload, entry.photo_id) if entry.photo_id else None
    if photo is not None:
        photo.waits_until = None  # it is in use, and may be again when an edit is undone
    _link_priorities(asset, wanted)
    _mark(asset, terms, served)
    _set_sessions(asset, sessions)
    _set_contact(asset, contact, as_a)


def forget_exactly(asset: Asset) -> None:
    """Keep of where it is no more than everybody sees; of what shows no place, the ward."""
    asset.exact_lat, asset.exact_lon, asset.exact_postcode = asset.lat, asset.lon, asset.postcode
    if asset.shown_as is Precision.WARD and asset.area_id is not None:
        asset.where_kind = Where.WARD


def _priorities(entry: Entry, board: Board) -> dict[int, bool]:
    """Priority id to whether it is the main one; all of them are this board's."""
    wanted = dict.fromkeys(entry.supports, False)
    if entry.main is not None:
        wanted[entry.main] = True
    for priority_id in wanted:
        priority = db.session.get(Priority, priority_id)
        if priority is None or priority.board_id != board.id:
            raise Refused(N_("Choose from the priorities of the plan."), "main")
    return wanted


def _link_priorities(asset: Asset, wanted: dict[int, bool]) -> None:
    kept = {link.priority_id: link for link in asset.priorities}
    asset.priorities = [
        kept.get(priority_id) or AssetPriority(priority_id=priority_id) for priority_id in wanted
    ]
    for link in asset.priorities:
        link.is_main = wanted[link.priority_id]


def _terms(entry: Entry) -> list[tuple[Vocabulary, str]]:
    """The terms of an entry in the vocabularies' own order."""
    for vocabulary, slugs in entry.terms.items():
        if not set(slugs) <= set(TERMS[vocabulary]):
            raise Refused(N_("Choose from the list."), vocabulary.value)
    return [
        (vocabulary, slug)
        for vocabulary, offered in TERMS.items()
        for slug in offered
        if slug in entry.terms.get(vocabulary, ())
    ]


def _served(entry: Entry, board: Board) -> list[int]:
    wards = {ward.gss_code: ward.id for ward in list_wards(board)} if entry.serves else {}
    if not set(entry.serves) <= set(wards):
        raise Refused(N_("Choose one of the wards of %(place)s."), "serves", place=board.place_name)
    return sorted({wards[code] for code in entry.serves})


def _mark(asset: Asset, terms: list[tuple[Vocabulary, str]], served: list[int]) -> None:
    marked = {(term.vocabulary, term.slug): term for term in asset.terms}
    asset.terms = [
        marked.get(term) or AssetTerm(vocabulary=term[0], slug=term[1]) for term in terms
    ]
    here = {link.area_id: link for link in asset.serves}
    asset.serves = [here.get(area_id) or AssetArea(area_id=area_id) for area_id in served]


def _sessions(entry: Entry) -> list[Session]:
    if len(entry.sessions) > MOST_SESSIONS:
        raise Refused(N_("Give at most %(most)s regular times."), "sessions", most=MOST_SESSIONS)
    for session in entry.sessions:
        if not 0 < session.days < 128:
            raise Refused(N_("Choose at least one day."), "sessions")
        if not is_in_order(session.opens, session.closes):
            raise Refused(NOT_IN_ORDER, "sessions")
        if session.every > 1 and session.starts_on is None:
            raise Refused(N_("Give the first day, so that we can count from there."), "sessions")
        if session.starts_on and session.until_on and session.starts_on > session.until_on:
            raise Refused(N_("The last day cannot be before the first."), "sessions")
    return list(dict.fromkeys(entry.sessions))


def _set_sessions(asset: Asset, sessions: list[Session]) -> None:
    """Rows that say the same stay: a file that names them keeps their ids."""
    kept = {as_session(row): row for row in asset.sessions}
    asset.sessions = [kept.get(session) or _row(session) for session in sessions]


def _row(session: Session) -> AssetSession:
    return AssetSession(**{**vars(session), "use": SessionUse(session.use)})


def as_session(row: AssetSession) -> Session:
    """A kept time as it was typed."""
    return Session(
        row.days,
        row.opens,
        row.closes,
        row.nth,
        row.every,
        row.starts_on,
        row.until_on,
        row.use.value,
        row.note,
    )


def _contact(contact: Contact | None) -> Contact | None:
    if contact is None or contact.is_empty:
        return None
    if not contact.has_consent:
        raise Refused(
            N_("Tick that they agree to be shown here, or leave the contact out."),
            "contact_consent",
        )
    return contact


def _set_contact(asset: Asset, contact: Contact | None, as_a: Confirmer) -> None:
    """The consent counts from when these very words were first given."""
    before = asset.contact
    if contact is None:
        asset.contact = None
        return
    said = (contact.name, contact.phone, contact.email)
    if before is not None and (before.name, before.phone, before.email) == said:
        return
    row = before or AssetContact()
    row.name, row.phone, row.email = said
    row.consent_at, row.consent_by = clock.now(), as_a
    asset.contact = row


# --- read back --------------------------------------------------------------------------------


def readable(asset: Asset) -> dict[str, Any]:
    """An entry in plain values for its history: names instead of numbers.

    No address that is not shown, and of a contact only that there is one: a history outlives
    somebody's consent.
    """
    photo = db.session.get(Upload, asset.photo_id) if asset.photo_id else None
    # In the order of the form. Loaded by id: a relationship does not follow a change before commit.
    named = sorted(
        (db.session.get_one(Priority, link.priority_id).name, link.is_main)
        for link in asset.priorities
    )
    return {
        "kind": asset.kind.value,
        "name": asset.name,
        "summary": asset.summary,
        "description": asset.description,
        "opening": asset.opening,
        "sessions": "; ".join(_said(as_session(row)) for row in asset.sessions),
        "access": asset.access,
        "access_terms": _marked(asset, Vocabulary.ACCESS),
        "website": asset.website or "",
        "area": _area_name(asset.area_id if asset.shown_area else None),
        "where_words": asset.where_words,
        "postcode": asset.postcode or "",
        "point": f"{asset.lat:.5f}, {asset.lon:.5f}" if asset.lat is not None else "",
        "shown_as": asset.shown_as.value,
        "serves": ", ".join(sorted(_area_name(link.area_id) for link in asset.serves)),
        "main": ", ".join(name for name, is_main in named if is_main),
        "supports": ", ".join(name for name, is_main in named if not is_main),
        "cost": asset.cost.value if asset.cost else "",
        "cost_words": asset.cost_words,
        "ages": _ages(asset.age_from, asset.age_to),
        "eligibility": asset.eligibility,
        "join_by": asset.join_by.value if asset.join_by else "",
        "audience": _marked(asset, Vocabulary.AUDIENCE),
        "themes": _marked(asset, Vocabulary.THEME),
        "story": asset.story,
        "story_rights": asset.story_rights,
        "contact": "yes" if asset.contact else "",
        "photo": photo.alt if photo else "",
        "status": asset.status.value,
        "alert": asset.alert,
        "alert_until": asset.alert_until.isoformat() if asset.alert_until else "",
    }


def unread(asset: Asset) -> dict[str, Any]:
    """What `readable` only hints at. Never kept: `marked` says of it that it changed, no more."""
    found = asset.contact
    point, postcode = standing(asset)
    return {
        "contact": (found.name, found.phone, found.email) if found else None,
        "picture": asset.photo_id,
        "exact_place": (point and tuple(round(one, 5) for one in point), postcode),
    }


def marked(
    before: dict[str, Any], after: dict[str, Any], unread_before: dict[str, Any], asset: Asset
) -> dict[str, Any]:
    """`after` for the history, with a mark where something else changed than its words say."""
    marks = {
        name: "changed"
        for name, value in unread(asset).items()
        if value != unread_before[name] and before.get(name) == after.get(name)
    }
    if before["photo"] != after["photo"]:
        marks.pop("picture", None)  # its words say so
    return {**after, **marks}


def _marked(asset: Asset, vocabulary: Vocabulary) -> str:
    slugs: Iterable[str] = (term.slug for term in asset.terms if term.vocabulary is vocabulary)
    return ", ".join(slugs)


def _ages(age_from: int | None, age_to: int | None) -> str:
    if age_from is None and age_to is None:
        return ""
    return f"{'' if age_from is None else age_from}–{'' if age_to is None else age_to}"


def _said(session: Session) -> str:
    """A regular time in few signs that need no language."""
    days = ", ".join(DAYS[number] for number in days_of(session))
    nth = "" if session.nth is None else f"{session.nth}. "
    every = "" if session.every == 1 else f" /{session.every}"
    closes = session.closes if session.closes <= MIDNIGHT else session.closes - MIDNIGHT
    hours = "–".join(f"{at // 60:02}:{at % 60:02}" for at in (session.opens, closes))
    between = "–".join(str(day or "") for day in (session.starts_on, session.until_on))
    free = " (free)" if session.use == SessionUse.FREE else ""
    words = (f"{nth}{days}{every} {hours}", between.strip("–"), session.note)
    return " ".join(word for word in words if word) + free


def _area_name(area_id: int | None) -> str:
    area = db.session.get(Area, area_id) if area_id else None
    return area.name if area else ""


def standing(asset: Asset) -> tuple[tuple[float, float] | None, str | None]:
    """Where an entry really is, to work out its ward: its point and its postcode.

    An entry from before there were two places has the one that everybody sees.
    """
    lat, lon = asset.exact_lat, asset.exact_lon
    if lat is None and asset.shown_as is Precision.EXACT:
        lat, lon = asset.lat, asset.lon
    point = None if lat is None or lon is None else (lat, lon)
    return point, asset.exact_postcode or asset.postcode
