"""Tasks to measure on: a space full of them, and what is searched of them, put there by the engine itself."""

import random
import sqlite3
from pathlib import Path
from typing import Any

from msgspec import Struct

from bench.data import made
from kanwerk.clients.models import create_client
from kanwerk.core.database import Database
from kanwerk.core.ids import new_id
from kanwerk.core.writes import Write
from kanwerk.labels.models import create_label
from kanwerk.nouns import reads as _nouns  # noqa: F401  # for all tables
from kanwerk.people.spaces import add_person, open_space
from kanwerk.people.tokens import integration, make_token
from kanwerk.projects.columns import columns_of
from kanwerk.projects.creation import create_project
from kanwerk.search.models import own_words, words

PER_PROJECT, PEOPLE, LABELS, CLIENTS = 2_000, 20, 8, 4
_ROWS = 10_000  # of the index: below them are those of the projects
WORDS = (
    "Header Navigation Fußzeile Suche Formular Kontakt Preisliste Termin Entwurf Konzept Druckdaten Messe"
    " Plakat Anzeige Kampagne Newsletter Artikel Übersetzung Video Schnitt Ton Musik Bilder Freigabe"
    " Abnahme Server Umzug Zertifikat Datenschutz Impressum Statistik Auswertung Bericht Rechnung Angebot"
    " Vertrag Interview Umfrage Zielgruppe Marke Logo Farben Schrift Raster Icons Illustration Seite"
).split()


class Tasks(Struct):
    """A space full of tasks: what to ask it for."""

    token: str
    tasks: list[str]
    keys: list[str]
    projects: list[str]
    columns: list[str]
    people: list[str]
    labels: list[str]
    clients: list[str]
    last: str


def fill_tasks(folder: Path, count: int) -> Tasks:
    """Make a database with one space of so many tasks, the same each time, and return what is in it."""
    space = made(folder, lambda database, session: _space(database, session, -(-count // PER_PROJECT)))
    with sqlite3.connect(folder / "kanwerk.db") as connection:
        connection.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND name LIKE 'ix_task%'"
        ).fetchall()
        connection.executescript("".join(f"DROP INDEX {name};" for name, _ in indexes))
        found = _tasks(connection, space, count)
        connection.executescript("".join(f"{sql};" for _, sql in indexes))  # in order: much quicker
        connection.execute("INSERT INTO search_index (search_index) VALUES ('optimize')")
    connection.close()
    return found


def _space(database: Database, session: Any, projects: int) -> dict[str, Any]:
    db: Write = open_space(database, session, "Bench", "bench")
    me: Any = db.me
    people = [
        add_person(db, f"p{at}@example.com", None, first_name="Mia", last_name=f"B{at}", role="member")[0].id
        for at in range(PEOPLE)
    ]
    holder = integration(db, "Ledger", "admin", by=me)
    _, token = make_token(db, holder, "Ledger", by=me)
    labels = [
        create_label(db, {"name": f"L{at}", "color": "red", "project_id": None}, by=me).id
        for at in range(LABELS)
    ]
    clients = [create_client(db, {"name": f"Client {at}"}, by=me).id for at in range(CLIENTS)]
    made = []
    for at in range(projects):
        client_id = clients[at % CLIENTS]
        members = {"name": f"Project {at}", "shortcode": f"P{at}X", "client_id": client_id}
        project = create_project(db, members, by=me)
        db.flush()
        made.append((project.id, f"P{at}X", client_id, [column.id for column in columns_of(db, project.id)]))
    db.end()
    return {
        "id": db.space_id,
        "people": people,
        "labels": labels,
        "clients": clients,
        "projects": made,
        "token": token,
    }


def _tasks(connection: sqlite3.Connection, space: dict[str, Any], count: int) -> Tasks:
    chance = random.Random(11)
    names = (
        "space_id id version created_at updated_at project_id client_id number column_id position title"
        " title_fold description priority start_date due_date completed_at creator_id tracked_seconds"
        " comment_count todo_count todo_done_count file_count"
    ).split()
    adding = f"INSERT INTO tasks ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    at, keys, sample, last = 0, [], [], ""
    moment = "2026-01-01T08:00:00.000000Z"
    for project_id, shortcode, client_id, columns in space["projects"]:
        rows, people, labels, texts, indexed = [], [], [], [], []
        for number in range(1, min(PER_PROJECT, count - at) + 1):
            at += 1
            last = new_id()
            title = " ".join(chance.choices(WORDS, k=4)) + f" {at}"
            body = " ".join(chance.choices(WORDS, k=20))
            column = number * 4 // (PER_PROJECT + 1)
            due = f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}" if number % 3 else None
            priority = chance.randint(0, 4)
            rows.append(
                (
                    *(
                        space["id"],
                        last,
                        at,
                        moment,
                        moment,
                        project_id,
                        client_id,
                        number,
                        columns[column],
                        number << 20,
                    ),
                    *(title, title.lower(), body, priority, None, due),
                    *(moment if column == 3 else None, space["people"][0], 0, 0, 0, 0, 0),
                )
            )
            said = (due, priority, column == 3)
            people.append((space["id"], last, chance.choice(space["people"]), *said))
            labels.append((space["id"], last, chance.choice(space["labels"]), *said))
            texts.append((space["id"], "task", last, at + _ROWS, project_id, last, 0, title, body))
            indexed.append((at + _ROWS, *(own_words(space["id"], words(each)) for each in (title, body))))
            if number % 199 == 0:
                sample.append(last)
                keys.append(f"{shortcode}-{number}")
        connection.executemany(adding, rows)
        for table, other, links in (
            ("task_assignees", "user_id", people),
            ("task_labels", "label_id", labels),
        ):
            linking = f"INSERT INTO {table} (space_id, task_id, {other}, due_date, priority, completed)"
            connection.executemany(f"{linking} VALUES (?, ?, ?, ?, ?, ?)", links)
        connection.executemany(
            "INSERT INTO search_texts (space_id, kind, record_id, row, project_id, task_id, external, title,"
            " body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            texts,
        )
        connection.executemany("INSERT INTO search_index (rowid, title, body) VALUES (?, ?, ?)", indexed)
        connection.execute(
            "UPDATE task_counters SET last_number = ? WHERE space_id = ? AND project_id = ?",
            (len(rows), space["id"], project_id),
        )
        connection.commit()
    connection.execute("UPDATE event_counters SET last_sequence = last_sequence + ?", (count,))
    projects = [each[0] for each in space["projects"]]
    columns = [each[3][1] for each in space["projects"]]
    asked = (projects, columns, space["people"], space["labels"], space["clients"])
    return Tasks(space["token"], sample, keys, *asked, last)
