"""core.tags: the body that acted, the instrument, its stage, type and certainty, each read from the words that say so."""

import pytest

from bot.core import tags
from bot.core.lexicon import Words
from bot.core.relevance import judge
from bot.model import Feed, Tier, Verdict
from tests.core.vocabulary import FEED, SHIPPED, report


def read(title: str, text: str = "", *, tier: Tier = "press", home: str = "") -> Verdict:
    feed = Feed(id="f", url="https://a.example/feed", name="F", jurisdiction=home)
    return judge(report(title, text, tier=tier), feed, SHIPPED)


RUNGS = {
    "rumoured": (
        "Ministry considering executive order on AI",
        "AI law could enter into force next year",
        "Lawmakers weigh AI ban",
        "Leaked draft: White House weighing licences for frontier models",
        "Brussels plans to delay parts of its AI rulebook",
        "Trump expected to sign executive order on AI chips",
        "Senators may ban AI companions for minors",
        "Draft executive order would preempt state AI laws",
    ),
    "drafted": (
        "Senator publishes discussion draft of AI liability act",
        "Ireland publishes General Scheme of AI bill",
        "Commission unveils draft guidelines on AI agents",
    ),
    "consultation": (
        "Agency seeks comment on AI openness",
        "Ofcom opens consultation on deepfake labels",
        "NIST issues request for information on AI agents",
        "Ministry launches call for evidence on AI and copyright",
    ),
    "introduced": (
        "Senators introduce bill to label AI images",
        "Lawmaker unveils bill on AI hiring",
        "Minister tables AI bill in Canadian parliament",
        "MEPs table amendment to AI liability rules",
        "Bill would ban AI landlords from setting rents",
        "Poland's cabinet adopts AI systems bill",
    ),
    "committee": (
        "Senate committee approves AI bill",
        "Parliament backs changes to AI rules in committee vote",
        "House panel advances AI chip bill",
        "AI fraud bill clears Senate Judiciary Committee",
        "AI safety bill heads to committee markup",
        "House Energy and Commerce Committee marks up AI bill",
    ),
    "passed_chamber": (
        "Parliament adopts position on AI liability rules",
        "House passes AI deepfake bill, sends it to the Senate",
        "Senate passes AI chip bill by unanimous consent",
        "Texas Senate approves AI companion bill",
        "European Parliament approves AI liability directive",
        "EU countries approve negotiating mandate on AI law",
    ),
    "passed_legislature": (
        "Assembly and Senate both approve AI bill, sending it to governor's desk",
        "Lawmakers and member states reach provisional agreement on AI rules",
        "EU strikes deal on AI liability law",
        "AI chatbot bill heads to governor's desk",
        "Governor vows to sign AI bill",
        "Hochul set to sign AI bill",
        "Congress passes AI fraud act",
        "Vietnam's parliament passes law on artificial intelligence",
        "AI bill clears final hurdle in legislature",
        "City council passes AI hiring bill in New York City",
    ),
    "delayed": (
        "Trump postpones signing of AI executive order",
        "Brussels pushes back deadline for high-risk AI",
        "Ministry misses AI Act deadline",
        "US senators table AI amendment",
        "White House shelves AI executive order",
        "인공지능 규제 시행 1년 유예",
    ),
    "signed": (
        "Governor signs AI bill",
        "King grants Royal Assent to AI bill",
        "President signs executive order on AI",
        "AI law will take effect in January",
        "White House issues executive order on AI data",
        "Greece ratifies AI convention",
        "Council gives final green light to EU AI law",
    ),
    "published": (
        "NIST publishes guidance on AI agents",
        "Japan's ministry releases guidelines for generative AI",
        "Singapore unveils framework for AI agents",
        "UK launches AI safety institute",
    ),
    "in_force": (
        "New AI law takes effect",
        "Korean AI act enters into force",
        "Commerce Department adds Chinese AI chip firms to Entity List",
        "US tightens AI chip exports to China",
    ),
    "partially_applicable": ("Key provisions of AI law start to apply", "First obligations of EU AI rulebook apply"),
    "applied": ("EU AI rulebook now applies to all",),
    "enforced": (
        "Regulator fines AI firm 5m euros",
        "Attorney general opens investigation into AI chatbot",
        "Garante orders AI app to stop processing data",
        "FTC sends orders to AI companion makers",
        "Italy bans AI chatbot over privacy",
        "Watchdog gives chatbot maker 30 days to comply",
        "Regulators probe AI toy maker",
    ),
    "pending": ("Authors sue AI firm over books", "Artists file lawsuit against image generator"),
    "decided": (
        "Judge rules AI training was fair use",
        "Court finds AI firm liable for false answers",
        "AI firm loses copyright case in Munich court",
        "Judge rejects AI firm's settlement, for now",
        "Appeals court revives AI copyright suit",
        "Supreme Court declines to hear AI art case",
    ),
    "settled": (
        "Regulator settles with AI firm over false claims",
        "Judge grants preliminary approval to AI book settlement",
        "AI firm agrees to pay authors in class action",
    ),
    "challenged": ("Examplar sues state to block AI law", "AI maker sues to overturn Colorado AI act"),
    "enjoined": (
        "Judge blocks California AI law",
        "Court temporarily blocks rule on AI pricing",
        "AI maker wins injunction against state law",
        "State AI law halted by judge",
    ),
    "upheld": ("Court upholds AI hiring law", "Judge refuses to block AI law", "Judge denies injunction against AI act"),
    "struck_down": ("Judge strikes down AI advertising law", "Court annuls decision under AI rules"),
    "amended": ("Colorado amends AI act",),
    "vetoed": ("Governor vetoes AI safety bill", "Newsom vetoed AI companion bill"),
    "withdrawn": ("Commission withdraws AI liability plan", "Commerce Department scraps AI chip rule proposal"),
    "failed": ("AI bill dies in committee", "Senate votes against AI moratorium", "Senate fails to pass AI bill"),
    "repealed": ("Trump revokes AI executive order", "US lifts restrictions on AI chip exports"),
}  # fmt: skip


@pytest.mark.parametrize(("title", "stage"), [(title, stage) for stage, titles in RUNGS.items() for title in titles])
def test_the_stage_is_the_step_that_was_taken(title: str, stage: str) -> None:
    assert read(title).stage == stage


def test_every_rung_of_the_ladder_is_read() -> None:
    assert set(RUNGS) == set(SHIPPED.stage_names)


@pytest.mark.parametrize(
    "title",
    [
        "Governor has not signed AI bill",
        "The executive order on AI explained",
        "Unions urge Congress to pass AI bill",
        "Examplar AI plans to delay its model in Europe",
        "Examplar AI pauses data centre in the UK",
        "Examplar signs deal with Pentagon",
        "Examplar proposes transparency framework for AI",
        "EU says it has no plans to delay AI rules",
        "Meta refuses to sign AI code",
        "Five questions about the ministry's demands to AI firms",
    ],
)
def test_what_was_not_done_or_only_asked_for_is_no_step(title: str) -> None:
    assert read(title.replace("Examplar", "OpenAI")).stage == ""


@pytest.mark.parametrize(
    ("title", "text", "stage"),
    [
        ("Parliament adopts AI rules", "The committee on legal affairs approved the text on Monday.", "committee"),
        (
            "Congress passes AI bill",
            "The Senate passed the bill on Friday; the House votes next month.",
            "passed_chamber",
        ),
        ("Lawmaker introduces AI act", "The senator published a discussion draft on Monday.", "drafted"),
        ("Congress to consider AI bill", "The bill was introduced in the Senate last week.", "introduced"),
        ("California AI bill goes to governor's desk", "The state Senate passed the bill.", "passed_legislature"),
    ],
)
def test_where_headline_and_body_disagree_the_body_is_trusted(title: str, text: str, stage: str) -> None:
    assert read(title, text).stage == stage


def test_what_happened_before_gives_way_to_what_happens() -> None:
    assert read("Governor signs AI bill after court struck down older law").stage == "signed"
    assert read("After veto, lawmakers introduce new AI bill").stage == "introduced"
    assert read("Trump weighs AI order as Senate passes AI bill").stage == "rumoured"


def test_the_registry_knows_what_an_old_report_does_not() -> None:
    law = next(one for one in SHIPPED.instruments.values() if one.id == "us-ca-sb53")
    assert law.stage == "in_force"
    assert read("California SB 53 sent to governor").stage == "signed"
    assert read("Lawmakers introduce changes to California SB 53").stage == "introduced"


def test_an_order_is_a_thing_and_orders_is_a_verb() -> None:
    assert read("The executive order on AI explained").stage == ""
    assert read("Regulator orders AI firm to delete photos").stage == "enforced"


@pytest.mark.parametrize(
    ("title", "places"),
    [
        ("Texas attorney general sues California AI firm", ("US-TX", "US-CA")),
        ("Ofcom opens inquiry into AI deepfakes on American platform", ("UK", "US")),
        ("Chinese AI firm fined by Italy", ("EU-IT", "CN")),
        ("California governor signs AI bill as United States debates preemption", ("US-CA",)),
        ("Federal judge blocks Colorado AI law", ("US-CO", "US-FED")),
        ("Senate passes AI bill", ("US-FED",)),
        ("Texas Senate passes AI bill", ("US-TX",)),
        ("NSA starts AI security center with eye on China", ("US-FED", "CN")),
        ("Philippine Senate passes AI bill", ("PH",)),
        ("US tightens AI chip exports to China", ("US-FED", "CN")),
        ("U.S. lawmakers propose AI agency", ("US-FED",)),
        ("AI Act: Parliament votes on delay", ("EU",)),
        ("MPs call for AI bill", ("UK",)),
        ("States move to ban AI deepfakes", ("US-STATES",)),
        ("Washington state passes AI law", ("US-WA",)),
        ("Washington tightens grip on AI chips", ("US-FED",)),
        ("Washington governor signs AI bill", ("US-WA",)),
        ("Washington attorney general sues AI firm", ("US-WA",)),
        ("Georgia governor signs AI bill", ("US-GA",)),
        ("Georgia's attorney general sues AI firm", ("US-GA",)),
        ("Council of Europe opens AI treaty for signature", ("COE",)),
        ("New York Times sues AI firm", ()),
        ("New Mexico sues AI firm", ("US-NM",)),
        ("Newsom signs executive order on AI", ("US-CA",)),
        ("Bundestag beschließt KI-Gesetz", ("EU-DE",)),
        ("日本のAI法が成立", ("JP",)),
        ("한국 인공지능 기본법 시행", ("KR",)),
        ("中国发布生成式人工智能办法", ("CN",)),
        ("La Commission européenne publie des lignes directrices sur l'IA", ("EU",)),
        ("Senado Federal do Brasil aprova lei de inteligência artificial", ("BR",)),
    ],
)
def test_who_acted_comes_first_and_the_seat_of_a_company_last(title: str, places: tuple[str, ...]) -> None:
    assert read(title).jurisdictions == places


def test_a_federal_court_on_a_state_s_law_is_known_from_the_text_too() -> None:
    verdict = read("Judge blocks California AI law", "A federal judge in San Jose halted the law on Monday.")
    assert verdict.jurisdictions == ("US-CA", "US-FED")


def test_a_source_s_own_place_counts_where_no_other_is_named_and_first_where_it_acts_itself() -> None:
    assert read("Regulator publishes AI guidance", home="UK").jurisdictions == ("UK",)
    assert read("Japan publishes AI guidance", home="UK").jurisdictions == ("JP",)
    assert read("Joint statement with Japan on AI", home="UK", tier="primary").jurisdictions == ("UK", "JP")


TYPES = {
    "statute": ("How California's new AI law protects workers", "King grants Royal Assent to AI law"),
    "bill": ("Governor signs AI bill", "Senate committee approves AI act", "Lawmakers missed AI deadline"),
    "executive_order": ("President signs executive order on AI", "Newsom signs executive order on AI jobs"),
    "executive_memorandum": ("White House issues national security memorandum on AI",),
    "regulation": ("China sets stricter measures for generative AI", "FCC proposes rules on AI robocalls"),
    "guidance": ("NIST publishes guidance on AI agents", "Commission publishes guidelines on AI Act prohibitions"),
    "standard": ("ISO/IEC approves AI management standard",),
    "enforcement": ("Regulator opens investigation into AI chatbot", "Garante fines AI firm"),
    "litigation": ("Judge rules AI maker liable", "Authors sue AI firm", "Judge blocks California AI law"),
    "treaty_declaration": ("US and UK sign joint statement on AI", "Thirty states sign AI treaty"),
    "voluntary_code": ("EU publishes code of practice for AI labels", "AI firms sign White House pledge"),
    "export_control": ("Trump clears sale of Nvidia chips to China", "US blacklists Chinese AI firms"),
    "procurement_rule": ("GSA proposes contract clause for AI procurement",),
    "institution": ("UN creates AI advisory body", "White House names AI czar"),
    "strategy": ("India unveils national AI strategy", "White House publishes AI action plan"),
    "consultation": ("Commission opens consultation on AI Act guidelines",),
    "position": ("Attorneys general urge Congress to drop AI ban",),
}  # fmt: skip


@pytest.mark.parametrize(("title", "kind"), [(title, kind) for kind, titles in TYPES.items() for title in titles])
def test_the_type_is_what_the_act_is(title: str, kind: str) -> None:
    assert read(title).type == kind


def test_every_type_is_read() -> None:
    assert set(TYPES) == set(SHIPPED.type_names)


def test_a_document_is_published_where_its_publisher_lists_it() -> None:
    assert read("Guidelines on AI in hospitals", tier="primary", home="EU").stage == "published"
    assert read("Draft guidelines on AI in hospitals", tier="primary", home="EU").stage != "published"
    assert read("Guidelines on AI in hospitals", home="EU").stage == ""


@pytest.mark.parametrize(
    ("title", "tier", "certainty", "why"),
    [
        ("Commission fines AI firm", "primary", "confirmed", "the source itself acted"),
        ("Commission fines AI firm", "press", "reported", "told by another"),
        ("Commission reportedly fines AI firm", "press", "reported", "“reportedly”"),
        ("Sources: Commission fines AI firm", "press", "reported", "“Sources”"),
        ("Ministry considers AI ban", "press", "rumoured", "a plan, not an act"),
        ("Leaked text: EU AI rules delayed", "press", "rumoured", "“leaked”"),
        ("Ministry plans to delay AI rules", "primary", "rumoured", "a plan, not an act"),
    ],
)
def test_the_certainty_is_who_says_so(title: str, tier: Tier, certainty: str, why: str) -> None:
    verdict = read(title, tier=tier)
    assert verdict.certainty == certainty
    assert any(reason.startswith(f"{certainty.capitalize()}: ") and why in reason for reason in verdict.tagged)


@pytest.mark.parametrize(
    ("title", "beside"),
    [
        ("AI super PAC spends millions on midterms", "politics around AI"),
        ("Town weighs zoning for AI data centre", "data centres and power"),
        ("AI makers double lobbying in Brussels", "lobbying"),
        ("Commission fines shop under Digital Services Act", "tech law that is not about AI alone"),
        ("Super PAC spends millions on midterms", ""),
        ("Commission fines AI firm", ""),
    ],
)
def test_what_is_only_near_ai_regulation_says_what_it_is(title: str, beside: str) -> None:
    assert read(title).beside == beside


def test_a_tag_says_what_it_stands_on() -> None:
    reasons = read("California governor signs AI bill into law").tagged
    assert "California: “California”" in reasons
    assert any(reason.startswith("Signed") and "“signs" in reason for reason in reasons)
    assert any(reason.startswith("Reported: ") for reason in reasons)


def test_tags_survive_what_no_one_would_write() -> None:
    for text in ("", ":", "— ; — ;", "to to to to", "by", "US", "AI Act", "’s ’s", "\N{ROMAN NUMERAL FOUR}" * 50):
        words = Words.of(text)
        assert tags.tag(words, words, FEED.jurisdiction, SHIPPED).stage in ("", *SHIPPED.stage_names)
