"""What the views of this app share."""

from typing import cast

from accounts.models import User
from rosetta.http.views import ApiView


class PersonView(ApiView):
    """An endpoint that only people call."""

    @property
    def caller(self) -> User:
        return cast(User, self.request.user)
