"""The triggers that keep stage and ledger together, for both databases; migrations run them.

Whatever is inserted into the ledger (or taken out of it) sets the subject's stage; any other write to the stage is
refused, also one by ``QuerySet.update()`` or plain SQL.
"""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SUBJECTS = (("contacts_contact", "contact_id"), ("contacts_company", "company_id"))
REFUSAL = "The lifecycle stage is changed only through its ledger."

_POSTGRES = """
CREATE FUNCTION {table}_project_lifecycle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE subject bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.{key} ELSE NEW.{key} END;
BEGIN
  IF subject IS NOT NULL THEN
    UPDATE {table} AS s SET lifecycle_stage = n.to_stage, lifecycle_highest = n.highest, lifecycle_since = n.at,
           updated_at = greatest(s.updated_at + interval '1 microsecond', clock_timestamp())
      FROM (SELECT 1) AS one
      LEFT JOIN LATERAL (SELECT to_stage, highest, at FROM contacts_lifecyclechange
                          WHERE {key} = subject ORDER BY id DESC LIMIT 1) AS n ON TRUE
     WHERE s.id = subject;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER {table}_project_lifecycle AFTER INSERT OR DELETE ON contacts_lifecyclechange
  FOR EACH ROW EXECUTE FUNCTION {table}_project_lifecycle();

CREATE FUNCTION {table}_guard_lifecycle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE n record;
BEGIN
  SELECT to_stage, highest, at INTO n FROM contacts_lifecyclechange WHERE {key} = NEW.id ORDER BY id DESC LIMIT 1;
  IF NEW.lifecycle_stage IS DISTINCT FROM n.to_stage OR NEW.lifecycle_highest IS DISTINCT FROM n.highest
     OR NEW.lifecycle_since IS DISTINCT FROM n.at THEN
    RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER {table}_guard_lifecycle_update BEFORE UPDATE ON {table} FOR EACH ROW
  WHEN (NEW.lifecycle_stage IS DISTINCT FROM OLD.lifecycle_stage
        OR NEW.lifecycle_highest IS DISTINCT FROM OLD.lifecycle_highest
        OR NEW.lifecycle_since IS DISTINCT FROM OLD.lifecycle_since)
  EXECUTE FUNCTION {table}_guard_lifecycle();
CREATE TRIGGER {table}_guard_lifecycle_insert BEFORE INSERT ON {table} FOR EACH ROW
  WHEN (NEW.lifecycle_stage IS NOT NULL OR NEW.lifecycle_highest IS NOT NULL OR NEW.lifecycle_since IS NOT NULL)
  EXECUTE FUNCTION {table}_guard_lifecycle();
"""

_POSTGRES_LEDGER = """
CREATE FUNCTION contacts_lifecyclechange_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'A row of a ledger is never changed.' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER contacts_lifecyclechange_frozen BEFORE UPDATE ON contacts_lifecyclechange
  FOR EACH ROW EXECUTE FUNCTION contacts_lifecyclechange_refuse();
"""

_NEWEST = "(SELECT {column} FROM contacts_lifecyclechange WHERE {key} = {row}.{id} ORDER BY id DESC LIMIT 1)"

_SQLITE = """
CREATE TRIGGER {table}_project_lifecycle_{event} AFTER {event} ON contacts_lifecyclechange WHEN {row}.{key} IS NOT NULL
BEGIN
  UPDATE {table} SET lifecycle_stage = {to_stage}, lifecycle_highest = {highest}, lifecycle_since = {at},
                     updated_at = strftime('%Y-%m-%d %H:%M:%f000', 'now')
   WHERE id = {row}.{key};
END
"""

_SQLITE_GUARD_UPDATE = """
CREATE TRIGGER {table}_guard_lifecycle_update
BEFORE UPDATE OF lifecycle_stage, lifecycle_highest, lifecycle_since ON {table}
WHEN (NEW.lifecycle_stage IS NOT OLD.lifecycle_stage OR NEW.lifecycle_highest IS NOT OLD.lifecycle_highest
      OR NEW.lifecycle_since IS NOT OLD.lifecycle_since)
 AND (NEW.lifecycle_stage IS NOT {to_stage} OR NEW.lifecycle_highest IS NOT {highest}
      OR NEW.lifecycle_since IS NOT {at})
BEGIN SELECT RAISE(ABORT, '{refusal}'); END
"""

_SQLITE_GUARD_INSERT = """
CREATE TRIGGER {table}_guard_lifecycle_insert BEFORE INSERT ON {table}
WHEN NEW.lifecycle_stage IS NOT NULL OR NEW.lifecycle_highest IS NOT NULL OR NEW.lifecycle_since IS NOT NULL
BEGIN SELECT RAISE(ABORT, '{refusal}'); END
"""

_SQLITE_LEDGER = """
CREATE TRIGGER contacts_lifecyclechange_frozen BEFORE UPDATE ON contacts_lifecyclechange
BEGIN SELECT RAISE(ABORT, 'A row of a ledger is never changed.'); END
"""


def create(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers in the words of the connected database."""
    for statement in _statements(editor.connection.vendor):
        editor.execute(statement, params=None)


def drop(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop them."""
    postgres = editor.connection.vendor == "postgresql"
    for table, _key in SUBJECTS:
        if postgres:
            editor.execute(f"DROP FUNCTION {table}_project_lifecycle() CASCADE")
            editor.execute(f"DROP FUNCTION {table}_guard_lifecycle() CASCADE")
        else:
            for name in (
                "project_lifecycle_INSERT",
                "project_lifecycle_DELETE",
                "guard_lifecycle_update",
                "guard_lifecycle_insert",
            ):
                editor.execute(f"DROP TRIGGER {table}_{name}")
    editor.execute(
        "DROP FUNCTION contacts_lifecyclechange_refuse() CASCADE"
        if postgres
        else "DROP TRIGGER contacts_lifecyclechange_frozen"
    )


def _statements(vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [_POSTGRES.format(table=table, key=key, refusal=REFUSAL) for table, key in SUBJECTS] + [_POSTGRES_LEDGER]
    statements = [_SQLITE_LEDGER]
    for table, key in SUBJECTS:
        for event, row in (("INSERT", "NEW"), ("DELETE", "OLD")):
            statements.append(_SQLITE.format(table=table, key=key, event=event, row=row, **_newest(key, row, key)))
        statements.append(_SQLITE_GUARD_UPDATE.format(table=table, refusal=REFUSAL, **_newest(key, "NEW", "id")))
        statements.append(_SQLITE_GUARD_INSERT.format(table=table, refusal=REFUSAL))
    return statements


def _newest(key: str, row: str, id_column: str) -> dict[str, str]:
    return {
        column: _NEWEST.format(column=column, key=key, row=row, id=id_column)
        for column in ("to_stage", "highest", "at")
    }
