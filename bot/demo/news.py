"""The demo's own news: invented outlets, invented acts, dated relative to the moment they are served.

In the texts `{weekday}` is the piece's own day, and `{in_21}` the date 21 days after it.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Piece:
    """One item of a demo feed. `article` is the page behind it, a paragraph a line; "" where the feed says it all."""

    feed: str
    slug: str
    title: str
    summary: str
    article: str = ""
    minutes_ago: int = 5

    def dated(self, now: datetime) -> "Piece":
        """As it reads when served `now`."""
        published = now - timedelta(minutes=self.minutes_ago)
        return replace(self, summary=_dated(self.summary, published), article=_dated(self.article, published))


def _dated(text: str, published: datetime) -> str:
    def date(found: re.Match[str]) -> str:
        then = published + timedelta(days=int(found[1]))
        return f"{then.day} {then:%B %Y}"

    return re.sub(r"\{in_(\d+)\}", date, text).replace("{weekday}", f"{published:%A}")


DAY = 24 * 60

OLD = (
    *(
        Piece("regulator", f"notice-{n}", f"Demo Authority publishes its weekly list of notices, number {n}",
              "Fourteen notices on market access, scales and fair signs.", minutes_ago=n * DAY)
        for n in range(2, 8)
    ),
    *(
        Piece("press", f"market-{n}", f"Harbour market report {n}: fish prices steady",
              "Cod and mackerel sold as in the week before.", minutes_ago=n * DAY - 200)
        for n in range(2, 8)
    ),
    Piece("parliament", "roads", "Committee on transport hears the road builders", "It met in the old hall.",
          minutes_ago=2 * DAY),
    Piece("parliament", "budget", "Budget of Demoland: second reading of the harbour chapter", "It was not amended.",
          minutes_ago=3 * DAY),
    Piece("journal", "tulipas", "Uma estação de tulipas", "Os jardins abrem no sábado.", minutes_ago=3 * DAY),
    Piece("journal", "porto", "O porto recebe um navio-escola", "Fica três dias.", minutes_ago=4 * DAY),
)  # fmt: skip

NEW = (
    Piece(
        "regulator",
        "chatbot-investigation",
        "Demo Authority opens investigation into AI companion chatbots under the AI Safety for Minors Act",
        "The Demo Authority opened a formal investigation into three makers of AI companion chatbots.",
        "The Demo Authority opened a formal investigation on {weekday} into three makers of AI companion chatbots. "
        "The authority wants to know whether the firms checked the age of their users before they offered them romantic "
        "conversations.\n"
        "The firms must hand over their risk assessments within 21 days. Under the AI Safety for Minors Act the authority may "
        "fine a company up to 4% of its worldwide turnover, or 10 million euros, whichever is higher.\n"
        "A spokeswoman said the investigation is not a finding and does not mean that the law was broken. "
        "Two of the three companies said they would cooperate, and the third declined to comment.\n"
        "The act has applied since January, and this is the first investigation under it. "
        "Consumer groups had filed a complaint in March about chats that continued after a user gave an age of 13.\n"
        "The authority expects to publish preliminary findings by {in_110}.",
        minutes_ago=12,
    ),
    Piece(
        "press",
        "chatbot-probe",
        "Regulator opens first investigation under AI Safety for Minors Act, into AI companion chatbots",
        "The Demo Authority is investigating three makers of AI companion chatbots over how they treat minors.",
        "The Demo Authority is investigating three makers of AI companion chatbots over how they treat minors. "
        "It is the first investigation under the AI Safety for Minors Act, which allows fines of up to 4% of worldwide "
        "turnover.\n"
        "The companies have 21 days to hand over their risk assessments. "
        "One of them said it had added an age check in the spring.\n"
        "Parents' groups welcomed the step. A law professor said the authority would have to show that the firms knew that "
        "minors were among their users.",
        minutes_ago=7,
    ),
    Piece(
        "parliament",
        "frontier-bill",
        "Demoland’s upper chamber passes bill requiring safety reports from frontier AI developers",
        "The upper chamber passed the Frontier Models Transparency Bill by 31 votes to 18.",
        "The upper chamber of Demoland passed the Frontier Models Transparency Bill on {weekday} by 31 votes to 18. "
        "The bill goes to the lower chamber, where a committee will take it up next month.\n"
        "Developers of frontier AI models would have to publish a safety report before they release a model trained with more "
        "than 10^26 operations. They would also have to report critical incidents to the Ministry of Digital Affairs within "
        "15 days.\n"
        "An amendment to exempt open-weight models failed by two votes. "
        "Smaller developers with less than 50 million euros in yearly revenue would be exempt from the audit requirement.\n"
        "The minister called the vote a first step and said the text may still change in the lower chamber. "
        "Industry groups warned that the incident deadline is too short for a careful analysis.\n"
        "The lower chamber's committee holds its first hearing on {in_15}.",
        minutes_ago=25,
    ),
    Piece(
        "press",
        "copyright-ruling",
        "Court rules that training an AI model on pirated books is not fair use",
        "A demo court ruled against a model maker in a copyright lawsuit by four publishers.",
        "The high court of Demoland ruled on {weekday} that training an AI model on pirated copies of books is not fair use. "
        "The judge said the purpose of the copying did not excuse how the copies were obtained.\n"
        "Four publishers had sued the model maker over 182,000 titles found in its training data. "
        "Damages will be set in a separate trial that is scheduled for {in_140}.\n"
        "The ruling does not decide whether training on lawfully bought books is allowed. "
        "The company said it will appeal and that its current models were trained on licensed text.\n"
        "Lawyers for both sides expect the appeals court to take about a year. "
        "A second lawsuit by a group of illustrators against the same company is pending before another judge.",
        minutes_ago=40,
    ),
    Piece(
        "regulator",
        "hiring-rules",
        "Demo Authority adopts binding rules on AI systems in hiring",
        "Employers that use AI systems to rank applicants must have them audited once a year.",
        "The Demo Authority adopted binding rules on {weekday} for AI systems that rank or reject job applicants. "
        "Employers must have such a system audited for bias once a year and publish a summary of the audit.\n"
        "Applicants must be told before an AI system is used, and they may ask for a decision by a person. "
        "An employer that fails to publish the summary may be fined up to 200,000 euros.\n"
        "The rules do not cover tools that only sort applications by date or remove duplicates. "
        "Public employers have to comply six months earlier than private ones.\n"
        "Trade unions had asked for a ban on the analysis of applicants' faces and voices, which the authority did not adopt. "
        "It said it will review the question after the first audits.\n"
        "The rules apply to private employers from {in_200}.",
        minutes_ago=50,
    ),
    Piece(
        "journal",
        "marco-ia",
        "Assembleia da Demolândia aprova projeto de lei sobre inteligência artificial",
        "A Assembleia aprovou o projeto de lei que cria regras para sistemas de inteligência artificial de alto risco.",
        "A Assembleia da Demolândia aprovou nesta semana, por 212 votos a 97, o projeto de lei que cria regras para sistemas de "
        "inteligência artificial de alto risco. O texto segue agora para a segunda câmara.\n"
        "As empresas terão 12 meses para se adaptar depois da publicação da lei. "
        "Os fornecedores deverão avaliar os riscos de cada sistema antes de o colocar no mercado e informar as pessoas afetadas "
        "pelas suas decisões.\n"
        "As multas podem chegar a 2% do faturamento anual da empresa. "
        "O projeto proíbe o uso de sistemas de pontuação social pelo poder público.\n"
        "Associações de artistas pediram regras mais claras sobre direitos autorais, que ficaram fora do texto. "
        "O relator disse que o tema pode voltar em uma proposta separada.",
        minutes_ago=55,
    ),
    Piece("press", "library", "Harbour town opens its new library", "It opened with a concert.", minutes_ago=9),
    Piece("press", "phone", "Phone maker shows a camera that uses AI to sharpen pictures at night",
          "Shops have the new model in May. It is lighter than the last one.", minutes_ago=15),
    Piece("press", "funding", "AI start-up for recipes raises 12 million euros",
          "The company wants to open a second kitchen and to hire ten cooks.", minutes_ago=18),
    Piece("regulator", "elevators", "Demo Authority reminds owners of elevator checks",
          "They are due before the summer.", minutes_ago=30),
    Piece("parliament", "anthem", "Parliament debates a new arrangement of the anthem", "No vote was held.",
          minutes_ago=35),
    Piece("journal", "futebol", "Clube do porto vence por dois a zero", "Os golos vieram na segunda parte.", minutes_ago=45),
)  # fmt: skip
