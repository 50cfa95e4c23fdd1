"""Every noun of the product: importing this makes all tables, shapes and events known."""

from kanwerk.clients import imports
from kanwerk.comments import shapes as comments
from kanwerk.core import idempotency
from kanwerk.feeds import shapes as feeds
from kanwerk.fields import shapes as fields
from kanwerk.files import reads as files
from kanwerk.importers import models as importers
from kanwerk.labels import shapes as labels
from kanwerk.notifications import quiet as notifications
from kanwerk.projects import dependants as projects
from kanwerk.projects import favourites
from kanwerk.search import indexing as search
from kanwerk.tasks import dependants as tasks
from kanwerk.tasks import duplication, following, outlook, presence, recurrence
from kanwerk.tasks import includes as reads
from kanwerk.todos import shapes as todos
from kanwerk.views import shapes as views
from kanwerk.webhooks import shapes as webhooks

__all__ = [
    "comments",
    "duplication",
    "favourites",
    "feeds",
    "fields",
    "files",
    "following",
    "idempotency",
    "importers",
    "imports",
    "labels",
    "notifications",
    "outlook",
    "presence",
    "projects",
    "reads",
    "recurrence",
    "search",
    "tasks",
    "todos",
    "views",
    "webhooks",
]
