"""The thread of a board to take away: a line a project, for a spreadsheet and for a program."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import url_for

from pbapp.boards.models import Board
from pbapp.thread.queries import Strand, Thread
from pbapp.thread.words import Step
from pbapp.web.cells import inert

HEAD = (
    "priority",
    "priority_name",
    "ward_code",
    "ward",
    "round",
    "round_title",
    "project",
    "project_title",
    "currency",
    "cost",
    "votes",
    "awarded",
    "paid",
    "spent",
    "stage",
    "counted_on",
    "reported_on",
    "difference",
    "result_url",
    "award_url",
)


def row_of(strand: Strand, base: str) -> dict[str, Any]:
    """One project; amounts in whole minor units (pence), days as YYYY-MM-DD, empty if unknown."""
    row, award, report = strand.allocation, strand.award, strand.report
    slug = strand.round.slug
    number = award.proposal.number if award else None
    return {
        "priority": strand.priority.slug if strand.priority else "",
        "priority_name": strand.priority.name if strand.priority else "",
        "ward_code": strand.ward.gss_code if strand.ward else "",
        "ward": strand.ward.name if strand.ward else "",
        "round": strand.round.slug,
        "round_title": strand.round.title,
        "project": row.project_key,
        "project_title": row.title,
        "currency": strand.round.currency,
        "cost": row.cost,
        "votes": row.votes,
        "awarded": strand.awarded,
        "paid": strand.paid if award else None,
        "spent": strand.spent,
        "stage": strand.stage.value,
        "counted_on": row.count.counted_at.date().isoformat(),
        "reported_on": report.told_at.date().isoformat() if report else "",
        "difference": report.difference if report else "",
        "result_url": base + url_for("results.project", slug=slug, key=row.project_key),
        "award_url": base + url_for("delivery.detail", slug=slug, number=number) if number else "",
    }


def thread_csv(strands: Iterable[Strand], base: str) -> bytes:
    """UTF-8 with the mark that Excel needs; no cell can run as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    for strand in strands:
        row = row_of(strand, base)
        writer.writerow([inert("" if row[name] is None else row[name]) for name in HEAD])
    return ("\ufeff" + out.getvalue()).encode()


def thread_json(
    board: Board,
    told: Iterable[tuple[Thread, list[Step]]],
    strands: Iterable[Strand],
    *,
    base: str,
    as_of: date,
) -> bytes:
    """The same with every priority's steps; a step without a figure is missing."""
    content = {
        "board": board.slug,
        "board_name": board.name,
        "as_of": as_of.isoformat(),
        "amounts": "whole minor units (pence)",
        "priorities": [
            {
                "priority": thread.priority.slug,
                "name": thread.version.title,
                "plan": thread.version.plan.title,
                "plan_from": thread.version.plan.starts_on.isoformat(),
                "steps": [_step(step, base) for step in steps],
            }
            for thread, steps in told
        ],
        "projects": [row_of(strand, base) for strand in strands],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _step(step: Step, base: str) -> dict[str, Any]:
    return {
        "step": step.key,
        "title": step.title,
        "missing": step.is_missing,
        "figure": step.figure,
        "says": step.says,
        "on": step.on.isoformat() if step.on else None,
        "source": step.source,
        "url": base + step.url,
    }
