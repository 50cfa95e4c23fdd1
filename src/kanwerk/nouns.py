"""Every noun of the product: importing this makes all tables, shapes and events known."""

from kanwerk.clients import imports
from kanwerk.comments import shapes as comments
from kanwerk.core import idempotency
from kanwerk.fields import shapes as fields
from kanwerk.files import reads as files
from kanwerk.importers import models as importers
from kanwerk.labels import shapes as labels
from kanwerk.projects import dependants as projects
from kanwerk.search import indexing as search
from kanwerk.tasks import dependants as tasks
from kanwerk.tasks import duplication, recurrence
from kanwerk.tasks import includes as reads
from kanwerk.todos import shapes as todos
from kanwerk.views import shapes as views

__all__ = [
    "comments",
    "duplication",
    "fields",
    "files",
    "idempotency",
    "importers",
    "imports",
    "labels",
    "projects",
    "reads",
    "recurrence",
    "search",
    "tasks",
    "todos",
    "views",
]
