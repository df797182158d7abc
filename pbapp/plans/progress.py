"""How a plan goes: actions reported on, figures read and put right, strategies looked at again."""

from __future__ import annotations

from datetime import date
from typing import Any

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.services import must_be_officer
from pbapp.db import advisory_lock, db, flush
from pbapp.plans import queries
from pbapp.plans.models import Action, ActionStatus, Driver, Indicator, Reading
from pbapp.refusal import N_, Refused

ACTION, READING, DRIVER = "action", "reading", "driver"


def report_action(
    *, action: Action, status: ActionStatus, progress: str, by: Account, seen: int | None = None
) -> None:
    """Say how an action of the plan goes; every earlier word stays in its history.

    For an officer of the board, and for whoever acts for the partner that leads it. `seen` is the
    number of the last change its author knew: what somebody else said since is not overwritten.
    """
    board = action.version.plan.board
    as_partner = queries.leads(by.id, action)
    if not as_partner:
        must_be_officer(board.id, by)
    _look_again(action)
    audit.refuse_if_changed(ACTION, action.id, seen=seen, by=by.actor)
    before = {"status": action.status.value, "progress": action.progress}
    goes_on = _list_going_on(action)
    for one in (action, *goes_on):
        one.status, one.progress = status, progress.strip()
    flush()
    audit.revise(
        subject_type=ACTION,
        subject_id=action.id,
        by=by.actor,
        before=before,
        after={"status": status.value, "progress": action.progress},
        note=action.lead if as_partner else None,
    )
    audit.record(
        actor=by.actor,
        verb="action.reported",
        subject_type=ACTION,
        subject_id=action.id,
        board_id=board.id,
        facts={"status": status.value},
    )


def _list_going_on(action: Action) -> list[Action]:
    """Actions of later plans that stand as this one does; of others there is newer word."""
    later = queries.list_continuing(action)
    for one in later:
        _look_again(one)
    said = (action.status, action.progress)
    return [one for one in later if (one.status, one.progress) == said]


def _look_again(action: Action) -> None:
    """Two people at once: the second sees what the first did."""
    advisory_lock(f"{ACTION} {action.id}")
    db.session.refresh(action)


def take_reading(
    *, indicator: Indicator, taken_on: date, value: int, source: str, by: Account
) -> Reading:
    """Note what an indicator stands at; one reading a day, within its bounds, never ahead.

    The same reading sent once more is the same row.
    """
    must_be_officer(indicator.priority.board_id, by)
    there = next((one for one in indicator.readings if one.taken_on == taken_on), None)
    if there is not None and (there.value, there.source) == (value, source.strip()):
        return there
    reading = keep_reading(indicator, taken_on, value, source)
    _log_reading(indicator, by, "indicator.read", {"taken_on": taken_on, "value": value})
    return reading


def correct_reading(
    *,
    reading: Reading,
    taken_on: date,
    value: int,
    source: str,
    reason: str,
    by: Account,
    seen: int | None = None,
) -> None:
    """Put a reading right. What it said before, and why it changed, stays readable to everybody."""
    indicator = reading.indicator
    must_be_officer(indicator.priority.board_id, by)
    audit.refuse_if_changed(READING, reading.id, seen=seen, by=by.actor)
    if not reason.strip():
        raise Refused(N_("Say why the figure was wrong."), "reason")
    _check_reading(indicator, taken_on, value)
    before = _reading_facts(reading)
    reading.taken_on, reading.value, reading.source = taken_on, value, source.strip()
    flush()
    after = _reading_facts(reading)
    if before == after:
        return
    audit.revise(
        subject_type=READING,
        subject_id=reading.id,
        by=by.actor,
        before=before,
        after=after,
        note=reason.strip(),
    )
    _log_reading(indicator, by, "indicator.corrected", {"taken_on": taken_on, "value": value})


def review_driver(*, driver: Driver, reviewed_on: date, by: Account) -> None:
    """Somebody looked at a law or strategy again. It counts wherever the board's plans name it."""
    version = queries.version_of(driver)
    must_be_officer(version.plan.board_id, by)
    if reviewed_on > clock.today():
        raise Refused(N_("This day has not come yet."), "reviewed_on")
    if driver.reviewed_on and reviewed_on < driver.reviewed_on:
        raise Refused(N_("It was looked at again after that day already."), "reviewed_on")
    for one in queries.list_same_drivers(driver):
        if one.reviewed_on is None or one.reviewed_on < reviewed_on:
            one.reviewed_on = reviewed_on
    flush()
    audit.record(
        actor=by.actor,
        verb="driver.reviewed",
        subject_type=DRIVER,
        subject_id=driver.id,
        board_id=version.plan.board_id,
        facts={"reviewed_on": reviewed_on.isoformat()},
    )


def keep_reading(indicator: Indicator, taken_on: date, value: int, source: str) -> Reading:
    """A new reading, from a page or a file."""
    _check_reading(indicator, taken_on, value)
    reading = Reading(taken_on=taken_on, value=value, source=source.strip(), noted_at=clock.now())
    indicator.readings.append(reading)
    flush()
    return reading


def _check_reading(indicator: Indicator, taken_on: date, value: int) -> None:
    if taken_on > clock.today():
        raise Refused(N_("This day has not come yet."), "taken_on")
    low = indicator.least is not None and value < indicator.least
    high = indicator.most is not None and value > indicator.most
    if low or high:
        raise Refused(
            N_("This figure lies between %(least)s and %(most)s."),
            "value",
            least="…" if indicator.least is None else written(indicator.least, indicator.decimals),
            most="…" if indicator.most is None else written(indicator.most, indicator.decimals),
        )


def _reading_facts(reading: Reading) -> dict[str, Any]:
    return {
        "taken_on": reading.taken_on.isoformat(),
        "value": written(reading.value, reading.indicator.decimals),
        "source": reading.source,
    }


def _log_reading(indicator: Indicator, by: Account, verb: str, facts: dict[str, Any]) -> None:
    audit.record(
        actor=by.actor,
        verb=verb,
        subject_type="indicator",
        subject_id=indicator.id,
        board_id=indicator.priority.board_id,
        facts={**facts, "taken_on": facts["taken_on"].isoformat()},
    )


def written(value: int, decimals: int) -> str:
    """A reading as people write it: 1234 with one decimal place is 123.4."""
    sign, digits = ("-" if value < 0 else ""), f"{abs(value):0{decimals + 1}}"
    whole, part = (digits[:-decimals], digits[-decimals:]) if decimals else (digits, "")
    return f"{sign}{int(whole):,}" + (f".{part}" if part else "")
