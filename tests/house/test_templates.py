"""Each rule of the template check finds what it is there for, and nothing else."""

from __future__ import annotations

import pytest
from jinja2 import Environment

from tools.check_templates import check

MACRO = "{% macro badge(word) %}<b>{{ word }}</b>{% endmacro %}"


def faults_of(source: str, name: str = "page.html") -> str:
    sources = {name: source, "components/badge.html": MACRO}
    environment = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    return "\n".join(str(fault) for fault in check(sources, environment))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('<p style="color: red"></p>', "a style attribute"),
        ('<p class="a"\n   style="color: red"></p>', "a style attribute"),
        ("<style>p { color: red }</style>", "an inline stylesheet"),
        ("<script>go()</script>", "an inline script"),
        ('<button onclick="go()"></button>', "an event attribute"),
        ('<button hx-on:click="go()"></button>', "hx-on"),
        ('<a href="javascript:go()"></a>', "a script in an attribute"),
        ("<p>{{ story|safe }}</p>", "|safe"),
        ("{% autoescape false %}{{ story }}{% endautoescape %}", "escaping is switched"),
        ("<p>Bus stop</p>", "not translated: Bus stop"),
        ('<img src="a.png" alt="Bus stop">', "not translated: Bus stop"),
        ("<p>{{ story|nosuchfilter }}</p>", "No filter named 'nosuchfilter'"),
        ("<p>{% if %}</p>", "Expected an expression"),
        ("<p>{{ badge(1) }}</p>", "the macro badge is used and not imported"),
    ],
)
def test_a_fault_is_found(source: str, said: str) -> None:
    assert said in faults_of(source)


@pytest.mark.parametrize(
    "source",
    [
        "<p class=\"{{ 'on' if a > b else 'off' }}\">{{ _(\"Bus stop\") }}</p>",
        "<p>{% trans %}Bus stop{% endtrans %} &ndash; £ 5</p>",
        '<script src="/a.js" defer></script>',
        '<script type="application/json" id="rows">{{ rows|tojson }}</script>',
        '{{ input(style="plain", onclick=none) }}',
        '{% from "components/badge.html" import badge %}{% block content %}{{ badge(1) }}'
        "{% endblock %}",
        "{% macro kind(f) %}{#- not text -#}radios{% endmacro %}",
        "{# A comment in plain words, <p style=this> too #}",
    ],
)
def test_what_is_right_passes(source: str) -> None:
    assert faults_of(source) == ""


def test_a_template_that_would_not_be_escaped_is_found() -> None:
    assert "must end in .html" in faults_of("<p></p>", name="page.svg")
    assert faults_of("Words of an e-mail", name="emails/code.txt") == ""
