"""Errors that requests about files are refused with."""

from rosetta.errors import Conflict, DomainError, Gone, Unavailable


class FileTooLarge(DomainError):
    status = 413
    code = "file_too_large"
    message = "The file is too large."


class DeniedType(DomainError):
    status = 415
    code = "file_type_denied"
    message = "Files of this type are not accepted."


class FileInUse(Conflict):
    code = "file_in_use"
    message = "This file is attached to a message."


class StorageDown(Unavailable):
    message = "File storage is not available."


class ScannerDown(Unavailable):
    message = "The virus scanner is not available."


class StayEnded(Gone):
    """Raised for a guest whose room was closed or has expired."""

    code = "temporary_room_expired"
    message = "Temporary Room is not available."
