"""The same people by Splink (https://moj-analytical-services.github.io/splink), which is no dependency of ours.

It gets what ours gets: the name as spelt and as heard, the birth date, NIK, phone and RT, blocked as ours is; and
learns its weights from the people themselves, as its tutorial does.
"""

# mypy: ignore-errors
from __future__ import annotations

import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from tests.bench.doubles import Man
from verify_service.registry.names import name_key
from verify_service.registry.staging import sorted_words
from verify_service.registry.traits import heard

_linkers: dict[bool, Linker] = {}


def pairs_by_splink(everybody: list[Man], threshold: float, taught: bool) -> set[tuple[int, int]]:
    """Pairs that it thinks at least so likely to be one person; `taught`: it learns from their truth itself."""
    linker = _linkers.get(taught)
    if linker is None:
        linker = _linkers[taught] = _trained(everybody, taught)
    predicted = linker.inference.predict(threshold_match_probability=threshold)
    rows = predicted.as_record_list()
    return {tuple(sorted((row["unique_id_l"], row["unique_id_r"]))) for row in rows}


def _trained(everybody: list[Man], taught: bool) -> Linker:
    rows = [_row(man) for man in everybody]
    table = pa.Table.from_pylist(rows)
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.CustomComparison(
                output_column_name="name",
                comparison_levels=[
                    {"sql_condition": "name_l IS NULL OR name_r IS NULL", "label_for_charts": "null",
                     "is_null_level": True},
                    {"sql_condition": "name_l = name_r", "label_for_charts": "exact",
                     "tf_adjustment_column": "name", "tf_adjustment_weight": 1.0},
                    {"sql_condition": "heard_l = heard_r", "label_for_charts": "heard the same"},
                    {"sql_condition": "jaro_winkler_similarity(name_l, name_r) >= 0.92", "label_for_charts": "0.92"},
                    {"sql_condition": "jaro_winkler_similarity(heard_l, heard_r) >= 0.9", "label_for_charts": "0.9"},
                    {"sql_condition": "list_has_any(words_l, words_r)", "label_for_charts": "a word"},
                    {"sql_condition": "ELSE", "label_for_charts": "else"},
                ],
            ),
            cl.CustomComparison(
                output_column_name="born",
                comparison_levels=[
                    {"sql_condition": "born_l IS NULL OR born_r IS NULL", "label_for_charts": "null",
                     "is_null_level": True},
                    {"sql_condition": "born_l = born_r", "label_for_charts": "exact"},
                    {"sql_condition": "damerau_levenshtein(born_l, born_r) <= 1 OR swapped_l = born_r",
                     "label_for_charts": "a slip"},
                    {"sql_condition": "damerau_levenshtein(born_l, born_r) <= 2", "label_for_charts": "two"},
                    {"sql_condition": "ELSE", "label_for_charts": "else"},
                ],
            ),
            cl.ExactMatch("area"),
            cl.DamerauLevenshteinAtThresholds("serial", 1),
            cl.ExactMatch("phone"),
            cl.ExactMatch("place"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("born", "word"),
            block_on("born", "last"),
            block_on("phone"),
            block_on("place", "word"),
            block_on("heard", "year"),
            block_on("heard", "day"),
            block_on("heard", "area", "serial"),
        ],
        retain_intermediate_calculation_columns=False,
    )  # fmt: skip
    linker = Linker(DuckDBAPI().register(table), settings, log_level=40)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("name", "born"), block_on("phone", "heard")], recall=0.7
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6)
    if taught:
        linker.training.estimate_m_from_label_column("who")
    else:
        for rule in (block_on("born", "word"), block_on("phone", "word"), block_on("heard", "place")):
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
    return linker


def _row(man: Man) -> dict[str, object]:
    key = name_key(man.name)
    words, whole = heard(key)
    born = man.born.isoformat() if man.born else None
    swapped = f"{man.born:%Y-%d-%m}" if man.born else None
    return {
        "unique_id": man.row,
        "who": man.who,
        "name": sorted_words(key),
        "heard": whole,
        "words": list(words),
        "word": words[0],
        "last": words[-1],
        "born": born,
        "swapped": swapped,
        "year": man.nik[10:12],
        "day": man.nik[6:10],
        "area": man.nik[:6],
        "serial": man.nik[12:],
        "phone": man.phone,
        "place": "/".join(man.place) if man.place else None,
    }
