"""Begin the next version of a plan, change it a part at a time, publish it or throw it away.

Every change names the edit its author saw last; what somebody else changed in the same part since
then is never overwritten unseen. Nothing of a draft is public until it is published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from datetime import date
from typing import Any

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.models import Board, Role
from pbapp.boards.queries import has_role, is_slug
from pbapp.db import advisory_lock, db, flush
from pbapp.plans import queries as plans
from pbapp.plans.drafting import content as contents
from pbapp.plans.drafting.queries import (
    SUBJECT,
    find_draft,
    find_live,
    find_reviews,
    list_lacks,
)
from pbapp.plans.models import Plan, PlanDraft
from pbapp.plans.plan_writing import text_of
from pbapp.plans.services import adopt_text
from pbapp.plans.texts import PlanText
from pbapp.refusal import N_, Refused

WRITERS = frozenset({Role.CLERK, Role.VOTING_LEAD})
RESERVED = frozenset({"new", "plan"})
GONE = N_("Somebody else took this out of the draft meanwhile.")


def begin(*, board: Board, by: Account, title: str) -> PlanDraft:
    """Begin the next version as a copy of the newest; a board writes one at a time.

    `title` is for a board without a plan. Begun already: the draft there is.
    """
    _must_write(board, by)
    advisory_lock(f"plan of board {board.id}")
    there = find_draft(board.id)
    if there is not None:
        return there
    newest = next(iter(plans.list_plans(board.id)), None)
    draft = PlanDraft(
        board=board,
        based_on=newest,
        content=contents.begin(_text_of(newest)) if newest else contents.empty(title),
        begun_at=clock.now(),
    )
    db.session.add(draft)
    flush()
    _log(draft, by, "plan.draft_begun")
    return draft


def _text_of(plan: Plan) -> PlanText:
    versions = plans.load_whole(plan)
    figures = {v.priority_id: plans.list_indicators(v.priority_id) for v in versions}
    return text_of(plan, versions, figures)


def change_about(
    *, draft: PlanDraft, by: Account, seen: int | None, values: Mapping[str, Any]
) -> None:
    """Its title, what it is about, where it is published, and how long it runs."""
    fields = {f"plan.{name}" for name in contents.ABOUT}
    with _editing(draft, by, seen, fields) as content:
        content["plan"] = {name: values[name] for name in contents.ABOUT}


def add_priority(*, draft: PlanDraft, by: Account, slug: str, values: Mapping[str, str]) -> None:
    """A priority the board has had before comes back under its own address; another is new."""
    if not is_slug(slug) or slug in RESERVED:
        raise Refused(N_("Use small letters, digits and hyphens, like “warm-homes”."), "slug")
    with _editing(draft, by, None, ()) as content:
        there = contents.find_priority(content, slug)
        if there is None:
            content["priorities"].append(contents.new_priority(slug, values))
        elif any(there[name] != values[name] for name in contents.TEXTS):
            raise Refused(N_("The draft has a priority with this address already."), "slug")


def change_priority(
    *, draft: PlanDraft, by: Account, seen: int | None, slug: str, values: Mapping[str, str]
) -> None:
    """What the next plan says of a priority."""
    fields = {f"{slug}.{name}" for name in contents.TEXTS}
    with _editing(draft, by, seen, fields) as content:
        _priority(content, slug).update({name: values[name] for name in contents.TEXTS})


def remove_priority(*, draft: PlanDraft, by: Account, slug: str) -> None:
    """The next plan does not name it. Its page, its money and its figures stay."""
    with _editing(draft, by, None, ()) as content:
        content["priorities"] = [one for one in content["priorities"] if one["slug"] != slug]


def save_entry(
    *,
    draft: PlanDraft,
    by: Account,
    seen: int | None,
    slug: str,
    part: str,
    key: str,
    values: Mapping[str, Any],
) -> None:
    """An action, aim, strategy or figure, new or changed. The same `key` is the same entry."""
    with _editing(draft, by, seen, {f"{slug}.{part}.{key}"}) as content:
        priority = _priority(content, slug)
        there = contents.find_entry(priority, part, key)
        if part == "indicators":
            _check_slug_is_free(priority, key, values["slug"])
        if there is None:
            priority[part].append({"key": key, **values})
        else:
            there.update(values)


def remove_entry(*, draft: PlanDraft, by: Account, slug: str, part: str, key: str) -> None:
    """Take it out of the next plan; done once more, nothing happens."""
    with _editing(draft, by, None, ()) as content:
        priority = _priority(content, slug)
        entry = contents.find_entry(priority, part, key)
        if entry and part == "indicators" and not entry["is_new"]:
            raise Refused(
                N_("Figures stay with the priority, whatever the plan. Change this one instead.")
            )
        priority[part] = [one for one in priority[part] if one["key"] != key]


def move_up(*, draft: PlanDraft, by: Account, slug: str, part: str | None, key: str) -> None:
    """One place up in its list: an entry of a priority, or without a `part` the priority."""
    with _editing(draft, by, None, ()) as content:
        rows = _priority(content, slug)[part] if part else content["priorities"]
        name = "key" if part else "slug"
        at = next((n for n, one in enumerate(rows) if one[name] == key), 0)
        if at:
            rows[at - 1], rows[at] = rows[at], rows[at - 1]


def publish(*, draft: PlanDraft, by: Account, starts_on: date) -> Plan:
    """Make it the board's plan from a day on, today at the earliest.

    Published already: that plan. Raises `Refused` while something is missing, for a day before
    today or the plan it replaces, and for one after its own end.
    """
    _must_write(draft.board, by)
    _hold(draft)
    if draft.published_as is not None:
        return draft.published_as
    _refuse_closed(draft)
    if list_lacks(draft):
        raise Refused(N_("Something is missing still. The list of the draft says what."))
    if starts_on < clock.today():
        raise Refused(N_("A plan begins today or later: nobody may change the past."), "starts_on")
    newest = next(iter(plans.list_plans(draft.board_id)), None)
    if newest is not None and starts_on <= newest.starts_on:
        raise Refused(
            N_("It has to begin after the plan it replaces, which begins on %(day)s."),
            "starts_on",
            day=newest.starts_on.isoformat(),
        )
    if date.fromisoformat(draft.content["plan"]["ends_on"]) <= starts_on:
        raise Refused(N_("It would end before it begins. Change its last day first."), "starts_on")
    plan = adopt_text(board=draft.board, text=_as_text(draft, starts_on), by=by)
    draft.published_as, draft.closed_at = plan, clock.now()
    flush()
    return plan


def _as_text(draft: PlanDraft, starts_on: date) -> PlanText:
    ids = [
        action["continues"]
        for priority in draft.content["priorities"]
        for action in priority["actions"]
        if action["continues"]
    ]
    return contents.to_text(draft.content, starts_on, find_live(ids), find_reviews(draft.board_id))


def throw_away(*, draft: PlanDraft, by: Account) -> None:
    """Write it no further. Its row stays, so that no other draft gets its history."""
    _must_write(draft.board, by)
    _hold(draft)
    if draft.closed_at is None:
        draft.closed_at = clock.now()
        flush()
        _log(draft, by, "plan.draft_thrown_away")


# --- what each change stands on -----------------------------------------------------------------


@contextmanager
def _editing(
    draft: PlanDraft, by: Account, seen: int | None, fields: Any
) -> Iterator[contents.Content]:
    """A copy of the content to change; what changed goes into the history."""
    _must_write(draft.board, by)
    _hold(draft)
    _refuse_closed(draft)
    audit.refuse_if_changed(SUBJECT, draft.id, seen=seen, by=by.actor, fields=fields)
    before, content = contents.flatten(draft.content), deepcopy(draft.content)
    yield content
    after = contents.flatten(content)
    draft.content = content
    flush()
    gone = {name: None for name in before if name not in after}
    audit.revise(
        subject_type=SUBJECT,
        subject_id=draft.id,
        by=by.actor,
        before=before,
        after={**gone, **after},
    )


def _hold(draft: PlanDraft) -> None:
    advisory_lock(f"plan of board {draft.board_id}")
    db.session.refresh(draft)


def _refuse_closed(draft: PlanDraft) -> None:
    if draft.closed_at is not None:
        raise Refused(N_("This draft has been published or thrown away meanwhile."))


def _must_write(board: Board, by: Account) -> None:
    if not has_role(by.id, board.id, WRITERS):
        raise Refused(N_("Only a clerk or a voting lead of this board writes its plan."))


def _priority(content: contents.Content, slug: str) -> dict[str, Any]:
    found = contents.find_priority(content, slug)
    if found is None:
        raise Refused(GONE)
    return found


def _check_slug_is_free(priority: Mapping[str, Any], key: str, slug: str) -> None:
    if any(one["slug"] == slug and one["key"] != key for one in priority["indicators"]):
        raise Refused(N_("This priority has an indicator of that name already."), "name")


def _log(draft: PlanDraft, by: Account, verb: str) -> None:
    audit.record(
        actor=by.actor,
        verb=verb,
        subject_type=SUBJECT,
        subject_id=draft.id,
        board_id=draft.board_id,
    )
