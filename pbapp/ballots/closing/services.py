"""Certify by two, name scrutineers, and put and release a hold."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.ballots import queries as box
from pbapp.ballots.closing import queries
from pbapp.ballots.closing.models import ANOTHER_HAND, Certificate, Closing, Hold, Scrutineer
from pbapp.ballots.paper.queries import own_projects
from pbapp.boards.models import Role
from pbapp.boards.services import must_be_officer
from pbapp.db import advisory_lock, db, flush
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Profile, Round
from pbapp.rounds.second import profile_of
from pbapp.rounds.services import log, must_lead_the_vote, refuse_if_sealed

LINK_DAYS = 14
CHANGED = N_("What is certified has changed since you opened this page. Look at it again.")
STALE = N_(
    "What is certified has changed since the first person confirmed it. They have to look again "
    "and confirm it again."
)


# --- certification --------------------------------------------------------------------------


def certify(*, round: Round, by: Account, seen: str) -> Certificate:
    """One of two people confirms what the page showed them: `seen` is its digest.

    The first may confirm again after a change. Raises `Refused` before there is all to certify,
    for the same person twice, for two people who may not do it together, and when anything differs
    from what the first one saw.
    """
    advisory_lock(f"certify {round.id}")
    role = queries.role_of(by, round)
    if role is None:
        raise Refused(N_("Only people trained for this board's count can certify it."))
    facts = queries.facts_of(round)
    if facts is None:
        raise Refused(N_("The ballots have to be sealed and counted before anybody certifies."))
    if queries.digest_of(facts) != seen:
        raise Refused(CHANGED)
    done = queries.certificates(round)
    if len(done) == 2:
        raise Refused(N_("Two people have certified this count already."))
    if not done or (done[0].account_id == by.id and done[0].digest != seen):
        return _first(round, by, role, facts, seen)
    if done[0].account_id == by.id:
        raise Refused(ANOTHER_HAND)
    return _second(round, by, role, facts, done[0])


def _first(
    round: Round, by: Account, role: Role, facts: dict[str, Any], digest: str
) -> Certificate:
    if role is not Role.VOTING_LEAD and profile_of(round) is Profile.FULL:
        raise Refused(N_("In a full round two voting leads certify the count."))
    db.session.execute(
        delete(Certificate).where(Certificate.round_id == round.id, Certificate.part == 1)
    )
    return _keep(round, by, role, facts, digest, part=1)


def _second(
    round: Round, by: Account, role: Role, facts: dict[str, Any], first: Certificate
) -> Certificate:
    digest = queries.digest_of(facts)
    if (first.head, first.digest) != (facts["head"], digest):
        raise Refused(STALE)
    if own_projects(round, by):
        raise Refused(
            N_(
                "A group of yours has a project in this vote, so you cannot be the second of the "
                "two. Somebody without a project has to be."
            )
        )
    if not queries.fits_profile(round, first.role, role):
        raise Refused(
            N_("In a full round two voting leads certify the count.")
            if profile_of(round) is Profile.FULL
            else N_("One of the two has to be a voting lead of this board.")
        )
    return _keep(round, by, role, facts, digest, part=2)


def _keep(
    round: Round, by: Account, role: Role, facts: dict[str, Any], digest: str, part: int
) -> Certificate:
    made = Certificate(
        round_id=round.id,
        account_id=by.id,
        part=part,
        confirms=1 if part == 2 else None,
        role=role,
        head=facts["head"],
        digest=digest,
        facts=facts,
        at=clock.now(),
    )
    db.session.add(made)
    flush()
    if part == 2:
        round.certified_at = made.at
        flush()
    said = {"head": made.head, "digest": digest, "role": role.value, "part": part}
    log(round, by, "round.certified", said)
    return made


def take_back(*, round: Round, by: Account) -> None:
    """A voting lead takes the first confirmation back, so that the two begin again."""
    must_lead_the_vote(round, by)
    advisory_lock(f"certify {round.id}")
    done = queries.certificates(round)
    if len(done) == 2:
        raise Refused(N_("Two people have certified this count already."))
    if done:
        db.session.delete(done[0])
        flush()
        log(round, by, "round.certificate_taken_back", {"head": done[0].head})


def certify_example(
    *,
    round: Round,
    first: Account,
    second: Account,
    ballots: Mapping[str, int],
    at: datetime,
) -> None:
    """Two people of the demo certified made-up ballots in the past; there is no log of those."""
    if not round.is_example:
        raise Refused(N_("Only an example round may have made-up ballots."))
    facts = {
        "head": round.config_hash or "",
        "batches": 0,
        "sealed": 0,
        "ballots": dict(ballots),
        "sheets": [],
        "papers": [],
        "counts": queries.counted_facts(round),
    }
    digest = queries.digest_of(facts)
    for part, by in ((1, first), (2, second)):
        made = _keep(round, by, queries.role_of(by, round) or Role.COUNTER, facts, digest, part)
        made.at = round.certified_at = at
    flush()


# --- scrutineers ----------------------------------------------------------------------------


def name_scrutineer(*, round: Round, by: Account, name: str, role: str) -> tuple[Scrutineer, str]:
    """Let somebody fetch the openings; returns the token of their link, kept nowhere.

    The link works for `LINK_DAYS` days once voting has closed and the votes are counted.
    """
    must_lead_the_vote(round, by)
    if queries.terms_of(round).began_at is not None:
        raise Refused(N_("The ballots of this round are destroyed: there is nothing to look at."))
    token = secrets.token_urlsafe(32)
    begins = max(clock.now(), box.closes_at(round) or clock.now())
    found = Scrutineer(
        round_id=round.id,
        name=name,
        role=role,
        token_hash=token_hash(token),
        expires_at=begins + timedelta(days=LINK_DAYS),
        named_by_id=by.id,
        named_at=clock.now(),
    )
    db.session.add(found)
    flush()
    log(round, by, "scrutineer.named", {"scrutineer": found.id})
    return found, token


def new_link(*, round: Round, scrutineer: Scrutineer, by: Account) -> str:
    """A new link in place of the old one, which stops to work."""
    must_lead_the_vote(round, by)
    if queries.terms_of(round).began_at is not None:
        raise Refused(N_("The ballots of this round are destroyed: there is nothing to look at."))
    token = secrets.token_urlsafe(32)
    scrutineer.token_hash = token_hash(token)
    begins = max(clock.now(), box.closes_at(round) or clock.now())
    scrutineer.expires_at = begins + timedelta(days=LINK_DAYS)
    flush()
    log(round, by, "scrutineer.new_link", {"scrutineer": scrutineer.id})
    return token


def end_link(*, round: Round, scrutineer: Scrutineer, by: Account) -> None:
    """The link stops to work; what was fetched before stays with them."""
    must_lead_the_vote(round, by)
    if scrutineer.token_hash is not None:
        scrutineer.token_hash = None
        flush()
        log(round, by, "scrutineer.ended", {"scrutineer": scrutineer.id})


def token_hash(token: str) -> str:
    return hashlib.sha256(b"pbapp scrutineer\0" + token.encode()).hexdigest()


def find_by_token(round: Round, token: str) -> Scrutineer | None:
    """Whose link this is, while it works."""
    query = select(Scrutineer).where(
        Scrutineer.round_id == round.id,
        Scrutineer.token_hash == token_hash(token),
        Scrutineer.expires_at > clock.now(),
    )
    return db.session.scalar(query)


def note_fetched(*, round: Round, scrutineer: Scrutineer) -> None:
    """The pack was fetched: counted, and in the officers' log."""
    scrutineer.fetched += 1
    flush()
    log(round, None, "scrutineer.fetched", {"scrutineer": scrutineer.id, "n": scrutineer.fetched})


# --- until when ballots are kept ------------------------------------------------------------


def set_terms(
    *, round: Round, by: Account, keep_days: int, last_days: int, openings_public: bool
) -> Closing:
    """How long ballots are kept, and whether openings are public; only before sealing."""
    must_lead_the_vote(round, by)
    refuse_if_sealed(round)
    terms = queries.find_closing(round) or Closing(round_id=round.id)
    terms.keep_days, terms.last_days = keep_days, last_days
    terms.openings_public = openings_public
    db.session.add(terms)
    flush()
    facts = {"keep_days": keep_days, "last_days": last_days, "openings_public": openings_public}
    log(round, by, "round.closing_terms", facts)
    return terms


def ask_hold(*, round: Round, by: Account, reason: str) -> Hold:
    """The first of two officers asks for the destruction to be stopped."""
    must_be_officer(round.board_id, by)
    _hold_the_end(round)
    _refuse_once_begun(round)
    if not reason.strip():
        raise Refused(N_("Say why, so that people understand it."), "reason")
    if queries.open_hold(round) is not None:
        raise Refused(N_("Somebody has asked for a hold already."))
    hold = Hold(round_id=round.id, reason=reason.strip(), asked_by_id=by.id, asked_at=clock.now())
    db.session.add(hold)
    flush()
    log(round, by, "hold.asked", {"reason": hold.reason})
    return hold


def agree_hold(*, round: Round, by: Account) -> Hold:
    """The second officer agrees: from now on nothing is destroyed, whatever the date."""
    must_be_officer(round.board_id, by)
    _hold_the_end(round)
    _refuse_once_begun(round)
    hold = queries.open_hold(round)
    if hold is None or hold.agreed_at is not None:
        raise Refused(N_("Nobody has asked for a hold."))
    if hold.asked_by_id == by.id:
        raise Refused(ANOTHER_HAND)
    hold.agreed_by_id, hold.agreed_at = by.id, clock.now()
    flush()
    log(round, by, "hold.put", {"reason": hold.reason})
    return hold


def release_hold(*, round: Round, by: Account) -> Hold:
    """Let go of a hold: the first officer asks, the second does it.

    One that only one person has asked for is taken back by anybody.
    """
    must_be_officer(round.board_id, by)
    _hold_the_end(round)
    hold = queries.open_hold(round)
    if hold is None:
        raise Refused(N_("Nobody has asked for a hold."))
    if hold.agreed_at is None:
        db.session.delete(hold)
        flush()
        log(round, by, "hold.taken_back", {"reason": hold.reason})
        return hold
    if hold.release_asked_by_id is None:
        hold.release_asked_by_id = by.id
        flush()
        log(round, by, "hold.release_asked", {})
        return hold
    if hold.release_asked_by_id == by.id:
        raise Refused(ANOTHER_HAND)
    hold.released_by_id, hold.released_at = by.id, clock.now()
    flush()
    log(round, by, "hold.released", {})
    return hold


def _hold_the_end(round: Round) -> None:
    """A destruction does not begin while this is decided, nor do two people decide it at once."""
    advisory_lock(f"destroy {round.id}")


def _refuse_once_begun(round: Round) -> None:
    if queries.terms_of(round).began_at is not None:
        raise Refused(N_("The destruction has begun, and cannot be stopped any more."))
