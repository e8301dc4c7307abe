"""Pages written for this project: invented articles, set in the layouts that publishers use, with all that stands around."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Text:
    """An invented article. `points` are a list in the middle of it."""

    title: str
    paragraphs: tuple[str, ...]
    points: tuple[str, ...] = ()
    language: str = "en"

    @property
    def all(self) -> tuple[str, ...]:
        half = len(self.paragraphs) // 2
        return (*self.paragraphs[:half], *self.points, *self.paragraphs[half:])


BRIEF_NEWS = Text(
    "Examplar AI told to hand over risk files",
    (
        "The Northern Data Office told Examplar AI on Tuesday to hand over the risk files of its chatbot, the first order of "
        "that kind since the office was given the power in March.",
        "The company has until 15 December to answer. If it does not, the office may fine it up to 2% of its yearly turnover, "
        "according to the order.",
        "Examplar AI said it was reading the order and would cooperate.",
    ),
)
NEWS = Text(
    "Senate panel sends hiring-algorithm bill to the floor",
    (
        "A Senate panel voted 9 to 4 on Wednesday to send a bill on hiring algorithms to the floor, after two hours of debate "
        "about who should pay for the audits that it asks for.",
        "The bill would require employers with more than 50 workers to have an outside auditor test any software that ranks or "
        "rejects applicants, and to publish a summary of the result each year.",
        "“People are turned away by a number that nobody can explain to them,” said Senator Ada Quist, who wrote the bill. "
        "“That has to end.”",
        "Business groups said the audits could cost a mid-sized firm $40,000 a year. They asked for an exemption for employers "
        "with fewer than 500 workers, which the panel refused.",
        "An amendment that passed by one vote gives the state's labour department, rather than private plaintiffs, the right to "
        "bring cases. Worker groups called that a serious loss.",
        "The floor vote is expected before the session ends on 12 December. The governor has not said whether he would sign it.",
        "A similar bill failed in the lower chamber two years ago, when its sponsors could not agree on what an automated tool is.",
    ),
)
ANALYSIS = Text(
    "What the new model register asks of small developers",
    (
        "The register of general-purpose models opened this week, and with it began the first duty that reaches developers who "
        "have no lawyers of their own. This is what it asks, and what it leaves open.",
        "A developer must enter a model when its training used more than 10^24 floating-point operations, or when it is offered "
        "to more than 100,000 people in the country. Either is enough; the second catches fine-tuned versions of other "
        "people's models.",
        "The entry itself is short. It names the developer, the model, the date of first release and a contact for authorities. "
        "The longer part is the annex, which summarises the training data by kind and by origin.",
        "The form asks for four things that most teams do not keep today:",
        "None of them is hard for a large firm. For a team of five, the second is the hard one, because data sets are passed "
        "around without their history.",
        "What happens to a late entry is not clear. The act speaks of a warning before a penalty, but the guidance published on "
        "Monday does not repeat it, and the ministry did not answer when asked.",
        "Nor is it settled who counts as the developer when a model is merged from several others. Lawyers we spoke to gave "
        "three different answers. A ruling could take years.",
        "The register's first public extract is due on 1 February 2027. Teams that released before this month have until then.",
    ),
    (
        "the share of training data under a licence, by category",
        "the place where each data set was first published",
        "the energy used for the last training run, in megawatt-hours",
        "every test for dangerous capabilities, with its date and outcome",
    ),
)
RELEASE = Text(
    "Competition authority opens inquiry into AI agents in online shops",
    (
        "The Competition Authority has today opened an inquiry into the use of AI agents that buy and sell on behalf of "
        "consumers in online shops.",
        "The inquiry will examine whether agreements between shops and the makers of such agents shut out rivals or raise prices. "
        "It is not directed at any particular company.",
        "The Authority will look at the following questions in particular:",
        "Interested parties may submit comments by 31 January 2027. The Authority intends to publish an interim report in the "
        "summer of 2027.",
        "The Chair of the Authority, Ines Farrow, said: “Agents can make shopping easier. We want to know whether they also make "
        "it dearer, and for whom.”",
        "The inquiry is conducted under section 14 of the Markets Act. It does not by itself lead to sanctions.",
    ),
    (
        "on what terms shops let agents in or keep them out",
        "whether agents favour the shops that pay their makers",
        "what consumers are told about it",
    ),
)
GERMAN = Text(
    "Aufsicht verlangt Auskunft über Kamerasoftware in Bahnhöfen",
    (
        "Die Datenschutzaufsicht verlangt von der Nordbahn Auskunft über eine Software, die in zwölf Bahnhöfen Gesichter "
        "erkennt. Das teilte die Behörde am Montag mit.",
        "Das Unternehmen soll bis zum 20. Dezember darlegen, auf welcher Rechtsgrundlage die Bilder ausgewertet werden und wie "
        "lange sie gespeichert bleiben.",
        "„Wer Gesichter in Echtzeit abgleicht, braucht dafür ein Gesetz“, sagte die Leiterin der Aufsicht, Karla Sommer. Ein "
        "solches Gesetz sei ihr nicht bekannt.",
        "Die Nordbahn erklärte, die Software zähle nur Fahrgäste. Namen würden nicht erfasst.",
        "Kommt das Unternehmen der Aufforderung nicht nach, kann die Behörde ein Bußgeld von bis zu 500.000 Euro verhängen.",
    ),
    language="de",
)
TEXTS = (BRIEF_NEWS, NEWS, ANALYSIS, RELEASE, GERMAN)


# What stands around an article

NAVIGATION = "".join(
    f'<li><a href="/{name.lower()}">{name}</a></li>'
    for name in ("Home", "Politics", "Business", "Technology", "Sport", "Culture", "Weather", "Jobs", "Archive")
)
COOKIES = (
    '<div class="cookie-banner" role="dialog"><p>We and our 214 partners store information on your device to show '
    "personalised advertising and to measure it.</p><button>Accept all cookies</button><button>Settings</button></div>"
)
NEWSLETTER = (
    '<div class="newsletter-signup"><h3>The morning letter</h3><p>Sign up for our free letter with the five stories that '
    'matter, every weekday before breakfast.</p><form><input type="email" name="e"><button>Sign up</button></form></div>'
)
SHARE = '<ul class="share-buttons"><li><a href="#">Share</a></li><li><a href="#">Mail</a></li><li><a href="#">Print</a></li></ul>'
RELATED = '<div class="related"><h3>More on this</h3>' + "".join(
    f'<div class="teaser"><a href="/s/{n}"><h4>{title}</h4></a><p>{teaser}</p></div>'
    for n, (title, teaser) in enumerate(
        (
            (
                "Ferry strike enters its third week",
                "Passengers queue from dawn as the talks between crews and the line break off again.",
            ),
            (
                "The price of bread, and who sets it",
                "Bakers blame the mills, the mills blame the weather. We followed one loaf.",
            ),
            (
                "A new bridge over the Lind, at last",
                "After eleven years of planning, the first pillar stands. What took so long?",
            ),
        )
    )
) + "</div>"  # fmt: skip
COMMENTS = '<section id="comments"><h3>3 comments</h3>' + "".join(
    f'<div class="comment"><span class="who">{who}</span><p>{said}</p></div>'
    for who, said in (
        ("harbourmaster", "I have said for years that this would happen, and nobody in the council wanted to listen to me."),
        ("lena_k", "Could the paper please print the whole document instead of telling us what to think about it?"),
        (
            "old_oak",
            "My cousin works there and says it is all much less dramatic than it sounds here. They do it every autumn.",
        ),
    )
) + "</section>"  # fmt: skip
FOOTER = (
    "<footer><p>© 2026 The Example Gazette Ltd, 1 Quay Street. Registered in the town of Lind under number 40021. All rights "
    "reserved. Reproduction in whole or in part without written permission is prohibited.</p><ul>"
    + "".join(f'<li><a href="/{name}">{name.title()}</a></li>' for name in ("imprint", "privacy", "terms", "contact"))
    + "</ul></footer>"
)
BIO = (
    '<div class="author-bio"><img src="m.jpg" alt=""><p>Mara Finch writes about technology and the law from Lind. Before that '
    "she covered the harbour for nine years.</p></div>"
)
ADVERT = '<div class="ad-slot"><span>Advertisement</span><p>Winter tyres, fitted while you wait. Book today.</p></div>'
FIGURE = '<figure><img src="a.jpg"><figcaption>A hall in Lind, last week. Photo: E. Moor</figcaption></figure>'


def _head(text: Text, extra: str = "") -> str:
    return (
        f'<!doctype html><html lang="{text.language}"><head><meta charset="utf-8"><title>{escape(text.title)} | The Example '
        f'Gazette</title><meta property="og:site_name" content="The Example Gazette"><meta name="author" content="Mara Finch">'
        f'<meta property="article:published_time" content="2026-11-24T09:30:00Z">'
        f'<link rel="canonical" href="https://gazette.example/2026/11/story">{extra}</head>'
    )


def _paragraphs(text: Text, tag: str = "p", attributes: str = "") -> list[str]:
    half = len(text.paragraphs) // 2
    made = [f"<{tag}{attributes}>{escape(paragraph, quote=False)}</{tag}>" for paragraph in text.paragraphs]
    points = "".join(f"<li>{escape(point, quote=False)}</li>" for point in text.points)
    return [*made[:half], *([f"<ul>{points}</ul>"] if points else []), *made[half:]]


def semantic(text: Text) -> str:
    """A modern newspaper: header, main, article, aside, footer."""
    return (
        f"{_head(text)}<body>{COOKIES}<header><nav><ul>{NAVIGATION}</ul></nav></header><main><article><h1>{text.title}</h1>"
        f'<p class="byline">By Mara Finch · 24 November 2026</p>{FIGURE}{"".join(_paragraphs(text))}{SHARE}</article></main>'
        f"<aside>{RELATED}{NEWSLETTER}</aside>{FOOTER}</body></html>"
    )


def blog(text: Text) -> str:
    """A weblog with its sidebar, shares, bio and comments."""
    return (
        f'{_head(text)}<body class="single"><div id="menu"><ul>{NAVIGATION}</ul></div><div id="content"><div class="post hentry">'
        f'<h2 class="entry-title">{text.title}</h2><div class="entry-meta">Posted by admin</div><div class="entry-content">'
        f'{"".join(_paragraphs(text))}<div class="sharedaddy">{SHARE}</div></div>{BIO}{RELATED}</div>{COMMENTS}</div>'
        f'<div id="sidebar"><h3>Categories</h3><ul>{NAVIGATION}</ul>{NEWSLETTER}</div>{FOOTER}</body></html>'
    )


def hashed(text: Text) -> str:
    """Class names made by a build tool; every paragraph in boxes of its own."""
    boxes = "".join(
        f'<div class="css-1a{n}"><section class="x9f{n}">{p}</section></div>' for n, p in enumerate(_paragraphs(text))
    )
    return (
        f'{_head(text)}<body><div id="app"><div class="css-0"><ul>{NAVIGATION}</ul></div><div class="css-77"><div class="css-78">'
        f'<h1>{text.title}</h1>{boxes}</div></div><div class="css-90">{RELATED}</div>{FOOTER}</div></body></html>'
    )


def breaks(text: Text) -> str:
    """No paragraphs: text in one box, parted by line breaks."""
    joined = "<br><br>".join(escape(line, quote=False) for line in text.all)
    return (
        f'{_head(text)}<body><table width="900"><tr><td class="left"><ul>{NAVIGATION}</ul></td><td><b>{text.title}</b><br><br>'
        f'<div class="text">{joined}</div></td></tr></table><center>{FOOTER}</center></body></html>'
    )


def tables(text: Text) -> str:
    """An authority's page from the years of table layouts."""
    cells = "".join(f'<tr><td><font size="2">{p}</font></td></tr>' for p in _paragraphs(text))
    return (
        f'{_head(text)}<body><table><tr><td colspan="2"><ul>{NAVIGATION}</ul></td></tr><tr><td width="150">Press office<br>'
        f"Tel. 0100 200</td><td><h3>{text.title}</h3><table>{cells}</table></td></tr></table>{FOOTER}</body></html>"
    )


def official(text: Text) -> str:
    """An authority's page of today, with contents and contacts."""
    return (
        f'{_head(text)}<body>{COOKIES}<a href="#main">Skip to main content</a><nav><ol class="breadcrumbs"><li><a href="/">Home</a>'
        f'</li><li><a href="/press">Press</a></li></ol></nav><main id="main"><div class="grid"><div class="two-thirds"><h1>'
        f'{text.title}</h1><dl class="metadata"><dt>Published</dt><dd>24 November 2026</dd></dl><div class="govspeak">'
        f'{"".join(_paragraphs(text))}</div><div class="contact"><h2>Contact</h2><p>Press desk, 0100 200, press@authority.example'
        f'</p></div></div><div class="one-third"><h2>Related content</h2><ul>{NAVIGATION}</ul></div></div></main>'
        f'<div class="feedback"><p>Is this page useful?</p><button>Yes</button><button>No</button></div>{FOOTER}</body></html>'
    )


def interrupted(text: Text) -> str:
    """Advertising, teasers and a sign-up between the paragraphs."""
    parts = _paragraphs(text)
    between = [
        ADVERT,
        '<p class="inline-related"><a href="/s/9">Read also: The ferry strike, day by day</a></p>',
        NEWSLETTER,
    ]
    mixed = "".join(part + (between[n % 3] if n % 2 else "") for n, part in enumerate(parts))
    return (
        f'{_head(text)}<body><header><ul>{NAVIGATION}</ul></header><div class="story"><h1>{text.title}</h1><div class="story-body">'
        f"{mixed}</div></div>{RELATED}{COMMENTS}{FOOTER}</body></html>"
    )


def marked_up(text: Text) -> str:
    """Microdata and JSON-LD, as search engines ask for."""
    data = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2026-11-24T09:30:00Z", '
        '"author": {"name": "Mara Finch"}, "publisher": {"name": "The Example Gazette"}}</script>'
    )
    return (
        f'{_head(text, data)}<body><div itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">{text.title}</h1>'
        f'<div itemprop="articleBody">{"".join(_paragraphs(text))}</div></div><div class="most-read">{RELATED}</div>{FOOTER}</body></html>'
    )


def bare(text: Text) -> str:
    """Paragraphs right in the body, nothing around."""
    return f"{_head(text)}<body><h1>{text.title}</h1>{''.join(_paragraphs(text))}<hr>{FOOTER}</body></html>"


def letter(text: Text) -> str:
    """A newsletter's web view: tables in tables."""
    rows = "".join(
        f'<tr><td style="padding:12px"><table><tr><td>{p}</td></tr></table></td></tr>' for p in _paragraphs(text)
    )
    return (
        f'{_head(text)}<body><table align="center"><tr><td><a href="/v">View in browser</a></td></tr><tr><td><h1>{text.title}</h1>'
        f'</td></tr>{rows}<tr><td><p>You get this letter because you signed up for it. <a href="/u">Unsubscribe</a></p></td></tr>'
        f"</table></body></html>"
    )


def drowned(text: Text) -> str:
    """A short text among comments and teasers that are longer than it."""
    return (
        f'{_head(text)}<body>{COOKIES}<ul>{NAVIGATION}</ul><div class="article__body">{"".join(_paragraphs(text))}</div>{BIO}'
        f"{COMMENTS}{RELATED}{RELATED}{NEWSLETTER}{COMMENTS}{FOOTER}</body></html>"
    )


def spans(text: Text) -> str:
    """An editor's output: each paragraph a box of spans."""
    return (
        f'{_head(text)}<body><header><ul>{NAVIGATION}</ul></header><div class="rich-text"><h1><span>{text.title}</span></h1>'
        f"{''.join(_paragraphs(text, 'div', ' class=para'))}</div>{RELATED}{FOOTER}</body></html>"
    )


LAYOUTS: tuple[Callable[[Text], str], ...] = (
    semantic, blog, hashed, breaks, tables, official, interrupted, marked_up, bare, letter, drowned, spans,
)  # fmt: skip
