"""Ask whether rows and stored bytes agree."""

import io

from django.core.management import call_command


def agree() -> bool:
    """What ``manage.py files_audit`` says."""
    try:
        call_command("files_audit", stdout=io.StringIO())
    except SystemExit:
        return False
    return True
