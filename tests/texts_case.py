"""Texts that break out of quotes, look like numbers, or fold in odd ways."""

HOSTILE = (
    "", " ", "\t\r\n", "5", " 5 ", "5.0", "05", "-1", "+5", ".5", "5.", "1e3", "1e308", "1e309", "1e-400", "1e1000",
    "1_000", "1,5", "nan", "inf", "-inf", "Infinity", "True", "TRUE", "true", "tRuE", "false", "False", "é", "É",
    "e\u0301", "Select", "select", " Select", "it's", '"', "\\", "\\'", "'; DROP TABLE leads; --", "<script>",
    '=HYPERLINK("x")', "a\nb", "%", "_", "{0}", "{", "NULL", "None", "missing", "other", "\u00a05", "٣", "ſ", "falſe",
    "İ", "🙂", "0x10", "1e", "--5", "x" * 300,
)  # fmt: skip
