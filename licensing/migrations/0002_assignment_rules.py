"""What no constraint can say of a key assignment, said by triggers.

Refused: a new assignment of a retired key; an open assignment with a seat beyond the key's seats, or with no seat
where the key has seats. On SQLite a later migration that alters these tables rebuilds them: `assignment_rules.py` keeps
the triggers across that.
"""

from django.db import migrations

POSTGRESQL = [
    """
    CREATE FUNCTION licensing_refuse_new_assignments() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- Holds the keys as they are until the transaction ends: nobody retires one or takes its seats meanwhile.
        PERFORM 1 FROM licensing_registrationkey k WHERE k.id IN (SELECT key_id FROM added) FOR SHARE;
        IF EXISTS (SELECT 1 FROM added a JOIN licensing_registrationkey k ON k.id = a.key_id WHERE k.state = 'retired') THEN
            RAISE EXCEPTION 'a retired key serves nobody' USING ERRCODE = 'check_violation', CONSTRAINT = 'no_retired_key';
        END IF;
        IF EXISTS (
            SELECT 1 FROM added a JOIN licensing_registrationkey k ON k.id = a.key_id
            WHERE a.ends_at IS NULL AND k.seats IS NOT NULL AND (a.seat IS NULL OR a.seat > k.seats)
        ) THEN
            RAISE EXCEPTION 'the key has no such seat' USING ERRCODE = 'check_violation', CONSTRAINT = 'seat_of_the_key';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER assignments_added AFTER INSERT ON licensing_keyassignment
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION licensing_refuse_new_assignments()
    """,
    """
    CREATE FUNCTION licensing_refuse_changed_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE held licensing_registrationkey;
    BEGIN
        SELECT * INTO held FROM licensing_registrationkey WHERE id = NEW.key_id FOR SHARE;
        IF held.state = 'retired' THEN
            RAISE EXCEPTION 'a retired key serves nobody' USING ERRCODE = 'check_violation', CONSTRAINT = 'no_retired_key';
        END IF;
        IF held.seats IS NOT NULL AND (NEW.seat IS NULL OR NEW.seat > held.seats) THEN
            RAISE EXCEPTION 'the key has no such seat' USING ERRCODE = 'check_violation', CONSTRAINT = 'seat_of_the_key';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER assignment_changed BEFORE UPDATE OF key_id, seat, ends_at ON licensing_keyassignment
    FOR EACH ROW WHEN (NEW.ends_at IS NULL) EXECUTE FUNCTION licensing_refuse_changed_assignment()
    """,
]
POSTGRESQL_UNDONE = [
    "DROP TRIGGER assignment_changed ON licensing_keyassignment",
    "DROP TRIGGER assignments_added ON licensing_keyassignment",
    "DROP FUNCTION licensing_refuse_changed_assignment()",
    "DROP FUNCTION licensing_refuse_new_assignments()",
]

SQLITE_RULES = """
    BEGIN
        SELECT RAISE(ABORT, 'a retired key serves nobody') FROM licensing_registrationkey k
        WHERE k.id = NEW.key_id AND k.state = 'retired';
        SELECT RAISE(ABORT, 'the key has no such seat') FROM licensing_registrationkey k
        WHERE k.id = NEW.key_id AND NEW.ends_at IS NULL AND k.seats IS NOT NULL
        AND (NEW.seat IS NULL OR NEW.seat > k.seats);
    END
"""
SQLITE = [
    f"CREATE TRIGGER assignment_added BEFORE INSERT ON licensing_keyassignment FOR EACH ROW {SQLITE_RULES}",
    f"""CREATE TRIGGER assignment_changed BEFORE UPDATE OF key_id, seat, ends_at ON licensing_keyassignment
    FOR EACH ROW WHEN NEW.ends_at IS NULL {SQLITE_RULES}""",
]
SQLITE_UNDONE = ["DROP TRIGGER assignment_changed", "DROP TRIGGER assignment_added"]


def create(apps, schema_editor):
    run(schema_editor, POSTGRESQL, SQLITE)


def drop(apps, schema_editor):
    run(schema_editor, POSTGRESQL_UNDONE, SQLITE_UNDONE)


def run(schema_editor, postgresql, sqlite):
    for statement in postgresql if schema_editor.connection.vendor == "postgresql" else sqlite:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("licensing", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
