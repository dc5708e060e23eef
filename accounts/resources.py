"""Accounts, their tokens and sessions as the contract's JSON."""

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.utils import timezone

from accounts.identity.providers import linked
from accounts.models import AccessToken, AccountExport, Session, User
from rosetta.http.links import link_to
from rosetta.times import account_moment, moment


def user(row: User) -> dict[str, Any]:
    """``row`` as its owner sees it."""
    return {
        "email": row.email,
        "email_verified_at": account_moment(row.email_verified_at),
        "is_active": row.is_active,
        "last_login_at": account_moment(row.last_login),
        "created_at": account_moment(row.created_at),
        "updated_at": account_moment(row.updated_at),
        "preferred_language": row.preferred_language,
        "also_reads": row.also_reads.split(",") if row.also_reads else [],
        "show_originals": row.show_originals,
        **profile(row),
        "has_password": row.has_usable_password(),
    }


def profile(row: User) -> dict[str, Any]:
    """Return ``row`` as those see it who share a workspace or a conversation with it."""
    now = timezone.now()
    status = row.status_at(now)
    return {
        "id": row.pk,
        "name": row.name,
        "avatar_url": row.avatar_url,
        "name_reading": row.name_reading,
        "title": row.title,
        "time_zone": row.time_zone,
        "status": status and {"emoji": status[0], "text": status[1], "until": moment(row.status_until)},
        "undisturbed_until": moment(row.undisturbed_until) if row.is_undisturbed(now) else None,
    }


def signed_in_user(row: User) -> dict[str, Any]:
    """Return the short form of a user, which comes with a sign-in."""
    return {"id": row.pk, "name": row.name, "email": row.email}


def token(row: AccessToken) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "abilities": row.abilities,
        "expires_at": moment(row.expires_at),
        "last_used_at": moment(row.last_used_at),
        "created_at": moment(row.created_at),
    }


def session(row: Session) -> dict[str, Any]:
    return {
        "id": row.id,
        "device_name": row.device_name,
        "ip_address": row.address,
        "created_at": moment(row.created_at),
        "last_used_at": moment(row.last_used_at),
        "expires_at": moment(row.expire_date),
    }


def social_account(row: SocialAccount) -> dict[str, Any]:
    known = linked(row)
    return {
        "id": row.pk,
        "provider": row.provider,
        "provider_email": known["email"] or None,
        "name": known["name"],
        "avatar": known["avatar"],
        "created_at": account_moment(row.date_joined),
    }


def export(row: AccountExport) -> dict[str, Any]:
    url = link_to("my-export-file")
    return {
        "status": row.state,
        "progress": row.progress,
        "download_url": url if row.state == AccountExport.State.READY else None,
        "expires_at": moment(row.expires_at),
    }
