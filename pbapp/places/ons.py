"""Fetch a council's wards from the feature services of the ONS Open Geography Portal.

For commands only. The portal answers as any ArcGIS FeatureServer does: a list of services, a
layer's fields, and queries that give at most so many records a page.
"""

from __future__ import annotations

import calendar
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit

from pbapp.places import geojson_file
from pbapp.places.geojson_file import GSS_CODE, MAX_BYTES, MAX_FEATURES
from pbapp.places.problems import FileProblems, brief

BASE_URL = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
SERVICE = re.compile(
    r"(?:Wards?|WD)_(?P<month>[A-Z]{3,9})_(?P<year>20\d\d)_(?:Boundaries_)?UK_"
    r"(?P<kind>BGC|BFC|BFE|BSC)(?:_V(?P<version>\d{1,2}))?",
    re.IGNORECASE,
)
# Generalised ones first; the coarsest put one postcode in fifteen of a ward outside it.
KINDS = ("BGC", "BFC", "BFE", "BSC")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
PAGE = 2_000
CODES_AT_ONCE = 100
TRIES, FIRST_WAIT, TIMEOUT = 4, 1.0, 60
WORTH_ANOTHER_TRY = (429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Vintage:
    """One publication of ward boundaries. `service` is its name on the portal."""

    service: str
    month: int
    year: int
    kind: str
    version: int

    @property
    def title(self) -> str:
        return f"Wards, {calendar.month_name[self.month]} {self.year} ({self.kind})"


@dataclass(frozen=True)
class Fetched:
    """The council's wards as one FeatureCollection, and what they are from."""

    vintage: Vintage
    data: dict[str, Any]
    pages: int


class Portal:
    """One portal, asked over HTTPS (plain HTTP only on this machine)."""

    def __init__(self, base_url: str, *, wait: Callable[[float], object] = time.sleep) -> None:
        parts = urlsplit(base_url)
        here = parts.hostname in LOOPBACK
        if parts.scheme != "https" and not (parts.scheme == "http" and here):
            _no(f"“{brief(base_url)}” is not an address that begins with https://.")
        self.base_url = base_url.rstrip("/")
        self.wait = wait
        self.bytes_left = MAX_BYTES
        proxies = [urllib.request.ProxyHandler({})] if here else []
        self.opener = urllib.request.build_opener(_SameHost(), *proxies)

    def ask(self, path: str, **fields: object) -> dict[str, Any]:
        """An answer's JSON object; tries again where that may help. Raises `FileProblems`."""
        url = f"{self.base_url}{path}?{urlencode(fields)}"
        problem = ""
        for attempt in range(TRIES):
            if attempt:
                self.wait(FIRST_WAIT * 2 ** (attempt - 1))
            try:
                return self._answer(url)
            except urllib.error.HTTPError as error:
                with error:
                    problem = f"it answered {error.code} ({brief(error.reason)})"
                if error.code not in WORTH_ANOTHER_TRY:
                    break
            except _Busy as error:
                problem = str(error)
            except (OSError, HTTPException) as error:  # no connection, a broken one, no answer
                problem = (
                    f"it could not be reached ({brief(getattr(error, 'reason', error))}). Set "
                    "HTTPS_PROXY if a proxy is needed, or import a file downloaded elsewhere"
                )
        parts = urlsplit(url)
        raise FileProblems(
            [f"{parts.netloc}: {problem}; asked for {brief(parts.path or '/', 200)}."]
        )

    def _answer(self, url: str) -> dict[str, Any]:
        request = urllib.request.Request(url, headers={"User-Agent": "pbapp geodata"})  # noqa: S310
        with self.opener.open(request, timeout=TIMEOUT) as answer:
            raw = answer.read(self.bytes_left + 1)
            promised = answer.headers.get("Content-Length", "")
        if promised.isdecimal() and len(raw) < min(int(promised), self.bytes_left):
            raise _Busy("its answer broke off")
        self.bytes_left -= len(raw)
        if self.bytes_left < 0:
            _no(f"The portal sent more than {MAX_BYTES / 1e6:,.0f} MB.")
        data = geojson_file.parse(raw)
        error = data.get("error")
        if error is not None:
            # ArcGIS reports its own errors with HTTP's 200.
            code = error.get("code") if isinstance(error, dict) else None
            said = error.get("message") if isinstance(error, dict) else error
            words = f"it answered with error {brief(code)} ({brief(said, 200)})"
            if code in WORTH_ANOTHER_TRY:
                raise _Busy(words)
            _no(f"{urlsplit(url).netloc}: {words}.")
        return data


class _Busy(Exception):
    """An error of the portal's that may pass."""


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Goes along with a redirect within the portal, and with no other."""

    def redirect_request(self, req: Any, fp: Any, *rest: Any) -> Any:
        before, after = urlsplit(req.full_url), urlsplit(rest[-1])
        if (after.scheme, after.netloc) != (before.scheme, before.netloc):
            fp.close()
            _no(f"The portal sends us on to {brief(after.netloc)}, which nobody asked for.")
        return super().redirect_request(req, fp, *rest)


def fetch_wards(
    portal: Portal,
    *,
    council_code: str,
    known_codes: Collection[str] = (),
    service: str | None = None,
) -> Fetched:
    """The wards of one council, the newest generalised ones unless `service` names others.

    Where the layer does not say each ward's council, `known_codes` are asked for.
    """
    if not GSS_CODE.fullmatch(council_code):
        _no(f"“{brief(council_code)}” is not a council's code (GSS code).")
    vintage = _choose(_vintages(portal), service)
    server = f"/{vintage.service}/FeatureServer"
    layer = f"{server}/{_layer_id(portal.ask(server, f='json'))}"
    about = portal.ask(layer, f="json")
    fields = [str(f.get("name")) for f in about.get("fields") or () if isinstance(f, dict)]
    patterns = (r"wd\d\dcd", r"wd\d\dnm", r"lad\d\dcd")
    code, name, council = (_field(fields, pattern) for pattern in patterns)
    if code is None:
        there = brief(", ".join(fields), 300)
        _no(f"{vintage.service} has no field WDyyCD. Its fields are: {there}.")
    page = about.get("maxRecordCount")
    asking = {
        "outFields": ",".join(field for field in (code, name, council) if field),
        "orderByFields": code,
        "outSR": 4326,
        "returnGeometry": "true",
        "resultRecordCount": min(page, PAGE) if isinstance(page, int) and page > 0 else PAGE,
        "f": "geojson",
    }
    features: list[dict[str, Any]] = []
    pages = 0
    for where in _wheres(code, council, council_code, known_codes):
        for found in _pages(portal, f"{layer}/query", asking | {"where": where}, code):
            features += found
            pages += 1
            if len(features) > MAX_FEATURES:
                _no(f"The portal has more than {MAX_FEATURES:,} wards for one council.")
    if not features:
        _no(f"{vintage.service} has no wards of {council_code}.")
    return Fetched(vintage, {"type": "FeatureCollection", "features": features}, pages)


def _vintages(portal: Portal) -> list[Vintage]:
    listed = portal.ask("", f="json").get("services")
    found = []
    for entry in listed if isinstance(listed, list) else ():
        name = str(entry.get("name", "")) if isinstance(entry, dict) else ""
        match = SERVICE.fullmatch(name.rsplit("/", 1)[-1])
        month = match["month"][:3].lower() if match else ""
        if match and month in MONTHS and entry.get("type", "FeatureServer") == "FeatureServer":
            found.append(
                Vintage(
                    service=match[0],
                    month=MONTHS.index(month) + 1,
                    year=int(match["year"]),
                    kind=match["kind"].upper(),
                    version=int(match["version"] or 0),
                )
            )
    return found


def _choose(vintages: Iterable[Vintage], service: str | None) -> Vintage:
    """The one named; else the newest of the kind that suits best."""
    ranked = sorted(
        vintages, key=lambda v: (KINDS.index(v.kind), -v.year, -v.month, -v.version, v.service)
    )
    chosen = [v for v in ranked if service is None or v.service.casefold() == service.casefold()]
    if chosen:
        return chosen[0]
    if service is not None:
        there = ", ".join(v.service for v in ranked[:8])
        _no(f"The portal has no ward boundaries “{brief(service)}”. It has: {there or 'none'}.")
    raise FileProblems(
        ["The portal lists no ward boundaries (Wards_<Month>_<Year>_Boundaries_UK_BGC)."]
    )


def _layer_id(server: dict[str, Any]) -> int:
    layers = server.get("layers")
    first = layers[0] if isinstance(layers, list) and layers else None
    number = first.get("id") if isinstance(first, dict) else None
    return number if isinstance(number, int) else 0


def _field(fields: Iterable[str], pattern: str) -> str | None:
    return next((f for f in fields if re.fullmatch(pattern, f, re.IGNORECASE)), None)


def _wheres(
    code: str, council: str | None, council_code: str, known_codes: Collection[str]
) -> Iterator[str]:
    """What to ask for. Every value in it is a GSS code, so none can end its quotes."""
    if council:
        yield f"{council}='{council_code}'"
        return
    codes = sorted(c for c in known_codes if GSS_CODE.fullmatch(c))
    if not codes:
        _no(
            "The layer does not say which council a ward is in, and we know none of the council's "
            "wards yet. Import a file that names them first."
        )
    for start in range(0, len(codes), CODES_AT_ONCE):
        some = ",".join(f"'{c}'" for c in codes[start : start + CODES_AT_ONCE])
        yield f"{code} IN ({some})"


def _pages(
    portal: Portal, path: str, asking: dict[str, object], code: str
) -> Iterator[list[dict[str, Any]]]:
    """Page after page, until one is not full and does not say that there is more."""
    seen: set[str] = set()
    offset = 0
    while True:
        answer = portal.ask(path, **asking, resultOffset=offset)
        features = answer.get("features")
        if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
            _no("The portal's answer has no list of features.")
        if not features:
            return
        properties = [f.get("properties") for f in features]
        codes = [str(p.get(code)) for p in properties if isinstance(p, dict)]
        if seen.intersection(codes):
            _no(f"The portal gives the same wards on two pages (from {offset:,}).")
        seen.update(codes)
        yield features
        offset += len(features)
        more = geojson_file.is_cut_short(answer)
        if not more and len(features) != asking["resultRecordCount"]:
            return


def _no(problem: str) -> NoReturn:
    raise FileProblems([problem])
