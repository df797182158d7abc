"""All the open data of a result: each file by its name, and one zip of them with checksums."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial

from pbapp.ballots.closing import queries as closing
from pbapp.config import ROOT
from pbapp.results import files, freezing, queries
from pbapp.results.corrections.models import Correction
from pbapp.results.corrections.queries import list_corrections
from pbapp.results.fifths import zones_of
from pbapp.results.models import Allocation, Count
from pbapp.results.opendata import columns, tables
from pbapp.results.opendata.columns import Table
from pbapp.results.opendata.writing import Row, csv_of, json_of
from pbapp.results.privacy import LEAST_BALLOTS, ballots_may_be_public
from pbapp.rounds.models import Round
from pbapp.tally import canonical
from pbapp.tally.digest import sha256

FORMAT = 1
SUMS = "SHA256SUMS"
LICENCE_NAME = "Open Government Licence v3.0"
LICENCE_URL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same bytes every time, whenever they are made

Make = Callable[[], bytes]


class Bundle:
    """The files of one round's result; each is made only when asked for."""

    def __init__(self, round: Round, counts: list[Count]) -> None:
        self.round, self.counts = round, counts

    @property
    def name(self) -> str:
        return f"{self.round.slug}-open-data.zip"

    @property
    def edition(self) -> str:
        """What the bundle is made from: the same again means that the files are the same."""
        gone = closing.fate_of(self.round).destroyed_at
        parts = [
            FORMAT,
            [count.id for count in self.counts],
            [correction.number for correction in self.corrections],
            gone.isoformat() if gone else "",
        ]
        return sha256(canonical(parts))

    @property
    def open_counts(self) -> list[Count]:
        """The counts whose single ballots may be public."""
        return [
            count
            for count in self.counts
            if ballots_may_be_public(count.profile.ballots, is_imported=self.round.is_imported)
        ]

    @cached_property
    def counted(self) -> list[tuple[Count, list[Allocation]]]:
        return [(count, queries.list_allocations(count)) for count in self.counts]

    @cached_property
    def corrections(self) -> list[Correction]:
        return [] if self.round.is_imported else list_corrections(self.round)

    @cached_property
    def files(self) -> Mapping[str, Make]:
        """Every file but the checksums, by its name."""
        made: dict[str, Make] = {"README.txt": self._readme, "LICENCE.txt": self._licence}
        for table, rows in self._tables().items():
            base = f"{self.round.slug}-{table.name}"
            made[f"{base}.csv"] = partial(_written, csv_of, table, rows)
            made[f"{base}.json"] = partial(_written, json_of, table, rows)
        for count in self.counts:
            if count in self.open_counts:
                made[files.ballots_name(count)] = partial(freezing.unpack, count.profile)
            made[files.rule_name(count)] = partial(files.rule_json, count)
        whole = self._whole()
        if whole is not None:
            made[f"{self.round.slug}.pb"] = whole
        if self.round.config:
            made["sealed.json"] = partial(canonical, self.round.config)
        if self.open_counts:
            made["recount.py"] = (ROOT / "static" / "recount.py").read_bytes
        return made

    def _tables(self) -> dict[Table, Callable[[], Iterator[Row]]]:
        made: dict[Table, Callable[[], Iterator[Row]]] = {
            columns.RESULTS: partial(tables.results, self.counted),
            columns.PROPOSALS: partial(tables.proposals, self.counted),
        }
        if self.open_counts:
            made[columns.BALLOTS] = partial(tables.ballots, self.open_counts)
        if not self.round.is_imported:
            made[columns.COSTS] = partial(tables.costs, self.counted)
            made[columns.TURNOUT] = partial(tables.turnout, self.round)
        made[columns.DICTIONARY] = tables.dictionary
        return made

    def _whole(self) -> Make | None:
        """Every ballot over all pots, where each pot's may be public."""
        several = any(count.pot for count in self.counts)
        if not several or not files.whole_may_be_public(self.round, self.counts):
            return None
        profile = queries.find_profile(self.round.id)
        return partial(freezing.unpack, profile) if profile else None

    def zip(self) -> bytes:
        """All files and their checksums, the same bytes every time."""
        out, sums = io.BytesIO(), []
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, make in self.files.items():
                data = make()
                sums.append(f"{sha256(data)}  {name}\n")
                archive.writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)
            archive.writestr(zipfile.ZipInfo(SUMS, EPOCH), "".join(sums), zipfile.ZIP_DEFLATED)
        return out.getvalue()

    # --- words for whoever opens the zip: English, as its columns are ---------------------------

    def _readme(self) -> bytes:
        round = self.round
        lines = [
            round.title,
            "=" * len(round.title),
            "",
            *([EXAMPLE, ""] if round.is_example else []),
            "The result of a vote on public money, as open data. Each table is there as CSV",
            "(UTF-8, comma, first line the columns) and as JSON with the same columns.",
            "",
            *(f"{round.slug}-{table.name}\n    {table.about}" for table in self._tables()),
            "",
            *(f"{name}\n    {about}" for name, about in self._others()),
            "",
            f"{round.slug}-dictionary says of each column its type, its unit and its source.",
            f"{SUMS} has the checksum of each file: sha256sum -c {SUMS}",
            "",
            *self._what_was_corrected(),
            *self._what_is_not_here(),
            "",
            f"Licence: see LICENCE.txt ({LICENCE_NAME}).",
            "",
        ]
        return "\n".join(lines).encode("utf-8")

    def _others(self) -> Iterator[tuple[str, str]]:
        for count in self.open_counts:
            yield files.ballots_name(count), "The ballots that were counted, in Pabulib's format."
        if self._whole():
            yield f"{self.round.slug}.pb", "Every ballot over all pots; nothing is counted from it."
        for count in self.counts:
            yield files.rule_name(count), "The counting rule with every parameter."
            if count in self.open_counts:
                line = f"python3 recount.py {files.ballots_name(count)} {files.rule_name(count)}"
                yield "recount.py", f"Counts again, with Python alone: {line}"
        if self.round.config:
            yield "sealed.json", "Rules and projects as two people sealed them before the vote."

    def _what_was_corrected(self) -> Iterator[str]:
        for one in self.corrections:
            yield f"Edition {one.number}, published on {one.published_at:%d.%m.%Y}: {one.what}"
            yield f"  Why: {one.reason}"
        if self.corrections:
            yield ""

    def _what_is_not_here(self) -> Iterator[str]:
        yield "What is not here, and why"
        yield "  Nothing about people who voted: no names, no order, no times."
        if len(self.open_counts) < len(self.counts):
            yield (
                f"  Single ballots of a pot in which fewer than {LEAST_BALLOTS} people voted: "
                "somebody could recognise one."
            )
        if not self.round.is_imported:
            yield "  Numbers of people under ten, and others that would give them away (turnout)."
        gone = closing.fate_of(self.round).destroyed_at
        if gone is not None:
            yield (
                f"  The ballots themselves, the voters' list and the key: destroyed on "
                f"{gone:%d.%m.%Y}, as announced. What"
            )
            yield "  was counted stays in these files, so that anybody can still count again."

    def _licence(self) -> bytes:
        round = self.round
        if round.is_imported:
            return IMPORTED.encode("utf-8")
        whose = round.board.council.name if round.board else round.title
        sources = {zone.deprivation_set.attribution for zone in zones_of(round)}
        text = LICENCE.format(
            whose=whose, title=round.title, name=LICENCE_NAME, url=LICENCE_URL
        ) + "".join(f"{source}\n" for source in sorted(sources))
        return text.encode("utf-8")


def _written(
    write: Callable[[Table, Iterable[Row]], bytes], table: Table, rows: Callable[[], Iterable[Row]]
) -> bytes:
    return write(table, rows())


EXAMPLE = "EXAMPLE: this round is made up. Nobody cast these votes."
LICENCE = """You may use, copy and adapt this data under the {name}:
{url}

Say where it is from, for example:
    {whose}: {title}. Contains public sector information licensed under the {name}.

Descriptions of projects were written by the groups that proposed them.
"""
IMPORTED = """This election was held elsewhere. Its data keeps the licence of its source:
ask the people who published it, and name them. If it came from Pabulib, cite pabulib.org.
"""
