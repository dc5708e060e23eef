"""Text that a spreadsheet would run as a formula when it opens a CSV file."""

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def escape_formula(cell: str) -> str:
    """Return a CSV cell with an apostrophe in front where it, or what it escapes, would be a formula."""
    return f"'{cell}" if _is_formula(cell) else cell


def unescape_formula(cell: str) -> str:
    """Return the cell that ``escape_formula`` was given."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell[1:]) else cell


def _is_formula(cell: str) -> bool:
    """Return whether the cell is a formula after any number of apostrophes.

    What looks escaped is escaped once more.
    """
    return cell.lstrip("'").startswith(_STARTS)
