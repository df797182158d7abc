"""The PostgreSQL that tests run on."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.databases import fresh_database, postgresql_server


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql_server() as url:
        yield url


def run(url: str, *statements: str) -> list[object]:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        for statement in statements[:-1]:
            connection.execute(text(statement))
        return list(connection.execute(text(statements[-1])).scalars())


def test_the_server_is_a_postgresql_that_sqlalchemy_can_reach(server: str) -> None:
    assert server.startswith("postgresql+psycopg://")
    assert str(run(server, "SHOW server_version")[0]).startswith("18")


def test_a_fresh_database_shares_nothing_with_another(server: str) -> None:
    with fresh_database(server) as one, fresh_database(server) as other:
        assert one != other
        run(one, "CREATE TABLE word (text varchar)", "SELECT 1")
        assert run(other, "SELECT count(*) FROM pg_tables WHERE tablename = 'word'") == [0]


def test_a_copy_of_a_database_has_its_rows(server: str) -> None:
    with fresh_database(server) as first:
        run(
            first,
            "CREATE TABLE word (text varchar)",
            "INSERT INTO word VALUES ('loch') RETURNING 1",
        )
        with fresh_database(server, template=first) as copy:
            assert run(copy, "SELECT text FROM word") == ["loch"]


def test_texts_sort_as_they_do_on_sqlite(server: str) -> None:
    words = "SELECT w FROM (VALUES ('b'), ('a'), ('B')) AS v(w) ORDER BY w"
    with fresh_database(server) as url:
        assert run(url, words) == ["B", "a", "b"]


def test_a_database_is_dropped_even_while_somebody_is_connected(server: str) -> None:
    with fresh_database(server) as url:
        name = url.split("?")[0].rsplit("/", 1)[1]
        engine = create_engine(url, poolclass=NullPool)
        connection = engine.connect()
        connection.execute(text("SELECT 1"))
    connection.invalidate()
    connection.close()
    assert run(server, f"SELECT count(*) FROM pg_database WHERE datname = '{name}'") == [0]
