"""Pagination of long tables without counting all their rows."""

from functools import cached_property

from django.db import connections
from unfold.paginator import InfinitePaginator

COUNTED = 10_000


class EstimatingPaginator(InfinitePaginator):  # type: ignore[misc]
    """Count up to ``COUNTED`` rows.

    Beyond that, show PostgreSQL's estimate for a whole table.

    The pages end at ``COUNTED`` rows too, because the database reads all rows before a page; older rows are found by id.
    """

    @cached_property
    def num_pages(self) -> int:
        pages: int = super().num_pages
        return min(pages, COUNTED // int(self.per_page))

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        counted = int(rows.order_by()[: COUNTED + 1].count())
        if counted <= COUNTED:
            return counted
        connection = connections[rows.db]
        if connection.vendor != "postgresql" or rows.query.where:
            return counted
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [rows.model._meta.db_table])
            return max(counted, int(cursor.fetchone()[0]))
