"""An asset: anything a community values and can build on, and the priorities it helps."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
    inspect,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pbapp.assets.finding.folding import fold, search_text
from pbapp.boards.models import Board
from pbapp.db import Base, Moment, one_of
from pbapp.organisations.models import Organisation
from pbapp.places.models import Area
from pbapp.plans.models import Priority
from pbapp.refusal import N_
from pbapp.web.models import Upload


class AssetKind(enum.StrEnum):
    """The six kinds of asset-based community development."""

    INDIVIDUAL = "individual"
    ASSOCIATION = "association"
    INSTITUTION = "institution"
    PLACE = "place"
    EXCHANGE = "exchange"
    CULTURE = "culture"


class AssetState(enum.StrEnum):
    WAITING = "waiting"
    PUBLISHED = "published"
    RETURNED = "returned"
    REFUSED = "refused"
    ENDED = "ended"  # a person's gift whose half year is over
    DUPLICATE = "duplicate"


class Where(enum.StrEnum):
    """How somebody said where it is. `postcode`: shown at the middle of that postcode."""

    POINT = "point"
    POSTCODE = "postcode"
    WARD = "ward"
    NOWHERE = "nowhere"


class Confirmer(enum.StrEnum):
    """Who last said "this is still right", or who edited an entry: a part played, never a name."""

    GROUP = "group"
    SUBMITTER = "submitter"
    OFFICER = "officer"
    VISITOR = "visitor"


class Status(enum.StrEnum):
    """Whether it runs. `PAUSED`: closed for a time; `CLOSED`: gone for good, kept for its story."""

    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"


class Precision(enum.StrEnum):
    """How exactly everybody may see where it is. `STREET`: to some 200 metres."""

    EXACT = "exact"
    STREET = "street"
    POSTCODE = "postcode"
    WARD = "ward"


class Cost(enum.StrEnum):
    """What it costs people to take part."""

    FREE = "free"
    DONATION = "donation"
    PAID = "paid"
    VARIES = "varies"


class JoinBy(enum.StrEnum):
    """How people come to take part."""

    DROP_IN = "drop_in"
    BOOKING = "booking"
    REFERRAL = "referral"


class Method(enum.StrEnum):
    """How somebody said that an entry is still right."""

    PAGE = "page"
    EDIT = "edit"
    MAIL = "mail"
    SHEET = "sheet"
    OFFICE = "office"


# Whose words find an entry, beside its name.
SEARCHED = (
    *("summary", "where_words", "postcode", "description", "opening", "access", "eligibility"),
    "story",
)

# What stands beside an entry: who said that it is right, and whom we ask.
BESIDE = {
    *("confirmed_at", "confirmed_by", "confirmed_method", "review_due_on", "reminder_stage"),
    *("submitter_email", "version"),
}

# What a list is narrowed and ordered by, but for words, times and terms.
LISTED_BY = (
    *("board_id", "state", "status", "reminder_stage", "sort_name", "kind", "lat", "lon"),
    *("area_id", "where_kind", "postcode", "cost", "age_from", "age_to", "confirmed_at"),
    *("organisation_id", "id"),
)


class Asset(Base):
    """One entry. `area` is its ward, from an official boundary, a postcode, or what people said.

    `lat`, `lon` and `postcode` are what everybody may see, already as coarse as `shown_as` asks.
    The `exact_` ones are for those who look after the entry, and leave the service nowhere.
    """

    __tablename__ = "asset"
    __table_args__ = (
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="point_whole"),
        CheckConstraint(
            "where_kind <> 'point' OR shown_as = 'ward' OR lat IS NOT NULL", name="point_given"
        ),
        CheckConstraint("(exact_lat IS NULL) = (exact_lon IS NULL)", name="exact_whole"),
        CheckConstraint(
            "shown_as <> 'ward' OR (lat IS NULL AND postcode IS NULL)", name="ward_alone_shown"
        ),
        CheckConstraint("NOT is_home OR shown_as = 'ward'", name="home_not_shown"),
        CheckConstraint("kind <> 'individual' OR exact_lat IS NULL", name="person_never_located"),
        CheckConstraint("age_from BETWEEN 0 AND 120", name="age_from_possible"),
        CheckConstraint("age_to BETWEEN 0 AND 120", name="age_to_possible"),
        CheckConstraint("age_from <= age_to", name="ages_in_order"),
        CheckConstraint("length(story) = 0 OR length(story_rights) > 0", name="story_allowed"),
        CheckConstraint("reminder_stage BETWEEN 0 AND 4", name="reminder_stage_possible"),
        CheckConstraint("kind <> 'individual' OR lat IS NULL", name="person_never_pinned"),
        CheckConstraint(
            "lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="point_on_earth"
        ),
        CheckConstraint("length(name) > 0", name="name_given"),
        CheckConstraint(
            "(state = 'duplicate') = (duplicate_of_id IS NOT NULL)", name="duplicate_whole"
        ),
        CheckConstraint("source_ref IS NULL OR length(source) > 0", name="source_named"),
        # Who comes twice from one list is one entry; without a reference there is no telling.
        UniqueConstraint("board_id", "source", "source_ref"),
        Index("ix_asset_board_id_state", "board_id", "state"),
        # All that counting and ordering a list reads: the wide rows stay unread.
        Index("ix_asset_listed", *LISTED_BY),
    )
    __refusals__ = {
        "ck_asset_point_whole": ("lat", N_("Give both numbers of the place, or neither.")),
        "ck_asset_point_given": ("where_kind", N_("Choose the place on the map.")),
        "ck_asset_person_never_pinned": (
            "where_kind",
            N_("A person's gift is never shown as a point on the map. Choose the ward instead."),
        ),
        "ck_asset_point_on_earth": ("lat", N_("This is not a place on the map. Choose it again.")),
        "ck_asset_name_given": ("name", N_("Enter a name.")),
        "ck_asset_exact_whole": ("lat", N_("Give both numbers of the place, or neither.")),
        "ck_asset_home_not_shown": (
            "shown_as",
            N_("Where somebody lives is never shown. Only the ward is."),
        ),
        "ck_asset_person_never_located": (
            "where_kind",
            N_("A person's gift is never shown as a point on the map. Choose the ward instead."),
        ),
        "ck_asset_age_from_possible": ("age_from", N_("Enter an age from 0 to 120.")),
        "ck_asset_age_to_possible": ("age_to", N_("Enter an age from 0 to 120.")),
        "ck_asset_ages_in_order": (
            "age_to",
            N_("The oldest age cannot be below the youngest."),
        ),
        "ck_asset_story_allowed": (
            "story_rights",
            N_("Say who tells this story and that it may be shown here."),
        ),
        "ck_asset_source_named": ("source", N_("Say which list this comes from.")),
        "uq_asset_board_id_source_source_ref": (
            "source_ref",
            N_("This entry has come in from the same list already."),
        ),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    kind: Mapped[AssetKind] = mapped_column(one_of(AssetKind, "kind"))
    name: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(String(200), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    opening: Mapped[str] = mapped_column(String(300), default="")
    access: Mapped[str] = mapped_column(String(300), default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    website: Mapped[str | None] = mapped_column(String(500))
    where_kind: Mapped[Where] = mapped_column(one_of(Where, "where_kind"))
    where_words: Mapped[str] = mapped_column(String(200), default="")
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    postcode: Mapped[str | None] = mapped_column(String(8))
    shown_as: Mapped[Precision] = mapped_column(
        one_of(Precision, "shown_as"), default=Precision.EXACT, server_default="exact"
    )
    is_home: Mapped[bool] = mapped_column(default=False, server_default="0")
    exact_lat: Mapped[float | None] = mapped_column(Float)
    exact_lon: Mapped[float | None] = mapped_column(Float)
    exact_postcode: Mapped[str | None] = mapped_column(String(8))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    photo_id: Mapped[UUID | None] = mapped_column(ForeignKey("upload.id"))
    state: Mapped[AssetState] = mapped_column(one_of(AssetState, "state"))
    submitted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    submitter_email: Mapped[str | None] = mapped_column(String(320))
    submitted_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    confirmed_by: Mapped[Confirmer | None] = mapped_column(one_of(Confirmer, "confirmed_by"))
    confirmed_method: Mapped[Method | None] = mapped_column(one_of(Method, "confirmed_method"))
    # When it is next to be confirmed, and how many reminders have gone out for that.
    review_due_on: Mapped[date | None] = mapped_column(index=True)
    reminder_stage: Mapped[int] = mapped_column(default=0, server_default="0")
    status: Mapped[Status] = mapped_column(
        one_of(Status, "status"), default=Status.ACTIVE, server_default="active"
    )
    alert: Mapped[str] = mapped_column(String(200), default="", server_default="")
    alert_until: Mapped[date | None]
    cost: Mapped[Cost | None] = mapped_column(one_of(Cost, "cost"))
    cost_words: Mapped[str] = mapped_column(String(200), default="", server_default="")
    age_from: Mapped[int | None]
    age_to: Mapped[int | None]
    eligibility: Mapped[str] = mapped_column(String(300), default="", server_default="")
    join_by: Mapped[JoinBy | None] = mapped_column(one_of(JoinBy, "join_by"))
    story: Mapped[str] = mapped_column(Text, default="", server_default="")
    story_rights: Mapped[str] = mapped_column(String(200), default="", server_default="")
    # The same thing, whose entry was kept.
    duplicate_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("asset.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    is_example: Mapped[bool] = mapped_column(default=False)
    # Where an entry that came in from a list is from, and on what terms it may be shown.
    source: Mapped[str] = mapped_column(String(200), default="")
    source_ref: Mapped[str | None] = mapped_column(String(200))
    source_url: Mapped[str | None] = mapped_column(String(500))
    licence: Mapped[str] = mapped_column(String(200), default="")
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("asset_batch.id"), index=True)
    # What lists are sorted by and words are sought in; kept by `keep_findable` at every write.
    sort_name: Mapped[str] = mapped_column(String(500), default="", server_default="")
    search_text: Mapped[str] = mapped_column(Text, default="", server_default="", deferred=True)

    # `count_version` gives the next number; the check that nobody was faster stays the ORM's.
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    board: Mapped[Board] = relationship()
    area: Mapped[Area | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    photo: Mapped[Upload | None] = relationship()
    priorities: Mapped[list[AssetPriority]] = relationship(
        back_populates="asset", cascade="all, delete-orphan"
    )
    terms: Mapped[list[AssetTerm]] = relationship(
        cascade="all, delete-orphan", order_by="AssetTerm.id"
    )
    sessions: Mapped[list[AssetSession]] = relationship(
        cascade="all, delete-orphan", order_by="AssetSession.id"
    )
    serves: Mapped[list[AssetArea]] = relationship(
        cascade="all, delete-orphan", order_by="AssetArea.area_id"
    )
    contact: Mapped[AssetContact | None] = relationship(cascade="all, delete-orphan")

    @property
    def shown_area(self) -> Area | None:
        """The ward as everybody may see it: of a person's gift none (decision 0162)."""
        return None if self.kind is AssetKind.INDIVIDUAL else self.area


@event.listens_for(Asset, "before_insert")
@event.listens_for(Asset, "before_update")
def keep_findable(_mapper: Any, _connection: Any, asset: Asset) -> None:
    """Keep beside an entry what finds it, whoever writes it; only where its words change."""
    attributes = inspect(asset).attrs
    if any(attributes[name].history.has_changes() for name in ("name", *SEARCHED)):
        make_findable(asset)


@event.listens_for(Asset, "before_update")
def count_version(_mapper: Any, _connection: Any, asset: Asset) -> None:
    """Count what changes an entry's own words or state. To say that it is right, or to be asked, is
    no change: whoever is just typing one loses nothing by it."""
    told = inspect(asset)
    columns = {column.key for column in told.mapper.column_attrs} - BESIDE
    if any(told.attrs[name].history.has_changes() for name in columns - told.unloaded):
        asset.version += 1


def make_findable(asset: Asset) -> None:
    asset.sort_name = fold(asset.name)[:500]
    asset.search_text = search_text(asset.name, *[getattr(asset, name) or "" for name in SEARCHED])


class AssetPriority(Base):
    """A priority an asset helps; at most one of them is its main one."""

    __tablename__ = "asset_priority"
    __table_args__ = (UniqueConstraint("asset_id", "priority_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"))
    priority_id: Mapped[int] = mapped_column(ForeignKey("priority.id"), index=True)
    is_main: Mapped[bool] = mapped_column(default=False)

    asset: Mapped[Asset] = relationship(back_populates="priorities")
    priority: Mapped[Priority] = relationship()


class Vocabulary(enum.StrEnum):
    """Lists of terms; their words are in `assets.vocabulary`."""

    ACCESS = "access"
    AUDIENCE = "audience"
    THEME = "theme"


class AssetTerm(Base):
    """One term that an entry is marked with."""

    __tablename__ = "asset_term"
    __table_args__ = (
        UniqueConstraint("asset_id", "vocabulary", "slug"),
        Index("ix_asset_term_vocabulary_slug", "vocabulary", "slug", "asset_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"))
    vocabulary: Mapped[Vocabulary] = mapped_column(one_of(Vocabulary, "vocabulary"))
    slug: Mapped[str] = mapped_column(String(40))


class AssetArea(Base):
    """A ward that an entry serves, which need not be the one it is based in."""

    __tablename__ = "asset_area"

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), primary_key=True, index=True)

    area: Mapped[Area] = relationship()


class AssetContact(Base):
    """A person or number to ask. There is none without their consent, and when it was given."""

    __tablename__ = "asset_contact"
    __table_args__ = (
        CheckConstraint(
            "length(name) > 0 OR length(phone) > 0 OR length(email) > 0", name="something_given"
        ),
    )
    __refusals__ = {
        "ck_asset_contact_something_given": (
            "contact_name",
            N_("Enter a name, a phone number or an e-mail address."),
        ),
    }

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    consent_at: Mapped[datetime] = mapped_column(Moment)
    consent_by: Mapped[Confirmer] = mapped_column(one_of(Confirmer, "consent_by"))


class SessionUse(enum.StrEnum):
    """What happens then: it is open or on, or a space of it is free for others to use."""

    OPEN = "open"
    FREE = "free"


class AssetSession(Base):
    """A regular time, as `assets.times` reads it.

    `days` has a bit for each day, Monday the lowest. `opens` and `closes` are minutes after
    midnight; what `closes` after 1440 runs on into the next day. `nth`: every month, on the first
    (1) to fourth or the last (-1) of such days; without it every week. `every` other week or month
    counts from `starts_on`.
    """

    __tablename__ = "asset_session"
    __table_args__ = (
        CheckConstraint("days BETWEEN 1 AND 127", name="days_given"),
        CheckConstraint(
            "opens >= 0 AND opens < closes AND "
            "(closes <= 1440 OR (opens BETWEEN 720 AND 1439 AND closes - opens <= 780))",
            name="hours_in_order",
        ),
        CheckConstraint("nth IN (-1, 1, 2, 3, 4)", name="nth_possible"),
        CheckConstraint("every BETWEEN 1 AND 12", name="every_possible"),
        CheckConstraint("every = 1 OR starts_on IS NOT NULL", name="start_known"),
        CheckConstraint("starts_on <= until_on", name="dates_in_order"),
    )
    __refusals__ = {
        "ck_asset_session_days_given": ("sessions", N_("Choose at least one day.")),
        "ck_asset_session_hours_in_order": (
            "sessions",
            N_(
                "The end must be after the start. What runs past midnight begins at noon or later "
                "and lasts 13 hours at most."
            ),
        ),
        "ck_asset_session_start_known": (
            "sessions",
            N_("Give the first day, so that we can count from there."),
        ),
        "ck_asset_session_dates_in_order": (
            "sessions",
            N_("The last day cannot be before the first."),
        ),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"), index=True)
    use: Mapped[SessionUse] = mapped_column(one_of(SessionUse, "use"), default=SessionUse.OPEN)
    days: Mapped[int]
    opens: Mapped[int]
    closes: Mapped[int]
    nth: Mapped[int | None]
    every: Mapped[int] = mapped_column(default=1)
    starts_on: Mapped[date | None]
    until_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(100), default="")


SUBJECT = "asset"  # how decisions, revisions and the officers' log name an entry
