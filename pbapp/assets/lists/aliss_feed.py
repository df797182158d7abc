"""Read the whole of ALISS, page by page, from its import endpoint.

ALISS (A Local Information System for Scotland) gives its services away under CC BY 4.0. The
endpoint answers `{"meta": …, "count": …, "next": …, "data": [service, …]}`. It cannot be asked for
changes only, so what has changed since a day is picked out here, by `last_updated`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from pbapp.assets.adding.forms import one_line
from pbapp.assets.entry import check_website
from pbapp.refusal import N_, Refused
from pbapp.web.forms import plain_text

PAGE_SIZE = 500
MOST_PAGES = 400
MOST_BYTES = 32 * 1024 * 1024
SECONDS = 30
WAIT_BETWEEN_TRIES = (1.0, 4.0)
BLOCKS = frozenset({"p", "br", "li", "div", "h1", "h2", "h3", "h4", "tr", "ul", "ol"})


@dataclass(frozen=True)
class Spot:
    """Where a service is."""

    id: str
    postcode: str
    words: str


@dataclass(frozen=True)
class Service:
    """One service of ALISS, as far as we use it. Telephone and e-mail are not kept."""

    id: str
    name: str
    organisation: str
    description: str
    website: str | None
    page: str | None
    updated_at: datetime | None
    spots: list[Spot] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)  # codes of the areas it serves


def fetch(base_url: str, *, sleep: Callable[[float], None] = time.sleep) -> list[Service]:
    """Every service; raises `Refused` for an address that answers anything else, or only a part."""
    address = _checked(base_url)
    found: dict[str, Service] = {}
    for page in range(1, MOST_PAGES + 1):
        asked = urlencode({"format": "json", "page": page, "page_size": PAGE_SIZE})
        answer = _read(f"{address}/import/?{asked}", sleep)
        for raw in _listed(answer):
            service = read_service(raw)
            if service is not None:
                found[service.id] = service
        if not answer.get("next"):
            _check_whole(answer, page, len(found))
            return list(found.values())
    raise Refused(N_("ALISS gave more pages than it can have. Nothing was changed."))


def read_service(raw: Any) -> Service | None:
    """One service as it came; None for what has no id or no name."""
    if not isinstance(raw, dict):
        return None
    id, name = _text(raw, "id")[:36], _text(raw, "name")[:120]
    if not (id and name):
        return None
    organisation = raw.get("organisation")
    return Service(
        id=id,
        name=name,
        organisation=_text(organisation, "name") if isinstance(organisation, dict) else "",
        description=_plain(str(raw.get("description") or "")),
        website=_website(raw.get("url")),
        page=_website(raw.get("permalink") or raw.get("aliss_url")),
        updated_at=_moment(raw.get("last_updated")),
        spots=list(_spots(raw.get("locations"))),
        areas=list(_areas(raw.get("service_areas"))),
    )


def _spots(raw: Any) -> Iterator[Spot]:
    for one in raw if isinstance(raw, list) else ():
        if isinstance(one, dict) and _text(one, "id"):
            # Its name, not its address: that may be somebody's house.
            words = _text(one, "name")[:200]
            yield Spot(_text(one, "id")[:36], _text(one, "postal_code")[:10], words)


def _areas(raw: Any) -> Iterator[str]:
    for one in raw if isinstance(raw, list) else ():
        if isinstance(one, dict) and _text(one, "code"):
            yield _text(one, "code")[:9].upper()


def _text(raw: dict[str, Any], name: str) -> str:
    value = raw.get(name)
    return one_line(value) or "" if isinstance(value, str) else ""


def _website(value: Any) -> str | None:
    try:
        return check_website(value[:500].strip()) if isinstance(value, str) else None
    except Refused:
        return None


def _moment(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


class _Words(HTMLParser):
    """The words of a description, a new line where a block ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.unseen += tag in ("script", "style")
        if tag in BLOCKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in ("script", "style")
        if tag in BLOCKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if self.unseen <= 0:
            self.found.append(data)


def _plain(text: str) -> str:
    reader = _Words()
    reader.feed(text[:20_000])
    reader.close()
    plain = plain_text("".join(reader.found).replace("\r", "")) or ""
    lines = [" ".join(line.split()) for line in plain.split("\n")]
    return "\n".join(line for line in lines if line)


# --- over the network -----------------------------------------------------------------------


def _checked(base_url: str) -> str:
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused(N_("Give a base address that starts with https:// or http://."))
    return base_url.rstrip("/")


class _NoOtherHost(HTTPRedirectHandler):
    """A redirect within the site is followed; one to somewhere else is not."""

    def redirect_request(
        self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        if urlsplit(newurl).netloc != urlsplit(req.full_url).netloc:
            raise Refused(N_("ALISS sent us to another site. Nothing was changed."))
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _read(address: str, sleep: Callable[[float], None]) -> dict[str, Any]:
    """One page as JSON; a server that is busy is asked again twice."""
    for wait in (*WAIT_BETWEEN_TRIES, None):
        try:
            return _parsed(_get(address))
        except HTTPError as error:
            error.close()
            if error.code < 500 and error.code != 429:
                raise Refused(
                    N_("ALISS answered %(code)s. Nothing was changed."), code=error.code
                ) from error
        except (URLError, TimeoutError, ConnectionError, HTTPException):
            pass
        if wait is not None:
            sleep(wait)
    raise Refused(N_("ALISS did not answer. Nothing was changed. Try again later."))


def _get(address: str) -> bytes:
    # The scheme was checked to be http or https, so this opens no file of ours.
    request = Request(address, headers={"Accept": "application/json"})  # noqa: S310
    with build_opener(_NoOtherHost).open(request, timeout=SECONDS) as answer:
        body: bytes = answer.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise Refused(N_("ALISS sent more than we can read at once. Nothing was changed."))
    return body


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(N_("ALISS did not answer with JSON. Nothing was changed.")) from error
    return answer if isinstance(answer, dict) else {}


def _listed(answer: dict[str, Any]) -> list[Any]:
    data = answer.get("data")
    if not isinstance(data, list):
        raise Refused(N_("This address does not answer like ALISS. Nothing was changed."))
    return data


def _check_whole(answer: dict[str, Any], pages: int, found: int) -> None:
    """Half a directory must not look like all of it. A few may have no name, so not exactly."""
    count = answer.get("count")
    if isinstance(count, int) and found < count * 0.98:
        raise Refused(
            N_("ALISS has %(count)s services and gave %(found)s. Nothing was changed."),
            count=count,
            found=found,
        )
