"""The authentication schemes in the OpenAPI document."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.identity.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "`{id}|{secret}`, from an app sign-in or `/me/tokens`.",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.identity.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        description = "From a web sign-in. Unsafe methods repeat the `csrftoken` cookie in `X-CSRFToken`."
        return {"type": "apiKey", "in": "cookie", "name": "rosetta_session", "description": description}


class GuestScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.identity.authentication.GuestAuthentication"
    name = "guest"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        description = "`grst_…`, from joining a temporary room."
        return {"type": "apiKey", "in": "header", "name": "X-Rosetta-Guest-Token", "description": description}
