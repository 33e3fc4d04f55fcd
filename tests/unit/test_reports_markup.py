"""Tables of HTML pages that call themselves .xls, and pages that are no report at all."""

import html
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.failures import DownloadCut, DownloadWrongType, Failure
from agent.reports.cells import Below, Beside
from agent.reports.columns import day, money, text
from agent.reports.reading import read, typed_rows
from agent.reports.sniffing import WANTED

COLUMNS = {"claim_no": text(pattern=r"C\d{6}"), "patient": text(), "amount": money()}
HEAD = "<tr><th>Claim No</th><th>Patient</th><th>Amount</th></tr>"
PAGE = "<html><head><title>Billing</title></head><body>{}</body></html>"


def page(*rows: str, head: str = HEAD) -> bytes:
    """A report page with these table rows."""
    return PAGE.format(f"<table>{head}{''.join(rows)}</table>").encode()


def row(*cells: str) -> str:
    """One table row."""
    return "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"


def cells(content: bytes) -> list[tuple[object, ...]]:
    """The cells of the only table."""
    (table,) = read(content, "billing.xls").tables
    return [line.cells for line in table.rows]


def test_the_bytes_decide_not_the_name() -> None:
    for name in ("billing.xls", "billing.csv", "billing.xlsx", "../../etc/passwd"):
        report = read(page(row("C000001", "Ann", "5.00")), name)
        assert (report.kind, report.name) == ("html", name)


def test_merged_cells_fill_their_places_and_say_so() -> None:
    content = page(
        "<tr><td rowspan=2 colspan=2>A</td><td>B</td></tr><tr><td>C</td></tr>",
        "<tr><td>D</td><td colspan='2'>E</td></tr>",
        head="",
    )
    assert cells(content) == [
        ("A", Beside("A"), "B"),
        (Below("A"), Beside("A"), "C"),
        ("D", "E", Beside("E")),
    ]


def test_a_row_that_ends_under_a_merged_cell_keeps_it_in_its_column() -> None:
    content = page(
        "<tr><td>A</td><td>B</td><td rowspan=3>C</td></tr>", "<tr><td>D</td></tr>", "<tr></tr>", head=""
    )
    assert cells(content) == [("A", "B", "C"), ("D", None, Below("C")), (None, None, Below("C"))]


@pytest.mark.parametrize("span", ["0", "-1", "x", "", "99999999", "1.5"])
def test_odd_spans_do_no_harm(span: str) -> None:
    table = cells(page(f"<tr><td colspan='{span}'>A</td><td>B</td></tr>", head=""))
    assert table[0][0] == "A"
    assert table[0][-1] == "B"


def test_text_is_read_as_a_person_sees_it() -> None:
    content = page(
        "<tr><td> C000001&nbsp;</td><td>Zo&euml;\r\n   <b>O'Brien</b>"
        "<br>c/o<!-- x --> Lee<script>y</script></td>"
        "<td align=right>&pound;1,234.50</td></tr>"
    )
    assert cells(content)[1] == ("C000001", "Zoë O'Brien\nc/o Lee", "£1,234.50")
    typed = typed_rows(read(content, "b.xls"), COLUMNS)
    assert typed.rows[0].values == {
        "claim_no": "C000001", "patient": "Zoë O'Brien\nc/o Lee", "amount": Decimal("1234.50"),
    }  # fmt: skip


def test_cells_and_rows_without_end_tags_are_read() -> None:
    content = PAGE.format("<table><tr><th>A<th>B<tr><td>1<td>2<tr><td>3<td>4</table>").encode()
    assert cells(content) == [("A", "B"), ("1", "2"), ("3", "4")]


def test_the_foot_comes_last_wherever_it_is_written() -> None:
    content = PAGE.format(
        "<table><thead><tr><td>A</td><td>B</td></tr></thead><tfoot><tr><td>Total</td><td>3</td></tr></tfoot>"
        "<tbody><tr><td>x</td><td>3</td></tr></tbody></table>"
    ).encode()
    (table,) = read(content, "b.xls").tables
    assert [line.cells[0] for line in table.rows] == ["A", "x", "Total"]
    assert [line.heading for line in table.rows] == [True, False, False]


def test_a_table_inside_a_layout_table_is_found() -> None:
    inner = f"<table>{HEAD}{row('C000001', 'Ann', '5.00')}</table>"
    content = PAGE.format(f"<table><tr><td>Menu</td><td>{inner}</td></tr></table>").encode()
    typed = typed_rows(read(content, "b.xls"), COLUMNS)
    assert [line.amount for line in typed.rows] == [Decimal(5)]
    assert [line.cells for line in read(content, "b.xls").tables[0].rows] == [("Menu", "")]


@pytest.mark.parametrize(
    ("charset", "encoding", "stated"),
    [
        ("windows-1252", "cp1252", "cp1252"),
        ("ISO-8859-1", "cp1252", "cp1252"),
        ("utf-8", "utf-8", "utf-8"),
        ("", "cp1252", "cp1252"),
        ("", "utf-8", "utf-8"),
        ("iso-8859-15", "iso-8859-15", "iso-8859-15"),
        ("no-such-thing", "utf-8", "utf-8"),
        ("utf-8", "utf-16", "utf-16-le with a byte-order mark"),
    ],
)
def test_a_pages_own_word_for_its_encoding_is_taken(charset: str, encoding: str, stated: str) -> None:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">' if charset else ""
    text_of_page = (
        f"<html><head>{meta}</head><body><table><tr><td>Zoë €5</td><td>x</td></tr></table></body></html>"
    )
    content = text_of_page.encode(encoding)
    report = read(content, "b.xls")
    assert report.encoding == stated
    assert report.tables[0].rows[0].cells == ("Zoë €5", "x")


def test_a_page_that_is_not_in_its_declared_encoding_is_refused() -> None:
    content = '<meta charset="utf-8"><table><tr><td>Zoë</td><td>1</td></tr></table>'.encode("cp1252")
    with pytest.raises(DownloadWrongType) as refused:
        read(content, "b.xls")
    assert "line 1" in str(refused.value.params["found"])


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<form><input name=u><input type='Password' name=p></form>", "a sign-in page"),
        ("<table><tr><td>User</td><td><input type=password></td></tr></table>", "a sign-in page"),
        ("<h2>Server Error in '/' Application.</h2><p>Timeout expired.</p>", "an error page"),
        ("<h1>Service unavailable</h1>", "an error page"),
        ("<p>Please wait while your report is prepared</p>", "an HTML page without a table"),
        ("<table><tr><td>Please wait</td></tr></table>", "an HTML page without a table"),
    ],
)
def test_a_page_that_is_no_report_is_named(body: str, found: str) -> None:
    with pytest.raises(DownloadWrongType) as refused:
        read(PAGE.format(body).encode(), "b.xls")
    assert refused.value.params == {
        "file": "b.xls",
        "expected": WANTED,
        "found": found,
    }


@settings(deadline=None)
@given(st.floats(0, 1, exclude_max=True))
def test_a_page_cut_anywhere_is_refused(share: float) -> None:
    content = page(*(row(f"C{n:06d}", "Zoë Lee", "5.00") for n in range(40)), row("Total", "", "200.00"))
    with pytest.raises(Failure) as refused:
        read(content[: int(share * (len(content) - len("</html>")))], "b.xls")
    assert isinstance(refused.value, DownloadCut | DownloadWrongType)


def test_a_cut_page_with_records_is_called_cut() -> None:
    content = page(*(row(f"C{n:06d}", "Ann", "5.00") for n in range(40)))
    for share in (0.2, 0.5, 0.9, 0.99):
        with pytest.raises(DownloadCut):
            read(content[: int(len(content) * share)], "b.xls")


def test_lines_around_the_table_state_facts() -> None:
    content = PAGE.format(
        "<h1>Billing report</h1><p>Period: 02/11/2026 - 02/11/2026</p>"
        f"<table><caption>Clinic: North</caption>{HEAD}{row('C000001', 'Ann', '5.00')}</table>"
        "<p>Total: 5.00</p><p>Number of rows: 1</p>"
    ).encode()
    report = read(content, "b.xls")
    assert report.stated == {
        "Clinic": "North", "Period": "02/11/2026 - 02/11/2026", "Total": "5.00", "Number of rows": "1",
    }  # fmt: skip
    typed = typed_rows(report, COLUMNS)
    assert (typed.stated_count, typed.stated_total["amount"]) == (1, Decimal(5))


NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="\ufffd"), min_size=1)


@settings(deadline=None)
@given(st.lists(st.tuples(NAMES, st.integers(0, 10**8)), max_size=15))
def test_every_record_arrives_once_and_unaltered(claims: list[tuple[str, int]]) -> None:
    """Any name, escaped as HTML wants, comes back; nothing is lost or doubled."""
    rows = [
        row(f"C{n:06d}", f"x{name}x", f"{Decimal(cents).scaleb(-2):,.2f}")
        for n, (name, cents) in enumerate(claims)
    ]
    typed = typed_rows(read(page(*rows, HEAD), "b.xls"), COLUMNS)
    assert typed.invalid == []
    assert [(line.number, line.amount) for line in typed.rows] == [
        (n + 2, Decimal(cents).scaleb(-2)) for n, (_, cents) in enumerate(claims)
    ]
    for line, (name, _) in zip(typed.rows, claims, strict=True):
        assert line.patient == text().parse(f"x{name}x").replace("  ", " ") or "  " in name


FRAGMENTS = st.sampled_from(
    ["<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<td colspan=3>", "<td rowspan=4>", "<th>",
     "<thead>", "<tfoot>", "</html>", "<html>", "<!--", "-->", "x", "1.00", "&nbsp;", "&#0;", "<script>",
     "</script>", "\x00", "é", "<br>", "<input type=password>", "<td rowspan=0>", "<caption>", "]]>",
     "<?xml?>", "<svg>", "<textarea>"]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(FRAGMENTS, max_size=40))
def test_any_markup_is_a_table_or_a_failure(pieces: list[str]) -> None:
    """Nothing else comes out of the reader."""
    try:
        told = {"kind": read(("<table>" + "".join(pieces)).encode(), "b.xls").kind}
    except Failure as failure:
        told = dict(failure.params)
    assert told == {"kind": "html"} or set(told) == {"file", "expected", "found"}


def test_days_in_a_page_need_their_format_too() -> None:
    content = page(
        "<tr><td>C000001</td><td>Ann</td><td>3/4/2026</td></tr>", head=HEAD.replace("Amount", "Visit")
    )
    typed = typed_rows(read(content, "b.xls"), {"claim_no": text(), "visit": day("%d/%m/%Y")})
    assert typed.invalid[0].problem == "not_day"
