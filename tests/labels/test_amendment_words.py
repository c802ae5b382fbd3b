"""Whatever can be amended has a name on pages, in both languages by the catalogue."""

from __future__ import annotations

from verify_service.amendments.programme_values import documents, value_at, values
from verify_service.labels.amendment_words import table_name, value_in_words, value_name


def test_every_rule_has_a_name_a_table_and_its_value_in_words() -> None:
    now, _ = documents()
    for path, value in values().items():
        assert value_name(path), path
        assert table_name(value.table), path
        assert value_in_words(value, value_at(now, path)) is not None, path
