"""A group fills in its passport once; an officer who is not of it checks it; it runs out."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from pbapp import clock
from pbapp.accounts import services as accounts
from pbapp.audit.models import Event
from pbapp.db import db
from pbapp.organisations import services as organisations
from pbapp.organisations.models import OrganisationKind
from pbapp.organisations.passport import files, queries, services
from pbapp.organisations.passport.models import Item, ItemState, Kept, PassportItem
from pbapp.organisations.passport.services import Said
from pbapp.refusal import Refused
from pbapp.web.models import Document
from tests.client import Browser
from tests.organisations.factories import make_group, make_item
from tests.organisations.letters import letters, told
from tests.world import World

A_PDF = b"%PDF-1.7\nexample"
LEAD = "group_member@example.org"


def item_of(world: World, item: Item) -> PassportItem:
    row = queries.find_item(world.group.id, item)
    assert row is not None
    return row


def a_file(data: bytes, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def test_an_item_goes_from_the_group_to_the_officer_and_back(
    world: World, group_member: Browser, officer: Browser
) -> None:
    base, desk = f"/groups/{world.group.id}/passport", f"/desk/passports/{world.group.id}"
    page = group_member.get(f"{base}/insurance")
    page = group_member.submit(page, {"says": ""}, status=422)
    assert page.errors() == ["Say what you have, in a sentence or two."]
    fields = {"says": "With Example Mutual, for £5 million."}
    page = group_member.submit(page, {**fields, "document": a_file(b"?", "jean.pdf")}, status=422)
    assert page.errors()[0].startswith("We do not know this kind of file.")
    assert "for £5 million" in page.html
    fields["document"] = a_file(A_PDF, "jean.pdf")
    page = group_member.follow(group_member.submit(page, fields))
    assert "Waits to be checked" in page.text

    desk_page = officer.get("/desk")
    assert {"Groups\u2019 passports", "People who ask for help"} <= set(desk_page.links())
    assert "Example Canal Friends" in officer.get("/desk/passports").links()
    queue = "/desk?what=passport&who=turn"
    page = officer.get(officer.get(queue).links()["Example Canal Friends"])
    sent = officer.get(f"{desk}/insurance/document").response
    data = sent.get_data()
    sent.close()
    assert data == A_PDF
    assert sent.headers["Content-Disposition"].startswith("attachment; filename=insurance-")
    assert "jean" not in str(sent.headers)
    assert "sandbox" in sent.headers["Content-Security-Policy"]
    page = officer.submit(page, press="outcome=refuse", form="insurance-check", status=422)
    assert page.errors() == ["Say why, so that the group knows what to do."]
    reason = {"insurance-reason": "The last page is missing."}
    page = officer.submit(page, reason, press="outcome=refuse", form="insurance-check")
    assert officer.follow(page).links()["The desk"] == queue
    assert "The last page is missing." in group_member.get(base).text

    page = group_member.get(f"{base}/insurance")
    assert "With Example Mutual" in page.html
    group_member.submit(page, {"says": "With Example Mutual, to 2027.", "document": None})
    page = officer.submit(officer.get(desk), press="outcome=accept", form="insurance-check")
    assert "Orla Officer" in officer.follow(page).text

    row = item_of(world, Item.INSURANCE)
    assert row.state_on(clock.today()) is ItemState.CHECKED
    assert row.expires_on == clock.today() + timedelta(days=365)
    assert row.document_id is not None
    assert told("group_passport") == [
        (LEAD, "Not accepted: Insurance"),
        (LEAD, "Checked: Insurance"),
    ]
    assert "The last page is missing." in letters("group_passport")[0][1].text
    verbs = [event.verb.split(".")[1] for event in db.session.query(Event).order_by(Event.number)]
    given, no, yes = "passport_given", "passport_not_accepted", "passport_checked"
    assert verbs == [given, no, given, yes]


def test_of_a_bank_account_only_yes_or_no_is_kept(world: World, group_member: Browser) -> None:
    path = f"/groups/{world.group.id}/passport/bank"
    page = group_member.get(path)
    names = {control.get("name") for control in page.form(0).element.iter("input")}
    assert names == {"csrf_token", "version", "own_account", "two_signatories"}
    page = group_member.submit(page, {"own_account": "yes"}, status=422)
    assert page.errors() == ["Answer yes or no."]
    group_member.submit(page, {"two_signatories": "no"})
    row = item_of(world, Item.BANK)
    assert (row.own_account, row.two_signatories, row.says, row.document_id) == (
        True,
        False,
        "",
        None,
    )


@pytest.mark.parametrize("words", ["It is 12-34-56", "acc 12345678.", "12 34 56 01234567"])
def test_a_bank_number_is_never_kept(world: World, words: str) -> None:
    with pytest.raises(Refused, match="Leave it out"):
        give(world, Said(says=words))


def test_numbers_that_belong_to_no_account_are_fine(world: World) -> None:
    assert give(world, Said(says="Charity SC012345, accounts 2024-2025, 12/03/2019.")).id
    assert give(world, Said(says="From 01 04 26 to 31-03-27."), version=1).id


def test_a_policy_has_a_number_and_days(world: World) -> None:
    words = "Policy 12345678, valid from 01-04-26 to 31-03-27."
    assert give(world, Said(says=words), Item.INSURANCE).says == words
    for numbers in ("12-03-27, 12345678", "10 11 12 account no. 12345678", "12-34-56"):
        with pytest.raises(Refused, match="Leave it out"):
            give(world, Said(says=numbers), Item.INSURANCE, version=1)
    with pytest.raises(Refused, match="Leave it out"):
        give(world, Said(says=words), Item.ACCOUNTS)


def give(world: World, said: Said, item: Item = Item.ACCOUNTS, version: int = 0) -> PassportItem:
    return services.give(
        organisation=world.group, item=item, said=said, by=world.group_member, version=version
    )


def test_who_gives_second_sees_what_the_first_gave(world: World) -> None:
    give(world, Said(says="Ours"))
    with pytest.raises(Refused, match="Somebody else changed this"):
        give(world, Said(says="Theirs"))
    row = give(world, Said(says="Both"), version=1)
    with pytest.raises(Refused, match="Somebody else changed this"):
        services.check(row=row, by=world.officer, version=1, expires_on=clock.today(), url="")


def test_an_item_may_not_concern_a_group_if_it_says_why(world: World) -> None:
    with pytest.raises(Refused, match="Say why it does not concern you"):
        give(world, Said(is_needed=False), Item.LAND)
    assert not give(world, Said("We meet in the hall.", is_needed=False), Item.LAND).is_needed
    with pytest.raises(Refused, match="concerns every group"):
        give(world, Said("No", is_needed=False), Item.CONSTITUTION)
    yesterday = clock.today() - timedelta(days=1)
    with pytest.raises(Refused, match="This day has passed"):
        give(world, Said("Until then", runs_out_on=yesterday), Item.INSURANCE)


def test_an_officer_of_the_group_cannot_check_it(world: World, officer: Browser) -> None:
    organisations.add_member(organisation=world.group, account=world.officer)
    row = make_item(world.group, Item.CONSTITUTION, Kept.WAITING)
    db.session.commit()
    page = officer.get(f"/desk/passports/{world.group.id}")
    assert "another officer has to look at it" in page.text
    assert not any(form.get("id") == "constitution-check" for form in page.root.iter("form"))
    with pytest.raises(Refused, match="You belong to this group"):
        services.check(row=row, by=world.officer, version=1, expires_on=clock.today(), url="")


@pytest.mark.parametrize("days", [None, -1, 6 * 366])
def test_a_check_counts_until_a_day_to_come(world: World, days: int | None) -> None:
    row = make_item(world.group, Item.CONSTITUTION, Kept.WAITING)
    until = clock.today() + timedelta(days=days) if days is not None else None
    with pytest.raises(Refused) as refused:
        services.check(row=row, by=world.officer, version=1, expires_on=until, url="")
    assert refused.value.field == "expires_on"


def test_the_leads_are_reminded_once_30_days_before_an_item_runs_out(world: World) -> None:
    until = clock.today() + timedelta(days=31)
    make_item(world.group, Item.INSURANCE, until=until)
    make_item(world.group, Item.LAND, until=clock.today() - timedelta(days=1))
    assert services.remind("http://localhost") == 0
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        assert services.remind("http://localhost") == 1
        assert services.remind("http://localhost") == 0
    assert told() == [(LEAD, "Runs out soon: Insurance")]
    assert f"http://localhost/groups/{world.group.id}/passport/insurance" in letters()[0][1].text


def test_passports_are_for_their_group_and_for_officers(
    world: World, stranger: Browser, resident: Browser, board_member: Browser, group_member: Browser
) -> None:
    make_item(world.group, Item.LAND)
    db.session.commit()
    own, desk = f"/groups/{world.group.id}/passport", f"/desk/passports/{world.group.id}"
    pages = [own, f"{own}/land", f"{own}/land/document", f"/groups/{world.group.id}/host"]
    desks = ["/desk/passports", desk, f"{desk}/land/document"]
    for path in [*pages, *desks]:
        assert "/account/sign-in" in stranger.get(path, status=303).location
    token = resident.get("/account/groups").form(0).filled({})[0][1]
    for browser in (resident, board_member):
        for path in [*pages, *desks]:
            browser.get(path, status=403)
    for path in (f"{own}/land", f"{desk}/land", f"/groups/{world.group.id}/host"):
        resident.post(path, {"csrf_token": token}, status=403)
    for path in desks:
        group_member.get(path, status=403)
    group_member.get(f"{own}/land/document", status=404)
    group_member.get(f"{own}/garden", status=404)


def test_a_host_is_asked_and_agrees(
    world: World, group_member: Browser, resident: Browser, app: Flask
) -> None:
    host = make_group(lead=world.resident)
    friend = accounts.open_account(email="friend@example.org", name="Fay Friend")
    organisations.add_member(organisation=host, account=friend)
    db.session.commit()
    ours, theirs = f"/groups/{world.group.id}", f"/groups/{host.id}"
    page = group_member.get(f"{ours}/host")
    assert "Example Council Fund" not in page.text
    page = group_member.submit(page, {"host": ""}, status=422)
    assert page.errors() == ["Choose an organisation from the list."]
    page = group_member.follow(group_member.submit(page, {"host": str(host.id)}))
    assert "You have asked Example Host Trust." in page.text

    answer = f"{theirs}/hosted/{world.group.id}/answer"
    token = page.form(0).filled({})[0][1]
    group_member.post(answer, {"csrf_token": token, "answer": "yes"}, status=403)
    assert "Only" not in Browser(app, signed_in_as=friend).get(f"{theirs}/passport").text
    assert "asks you to be its host" in resident.get(theirs).text
    resident.submit(resident.get(f"{theirs}/passport"), press="answer=yes")

    assert queries.host_of(world.group) == host
    assert "Your host gives this." in group_member.get(f"{ours}/passport").text
    page = group_member.get(f"{ours}/host")
    page = group_member.submit(page, {"host": ""}, status=422)
    assert page.errors() == ["You have asked a host already. End that first."]
    group_member.submit(group_member.get(f"{ours}/passport"))
    assert queries.find_hosting(world.group.id) is None
    assert told("group_host") == [
        ("resident@example.org", "Example Canal Friends asks Example Host Trust to be its host"),
        (LEAD, "Example Host Trust is your host now"),
        ("resident@example.org", "Example Canal Friends has ended the hosting"),
    ]


def test_a_document_that_was_replaced_is_forgotten(world: World, app: Flask) -> None:
    folder = app.extensions["pbapp"].uploads
    old = files.keep(stream=io.BytesIO(A_PDF), uploads=folder)
    new = files.keep(stream=io.BytesIO(A_PDF + b" two"), uploads=folder)
    give(world, Said("Ours", document_id=old.id))
    give(world, Said("Ours", document_id=new.id), version=1)
    assert db.session.query(Document).one() is new
    assert files.forget_files(folder) == 0
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        assert files.forget_files(folder) == 1
    assert files.path_of(new, folder).read_bytes() == A_PDF + b" two"


def test_a_funder_is_no_host(world: World) -> None:
    organisations.add_member(organisation=world.funder, account=world.resident)
    assert world.funder.kind is OrganisationKind.FUNDER
    assert queries.list_possible_hosts(world.group) == []
