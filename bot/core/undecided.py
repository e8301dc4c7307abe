"""What operators read of a message of which nobody can tell whether it was posted, and of one that could not be made."""

from bot.model import Delivery


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


def unmade(delivery: Delivery, headline: str, reason: str) -> tuple[str, ...]:
    """Of a story whose message is refused everywhere for a fault of ours."""
    about = f"Story {delivery.story}: {headline}"
    fate = f"It is not sent to {delivery.channel}, nor wherever else the same happens; all others are."
    return "A message could not be made", about, f"{reason}; the log has the details.", fate, f"Delivery {delivery.id}"
