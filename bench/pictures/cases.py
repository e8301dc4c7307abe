"""The messages that are drawn: invented stories, one for each thing that can make a card look different."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core import assisted, brief, cards, condition, corrections, differences, extract, relevance, stories
from bot.demo.news import NEW, Piece
from bot.model import (
    Brief,
    Card,
    Census,
    Channel,
    ChannelHealth,
    Correction,
    Earlier,
    Entry,
    Feed,
    Memory,
    Origin,
    PlatformHealth,
    Reply,
    Story,
    Tier,
)
from tests.core.vocabulary import SHIPPED

NOW = datetime(2026, 11, 24, 13, 24, tzinfo=UTC)
OUTLETS: dict[str, tuple[str, Tier]] = {
    "regulator": ("Demo Authority", "primary"),
    "parliament": ("Parliament of Demoland", "primary"),
    "press": ("The Demo Courier", "press"),
    "journal": ("Jornal da Demolândia", "press"),
}
FEED = Feed(id="f", url="https://a.example/feed", name="F")
FINE = (
    "The European Commission fined Examplar AI 12 million euros on Tuesday under the EU AI Act. "
    "Examplar AI did not tell people that they were talking to a machine. The company must change the service within 45 days. "
    "Fines under the act can reach 3% of worldwide turnover. Examplar AI said it will appeal. "
    "The Commission will publish its decision on 15 December 2026."
)
FINED = "Commission fines Examplar AI 12 million euros under the EU AI Act over a chatbot"


def entry(number: int, title: str, text: str, outlet: str, tier: Tier = "press", language: str = "en") -> Entry:
    """One report, some minutes old."""
    link = (
        f"https://news.example/2026/11/24/{outlet.lower().replace(' ', '-')}/{number}-a-story-with-a-long-address.html"
    )
    return Entry(
        "f", f"k{number}", title, link, text, outlet, tier, "", language, NOW - timedelta(minutes=12), NOW, id=number
    )


def told(*entries: Entry, number: int = 12) -> tuple[Story, Brief]:
    """The story these reports tell, and its brief in their own words."""
    feed = replace(FEED, language=entries[0].language)
    verdict = relevance.judge(entries[0], feed, SHIPPED)
    story = Story(stories.ranked(entries), verdict, NOW, id=number)
    framed = brief.frame(story, SHIPPED, NOW, writer="extract", disclosure="Extracts from the source, no AI.")
    filled = brief.checked(extract.fill(framed, story), story)
    return story, replace(filled, differences=differences.between(story.entries))


def of_demo(*slugs: str) -> tuple[Story, Brief]:
    pieces = [piece.dated(NOW) for piece in NEW if piece.slug in slugs]
    return told(*(_entry_of(number, piece) for number, piece in enumerate(pieces, 1)))


def _entry_of(number: int, piece: Piece) -> Entry:
    outlet, tier = OUTLETS[piece.feed]
    language = "pt" if piece.feed == "journal" else "en"
    return entry(number, piece.title, piece.article or piece.summary, outlet, tier, language)


def fined() -> tuple[Story, Brief]:
    """Four outlets that do not agree on the fine, a law our register knows, and what came before."""
    other = FINE.replace("12 million", "15 million")
    story, found = told(
        entry(1, FINED, FINE, "European Commission", "primary"),
        entry(2, FINED, other, "The Daily Example"),
        entry(3, "Examplar AI fined", "A fine for Examplar AI under the EU AI Act.", "Example Law Review", "analysis"),
        entry(4, "First fine under the AI Act", "A fine for Examplar AI under the EU AI Act.", "The Example Wire"),
    )
    earlier = (
        Earlier(9, "Commission sends Examplar AI its objections under the EU AI Act", NOW - timedelta(days=60),
                "the EU AI Act", "proposed → decided"),
        Earlier(4, "Commission opens first investigation under the EU AI Act into a chatbot maker",
                NOW - timedelta(days=200), "the EU AI Act"),
    )  # fmt: skip
    return story, replace(found, earlier=earlier)


def alerts() -> dict[str, Card]:
    """By name, what a channel is sent."""
    _, plain = of_demo("hiring-rules")
    _, rich = fined()
    _, passed = of_demo("frontier-bill")
    drafted = replace(
        passed, disclosure=assisted.UNREVIEWED, origin=Origin("example-model-8b", "brief-3", "9f8e7d6c5b4a39281706")
    )
    corrected = Correction(1, "Demo Authority", False, "The fine is up to 200,000 euros.",
                           "The fine is up to 20,000 euros.", NOW)  # fmt: skip
    retracted = Correction(1, "Demo Authority", True, "", "This notice was published in error and is withdrawn.", NOW)
    long = "Authority " + "and the ministries of digital affairs, trade, labour and consumer protection " * 4
    _, rtl = told(
        entry(1, "المفوضية الأوروبية تفرض غرامة على شركة Examplar AI بموجب قانون الذكاء الاصطناعي",
              "فرضت المفوضية الأوروبية غرامة قدرها 12 مليون يورو على شركة Examplar AI. "
              "يجب على الشركة تغيير خدمتها خلال 45 يوما.", "صحيفة المثال", language="ar")
    )  # fmt: skip
    _, japanese = told(
        entry(1, "政府、AI推進法に基づく初の基本計画を閣議決定",
              "政府は24日、AI推進法に基づく初めての基本計画を閣議決定した。計画は、高リスクのAIについて開発者に報告を求める。"
              "計画は2027年4月1日から適用される。", "例新聞", language="ja")
    )  # fmt: skip
    _, untold = told(entry(1, FINED, "", "The Daily Example"))
    return {
        "plain": cards.alert(plain, SHIPPED, because=("hiring", "AI audit")),
        "outlets, differences, context, earlier": cards.alert(rich, SHIPPED, because=("EU AI Act",)),
        "AI-assisted, unreviewed": cards.alert(drafted, SHIPPED, because=("everything",)),
        "AI-assisted, reviewed": cards.alert(assisted.reviewed(drafted, "Ada Example", NOW), SHIPPED),
        "corrected": cards.alert(corrections.applied(plain, corrected), SHIPPED, because=("hiring",)),
        "retracted": cards.alert(corrections.applied(plain, retracted), SHIPPED, because=("hiring",)),
        "correction note": cards.correction(corrections.applied(plain, corrected)),
        "part of another": cards.alert(replace(plain, part_of=7), SHIPPED, because=("hiring",)),
        "right to left": cards.alert(rtl, SHIPPED, because=("everything",)),
        "Japanese": cards.alert(japanese, SHIPPED, because=("AI推進法",)),
        "300 characters": cards.alert(replace(plain, headline=long[:300]), SHIPPED, because=("everything",)),
        "headline alone": cards.alert(untold, SHIPPED, because=("Examplar",)),
        "preview": cards.alert(passed, SHIPPED, mark="Preview"),
    }


def answers() -> dict[str, Reply]:
    """By name, what the desk says."""
    story, rich = fined()
    demo, whole = of_demo("chatbot-investigation", "chatbot-probe")
    near = replace(story, verdict=replace(story.verdict, label="adjacent", beside="politics around AI"))
    drafted = replace(
        whole, disclosure=assisted.UNREVIEWED, origin=Origin("example-model-8b", "brief-3", "9f8e7d6c5b4a39281706")
    )
    return {
        "story": Reply(cards=(cards.story(rich, story, SHIPPED, rich.earlier),)),
        "story of the demo, AI-assisted": Reply(cards=(cards.story(drafted, demo, SHIPPED),)),
        "evidence": Reply(cards=(cards.evidence(drafted, demo.entries, demo.verdict.tagged),)),
        "adjacent": Reply(cards=(cards.story(rich, near, SHIPPED),)),
        "search": Reply("Stories for eu ai act:", tuple(cards.glance(one, SHIPPED) for one in (story, near, demo))),
        "status": Reply(_status()),
    }


def _status() -> str:
    feeds = tuple(Feed(id=f"feed-{n}", url=f"https://a.example/{n}", name=f"Example Gazette {n}") for n in range(1, 75))
    memories = {feed.id: Memory(feed.id, polled_at=NOW, ok_at=NOW - timedelta(minutes=4)) for feed in feeds}
    memories["feed-2"] = Memory("feed-2", polled_at=NOW, ok_at=NOW - timedelta(days=3), failures=4,
                                reason="answered 503 (it is overloaded)", next_poll=NOW + timedelta(hours=1))  # fmt: skip
    return condition.status(
        (PlatformHealth("slack", True, "", NOW - timedelta(hours=5)),
         PlatformHealth("discord", False, "the token was refused: make a new one", NOW - timedelta(minutes=7))),
        (ChannelHealth(Channel("slack", "T1", "C0123456"), "refused", "is_archived", NOW - timedelta(hours=2)),),
        feeds, memories,
        Census(entries=5120, stories=214, briefs=180, subscriptions=9, deliveries={"sent": 310, "pending": 2},
               oldest_pending=NOW - timedelta(minutes=3), last_turn=NOW - timedelta(minutes=1)),
        NOW,
    )  # fmt: skip
