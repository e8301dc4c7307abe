"""Messages of which nobody can tell whether they were posted: what leaves them so, and what operators read of them."""

from bot.model import Channel, Delivery, Doubt, Later, Outcome


def still(found: Outcome) -> Outcome:
    """What was in doubt stays so while the platform cannot be asked: only its word makes it one to send again."""
    return Doubt(found.reason) if isinstance(found, Later) else found


def notice(delivery: Delivery, headline: str, reason: str, *, again: bool) -> tuple[str, ...]:
    """In the form of `blindness.notice`. `again` says that it is sent once more, else it is held."""
    about = f"{delivery.channel}, story {delivery.story}: {headline}"
    if again:
        title = "A message in doubt is sent once more"
        fate = "It may stand there twice, as [alerts] doubt = “resend” has it."
    else:
        title = "A message in doubt is held"
        fate = f"Look there. Where it is missing, “share story {delivery.story}” shows it; it is not sent by itself."
    return title, about, f"Nobody can tell whether it was posted: {reason}.", fate, f"Delivery {delivery.id}"


def retracted(channel: Channel, story: int, headline: str, outlet: str) -> tuple[str, ...]:
    """Of one that was held. Nobody there is told, for nothing is posted under what may not stand there."""
    return (
        "A message that may stand there was retracted",
        f"{channel}, story {story}: {headline}",
        f"Nobody can tell whether it was posted, and {outlet} retracted its report.",
        f"Look there. Where it stands, “share story {story}” below it shows that it is retracted.",
    )
