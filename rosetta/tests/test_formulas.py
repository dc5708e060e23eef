"""Cells of CSV files that spreadsheets would run."""

import pytest

from rosetta.formulas import escape_formula, unescape_formula


@pytest.mark.parametrize("cell", ["=1+1", "+x", "-x", "@SUM(A1)", "\tx", "＝1", "'=quoted", "''=twice"])
def test_a_formula_is_escaped_and_comes_back(cell: str) -> None:
    assert escape_formula(cell) == f"'{cell}"
    assert unescape_formula(escape_formula(cell)) == cell


@pytest.mark.parametrize("cell", ["", "plain", "'quoted'", "a=b", "don't"])
def test_other_cells_stay(cell: str) -> None:
    assert escape_formula(cell) == unescape_formula(cell) == cell
