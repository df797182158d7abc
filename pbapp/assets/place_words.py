"""Where something is, in words: "300 m north-east of Coatbridge Sunnyside station"."""

from __future__ import annotations

from flask_babel import gettext

from pbapp.assets.finding.folding import fold
from pbapp.assets.finding.nearness import Landmarks, compass, metres, offset
from pbapp.assets.finding.wanted import Origin
from pbapp.assets.models import Asset, AssetKind, Precision, Where

BESIDE = 50  # nearer than this, a direction says nothing
HALVES = {0: "", 1: "½"}


def where_in_words(asset: Asset, landmarks: Landmarks, wards: int) -> str:
    """Where an entry is, no more exactly than everybody may see it.

    From the point that is shown: a point coarsened to a street or a postcode says "about". Without
    a point, or a landmark within two kilometres, its ward; of a person's gift not even that.
    What serves all of the board's `wards`, so many, is all over.
    """
    place = asset.board.place_name
    if asset.kind is AssetKind.INDIVIDUAL:
        return gettext("Somewhere in %(place)s", place=place)
    ward = asset.shown_area.name if asset.shown_area else ""
    if asset.lat is None or asset.lon is None:
        if not ward:
            return _at_no_place(asset, wards)
        return gettext("In %(ward)s", ward=ward)
    # What is a landmark itself is not 0 m from itself.
    mark = landmarks.nearest(asset.lat, asset.lon, but=fold(asset.name))
    if mark is not None:
        north, east = offset(mark.lat, mark.lon, asset.lat, asset.lon)
        return beside(mark.name, north, east, is_vague=is_blurred(asset))
    if ward and asset.postcode:
        return gettext("In %(ward)s, near the middle of %(code)s", ward=ward, code=asset.postcode)
    return gettext("In %(ward)s", ward=ward or place)


def _at_no_place(asset: Asset, wards: int) -> str:
    served = [link.area.name for link in asset.serves]
    if not served:
        return gettext("No fixed place")
    if len(served) >= wards:
        return gettext("All over %(place)s, or online", place=asset.board.place_name)
    return gettext("No fixed place, for %(wards)s", wards=", ".join(sorted(served)))


def is_blurred(asset: Asset) -> bool:
    """Whether the point that shows is only near the place: coarsened, or that of a postcode."""
    return asset.shown_as is not Precision.EXACT or asset.where_kind is Where.POSTCODE


def very_place(asset: Asset) -> tuple[float, float] | None:
    """The point of an entry where that is the place itself, for programmes that find the way."""
    if asset.lat is None or asset.lon is None or is_blurred(asset):
        return None
    return asset.lat, asset.lon


def how_exact(asset: Asset) -> str:
    """What to say beside a point that is only near the place; empty of any other."""
    if asset.lat is None or not is_blurred(asset):
        return ""
    if asset.shown_as is Precision.STREET:
        return gettext("About here: within 200 metres or so.")
    return gettext("About here: the pin is in the middle of its postcode.")


def beside(name: str, north: float, east: float, *, is_vague: bool = False) -> str:
    """A place so many metres north and east of a landmark, in words."""
    far = (north * north + east * east) ** 0.5
    if far < (3 * BESIDE if is_vague else BESIDE):
        return gettext("Near %(name)s", name=name) if is_vague else _next_to(name)
    said = _direction(distance(far, is_vague=is_vague), compass(north, east), name)
    return gettext("About %(where)s", where=said) if is_vague else said


def _next_to(name: str) -> str:
    return gettext("Beside %(name)s", name=name)


def _direction(far: str, point: int, name: str) -> str:
    words = (
        lambda: gettext("%(far)s north of %(name)s", far=far, name=name),
        lambda: gettext("%(far)s north-east of %(name)s", far=far, name=name),
        lambda: gettext("%(far)s east of %(name)s", far=far, name=name),
        lambda: gettext("%(far)s south-east of %(name)s", far=far, name=name),
        lambda: gettext("%(far)s south of %(name)s", far=far, name=name),
        lambda: gettext("%(far)s south-west of %(name)s", far=far, name=name),
        lambda: gettext("%(far)s west of %(name)s", far=far, name=name),
        lambda: gettext("%(far)s north-west of %(name)s", far=far, name=name),
    )
    return words[point]()


def distance(far: float, *, is_vague: bool = False) -> str:
    """Metres as people say them: by 50 up to 300, by 100 up to a kilometre, then by halves."""
    if far < 950:
        step = 100 if is_vague or far >= 300 else 50
        return gettext("%(n)s m", n=max(step, round(far / step) * step))
    halves = round(far / 500)
    return gettext("%(n)s km", n=f"{halves // 2}{HALVES[halves % 2]}")


def how_far(asset: Asset, origin: Origin) -> str:
    """How far an entry is from where the visitor looks; empty without a point."""
    if asset.lat is None or asset.lon is None:
        return ""
    far = metres(origin.lat, origin.lon, asset.lat, asset.lon)
    if far < 100:
        return gettext("less than 100 m away")
    return gettext("about %(far)s away", far=distance(far, is_vague=True))
