"""Words that change what a sentence claims: denials, modals, hedges, stages of a law or a case, extents."""

Cues = dict[str, str]
"""A word's group, those of one group meaning the same; "" where the word's stem is its group."""

NEGATIONS: Cues = {
    **dict.fromkeys("not no never none nor neither cannot without nobody nothing".split(), "not"),
    **dict.fromkeys("unlikely refuse refused refuses denied denies deny fail failed fails".split(), ""),
}

MODALS: Cues = {
    **dict.fromkeys("must shall require required requires mandatory obliged mandate mandates".split(), "must"),
    **{word: word for word in "may might could should ought would will can".split()},
}

HEDGES: Cues = dict.fromkeys(
    """
    reportedly alleged allegedly alleges accused claims claimed claim proposed proposes proposal draft plans
    planned plan expected considering weighing likely possible possibly potential potentially seeks seek aims
    aim appears appear suggests suggest preliminary provisional voluntary if unless nearly almost believed
    suspected rumoured rumored provisionally tentatively tentative temporarily temporary partially partly
    """.split(),
    "",
)

STAGES: Cues = dict.fromkeys(
    """
    adopted adopts adopt enacted enacts signed signs approved approves passed passes force applies apply ruled
    rules confirmed confirms guilty illegal unlawful banned bans ban prohibits prohibited prohibit proposed
    proposes introduced tabled vetoed vetoes repealed repeals ratified delayed delays postponed suspended
    withdrawn withdrew rejected rejects blocked blocks upheld overturned struck dismissed settled published
    finalised finalized final launched opened closed concluded ended fined sued sues charged convicted acquitted
    investigating announced agreed effective expired implemented drafted debated amended cancelled canceled
    scrapped revoked halted paused resumed began begins begun start started starts completed complete completes
    completion cleared arrested law laws bill bills regulation regulations directive directives proposal
    proposals guidance guideline guidelines treaty
    """.split(),
    "",
)

EXTENT: Cues = dict.fromkeys(
    """
    all every always only increase increased increases decrease decreased decreases raise raised raises lower
    lowered cut cuts rise rises rose fall falls fell won lost win lose wins loses allow allows allowed permit
    permits permitted forbid forbids exempt exempts exempted before after more less fewer least most maximum
    minimum twice double doubled triple half halved quarter day week month year hour minute decade century euro
    dollar pound mile miles hundred thousand million billion trillion hundreds thousands millions billions
    trillions dozens dozen majority minority unanimous unanimously none former new old

    weekly monthly yearly annually daily voluntary mandatory domestic
    foreign federal state national local civil criminal dollars euros pounds yen yuan days weeks months years
    hours minutes percent percentage
    """.split(),
    "",
)

DATES: Cues = dict.fromkeys(
    """
    monday tuesday wednesday thursday friday saturday sunday today tomorrow yesterday january february march april june july
    august september october november december
    """.split(),
    "",
)

LAWS = frozenset(
    """
    law laws bill bills regulation regulations directive directives proposal proposals guidance guideline guidelines treaty
    """.split()
)
"""Stages that are things, and stand at the head of a sentence rather than beside what it says of them."""

WEIGHTY = frozenset({*NEGATIONS, *MODALS, *HEDGES, *STAGES, *EXTENT, *DATES})
"""None of them may be new in a claim."""

IN_FIGURES = frozenset(
    """
    day days week weeks month months year years hour hours minute minutes decade century euro euros dollar dollars pound pounds yen
    yuan mile miles percent percentage hundred thousand million billion trillion january february march april june july august
    september october november december
    """.split()
)
"""Words of which a number beside them makes a figure, and figures are compared as such."""
