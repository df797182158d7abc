"""What a web process weighs once it has served every public page: `python -m bench.memory`.

Serves the demo with waitress, follows every link from home, and prints the most memory (resident,
megabytes) that it came to, with what it has loaded that only the worker should.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urljoin, urlsplit

HEAVY = {"PIL", "branca", "folium", "geopandas", "huey", "matplotlib", "numpy", "pandas", "shapely"}
HEAVY |= {"fontTools", "weasyprint"}
ALIKE = 2
NAMED = re.compile(r"(?<=/)(\d+|[0-9a-f-]{32,36}|S1300\d+)(?=/|$)")
LINK = re.compile(r'(?:href|data-map-features)="([^"#]+)"')


@dataclass(frozen=True)
class Found:
    """Memory in MB before the first page and at its peak; pages fetched, and those that failed."""

    before: float
    megabytes: float
    pages: int
    wrong: list[str]
    heavy: list[str]


def main() -> None:
    if "--here" in sys.argv:
        print(json.dumps(asdict(serve_all())))
        return
    from tests.demos import environment_of, load_demo

    with tempfile.TemporaryDirectory() as folder:
        found = measure(environment_of(load_demo(Path(folder))))
    print(
        f"A web process: {found.megabytes} MB after {found.pages} public pages, {found.before} MB "
        f"before the first. Of the worker's libraries it loaded: {found.heavy or 'none'}."
    )
    if found.wrong:
        print(f"Pages that failed: {found.wrong}")


def measure(environment: dict[str, str]) -> Found:
    """Serve the demo that these settings name in a new process, and tell what came of it."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.memory", "--here"],
        env=environment,
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Found(**json.loads(done.stdout))


def serve_all() -> Found:
    """Serve the demo of this process's environment and fetch all that home leads to."""
    from waitress.server import create_server

    from pbapp.serving import lasting_app

    server = create_server(lasting_app(), host="127.0.0.1", port=0, threads=8)
    threading.Thread(target=server.run, daemon=True).start()
    before = megabytes()
    pages, wrong = fetch_all(server.effective_port)
    return Found(before, megabytes(), pages, wrong, sorted(HEAVY & set(sys.modules)))


def fetch_all(port: int) -> tuple[int, list[str]]:
    """Follow every link; how many pages there were, and those that answered with an error."""
    waiting, known, kinds, wrong = ["/"], {"/"}, Counter[str](), []
    pages = 0
    while waiting:
        address = waiting.pop(0)
        kind = NAMED.sub("…", address.split("?")[0])
        if kinds[kind] >= ALIKE:
            continue
        kinds[kind] += 1
        pages += 1
        status, kind_of_file, body = fetch(port, address)
        if status >= 400:
            wrong.append(f"{status} {address}")
        if kind_of_file.startswith("text/html"):
            for link in LINK.findall(body.decode()):
                target = urlsplit(urljoin(address, link.replace("&amp;", "&")))
                new = target.path + (f"?{target.query}" if target.query else "")
                if not target.netloc and not target.scheme and new not in known:
                    known.add(new)
                    waiting.append(new)
    return pages, wrong


def fetch(port: int, address: str) -> tuple[int, str, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", address)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Content-Type", ""), answer.read()
    finally:
        connection.close()


def megabytes() -> float:
    """The most memory this process ever had resident, in MB of 1,048,576 bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        if peak:
            return round(int(peak[1]) / 1024, 1)
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20, 1)


if __name__ == "__main__":
    main()
