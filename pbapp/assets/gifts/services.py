"""Write to a giver through us, answer, stop letters, renew a gift, take it off for good."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, update

from pbapp import clock
from pbapp.accounts import services as accounts
from pbapp.accounts.queries import tidy_email
from pbapp.assets.gifts import queries
from pbapp.assets.gifts.bare import LINK
from pbapp.assets.gifts.models import Gift, GiftBlock, GiftLetter
from pbapp.assets.models import SUBJECT, Asset, AssetState, Confirmer, Method
from pbapp.audit import services as audit
from pbapp.audit.models import Revision
from pbapp.concerns import services as concerns
from pbapp.db import Base, advisory_lock, db, flush
from pbapp.messages import services as messages
from pbapp.refusal import N_, Refused

LASTS = timedelta(days=183)
A_DAY, IN_ALL, TO_ONE = timedelta(days=1), 5, 2
PURPOSE = "gift letter"
CLOSED = N_("Nobody can be written to about this at the moment.")


def write_letter(
    *,
    asset: Asset,
    email: str,
    name: str,
    text: str,
    gives_address: bool,
    secret: str,
    language: str = "en",
) -> GiftLetter:
    """Keep a letter until its writer proves the address; a code goes there.

    The same letter sent twice is one letter, with a new code. Raises `Refused` for a letter with
    web links, which are what others abuse such a form for, and beyond a few letters a day.
    """
    if not queries.takes_letters(asset):
        raise Refused(CLOSED)
    for field, typed in (("name", name), ("text", text)):
        if LINK.search(typed):
            raise Refused(
                N_(
                    "Leave web and e-mail addresses out: the giver cannot tell where they lead. "
                    "Tick below if they may see your own."
                ),
                field,
            )
    email = tidy_email(email)
    advisory_lock(f"letters of {queries.address_key(email, secret)}")
    recent = _recent(email)
    letter = next((one for one in recent if _is_same(one, asset, text)), None)
    if letter is None:
        _refuse_too_many(asset, recent)
        letter = GiftLetter(
            asset=asset,
            email=email,
            name=name,
            text=text,
            gives_address=gives_address,
            language=language,
            written_at=clock.now(),
        )
        db.session.add(letter)
    if letter.sent_at is None:
        letter.name, letter.gives_address = name, gives_address  # what was said last counts
        flush()
        _send_code(letter, secret)
    return letter


def _recent(email: str) -> list[GiftLetter]:
    """What an address wrote within a day."""
    query = select(GiftLetter).where(
        GiftLetter.email == email, GiftLetter.written_at > clock.now() - A_DAY
    )
    return list(db.session.scalars(query.order_by(GiftLetter.written_at, GiftLetter.id)))


def _is_same(letter: GiftLetter, asset: Asset, text: str) -> bool:
    return letter.asset_id == asset.id and letter.text == text


def _refuse_too_many(asset: Asset, recent: list[GiftLetter]) -> None:
    if len(recent) >= IN_ALL:
        raise Refused(
            N_("You have written %(number)s letters today. Write again tomorrow."), number=IN_ALL
        )
    if sum(one.asset_id == asset.id for one in recent) >= TO_ONE:
        raise Refused(N_("You have written to this giver today. Wait for an answer."))


def _send_code(letter: GiftLetter, secret: str) -> None:
    code = accounts.make_code(purpose=PURPOSE, email=letter.email, secret=secret)
    messages.write(
        key=f"gift code {letter.id} {clock.now().isoformat()}",
        to=letter.email,
        template="gift_code",
        context={"code": code, "name": letter.asset.name},
        language=letter.language,
    )


def prove(
    *, letter: GiftLetter, code: str, secret: str, letter_url: str, gift_url: str
) -> GiftLetter:
    """Whoever wrote has the address: pass the letter on, once.

    Both addresses open the giver's own pages, and go to nobody else. A wrong code is counted, so
    the caller commits either way.
    """
    advisory_lock(f"gift letter {letter.id}")
    db.session.refresh(letter)
    if letter.sent_at is not None:
        return letter
    accounts.use_code(purpose=PURPOSE, email=letter.email, code=code, secret=secret)
    asset = letter.asset
    if not queries.takes_letters(asset):
        raise Refused(CLOSED)
    letter.sent_at = clock.now()
    flush()
    if queries.is_blocked(asset.id, letter.email, secret):
        return letter  # said to nobody: a block is the giver's own affair
    given = {"email": letter.email, "reply_to": letter.email} if letter.gives_address else {}
    messages.write(
        key=f"gift letter {letter.id}",
        to=asset.submitter_email or "",
        template="gift_letter",
        context={
            "gift": asset.name,
            "name": letter.name,
            "lines": letter.text.splitlines(),
            "letter_url": letter_url,
            "gift_url": gift_url,
            **given,
        },
        language=asset.language,
    )
    return letter


def answer(*, letter: GiftLetter, text: str, url: str) -> None:
    """The giver answers through us, once; neither side learns an address. `url`: the gift's."""
    advisory_lock(f"gift letter {letter.id}")
    db.session.refresh(letter)
    if letter.answered_at is not None:
        return
    if not text.strip():
        raise Refused(N_("Write an answer."), "text")
    letter.answered_at = clock.now()
    flush()
    messages.write(
        key=f"gift answer {letter.id}",
        to=letter.email,
        template="gift_answer",
        context={"gift": letter.asset.name, "lines": text.splitlines(), "url": url},
        language=letter.language,
    )


def block(*, letter: GiftLetter, secret: str) -> None:
    """Nothing from this address comes to this giver any more."""
    key = queries.address_key(letter.email, secret)
    if db.session.get(GiftBlock, (letter.asset_id, key)) is None:
        db.session.add(GiftBlock(asset_id=letter.asset_id, address_key=key, at=clock.now()))
        flush()


def report(*, letter: GiftLetter, path: str, secret: str) -> None:
    """A bad letter goes before an officer, word for word, and its writer is blocked."""
    block(letter=letter, secret=secret)
    about = concerns.Subject(
        kind="gift letter",
        id=letter.id.hex,
        title=letter.asset.name,
        path=path,
        board_id=letter.asset.board_id,
    )
    concerns.raise_concern(about=about, text=f"{letter.name} <{letter.email}>\n\n{letter.text}")


def set_letters(*, gift: Gift, takes: bool) -> None:
    """Stop or begin again to pass letters on."""
    gift.takes_letters = takes
    flush()


def begin(asset: Asset) -> Gift:
    """The half year of a gift that has just come on the list."""
    gift = Gift(asset_id=asset.id, ends_on=clock.today() + LASTS, takes_letters=True)
    db.session.add(gift)
    flush()
    return gift


def renew(*, gift: Gift) -> None:
    """Its giver still offers it: half a year from today, and back on the list if it had left."""
    asset = gift.asset
    if asset.state not in (AssetState.PUBLISHED, AssetState.ENDED):
        raise Refused(N_("An officer has to check this first."))
    gift.ends_on, gift.reminded_on = clock.today() + LASTS, None
    asset.state = AssetState.PUBLISHED
    asset.confirmed_at, asset.confirmed_by = clock.now(), Confirmer.SUBMITTER
    asset.confirmed_method = Method.MAIL
    flush()


def take_off(*, asset: Asset) -> None:
    """Delete a gift, its giver's address and all that hangs on it; the log keeps that it was."""
    audit.record(
        actor="visitor",
        verb=f"{SUBJECT}.deleted",
        subject_type=SUBJECT,
        subject_id=str(asset.id),
        board_id=asset.board_id,
    )
    about = (Revision.subject_type == SUBJECT, Revision.subject_id == str(asset.id))
    db.session.execute(delete(Revision).where(*about))
    db.session.flush()
    for table in reversed(Base.metadata.sorted_tables):
        for column in table.columns:
            if not any(key.column is Asset.__table__.c.id for key in column.foreign_keys):
                continue
            hanging = column == asset.id
            if column.nullable:  # an award or a proposal goes on without it
                db.session.execute(update(table).where(hanging).values({column: None}))
            else:
                db.session.execute(delete(table).where(hanging))
    db.session.execute(delete(Asset).where(Asset.id == asset.id))
    db.session.expire_all()
