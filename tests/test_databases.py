"""The PostgreSQL that tests run on."""

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.databases import fresh_database


def run(url: str, *statements: str) -> list[object]:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        for statement in statements[:-1]:
            connection.execute(text(statement))
        return list(connection.execute(text(statements[-1])).scalars())


def test_the_server_is_a_postgresql_that_sqlalchemy_can_reach(postgresql: str) -> None:
    assert postgresql.startswith("postgresql+psycopg://")
    assert str(run(postgresql, "SHOW server_version")[0]).startswith("18")


def test_a_fresh_database_shares_nothing_with_another(postgresql: str) -> None:
    with fresh_database(postgresql) as one, fresh_database(postgresql) as other:
        assert one != other
        run(one, "CREATE TABLE word (text varchar)", "SELECT 1")
        assert run(other, "SELECT count(*) FROM pg_tables WHERE tablename = 'word'") == [0]


def test_a_copy_of_a_database_has_its_rows(postgresql: str) -> None:
    with fresh_database(postgresql) as first:
        run(
            first,
            "CREATE TABLE word (text varchar)",
            "INSERT INTO word VALUES ('loch') RETURNING 1",
        )
        with fresh_database(postgresql, template=first) as copy:
            assert run(copy, "SELECT text FROM word") == ["loch"]


def test_texts_sort_as_they_do_on_sqlite(postgresql: str) -> None:
    words = "SELECT w FROM (VALUES ('b'), ('a'), ('B')) AS v(w) ORDER BY w"
    with fresh_database(postgresql) as url:
        assert run(url, words) == ["B", "a", "b"]


def test_a_database_is_dropped_even_while_somebody_is_connected(postgresql: str) -> None:
    with fresh_database(postgresql) as url:
        name = url.split("?")[0].rsplit("/", 1)[1]
        engine = create_engine(url, poolclass=NullPool)
        connection = engine.connect()
        connection.execute(text("SELECT 1"))
    connection.invalidate()
    connection.close()
    assert run(postgresql, f"SELECT count(*) FROM pg_database WHERE datname = '{name}'") == [0]
