"""Store addresses in their canonical form, so that one mailbox has one account."""

from typing import Any

from django.db import migrations
from django.db.models import F

from accounts.identity.email_addresses import canonical_email


def canonicalise(apps: Any, schema_editor: Any) -> None:
    """Change each address that is not ASCII, unless another account of the mailbox has the canonical form. Idempotent.

    Of several accounts the verified one gets it, else the one that signed in last; the others keep what they have, and
    nobody signs in to them by address. Staff find them in admin.
    """
    users = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    rows = users.filter(email__regex="[^!-~]")
    verified_first = rows.order_by(
        F("email_verified_at").asc(nulls_last=True), F("last_login").desc(nulls_last=True), "pk"
    )
    for user_id, email in list(verified_first.values_list("pk", "email")):
        try:
            canonical = canonical_email(email)
        except ValueError:
            continue
        if not users.filter(email=canonical).exists():
            users.filter(pk=user_id).update(email=canonical)


class Migration(migrations.Migration):
    accepted = (
        "few accounts have such an address; for the moment of the rolling upgrade, a process of the version before does not "
        "find them by it"
    )

    dependencies = [
        ("accounts", "0009_unconfirmed_email"),
    ]

    operations = [
        migrations.RunPython(canonicalise, migrations.RunPython.noop),
    ]
