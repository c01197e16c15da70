"""What is found in a post, and for how long it is remembered."""

from typing import Any

from publisher.content import Index, Lint, Renderer, lint, looked_at, scan
from publisher.content.renderings import rendering_problems

POST = "_posts/2026-01-05-記事.md"


def linted(site: Any, index: Index) -> Lint:
    context = scan(site.rules, index).context
    posts = index.posts()
    renderer = Renderer(site.rules, index, lambda: posts, context)
    return lint(renderer, posts[0])


def test_links_to_the_site_itself_are_placed_where_they_stand(site: Any) -> None:
    site.write(POST, "---\ntitle: 題\n---\n[次](/次/) と [外](https://other.example/)\n\n![図](図.png)\n")
    with site.index() as index:
        links = linted(site, index).links

    assert [(link.line, link.column, link.shown) for link in links] == [(4, 5, False), (6, 6, True)]
    assert links[0].url == "https://example.com/%E6%AC%A1/"


def test_what_yaml_takes_for_something_else_is_told_unless_it_is_quoted(site: Any) -> None:
    site.write(POST, "---\ntitle: 1.10\ntags: [no, 'no', 円, 2024-01-05, 1_000, 12:30]\ncategory: \"on\"\n---\n")
    with site.index() as index:
        problems = linted(site, index).problems

    assert [(fault.line, fault.column) for fault in problems] == [(2, 8), (3, 8), (3, 21), (3, 33), (3, 40)]
    assert {fault.code for fault in problems} == {"yaml-surprise"}


def test_what_was_found_is_kept_until_the_post_or_what_it_looks_at_changes(site: Any) -> None:
    site.write(POST, "---\ntitle: 題\n---\n{% include 挨拶.html %}\n")
    with site.index() as index:
        assert [fault.code for fault in linted(site, index).problems] == ["missing-target"]
        assert [fault.code for fault in linted(site, index).problems] == ["missing-target"]
        site.write("_includes/挨拶.html", "[次](/次/)")
        assert linted(site, index).problems == ()


def test_nothing_is_kept_of_a_post_that_is_gone(site: Any) -> None:
    path = site.write(POST, "---\ntitle: 1.10\n---\n")
    with site.index() as index:
        linted(site, index)
        assert index.rows("SELECT path FROM lints") == [(POST,)]
        path.unlink()
        scan(site.rules, index)
        assert index.rows("SELECT path FROM lints") == []


def test_places_outside_the_site_that_a_post_names_are_not_looked_through(site: Any) -> None:
    body = "{% link .. %}{% link / %}{% include_relative ../../.. %}{% include /etc/hosts %}{% link ある.png %}"
    site.write(POST, f"---\ntitle: 題\n---\n{body}\n")
    site.rendered()
    with site.index() as index:
        places = looked_at(index)

    assert "ある.png" in places
    assert not [place for place in places if place.startswith(("/", "..")) or place in ("", ".")]


def test_only_what_is_wrong_with_the_posts_in_question_is_told(site: Any) -> None:
    site.write(POST, "---\ntitle: 題\n---\n{% include ない.html %}\n")
    site.rendered()
    with site.index() as index:
        (post,) = index.posts()
        assert [fault.code for fault in rendering_problems(index, [post])] == ["missing-target"]
        assert rendering_problems(index, []) == []
