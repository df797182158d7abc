"""What the worker does every minute whether or not anybody asked."""

from __future__ import annotations

import logging
from collections.abc import Callable

from pbapp.accounts import services as accounts
from pbapp.appraisal.merging import services as merging
from pbapp.assets.adding import photos
from pbapp.assets.finding import services as finding
from pbapp.assets.gifts import chores as gifts
from pbapp.assets.keeping import closing, reminding
from pbapp.assets.lists import importing
from pbapp.assets.oruk import checking as feed_check
from pbapp.assets.walkabout import services as walkabout
from pbapp.ballots.log import sealing as ballot_log
from pbapp.ballots.paper import printing
from pbapp.ballots.roll import chores as voters
from pbapp.complaints import services as complaints
from pbapp.concerns import services as concerns
from pbapp.db import db, write_transaction
from pbapp.delivery import reporting as delivery
from pbapp.desk import what_if
from pbapp.desk.queue import chores as queue
from pbapp.helping import services as helping
from pbapp.jobs import services as jobs
from pbapp.messages import bounces, following, spreading
from pbapp.messages import services as messages
from pbapp.news import digests
from pbapp.news import sending as newsletters
from pbapp.news import telling as news
from pbapp.organisations import chores as groups
from pbapp.papers.meetings import chores as meetings
from pbapp.participation import services as participation
from pbapp.proposals.asking import services as questions
from pbapp.proposals.writing import chores as writing
from pbapp.results import bringing_in, destroying
from pbapp.results.corrections import objecting
from pbapp.results.opendata import making as open_data
from pbapp.sheets import services as sheets
from pbapp.web import drafts, limits

CHORES: tuple[Callable[[], object], ...] = (
    jobs.beat,
    accounts.forget_old,
    messages.forget_old,
    bounces.forget_old,
    drafts.forget_old,
    photos.forget_waiting,
    complaints.forget_old,
    queue.forget_old,
    limits.forget_old,
    writing.forget_old,
    writing.forget_files,
    feed_check.ask_if_due,
    importing.forget_unused,
    finding.keep_findable,
    gifts.begin_lives,
    gifts.remind,
    gifts.end_lives,
    gifts.recount,
    gifts.forget_old,
    walkabout.forget_old,
    closing.end_alerts,
    reminding.remind,
    what_if.forget_old,
    printing.forget_old,
    bringing_in.forget_old,
    voters.find_groups,
    voters.remind,
    voters.count_set_aside,
    destroying.destroy_due,
    ballot_log.ask_if_due,
    groups.forget_invitations,
    groups.forget_documents,
    groups.remind,
    merging.expire_due,
    helping.forget_old,
    delivery.remind,
    concerns.forget_old,
    questions.forget_old,
    following.ask_to_confirm,
    meetings.set_next,
    meetings.forget_files,
    following.bring_over,
    digests.tell_digests,
    news.tell_news,
    newsletters.send_due,
    spreading.tell_latecomers,
    open_data.ask_if_due,
    objecting.forget_old,
    participation.forget_small_numbers,
    sheets.forget_old,
)
_log = logging.getLogger("pbapp.jobs")


def chores() -> None:
    """Do them all, each in a transaction of its own; one that fails does not stop the others."""
    for chore in CHORES:
        try:
            with write_transaction():
                chore()
                db.session.commit()
        except Exception:
            _log.exception("a chore failed")
