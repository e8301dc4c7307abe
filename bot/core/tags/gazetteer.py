"""The words by which tagging knows who acts and on what, in the folded form in which texts are compared."""


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


POWERS = words(
    "regulator watchdog agency commission authority attorney ag government garante cnil ftc ico ofcom cma dpc"
    " ministry police prosecutor commissioner fcc sec nhtsa minister secretary committee court aepd anpd pipc"
    " accc esafety cfpb eeoc cppa oaic department pentagon"
)
"""Who enforces, orders and founds."""

COURTS = words("court judge jury tribunal circuit justice scotus")

LEADERS = words(
    "lawmaker senator governor president official house senate congress parliament mep council cabinet trump"
    " newsom state mayor mp administration washington brussel europe"
)
"""Who makes laws and policy."""

LEGISLATORS = words("parliament senate house congress assembly legislature lawmaker senator mep bill mp")

LAWS = words(
    "law act bill rule order ban statute legislation regulation measure policy provision mandate moratorium"
    " restriction requirement ordinance enforcement control designation rulebook"
)
"""What is made, challenged, blocked and lifted."""

BILLS = words("bill act legislation law measure package")

CHIPS = words("chip gpu nvidia amd semiconductor h20 h200 blackwell")

DOCUMENTS = words(
    "guidance guideline guide code standard framework strategy plan roadmap recommendation principle playbook"
    " opinion statement toolkit paper blueprint declaration policy template faq profile memo memorandum advisory"
    " agenda list rulebook handbook rule circular communique manual measure regulation report"
)
"""What is published."""

DRAFTS = words("draft preliminary")
