#!/usr/bin/env python3
"""Count a published vote again, by yourself, on your own computer.

You need Python 3.10 or later and nothing else. Download three files from the result page (this one,
the ballot file and the rules file), and run:

    python3 recount.py ballots.pb rules.json

It works out the SHA-256 of both files, which you can compare with the ones on the result page (or
give with --ballots-sha256 and --rules-sha256, and it compares them for you). Then it counts the
votes step by step, in the plainest way there is, with exact fractions, and prints the winners.

With the ballot log it checks the log too, and says line by line what it found and what it could not
check. Scrutineers have the openings as well (which ballot stands behind each seal):

    python3 recount.py --log log.json
    python3 recount.py --log log.json --openings openings.json --rules rule.json ballots.pb
    (of several pots: all their ballot files, then all their rules files, in the same order)
    python3 recount.py --log log.json --head 4f1c... (the head you were e-mailed or saw on paper)

It ends with 0 if everything it could check is right, and with 1 if anything is wrong.

It is slow on purpose: it shares no code with the service that published the result, and takes no
short cuts. A small vote takes seconds; a large one with many steps can take hours.

Source of the method of equal shares: Peters, Pierczynski, Skowron, "Proportional Participatory
Budgeting with Additive Utilities", NeurIPS 2021. Ballot file format: pabulib.org.
"""

import argparse
import csv
import hashlib
import io
import json
import sys
from fractions import Fraction
from pathlib import Path


class Wrong(Exception):
    """Something in the files that makes a count impossible."""


# -- reading the files -------------------------------------------------------------------------


def read_election(text):
    """The pot, the projects and the ballots of a .pb file, amounts as exact fractions."""
    meta, projects, ballots = {}, [], []
    section, header = None, []
    rows = csv.reader(io.StringIO(text.replace("\r\n", "\n").lstrip("\ufeff")), delimiter=";")
    for row in rows:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if cells[0].lower() in ("meta", "projects", "votes") and not any(cells[1:]):
            section = cells[0].lower()
            header = [name.strip().lower() for name in next(rows)]
        elif section == "meta":
            meta.setdefault(cells[0], ";".join(cells[1:]))
        elif section == "projects":
            projects.append(dict(zip(header, cells, strict=False)))
        elif section == "votes":
            ballots.append(dict(zip(header, cells, strict=False)))
    if "budget" not in meta or not projects:
        raise Wrong("the ballot file has no budget or no projects")
    return Election(meta, projects, ballots)


def amount(text):
    return Fraction(text.replace(",", "."))


class Election:
    def __init__(self, meta, projects, ballots):
        self.budget = amount(meta["budget"])
        self.kind = meta["vote_type"].lower()
        self.ids = [row["project_id"] for row in projects]
        self.cost = {row["project_id"]: amount(row["cost"]) for row in projects}
        self.minimum = {
            row["project_id"]: amount(row["minimum"]) for row in projects if row.get("minimum")
        }
        self.ballots = [self._ballot(row) for row in ballots]
        self.people = len(self.ballots)
        longest = max([len(choices) for choices, _ in self.ballots], default=0)
        self.longest = int(meta.get("max_length") or longest)

    def _ballot(self, row):
        """The choices in order, and the points given where people give points."""
        names = [name.strip() for name in row.get("vote", "").split(",") if name.strip()]
        for name in names:
            if name not in self.cost:
                raise Wrong(f"a ballot names project {name}, which is not in the file")
        if self.kind in ("cumulative", "scoring"):
            points = [amount(p) for p in row.get("points", "").split(",") if p.strip()]
            given = {name: p for name, p in zip(names, points, strict=True) if p}
            return tuple(given), given
        return tuple(dict.fromkeys(names)), None

    def points(self, choices, given, ordinal):
        """What each choice on a ballot scores."""
        if given is not None:
            return given
        if self.kind != "ordinal":
            return {name: Fraction(1) for name in choices}
        top = len(choices) - 1 if ordinal == "borda" else max(self.longest, len(choices))
        return {name: Fraction(top - place) for place, name in enumerate(choices)}


# -- the same for every rule -------------------------------------------------------------------


class Count:
    """Votes, points, the order that breaks ties, and a list of what happened."""

    def __init__(self, election, rules):
        self.e, self.rules = election, rules
        unit = 10 ** int(rules.get("exponent") or 0)
        self.in_minor_units = lambda value: Fraction(value) / unit
        self.utility = rules.get("utility") or self._usual_utility()
        self.ordinal = rules.get("ordinal") or "official"
        # What other pots of the same vote left for this one is counted with its own money.
        self.carried_in = self.in_minor_units(rules.get("carried_in") or 0)
        self.budget = election.budget + self.carried_in
        self.barred = set(rules.get("withdrawn") or [])
        self.votes = dict.fromkeys(election.ids, 0)
        self.total_points = dict.fromkeys(election.ids, Fraction(0))
        self.worth = []
        for choices, given in election.ballots:
            scored = election.points(choices, given, self.ordinal)
            for name, points in scored.items():
                self.votes[name] += 1 if given is None or points > 0 else 0
                self.total_points[name] += points
            self.worth.append(self._worth(scored))
        self.ties = []

    def _usual_utility(self):
        return "cost" if self.e.kind in ("approval", "choose-1") else "points"

    def _worth(self, scored):
        """What each project is worth to this voter if it is funded."""
        if self.utility == "points":
            return {name: points for name, points in scored.items() if points > 0}
        liked = [name for name, points in scored.items() if self._supports(points)]
        if self.utility == "cost":
            return {name: self.e.cost[name] for name in liked}
        return {name: Fraction(1) for name in liked}

    def _supports(self, points):
        # On a ranked ballot a last choice with 0 points is no support for equal shares.
        return points > 0

    def tie_key(self, name):
        if self.rules.get("tie_break") == "id":
            return (name,)
        lot = self.rules.get("lot") or self.e.ids
        return (self.e.cost[name], -self.votes[name], lot.index(name))

    def settle(self, tied, where):
        """The first of equals, in the published order; the tie is written down."""
        tied = sorted(tied, key=self.tie_key)
        if len(tied) > 1:
            self.ties.append((where, tied))
        return tied[0]


# -- the greedy count --------------------------------------------------------------------------


class Greedy(Count):
    """Most support first; each project is funded if it fits what is left."""

    def __init__(self, election, rules):
        super().__init__(election, rules)
        self.by_points = self.utility == "points"
        self.left = self.budget
        self.part = None

    def support(self, name):
        by_votes = not self.by_points or self.rules.get("rank") == "votes-per-cost"
        return Fraction(self.votes[name]) if by_votes else self.total_points[name]

    def value(self, name):
        """What the order of turns is made from."""
        rank, cost = self.rules.get("rank") or "votes", self.e.cost[name]
        per_cost = rank == "votes-per-cost" or (
            rank == "utility-per-cost" and self.utility != "cost"
        )
        if not per_cost:
            return (0, self.support(name))
        return (1, self.support(name)) if not cost else (0, self.support(name) / cost)

    def may_win(self, name):
        share = Fraction(self.rules.get("min_share") or 0)
        return (
            name not in self.barred
            and self.support(name) > 0
            and self.support(name) >= Fraction(self.rules.get("min_votes") or 0)
            and self.votes[name] >= share * self.e.people
        )

    def run(self):
        caps = [
            [cap["name"], self.in_minor_units(cap["limit"]), set(cap["projects"])]
            for cap in self.rules.get("caps") or []
        ]
        groups = [set(group) for group in self.rules.get("groups") or []]
        winners, waiting, stopped = [], [], False
        line = sorted(filter(self.may_win, self.e.ids), key=self.turn_key)
        self.note_ties(line)
        for name in line:
            cost = self.e.cost[name]
            rival = any(name in group and group & set(winners) for group in groups)
            full = any(name in cap[2] and cost > cap[1] for cap in caps)
            if stopped or (not rival and not full and cost > self.left):
                waiting.append(name)
                stopped = stopped or self.rules.get("on_unaffordable") == "stop"
            elif not rival and not full:
                winners.append(name)
                self.left -= cost
                for cap in caps:
                    cap[1] -= cost if name in cap[2] else 0
        if self.rules.get("part_fund") == "next":
            self.offer(waiting, winners, groups, caps)
        return winners

    def offer(self, waiting, winners, groups, caps):
        """What is left goes to the first in line that can work with it."""
        for name in waiting:
            rooms = [cap[1] for cap in caps if name in cap[2]]
            if any(self.e.cost[name] > room for room in rooms):
                continue
            blocked = any(name in group and group & set(winners) for group in groups)
            least = self.e.minimum.get(name)
            if not blocked and least is not None and 0 < least <= self.left:
                self.part = (name, min(self.left, self.e.cost[name]))
                return

    def turn_key(self, name):
        free, value = self.value(name)
        return (-free, -value, self.tie_key(name))

    def note_ties(self, line):
        for value in sorted({self.value(name) for name in line}, reverse=True):
            self.settle([name for name in line if self.value(name) == value], "greedy")


# -- the method of equal shares ----------------------------------------------------------------


class EqualShares(Count):
    """Everybody gets an equal share; supporters buy projects together, the best value first."""

    def __init__(self, election, rules):
        super().__init__(election, rules)
        supported = [name for name in election.ids if name not in self.barred]
        self.able = [name for name in supported if any(name in worth for worth in self.worth)]
        # Equal ballots hold equal money at every moment, so one purse stands for all of them.
        self.voters = {}
        for worth in self.worth:
            key = tuple(sorted(worth.items()))
            self.voters[key] = self.voters.get(key, 0) + 1
        self.kinds = [(dict(key), count) for key, count in self.voters.items()]
        self.earlier = set()

    def price(self, name, purses):
        """The lowest rate at which supporters, each paying rate x worth or all they have, cover
        the cost; None if they cannot."""
        supporters = [
            (purses[place], worth[name], count)
            for place, (worth, count) in enumerate(self.kinds)
            if name in worth
        ]
        if sum(purse * count for purse, _, count in supporters) < self.e.cost[name]:
            return None
        supporters.sort(key=lambda supporter: supporter[0] / supporter[1])
        owed = self.e.cost[name]
        paying = sum(worth * count for _, worth, count in supporters)
        for purse, worth, count in supporters:
            if owed <= purse / worth * paying:
                return owed / paying
            owed -= purse * count
            paying -= worth * count
        raise AssertionError("the money was there")

    def buy(self, share):
        """One run: the winners in order, and the ties met, when everybody has this share."""
        purses = [share] * len(self.kinds)
        free = [name for name in self.able if not self.e.cost[name]]
        winners, ties = sorted(free, key=self.tie_key), []
        while True:
            rates = {}
            for name in self.able:
                if name not in winners:
                    rate = self.price(name, purses)
                    if rate is not None:
                        rates[name] = rate
            if not rates:
                return winners, ties
            best = min(rates.values())
            tied = sorted((n for n in rates if rates[n] == best), key=self.tie_key)
            if len(tied) > 1:
                ties.append(tied)
            winners.append(tied[0])
            for place, (worth, _) in enumerate(self.kinds):
                if tied[0] in worth:
                    purses[place] -= min(purses[place], best * worth[tied[0]])

    def cost_of(self, winners):
        return sum((self.e.cost[name] for name in winners), Fraction(0))

    def nothing_fits(self, winners):
        left = self.budget - self.cost_of(winners)
        losers = [name for name in self.able if name not in winners]
        if not losers:
            return True
        stops = self.rules.get("stop_exhaustive", True)
        return stops and all(self.e.cost[name] > left for name in losers)

    def run(self, say=lambda step: None):
        """The deciding run: step after step of Add1 where the rules ask for it."""
        share = self.budget / max(self.e.people, 1)
        step = self.in_minor_units(self.rules.get("step") or 1)
        self.step, (winners, ties) = 0, self.buy(share)
        if (self.rules.get("completion") or "none") != "none" and self.able:
            while not self.nothing_fits(winners):
                say(self.step)
                self.earlier.update((tied[0], other) for tied in ties for other in tied[1:])
                share += step
                more, more_ties = self.buy(share)
                if self.cost_of(more) > self.budget:
                    break
                winners, ties, self.step = more, more_ties, self.step + 1
        self.ties = [("equal shares", tied) for tied in ties]
        self.earlier -= {(tied[0], other) for tied in ties for other in tied[1:]}
        if self.rules.get("completion") == "add1u":
            winners = winners + self.rest(winners)
        return self.compared(winners) if self.rules.get("comparison") else winners

    def rest(self, winners):
        """Spend what is left greedily, by the same utility, on what has not won."""
        rules = dict(self.rules, rank="utility-per-cost", withdrawn=[*self.barred, *winners])
        greedy = Greedy(self.e, dict(rules, utility=self.utility))
        greedy.left = self.budget - self.cost_of(winners)
        added = greedy.run()
        self.ties += [("completion", tied) for _, tied in greedy.ties]
        return added

    def compared(self, winners):
        """Fund the greedy winners instead if more people get more from them."""
        rules = dict(self.rules, rank="votes", utility=self.utility)
        others = Greedy(self.e, rules).run()
        more = less = 0
        for worth in self.worth:
            theirs = sum(worth.get(name, 0) for name in others)
            ours = sum(worth.get(name, 0) for name in winners)
            more, less = more + (theirs > ours), less + (ours > theirs)
        return others if more > less else winners


# -- the ballot log ----------------------------------------------------------------------------


class Audit:
    """What was looked at, line by line. `wrong` counts the lines that say something is wrong."""

    def __init__(self):
        self.wrong = 0

    def says(self, is_right, right, wrong):
        """One finding, printed at once."""
        self.wrong += not is_right
        print(f"ok     {right}" if is_right else f"WRONG  {wrong}")
        return is_right

    def cannot(self, why):
        print(f"-      Not checked: {why}")


def joined(*parts):
    """Parts with the length of each in four bytes before it: no two lists give the same bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def leaf_of(round_id, config_hash, content, salt):
    """The seal of one ballot."""
    body = joined(str(round_id).encode(), config_hash.encode(), content.encode(), salt)
    return hashlib.sha256(b"\x00" + body).hexdigest()


def root_of(leaves):
    """The Merkle root (RFC 6962) of seals in sorted order."""
    level = sorted(bytes.fromhex(leaf) for leaf in leaves)
    if not level:
        return hashlib.sha256(b"").hexdigest()

    def climb(part):
        if len(part) == 1:
            return part[0]
        left = 1
        while left * 2 < len(part):
            left *= 2
        return hashlib.sha256(b"\x01" + climb(part[:left]) + climb(part[left:])).digest()

    return climb(level).hex()


def head_of(batch):
    """The head that seals a batch and everything before it."""
    named = ("previous_head", "root", "size", "total", "day", "kind")
    body = joined(*(str(batch[name]).encode() for name in named))
    return hashlib.sha256(b"\x02" + body).hexdigest()


def some(names):
    """A few of them, to look up."""
    names = sorted(names)
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(name[:16] for name in names[:3]) + more


def audit_batch(audit, batch, previous, total):
    """One batch by itself, and whether it follows from the one before."""
    n, leaves = batch["n"], batch["leaves"]
    found = [
        (
            len(leaves) == batch["size"],
            f"says it has {batch['size']} seals and lists {len(leaves)}",
        ),
        (leaves == sorted(leaves), "does not list its seals in order"),
        (
            root_of(leaves) == batch["root"],
            "has another root than its seals give: a ballot in it was changed, added or taken out",
        ),
        (batch["previous_head"] == previous, "does not follow the batch before it"),
        (batch["total"] == total + batch["size"], f"gives a wrong total, {batch['total']}"),
        (head_of(batch) == batch["head"], "has a head that does not follow from what it says"),
    ]
    for is_right, problem in found:
        if not is_right:
            audit.says(False, "", f"Batch {n} {problem}.")
    return all(is_right for is_right, _ in found)


def audit_log(audit, log, head):
    """The log by itself: batches, roots, heads and totals."""
    batches, previous, total, whole = log["batches"], log["config_hash"], 0, True
    numbers = [batch["n"] for batch in batches]
    audit.says(
        numbers == list(range(1, len(batches) + 1)),
        f"The batches are numbered 1 to {len(batches)}, in order.",
        f"The batches are not in order, or one is missing: {', '.join(map(str, numbers))}.",
    )
    for batch in batches:
        whole = audit_batch(audit, batch, previous, total) and whole
        previous, total = batch["head"], batch["total"]
    if whole:
        audit.says(
            True,
            f"Every batch has the root of its seals, and every head follows from the one before: "
            f"{len(batches)} batches, {total} seals.",
            "",
        )
    leaves = [leaf for batch in batches for leaf in batch["leaves"]]
    seen, twice = set(), set()
    for leaf in leaves:
        (twice if leaf in seen else seen).add(leaf)
    audit.says(not twice, "No seal stands in the log twice.", f"Twice in the log: {some(twice)}.")
    closes = [batch["n"] for batch in batches if batch["kind"] == "close"]
    if closes or not batches:
        audit.says(
            closes == numbers[-1:],
            "The last batch closed the box, and no ballot came after it.",
            "The box was closed more than once, or ballots came after it was closed.",
        )
    else:
        audit.cannot("whether the box is closed: the log has no closing batch yet.")
    audit_head(audit, batches, head)


def audit_head(audit, batches, head):
    if head is None:
        audit.cannot(
            "that this is the log everybody was shown. Somebody who rewrote all of it would not be "
            "found. Give --head with a head that was e-mailed, printed or read out."
        )
        return
    known = {batch["head"]: batch["n"] for batch in batches}
    found = known.get(head.strip().lower())
    audit.says(
        found is not None,
        f"The head you gave is that of batch {found} of {len(batches)}: nothing up to there was "
        "changed since it was published.",
        "The head you gave is nowhere in this log. It is not the log you were shown.",
    )


def audit_openings(audit, log, opened):
    """Each opening against the log; who could have voted twice."""
    round_id, config_hash = log["round"]["id"], log["config_hash"]
    audit.says(
        opened["round"]["id"] == round_id and opened["config_hash"] == config_hash,
        "Openings and log are of one round and one set of rules.",
        "The openings are of another round, or of other rules, than the log.",
    )
    rows = opened["openings"]
    unlike = [
        row["leaf"]
        for row in rows
        if leaf_of(round_id, config_hash, row["content"], bytes.fromhex(row["salt"])) != row["leaf"]
    ]
    audit.says(
        not unlike,
        f"Every opening gives its seal: {len(rows)} ballots are what was sealed.",
        f"{len(unlike)} openings do not give their seal, so they were changed: {some(unlike)}.",
    )
    sealed = {leaf: batch["n"] for batch in log["batches"] for leaf in batch["leaves"]}
    names = [row["leaf"] for row in rows]
    extra, missing = [n for n in names if n not in sealed], set(sealed) - set(names)
    stray = len(names) - len(set(names) & set(sealed))
    audit.says(
        not extra and len(set(names)) == len(names),
        "Every opened ballot is in the log, once.",
        f"{stray} opened ballots are not in the log, or opened twice: {some(extra or names)}.",
    )
    audit.says(
        not missing,
        "Every seal in the log has its opening.",
        f"{len(missing)} seals of the log have no opening: {some(missing)}.",
    )
    moved = [row["leaf"] for row in rows if sealed.get(row["leaf"], row["batch"]) != row["batch"]]
    audit.says(
        not moved,
        "Every ballot is in the batch that its opening names.",
        f"{len(moved)} openings name another batch than the log does: {some(moved)}.",
    )
    counted = [row for row in rows if row["counted"]]
    voters = {}
    for row in counted:
        voters[row["voter"]] = voters.get(row["voter"], 0) + 1
    doubled = [voter for voter, ballots in voters.items() if ballots > 1]
    audit.says(
        not doubled,
        f"No voter has more than one ballot that counts: {len(counted)} ballots, "
        f"{len(rows) - len(counted)} replaced or taken out.",
        f"{len(doubled)} voters have more than one ballot that counts: {some(doubled)}.",
    )
    audit.cannot(
        "who the voters are. Each is a number made for this file; that people were on the voters' "
        "list, and voted once, is what the officers checked."
    )


def as_read(content):
    """A ballot's content as the ballot file writes it: choices and points."""
    kept = json.loads(content)
    if "points" in kept:
        return {name: Fraction(points) for name, points in kept["points"].items()}
    return tuple(kept["ranking"]) if "ranking" in kept else tuple(sorted(kept["choices"]))


def only(ballot, ids):
    """The part of a ballot that is about these projects."""
    if isinstance(ballot, dict):
        return tuple(sorted((name, points) for name, points in ballot.items() if name in ids))
    return tuple(name for name in ballot if name in ids)


def audit_ballots(audit, opened, elections):
    """The ballots that were counted are the openings marked as counted, neither more nor fewer."""
    everything = {name for election in elections for name in election.ids}
    ballots = [as_read(row["content"]) for row in opened["openings"] if row["counted"]]
    stray = {name for ballot in ballots for name in ballot if name not in everything}
    audit.says(
        not stray,
        "Every project chosen on a ballot is in the ballot files.",
        f"Projects chosen on ballots, but in no ballot file: {', '.join(sorted(stray))}.",
    )
    declared = opened.get("declared") or []
    for election in elections:
        audit_election(audit, ballots, declared, election, is_alone=len(elections) == 1)


def audit_election(audit, ballots, declared, election, is_alone):
    ids, ranked = set(election.ids), election.kind == "ordinal"
    want, have = {}, {}
    for ballot in ballots:
        key = only(ballot, ids)
        if key or (is_alone and not ballot):
            want[key] = want.get(key, 0) + 1
    for choices, given in election.ballots:
        key = (
            only(given, ids) if given is not None else choices if ranked else tuple(sorted(choices))
        )
        if key or is_alone:
            have[key] = have.get(key, 0) + 1
    more = {key: number - want.get(key, 0) for key, number in have.items()}
    more = {key: number for key, number in more.items() if number > 0}
    fewer = sum(max(number - have.get(key, 0), 0) for key, number in want.items())
    totals = {name: sum(batch["totals"].get(name, 0) for batch in declared) for name in ids}
    papers = sum(batch["papers"] for batch in declared) if any(totals.values()) else 0
    if papers:
        added = {name: sum(n for key, n in more.items() if name in key) for name in ids}
        fits = not fewer and added == totals and sum(more.values()) <= papers
        audit.says(
            fits,
            f"Beside the opened ballots, {sum(more.values())} rows add up to the totals of "
            f"{papers} papers counted on signed sheets.",
            "The rows beside the opened ballots do not add up to the totals of the signed sheets.",
        )
        audit.cannot(f"those {papers} papers: no log covers them, only the signed sheets do.")
        return
    audit.says(
        not more and not fewer,
        f"The {election.people} ballots counted are the opened ballots marked as counted, "
        "neither more nor fewer.",
        f"The ballot file has {sum(more.values())} ballots that were not opened as counted, and "
        f"lacks {fewer} that were.",
    )


def audit_rules(audit, log, documents, texts):
    """Whether the rules are those that were sealed, as far as the files tell."""
    for document in documents:
        if "projects" in document:
            found = hashlib.sha256(canonical(document)).hexdigest()
            audit.says(
                found == log["config_hash"],
                "The sealed rules are those the log begins with.",
                "The sealed rules are not those the log begins with.",
            )
    for text in texts:
        named = [
            line.split(";")[1] for line in text.splitlines() if line.startswith("config_sha256;")
        ]
        audit.says(
            named == [log["config_hash"]],
            "The ballot file was counted under the sealed rules.",
            "The ballot file does not name the sealed rules of this log.",
        )


def read_json(path):
    return json.loads(Path(path).read_bytes().decode("utf-8-sig"))


def run_audit(given, ballot_files, rule_files):
    """Everything that can be checked with these files; how many lines were wrong."""
    audit, log = Audit(), read_json(given.log)
    print(f"The ballot log of {log['round']['title']}:")
    audit_log(audit, log, given.head)
    texts = [Path(path).read_bytes().decode("utf-8-sig") for path in ballot_files]
    audit_rules(audit, log, [read_json(path) for path in rule_files], texts)
    if given.openings is None:
        audit.cannot(
            "what is behind the seals, and that the ballots counted are those in the log. That "
            "takes the openings, which scrutineers have (--openings)."
        )
        return audit.wrong
    opened = read_json(given.openings)
    audit_openings(audit, log, opened)
    if texts:
        audit_ballots(audit, opened, [read_election(text) for text in texts])
    else:
        audit.cannot("that these ballots were counted. Give the ballot file (.pb) too.")
    return audit.wrong


# -- the command -------------------------------------------------------------------------------


def canonical(value):
    """The one spelling of a rules file, whatever spaces or order of keys it has."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def recount(text, document, say=lambda step: None):
    """Winners in the order funded, and the count they come from."""
    election, rules = read_election(text), document.get("parameters") or {}
    kinds = {"greedy": Greedy, "equalshares": EqualShares}
    if document.get("rule") not in kinds:
        raise Wrong(f"this program does not know the rule {document.get('rule')!r}")
    count = kinds[document["rule"]](election, rules)
    winners = count.run(say) if document["rule"] == "equalshares" else count.run()
    return winners, count


def checked(what, found, expected):
    if not expected:
        return f"SHA-256 of {what}: {found}\n  Compare it with the result page."
    if found == expected.strip().lower():
        return f"SHA-256 of {what}: {found}\n  The same as you gave."
    raise Wrong(f"{what} is not the published one: its SHA-256 is {found}")


def money(value):
    return f"{int(value):,}" if value == int(value) else f"{float(value):,.2f}"


def report(winners, count):
    """What came out, in plain words."""
    lines = ["", f"{count.e.people} ballots were counted. The winners, in the order funded:"]
    for place, name in enumerate(winners, start=1):
        cost, votes = money(count.e.cost[name]), count.votes[name]
        lines.append(f"  {place}. {name}   cost {cost}   {votes} votes")
    spent = sum((count.e.cost[name] for name in winners), Fraction(0))
    lines.append(f"They cost {money(spent)} of the {money(count.budget)} in the pot.")
    if count.carried_in:
        lines.append(f"Of that, {money(count.carried_in)} was left by other pots.")
    part = getattr(count, "part", None)
    if part:
        lines.append(f"{part[0]} was next in line and may have {money(part[1])} of what is left.")
    for where, tied in count.ties:
        lines.append(f"Tie ({where}) between {', '.join(tied)}: {tied[0]} came first.")
    if getattr(count, "step", 0):
        lines.append(f"Everybody's share was raised {count.step} times.")
    if not count.ties:
        lines.append("No tie was met in the count that decided.")
    return "\n".join(lines)


def show_step(step):
    print(f"step {step} done", file=sys.stderr)


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "files", nargs="*", help="the ballot file (.pb), and the rules file (.json) to count by"
    )
    parser.add_argument("--ballots-sha256", help="as printed on the result page")
    parser.add_argument("--rules-sha256", help="as printed on the result page")
    parser.add_argument("--winners", help="published winners, parted by commas, to compare")
    parser.add_argument("--log", help="the ballot log (log.json): check its batches and heads")
    parser.add_argument("--openings", help="scrutineers: the ballot behind each seal")
    parser.add_argument(
        "--rules",
        action="append",
        default=[],
        help="a rules file (.json): the rule to count by, or the sealed rules; may be given twice",
    )
    parser.add_argument("--head", help="a head you noted, to see that the log still holds it")
    given = parser.parse_args(arguments)
    ballot_files = [path for path in given.files if not path.endswith(".json")]
    rule_files = [*given.rules, *(path for path in given.files if path.endswith(".json"))]
    if given.log is None and len(ballot_files) == 2:
        rule_files = [ballot_files.pop()]
    if given.log is None and len(ballot_files) + len(rule_files) < 2:
        parser.error("give a ballot file and a rules file to count, or --log to check the log")
    wrong = 0
    try:
        if given.log is not None:
            wrong = run_audit(given, ballot_files, rule_files)
        counting = [path for path in rule_files if "rule" in read_json(path)]
        counting = [path for path in counting if "projects" not in read_json(path)]
        if ballot_files and counting:
            # One rule for one pot: of several, the first file goes with the first rule, and so on.
            for ballot_file, rule_file in zip(ballot_files, counting, strict=False):
                count_again(given, ballot_file, rule_file)
        elif given.log is not None:
            print("-      Not checked: the count. Give the ballot file and the rule to count by.")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, Wrong) as error:
        print(f"Stopped: {error}", file=sys.stderr)
        return 1
    if given.log is not None:
        print(
            f"\n{wrong} things are WRONG." if wrong else "\nEverything that was checked is right."
        )
    return 1 if wrong else 0


def count_again(given, ballot_file, rule_file):
    """Count one ballot file by one rule and print what comes out."""
    ballots = Path(ballot_file).read_bytes()
    document = read_json(rule_file)
    document = {key: document[key] for key in ("rule", "parameters") if key in document}
    found = hashlib.sha256(ballots).hexdigest()
    print(checked("the ballot file", found, given.ballots_sha256))
    found = hashlib.sha256(canonical(document)).hexdigest()
    print(checked("the rules", found, given.rules_sha256))
    winners, count = recount(ballots.decode("utf-8-sig"), document, show_step)
    print(report(winners, count))
    if given.winners is not None:
        published = [name.strip() for name in given.winners.split(",") if name.strip()]
        if published != winners:
            raise Wrong(f"these are NOT the published winners: {given.winners}")
        print("These are the published winners, in the published order.")


if __name__ == "__main__":
    sys.exit(main())
