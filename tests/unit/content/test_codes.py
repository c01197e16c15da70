import re

from publisher.content.codes import Code


def test_every_code_is_kebab_case_and_says_what_it_means() -> None:
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code.value) for code in Code)
    assert all(code.meaning.endswith(".") and "\n" not in code.meaning for code in Code)
    assert len({code.meaning for code in Code}) == len(Code)


def test_a_problem_shows_as_file_line_column() -> None:
    assert str(Code.NO_DATE.error("記事.md", 3, 1, "no date")) == "記事.md:3:1: no date"
