"""The codes of problems, what each means and what to do: ``/docs/problems`` shows them."""

PROBLEMS: dict[str, tuple[int, str]] = {
    "unreadable": (
        400,
        (
            "The body is not JSON or not UTF-8, the path or the query is not UTF-8, or the connection broke "
            "off. Mend the request."
        ),
    ),
    "unauthorized": (
        401,
        (
            "There is no token, or it is unknown, expired or revoked, or its user was deactivated. Get a new "
            "one."
        ),
    ),
    "forbidden": (403, "The user may not do this, or the token's scopes lack it; `detail` says which."),
    "not_found": (404, "Nothing here, or nothing that you may see; also what lies in the trash."),
    "method_not_allowed": (405, "The address does not take this method; `Allow` says which it takes."),
    "not_acceptable": (406, "`Accept` excludes `application/json`."),
    "conflict": (
        409,
        (
            "This contradicts what is there; mostly a value that only one record may have is taken. See "
            "`existing_id`."
        ),
    ),
    "archived": (409, "The record is archived. Unarchive it first."),
    "active_projects": (
        409,
        "The client has projects that are not completed. Complete them, or say `projects=archive`.",
    ),
    "has_dependants": (
        409,
        (
            "Other records depend on it. Say `dependants=trash` or `dependants=detach`; business fields and "
            "labels also take `merge_into`, columns only `move_tasks_to`."
        ),
    ),
    "in_progress": (409, "The same request is still being answered. Come back after `Retry-After`."),
    "last_owner": (409, "A space keeps at least one active owner."),
    "not_invitable": (409, "This user is in already, was deactivated, or is an integration."),
    "rates_in_currency": (
        409,
        (
            "A currency cannot change to one with another number of decimals while amounts are in it: for a "
            "space the rates of its users, for a project its rate and budget. Clear those first, or send the "
            "project's along."
        ),
    ),
    "attached": (
        409,
        "The file belongs to another record. Upload it again for this one; equal content is stored once.",
    ),
    "last_done_column": (
        409,
        "A project keeps at least one column of the kind `done`: without one no task could be completed.",
    ),
    "wip_limit": (
        409,
        "The column holds as many tasks as it is meant to. Say `force` in the move to go there anyway.",
    ),
    "webhook_off": (409, "The webhook is switched off. Switch it on first: `active: true`."),
    "stale": (412, "`If-Match` no longer matches: the record has changed. Read it again and decide."),
    "too_large": (
        413,
        (
            "The body is over the limit (4 MiB): send fewer items. Or a file is over its own; `detail` says "
            "how much it may hold."
        ),
    ),
    "unsupported_media_type": (
        415,
        "Send `Content-Type: application/json`, and files as `multipart/form-data`.",
    ),
    "in_trash": (409, "What it belongs to is in the trash. Bring that back first."),
    "no_such_part": (416, "The file is shorter than the `Range` asked for; see `Content-Range`."),
    "invalid": (422, "Body or query have faults; all of them are in `errors`."),
    "key_reused": (422, "This `Idempotency-Key` was used for another request."),
    "too_many_requests": (429, "Over the rate limit. Wait for `Retry-After`."),
    "internal": (500, "Our fault. Tell the operator the `instance`."),
    "unavailable": (
        503,
        (
            "Shutting down, overloaded, the disk is full, or the database or the files are out of reach. Try "
            "again after `Retry-After`."
        ),
    ),
}
