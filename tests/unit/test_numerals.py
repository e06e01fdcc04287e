"""Numbers in messages."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import stormgraph_py
from stormgraph_py import Localizations, read_localizations, write_localizations
from stormgraph_py.io.plausibility import plausibility_warnings
from stormgraph_py.numerals import plain

PACKAGE = Path(stormgraph_py.__file__).parent


@pytest.mark.parametrize("digits", [1, 3, 6])
def test_a_number_is_what_it_was_to_its_digits(digits):
    rng = np.random.default_rng(0)
    values = 10 ** rng.uniform(-9, 12, 200) * rng.choice([-1, 1], 200)
    for value in (*values.tolist(), 0.0, 999.9996, 0.99999999):
        text = plain(value, digits)
        assert re.fullmatch(r"-?\d{1,3}(,\d{3})*(\.\d+)?", text), text
        assert float(text.replace(",", "")) == pytest.approx(value, rel=0.51 * 10.0 ** (1 - digits))


def test_what_is_no_number_can_be_written():
    assert [plain(value) for value in (np.nan, np.inf, -np.inf)] == ["nan", "inf", "-inf"]


def test_what_nobody_can_count_has_an_exponent():
    assert plain(1.7950000000000001e308, 3) == "1.8e+308"


def test_a_reader_writes_lengths_as_people_do(tmp_path):
    rng = np.random.default_rng(0)
    xy = rng.uniform(0, 26_560, (500, 2))
    sigma = rng.uniform(2e4, 2.2e4, 500)
    (said,) = plausibility_warnings(xy, sigma_nm=sigma, told=True)
    extent = np.ptp(xy, axis=0).max()
    assert f"{float(f'{extent:.3g}'):,.0f} nm" in said
    assert f"{float(f'{np.median(sigma):.3g}'):,.0f} nm" in said
    path = tmp_path / "wide.csv"
    write_localizations(
        Localizations.from_arrays(xy, sigma=np.r_[3e5, rng.uniform(5, 9, 499)]), path
    )
    warnings = read_localizations(path).provenance.warnings
    assert any("field of view" in text for text in warnings)
    assert not any(re.search(r"\de[+-]\d", text) for text in warnings)


def test_no_message_writes_a_length_with_an_exponent():
    """Formats that may write 2.6e+04 do not stand before a unit of length."""
    found = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.JoinedStr):
                continue
            for part, after in zip(node.values, node.values[1:], strict=False):
                is_short = isinstance(part, ast.FormattedValue) and re.fullmatch(
                    r"f?'(\.[1-6])?g'", ast.unparse(part.format_spec) if part.format_spec else ""
                )
                unit = re.match(r" (x|to|nm|µm|m)\b", str(getattr(after, "value", "")))
                if is_short and unit:
                    found.append(f"{path.name}:{part.lineno}")
    assert not found
