"""Tables in a post's plain text."""

from publisher.mail.plain import plain_text


def test_a_table_stands_in_columns_where_it_fits() -> None:
    head = "<thead><tr><th>月<th>雨量</thead>"
    rows = "<tr><td>一月<td style='text-align: right'>5<tr><td>霜月<td style='text-align: right'>120"

    assert plain_text(f"<table>{head}{rows}</table>") == "月    雨量\n----  ----\n一月     5\n霜月   120"


def test_a_table_too_wide_for_columns_names_each_cell() -> None:
    wide = "雪の日が多く、庭の仕事は進まなかった。それでも堆肥は温かいままだった。"
    html = f"<table><caption>雨</caption><tr><th>月<th>様子<tr><td>一月<td>{wide}<tr><td>二月<td></table>"

    assert plain_text(html, width=60) == (
        "雨\n月：一月\n様子：雪の日が多く、庭の仕事は進まなかった。それでも堆肥は\n  温かいままだった。\n\n月：二月"
    )


def test_a_wide_table_without_names_is_a_list() -> None:
    row = f"<tr><th>一月<td>雪<td>{'白' * 40}"

    assert plain_text(f"<table>{row}{row}</table>").startswith("・一月：雪 / 白白")


def test_cells_that_span_leave_their_places_empty() -> None:
    html = "<table><tr><td colspan=2>a<td rowspan=2>b<tr><td>c<td>d<tr><td>e<td>f<td>g</table>"

    assert plain_text(html) == "a     b\nc  d\ne  f  g"


def test_a_table_made_for_looks_is_read_cell_by_cell() -> None:
    html = "<table><tr><td><p>左</p><ul><li>一</ul><td>右</table><table><tr><td>枠の中</table>"

    assert plain_text(html) == "左\n\n・一\n\n右\n\n枠の中"
