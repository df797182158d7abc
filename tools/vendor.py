"""Copy the front-end files that pages use from node_modules into static/vendor.

Only what a page asks for is copied, and no source maps. The web process compresses.
"""

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "node_modules"
TARGET = ROOT / "static" / "vendor"

DESIGN_SYSTEM = "@scottish-government/design-system"
NOTO = "@fontsource/noto-sans"

# Where a file lies in node_modules: where it goes in static/vendor. A folder goes whole.
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
    "leaflet/dist/leaflet.css": "leaflet/leaflet.css",
    "leaflet/dist/leaflet.js": "leaflet/leaflet.js",
    "leaflet/dist/images": "leaflet/images",
    "leaflet/LICENSE": "leaflet/LICENSE",
    "leaflet.markercluster/dist/MarkerCluster.css": "leaflet.markercluster/MarkerCluster.css",
    "leaflet.markercluster/dist/MarkerCluster.Default.css": (
        "leaflet.markercluster/MarkerCluster.Default.css"
    ),
    "leaflet.markercluster/dist/leaflet.markercluster.js": (
        "leaflet.markercluster/leaflet.markercluster.js"
    ),
    "leaflet.markercluster/MIT-LICENCE.txt": "leaflet.markercluster/LICENSE",
    f"{DESIGN_SYSTEM}/dist/css/design-system.min.css": "design-system/design-system.min.css",
    f"{DESIGN_SYSTEM}/dist/scripts/design-system.js": "design-system/design-system.js",
    f"{DESIGN_SYSTEM}/dist/images/icons": "design-system/icons",
    f"{DESIGN_SYSTEM}/LICENSE.txt": "design-system/LICENSE",
    # For PDF files only: no page asks for a font.
    f"{NOTO}/LICENSE": "fonts/LICENSE",
    **{
        f"{NOTO}/files/noto-sans-{letters}-{weight}-normal.woff": f"fonts/{letters}-{weight}.woff"
        for letters in ("latin", "latin-ext", "cyrillic")
        for weight in (400, 700)
    },
    **{
        f"{NOTO}-arabic/files/noto-sans-arabic-arabic-{weight}-normal.woff": (
            f"fonts/arabic-{weight}.woff"
        )
        for weight in (400, 700)
    },
}

TEXT = {".css", ".js"}
# The maps are not copied, so a mention of one would only make a browser ask in vain.
SOURCE_MAP = re.compile(rb"\s*(//[#@] sourceMappingURL=\S+|/\*# sourceMappingURL=.*?\*/)\s*\Z")


def main() -> int:
    """Make static/vendor anew; exit status 1 with a sentence where a package is missing."""
    missing = [name for name in FILES if not (SOURCE / name).exists()]
    if missing:
        print(f"node_modules lacks {missing[0]}: run `make setup`.", file=sys.stderr)
        return 1
    fresh = TARGET.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    count = 0
    for name, place in FILES.items():
        origin = SOURCE / name
        for file in sorted(origin.rglob("*")) if origin.is_dir() else [origin]:
            if file.is_file():
                copy(file, fresh / place / file.relative_to(origin))
                count += 1
    shutil.rmtree(TARGET, ignore_errors=True)
    fresh.rename(TARGET)
    print(f"static/vendor: {count} files")
    return 0


def copy(origin: Path, target: Path) -> None:
    """Copy one file, without the address of its source map."""
    target.parent.mkdir(parents=True, exist_ok=True)
    content = origin.read_bytes()
    if origin.suffix in TEXT:
        content = SOURCE_MAP.sub(b"\n", content)
    target.write_bytes(content)


if __name__ == "__main__":
    raise SystemExit(main())
