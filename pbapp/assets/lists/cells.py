"""What a cell of a list means; raises `Refused` beside its field for what it cannot mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from pbapp.assets.adding.forms import one_line
from pbapp.assets.entry import Contact
from pbapp.assets.models import Cost, JoinBy, Precision, Status, Vocabulary
from pbapp.assets.times import Session
from pbapp.assets.times_typed import read_times
from pbapp.assets.vocabulary import TERMS
from pbapp.assets.writing import MOST_SESSIONS
from pbapp.refusal import N_, Refused

Ages = tuple[int | None, int | None]

YES = frozenset({"yes", "y", "true", "1", "agreed"})
OLDEST = 120
PLACED_BY = ("point", "postcode", "ward", "everywhere")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE = re.compile(r"\+?[0-9 ()\-]{5,29}", re.ASCII)
COSTS = {"nothing": Cost.FREE, "donations": Cost.DONATION, "by donation": Cost.DONATION}


def words_of(text: str) -> list[str]:
    """A cell that may hold several: parted by semicolons."""
    return [one for part in text.split(";") if (one := one_line(part) or "")]


def read_cost(text: str) -> Cost | None:
    plain = text.strip().casefold()
    if not plain:
        return None
    if plain in set(Cost):
        return Cost(plain)
    if plain not in COSTS:
        raise _one_of("cost", [cost.value for cost in Cost])
    return COSTS[plain]


def read_join_by(text: str) -> JoinBy | None:
    plain = text.strip().casefold().replace("-", "_").replace(" ", "_")
    if plain and plain not in set(JoinBy):
        raise _one_of("join_by", [way.value for way in JoinBy])
    return JoinBy(plain) if plain else None


def read_status(text: str) -> Status:
    plain = text.strip().casefold()
    if plain and plain not in set(Status):
        raise _one_of("status", [status.value for status in Status])
    return Status(plain) if plain else Status.ACTIVE


def read_shown_as(text: str) -> Precision:
    plain = text.strip().casefold()
    if plain and plain not in set(Precision):
        raise _one_of("shown_as", [one.value for one in Precision])
    return Precision(plain) if plain else Precision.EXACT


def read_placed_by(text: str) -> str:
    plain = text.strip().casefold()
    if plain and plain not in PLACED_BY:
        raise _one_of("placed_by", list(PLACED_BY))
    return plain


def _age(text: str, field: str) -> int | None:
    plain = re.sub(r"\.0+$", "", text.strip())  # how some programs write whole numbers
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit() and len(plain) < 4 and int(plain) <= OLDEST):
        raise Refused(N_("Enter an age from 0 to 120."), field)
    return int(plain)


def read_ages(young: str, old: str) -> Ages:
    ages = _age(young, "age_from"), _age(old, "age_to")
    if ages[0] is not None and ages[1] is not None and ages[0] > ages[1]:
        raise Refused(N_("The oldest age cannot be below the youngest."), "age_to")
    return ages


def read_alert_until(text: str) -> date | None:
    """A day as we write it, or as a spreadsheet of this country shows it: 30/06/2026."""
    plain = text.strip()
    here = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", plain, re.ASCII)
    try:
        if here:
            return date(int(here[3]), int(here[2]), int(here[1]))
        return date.fromisoformat(plain) if plain else None
    except ValueError:
        raise Refused(N_("Write the day like 2026-06-30."), "alert_until") from None


def read_sessions(text: str) -> list[Session]:
    found = list(dict.fromkeys(read_times(text)))
    if len(found) > MOST_SESSIONS:
        raise Refused(N_("Give at most %(most)s regular times."), "sessions", most=MOST_SESSIONS)
    return found


def read_terms(text: str, vocabulary: Vocabulary, field: str) -> list[str]:
    """Slugs of one of our lists, from slugs or from its English words."""
    by_word = {str(words).casefold(): slug for slug, words in TERMS[vocabulary].items()}
    found = []
    for word in words_of(text):
        plain = word.casefold()
        slug = plain if plain in TERMS[vocabulary] else by_word.get(plain)
        if slug is None:
            raise Refused(N_("“%(word)s” is not in our list."), field, word=word[:60])
        found.append(slug)
    return found


def read_contact(cells: Mapping[str, str]) -> Contact | None:
    """Whom to ask, with or without consent; None where there is nothing of it."""
    name, phone, email = (
        one_line(cells.get(f"contact_{part}")) or "" for part in ("name", "phone", "email")
    )
    agreed = cells.get("contact_consent", "").strip().casefold() in YES
    contact = Contact(name, phone, email, agreed)
    if contact.is_empty:
        return None
    if agreed and email and not EMAIL.fullmatch(email):
        raise Refused(N_("Enter an e-mail address, like name@example.org."), "contact_email")
    if agreed and phone and not PHONE.fullmatch(phone):
        raise Refused(N_("Enter a phone number in digits."), "contact_phone")
    return contact


def _one_of(field: str, allowed: list[str]) -> Refused:
    return Refused(N_("Write one of: %(words)s."), field, words=", ".join(allowed))
