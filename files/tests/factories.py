"""Files as they are after an upload: received, checked and stored."""

from typing import Any

import factory

from accounts.tests.factories import UserFactory
from files.actions.upload import store_upload
from files.models import File
from files.spool import Spooled
from rosetta.tests.factories import ActionFactory


class FileFactory(ActionFactory[File]):
    """An unclaimed file of ``uploader``, a user or a guest.

    Its bytes are kept in the test's storage.
    """

    class Meta:
        model = File

    uploader = factory.SubFactory(UserFactory)
    name = "notes.txt"
    content = b"hello"
    visibility = "private"
    meta = factory.Dict({})

    @classmethod
    def act(cls, *, name: str, content: bytes, **fields: Any) -> File:
        spooled = Spooled()
        spooled.begin(name)
        spooled.write(content)
        spooled.finish()
        try:
            return store_upload(spooled=spooled, **fields)
        finally:
            spooled.discard()
