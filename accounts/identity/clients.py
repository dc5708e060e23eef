"""The kinds of clients that sign in."""

from enum import Enum


class Client(Enum):
    """An app, which sends an access token, or a browser, which sends a session cookie.

    The value is the client's name in paths and in ``SocialState.flavour``.
    """

    APP = "app"
    BROWSER = "web"
