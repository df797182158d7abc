"""Every table of the open data with every column of it: the data dictionary itself.

Files are written from these, so no column can be in a file and not in the dictionary.
"""

from __future__ import annotations

from dataclasses import dataclass

TEXT, WHOLE, MONEY, NUMBER, YES_NO = "text", "whole number", "amount", "decimal number", "yes or no"
LIST = "list"
IN_CURRENCY = "the currency of the column “currency”"
POUNDS = "the currency of the round (results.csv names it)"
SEALED = "the ballot as two people sealed it before voting opened"
COUNTED = "the official count"
GROUP = "what the group wrote in its proposal"


@dataclass(frozen=True)
class Column:
    """One column: its name in every file, what kind of value it holds, and where that is from."""

    name: str
    kind: str
    about: str
    source: str
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """One table. `name` is the end of its files' names."""

    name: str
    about: str
    columns: tuple[Column, ...]

    @property
    def head(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


_PROJECT = Column("project", TEXT, "The project's number on the ballot.", SEALED)
_POT = Column(
    "pot",
    TEXT,
    "The pot that pays for it; empty where the round has one pot only.",
    SEALED,
)

RESULTS = Table(
    "results",
    "One line a project on the ballot: what the count gave it.",
    (
        Column(
            "place",
            WHOLE,
            "Its place in its pot: projects in the order funded, then the others, most support "
            "first.",
            COUNTED,
        ),
        _PROJECT,
        Column("title", TEXT, "Its title on the ballot.", SEALED),
        Column("cost", MONEY, "What it asked for.", SEALED, IN_CURRENCY),
        Column("currency", TEXT, "ISO 4217 code of all amounts of this line.", "the round"),
        Column("votes", WHOLE, "Ballots that chose it.", COUNTED, "ballots"),
        Column(
            "points",
            NUMBER,
            "Points it got; empty where people gave no points.",
            COUNTED,
            "points",
        ),
        Column("funded", YES_NO, "Whether it won money.", COUNTED),
        Column(
            "awarded",
            MONEY,
            "What it won: its cost, or less where the rule allows a part. 0 if not funded.",
            COUNTED,
            IN_CURRENCY,
        ),
        Column("reason", TEXT, "Why it won or did not, in one word of the count.", COUNTED),
        Column("priority", TEXT, "The priority of the plan it is for.", GROUP),
        Column("ward", TEXT, "The ward it happens in; empty for more than one.", GROUP),
        _POT,
        Column(
            "reserve",
            WHOLE,
            "Its place on the reserve list; empty if it is not on it.",
            COUNTED,
        ),
    ),
)

BALLOTS = Table(
    "ballots",
    "One line a ballot that counts, for each pot counted apart. Sorted by what they say: the "
    "numbers name nobody, and neither the order of voting nor anything about people is here.",
    (
        Column("ballot", TEXT, "A number given after sorting. It leads to nobody.", "sorting"),
        _POT,
        Column(
            "projects",
            LIST,
            "The projects chosen; ranked ballots give the best first. In CSV parted by “;”. Empty "
            "for a ballot that chose none.",
            "the frozen ballots (.pb)",
        ),
        Column(
            "points",
            LIST,
            "Points for each of these projects, in the same order; empty where people gave none.",
            "the frozen ballots (.pb)",
            "points",
        ),
    ),
)

PROPOSALS = Table(
    "proposals",
    "One line a project on the ballot: what was proposed.",
    (
        _PROJECT,
        Column("title", TEXT, "Its title on the ballot.", SEALED),
        Column("group", TEXT, "The group that proposed it.", GROUP),
        Column("priority", TEXT, "The priority of the plan it is for.", GROUP),
        Column("ward", TEXT, "The ward it happens in; empty for more than one.", GROUP),
        Column("ward_code", TEXT, "GSS code of that ward (ONS).", "the board's boundaries"),
        Column("where", TEXT, "The place in words.", GROUP),
        Column("latitude", NUMBER, "Where it is on the map.", GROUP, "degrees, WGS 84"),
        Column("longitude", NUMBER, "Where it is on the map.", GROUP, "degrees, WGS 84"),
        Column("summary", TEXT, "What it is, in a line.", GROUP),
        Column("cost", MONEY, "What it asked for.", SEALED, IN_CURRENCY),
        Column(
            "minimum",
            MONEY,
            "The smallest amount it could work with; empty if it named none.",
            GROUP,
            IN_CURRENCY,
        ),
        Column("currency", TEXT, "ISO 4217 code of all amounts of this line.", "the round"),
        Column(
            "withdrawn",
            YES_NO,
            "Whether the group took it back after the ballot was sealed.",
            "the desk",
        ),
    ),
)

COSTS = Table(
    "costs",
    "One line for each thing a proposal's money buys; together they are its cost.",
    (
        _PROJECT,
        Column("position", WHOLE, "Its place in the list of the proposal.", GROUP),
        Column("what", TEXT, "What is bought.", GROUP),
        Column("amount", MONEY, "What it costs.", GROUP, POUNDS),
    ),
)

TURNOUT = Table(
    "turnout",
    "How many people voted, as frozen when voting closed. Numbers under ten are held back, and as "
    "many others as it takes that nobody can work them out.",
    (
        Column("by", TEXT, "What people are added up by: ward, channel, fifth.", "this file"),
        Column(
            "key",
            TEXT,
            "The ward's GSS code, the way of voting, or the fifth of the index of deprivation "
            "(1: the most need).",
            "this file",
        ),
        Column("name", TEXT, "The ward's name; otherwise empty.", "the boundaries"),
        Column(
            "people",
            WHOLE,
            "People who voted; empty where it is held back.",
            "the voters' list and the ballots, added up at the close",
            "people",
        ),
        Column("held_back", YES_NO, "Whether the number is left out on purpose.", "this file"),
    ),
)

DICTIONARY = Table(
    "dictionary",
    "This dictionary: one line for each column of each table, this one included.",
    (
        Column("table", TEXT, "The end of the file's name: results, ballots …", "this file"),
        Column("column", TEXT, "The column's name, the same in CSV and JSON.", "this file"),
        Column("type", TEXT, "What kind of value it holds.", "this file"),
        Column("unit", TEXT, "In what it is measured; empty for words.", "this file"),
        Column("meaning", TEXT, "What it says.", "this file"),
        Column("source", TEXT, "Where the value comes from.", "this file"),
    ),
)

TABLES = (RESULTS, BALLOTS, PROPOSALS, COSTS, TURNOUT, DICTIONARY)
