"""Whatever stands in a post's HTML, its plain text holds it, in order and within the line."""

import re
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.core.columns import columns
from publisher.mail.plain import plain_text

# 庭 is where a line may end; @ becomes a number, each its own, so that the order of all texts can be seen.
WORD = st.sampled_from(["w@w", "庭w@w庭", "w@w、", "「w@w」", "<b>w@w</b>", "<code>w@w</code>", "\nw@w ", "w@w<br>"])
LINK = st.just('<a href="https://l@l.example/">w@w</a>')
INLINE = st.lists(st.one_of(WORD, WORD, LINK), min_size=1, max_size=8).map(" ".join)


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inner, min_size=1, max_size=3)
    around: list[Callable[[list[str]], str]] = [
        lambda blocks: f"<blockquote>{''.join(blocks)}</blockquote>",
        lambda blocks: f"<ul>{''.join(f'<li>{block}</li>' for block in blocks)}</ul>",
        lambda blocks: f"<ol start=98>{''.join(f'<li>{block}</li>' for block in blocks)}</ol>",
        lambda blocks: f"<dl>{''.join(f'<dt>w@w</dt><dd>{block}</dd>' for block in blocks)}</dl>",
        lambda blocks: f"<div>{''.join(blocks)}</div>",
        lambda blocks: f"<table><tr>{''.join(f'<td>{block}</td>' for block in blocks)}</tr></table>",
    ]
    return st.one_of([several.map(one) for one in around])


BLOCK = st.one_of(
    INLINE.map(lambda text: f"<p>{text}</p>"),
    INLINE,
    INLINE.map(lambda text: f"<h2>{text}</h2>"),
    INLINE.map(lambda text: f"<h4>{text}</h4>"),
)
POST = st.lists(st.recursive(BLOCK, _nested, max_leaves=12), min_size=1, max_size=4).map("".join)


def _numbered(html: str) -> str:
    for number in range(html.count("@")):
        html = html.replace("@", str(number), 1)
    return html


@given(POST)
def test_all_words_are_there_in_order_and_all_addresses(post: str) -> None:
    html = _numbered(post)
    text = plain_text(html)

    assert re.findall(r"w\d+w", text) == re.findall(r"w\d+w", html)
    assert set(re.findall(r"https://l\d+l\.example/", text)) == set(re.findall(r"https://l\d+l\.example/", html))
    assert "\n\n\n\n" not in text


@given(POST, st.sampled_from(["ja", "en"]))
def test_no_line_is_wider_than_it_may_be(post: str, language: str) -> None:
    # Ten levels of the widest marks leave room for a word still.
    for line in plain_text(_numbered(post), language=language, width=70).split("\n"):
        assert columns(line) <= 70


@given(st.text(st.sampled_from("庭冬の土ab 「」、。ー\n　👨👩\u200d\u3099"), max_size=300))
def test_a_paragraph_keeps_each_of_its_characters(text: str) -> None:
    def seen(some: str) -> str:
        return re.sub(r"[\s\u3000]", "", some)

    assert seen(plain_text(f"<p>{text}</p>")) == seen(text)


ODD = """
    <p>|</p>|<ul>|<li>|</ol>|<ol start=-9>|<table>|<tr>|<td rowspan=2>|<th>|</table>|<pre>|</pre>|<a href=x>|</a>|<sup>
    <a href=#n id=n>|<del>|<q>|<ruby>|<rt>|<dl>|<dd>|<dt>|<h1>|</h2>|<blockquote>|<br>|<hr>|<img alt=庭>|<video>
    </video>|<source src=y>|<svg>|<!-- -->|<![CDATA[|&#0;|&#xd800;|<html>|<head>|<title>|</body>|<template>|<select>
    <frameset>|<plaintext>|<textarea>|<?php|<!doctype|<li value=7>|<caption>|1|↩|\x00|<a href=mailto:>|<a href=tel:>
    <code>|</code>
"""


@settings(max_examples=300)
@given(st.lists(st.one_of(st.sampled_from(re.split(r"\s*\n\s*|\|", ODD.strip())), st.text(max_size=8)), max_size=40))
def test_nonsense_is_read_without_a_fault(parts: list[str]) -> None:
    text = plain_text("".join(parts))

    assert "\r" not in text
    assert text == text.strip("\n")
