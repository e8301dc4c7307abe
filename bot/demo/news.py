"""The demo's own news: invented outlets, invented acts, dated relative to the moment they are served."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """One item of a demo feed. `article` is the page behind it; "" where the feed says it all."""

    feed: str
    slug: str
    title: str
    summary: str
    article: str = ""
    minutes_ago: int = 5


OLD = (
    *(
        Piece("regulator", f"notice-{n}", f"Demo Authority publishes its weekly list of notices, number {n}",
              "Fourteen notices on market access.", minutes_ago=60 * 24 * n)
        for n in range(2, 8)
    ),
    *(
        Piece("press", f"market-{n}", f"Harbour market report {n}: fish prices steady",
              "Cod and mackerel sold as in the week before.", minutes_ago=60 * 20 * n)
        for n in range(2, 8)
    ),
    Piece("parliament", "roads", "Committee on transport hears the road builders", "It met on Tuesday.", minutes_ago=3_000),
    Piece("journal", "tulips", "A season of tulips", "The gardens open on Saturday.", minutes_ago=4_200),
)  # fmt: skip

NEW = (
    Piece(
        "regulator",
        "chatbot-investigation",
        "Demo Authority opens investigation into AI companion chatbots under the AI Safety for Minors Act",
        "The Demo Authority opened a formal investigation into three makers of AI companion chatbots.",
        "The Demo Authority opened a formal investigation on Tuesday into three makers of AI companion chatbots. "
        "The authority wants to know whether the firms checked the age of their users before they offered them romantic "
        "conversations.\n"
        "The firms must hand over their risk assessments within 21 days. Under the AI Safety for Minors Act the authority may "
        "fine a company up to 4% of its worldwide turnover, or 10 million euros, whichever is higher.\n"
        "A spokeswoman said the investigation is not a finding and does not mean that the law was broken. "
        "Two of the three companies said they would cooperate, and the third declined to comment.\n"
        "The act has applied since January, and this is the first investigation under it. "
        "Consumer groups had filed a complaint in March about chats that continued after a user gave an age of 13.\n"
        "The authority expects to publish preliminary findings by 15 March 2027.",
        minutes_ago=12,
    ),
    Piece(
        "press",
        "chatbot-probe",
        "Regulator opens first investigation under AI Safety for Minors Act, into AI companion chatbots",
        "The Demo Authority is investigating three makers of AI companion chatbots over how they treat minors. It is the first "
        "investigation under the AI Safety for Minors Act, which allows fines of up to 4% of worldwide turnover.",
        minutes_ago=7,
    ),
    Piece(
        "parliament",
        "frontier-bill",
        "Demoland’s upper chamber passes bill requiring safety reports from frontier AI developers",
        "The upper chamber passed the Frontier Models Transparency Bill by 31 votes to 18.",
        "The upper chamber of Demoland passed the Frontier Models Transparency Bill on Monday by 31 votes to 18. "
        "The bill goes to the lower chamber, where a committee will take it up next month.\n"
        "Developers of frontier AI models would have to publish a safety report before they release a model trained with more "
        "than 10^26 operations. They would also have to report critical incidents to the Ministry of Digital Affairs within "
        "15 days.\n"
        "An amendment to exempt open-weight models failed by two votes. "
        "Smaller developers with less than 50 million euros in yearly revenue would be exempt from the audit requirement.\n"
        "The minister called the vote a first step and said the text may still change in the lower chamber. "
        "Industry groups warned that the incident deadline is too short for a careful analysis.\n"
        "The lower chamber's committee holds its first hearing on 9 December 2026.",
        minutes_ago=25,
    ),
    Piece(
        "press",
        "copyright-ruling",
        "Court rules that training an AI model on pirated books is not fair use",
        "A demo court ruled against a model maker in a copyright lawsuit by four publishers.",
        "The high court of Demoland ruled on Wednesday that training an AI model on pirated copies of books is not fair use. "
        "The judge said the purpose of the copying did not excuse how the copies were obtained.\n"
        "Four publishers had sued the model maker over 182,000 titles found in its training data. "
        "Damages will be set in a separate trial that is scheduled for April 2027.\n"
        "The ruling does not decide whether training on lawfully bought books is allowed. "
        "The company said it will appeal and that its current models were trained on licensed text.\n"
        "Lawyers for both sides expect the appeals court to take about a year. "
        "A second lawsuit by a group of illustrators against the same company is pending before another judge.",
        minutes_ago=40,
    ),
    Piece(
        "journal",
        "marco-ia",
        "Câmara da Demolândia aprova projeto de lei sobre inteligência artificial",
        "A Câmara aprovou na terça-feira o projeto de lei que cria regras para sistemas de inteligência artificial de alto "
        "risco. O texto segue para o Senado. As empresas terão 12 meses para se adaptar depois da publicação da lei.",
        minutes_ago=55,
    ),
    Piece("press", "library", "Harbour town opens its new library", "It opened on Saturday with a concert.", minutes_ago=9),
    Piece("press", "phone", "Phone maker shows a model with a brighter screen", "Shops have it in May.", minutes_ago=15),
    Piece("regulator", "elevators", "Demo Authority reminds owners of elevator checks", "They are due by June.", minutes_ago=30),
    Piece("parliament", "anthem", "Parliament debates a new arrangement of the anthem", "No vote was held.", minutes_ago=35),
)  # fmt: skip
